//! The smallest permissions: `palisade iam shrink`.

use crate::clean::line as clean;
use crate::line::path;
use crate::paint::Paint;
use crate::text::Style;
use palisade_access::{Access, Expressions, Need, Shrunk, Unused, yaml};
use palisade_core::{Location, Problem};
use palisade_iam::Symbols;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The name of the JSON schema, with its version (`schemas/iam-shrink.schema.json`).
const SCHEMA: &str = "palisade.iam-shrink/1";

/// What came of one application.
#[derive(Debug)]
pub struct Report<'a> {
    /// Who may do what in it.
    pub access: &'a Access<'a>,
    /// Its roles.
    pub roles: Vec<Shrunk>,
    /// The names in them.
    pub symbols: Symbols,
}

impl Report<'_> {
    /// Whether some role has more than it uses, or less.
    #[must_use]
    pub fn differs(&self) -> bool {
        let differs = |role: &Shrunk| !role.unused.is_empty() || !role.missing.is_empty();
        self.roles.iter().any(differs)
    }

    fn location(&self, origin: &palisade_core::Origin) -> Location {
        self.access.app.sources.location(origin.span)
    }

    fn written(&self, id: &str) -> String {
        let resource = self.access.app.resource(id);
        resource.map_or_else(|| id.to_owned(), |r| r.written.address.to_string())
    }

    fn names(&self, ids: &[std::sync::Arc<str>]) -> Vec<String> {
        ids.iter().map(|id| self.written(id)).collect()
    }
}

/// The roles of all applications as JSON text.
#[must_use]
pub fn json(reports: &[Report<'_>], problems: &[Problem]) -> String {
    let roles: Vec<Value> = reports
        .iter()
        .flat_map(|report| report.roles.iter().map(|role| object(report, role)))
        .collect();
    crate::json::tree(json!({"schema": SCHEMA, "roles": roles, "problems": problems}))
}

fn object(report: &Report<'_>, role: &Shrunk) -> Value {
    let expressions = Expressions::new(report.access, &report.symbols);
    let texts =
        |texts: &[String]| -> Vec<Value> { texts.iter().map(|t| expressions.text(t)).collect() };
    let missing = |need: &Need| {
        json!({
            "action": need.action,
            "resources": texts(&need.resources),
            "unbound": need.unbound,
            "why": need.why,
            "location": need.at,
        })
    };
    let unused = |unused: &Unused| {
        json!({
            "policy": unused.policy,
            "actions": unused.actions,
            "narrowed": unused.narrowed.iter().map(|(pattern, used)| json!({
                "pattern": pattern,
                "used": used,
            })).collect::<Vec<_>>(),
            "resources": texts(&unused.resources),
            "location": report.location(&unused.at),
        })
    };
    json!({
        "application": report.access.app.root,
        "role": report.written(&role.role),
        "when": role.when.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "functions": report.names(&role.functions),
        "unread": role.unread.iter().map(|(id, why)| json!({
            "function": report.written(id),
            "reason": why,
        })).collect::<Vec<_>>(),
        "unresolved": role.unresolved.iter().map(|(what, at)| json!({
            "what": what,
            "location": at,
        })).collect::<Vec<_>>(),
        "used_not_granted": role.missing.iter().map(missing).collect::<Vec<_>>(),
        "granted_not_used": role.unused.iter().map(unused).collect::<Vec<_>>(),
        "proposed": role.proposed.as_ref().map(|p| expressions.document(p)),
        "subset_of_declared": role.proved,
    })
}

/// The roles of all applications for people.
#[must_use]
pub fn text(reports: &[Report<'_>], style: &Style<'_>) -> String {
    let mut out = String::new();
    for report in reports {
        for role in &report.roles {
            one(report, role, style, &mut out);
        }
    }
    if out.is_empty() {
        out.push_str("No function here runs as a role that the templates declare.\n");
    }
    out
}

fn one(report: &Report<'_>, role: &Shrunk, style: &Style<'_>, out: &mut String) {
    let paint = Paint { color: style.color };
    let place = |at: &Location| format!("{}:{}", path(style.root_prefix, &at.file), at.line);
    let (name, functions) = (report.written(&role.role), report.names(&role.functions));
    let of = match functions.as_slice() {
        // A role that the transform makes goes by the function's name.
        [one] if *one == name => "its own role".to_owned(),
        _ => format!("the role of {}", functions.join(", ")),
    };
    let _ = write!(out, "{}: {}", paint.bold(&clean(&name)), clean(&of));
    for condition in &role.when {
        let _ = write!(out, ", when {condition}");
    }
    out.push('\n');
    for (function, why) in &role.unread {
        let name = report.written(function);
        let _ = writeln!(out, "  not read: {}: {}", clean(&name), clean(why));
    }
    section(
        out,
        &paint,
        "can't be told",
        role.unresolved.iter().map(|(what, at)| {
            let at = at.as_ref().map(|at| format!("  {}", place(at)));
            format!("{}{}", clean(what), at.unwrap_or_default())
        }),
    );
    let show = |texts: &[String]| {
        let texts: Vec<String> = texts
            .iter()
            .map(|t| clean(&report.symbols.show(t)))
            .collect();
        texts.join(", ")
    };
    section(
        out,
        &paint,
        "used but not granted",
        role.missing.iter().map(|need| {
            let at = need.at.as_ref().map(|at| format!(", {}", place(at)));
            let (resources, at) = (show(&need.resources), at.unwrap_or_default());
            format!("{} on {resources}  ({}{at})", need.action, clean(&need.why))
        }),
    );
    section(
        out,
        &paint,
        "granted but not used",
        role.unused.iter().map(|unused| {
            let mut parts: Vec<String> = Vec::new();
            if !unused.actions.is_empty() {
                let actions: Vec<String> = unused.actions.iter().map(|a| clean(a)).collect();
                parts.push(shortened(&actions));
            }
            for (pattern, used) in &unused.narrowed {
                parts.push(format!("{} beyond {}", clean(pattern), used.join(", ")));
            }
            if !unused.resources.is_empty() {
                parts.push(format!("resource {}", show(&unused.resources)));
            }
            let at = place(&report.location(&unused.at));
            format!("{}  ({}, {at})", parts.join("; "), clean(&unused.policy))
        }),
    );
    if role.proposed.is_some() && role.unused.is_empty() && role.missing.is_empty() {
        out.push_str("  has what it needs, and nothing else\n");
    } else if let Some(proposed) = &role.proposed {
        let proof = match role.proved {
            Some(true) => "proved to allow nothing that is not allowed today",
            Some(false) => "not within what is allowed today",
            None => "not proved: it depends on what is not known",
        };
        if proposed.is_empty() {
            out.push_str("  needs no permissions of its own\n");
        } else {
            let _ = writeln!(
                out,
                "  {} {}",
                paint.bold("the least it needs"),
                paint.dim(&format!("({proof})"))
            );
            let expressions = Expressions::new(report.access, &report.symbols);
            let document = expressions.document(proposed);
            let _ = writeln!(out, "{}", yaml(&document, 4).trim_start_matches('\n'));
        }
    }
    out.push('\n');
}

fn section(out: &mut String, paint: &Paint, title: &str, lines: impl Iterator<Item = String>) {
    let mut begun = false;
    for line in lines {
        if !begun {
            let _ = writeln!(out, "  {}", paint.bold(title));
            begun = true;
        }
        let _ = writeln!(out, "    {line}");
    }
}

/// The first of many.
fn shortened(names: &[String]) -> String {
    const SHOWN: usize = 6;
    match names.len() {
        0..=SHOWN => names.join(", "),
        n => format!("{} and {} more", names[..SHOWN].join(", "), n - SHOWN),
    }
}

#[cfg(test)]
mod tests;
