//! How two sets of policies stand to each other: `palisade iam compare`.

use crate::clean::line as clean;
use crate::line::path;
use crate::paint::Paint;
use crate::text::Style;
use palisade_core::{Location, Sources};
use palisade_iam::ContextValue;
use palisade_iam::Note;
use palisade_iam::compare::{
    Comparison, Containment, NewAccess, Side, StatementRef, Universe, Verdict, Witness,
};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::Arc;

/// The name of the JSON schema, with its version (`schemas/iam-compare.schema.json`).
const SCHEMA: &str = "palisade.iam-compare/1";

/// Two sides with the answer.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The files of both.
    pub files: [Arc<str>; 2],
    /// Both.
    pub sides: [Side; 2],
    /// Which requests there are.
    pub universe: Universe,
    /// The answer.
    pub comparison: Comparison,
    /// What is doubtful in the policies.
    pub notes: Vec<Note>,
}

/// The answer as JSON text.
#[must_use]
pub fn json(compared: &Compared, sources: &Sources) -> String {
    let Comparison { a_in_b, b_in_a } = &compared.comparison;
    let reasons = a_in_b.unknown.iter().chain(&b_in_a.unknown);
    let mut unknown: Vec<String> = reasons.map(ToString::to_string).collect();
    unknown.sort();
    unknown.dedup();
    let new = |new: &[NewAccess]| -> Vec<Value> {
        let cell = |cell: &NewAccess| json!({"resource": cell.resource, "actions": cell.actions});
        new.iter().map(cell).collect()
    };
    let problems = compared
        .notes
        .iter()
        .map(|note| super::problem(sources, note));
    let (universe, catalogue) = match compared.universe {
        Universe::Open => ("open", None),
        Universe::Catalogue(catalogue) => ("catalogue", Some(catalogue.date())),
    };
    crate::json::tree(json!({
        "schema": SCHEMA,
        "a": compared.files[0],
        "b": compared.files[1],
        "universe": universe,
        "catalogue": catalogue,
        "verdict": verdict(compared.comparison.verdict()),
        "a_subset_b": a_in_b.holds,
        "b_subset_a": b_in_a.holds,
        "witness_a_not_b": a_in_b.witness.as_ref().map(|w| witness(compared, 0, w, sources)),
        "witness_b_not_a": b_in_a.witness.as_ref().map(|w| witness(compared, 1, w, sources)),
        "newly_allowed": {"a": new(&a_in_b.new), "b": new(&b_in_a.new)},
        "unknown": unknown,
        "problems": problems.collect::<Vec<_>>(),
    }))
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Equal => "equal",
        Verdict::Narrower => "narrower",
        Verdict::Wider => "wider",
        Verdict::Incomparable => "incomparable",
        Verdict::Unknown => "unknown",
    }
}

/// A request as `palisade iam simulate` reads it, with the statements that decide about it.
fn witness(compared: &Compared, side: usize, witness: &Witness, sources: &Sources) -> Value {
    let mut value = super::request(&witness.request);
    let allowed = witness.allowed_by.iter().map(|at| (side, *at));
    let denied = witness.denied_by.iter().map(|at| (1 - side, *at));
    let statement = |(side, at): (usize, StatementRef)| {
        let of = &compared.sides[side];
        let statement = of.statement(at);
        json!({
            "side": if side == 0 { "a" } else { "b" },
            "layer": of.layers.get(at.layer).map(|layer| &layer.name),
            "policy": at.policy,
            "statement": at.statement,
            "sid": statement.and_then(|s| s.sid.as_deref()),
            "effect": statement.map(|s| s.effect.as_str()),
            "location": statement.map(|s| sources.location(s.origin.span)),
        })
    };
    value["statements"] = allowed.chain(denied).map(statement).collect();
    let layers = &compared.sides[1 - side].layers;
    let silent = witness.not_allowed_in.iter().filter_map(|n| layers.get(*n));
    value["not_allowed_in"] = silent.map(|layer| json!(layer.name)).collect();
    value
}

/// The answer for people.
#[must_use]
pub fn text(compared: &Compared, sources: &Sources, style: &Style<'_>) -> String {
    let paint = Paint { color: style.color };
    let mut out = String::new();
    for note in &compared.notes {
        out.push_str(&super::note(sources, note, style));
        out.push('\n');
    }
    let [a, b] = compared
        .files
        .each_ref()
        .map(|file| clean(&path(style.root_prefix, file)));
    let sentence = match compared.comparison.verdict() {
        Verdict::Equal => format!("{a} and {b} allow the same"),
        Verdict::Narrower => format!("{a} allows less than {b}"),
        Verdict::Wider => format!("{a} allows more than {b}"),
        Verdict::Incomparable => format!("each of {a} and {b} allows what the other does not"),
        Verdict::Unknown => format!("how {a} and {b} stand to each other is not known in full"),
    };
    let name = verdict(compared.comparison.verdict());
    let name = match compared.comparison.verdict() {
        Verdict::Equal | Verdict::Narrower => paint.good(name),
        _ => paint.warn(name),
    };
    let _ = writeln!(out, "{name}: {sentence}");
    let universe = match compared.universe {
        Universe::Open => "of all actions and resources that there could be".to_owned(),
        Universe::Catalogue(catalogue) => {
            format!("of the actions that exist, as of {}", catalogue.date())
        }
    };
    let _ = writeln!(out, "  {}", paint.dim(&universe));
    let answers = [&compared.comparison.a_in_b, &compared.comparison.b_in_a];
    for (side, answer) in answers.into_iter().enumerate() {
        direction(&mut out, compared, side, answer, sources, style);
    }
    out
}

fn direction(
    out: &mut String,
    compared: &Compared,
    side: usize,
    answer: &Containment,
    sources: &Sources,
    style: &Style<'_>,
) {
    let paint = Paint { color: style.color };
    let files = compared
        .files
        .each_ref()
        .map(|file| clean(&path(style.root_prefix, file)));
    let (own, other) = (&files[side], &files[1 - side]);
    if answer.holds.is_none() {
        let _ = writeln!(
            out,
            "\nwhether {other} allows all that {own} allows is not known:"
        );
        for reason in &answer.unknown {
            let _ = writeln!(out, "  {}", clean(&reason.to_string()));
        }
    }
    let Some(witness) = &answer.witness else {
        return;
    };
    let request = &witness.request;
    let _ = writeln!(
        out,
        "\n{own} allows what {other} does not:\n  {} on {}",
        paint.bold(&clean(&request.action)),
        clean(&request.resource)
    );
    let _ = writeln!(out, "  by {}", clean(super::caller(&request.caller)));
    for (key, value) in request.context.iter() {
        let value = match value {
            ContextValue::Single(value) => format!("{value:?}"),
            ContextValue::Many(values) => format!("{values:?}"),
        };
        let _ = writeln!(out, "  when {} is {}", clean(key), clean(&value));
    }
    let place = |side: usize, at: &StatementRef| {
        let statement = compared.sides[side].statement(*at);
        let origin = statement.map(|s| sources.location(s.origin.span));
        let at_line = |at: Location| {
            format!(
                "{}:{}:{}",
                clean(&path(style.root_prefix, &at.file)),
                at.line,
                at.column
            )
        };
        let sid = statement
            .and_then(|s| s.sid.as_ref())
            .map(|sid| format!(" ({})", clean(sid)));
        let place = paint.dim(&origin.map_or_else(String::new, at_line));
        format!(
            "statement {}{} {place}",
            at.statement,
            sid.unwrap_or_default()
        )
    };
    for at in &witness.allowed_by {
        let _ = writeln!(out, "  {} {}", paint.good("Allow"), place(side, at));
    }
    for at in &witness.denied_by {
        let _ = writeln!(out, "  {} {}", paint.warn("Deny "), place(1 - side, at));
    }
    let layers = &compared.sides[1 - side].layers;
    for layer in witness.not_allowed_in.iter().filter_map(|n| layers.get(*n)) {
        let _ = writeln!(out, "  nothing in {other} ({}) allows it", layer.name);
    }
    let _ = writeln!(out, "\n  only {own} allows:");
    for NewAccess { resource, actions } in answer.new.iter().take(MOST_SHOWN) {
        let shown: Vec<String> = actions.iter().take(MOST_SHOWN).map(|a| clean(a)).collect();
        let more = actions.len() - shown.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let _ = writeln!(out, "    {}{more} on {}", shown.join(", "), clean(resource));
    }
    if answer.new.len() > MOST_SHOWN {
        let _ = writeln!(out, "    and on {} more", answer.new.len() - MOST_SHOWN);
    }
}

/// Most lines, and most actions in a line, that people are shown; JSON has them all.
const MOST_SHOWN: usize = 10;

#[cfg(test)]
mod tests;
