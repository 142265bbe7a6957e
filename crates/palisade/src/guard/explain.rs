//! `palisade guard explain`: one request, step by step, and which policy decides about it. The request
//! may hold credentials; nothing of them is shown.

use super::fetch::Network;
use super::parts::{At, Loaded, unusable};
use super::walk::{Walk, counted, held_to, who, who_json};
use super::{runtime, text};
use crate::cli::AnswerFormat;
use crate::cli::guard::ExplainArgs;
use crate::failure::{CommandError, code};
use crate::output;
use palisade_authn::Principal;
use palisade_guard::config::{BodyMode, Route};
use palisade_guard::{Asked, Body, Fetch, Guard, Reason, Request, Step};
use palisade_ledger::{Clock, SystemClock};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

pub(crate) fn run(arguments: &ExplainArgs) -> Result<ExitCode, CommandError> {
    let loaded = Loaded::read(&arguments.config.config).map_err(|wrong| unusable(&wrong))?;
    let asked = Asked::read(
        &arguments.request.display().to_string(),
        &text(&arguments.request)?,
    );
    let asked = asked.map_err(|problem| {
        let mut place = problem.file.to_string();
        for number in [problem.line, problem.column].into_iter().flatten() {
            let _ = write!(place, ":{number}");
        }
        CommandError::unreadable(format!("{place}: {}", problem.message))
    })?;
    let network = Network::asked(&arguments.online)?;
    let fetch = network.clone().map(|network| network as Arc<dyn Fetch>);
    let clock: Arc<dyn Clock> = match asked.time {
        Some(seconds) => Arc::new(At(u64::try_from(seconds).unwrap_or(0).saturating_mul(1000))),
        None => Arc::new(SystemClock),
    };
    let guard = loaded.guard(loaded.asking(fetch, clock));
    let guard = guard.map_err(|wrong| unusable(&wrong))?;
    let mut explained = match asked.principal {
        Some(principal) => Explained::supposed(&guard, asked.request, principal, asked.body),
        None => {
            let walk = runtime()?.block_on(Walk::of(&guard, asked.request, asked.body));
            Explained::shown(walk)
        }
    };
    if let Some((_, Reason::Unverifiable { .. }, said)) = &mut explained.denied {
        said.push(match &network {
            None => "Keys of issuers are not fetched without --online.".to_owned(),
            Some(_) => {
                let each = guard.unreached().into_iter().map(|trouble| trouble.what);
                each.collect::<Vec<_>>().join("; ")
            }
        });
    }
    let is_denied = explained.denied.is_some();
    let text = match arguments.format {
        AnswerFormat::Text => explained.text(),
        AnswerFormat::Json => format!("{:#}\n", explained.json()),
    };
    output::write(None, &text)?;
    Ok(match is_denied {
        true => ExitCode::from(code::FOUND),
        false => ExitCode::SUCCESS,
    })
}

/// What became of a request.
struct Explained {
    function: Option<String>,
    route: Option<String>,
    principal: Option<Principal>,
    /// Whether the caller was only supposed.
    is_supposed: bool,
    passed: Vec<(Step, Vec<String>)>,
    denied: Option<(Step, Reason, Vec<String>)>,
    policies: Vec<String>,
}

impl Explained {
    fn shown(walk: Walk) -> Self {
        Self {
            function: walk.function,
            route: walk.route.map(|route| route.path.as_str().to_owned()),
            principal: walk.principal,
            is_supposed: false,
            passed: walk.passed,
            denied: walk.denied,
            policies: walk.policies,
        }
    }

    fn supposed(guard: &Guard, request: Request, principal: Principal, body: Vec<u8>) -> Self {
        let routes = &guard.config().routes;
        let supposed = |body| guard.suppose(request.clone(), principal.clone(), body);
        let mut found = supposed(Body::Whole(body));
        let find = |path: &Option<String>| -> Option<&Route> {
            let path = path.as_deref()?;
            routes.iter().find(|route| route.path.as_str() == path)
        };
        let route = find(&found.route);
        if route.map(|route| route.body) == Some(BodyMode::Streaming) {
            found = supposed(Body::Streamed);
        }
        let said = |step: Step| match (step, route) {
            (Step::Receive, Some(route)) => vec![format!(
                "route `{}` to function `{}`",
                route.path.as_str(),
                route.function
            )],
            (Step::Authenticate, _) => vec![format!("supposed, not verified: {}", who(&principal))],
            (Step::Limit, Some(route)) => vec![counted(&route.limits)],
            (Step::Validate, Some(route)) => vec![held_to(route.contract.as_ref())],
            (Step::Authorize, _) => found.said.clone(),
            _ => Vec::new(),
        };
        let steps = [
            Step::Receive,
            Step::Authenticate,
            Step::Limit,
            Step::Validate,
            Step::Authorize,
        ];
        let passed = steps.into_iter().filter(|step| *step < found.step);
        Self {
            passed: passed.map(|step| (step, said(step))).collect(),
            denied: found.denied.map(|reason| (found.step, reason, found.said)),
            function: found.function,
            route: found.route,
            principal: Some(principal),
            is_supposed: true,
            policies: found.policies,
        }
    }

    fn json(&self) -> Value {
        let step = |step: &Step, code: &str, reason: Option<String>, said: &[String]| json!({"step": step.name(), "code": code, "reason": reason, "said": said});
        let mut steps: Vec<Value> = self
            .passed
            .iter()
            .map(|(passed, said)| step(passed, "passed", None, said))
            .collect();
        if let Some((denied, reason, said)) = &self.denied {
            steps.push(step(denied, reason.code(), Some(reason.to_string()), said));
        }
        json!({
            "schema": "palisade.guard-explain/1",
            "decision": if self.denied.is_some() { "deny" } else { "permit" },
            "code": self.denied.as_ref().map_or("permitted", |(_, reason, _)| reason.code()),
            "answer": self.denied.as_ref().map(|(_, reason, _)| reason.answer().status()),
            "function": self.function,
            "route": self.route,
            "principal": who_json(self.principal.as_ref()),
            "supposed": self.is_supposed,
            "policies": self.policies,
            "steps": steps,
        })
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for (step, said) in &self.passed {
            lines(&mut out, "passed", *step, said);
        }
        match &self.denied {
            None => out.push_str("permitted\n"),
            Some((step, reason, said)) => {
                let mut all = vec![format!("{}: {reason}", reason.code())];
                all.extend(said.iter().cloned());
                lines(&mut out, "denied", *step, &all);
                let status = reason.answer().status();
                let _ = writeln!(out, "denied; the caller is told {status} and no more");
            }
        }
        out
    }
}

fn lines(out: &mut String, how: &str, step: Step, said: &[String]) {
    let mut head = format!("{how:<7} {:<13}", step.name());
    for text in said {
        let _ = writeln!(out, "{head}{text}");
        head = format!("{:21}", "");
    }
}
