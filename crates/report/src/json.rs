//! JSON with a published schema (`schemas/scan.schema.json`).

use crate::clean::hides;
use palisade_core::{Finding, Problem, Unresolved};
use palisade_scan::{EntryPointRow, Report, Stats};
use serde::Serialize;
use serde::ser::{Error as _, Serializer};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::Arc;

/// The name of the schema, with its version.
const SCHEMA: &str = "palisade.scan/1";

/// The report as JSON.
#[must_use]
pub fn json(report: &Report) -> Value {
    let mut value = serde_json::to_value(report).unwrap_or(Value::Null);
    if let Value::Object(object) = &mut value {
        object.insert("schema".to_owned(), json!(SCHEMA));
    }
    value
}

/// The report as JSON text, ending in a line break.
#[must_use]
pub fn render(report: &Report) -> String {
    text(&Whole {
        entry_points: Each(&report.entry_points),
        environments: &report.environments,
        findings: Each(&report.findings),
        problems: Each(&report.problems),
        schema: SCHEMA,
        stats: Sorted(&report.stats),
        unresolved: Each(&report.unresolved),
    })
}

/// The members of a report, sorted by name as everything in the text is.
#[derive(Serialize)]
struct Whole<'a> {
    entry_points: Each<'a, EntryPointRow>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    environments: &'a [Arc<str>],
    findings: Each<'a, Finding>,
    problems: Each<'a, Problem>,
    schema: &'a str,
    stats: Sorted<'a, Stats>,
    unresolved: Each<'a, Unresolved>,
}

/// A value whose members are written in the order of their names. It takes a tree to sort them, so
/// that a long report is written item by item.
struct Sorted<'a, T>(&'a T);

impl<T: Serialize> Serialize for Sorted<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tree = serde_json::to_value(self.0).map_err(S::Error::custom)?;
        sorted(tree).serialize(serializer)
    }
}

/// A list of such values.
struct Each<'a, T>(&'a [T]);

impl<T: Serialize> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Sorted))
    }
}

/// A tree whose members are in the order of their names.
pub(crate) fn sorted(mut tree: Value) -> Value {
    tree.sort_all_objects();
    tree
}

/// JSON text of a tree, its members in the order of their names.
pub(crate) fn tree(value: Value) -> String {
    text(&sorted(value))
}

/// JSON text in which characters that act on a terminal, or hide text, are escaped.
pub(crate) fn text(value: &impl Serialize) -> String {
    let mut plain = serde_json::to_string_pretty(value).unwrap_or_default();
    plain.push('\n');
    if !plain.contains(|c| c != '\n' && hides(c)) && !plain.contains("##[") {
        return plain;
    }
    let mut out = String::with_capacity(plain.len());
    let mut rest = plain.as_str();
    while let Some(at) = rest.find(|c| c != '\n' && hides(c)) {
        let (harmless, hidden) = rest.split_at(at);
        out.push_str(harmless);
        let mut chars = hidden.chars();
        // Such characters stand in strings only.
        for unit in chars.next().unwrap_or_default().encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    // `##[` is a command in the logs of some CI systems.
    out.replace("##[", "#\\u0023[")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{in_environments, report};

    #[test]
    fn follows_its_schema() {
        let schema = include_str!("../../../schemas/scan.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        for report in [report(), in_environments(), Report::default()] {
            let value = serde_json::from_str(&render(&report)).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&value)
                .map(|e| format!("{}: {e}", e.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{errors:#?}");
        }
    }

    #[test]
    fn the_text_is_that_of_the_tree() {
        for report in [report(), in_environments(), Report::default()] {
            assert_eq!(render(&report), tree(json(&report)));
        }
    }

    #[test]
    fn the_schema_is_strict() {
        let schema = include_str!("../../../schemas/scan.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for path in ["", "/findings/0", "/findings/0/location", "/stats"] {
            let mut value = json(&report());
            value.pointer_mut(path).unwrap()["unknown_member"] = Value::Null;
            assert!(!validator.is_valid(&value), "{path}");
        }
    }

    #[test]
    fn what_acts_on_terminals_is_escaped_and_not_lost() {
        let hostile = "\x1b[31m\u{9b}2J\u{202e}##[error]\u{e0041}\n";
        let written = text(&hostile);
        assert_eq!(
            written,
            "\"\\u001b[31m\\u009b2J\\u202e#\\u0023[error]\\udb40\\udc41\\n\"\n"
        );
        let read: String = serde_json::from_str(&written).unwrap();
        assert_eq!(read, hostile);
    }

    #[test]
    fn golden() {
        insta::assert_snapshot!(render(&report()));
    }
}
