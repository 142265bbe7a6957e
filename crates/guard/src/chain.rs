//! The chain itself: each step is made by the step before and by nothing else, so that what has not
//! passed all of them can't be admitted.
//!
//! ```text
//! Request → Received → Authenticated → Limited → Validated → Authorized → Admitted → finished
//!               └──────────────┴───────────┴─────────┴───────────┴──→ Denied → Refusal
//! ```
//! Whatever is dropped on its way, because the caller went away, a task was cancelled or a step
//! panicked, is recorded as ended half-way.

use crate::authorize::Grant;
use crate::config::{Cors, Route, Source};
use crate::guard::Guard;
use crate::reason::{Answer, Reason, Step};
use crate::record::{self, Outcome};
use crate::request::{Entry, Request};
use crate::routes::Matched;
use crate::steps::{authenticate, authorize, limit, validate};
use palisade_authn::Principal;
use palisade_event::Record;
use std::sync::Arc;

/// What belongs to one invocation on its whole way: in one place, that each step hands to the next.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) guard: Guard,
    pub(crate) request: Request,
    pub(crate) standing: Option<Standing>,
    /// What ties the records of this invocation together.
    pub(crate) correlation: String,
    /// When it came, in milliseconds since 1970.
    pub(crate) began: i64,
    /// From where, as records say it.
    pub(crate) address: Option<String>,
    /// The step that it is at.
    pub(crate) step: Step,
    /// Who it is, once that is known.
    pub(crate) principal: Option<Arc<Principal>>,
    /// The policies that decided.
    pub(crate) policies: Vec<String>,
    /// The break-glass grant that holds for its caller and function.
    pub(crate) grant: Option<Arc<Grant>>,
    /// What it holds of limits until it ends.
    pub(crate) held: limit::Held,
    /// What is passed on in place of what came.
    pub(crate) rewritten: validate::Rewritten,
    /// Whether its end, or its refusal, is on record.
    is_recorded: bool,
    /// Whether it was admitted: then the decision is on record, and its outcome is not.
    is_admitted: bool,
}

/// What stands for an invocation in the configuration.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// A route.
    Route(Matched),
    /// A source.
    Source(Arc<crate::config::Source>),
}

impl Standing {
    pub(crate) fn function(&self) -> &str {
        match self {
            Self::Route(matched) => &matched.route.function,
            Self::Source(source) => &source.function,
        }
    }

    fn record(&self) -> Record {
        match self {
            Self::Route(matched) => matched.route.record,
            Self::Source(source) => source.record,
        }
    }
}

impl Pass {
    pub(crate) fn new(guard: Guard, request: Request) -> Box<Self> {
        Box::new(Self {
            correlation: guard.new_id(),
            began: guard.now(),
            address: request.peer.address.map(|address| address.to_string()),
            guard,
            request,
            standing: None,
            step: Step::Receive,
            principal: None,
            policies: Vec::new(),
            grant: None,
            held: limit::Held::default(),
            rewritten: validate::Rewritten::default(),
            is_recorded: false,
            is_admitted: false,
        })
    }

    /// One that is never more than a question: it leaves no record, and nothing is made of it.
    pub(crate) fn supposed(guard: Guard, request: Request) -> Box<Self> {
        let mut pass = Self::new(guard, request);
        pass.is_recorded = true;
        pass
    }

    /// Whoever watches is told that a grant is used.
    fn shout(&self, is_permitted: bool) {
        if let Some(grant) = &self.grant {
            self.guard.parts().shouts.add(grant, is_permitted);
        }
    }

    /// The next step, or the refusal.
    fn next(
        mut self: Box<Self>,
        step: Step,
        result: Result<(), Reason>,
    ) -> Result<Box<Self>, Denied> {
        match result {
            Ok(()) => {
                self.step = step;
                Ok(self)
            }
            Err(reason) => Err(self.deny(reason)),
        }
    }

    fn deny(self: Box<Self>, reason: Reason) -> Denied {
        Denied { pass: self, reason }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.is_recorded {
            return;
        }
        let noted = match self.is_admitted {
            true => record::outcome(self, &Outcome::Aborted),
            false => record::denial(self, &Reason::Aborted, Record::Batched),
        };
        self.guard.record_detached(&noted);
    }
}

/// An invocation that has a route or a source.
#[derive(Debug)]
pub struct Received {
    pass: Box<Pass>,
}

/// An invocation whose caller is known.
#[derive(Debug)]
pub struct Authenticated {
    pass: Box<Pass>,
}

/// An invocation within its limits.
#[derive(Debug)]
pub struct Limited {
    pass: Box<Pass>,
}

/// An invocation that says what its route takes.
#[derive(Debug)]
pub struct Validated {
    pass: Box<Pass>,
    body: Body,
}

/// An invocation that is permitted.
#[derive(Debug)]
pub struct Authorized {
    pass: Box<Pass>,
    body: Body,
}

/// An invocation whose permission is on record: this, and nothing else, may be forwarded.
#[derive(Debug)]
pub struct Admitted {
    pass: Box<Pass>,
    body: Body,
}

/// An invocation that is refused, and not on record yet.
#[derive(Debug)]
#[must_use = "a denial is recorded before it is answered"]
pub struct Denied {
    pass: Box<Pass>,
    reason: Reason,
}

/// A refusal that is on record: what the caller may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// How it looks from outside.
    pub answer: Answer,
    /// In how many milliseconds another try makes sense, where it does.
    pub retry_after: Option<u64>,
    /// What operators find the record by.
    pub correlation: String,
    /// The methods that the path does take.
    pub methods: Vec<String>,
}

/// What comes behind the head of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// It goes through as it comes.
    Streamed,
}

impl Guard {
    /// Where every invocation begins.
    ///
    /// # Errors
    /// When nothing stands for it, or its address is not admitted.
    pub fn receive(&self, request: Request) -> Result<Received, Denied> {
        let mut pass = Pass::new(self.clone(), request);
        let result = self.standing(&pass.request).and_then(|standing| {
            pass.standing = Some(standing);
            limit::admit(&pass)
        });
        let pass = pass.next(Step::Authenticate, result)?;
        Ok(Received { pass })
    }

    pub(crate) fn standing(&self, request: &Request) -> Result<Standing, Reason> {
        match &request.entry {
            Entry::Http(call) => self.routes().find(call).map(Standing::Route),
            Entry::Event(occurrence) => self.source(occurrence).map(Standing::Source),
        }
    }

    /// Records that a request was refused before it could be one: a path that could be read in two
    /// ways, a head that is none.
    ///
    /// # Errors
    /// Always: what comes back is the denial.
    pub fn refuse(&self, request: Request, reason: Reason) -> Denied {
        Pass::new(self.clone(), request).deny(reason)
    }

    /// What browsers of an origin may do with a path and a method, if anything: what answers a
    /// preflight, and what answers carry.
    #[must_use]
    pub fn cors(&self, path: &crate::path::Path, method: &str, origin: &str) -> Option<Cors> {
        let found = self.routes().at(path.decoded(), method).ok()?;
        let cors = found.route.cors.as_ref()?;
        let is_listed = |listed: &String| listed == "*" || listed == origin;
        cors.origins.iter().any(is_listed).then(|| cors.clone())
    }
}

impl Guard {
    /// Whether the lists of addresses let the other end come in.
    #[must_use]
    pub fn takes_from(&self, request: &Request) -> bool {
        let address = request.peer.address;
        address.is_none_or(|address| limit::takes_from(self.config(), address))
    }
}

impl Received {
    /// The route, of a call.
    #[must_use]
    pub fn route(&self) -> Option<&Route> {
        route(&self.pass)
    }

    /// Refuses it before anybody is known.
    pub fn deny(self, reason: Reason) -> Denied {
        self.pass.deny(reason)
    }

    /// The source, of an event.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        match &self.pass.standing {
            Some(Standing::Source(source)) => Some(source),
            _ => None,
        }
    }

    /// The function that it is for.
    #[must_use]
    pub fn function(&self) -> &str {
        self.pass.standing.as_ref().map_or("", Standing::function)
    }

    /// Whether the body is needed to know who calls: a signature covers it.
    #[must_use]
    pub fn wants_body(&self) -> bool {
        authenticate::wants_body(&self.pass)
    }

    /// Finds out who is calling.
    ///
    /// # Errors
    /// When that is not shown, or does not hold.
    pub async fn authenticate(mut self, body: Option<&[u8]>) -> Result<Authenticated, Denied> {
        let found = authenticate::authenticate(&self.pass, body).await;
        let result = found.map(|principal| self.pass.principal = Some(principal));
        let pass = self.pass.next(Step::Limit, result)?;
        Ok(Authenticated { pass })
    }
}

impl Authenticated {
    /// Who asks.
    #[must_use]
    pub fn principal(&self) -> Option<&Principal> {
        self.pass.principal.as_deref()
    }

    /// Counts it.
    ///
    /// # Errors
    /// When a limit is used up.
    pub fn limit(mut self) -> Result<Limited, Denied> {
        let result = limit::take(&mut self.pass);
        let pass = self.pass.next(Step::Validate, result)?;
        Ok(Limited { pass })
    }
}

impl Limited {
    /// The route, of a call.
    #[must_use]
    pub fn route(&self) -> Option<&Route> {
        route(&self.pass)
    }

    /// Refuses it while its body is read.
    pub fn deny(self, reason: Reason) -> Denied {
        self.pass.deny(reason)
    }

    /// Holds it to what its route takes.
    ///
    /// # Errors
    /// When it is something else.
    pub fn validate(mut self, body: Body) -> Result<Validated, Denied> {
        match validate::request(&mut self.pass, body) {
            Ok(body) => {
                let pass = self.pass.next(Step::Authorize, Ok(()))?;
                Ok(Validated { pass, body })
            }
            Err(reason) => Err(self.pass.deny(reason)),
        }
    }
}

impl Validated {
    /// What authorisation is going to say, in sentences for the operator.
    #[must_use]
    pub fn explain(&self) -> Vec<String> {
        authorize::explain(&self.pass, &self.body)
    }

    /// Asks whether they may.
    ///
    /// # Errors
    /// When they may not, or nobody can say.
    pub fn authorize(mut self) -> Result<Authorized, Denied> {
        self.pass.grant = authorize::grant(&self.pass);
        let permitting = authorize::authorize(&self.pass, &self.body);
        let result = permitting.map(|policies| self.pass.policies = policies);
        let pass = self.pass.next(Step::Record, result)?;
        Ok(Authorized {
            pass,
            body: self.body,
        })
    }
}

impl Authorized {
    /// The policies that permit it.
    #[must_use]
    pub fn policies(&self) -> &[String] {
        &self.pass.policies
    }

    /// Writes the permission down; it may take effect then.
    ///
    /// # Errors
    /// When it can't be written down.
    pub async fn admit(mut self) -> Result<Admitted, Denied> {
        let record = match &self.pass.standing {
            Some(standing) => standing.record(),
            None => Record::Before,
        };
        let noted = record::permission(&self.pass, record);
        let submitted = self.pass.guard.submit(&noted).await;
        let result = match submitted {
            Ok(written) => {
                // It will be on record, whether anybody still waits for that or not.
                self.pass.is_admitted = true;
                self.pass.shout(true);
                written.wait().await
            }
            Err(reason) => Err(reason),
        };
        let pass = self.pass.next(Step::Record, result)?;
        Ok(Admitted {
            pass,
            body: self.body,
        })
    }
}

impl Admitted {
    /// What was asked for.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.pass.request
    }

    /// The route, of a call.
    #[must_use]
    pub fn route(&self) -> Option<&Route> {
        route(&self.pass)
    }

    /// Who asks.
    #[must_use]
    pub fn principal(&self) -> Option<&Arc<Principal>> {
        self.pass.principal.as_ref()
    }

    /// The break-glass grant that it is made under.
    #[must_use]
    pub fn grant(&self) -> Option<&Grant> {
        self.pass.grant.as_deref()
    }

    /// What ties its records together.
    #[must_use]
    pub fn correlation(&self) -> &str {
        &self.pass.correlation
    }

    /// The body to forward, once: without what was dropped.
    pub fn take_body(&mut self) -> Body {
        std::mem::replace(&mut self.body, Body::Streamed)
    }

    /// Whether the answer is to be held back until it is checked.
    #[must_use]
    pub fn checks_answer(&self) -> bool {
        validate::checks_answer(&self.pass)
    }

    /// Holds an answer to what was promised; what is wrong with it, and whether it may go out.
    #[must_use]
    pub fn check_answer(&self, status: u16, headers: &[(&str, &[u8])], body: &[u8]) -> Checked {
        validate::answer(&self.pass, status, headers, body)
    }

    /// The query to forward: without what was dropped.
    #[must_use]
    pub fn query(&self) -> &str {
        match (&self.pass.rewritten.query, &self.pass.request.entry) {
            (Some(query), _) => query,
            (None, Entry::Http(call)) => &call.query,
            (None, Entry::Event(_)) => "",
        }
    }

    /// Records how it went. That never waits for the disk: what happened has happened.
    pub fn finish(mut self, outcome: &Outcome) {
        self.pass.is_recorded = true;
        let noted = record::outcome(&self.pass, outcome);
        self.pass.guard.record_detached(&noted);
    }
}

/// What was found of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What is not as promised.
    pub violations: Vec<String>,
    /// Whether it may go out all the same.
    pub may_go_out: bool,
}

impl Denied {
    /// The route, of a call that has one.
    #[must_use]
    pub fn route(&self) -> Option<&Route> {
        route(&self.pass)
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The break-glass grant that it was made under.
    #[must_use]
    pub fn grant(&self) -> Option<&Grant> {
        self.pass.grant.as_deref()
    }

    /// At which step.
    #[must_use]
    pub fn step(&self) -> Step {
        self.pass.step
    }

    /// Writes the denial down, and says what the caller may be told.
    pub async fn record(mut self) -> Refusal {
        self.pass.shout(false);
        let noted = record::denial(&self.pass, &self.reason, Record::Before);
        let mut answer = self.reason.answer();
        let submitted = self.pass.guard.submit(&noted).await;
        let recorded = match submitted {
            Ok(written) => {
                self.pass.is_recorded = true;
                written.wait().await
            }
            Err(reason) => Err(reason),
        };
        if recorded.is_err() {
            answer = Answer::Unavailable;
        }
        Refusal {
            answer,
            retry_after: match self.reason {
                Reason::Limited { retry_after, .. } => Some(retry_after),
                _ => None,
            },
            correlation: std::mem::take(&mut self.pass.correlation),
            methods: match (&self.reason, &self.pass.request.entry) {
                (Reason::NoMethod, Entry::Http(call)) => {
                    self.pass.guard.routes().methods(call.path.decoded())
                }
                _ => Vec::new(),
            },
        }
    }
}

fn route(pass: &Pass) -> Option<&Route> {
    match &pass.standing {
        Some(Standing::Route(matched)) => Some(&matched.route),
        _ => None,
    }
}
