//! The table of parameter styles in the `OpenAPI` specification, and what is sent to confuse it.

use super::{document, operation};
use crate::validate::{Checked, Parts, Payload, Rules, Unknown, Violations};

const LIST: &str = "{ type: array, items: { type: string, enum: [blue, black, brown] }, minItems: 3, maxItems: 3 }";
const MAP: &str = "{ type: object, required: [R, G, B], properties: { R: { const: 100 }, G: { const: 200 }, B: { const: 150 } } }";
const ONE: &str = "{ type: string, const: blue }";

#[derive(Clone, Copy)]
enum At<'a> {
    Path(&'a str),
    Query(&'a str),
    Header(&'a str),
    Cookie(&'a str),
}

fn send(declared: &str, at: At<'_>, rules: &Rules) -> Result<Checked, Violations> {
    let path = matches!(at, At::Path(_));
    let text = document(
        "3.1.0",
        &format!("      parameters:\n        - {declared}\n"),
    );
    let text = if path {
        text.replace("/x:", "/x/{color}:")
    } else {
        text
    };
    let template = if path { "/x/{color}" } else { "/x" };
    let operation = operation(&text, "POST", template, rules);
    let mut parts = Parts {
        path: &[],
        query: "",
        headers: &[],
        body: Payload::Whole(b""),
    };
    match at {
        At::Path(value) => operation.request(&Parts {
            path: &[("color", value)],
            ..parts
        }),
        At::Query(query) => {
            parts.query = query;
            operation.request(&parts)
        }
        At::Header(value) => operation.request(&Parts {
            headers: &[("color", value.as_bytes())],
            ..parts
        }),
        At::Cookie(value) => operation.request(&Parts {
            headers: &[("cookie", value.as_bytes())],
            ..parts
        }),
    }
}

fn verdict(declared: &str, at: At<'_>) -> &'static str {
    match send(declared, at, &Rules::default()) {
        Ok(_) => "ok",
        Err(violations) => violations.keyword(),
    }
}

/// OAS 3.1.1, 4.8.12.6, "Style Examples": every cell that is not n/a.
#[test]
fn the_table_of_the_specification() {
    use At::{Cookie, Header, Path, Query};
    let table = [
        ("path", "matrix", false, ONE, Path(";color=blue")),
        (
            "path",
            "matrix",
            false,
            LIST,
            Path(";color=blue,black,brown"),
        ),
        (
            "path",
            "matrix",
            false,
            MAP,
            Path(";color=R,100,G,200,B,150"),
        ),
        ("path", "matrix", true, ONE, Path(";color=blue")),
        (
            "path",
            "matrix",
            true,
            LIST,
            Path(";color=blue;color=black;color=brown"),
        ),
        ("path", "matrix", true, MAP, Path(";R=100;G=200;B=150")),
        ("path", "label", false, ONE, Path(".blue")),
        ("path", "label", false, LIST, Path(".blue,black,brown")),
        ("path", "label", false, MAP, Path(".R,100,G,200,B,150")),
        ("path", "label", true, ONE, Path(".blue")),
        ("path", "label", true, LIST, Path(".blue.black.brown")),
        ("path", "label", true, MAP, Path(".R=100.G=200.B=150")),
        ("path", "simple", false, ONE, Path("blue")),
        ("path", "simple", false, LIST, Path("blue,black,brown")),
        ("path", "simple", false, MAP, Path("R,100,G,200,B,150")),
        ("path", "simple", true, LIST, Path("blue,black,brown")),
        ("path", "simple", true, MAP, Path("R=100,G=200,B=150")),
        ("header", "simple", false, ONE, Header("blue")),
        ("header", "simple", false, LIST, Header("blue, black,brown")),
        ("header", "simple", false, MAP, Header("R,100,G,200,B,150")),
        ("header", "simple", true, MAP, Header("R=100, G=200, B=150")),
        ("query", "form", false, ONE, Query("color=blue")),
        (
            "query",
            "form",
            false,
            LIST,
            Query("color=blue,black,brown"),
        ),
        (
            "query",
            "form",
            false,
            MAP,
            Query("color=R,100,G,200,B,150"),
        ),
        (
            "query",
            "form",
            true,
            LIST,
            Query("color=blue&color=black&color=brown"),
        ),
        ("query", "form", true, MAP, Query("R=100&G=200&B=150")),
        ("cookie", "form", false, ONE, Cookie("a=b; color=blue")),
        (
            "cookie",
            "form",
            false,
            LIST,
            Cookie("color=blue,black,brown"),
        ),
        (
            "query",
            "spaceDelimited",
            false,
            LIST,
            Query("color=blue%20black%20brown"),
        ),
        (
            "query",
            "spaceDelimited",
            false,
            MAP,
            Query("color=R%20100%20G%20200%20B%20150"),
        ),
        (
            "query",
            "pipeDelimited",
            false,
            LIST,
            Query("color=blue%7Cblack%7Cbrown"),
        ),
        (
            "query",
            "pipeDelimited",
            false,
            MAP,
            Query("color=R|100|G|200|B|150"),
        ),
        (
            "query",
            "deepObject",
            true,
            MAP,
            Query("color%5BR%5D=100&color[G]=200&color[B]=150"),
        ),
    ];
    for (place, style, explode, schema, at) in table {
        let declared = format!(
            "{{ name: color, in: {place}, required: true, style: {style}, explode: {explode}, schema: {schema} }}"
        );
        assert_eq!(verdict(&declared, at), "ok", "{declared}");
        // A value that is not among those of the schema is seen.
        let spoil = |text: &str| text.replace("blue", "red").replace("150", "151");
        let wrong = match at {
            Path(v) => verdict(&declared, Path(&spoil(v))),
            Query(v) => verdict(&declared, Query(&spoil(v))),
            Header(v) => verdict(&declared, Header(&spoil(v))),
            Cookie(v) => verdict(&declared, Cookie(&spoil(v))),
        };
        assert!(matches!(wrong, "enum" | "const"), "{declared}: {wrong}");
    }
}

#[test]
fn queries_that_confuse() {
    use At::Query;
    let number = "{ name: n, in: query, schema: { type: integer, maximum: 100 } }";
    let list =
        "{ name: a, in: query, schema: { type: array, maxItems: 2, items: { type: integer } } }";
    let brackets = "{ name: 'a[]', in: query, schema: { type: array, items: { type: integer } } }";
    let text = "{ name: t, in: query, schema: { type: string, maxLength: 3 } }";
    let deep = "{ name: f, in: query, style: deepObject, schema: { type: object, properties: { \
                gt: { type: integer }, in: { type: array, items: { type: integer } }, \
                o: { type: object, properties: { x: { type: integer } } } } } }";
    let either = "{ name: e, in: query, schema: { oneOf: [{ type: integer }, { type: array, items: { type: integer } }] } }";
    let json = "{ name: j, in: query, content: { application/json: { schema: { type: object, properties: { a: { type: integer } } } } } }";
    let needed = "{ name: n, in: query, required: true, schema: { type: integer } }";
    let flag = "{ name: n, in: query, allowEmptyValue: true, schema: { type: boolean } }";
    for (expected, declared, query) in [
        ("ok", number, "n=5"),
        ("ok", number, ""),
        ("ok", number, "n=1e1"),
        ("ok", number, "%6e=5"),
        ("maximum", number, "n=101"),
        ("type", number, "n="),
        ("type", number, "n"),
        ("type", number, "n=5x"),
        ("type", number, "n=+5"),
        ("type", number, "n=%205"),
        ("type", number, "n=05"),
        ("type", number, "n=0x5"),
        ("type", number, "n=1e400"),
        ("type", number, "n=NaN"),
        // One value here, several for whoever reads it next.
        ("duplicate-parameter", number, "n=1&n=2"),
        ("duplicate-parameter", number, "n=1&%6E=2"),
        ("unknown-parameter", number, "n[]=1"),
        ("unknown-parameter", number, "n[$gt]=1"),
        ("unknown-parameter", number, "N=1"),
        ("type", number, "n=1;m=2&m=1"),
        ("unknown-parameter", number, "__proto__[x]=1"),
        ("encoding", number, "n=%"),
        ("encoding", number, "n=%2"),
        ("encoding", number, "n=%zz"),
        ("encoding", number, "n=%ff"),
        ("encoding", number, "n=%c0%af"),
        ("encoding", number, "n=1%00"),
        ("ok", list, "a=1&a=2"),
        ("ok", list, "a="),
        ("maxItems", list, "a=1&a=2&a=3"),
        ("type", list, "a=1,2"),
        ("type", list, "a=x"),
        ("unknown-parameter", list, "a[]=1"),
        ("ok", brackets, "a[]=1&a%5B%5D=2"),
        ("ok", text, "t=%C3%A4%C3%B6%C3%BC"),
        ("maxLength", text, "t=abcd"),
        // Text, although it looks like something else.
        ("ok", text, "t=123"),
        ("ok", text, "t=nul"),
        ("ok", deep, "f[gt]=1&f[in]=1&f[in]=2&f[o][x]=3"),
        ("ok", deep, "f[in][]=1&f[in][]=2"),
        ("ok", deep, "f[in][0]=1&f[in][1]=2"),
        ("type", deep, "f[gt]=x"),
        ("style", deep, "f[gt]=1&f[gt]=2"),
        ("style", deep, "f[gt]=1&f[gt][x]=2"),
        ("style", deep, "f[a][b][c][d][e][f][g][h][i][j]=2"),
        ("unknown-member", deep, "f[lt]=1"),
        ("unknown-member", deep, "f[__proto__]=1"),
        ("unknown-parameter", deep, "f=1"),
        ("unknown-parameter", deep, "f[gt=1"),
        ("ok", either, "e=1"),
        ("ok", either, "e=1&e=2"),
        ("ok", json, "j=%7B%22a%22%3A1%7D"),
        ("type", json, "j={\"a\":\"1\"}"),
        ("duplicate-member", json, "j={\"a\":1,\"a\":1}"),
        ("json-syntax", json, "j=x"),
        ("required", needed, ""),
        ("ok", flag, "n="),
        ("ok", flag, "n"),
        ("ok", flag, "n=true"),
        ("type", flag, "n=1"),
        ("type", flag, "n=TRUE"),
    ] {
        assert_eq!(
            verdict(declared, Query(query)),
            expected,
            "{query} for {declared}"
        );
    }
    let many = "n=1&".repeat(300);
    assert_eq!(verdict(number, Query(&many)), "too-many-parameters");
}

#[test]
fn unknown_parameters_are_dropped_and_the_rest_stays_as_it_was() {
    let rules = Rules {
        unknown_query: Unknown::Drop,
        known_query: vec!["utm_source".to_owned()],
        ..Rules::default()
    };
    let declared = "{ name: n, in: query, schema: { type: string } }";
    for (sent, expected) in [
        ("n=a%2Fb", None),
        ("n=a%2fb&x=1", Some("n=a%2fb")),
        ("x=1&n=+&y&&utm_source=%41", Some("n=+&utm_source=%41")),
        ("x=1", Some("")),
    ] {
        let checked = send(declared, At::Query(sent), &rules).expect(sent);
        assert_eq!(checked.query.as_deref(), expected, "{sent}");
    }
}

#[test]
fn an_object_that_spreads_takes_only_what_is_left() {
    let text = document(
        "3.0.3",
        "      parameters:\n        - { name: rest, in: query, schema: { type: object, additionalProperties: { type: integer } } }\n        - { name: n, in: query, schema: { type: string } }\n",
    );
    let operation = operation(&text, "POST", "/x", &Rules::default());
    let ask = |query: &str| {
        let parts = Parts {
            path: &[],
            query,
            headers: &[],
            body: Payload::Whole(b""),
        };
        operation
            .request(&parts)
            .map_or_else(|v| v.keyword(), |_| "ok")
    };
    assert_eq!(ask("n=text&a=1&b=2"), "ok");
    assert_eq!(ask("n=text&a=x"), "type");
}

#[test]
fn headers_and_cookies() {
    use At::{Cookie, Header};
    let number = "{ name: Color, in: header, required: true, schema: { type: integer } }";
    assert_eq!(verdict(number, Header("5")), "ok");
    assert_eq!(verdict(number, Header("5, 6")), "type");
    assert_eq!(verdict(number, Cookie("color=5")), "required");
    let cookie = "{ name: color, in: cookie, schema: { type: integer } }";
    assert_eq!(verdict(cookie, Cookie("color=5; x=y")), "ok");
    assert_eq!(
        verdict(cookie, Cookie("color=5; color=6")),
        "duplicate-parameter"
    );
    assert_eq!(verdict(cookie, Cookie("color=x")), "type");
    // These three are the protocol's: a declaration of them says nothing (OAS 3.1.1, 4.8.12.1).
    let ignored = "{ name: Authorization, in: header, required: true, schema: { type: integer } }";
    assert_eq!(verdict(ignored, Cookie("")), "ok");
}
