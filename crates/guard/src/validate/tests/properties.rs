//! For any bytes: no panic; what passes, passes again; what was dropped leaves nothing to drop.

use super::{json_body, send};
use crate::validate::json::Doc;
use crate::validate::{Contract, JsonLimits, Parts, Payload, Rules, Schema, Unknown};
use proptest::prelude::*;
use serde_json::Value;

const SCHEMA: &str = "{ type: object, required: [a], properties: { a: { type: [integer, string] }, \
    b: { type: array, items: { type: object, properties: { a: {} } } }, c: { $ref: '#/components/schemas/N' } } }";

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-d]", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let ours = Doc::read(&bytes, &JsonLimits::default());
        // Whatever we read, the strictest common reader reads as well.
        if ours.is_ok() {
            prop_assert!(serde_json::from_slice::<Value>(&bytes).is_ok());
        }
    }

    #[test]
    fn json_like_texts_are_read_alike(text in "[\\[\\]{}:,\"\\\\a0-9eE+.\\- tu]{0,30}") {
        let ours = Doc::read(text.as_bytes(), &JsonLimits::default());
        let theirs = serde_json::from_str::<Value>(&text);
        prop_assert!(ours.is_err() || theirs.is_ok(), "{text}");
        // What only we refuse is a duplicate name, or a number that is not one.
        if let (Err(refused), Ok(_)) = (&ours, &theirs) {
            prop_assert!(format!("{refused:?}") == "Duplicate", "{text} {refused:?}");
        }
    }

    #[test]
    fn values_are_written_as_they_were_read(value in value()) {
        let text = value.to_string();
        let doc = Doc::read(text.as_bytes(), &JsonLimits::default()).expect("JSON");
        let mut out = String::new();
        doc.write(0, &mut out);
        prop_assert_eq!(out, text);
    }

    #[test]
    fn dropping_is_done_once(value in value()) {
        let rules = Rules { unknown: Unknown::Drop, ..Rules::default() };
        let schema = SCHEMA.replace("{ $ref: '#/components/schemas/N' }", "{ type: object, properties: { d: {} } }");
        let operation = json_body("3.1.0", &schema, &rules);
        let strict = json_body("3.1.0", &schema, &Rules::default());
        let text = value.to_string();
        if let Ok(checked) = send(&operation, "application/json", text.as_bytes()) {
            let body = checked.body.unwrap_or_else(|| text.into_bytes());
            let again = send(&operation, "application/json", &body).expect("still valid");
            prop_assert_eq!(again.body, None);
            prop_assert!(send(&strict, "application/json", &body).is_ok());
        }
    }

    #[test]
    fn any_request_is_judged(
        query in "[a-c\\[\\]=&%0-9,|+;é]{0,40}",
        path in "[a-c;.,=0-9]{0,20}",
        kind in "[a-z/;= \"+*\\-]{0,40}",
        header in prop::collection::vec(any::<u8>(), 0..20),
        body in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let text = "
openapi: 3.1.0
paths:
  /x/{a}:
    post:
      parameters:
        - { name: a, in: path, style: matrix, explode: true, schema: { type: array, items: { type: integer } } }
        - { name: a, in: query, style: deepObject, schema: { type: object, additionalProperties: { type: array } } }
        - { name: b, in: query, explode: false, schema: { type: [array, object, integer, 'null'] } }
        - { name: c, in: query, schema: { type: object, properties: { c: { type: boolean } } } }
        - { name: h, in: header, schema: { type: object } }
        - { name: a, in: cookie, schema: { type: number } }
      requestBody:
        content:
          application/json: { schema: { type: object } }
          application/x-www-form-urlencoded: { schema: { type: object, properties: { a: { type: array } } } }
          multipart/form-data: { schema: { type: object } }
          text/*: { schema: { type: string } }
";
        for unknown in [Unknown::Keep, Unknown::Drop, Unknown::Refuse] {
            let rules = Rules { unknown, unknown_query: unknown, ..Rules::default() };
            let (contract, _) = Contract::read("a", text.as_bytes(), &|_| None);
            let (operation, problems) = contract.operation("POST", "/x/{a}", &rules).expect("x");
            prop_assert!(problems.is_empty());
            for kind in [&*kind, "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "text/x"] {
                let _ = operation.request(&Parts {
                    path: &[("a", &path)],
                    query: &query,
                    headers: &[("content-type", kind.as_bytes()), ("h", &header), ("cookie", &header)],
                    body: Payload::Whole(&body),
                });
            }
        }
    }

    #[test]
    fn any_schema_is_read(value in value(), words in prop::collection::vec(0..14usize, 1..6), body in value()) {
        let names = ["type", "properties", "items", "allOf", "anyOf", "$ref", "required", "enum", "pattern",
            "patternProperties", "additionalProperties", "minimum", "format", "not"];
        let map = words.iter().map(|at| (names[*at].to_owned(), value.clone())).collect();
        let text = Value::Object(map).to_string();
        let (schema, _) = Schema::read("s", text.as_bytes(), &|_| None);
        let _ = schema.check(body.to_string().as_bytes(), Unknown::Drop, &JsonLimits::default());
    }
}
