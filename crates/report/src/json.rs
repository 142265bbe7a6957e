//! JSON with a published schema (`schemas/scan.schema.json`).

use palisade_scan::Report;
use serde_json::{Value, json};

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
