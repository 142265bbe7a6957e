//! What comes of requests: `palisade iam simulate`.

use crate::clean::line as clean;
use crate::line::path;
use crate::paint::Paint;
use crate::text::Style;
use palisade_core::{Location, Sources};
use palisade_iam::{
    Caller, Decision, Effect, Layer, Matched, Outcome, Policies, Question, Request,
};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The name of the JSON schema, with its version (`schemas/iam-simulate.schema.json`).
const SCHEMA: &str = "palisade.iam-simulate/1";

/// A question with its answer; none when something is wrong in the question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// The answer.
    pub decision: Option<Decision>,
}

/// The answers as JSON text: one object, or a list when the questions are one. `catalogue` is the
/// date of the catalogue that the problems speak of.
#[must_use]
pub fn json(answers: &[Answer], listed: bool, sources: &Sources, catalogue: &str) -> String {
    let results = answers.iter().map(|a| object(a, sources)).collect();
    super::results(SCHEMA, results, listed, catalogue)
}

fn object(answer: &Answer, sources: &Sources) -> Value {
    let Question {
        policies, notes, ..
    } = &answer.question;
    let decision = answer.decision.as_ref();
    let matched = |m: &Matched| {
        let statement = policies.statement(m);
        json!({
            "layer": m.layer.as_str(),
            "level": m.level,
            "policy": m.policy,
            "statement": m.statement,
            "sid": statement.and_then(|s| s.sid.as_deref()),
            "effect": m.effect.as_str(),
            "location": statement.map(|s| sources.location(s.origin.span)),
        })
    };
    json!({
        "decision": decision.map(|d| d.outcome.as_str()),
        "layer": decision.map(|d| d.layer.as_str()),
        "matched": decision.map_or_else(Vec::new, |d| d.matched.iter().map(matched).collect()),
        "problems": notes.iter().map(|note| super::problem(sources, note)).collect::<Vec<_>>(),
        "request": answer.question.request.as_ref().map(|request| json!({
            "principal": caller(&request.caller),
            "action": request.action,
            "resource": request.resource,
        })),
    })
}

/// The answers for people.
#[must_use]
pub fn text(answers: &[Answer], sources: &Sources, style: &Style<'_>) -> String {
    let mut out = String::new();
    for answer in answers {
        for note in &answer.question.notes {
            out.push_str(&super::note(sources, note, style));
            out.push('\n');
        }
        if let (Some(decision), Some(request)) = (&answer.decision, &answer.question.request) {
            out.push_str(&decided(
                request,
                &answer.question.policies,
                decision,
                sources,
                style,
            ));
            out.push('\n');
        }
    }
    let of = |outcome| {
        let decided = answers.iter().filter_map(|a| a.decision.as_ref());
        decided.filter(|d| d.outcome == outcome).count()
    };
    if answers.len() != 1 {
        let _ = writeln!(
            out,
            "{} questions: {} allowed, {} implicitly denied, {} explicitly denied, {} not answered",
            answers.len(),
            of(Outcome::Allowed),
            of(Outcome::ImplicitlyDenied),
            of(Outcome::ExplicitlyDenied),
            answers.iter().filter(|a| a.decision.is_none()).count(),
        );
    }
    out
}

fn decided(
    request: &Request,
    policies: &Policies,
    decision: &Decision,
    sources: &Sources,
    style: &Style<'_>,
) -> String {
    let paint = Paint { color: style.color };
    let name = match decision.outcome {
        Outcome::Allowed => paint.good(decision.outcome.as_str()),
        _ => paint.warn(decision.outcome.as_str()),
    };
    let mut out = format!(
        "{name}: {} {} {}\n  {}\n",
        clean(caller(&request.caller)),
        paint.bold(&clean(&request.action)),
        clean(&request.resource),
        reason(decision, policies)
    );
    for matched in &decision.matched {
        let Some(statement) = policies.statement(matched) else {
            continue;
        };
        let effect = match matched.effect {
            Effect::Allow => paint.good("Allow"),
            Effect::Deny => paint.warn("Deny "),
        };
        let policy = match (matched.layer, matched.level) {
            (Layer::Resource | Layer::Session, _) => String::new(),
            (_, None) => format!("[{}]", matched.policy),
            (_, Some(level)) => format!("[{level}][{}]", matched.policy),
        };
        let sid = statement
            .sid
            .as_ref()
            .map(|sid| format!(" ({})", clean(sid)));
        let Location {
            file, line, column, ..
        } = sources.location(statement.origin.span);
        let place = clean(&path(style.root_prefix, &file));
        let _ = writeln!(
            out,
            "  {effect} {}{policy} statement {}{} {}",
            matched.layer.as_str(),
            matched.statement,
            sid.unwrap_or_default(),
            paint.dim(&format!("{place}:{line}:{column}")),
        );
    }
    out
}

/// Why it is so, in words.
fn reason(decision: &Decision, policies: &Policies) -> String {
    let none = |what: &str| format!("{what} allows it");
    match (decision.outcome, decision.layer) {
        (Outcome::Allowed, layer) => format!("{} allows it", the(layer)),
        (Outcome::ExplicitlyDenied, layer) => format!("{} denies it", the(layer)),
        (Outcome::Unknown, layer) => format!("it depends on {}", the(layer)),
        (_, Layer::Identity) => none("no policy of the caller"),
        (_, Layer::Resource) if policies.resource.is_none() => {
            "the resource has no policy, and it must allow".to_owned()
        }
        (_, Layer::Scp) => none("a level of the organisation has no policy that"),
        (_, Layer::PublicAccessBlock) => {
            "the policy is public, and access by it is blocked outside of the account".to_owned()
        }
        (_, layer) => format!("{} does not allow it", the(layer)),
    }
}

fn the(layer: Layer) -> &'static str {
    match layer {
        Layer::Identity => "a policy of the caller",
        Layer::Resource => "the policy of the resource",
        Layer::Boundary => "the permissions boundary",
        Layer::Session => "the session policy",
        Layer::Scp => "a service control policy",
        Layer::Rcp => "a resource control policy",
        Layer::Endpoint => "the policy of the endpoint",
        Layer::PublicAccessBlock => "the block of public access",
    }
}

fn caller(caller: &Caller) -> &str {
    match caller {
        Caller::Principal(name) | Caller::Service(name) | Caller::Federated(name) => name,
        Caller::Anonymous => "anonymous",
    }
}

#[cfg(test)]
mod tests;
