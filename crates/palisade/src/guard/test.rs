//! `palisade guard test`: policies are held to decision tables. Nothing but the policies is read: no
//! key, no issuer and no store has to be there.

use super::parts::{Loaded, Wrong, unusable};
use super::text;
use crate::cli::guard::{TestArgs, TestFormat};
use crate::failure::{CommandError, code};
use crate::output;
use palisade_guard::Guard;
use palisade_guard::authorize::{Outcome, Table};
use palisade_ledger::SystemClock;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

pub(crate) fn run(arguments: &TestArgs) -> Result<ExitCode, CommandError> {
    let loaded = Loaded::read(&arguments.config.config).map_err(|wrong| unusable(&wrong))?;
    let parts = loaded.asking(None, Arc::new(SystemClock));
    let policies = Guard::policies(&loaded.config, &parts);
    let policies = policies.map_err(|problems| unusable(&loaded.wrong(&problems)))?;
    let Some(policies) = policies else {
        return Err(CommandError::usage(format!(
            "{}: names no `policies`; there is nothing to test",
            loaded.name
        )));
    };
    let mut results: Vec<(String, Vec<Outcome>)> = Vec::new();
    let mut wrong: Vec<Wrong> = Vec::new();
    for path in &arguments.tables {
        let name = path.display().to_string();
        match Table::read(&name, &text(path)?, &policies) {
            Ok(table) => results.push((name, table.run(&policies))),
            Err(problems) => wrong.extend(problems.iter().map(Wrong::from)),
        }
    }
    if !wrong.is_empty() {
        return Err(unusable(&wrong));
    }
    let all = || results.iter().flat_map(|(_, outcomes)| outcomes);
    let failed = all().filter(|outcome| !outcome.differs.is_empty()).count();
    let written = match arguments.format {
        TestFormat::Text => as_text(&results, all().count(), failed),
        TestFormat::Json => as_json(&results, all().count(), failed),
        TestFormat::Junit => as_junit(&results),
    };
    output::write(None, &written)?;
    Ok(match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(code::FOUND),
    })
}

fn as_text(results: &[(String, Vec<Outcome>)], count: usize, failed: usize) -> String {
    let mut out = String::new();
    for (file, outcomes) in results {
        for outcome in outcomes.iter().filter(|o| !o.differs.is_empty()) {
            let _ = writeln!(out, "{file}: `{}` differs", outcome.name);
            for sentence in &outcome.differs {
                let _ = writeln!(out, "  {sentence}");
            }
        }
    }
    let _ = match failed {
        0 => writeln!(out, "{count} cases are as expected"),
        _ => writeln!(out, "{failed} of {count} cases differ"),
    };
    out
}

fn as_json(results: &[(String, Vec<Outcome>)], count: usize, failed: usize) -> String {
    let case = |outcome: &Outcome| {
        let decision = &outcome.decision;
        json!({
            "name": outcome.name,
            "passed": outcome.differs.is_empty(),
            "decision": if decision.allowed { "allow" } else { "deny" },
            "code": decision.reason.code(),
            "policies": decision.policies.iter().map(|name| &**name).collect::<Vec<&str>>(),
            "differs": outcome.differs,
        })
    };
    let tables = results.iter().map(|(file, outcomes)| {
        json!({"file": file, "cases": outcomes.iter().map(case).collect::<Vec<Value>>()})
    });
    let json = json!({
        "schema": "palisade.guard-test/1",
        "cases": count,
        "failed": failed,
        "tables": tables.collect::<Vec<Value>>(),
    });
    format!("{json:#}\n")
}

fn as_junit(results: &[(String, Vec<Outcome>)]) -> String {
    let suites = results.iter().map(|(file, outcomes)| {
        let cases = outcomes.iter().map(|outcome| {
            let differs = match outcome.differs.is_empty() {
                true => None,
                false => Some(outcome.differs.join("\n")),
            };
            (outcome.name.clone(), differs)
        });
        (file.clone(), cases.collect())
    });
    palisade_report::junit::tests(&suites.collect::<Vec<_>>())
}
