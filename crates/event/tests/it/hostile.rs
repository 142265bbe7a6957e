//! Input that means harm.

use crate::{salts, wrong};
use palisade_event::{Event, LIMIT};
use proptest::prelude::*;

const START: &str = r#"{"class_uid": 6002, "activity_id": 3, "time": 0, "app": {"name": "a"}"#;

#[test]
fn no_message_shows_a_planted_secret() {
    let secret = "hunter2-AKIAIOSFODNN7EXAMPLE";
    let number = "8005551212";
    let plants = [
        format!(r#""severity_id": "{secret}""#),
        format!(r#""severity_id": {number}"#),
        format!(r#""severity_id": {number}0.5"#),
        format!(r#""severity_id": 1{number}99999999999"#),
        format!(r#""severity": "{secret}", "severity_id": 2"#),
        format!(r#""status_id": ["{secret}"]"#),
        format!(r#""observables": "{secret}""#),
        format!(r#""observables": [{{"type_id": 1, "value": {{"a": "{secret}"}}}}]"#),
        format!(r#""actor": {{"user": {{"name": ["{secret}"]}}}}"#),
        format!(r#""metadata": {{"profiles": ["{secret}"]}}"#),
        format!(r#""palisade": {{"clauses": ["{secret}"]}}"#),
        format!(r#""unknown": "{secret}""#),
        format!(r#""class_uid": "{secret}""#),
        format!(r#""message": "{secret}", "message": "{secret}""#),
        format!(r#""message": "{secret}\q""#),
        format!(r#""message": "{secret}"#),
        format!(r#""message": "{secret}" "{secret}""#),
        format!(r#""message": {secret}"#),
        format!(r#""message": "{secret}\ud800""#),
        "\"message\": \"".to_owned() + secret + "\n\"",
    ];
    for plant in plants {
        let found = wrong(&format!("{START}, {plant}}}"));
        assert!(!found.is_empty(), "{plant}");
        let shown = format!("{found:?}");
        for part in [secret, "hunter2", number] {
            assert!(!shown.contains(part), "{plant}: {shown}");
        }
    }
}

#[test]
fn what_is_too_much_is_refused() {
    let one = |value: &str| wrong(&format!("{START}, \"unmapped\": {{\"a\": {value}}}}}"));
    assert_eq!(one(&("[".repeat(30) + &"]".repeat(30))), [""; 0]);
    for value in [
        "[".repeat(31) + &"]".repeat(31),
        "[".repeat(20_000),
        "{\"a\":".repeat(10_000),
        format!("\"{}\"", "a".repeat(1 << 20)),
        "NaN".to_owned(),
        "-Infinity".to_owned(),
        "1e999".to_owned(),
        "9007199254740993".to_owned(),
        r#""\udc00""#.to_owned(),
        r#"{"b": 1, "b": 1}"#.to_owned(),
        "1} {".to_owned(),
    ] {
        let found = one(&value);
        assert_eq!(found.len(), 1, "{}", &value[..value.len().min(40)]);
        assert!(found[0].len() < 200, "{found:?}");
    }
    let long = format!("{START}, \"message\": \"{}\"}}", "a".repeat(LIMIT));
    let found = wrong(&long);
    assert_eq!(
        found,
        [format!(
            "the event has {} bytes; at most {LIMIT} are taken; leave out what is large, keep its digest",
            long.len()
        )]
    );
    assert_eq!(
        Event::from_json(b"\xff{}", LIMIT).expect_err("no text")[0].to_string(),
        "byte 0 is not UTF-8; write the event in UTF-8"
    );
}

#[test]
fn what_grows_too_large_when_sealed_is_refused() {
    let many = |count: usize| {
        let one = r#"{"type_id":1,"value":""}"#;
        let list = vec![one; count].join(",");
        let text = format!("{START},\"observables\":[{list}]}}");
        let event = crate::complete(crate::read(&text));
        event.seal(salts()).map(|sealed| sealed.leaf.len())
    };
    assert!(many(700).is_ok());
    let error = many(2_000).expect_err("too large").to_string();
    assert!(error.starts_with("sealed, the event has 1"), "{error}");
}

#[test]
fn too_many_persons_are_refused() {
    let many = |count: usize| {
        let list: Vec<String> = (0..count)
            .map(|n| format!(r#"{{"comment":"c","owner":{{"uid":"u{n}"}}}}"#))
            .collect();
        let text = format!(
            r#"{{"class_uid": 2003, "activity_id": 1, "time": 0, "compliance": {{"control": "c"}},
                "finding_info": {{"uid": "f", "title": "t"}}, "notes": [{}]}}"#,
            list.join(",")
        );
        crate::complete(crate::read(&text)).seal(salts()).is_ok()
    };
    assert!(many(200));
    assert!(!many(300));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = Event::from_json(&bytes, LIMIT);
    }

    #[test]
    fn no_text_panics(text in "[\\[\\]{}:,\"\\\\a-z0-9.eE+\\- \u{0}é😀]{0,200}") {
        let _ = Event::from_json(text.as_bytes(), LIMIT);
    }

    /// Any JSON in the place of any attribute.
    #[test]
    fn no_event_panics(name in "[a-z_]{1,12}|metadata|actor|observables|palisade|time", value in json()) {
        let text = format!("{START}, \"{name}\": {value}}}");
        if let Ok(event) = Event::from_json(text.as_bytes(), LIMIT) {
            let _ = crate::complete(event).seal(salts());
        }
    }
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f32>().prop_map(|value| value.to_string()),
        "[a-z\u{0}é]{0,8}".prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let name = "user|uid|name|version|product|clauses|profiles|type_id|value";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|list| format!("[{}]", list.join(","))),
            prop::collection::vec((name, inner), 0..4).prop_map(|members| {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}
