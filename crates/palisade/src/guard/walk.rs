//! A request on its way through the chain, step by step, without a ledger: what each step says.

use super::tame;
use palisade_authn::{Means, Principal};
use palisade_guard::config::{BodyMode, Route, RouteContract, Source};
use palisade_guard::{Body, Denied, Guard, Outcome, Reason, Request, Step};
use serde_json::{Value, json};

/// What was said on the way.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) function: Option<String>,
    pub(crate) route: Option<Route>,
    pub(crate) source: Option<Source>,
    pub(crate) principal: Option<Principal>,
    pub(crate) policies: Vec<String>,
    /// The steps that were passed, and what each added.
    pub(crate) passed: Vec<(Step, Vec<String>)>,
    /// Where it ended, why, and what there is to say about it.
    pub(crate) denied: Option<(Step, Reason, Vec<String>)>,
}

impl Walk {
    /// The way of a request.
    pub(crate) async fn of(guard: &Guard, request: Request, body: Vec<u8>) -> Self {
        let mut walk = Self::default();
        let mut said = Vec::new();
        if let Err(denied) = walk.go(guard, request, body, &mut said).await {
            walk.denied = Some((denied.step(), denied.reason().clone(), said));
            denied.record().await;
        }
        walk
    }

    async fn go(
        &mut self,
        guard: &Guard,
        request: Request,
        body: Vec<u8>,
        said: &mut Vec<String>,
    ) -> Result<(), Box<Denied>> {
        let received = guard.receive(request)?;
        self.route = received.route().cloned();
        self.source = received.source().cloned();
        self.function = Some(received.function().to_owned());
        let place = place(self.route.as_ref(), self.source.as_ref());
        self.pass(Step::Receive, vec![place]);
        let authenticated = received.authenticate(Some(&body)).await?;
        self.principal = authenticated.principal().cloned();
        let who = self.principal.as_ref().map(who);
        self.pass(Step::Authenticate, who.into_iter().collect());
        let limited = authenticated.limit()?;
        let counted = counted(self.limits());
        self.pass(Step::Limit, vec![counted]);
        let is_streamed = self.route.as_ref().map(|route| route.body) == Some(BodyMode::Streaming);
        let validated = limited.validate(match is_streamed {
            true => Body::Streamed,
            false => Body::Whole(body),
        })?;
        let held = held_to(self.contract());
        self.pass(Step::Validate, vec![held]);
        *said = validated.explain();
        let authorized = validated.authorize()?;
        self.policies = authorized.policies().to_vec();
        self.pass(Step::Authorize, std::mem::take(said));
        let admitted = authorized.admit().await?;
        // Nothing is forwarded: what is told of its end goes nowhere.
        admitted.finish(&Outcome::Answered {
            status: None,
            bytes: 0,
            violations: Vec::new(),
        });
        Ok(())
    }

    fn pass(&mut self, step: Step, said: Vec<String>) {
        self.passed.push((step, said));
    }

    pub(crate) fn limits(&self) -> &[String] {
        match (&self.route, &self.source) {
            (Some(route), _) => &route.limits,
            (_, Some(source)) => &source.limits,
            _ => &[],
        }
    }

    pub(crate) fn contract(&self) -> Option<&RouteContract> {
        match (&self.route, &self.source) {
            (Some(route), _) => route.contract.as_ref(),
            (_, Some(source)) => source.contract.as_ref(),
            _ => None,
        }
    }
}

/// Where it stands in the configuration.
fn place(route: Option<&Route>, source: Option<&Source>) -> String {
    match (route, source) {
        (Some(route), _) => format!(
            "route `{}` (line {}) to function `{}` at target `{}`",
            route.path.as_str(),
            route.line,
            route.function,
            route.target
        ),
        (_, Some(source)) => format!(
            "source `{}` (line {}) to function `{}`",
            source.kind.name(),
            source.line,
            source.function
        ),
        _ => String::new(),
    }
}

/// Who it is, without any claim but what decides.
pub(crate) fn who(principal: &Principal) -> String {
    if principal.means == Means::Anonymous {
        return "nobody in particular: the route is open to everybody".to_owned();
    }
    let mut text = format!("{} `{}`", principal.means.name(), tame(&principal.id));
    if !principal.issuer.is_empty() {
        text.push_str(&format!(" of `{}`", tame(&principal.issuer)));
    }
    for (what, names) in [("roles", &principal.roles), ("scopes", &principal.scopes)] {
        if !names.is_empty() {
            text.push_str(&format!(", {what} {}", tame(&names.join(", "))));
        }
    }
    text
}

/// The same for programs.
pub(crate) fn who_json(principal: Option<&Principal>) -> Value {
    principal.map_or(Value::Null, |principal| {
        json!({
            "means": principal.means.name(),
            "issuer": principal.issuer,
            "id": principal.id,
            "roles": principal.roles,
            "scopes": principal.scopes,
        })
    })
}

pub(crate) fn counted(limits: &[String]) -> String {
    match limits {
        [] => "no limit counts it".to_owned(),
        some => format!(
            "within {}, of which nobody has used anything here",
            some.join(", ")
        ),
    }
}

pub(crate) fn held_to(contract: Option<&RouteContract>) -> String {
    match contract {
        None => "no contract holds it".to_owned(),
        Some(contract) => format!("what the contract `{}` takes", contract.name),
    }
}
