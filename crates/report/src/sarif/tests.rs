use super::*;
use crate::testing::{in_environments, report, with_policy};
use serde_json::Value;

fn rendered(report: &Report) -> Value {
    let text = with_policy(|policy| render(report, "apps/", policy));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn follows_the_official_schema() {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../tests/data/sarif-schema-2.1.0.json")).unwrap();
    // The pattern as published has a bracket too many, and strict readers of patterns refuse it.
    for path in ["run", "toolComponent"] {
        let pattern = format!("/definitions/{path}/properties/language/pattern");
        if let Some(pattern) = schema.pointer_mut(&pattern) {
            *pattern = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
        }
    }
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    for report in [report(), in_environments(), Report::default()] {
        let value = rendered(&report);
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn golden() {
    let mut value = rendered(&report());
    value["runs"][0]["tool"]["driver"]["version"] = "VERSION".into();
    value["runs"][0]["tool"]["driver"]["semanticVersion"] = "VERSION".into();
    insta::assert_snapshot!(json::text(&value));
}

#[test]
fn paths_are_uris() {
    assert_eq!(encode_path("a b/ü#?.yaml"), "a%20b/%C3%BC%23%3F.yaml");
    assert_eq!(encode_path("c:x%"), "c%3Ax%25");
    assert_eq!(encode_path("a\nb"), "a%0Ab");
}

#[test]
fn messages_make_no_links() {
    assert_eq!(message("[x](javascript:y)").text, "[x] (javascript:y)");
}

#[test]
fn environments_are_properties() {
    let value = rendered(&in_environments());
    let properties = &value["runs"][0]["results"][0]["properties"];
    assert_eq!(properties["environments"], value!(["prod"]));
}
