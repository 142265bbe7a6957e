//! What stands behind each clause of the policy today.

use palisade_policy::{Catalogue, ClauseState, Status};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The name of the JSON schema, with its version (`schemas/coverage.schema.json`).
const SCHEMA: &str = "palisade.coverage/1";

/// Counts over all clauses.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    enforced: usize,
    attested: usize,
    gaps: usize,
    retired: usize,
}

impl Totals {
    fn of(states: &[ClauseState<'_>]) -> Self {
        let mut totals = Self::default();
        for state in states {
            if state.clause.retired.is_some() {
                totals.retired += 1;
                continue;
            }
            match state.status {
                Status::Enforced => totals.enforced += 1,
                Status::Attested => totals.attested += 1,
                Status::Planned => {}
            }
            // Nothing records attestations yet, so what only people hold is a gap too.
            totals.gaps += usize::from(state.is_gap(false));
        }
        totals
    }
}

/// Coverage as JSON.
#[must_use]
pub fn json(catalogue: &Catalogue, states: &[ClauseState<'_>]) -> Value {
    let totals = Totals::of(states);
    let clauses: Vec<Value> = states
        .iter()
        .map(|state| {
            let clause = state.clause;
            json!({
                "id": clause.id.as_str(),
                "own_id": clause.own_id,
                "section": clause.section,
                "title": clause.title,
                "text": clause.text,
                "status": state.status.as_str(),
                "gap": state.is_gap(false),
                "enforced_by": state.enforced_by.iter().map(|(point, name)| {
                    json!({"point": point.as_str(), "name": name})
                }).collect::<Vec<_>>(),
                "planned": state.planned.iter().map(|p| p.as_str()).collect::<Vec<_>>(),
                "needs_attestation": state.needs_attestation,
                "retired": clause.retired,
                "frameworks": clause.frameworks,
            })
        })
        .collect();
    json!({
        "schema": SCHEMA,
        "policy": catalogue.version(),
        "totals": {
            "clauses": states.len(),
            "enforced": totals.enforced,
            "attested": totals.attested,
            "gaps": totals.gaps,
            "retired": totals.retired,
        },
        "clauses": clauses,
    })
}

/// Coverage for people: each clause under its section, gaps plainly.
#[must_use]
pub fn text(catalogue: &Catalogue, states: &[ClauseState<'_>], gaps_only: bool) -> String {
    let mut text = String::new();
    let mut section = None;
    for state in states {
        let gap = state.is_gap(false);
        if gaps_only && !gap {
            continue;
        }
        let clause = state.clause;
        let here = (clause.id.document(), clause.section.as_str());
        if section != Some(here) {
            let _ = writeln!(
                text,
                "{}{} · {}",
                if section.is_some() { "\n" } else { "" },
                here.0,
                here.1
            );
            section = Some(here);
        }
        let mark = match (gap, state.status) {
            _ if clause.retired.is_some() => "retired ",
            (true, _) => "GAP     ",
            (false, Status::Attested) => "attested",
            (false, _) => "enforced",
        };
        let id = clause.own_id.as_deref().map_or_else(
            || clause.id.to_string(),
            |own| format!("{own} ({})", clause.id),
        );
        let _ = writeln!(text, "  {mark}  {id:<10} {}", clause.title);
        let what = match (gap, state.status) {
            (true, Status::Attested) => format!("{state}: no attestation is recorded yet"),
            _ => state.to_string(),
        };
        let _ = writeln!(text, "            {:<10} {what}", "");
    }
    let totals = Totals::of(states);
    let _ = writeln!(
        text,
        "\npolicy {}: {} clauses, {} enforced in at least one place, {} gaps{}",
        catalogue.version(),
        states.len(),
        totals.enforced,
        totals.gaps,
        if totals.retired > 0 {
            format!(", {} retired", totals.retired)
        } else {
            String::new()
        },
    );
    text
}
