//! What attackers send, one line each, with where it comes from.

use super::{json_body, send, verdict};
use crate::validate::{JsonLimits, Limits, Rules, Unknown};

const JSON: &str = "application/json";

fn keep() -> Rules {
    Rules {
        unknown: Unknown::Keep,
        ..Rules::default()
    }
}

#[test]
fn texts_that_readers_take_differently_are_refused() {
    let any = json_body("3.1.0", "{}", &keep());
    let deep = format!("{}1{}", "[".repeat(33), "]".repeat(33));
    let fits = format!("{}1{}", "[".repeat(32), "]".repeat(32));
    let long = format!("[{}]", "9".repeat(129));
    let table: &[(&str, &[u8])] = &[
        // RFC 8259, 4: readers differ on which of two members counts.
        ("duplicate-member", br#"{"a":1,"a":2}"#),
        ("duplicate-member", br#"{"a":1,"\u0061":2}"#),
        ("duplicate-member", br#"[{"x":{"":1,"":2}}]"#),
        // The same in an object that is large enough for an index.
        (
            "duplicate-member",
            br#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"c":1}"#,
        ),
        // RFC 8259, 8.1: no byte order mark; UTF-8 only.
        ("json-syntax", b"\xEF\xBB\xBF{}"),
        ("encoding", b"\"\xFF\""),
        ("encoding", b"\"\xC0\xAF\""),
        ("encoding", b"\"\xED\xA0\x80\""),
        // RFC 8259, 8.2: lone surrogates.
        ("json-syntax", br#""\ud800""#),
        ("json-syntax", br#""\udc00\ud800""#),
        ("json-syntax", br#""\ud800\u0041""#),
        ("ok", br#""\ud83d\ude00""#),
        // One value, and nothing else.
        ("json-syntax", b"{}{}"),
        ("json-syntax", b"1 2"),
        ("json-syntax", b"{} //"),
        ("json-syntax", b"{}\0"),
        ("ok", b" {} \r\n\t"),
        ("json-syntax", b"\x0C{}"),
        ("json-syntax", "\u{a0}{}".as_bytes()),
        // What loose readers add.
        ("json-syntax", b"{'a':1}"),
        ("json-syntax", b"{a:1}"),
        ("json-syntax", br#"{"a":1,}"#),
        ("json-syntax", b"[1,]"),
        ("json-syntax", b"[,1]"),
        ("json-syntax", b"NaN"),
        ("json-syntax", b"[Infinity]"),
        ("json-syntax", b"-Infinity"),
        ("json-syntax", b"+1"),
        ("json-syntax", b".5"),
        ("json-syntax", b"1."),
        ("json-syntax", b"0x10"),
        ("json-syntax", b"01"),
        ("json-syntax", b"-01"),
        ("json-syntax", b"1e"),
        ("json-syntax", b"-"),
        ("json-syntax", b"True"),
        ("json-syntax", b"nul"),
        ("json-syntax", b"\"a\nb\""),
        ("json-syntax", b"\"\\x41\""),
        ("json-syntax", b"\"\\u00g0\""),
        ("json-syntax", b"\"\\u00"),
        ("json-syntax", b"\"\\"),
        ("json-syntax", b"\""),
        ("json-syntax", b"{\"a\""),
        ("json-syntax", b"{\"a\":"),
        ("json-syntax", b"["),
        // Numbers outside of a double become infinity, or an error, or a text.
        ("number-range", b"1e400"),
        ("number-range", b"-1e400"),
        ("ok", b"1e308"),
        ("ok", b"-0"),
        ("ok", b"-0.0e-0"),
        ("number-range", long.as_bytes()),
        // Nesting, against the stack of whoever reads it next.
        ("too-deep", deep.as_bytes()),
        ("ok", fits.as_bytes()),
    ];
    for (expected, body) in table {
        let shown = String::from_utf8_lossy(body);
        assert_eq!(verdict(&any, JSON, body), *expected, "{shown}");
    }
}

#[test]
fn a_bomb_of_brackets_costs_nothing() {
    let any = json_body("3.1.0", "{}", &keep());
    let bomb = "[".repeat(1_000_000);
    assert_eq!(verdict(&any, JSON, bomb.as_bytes()), "too-deep");
    let bomb = "{\"a\":".repeat(200_000);
    assert_eq!(verdict(&any, JSON, bomb.as_bytes()), "too-deep");
}

#[test]
fn limits_hold() {
    let rules = Rules {
        limits: Limits {
            body: 100,
            json: JsonLimits {
                depth: 2,
                members: 3,
                items: 4,
                string: 5,
                number: 6,
            },
            ..Limits::default()
        },
        ..keep()
    };
    let any = json_body("3.1.0", "{}", &rules);
    let large = format!("\"{}\"", "a".repeat(99));
    let table: &[(&str, &str)] = &[
        ("too-long", &large),
        ("too-deep", "[[[1]]]"),
        ("ok", "[[1]]"),
        ("too-many-members", r#"{"a":1,"b":1,"c":1,"d":1}"#),
        ("too-many-items", "[1,1,1,1,1]"),
        ("too-long", r#""abcdef""#),
        ("ok", r#""\u0061bcde""#),
        ("too-long", r#"{"abcdef":1}"#),
        ("number-range", "1234567"),
    ];
    for (expected, body) in table {
        assert_eq!(verdict(&any, JSON, body.as_bytes()), *expected, "{body}");
    }
}

#[test]
fn integers_are_decided_on_their_digits() {
    let integer = json_body("3.1.0", "{ type: integer }", &keep());
    for (expected, body) in [
        ("ok", "1"),
        ("ok", "1.0"),
        ("ok", "1e2"),
        ("ok", "1.50e1"),
        ("ok", "100e-2"),
        ("ok", "0.000"),
        ("ok", "0e5"),
        ("ok", "123456789012345678901234567890"),
        // A double makes 1 of this.
        ("type", "1.00000000000000000000000001"),
        ("type", "1e-2"),
        ("type", "100e-3"),
        ("type", "0.5"),
        ("type", "\"1\""),
        ("type", "true"),
    ] {
        assert_eq!(verdict(&integer, JSON, body.as_bytes()), expected, "{body}");
    }
    let bounded = json_body("3.0.3", "{ type: integer, format: int64 }", &keep());
    assert_eq!(verdict(&bounded, JSON, b"9223372036854775807"), "ok");
    assert_eq!(verdict(&bounded, JSON, b"9223372036854775808"), "maximum");
    assert_eq!(verdict(&bounded, JSON, b"-9223372036854775809"), "minimum");
}

#[test]
fn dropping_keeps_every_other_byte_of_a_value() {
    let schema =
        "{ type: object, properties: { n: {}, o: { type: object, properties: { p: {} } } } }";
    let rules = Rules {
        unknown: Unknown::Drop,
        ..Rules::default()
    };
    let operation = json_body("3.1.0", schema, &rules);
    let table = [
        (
            // 2^53 + 1, forty digits, trailing zeros, a negative zero.
            r#"{"evil":1,"n":[9007199254740993,0.1000000000000000055511151231257827021181583404541015625,1.10,-0,1E+2]}"#,
            r#"{"n":[9007199254740993,0.1000000000000000055511151231257827021181583404541015625,1.10,-0,1E+2]}"#,
        ),
        (
            r#"{ "n" : "\u0041\/\ud83d\ude00" , "__proto__" : { "admin" : true } }"#,
            r#"{"n":"\u0041\/\ud83d\ude00"}"#,
        ),
        (
            r#"{"o":{"p":{"free":[{"x":1}]},"q":{"p":1}},"constructor":{}}"#,
            r#"{"o":{"p":{"free":[{"x":1}]}}}"#,
        ),
        // A name that is written with escapes is the same name.
        (r#"{"\u006e":1,"N":2}"#, r#"{"\u006e":1}"#),
        (r#"{"a":1,"b":2}"#, "{}"),
    ];
    for (sent, expected) in table {
        let checked = send(&operation, JSON, sent.as_bytes()).expect(sent);
        let body = String::from_utf8(checked.body.expect("dropped")).expect("UTF-8");
        assert_eq!(body, expected);
        let again = send(&operation, JSON, body.as_bytes()).expect("still valid");
        assert_eq!(again.body, None, "dropping twice drops nothing more");
    }
    // Nothing to drop: the body stays as it is.
    let checked = send(&operation, JSON, b"{ \"n\" : 1 }").expect("valid");
    assert_eq!(checked.body, None);
}

#[test]
fn what_was_dropped_does_not_count() {
    let schema = "{ type: object, required: [a], minProperties: 2, additionalProperties: false, \
                  properties: { a: { type: integer }, b: {}, c: {} } }";
    let rules = Rules {
        unknown: Unknown::Drop,
        ..Rules::default()
    };
    let operation = json_body("3.1.0", schema, &rules);
    assert_eq!(
        verdict(&operation, JSON, br#"{"a":1,"x":1}"#),
        "minProperties"
    );
    assert_eq!(
        verdict(&operation, JSON, br#"{"x":1,"b":1,"c":2}"#),
        "required"
    );
    assert_eq!(verdict(&operation, JSON, br#"{"a":1,"b":1,"x":1}"#), "ok");
}

#[test]
fn refused_members_are_named_only_if_the_contract_names_them() {
    let schema = "{ type: object, properties: { id: { type: string, readOnly: true }, \
                  list: { type: array, items: { type: object, properties: { ok: { type: integer } } } } }, \
                  patternProperties: { '^x-': { type: integer } } }";
    let operation = json_body("3.0.3", schema, &Rules::default());
    let secret = r#"{"id":"hunter2","hunter3":1,"list":[{"ok":"hunter4"},{"hunter5":6}],"x-hunter6":"hunter7"}"#;
    let violations = send(&operation, JSON, secret.as_bytes()).expect_err("refused");
    let text = format!("{violations} {violations:?}");
    assert!(!text.contains("hunter"), "{text}");
    let found: Vec<(&str, &str)> = violations
        .list
        .iter()
        .map(|v| (v.keyword, &*v.pointer))
        .collect();
    assert_eq!(
        found,
        [
            ("readOnly", "/id"),
            ("unknown-member", "/*"),
            ("unknown-member", "/list/1/*"),
            ("type", "/list/0/ok"),
            ("type", "/*"),
        ]
    );
}

#[test]
fn violations_are_bounded() {
    let operation = json_body(
        "3.1.0",
        "{ type: array, items: { type: integer } }",
        &keep(),
    );
    let many = format!("[{}\"x\"]", "\"x\",".repeat(5_000));
    let violations = send(&operation, JSON, many.as_bytes()).expect_err("refused");
    assert_eq!(violations.list.len(), crate::validate::MAX_VIOLATIONS);
    assert!(violations.more);
}

#[test]
fn a_schema_that_contains_itself_among_alternatives_stays_cheap() {
    let document = r##"
openapi: 3.1.0
info: { title: t, version: '1' }
paths:
  /x:
    post:
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } }
components:
  schemas:
    T:
      anyOf:
        - { type: array, items: { $ref: '#/components/schemas/T' } }
        - { type: array, items: { $ref: '#/components/schemas/T' }, maxItems: 2 }
        - { type: integer }
"##;
    let operation = super::operation(document, "POST", "/x", &keep());
    let nested = |inner: &str| format!("{}{inner}{}", "[".repeat(31), "]".repeat(31));
    assert_eq!(verdict(&operation, JSON, nested("1").as_bytes()), "ok");
    // Without a bound this is three to the power of thirty-one.
    assert_eq!(
        verdict(&operation, JSON, nested("\"x\"").as_bytes()),
        "schema"
    );
}

#[test]
fn content_types_are_compared_as_what_they_are() {
    let object = "{ type: object, required: [a], properties: { a: {} } }";
    let operation = json_body("3.1.0", object, &Rules::default());
    for (expected, kind) in [
        ("ok", "application/json"),
        ("ok", "Application/JSON"),
        ("ok", "application/json; charset=utf-8"),
        ("ok", "application/json;charset=\"UTF-8\""),
        ("ok", "application/json ; profile=x"),
        // Bytes that we read as UTF-8 and the function as something else.
        ("charset", "application/json; charset=utf-7"),
        ("charset", "application/json; charset=utf-16"),
        ("charset", "application/json;charset=iso-8859-1"),
        (
            "content-type",
            "application/json; charset=utf-8; charset=utf-7",
        ),
        ("content-type", "application/json, text/plain"),
        ("content-type", "application/json;charset"),
        ("content-type", "application/json x"),
        ("content-type", "application/jsonp"),
        ("content-type", "application/vnd.api+json"),
        ("content-type", "text/plain"),
        ("content-type", "text/plain; x=application/json"),
        ("content-type", "multipart/form-data; boundary=x"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-type", "*/*"),
        ("content-type", ""),
    ] {
        assert_eq!(verdict(&operation, kind, br#"{"a":1}"#), expected, "{kind}");
    }
    let parts = |headers: &[(&str, &[u8])], body: &[u8]| {
        let body = crate::validate::Payload::Whole(body);
        let parts = crate::validate::Parts {
            path: &[],
            query: "",
            headers,
            body,
        };
        operation.request(&parts).map_err(|v| v.keyword())
    };
    let json: (&str, &[u8]) = ("content-type", b"application/json");
    let body: &[u8] = br#"{"a":1}"#;
    assert_eq!(parts(&[], body).err(), Some("content-type"));
    assert_eq!(parts(&[json, json], body).err(), Some("content-type"));
    assert_eq!(parts(&[json], b"").err(), Some("required"));
    let gzip: (&str, &[u8]) = ("content-encoding", b"gzip");
    assert_eq!(parts(&[json, gzip], body).err(), Some("content-encoding"));
    assert!(parts(&[json], body).is_ok());
}
