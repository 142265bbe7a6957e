//! What is recorded of an invocation: one decision, and for those that were admitted one outcome,
//! under one correlation id. What decides stands in codes; what may speak of a person stands where
//! it can be erased.
//!
//! Of a record nearly all is the same each time. [`Kind`] is that part, and nothing else goes into
//! the draft of its form; what differs from call to call is filled in.

use crate::authorize::Grant;
use crate::chain::{Pass, Standing};
use crate::reason::{Reason, Step};
use crate::request::{Entry, SourceKind};
use palisade_authn::Means;
use palisade_event::{Class, Draft, Fill, Form, Record, Status, User};
use palisade_ledger::{Ledger, Ready};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// How an admitted invocation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function answered.
    Answered {
        /// The HTTP status, of a call.
        status: Option<u16>,
        /// Bytes of the answer's body.
        bytes: u64,
        /// What in the answer was not as promised.
        violations: Vec<String>,
    },
    /// The function could not be reached, or did not answer in time.
    Failed {
        /// What happened, as a code.
        code: &'static str,
    },
    /// Whoever asked is gone, or the program failed half-way.
    Aborted,
}

/// `disposition_id` of OCSF.
const ALLOWED: u8 = 1;
const BLOCKED: u8 = 2;
const DROPPED: u8 = 6;

/// `severity_id` of OCSF.
const HIGH: u8 = 4;

/// `activity_id` of entity management, and `type_id` of an entity that has no own.
const CREATE: u8 = 1;
const DELETE: u8 = 4;
const OTHER: u8 = 99;

/// What many records have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    record: Record,
    step: Step,
    activity: u8,
    means: &'static str,
    /// The method, of a call that has a usual one.
    method: Option<&'static str>,
    source: Option<SourceKind>,
    has_address: bool,
    has_route: bool,
    has_trace: bool,
    has_detail: bool,
    what: What,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Permitted {
        policies: Vec<String>,
    },
    Denied {
        code: &'static str,
        is_aborted: bool,
        /// Those that forbid it.
        policies: Vec<String>,
    },
    Ended {
        code: &'static str,
        is_success: bool,
        status: Option<u16>,
    },
}

/// A record that is going to be written: its kind, and what is its own.
#[derive(Debug)]
pub(crate) struct Noted<'a> {
    kind: Kind,
    pass: &'a Pass,
    trace: Option<&'a str>,
    detail: Option<String>,
    duration: i64,
    length: i64,
}

/// An invocation was permitted.
pub(crate) fn permission(pass: &Pass, record: Record) -> Noted<'_> {
    let policies = pass.policies.clone();
    noted(pass, record, What::Permitted { policies }, None)
}

/// An invocation was refused, or given up before it was decided about.
pub(crate) fn denial<'a>(pass: &'a Pass, reason: &Reason, record: Record) -> Noted<'a> {
    let policies = match reason {
        Reason::Forbidden { policies } => policies.clone(),
        _ => Vec::new(),
    };
    let what = What::Denied {
        code: reason.code(),
        is_aborted: matches!(reason, Reason::Aborted),
        policies,
    };
    noted(pass, record, what, Some(reason.to_string()))
}

/// How an admitted invocation went.
pub(crate) fn outcome<'a>(pass: &'a Pass, outcome: &Outcome) -> Noted<'a> {
    let (code, is_success, status) = match outcome {
        Outcome::Answered { status, .. } => ("answered", !matches!(status, Some(500..)), *status),
        Outcome::Failed { code } => (*code, false, None),
        Outcome::Aborted => ("aborted", false, None),
    };
    let what = What::Ended {
        code,
        is_success,
        status,
    };
    let (detail, length) = match outcome {
        Outcome::Answered {
            violations, bytes, ..
        } => (
            (!violations.is_empty()).then(|| violations.join("; ")),
            *bytes,
        ),
        _ => (None, 0),
    };
    Noted {
        duration: pass.guard.now().saturating_sub(pass.began).max(0),
        length: i64::try_from(length).unwrap_or(i64::MAX),
        ..noted(pass, Record::Batched, what, detail)
    }
}

impl Noted<'_> {
    /// How it is recorded.
    pub(crate) fn record(&self) -> Record {
        self.kind.record
    }
}

/// What all kinds of record say.
fn noted(pass: &Pass, record: Record, what: What, detail: Option<String>) -> Noted<'_> {
    let means = match &pass.principal {
        Some(principal) => principal.means,
        None => Means::Anonymous,
    };
    let is_unknown = means == Means::Anonymous && pass.step <= Step::Authenticate;
    let (method, source) = match &pass.request.entry {
        // OCSF has a list: another method may be refused, but must not keep that off the record.
        Entry::Http(call) => (
            METHODS.into_iter().find(|known| *known == call.method),
            None,
        ),
        Entry::Event(occurrence) => (None, Some(occurrence.kind)),
    };
    let trace = trace_id(pass);
    let kind = Kind {
        record,
        step: pass.step,
        activity: activity(method),
        means: if is_unknown { "unknown" } else { means.name() },
        method,
        source,
        has_address: pass.address.is_some(),
        has_route: matches!(pass.standing, Some(Standing::Route(_))),
        has_trace: trace.is_some(),
        has_detail: detail.is_some(),
        what,
    };
    Noted {
        kind,
        pass,
        trace,
        detail,
        duration: 0,
        length: 0,
    }
}

/// Methods that records name: those of RFC 9110, and PATCH and QUERY.
const METHODS: [&str; 10] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE",
];

/// `activity_id` of API activity: by what the method does. What is none of the named ones is what
/// it is.
fn activity(method: Option<&str>) -> u8 {
    match method {
        Some("POST") => 1,
        Some("GET" | "HEAD") => 2,
        Some("PUT" | "PATCH") => 3,
        Some("DELETE") => 4,
        _ => 99,
    }
}

impl Kind {
    /// All that its records have in common.
    fn draft(&self) -> Draft {
        // The time is filled in.
        let mut draft =
            Draft::new(Class::ApiActivity, self.activity, 0).set("palisade.means", self.means);
        if !self.has_address {
            // An event has no connection; the class asks for a word all the same.
            draft = draft.set("src_endpoint.svc_name", "event");
        }
        if let Some(method) = self.method {
            draft = draft.set("http_request.http_method", method);
        }
        if let Some(source) = self.source {
            draft = draft.set("palisade.source", source.name());
        }
        match &self.what {
            What::Permitted { policies } => {
                let draft = decided(draft, self.step, ALLOWED).status(Status::Success);
                authorizations(draft.set("status_code", "permitted"), "permit", policies)
            }
            What::Denied {
                code,
                is_aborted,
                policies,
            } => {
                let disposition = if *is_aborted { DROPPED } else { BLOCKED };
                let draft = decided(draft, self.step, disposition)
                    .status(Status::Failure)
                    .set("status_code", *code)
                    .set("palisade.step", self.step.name());
                authorizations(draft, "deny", policies)
            }
            What::Ended {
                code,
                is_success,
                status,
            } => {
                let went = match is_success {
                    true => Status::Success,
                    false => Status::Failure,
                };
                let draft = draft.set("palisade.clauses", ["SCSP-8.1"].as_slice());
                let draft = draft.status(went).set("status_code", *code);
                match status {
                    Some(status) => draft.set("http_response.code", *status),
                    None => draft,
                }
            }
        }
    }
}

fn decided(draft: Draft, step: Step, disposition: u8) -> Draft {
    let action = if disposition == ALLOWED { 1 } else { 2 };
    draft
        .set("palisade.clauses", step.recorded())
        .set("action_id", action)
        .set("disposition_id", disposition)
}

/// A break-glass grant was given. Who gives it is who approved it, as far as the file of grants says.
pub(crate) fn given(grant: &Grant, now: i64) -> Draft {
    changed(grant, CREATE, "granted", now)
}

/// A break-glass grant was withdrawn before its end. The file of grants does not say by whom.
pub(crate) fn withdrawn(grant: &Grant, now: i64) -> Draft {
    changed(grant, DELETE, "withdrawn", now)
}

fn changed(grant: &Grant, activity: u8, code: &str, now: i64) -> Draft {
    let (means, issuer, id) = grant.caller();
    let (_, approver) = grant.people();
    let functions = grant.functions().map(<[String]>::to_vec);
    let functions = functions.unwrap_or_else(|| vec!["*".to_owned()]);
    let user = |uid| User {
        uid,
        ..User::default()
    };
    let draft = Draft::new(Class::EntityManagement, activity, now)
        .actor(&user(approver))
        .status(Status::Success)
        .set("status_code", code)
        .set("entity.type", "break-glass grant")
        .set("entity.type_id", OTHER)
        .set("entity.name", &*grant.id())
        .set("entity.uid", &*grant.id())
        .set("palisade.clauses", Step::Authorize.recorded())
        .set("palisade.means", means.name())
        .user("palisade.grant.caller", &user(&caller(issuer, id)))
        .set("palisade.grant.functions", functions)
        .set("palisade.grant.from", grant.from().saturating_mul(1000));
    under(draft, grant)
}

/// How records name a caller.
fn caller<'a>(issuer: &str, id: &'a str) -> Cow<'a, str> {
    match issuer {
        "" => Cow::Borrowed(id),
        issuer => Cow::Owned(format!("{issuer}|{id}")),
    }
}

/// What was decided about somebody to whom a break-glass grant gives more than usual, and how it ended.
fn under(draft: Draft, grant: &Grant) -> Draft {
    let (requester, approver) = grant.people();
    let user = |uid| User {
        uid,
        ..User::default()
    };
    draft
        .set("severity_id", HIGH)
        .set("palisade.grant.uid", &*grant.id())
        .set("palisade.grant.reason", grant.reason())
        .user("palisade.grant.requester", &user(requester))
        .user("palisade.grant.approver", &user(approver))
        .set("palisade.grant.until", grant.until().saturating_mul(1000))
}

fn authorizations(draft: Draft, decision: &str, policies: &[String]) -> Draft {
    if policies.is_empty() {
        return draft;
    }
    let all = policies
        .iter()
        .map(|name| json!({"decision": decision, "policy": {"name": name}}));
    draft.set("authorizations", all.collect::<Vec<Value>>())
}

/// Makes records ready to be written.
#[derive(Debug, Default)]
pub(crate) struct Forms(RwLock<BTreeMap<Kind, Arc<Form>>>);

/// There are a few for each route and code; whoever makes them many must not fill the memory.
const MOST_FORMS: usize = 1024;

impl Forms {
    /// What the ledger takes; nothing when no event can be made of it.
    pub(crate) fn fill(&self, ledger: &Ledger, noted: &Noted<'_>) -> Option<Ready> {
        let pass = noted.pass;
        let user = pass
            .principal
            .as_ref()
            .map_or(Cow::Borrowed("anonymous"), |principal| {
                caller(&principal.issuer, &principal.id)
            });
        let route = match &pass.standing {
            Some(Standing::Route(matched)) => Some(matched.route.path.as_str()),
            _ => None,
        };
        let path = match &pass.request.entry {
            Entry::Http(call) => Some(call.path.decoded()),
            Entry::Event(_) => None,
        };
        let function = pass.standing.as_ref().map_or("", Standing::function);
        let mut values = Vec::with_capacity(12);
        values.extend([
            ("time", Fill::Number(pass.began)),
            ("actor.user.uid", Fill::Text(&user)),
            ("api.operation", Fill::Text(function)),
            ("metadata.correlation_uid", Fill::Text(&pass.correlation)),
        ]);
        let texts = [
            ("src_endpoint.ip", pass.address.as_deref()),
            ("http_request.url.path", path),
            ("palisade.route", route),
            ("trace.uid", noted.trace),
            ("status_detail", noted.detail.as_deref()),
        ];
        let texts = texts.into_iter();
        values.extend(texts.filter_map(|(place, text)| Some((place, Fill::Text(text?)))));
        if let What::Ended { status, .. } = &noted.kind.what {
            values.push(("duration", Fill::Number(noted.duration)));
            if status.is_some() {
                values.push(("http_response.length", Fill::Number(noted.length)));
            }
        }
        if let Some(grant) = pass.grant.as_deref() {
            // It names several persons. That is seldom, and no form can have it.
            let said = values.into_iter();
            let draft = said.fold(noted.kind.draft(), |draft, (place, value)| match value {
                Fill::Text(text) => draft.set(place, text),
                Fill::Number(number) => draft.set(place, number),
            });
            let event = under(draft, grant).build().ok()?;
            return ledger.ready(event, noted.kind.record).ok();
        }
        let form = self.form(ledger, &noted.kind, &values)?;
        ledger.fill(&form, &values).ok()
    }

    fn form(&self, ledger: &Ledger, kind: &Kind, values: &[(&str, Fill<'_>)]) -> Option<Arc<Form>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(form) = known.get(kind) {
            return Some(form.clone());
        }
        drop(known);
        let form = Arc::new(ledger.form(kind.draft(), values, kind.record).ok()?);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_FORMS {
            known.clear();
        }
        known.insert(kind.clone(), form.clone());
        Some(form)
    }
}

/// The trace id of W3C Trace Context, if the request carries a valid one.
fn trace_id(pass: &Pass) -> Option<&str> {
    let value = pass.request.headers.only("traceparent")?;
    let mut parts = value.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let is_hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_valid = is_hex(version, 2) && version != "ff" && is_hex(trace, 32);
    (is_valid && trace.bytes().any(|byte| byte != b'0')).then_some(trace)
}
