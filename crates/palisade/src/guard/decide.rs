//! `palisade guard decide`: what the chain would say to an event, for each of its records. An event
//! comes without a signature: what it says of its source is only matched against lists, and the
//! answer tells that apart from what was verified.

use super::fetch::Network;
use super::parts::{Loaded, unusable};
use super::walk::{Walk, who, who_json};
use super::{input, runtime};
use crate::cli::AnswerFormat;
use crate::cli::guard::DecideArgs;
use crate::failure::{CommandError, code};
use crate::output;
use palisade_authn::{Means, Principal};
use palisade_guard::config::Source;
use palisade_guard::events::{self, Record};
use palisade_guard::{
    Entry, Fetch, Guard, Headers, Occurrence, Peer, Reason, Request, SourceKind, Step,
};
use palisade_ledger::SystemClock;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

pub(crate) fn run(arguments: &DecideArgs) -> Result<ExitCode, CommandError> {
    let loaded = Loaded::read(&arguments.config.config).map_err(|wrong| unusable(&wrong))?;
    let network = Network::asked(&arguments.online)?;
    let fetch = network.clone().map(|network| network as Arc<dyn Fetch>);
    let guard = loaded.guard(loaded.asking(fetch, Arc::new(SystemClock)));
    let guard = guard.map_err(|wrong| unusable(&wrong))?;
    let event = input(&arguments.event)?;
    let records = events::read(&event, arguments.source.map(Into::into));
    let records = records.map_err(|error| {
        let name = arguments.event.display();
        CommandError::unreadable(format!("`{name}`: {error}"))
    })?;
    let runtime = runtime()?;
    let mut said = Vec::new();
    for mut record in records {
        record.occurrence.function.clone_from(&arguments.function);
        let decided = runtime.block_on(Decided::of(&guard, record));
        said.push(decided);
    }
    for decided in &mut said {
        if decided.is_unverifiable() {
            decided.unverified.push(match &network {
                None => {
                    "the credential: keys of issuers are not fetched without --online".to_owned()
                }
                Some(_) => match guard.unreached().first() {
                    Some(trouble) => format!("the credential: {}", trouble.what),
                    None => "the credential".to_owned(),
                },
            });
        }
    }
    let is_denied = said.iter().any(|decided| decided.denied.is_some());
    let text = match arguments.format {
        AnswerFormat::Text => said.iter().map(Decided::text).collect(),
        AnswerFormat::Json => {
            let json = json!({
                "schema": "palisade.guard-decide/1",
                "decision": if is_denied { "deny" } else { "permit" },
                "records": said.iter().map(Decided::json).collect::<Vec<_>>(),
            });
            format!("{json:#}\n")
        }
    };
    output::write(None, &text)?;
    Ok(match is_denied {
        true => ExitCode::from(code::FOUND),
        false => ExitCode::SUCCESS,
    })
}

/// What was decided about a record.
struct Decided {
    place: String,
    kind: &'static str,
    id: Option<String>,
    function: Option<String>,
    route: Option<String>,
    principal: Option<Principal>,
    policies: Vec<String>,
    denied: Option<(Step, Reason)>,
    verified: Vec<String>,
    matched: Vec<String>,
    unverified: Vec<String>,
    /// What decides in place of anything that was verified or matched.
    trusted: Vec<String>,
}

impl Decided {
    async fn of(guard: &Guard, record: Record) -> Self {
        let Record {
            place,
            occurrence,
            call,
            payload,
        } = record;
        let is_direct = occurrence.kind == SourceKind::Direct;
        let kind = occurrence.kind.name();
        let mut decided = Self {
            place,
            kind,
            id: occurrence.id.clone(),
            function: None,
            route: None,
            principal: None,
            policies: Vec::new(),
            denied: None,
            verified: Vec::new(),
            matched: Vec::new(),
            unverified: vec![match is_direct {
                true => "who calls: a direct invocation says nothing of that".to_owned(),
                false => format!("that it is from {kind}: an event carries no signature"),
            }],
            trusted: Vec::new(),
        };
        let origin = occurrence.clone();
        let request = Request {
            entry: Entry::Event(occurrence),
            peer: Peer::default(),
            headers: Headers::default(),
        };
        // The call inside has a route of its own, which its body is held to.
        let own = match &call {
            Some(_) => Vec::new(),
            None => payload.clone(),
        };
        let walk = Walk::of(guard, request, own).await;
        if let Some(source) = &walk.source {
            decided.matched(source, &origin);
            if is_direct {
                decided.trusted.push(format!(
                    "nothing was verified; the platform's permission to invoke `{}`",
                    source.function
                ));
            }
        }
        decided.take(walk);
        let Some(call) = call.filter(|_| decided.denied.is_none()) else {
            return decided;
        };
        decided
            .unverified
            .push("the address of the caller: the event says it".to_owned());
        let walk = Walk::of(guard, call, payload).await;
        if let Some(principal) = walk.principal.as_ref() {
            decided.verified.extend(verified(principal.means));
        }
        decided.take(walk);
        decided
    }

    fn take(&mut self, walk: Walk) {
        self.function = walk.function.or(self.function.take());
        self.route = walk.route.map(|route| route.path.as_str().to_owned());
        self.principal = walk.principal;
        self.policies.extend(walk.policies);
        if walk.denied.is_some() {
            self.policies.clear();
        }
        self.denied = walk.denied.map(|(step, reason, _)| (step, reason));
    }

    /// What was held against the lists of its source, and what was not.
    fn matched(&mut self, source: &Source, occurrence: &Occurrence) {
        let line = source.line;
        let account = occurrence.origin.get("account").and_then(Value::as_str);
        let is_open = account == Some(SourceKind::NO_ACCOUNT);
        if is_open && occurrence.kind == SourceKind::FunctionUrl {
            let what = "the function's URL is open to everybody: of where its events are from, nothing was verified or matched";
            self.trusted.push(what.to_owned());
            return;
        }
        for (name, list) in [
            ("account", &source.accounts),
            ("arn", &source.arns),
            ("bucket", &source.buckets),
            ("bus", &source.buses),
        ] {
            if !list.is_empty() {
                self.matched
                    .push(format!("{name}, in the list of the source on line {line}"));
            } else if occurrence.origin.contains_key(name) {
                self.unverified.push(format!(
                    "{name}: the source on line {line} has no list of them"
                ));
            }
        }
    }

    fn is_unverifiable(&self) -> bool {
        matches!(self.denied, Some((_, Reason::Unverifiable { .. })))
    }

    fn code(&self) -> &str {
        self.denied
            .as_ref()
            .map_or("permitted", |(_, reason)| reason.code())
    }

    fn json(&self) -> Value {
        json!({
            "place": self.place,
            "kind": self.kind,
            "id": self.id,
            "function": self.function,
            "route": self.route,
            "decision": if self.denied.is_some() { "deny" } else { "permit" },
            "step": self.denied.as_ref().map(|(step, _)| step.name()),
            "code": self.code(),
            "reason": self.denied.as_ref().map(|(_, reason)| reason.to_string()),
            "principal": who_json(self.principal.as_ref()),
            "policies": self.policies,
            "verified": self.verified,
            "matched": self.matched,
            "unverified": self.unverified,
            "trusted": self.trusted,
        })
    }

    fn text(&self) -> String {
        let place = match self.place.as_str() {
            "" => "the event",
            place => place,
        };
        let function = self.function.as_deref();
        let function = function.map_or(String::new(), |name| format!(" to `{name}`"));
        let mut out = match &self.denied {
            None => format!("{place}: permitted{function}\n"),
            Some((step, reason)) => format!(
                "{place}: denied{function} at {}: {} ({reason})\n",
                step.name(),
                reason.code()
            ),
        };
        let mut line = |what: &str, text: &str| {
            let _ = writeln!(out, "  {what:<11} {text}");
        };
        if let Some(route) = &self.route {
            line("route", route);
        }
        if let Some(principal) = &self.principal {
            line("caller", &who(principal));
        }
        if !self.policies.is_empty() {
            line("policies", &self.policies.join(", "));
        }
        for (what, list) in [
            ("verified", &self.verified),
            ("matched", &self.matched),
            ("unverified", &self.unverified),
            ("trusted", &self.trusted),
        ] {
            for text in list {
                line(what, text);
            }
        }
        out
    }
}

/// What a credential that holds has shown.
fn verified(means: Means) -> Option<String> {
    let what = match means {
        Means::Token => "the token: its signature or its issuer's word, audience and times",
        Means::ApiKey => "the API key: issued here, not expired, not revoked",
        Means::AwsSignature => "the AWS signature: over method, path, query, headers and body",
        Means::Certificate => "the certificate of the caller",
        Means::Anonymous | Means::EventSource => return None,
    };
    Some(what.to_owned())
}
