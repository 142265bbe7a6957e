//! `palisade ledger hold` and `release`: what must not be removed or erased, for whatever reason.

use super::place::Place;
use super::{failed, keep, tell, when};
use crate::cli::{AnswerFormat, HoldArgs, ReleaseArgs};
use crate::failure::CommandError;
use crate::output;
use palisade_ledger::{Clock as _, Hold, LedgerError, Objection, Scope, SystemClock};
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn run(arguments: &HoldArgs) -> Result<ExitCode, CommandError> {
    let place = Place::new(&arguments.place)?;
    let (Some(name), Some(reason)) = (&arguments.name, &arguments.reason) else {
        return list(&place, arguments.format);
    };
    let now = SystemClock.now();
    let subject = keep::subject(&arguments.subject)?;
    let scope = match (&arguments.from, &arguments.to, &subject) {
        (Some(from), Some(to), _) => Scope::Time {
            from: from.at(now),
            to: to.end(now),
        },
        (_, _, Some(subject)) => {
            if subject.is_empty() {
                return Err(keep::refused(&Objection::Nobody));
            }
            if reason.contains(subject.as_str()) || name.contains(subject.as_str()) {
                return Err(keep::refused(&Objection::Reason));
            }
            let keys = place.keys()?;
            let scope = Scope::subject(&keys, subject);
            scope.map_err(|source| {
                failed(&LedgerError::Key {
                    path: "tags".to_owned(),
                    source,
                })
            })?
        }
        _ => Scope::All,
    };
    let ledger = keep::open(&place)?;
    let covers = covers(&scope);
    let index = keep::done(&ledger, ledger.hold(name, reason, scope))?;
    tell(&format!(
        "the hold `{name}` is in force (event {index}): {covers} is neither removed nor erased"
    ));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn release(arguments: &ReleaseArgs) -> Result<ExitCode, CommandError> {
    let ledger = keep::open(&Place::new(&arguments.place)?)?;
    let name = &arguments.name;
    let index = keep::done(&ledger, ledger.release(name, &arguments.reason))?;
    tell(&format!("the hold `{name}` has ended (event {index})"));
    Ok(ExitCode::SUCCESS)
}

/// Lists the holds in force.
fn list(place: &Place<'_>, format: AnswerFormat) -> Result<ExitCode, CommandError> {
    let holds = palisade_ledger::holds(&place.existing()?).map_err(|error| failed(&error))?;
    let text = match format {
        AnswerFormat::Json => {
            let json = json!({
                "schema": "palisade.ledger-holds/1",
                "holds": holds.iter().map(json).collect::<Vec<_>>(),
            });
            format!("{json:#}\n")
        }
        AnswerFormat::Text if holds.is_empty() => "no hold is in force\n".to_owned(),
        AnswerFormat::Text => holds.iter().map(text).collect(),
    };
    output::write(None, &text)?;
    Ok(ExitCode::SUCCESS)
}

fn json(hold: &Hold) -> Value {
    let mut json = json!({
        "name": hold.name,
        "reason": hold.reason,
        "since": hold.since,
        "index": hold.index,
    });
    match &hold.scope {
        Scope::All => json["covers"] = "all".into(),
        Scope::Time { from, to } => {
            json["covers"] = "time".into();
            json["from"] = (*from).into();
            json["to"] = (*to).into();
        }
        Scope::Subject(tag) => {
            json["covers"] = "subject".into();
            json["tag"] = tag.as_str().into();
        }
    }
    json
}

fn text(hold: &Hold) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let reason: String = hold.reason.chars().map(plain).collect();
    format!(
        "{}\n  covers  {}\n  since   {} (event {})\n  reason  {reason}\n",
        hold.name,
        covers(&hold.scope),
        when::show(hold.since),
        hold.index,
    )
}

/// What a hold covers, in words.
fn covers(scope: &Scope) -> String {
    match scope {
        Scope::All => "everything".to_owned(),
        Scope::Time { from, to } => {
            let (from, to) = (when::show(*from), when::show(*to));
            format!("what happened or was recorded from {from} to {to}")
        }
        Scope::Subject(_) => "what is recorded of one person".to_owned(),
    }
}
