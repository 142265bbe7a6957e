//! The published JSON Schemas and the parsers must accept the same keys: a key that an editor
//! offers and the program refuses, or the reverse, is a broken promise.

use crate::testing::Keys;
use crate::{
    Catalogue, Framework, Parameters, catalogue, config, exceptions, overlay, parameter_info,
};
use serde_json::Value;
use std::collections::BTreeSet;

const CONFIG: &str = include_str!("../../../schemas/palisade.toml.schema.json");
const EXCEPTIONS: &str = include_str!("../../../schemas/exceptions.toml.schema.json");
const POLICY: &str = include_str!("../../../schemas/policy.toml.schema.json");

/// The table that a name means: the whole file, or a definition.
fn table<'a>(schema: &'a Value, name: &str) -> &'a Value {
    if name.is_empty() {
        schema
    } else {
        &schema["$defs"][name]
    }
}

fn keys(table: &Value) -> BTreeSet<&str> {
    let properties = table["properties"].as_object().unwrap();
    properties.keys().map(String::as_str).collect()
}

#[test]
fn schemas_and_parsers_know_the_same_keys() {
    let both: [(&str, &[Keys]); 4] = [
        (CONFIG, &config::SCHEMA_KEYS),
        (EXCEPTIONS, &exceptions::SCHEMA_KEYS),
        (POLICY, &overlay::SCHEMA_KEYS),
        (POLICY, &catalogue::SCHEMA_KEYS),
    ];
    for (text, tables) in both {
        let schema: Value = serde_json::from_str(text).unwrap();
        for (name, known) in tables {
            let table = table(&schema, name);
            let known: BTreeSet<&str> = known.iter().copied().collect();
            assert_eq!(keys(table), known, "{} {name}", schema["title"]);
            assert_eq!(table["additionalProperties"], false, "{name}");
            for required in table["required"].as_array().into_iter().flatten() {
                assert!(known.contains(required.as_str().unwrap()), "{required}");
            }
        }
    }
}

#[test]
fn schemas_know_every_parameter_with_its_default() {
    for text in [CONFIG, POLICY] {
        let schema: Value = serde_json::from_str(text).unwrap();
        let table = table(&schema, "parameters");
        let known: BTreeSet<&str> = Parameters::NAMES.iter().copied().collect();
        assert_eq!(keys(table), known);
        for info in parameter_info() {
            let property = &table["properties"][&info.name];
            assert_eq!(
                property["default"].to_string(),
                info.default,
                "{}",
                info.name
            );
            let description = format!("{} ({})", info.meaning, info.unit);
            assert_eq!(property["description"], description.as_str());
            if property["type"] == "integer" {
                assert_eq!(property["minimum"], i32::from(!info.zero), "{}", info.name);
            }
        }
    }
}

#[test]
fn the_policy_schema_knows_every_framework() {
    let schema: Value = serde_json::from_str(POLICY).unwrap();
    let table = &schema["$defs"]["clause"]["properties"]["frameworks"];
    let known = Catalogue::builtin().frameworks();
    let known: BTreeSet<&str> = known.iter().map(|f: &Framework| f.id.as_str()).collect();
    assert_eq!(keys(table), known);
}
