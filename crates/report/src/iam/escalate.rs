//! Ways to escalate: `palisade iam escalate`.

use super::{caller, request};
use crate::clean::line as clean;
use crate::paint::Paint;
use crate::text::Style;
use palisade_access::escalate::{Escalation, EscalationPath, Step, Verdict};
use palisade_core::Sources;
use palisade_iam::{ContextValue, Note, Request};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The name of the JSON schema, with its version (`schemas/iam-escalate.schema.json`).
const SCHEMA: &str = "palisade.iam-escalate/1";

/// So many ways are told in full to people.
const SHOWN: usize = 8;

/// What was found; nothing when something is wrong in the question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was found.
    pub found: Option<Escalation>,
    /// What is wrong or doubtful in the question.
    pub notes: Vec<Note>,
}

/// The answers as JSON text: one object, or a list when the questions are one.
#[must_use]
pub fn json(answers: &[Answer], listed: bool, sources: &Sources) -> String {
    let mut results: Vec<Value> = answers.iter().map(|a| object(a, sources)).collect();
    let value = match results.as_mut_slice() {
        [Value::Object(one)] if !listed => {
            one.insert("schema".to_owned(), json!(SCHEMA));
            json!(one)
        }
        _ => json!({"schema": SCHEMA, "results": results}),
    };
    crate::json::tree(value)
}

fn object(answer: &Answer, sources: &Sources) -> Value {
    let found = answer.found.as_ref();
    let paths = found.map_or(&[][..], |found| &found.paths);
    json!({
        "verdict": found.map(|found| found.verdict.as_str()),
        "paths": paths.iter().map(path).collect::<Vec<_>>(),
        "unknown": found.map(unknown).unwrap_or_default(),
        "assumed": found.map(|found| &found.assumed),
        "problems": answer.notes.iter().map(|note| super::problem(sources, note)).collect::<Vec<_>>(),
    })
}

fn path(path: &EscalationPath) -> Value {
    let step = |step: &Step| {
        let mut value = json!({"request": request(&step.request), "why": step.why});
        let policy = step.resource_policy.as_deref();
        if let Some(policy) = policy.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
            value["resource_policy"] = policy;
        }
        value
    };
    json!({
        "method": path.method,
        "name": path.name,
        "family": path.family.as_str(),
        "gains": path.gains,
        "gained": path.gained.as_ref().map(request),
        "steps": path.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

/// What could not be decided.
fn unknown(found: &Escalation) -> Vec<String> {
    let mut unknown: Vec<String> = (found.possible.iter())
        .map(|path| {
            format!(
                "{} (`{}`): depends on what is not known",
                path.name, path.method
            )
        })
        .collect();
    if found.exhausted {
        unknown.push("there is more to try than the budget of work allows".to_owned());
    }
    unknown
}

/// The answers for people.
#[must_use]
pub fn text(answers: &[Answer], sources: &Sources, style: &Style<'_>) -> String {
    let mut out = String::new();
    for answer in answers {
        for note in &answer.notes {
            out.push_str(&super::note(sources, note, style));
            out.push('\n');
        }
        if let Some(found) = &answer.found {
            write_found(found, style, &mut out);
            out.push('\n');
        }
    }
    if answers.len() != 1 {
        let of = |verdict: Option<Verdict>| {
            let same = |a: &&Answer| a.found.as_ref().map(|found| found.verdict) == verdict;
            answers.iter().filter(same).count()
        };
        let _ = writeln!(
            out,
            "{} questions: {} with escalation, {} without, {} unknown, {} not answered",
            answers.len(),
            of(Some(Verdict::Escalation)),
            of(Some(Verdict::None)),
            of(Some(Verdict::Unknown)),
            of(None),
        );
    }
    out
}

fn write_found(found: &Escalation, style: &Style<'_>, out: &mut String) {
    let paint = Paint { color: style.color };
    let count = found.paths.len();
    let _ = match found.verdict {
        Verdict::None => writeln!(out, "{}", paint.good("no escalation")),
        Verdict::Unknown => writeln!(out, "{}", paint.warn("unknown")),
        Verdict::Escalation => {
            let ways = if count == 1 { "way" } else { "ways" };
            writeln!(out, "{}: {count} {ways}", paint.warn("escalation"))
        }
    };
    for path in found.paths.iter().take(SHOWN) {
        let _ = writeln!(
            out,
            "\n  {}: the principal {}\n    gains {}",
            paint.bold(path.method),
            path.name,
            clean(&path.gains)
        );
        let mut by = None;
        for (i, step) in path.steps.iter().enumerate() {
            let Request {
                caller: who,
                action,
                resource,
                ..
            } = &step.request;
            let _ = writeln!(
                out,
                "    {}. {} on {}",
                i + 1,
                paint.bold(&clean(action)),
                clean(resource)
            );
            if by.replace(who) != Some(who) {
                let _ = writeln!(out, "       by {}", clean(caller(who)));
            }
            let _ = writeln!(
                out,
                "       {}{}",
                clean(&step.why),
                paint.dim(&context(&step.request))
            );
        }
        if let Some(gained) = &path.gained {
            let _ = writeln!(
                out,
                "    then {} on {} is allowed, which it was not before",
                clean(&gained.action),
                clean(&gained.resource)
            );
        }
    }
    if let Some(rest) = found.paths.get(SHOWN..).filter(|rest| !rest.is_empty()) {
        let _ = writeln!(
            out,
            "\n  {} more (`--format json` shows them all):",
            rest.len()
        );
        for path in rest {
            let _ = writeln!(out, "  {}: {}", paint.bold(path.method), path.name);
        }
    }
    for line in unknown(found) {
        let _ = writeln!(out, "  unknown: {}", clean(&line));
    }
    for assumed in &found.assumed {
        let _ = writeln!(out, "  assumed: {}", clean(assumed));
    }
}

/// The context of a request, in short.
fn context(request: &Request) -> String {
    let shown: Vec<String> = (request.context.iter())
        .map(|(key, value)| match value {
            ContextValue::Single(value) => format!("{key} = {value}"),
            ContextValue::Many(values) => format!("{key} = {}", values.join(", ")),
        })
        .collect();
    match shown.is_empty() {
        true => String::new(),
        false => format!("; with {}", clean(&shown.join(", "))),
    }
}

#[cfg(test)]
mod tests;
