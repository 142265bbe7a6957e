//! Forms, parts and other bodies.

use super::{document, operation, send, verdict};
use crate::validate::{Operation, Payload, Rules, Unknown};

const FORM: &str = "application/x-www-form-urlencoded";

fn content(kind: &str, media: &str, rules: &Rules) -> Operation {
    let inside = format!("      requestBody: {{ content: {{ {kind}: {media} }} }}\n");
    operation(&document("3.0.3", &inside), "POST", "/x", rules)
}

const FIELDS: &str = "{ schema: { type: object, required: [name], properties: { name: { type: string }, \
    age: { type: integer }, tags: { type: array, items: { type: string } }, \
    ids: { type: array, items: { type: integer } }, \
    card: { type: object, properties: { number: { type: string }, month: { type: integer } } }, \
    lines: { type: array, items: { type: object, required: [n], properties: { n: { type: integer } } } } } }, \
    encoding: { ids: { explode: false } } }";

#[test]
fn forms() {
    let operation = content(FORM, FIELDS, &Rules::default());
    for (expected, body) in [
        ("ok", "name=Jo+B%C3%B6&age=5"),
        ("ok", "name=5"),
        ("ok", "name=a&tags=1&tags=2"),
        ("ok", "name=a&tags[]=1&tags[]=2"),
        ("ok", "name=a&ids=1,2,3"),
        ("type", "name=a&ids=1,x"),
        ("ok", "name=a&card[number]=4242&card[month]=12"),
        ("type", "name=a&card[month]=x"),
        ("unknown-member", "name=a&card[cvc]=1"),
        ("ok", "name=a&lines[0][n]=1&lines[1][n]=2"),
        ("unknown-member", "name=a&lines[0][n]=1&lines[0][m]=1"),
        ("required", "age=5"),
        ("type", "name=a&age=x"),
        ("duplicate-member", "name=a&name=b"),
        ("unknown-member", "name=a&admin=true"),
        ("encoding", "name=%ff"),
        ("encoding", "name=%"),
    ] {
        assert_eq!(
            verdict(&operation, FORM, body.as_bytes()),
            expected,
            "{body}"
        );
    }
    assert_eq!(verdict(&operation, FORM, b"name=\xff"), "encoding");
    let rules = Rules {
        unknown: Unknown::Drop,
        ..Rules::default()
    };
    let operation = content(FORM, FIELDS, &rules);
    let checked = send(&operation, FORM, b"x=1&name=%41&y=2&age=5").expect("valid");
    assert_eq!(checked.body.as_deref(), Some(&b"name=%41&age=5"[..]));
}

const UPLOAD: &str = "{ schema: { type: object, required: [file], properties: { \
    file: { type: string, format: binary, minLength: 0 }, note: { type: string, maxLength: 5 }, n: { type: integer }, \
    many: { type: array, items: { type: string, format: binary } }, \
    meta: { type: object, required: [a], properties: { a: { type: integer } } } } }, \
    encoding: { file: { contentType: 'image/png, image/*' } } }";

/// A part, with a content type if one is given.
fn part(name: &str, kind: &str, body: &str) -> String {
    let kind = match kind {
        "" => String::new(),
        kind => format!("\r\nContent-Type: {kind}"),
    };
    format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{kind}\r\n\r\n{body}\r\n")
}

#[test]
fn parts_of_forms() {
    let operation = content("multipart/form-data", UPLOAD, &Rules::default());
    let file = part(
        "file\"; filename=\"x.png",
        "image/png",
        "\u{0}\u{1}\r\n--b\r\n",
    );
    let ask = |kind: &str, text: &str| verdict(&operation, kind, text.as_bytes());
    for (expected, more) in [
        ("ok", String::new()),
        ("ok", part("note", "", "short")),
        ("ok", part("n", "text/plain", "5")),
        ("ok", part("meta", "application/json", "{\"a\":1}")),
        ("ok", part("meta", "", "{\"a\":1}")),
        ("ok", part("many", "", "x") + &part("many", "", "y")),
        ("ok", part("many", "", "x")),
        ("maxLength", part("note", "", "longer")),
        ("type", part("n", "", "x")),
        ("required", part("meta", "", "{}")),
        ("duplicate-member", part("meta", "", "{\"a\":1,\"a\":2}")),
        ("unknown-member", part("meta", "", "{\"a\":1,\"b\":2}")),
        ("json-syntax", part("meta", "", "x")),
        (
            "duplicate-member",
            part("note", "", "a") + &part("note", "", "b"),
        ),
        ("unknown-member", part("admin", "", "a")),
        ("content-type", part("file2", "x", "a")),
    ] {
        let expected = if expected == "content-type" {
            "multipart"
        } else {
            expected
        };
        let body = format!("{file}{more}--B--\r\n");
        assert_eq!(
            ask("multipart/form-data; boundary=B", &body),
            expected,
            "{more}"
        );
    }
    let html = part("file\"; filename=\"x.html", "text/html", "x");
    let body = format!("{html}--B--");
    assert_eq!(
        ask("multipart/form-data; boundary=B", &body),
        "content-type"
    );
    let whole = format!("{file}--B--\r\n");
    assert_eq!(ask("multipart/form-data", &whole), "multipart");
    assert_eq!(ask("multipart/form-data; boundary=C", &whole), "multipart");
    assert_eq!(
        ask("multipart/form-data; boundary=B; boundary=C", &whole),
        "content-type"
    );
}

/// What readers of multipart take apart differently.
#[test]
fn parts_that_confuse() {
    let operation = content("multipart/form-data", UPLOAD, &Rules::default());
    let ask = |text: &str| {
        verdict(
            &operation,
            "multipart/form-data; boundary=B",
            text.as_bytes(),
        )
    };
    let disposition = "Content-Disposition: form-data; name=\"file\"";
    for body in [
        "--B".to_owned(),
        "--B\r\n".to_owned(),
        // Bare line feeds.
        format!("--B\n{disposition}\n\nx\n--B--\n"),
        // A preamble, an epilogue, white space after the delimiter.
        format!("preamble\r\n--B\r\n{disposition}\r\n\r\nx\r\n--B--"),
        format!("--B\r\n{disposition}\r\n\r\nx\r\n--B--\r\n--B\r\n{disposition}\r\n\r\ny\r\n--B--"),
        format!("--B \r\n{disposition}\r\n\r\nx\r\n--B--"),
        // No end.
        format!("--B\r\n{disposition}\r\n\r\nx\r\n"),
        // Two names, two dispositions, an extended name, none at all.
        format!("--B\r\n{disposition}; name=\"note\"\r\n\r\nx\r\n--B--"),
        format!("--B\r\n{disposition}\r\n{disposition}\r\n\r\nx\r\n--B--"),
        format!("--B\r\n{disposition}; name*=UTF-8''note\r\n\r\nx\r\n--B--"),
        "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--".to_owned(),
        "--B\r\n\r\nx\r\n--B--".to_owned(),
        "--B\r\nContent-Disposition: attachment; name=\"file\"\r\n\r\nx\r\n--B--".to_owned(),
        // Folded lines, a space before the colon, another encoding.
        format!("--B\r\nX: a\r\n b\r\n{disposition}\r\n\r\nx\r\n--B--"),
        "--B\r\nContent-Disposition : form-data; name=\"file\"\r\n\r\nx\r\n--B--".to_owned(),
        format!("--B\r\n{disposition}\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--B--"),
        format!(
            "--B\r\n{disposition}\r\n{}\r\nx\r\n--B--",
            "X: y\r\n".repeat(20)
        ),
    ] {
        assert_eq!(ask(&body), "multipart", "{body}");
    }
    let good = format!("\r\n--B\r\n{disposition}\r\n\r\nx\r\n--B--");
    assert_eq!(ask(&good), "ok");
}

#[test]
fn unknown_parts_are_cut_out() {
    let rules = Rules {
        unknown: Unknown::Drop,
        ..Rules::default()
    };
    let operation = content("multipart/form-data", UPLOAD, &rules);
    let kept = part("file", "", "bytes\r\n") + &part("n", "", "5");
    let sent = part("x", "", "1")
        + &part("file", "", "bytes\r\n")
        + &part("y", "", "")
        + &part("n", "", "5");
    let body = format!("{sent}--B--\r\n");
    let checked = send(
        &operation,
        "multipart/form-data; boundary=B",
        body.as_bytes(),
    )
    .expect("ok");
    let expected = format!("{kept}--B--\r\n");
    assert_eq!(
        checked.body.map(|b| String::from_utf8(b).expect("text")),
        Some(expected)
    );
}

#[test]
fn other_bodies() {
    let text = content(
        "text/plain",
        "{ schema: { type: string, maxLength: 3 } }",
        &Rules::default(),
    );
    assert_eq!(verdict(&text, "text/plain", b"abc"), "ok");
    assert_eq!(verdict(&text, "text/plain", b"123"), "ok");
    assert_eq!(verdict(&text, "text/plain", b"abcd"), "maxLength");
    assert_eq!(verdict(&text, "text/plain", b"\xff"), "encoding");
    assert_eq!(
        verdict(&text, "text/plain; charset=latin1", b"a"),
        "charset"
    );
    let bytes = content(
        "image/*",
        "{ schema: { type: string, format: binary } }",
        &Rules::default(),
    );
    assert!(!bytes.needs_body());
    assert_eq!(verdict(&bytes, "image/png", b"\xff\0"), "ok");
    assert_eq!(verdict(&bytes, "video/mp4", b"\xff\0"), "content-type");
    let none = operation(&document("3.1.0", ""), "POST", "/x", &Rules::default());
    assert_eq!(verdict(&none, "text/plain", b""), "ok");
    assert_eq!(verdict(&none, "text/plain", b"x"), "body");
}

#[test]
fn a_body_that_streams_is_held_to_its_type_only() {
    let json = super::json_body("3.1.0", "{ type: integer }", &Rules::default());
    assert!(json.needs_body());
    let ask = |headers: &[(&str, &[u8])]| {
        let parts = crate::validate::Parts {
            path: &[],
            query: "",
            headers,
            body: Payload::Stream,
        };
        json.request(&parts).map_or_else(|v| v.keyword(), |_| "ok")
    };
    assert_eq!(ask(&[("content-type", b"application/json")]), "ok");
    assert_eq!(ask(&[("content-type", b"text/plain")]), "content-type");
    assert_eq!(ask(&[]), "required");
}
