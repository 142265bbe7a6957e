//! The published JSON Schema and the reader must accept the same keys: a key that an editor offers
//! and the program refuses, or the reverse, is a broken promise.

use super::Config;
use super::read::SCHEMA_KEYS;
use super::tests::COMPLETE;
use serde_json::Value;
use std::collections::BTreeSet;

const SCHEMA: &str = include_str!("../../../../schemas/guard.toml.schema.json");
const PAGE: &str = include_str!("../../../../docs/guard-configuration.md");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn errors(text: &str) -> Vec<String> {
    let value: Value = toml::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors = validator.iter_errors(&value);
    errors
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect()
}

#[test]
fn schema_and_reader_know_the_same_keys() {
    let schema = schema();
    for (name, known) in SCHEMA_KEYS {
        let table = match name {
            "" => &schema,
            name => &schema["$defs"][name],
        };
        let properties = table["properties"].as_object().unwrap();
        let keys: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let known: BTreeSet<&str> = known.iter().copied().collect();
        assert_eq!(keys, known, "{name}");
        assert_eq!(table["additionalProperties"], false, "{name}");
        for required in table["required"].as_array().into_iter().flatten() {
            assert!(known.contains(required.as_str().unwrap()), "{required}");
        }
    }
    let tables = schema["$defs"].as_object().unwrap();
    let closed = tables
        .iter()
        .filter(|(_, table)| table.get("properties").is_some());
    assert_eq!(closed.count(), SCHEMA_KEYS.len() - 1);
}

#[test]
fn schema_and_reader_know_the_same_algorithms() {
    let schema = schema();
    let known = schema["$defs"]["issuer"]["properties"]["algorithms"]["items"]["enum"].clone();
    let all: Vec<&str> = palisade_authn::Algorithm::names().collect();
    assert_eq!(known, serde_json::json!(all));
}

#[test]
fn the_complete_example_has_every_key_and_keeps_the_schema() {
    assert_eq!(errors(COMPLETE), [""; 0]);
    for (table, keys) in SCHEMA_KEYS {
        for key in keys {
            let starts = [
                format!("{key} = "),
                format!("[{key}"),
                format!("[[{key}"),
                format!(".{key}]"),
            ];
            let written = starts.iter().any(|start| {
                COMPLETE.contains(&format!("\n{start}")) || COMPLETE.contains(start.as_str())
            });
            assert!(written, "`{key}` of `{table}`");
        }
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    for (right, wrong) in [
        ("public = true", "public = false"),
        (
            "public = true\n",
            "public = true\nauthenticate = [\"api-key\"]\n",
        ),
        ("per = \"route\"", "per = \"routes\""),
        ("rate = \"100/s\"", "rate = \"100\""),
        ("max-body = \"64 KiB\"", "max-body = \"64 KB\""),
        ("skew = \"30s\"", "skew = 30"),
        ("methods = [\"POST\"]", "methods = []"),
        (
            "algorithms = [\"RS256\", \"ES256\"]",
            "algorithms = [\"none\"]",
        ),
        ("accounts = [\"111122223333\"]", "accounts = [\"1\"]"),
        ("buckets = [\"uploads-example-com\"]", "buckets = []"),
        ("path = \"/orders\"", "path = \"orders\""),
        ("concurrent = 200", ""),
        ("private-key = \"tls/key.pem\"\n", ""),
        (
            "openapi = \"openapi.yaml\"",
            "openapi = \"openapi.yaml\"\nschema = \"x\"",
        ),
        ("dir = \"ledger\"\n", ""),
    ] {
        assert!(COMPLETE.contains(right), "{right}");
        let text = COMPLETE.replacen(right, wrong, 1);
        assert!(Config::parse("guard.toml", &text).is_err(), "{wrong}");
        assert_ne!(errors(&text), [""; 0], "{wrong}");
    }
}

/// The blocks of the page in which TOML stands.
fn blocks() -> impl Iterator<Item = &'static str> {
    let blocks = PAGE.split("```toml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap())
}

#[test]
fn the_page_shows_the_complete_example_and_files_that_work() {
    assert!(blocks().any(|block| block == COMPLETE));
    let mut whole = 0;
    for block in blocks().filter(|block| block.contains("environment = ")) {
        if let Err(errors) = Config::parse("page", block) {
            panic!("{errors:#?}");
        }
        assert_eq!(errors(block), [""; 0]);
        whole += 1;
    }
    assert!(whole >= 3);
}

#[test]
fn the_page_tells_of_every_key() {
    for (table, keys) in SCHEMA_KEYS {
        for key in keys {
            let forms = [
                format!("| `{key}` |"),
                format!("`[{key}]`"),
                format!("`[{key}.NAME]`"),
                format!("`[[{key}]]`"),
            ];
            let row = forms.iter().any(|form| PAGE.contains(form));
            assert!(row, "`{key}` of `{table}`");
        }
    }
}
