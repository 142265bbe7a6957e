//! JSON with a published schema (`schemas/scan.schema.json`).

use crate::clean::hides;
use palisade_scan::Report;
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Write as _;

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
    text(&json(report))
}

/// JSON text in which characters that act on a terminal, or hide text, are escaped.
pub(crate) fn text(value: &impl Serialize) -> String {
    let plain = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut out = String::with_capacity(plain.len() + 1);
    for c in plain.chars() {
        if c != '\n' && hides(c) {
            // Such characters stand in strings only.
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    // `##[` is a command in the logs of some CI systems.
    let mut out = out.replace("##[", "#\\u0023[");
    out.push('\n');
    out
}
