//! Documents: what the versions differ in, references, responses, and what is reported.

use super::{json_body, operation, verdict};
use crate::validate::{Contract, JsonLimits, Payload, Rules, Schema, Unknown};

const JSON: &str = "application/json";

/// After the pet store of the specification.
fn pets(version: &str) -> String {
    let nullable = if version.starts_with("3.0") {
        "{ type: string, nullable: true }"
    } else {
        "{ type: [string, 'null'] }"
    };
    format!(
        r##"
openapi: {version}
info: {{ title: Pets, version: '1' }}
security: [{{ key: [] }}]
paths:
  /pets/{{petId}}:
    parameters:
      - $ref: '#/components/parameters/petId'
    get:
      operationId: showPet
      security: []
      x-amazon-apigateway-integration: {{ type: aws_proxy, uri: arn }}
      responses:
        '200':
          description: a pet
          headers: {{ X-Rate: {{ required: true, schema: {{ type: integer }} }} }}
          content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Pet' }} }} }}
        4XX: {{ description: wrong, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Error' }} }} }} }}
        '404': {{ description: none }}
    put:
      requestBody: {{ $ref: '#/components/requestBodies/Pet' }}
      responses: {{ '204': {{ description: done }} }}
components:
  securitySchemes:
    key: {{ type: apiKey, in: query, name: api_key }}
  parameters:
    petId: {{ name: petId, in: path, required: true, schema: {{ type: integer, format: int32 }} }}
  requestBodies:
    Pet:
      required: true
      content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Pet' }} }} }}
  schemas:
    Error: {{ type: object, required: [code], properties: {{ code: {{ type: integer }} }} }}
    Pet:
      type: object
      required: [id, name, secret]
      properties:
        id: {{ type: integer, readOnly: true }}
        secret: {{ type: string, writeOnly: true }}
        name: {{ type: string }}
        tag: {nullable}
        country: {{ type: string, enum: [NO, SE, on] }}
        parent: {{ $ref: '#/components/schemas/Pet' }}
        on: {{ type: boolean }}
"##
    )
}

#[test]
fn pet_stores_of_both_versions() {
    for version in ["3.0.3", "3.1.0"] {
        let text = pets(version);
        let put = operation(&text, "PUT", "/pets/{petId}", &Rules::default());
        let ask = |id: &str, query: &str, body: &str| {
            let parts = crate::validate::Parts {
                path: &[("petId", id)],
                query,
                headers: &[("content-type", b"application/json")],
                body: Payload::Whole(body.as_bytes()),
            };
            put.request(&parts).map_or_else(|v| v.keyword(), |_| "ok")
        };
        let good = r#"{"name":"Rex","secret":"s","tag":null,"country":"NO","on":true}"#;
        assert_eq!(ask("1", "", good), "ok");
        // A key in the query is the authentication's.
        assert_eq!(ask("1", "api_key=x", good), "ok");
        assert_eq!(ask("1", "key=x", good), "unknown-parameter");
        assert_eq!(ask("x", "", good), "type");
        assert_eq!(ask("2147483648", "", good), "maximum");
        for (expected, body) in [
            ("required", r#"{"name":"Rex"}"#),
            ("readOnly", r#"{"id":1,"name":"Rex","secret":"s"}"#),
            ("enum", r#"{"name":"Rex","secret":"s","country":"false"}"#),
            ("type", r#"{"name":null,"secret":"s"}"#),
            ("unknown-member", r#"{"name":"Rex","secret":"s","tail":1}"#),
            (
                "unknown-member",
                r#"{"name":"Rex","secret":"s","parent":{"name":"a","secret":"s","tail":1}}"#,
            ),
        ] {
            assert_eq!(ask("1", "", body), expected, "{body}");
        }
    }
}

#[test]
fn responses() {
    let rules = Rules {
        unknown_response: Unknown::Refuse,
        ..Rules::default()
    };
    let get = operation(&pets("3.0.3"), "GET", "/pets/{petId}", &rules);
    let ask = |status: u16, rate: &str, body: &str| {
        let headers: [(&str, &[u8]); 2] = [
            ("content-type", b"application/json; charset=utf-8"),
            ("x-rate", rate.as_bytes()),
        ];
        let body = Payload::Whole(body.as_bytes());
        get.response(status, &headers, body)
            .map_or_else(|v| v.keyword(), |_| "ok")
    };
    assert_eq!(ask(200, "5", r#"{"id":1,"name":"Rex"}"#), "ok");
    assert_eq!(ask(200, "x", r#"{"id":1,"name":"Rex"}"#), "type");
    assert_eq!(ask(200, "5", r#"{"name":"Rex"}"#), "required");
    assert_eq!(
        ask(200, "5", r#"{"id":1,"name":"Rex","secret":"s"}"#),
        "writeOnly"
    );
    assert_eq!(
        ask(200, "5", r#"{"id":1,"name":"Rex","x":1}"#),
        "unknown-member"
    );
    assert_eq!(ask(200, "5", "<html>"), "json-syntax");
    assert_eq!(ask(400, "", r#"{"code":1}"#), "ok");
    assert_eq!(ask(422, "", r#"{"code":"x"}"#), "type");
    // An exact status wins over a range; it declares no content, so none is judged.
    assert_eq!(ask(404, "", "whatever"), "ok");
    assert_eq!(ask(500, "", "{}"), "status");
    // The answer to a HEAD.
    let head = get.response(200, &[("x-rate", b"5")], Payload::Stream);
    assert!(head.is_ok());
}

#[test]
fn write_only_members_are_dropped_from_responses() {
    let rules = Rules {
        unknown_response: Unknown::Drop,
        ..Rules::default()
    };
    let get = operation(&pets("3.1.0"), "GET", "/pets/{petId}", &rules);
    let headers: [(&str, &[u8]); 2] = [("content-type", b"application/json"), ("x-rate", b"1")];
    let body = br#"{"id":12345678901234567890123,"name":"Rex","secret":"s","x":{}}"#;
    let checked = get.response(200, &headers, Payload::Whole(body));
    let body = checked.expect("valid").body.expect("rewritten");
    assert_eq!(body, br#"{"id":12345678901234567890123,"name":"Rex"}"#);
}

#[test]
fn operations_are_listed() {
    let (contract, problems) = Contract::read("p", pets("3.1.0").as_bytes(), &|_| None);
    assert!(problems.is_empty(), "{problems:?}");
    let [get, put] = contract.operations() else {
        panic!("two operations");
    };
    assert_eq!((&*get.method, &*get.template), ("GET", "/pets/{petId}"));
    assert_eq!(get.id.as_deref(), Some("showPet"));
    assert!(get.security.is_empty());
    assert_eq!(get.extensions[0].0, "x-amazon-apigateway-integration");
    assert_eq!(put.security, [[("key".to_owned(), Vec::new())]]);
    assert_eq!(put.location.line, 20);
    assert!(contract.security_schemes().contains_key("key"));
    assert!(
        contract
            .operation("POST", "/pets/{petId}", &Rules::default())
            .is_none()
    );
    assert!(
        contract
            .operation("GET", "/pets", &Rules::default())
            .is_none()
    );
}

#[test]
fn words_of_3_0_mean_what_they_meant() {
    for (schema, body, expected) in [
        (
            "{ type: integer, minimum: 1, exclusiveMinimum: true }",
            "1",
            "exclusiveMinimum",
        ),
        (
            "{ type: integer, minimum: 1, exclusiveMinimum: true }",
            "2",
            "ok",
        ),
        (
            "{ type: integer, exclusiveMaximum: false, maximum: 1 }",
            "1",
            "ok",
        ),
        ("{ type: string, nullable: true }", "null", "ok"),
        ("{ type: string, nullable: true, enum: [a] }", "null", "ok"),
        (
            "{ nullable: true, allOf: [{ type: string }] }",
            "null",
            "ok",
        ),
        (
            "{ nullable: true, allOf: [{ type: string }] }",
            "1",
            "anyOf",
        ),
        ("{ type: string, nullable: false }", "null", "type"),
        ("{ type: string, format: byte }", "\"aGk=\"", "ok"),
        ("{ type: string, format: byte }", "\"a b\"", "format"),
        (
            "{ type: string, format: date-time }",
            "\"2026-13-01T00:00:00Z\"",
            "format",
        ),
        ("{ type: string, format: uuid }", "\"x\"", "format"),
        ("{ type: string, format: email }", "\"x\"", "format"),
        ("{ type: string, format: ipv4 }", "\"1.2.3.256\"", "format"),
        ("{ type: string, format: made-up }", "\"x\"", "ok"),
        ("{ type: integer, format: int32 }", "2147483648", "maximum"),
        ("{ type: number, format: double }", "1.5", "ok"),
        (
            "{ type: object, additionalProperties: false, properties: { a: {} } }",
            "{\"a\":1}",
            "ok",
        ),
        ("{ type: object }", "{\"any\":{\"thing\":1}}", "ok"),
        ("{}", "{\"any\":{\"thing\":1}}", "ok"),
        // All names of all branches are names.
        (
            "{ allOf: [{ type: object, properties: { a: {} } }, { properties: { b: {} } }] }",
            "{\"a\":1,\"b\":2}",
            "ok",
        ),
        (
            "{ allOf: [{ type: object, properties: { a: {} } }, { properties: { b: {} } }] }",
            "{\"a\":1,\"c\":2}",
            "unknown-member",
        ),
        (
            "{ anyOf: [{ type: object, properties: { a: {} } }, { type: object }] }",
            "{\"c\":2}",
            "ok",
        ),
        (
            "{ type: object, properties: { a: {} }, anyOf: [{ required: [a] }, { required: [b] }] }",
            "{\"a\":2,\"c\":1}",
            "unknown-member",
        ),
        (
            "{ type: object, properties: { a: {} }, additionalProperties: { type: integer } }",
            "{\"c\":2}",
            "ok",
        ),
        (
            "{ type: object, properties: { a: {} }, additionalProperties: true }",
            "{\"c\":2}",
            "ok",
        ),
    ] {
        let operation = json_body("3.0.3", schema, &Rules::default());
        assert_eq!(
            verdict(&operation, JSON, body.as_bytes()),
            expected,
            "{schema} {body}"
        );
    }
}

#[test]
fn a_discriminator_tells_alternatives_apart() {
    let text = r##"
openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /x:
    post:
      requestBody:
        content:
          application/json:
            schema:
              oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }]
              discriminator: { propertyName: kind, mapping: { dog: '#/components/schemas/Dog' } }
components:
  schemas:
    Cat: { type: object, properties: { kind: { type: string }, lives: { type: integer } } }
    Dog: { type: object, properties: { kind: { type: string }, bark: { type: integer } } }
"##;
    let operation = operation(text, "POST", "/x", &Rules::default());
    // Without the discriminator both schemas would fit, and `oneOf` would not.
    assert_eq!(
        verdict(&operation, JSON, br#"{"kind":"dog","bark":1}"#),
        "ok"
    );
    assert_eq!(verdict(&operation, JSON, br#"{"kind":"Cat"}"#), "ok");
    assert_eq!(verdict(&operation, JSON, br#"{"kind":"cow"}"#), "oneOf");
    assert_eq!(
        verdict(&operation, JSON, br#"{"kind":"dog","bark":"x"}"#),
        "oneOf"
    );
}

#[test]
fn references_lead_to_files_beside_and_nowhere_else() {
    let main = r#"
openapi: 3.1.0
paths:
  /x: { $ref: 'paths/x.yaml' }
  /remote: { post: { requestBody: { content: { application/json: { schema: { $ref: 'https://example.com/s.json' } } } } } }
  /file: { post: { requestBody: { content: { application/json: { schema: { $ref: 'file:///etc/passwd' } } } } } }
  /up: { post: { requestBody: { content: { application/json: { schema: { $ref: '../../secret.yaml' } } } } } }
  /gone: { post: { requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Gone' } } } } } }
"#;
    let files = |name: &str| {
        match name {
        "paths/x.yaml" => Some(
            b"post: { requestBody: { content: { application/json: { schema: { $ref: '../schemas/s.json#/$defs/a~1b' } } } } }".to_vec(),
        ),
        "schemas/s.json" => Some(br##"{"$defs":{"a/b":{"type":"array","items":{"$ref":"#n"}},"c":{"$anchor":"n","type":"integer"}}}"##.to_vec()),
        _ => None,
    }
    };
    let (contract, problems) = Contract::read("api.yaml", main.as_bytes(), &files);
    assert!(problems.is_empty(), "{problems:?}");
    let (operation, problems) = contract
        .operation("POST", "/x", &Rules::default())
        .expect("x");
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(verdict(&operation, JSON, b"[1]"), "ok");
    assert_eq!(verdict(&operation, JSON, b"[\"x\"]"), "type");
    for (path, word, line) in [
        ("/remote", "fetched", 5),
        ("/file", "fetched", 6),
        ("/up", "fetched", 7),
        ("/gone", "nothing stands", 8),
    ] {
        let (operation, problems) = contract
            .operation("POST", path, &Rules::default())
            .expect(path);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].message.contains(word), "{problems:?}");
        assert_eq!(problems[0].line, Some(line));
        // Until it is mended nothing passes.
        assert_ne!(verdict(&operation, JSON, b"1"), "ok", "{path}");
    }
}

#[test]
fn what_cannot_be_understood_is_a_problem_and_refuses() {
    for (schema, body, word) in [
        (
            "{ type: string, pattern: '(?=a)b' }",
            "\"b\"",
            "backtracking",
        ),
        (
            "{ type: string, pattern: '(a)\\1' }",
            "\"aa\"",
            "backtracking",
        ),
        (
            "{ type: string, pattern: '((a{100}){100}){100}' }",
            "\"a\"",
            "too large",
        ),
        ("{ type: string, pattern: '[' }", "\"a\"", "not valid"),
        ("{ type: strin }", "\"a\"", "not a type"),
        ("{ type: string, minLength: -1 }", "\"a\"", "minLength"),
        ("{ type: string, enum: [] }", "\"a\"", "enum"),
        ("{ $dynamicRef: '#x' }", "1", "not supported"),
        ("7", "1", "a schema is"),
    ] {
        let inside = format!(
            "      requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}\n"
        );
        let text = super::document("3.1.0", &inside);
        let (contract, problems) = Contract::read("a", text.as_bytes(), &|_| None);
        assert!(problems.is_empty());
        let (operation, problems) = contract
            .operation("POST", "/x", &Rules::default())
            .expect("x");
        assert_eq!(problems.len(), 1, "{schema}: {problems:?}");
        assert!(problems[0].message.contains(word), "{problems:?}");
        assert!(problems[0].line.is_some());
        assert_ne!(verdict(&operation, JSON, body.as_bytes()), "ok", "{schema}");
    }
    for text in [
        "",
        "swagger: '2.0'\npaths: {}",
        "openapi: 4.0.0",
        "a: [",
        "\0",
    ] {
        let (contract, problems) = Contract::read("a", text.as_bytes(), &|_| None);
        assert!(!problems.is_empty(), "{text}");
        assert!(contract.operations().is_empty());
    }
}

#[test]
fn references_in_circles_end() {
    let text = r##"
openapi: 3.1.0
paths:
  /x:
    post:
      parameters: [{ $ref: '#/components/parameters/a' }]
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/a' } } } }
components:
  parameters: { a: { $ref: '#/components/parameters/b' }, b: { $ref: '#/components/parameters/a' } }
  schemas: { a: { $ref: '#/components/schemas/b' }, b: { allOf: [{ $ref: '#/components/schemas/a' }] } }
"##;
    let (contract, _) = Contract::read("a", text.as_bytes(), &|_| None);
    let (operation, problems) = contract
        .operation("POST", "/x", &Rules::default())
        .expect("x");
    assert!(
        problems.iter().any(|p| p.message.contains("circle")),
        "{problems:?}"
    );
    verdict(&operation, JSON, b"{\"a\":[1]}");
}

#[test]
fn plain_schemas_of_several_drafts() {
    let limits = JsonLimits::default();
    let table: &[(&str, &str, &str)] = &[
        (
            r#"{"type":"array","prefixItems":[{"type":"integer"}],"items":false}"#,
            "[1]",
            "ok",
        ),
        (
            r#"{"type":"array","prefixItems":[{"type":"integer"}],"items":false}"#,
            "[1,2]",
            "falseSchema",
        ),
        (
            r##"{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"p":{"type":"integer"}},"items":[{"$ref":"#/definitions/p"}],"additionalItems":false}"##,
            "[1,2]",
            "falseSchema",
        ),
        (
            r#"{"$schema":"http://json-schema.org/draft-04/schema#","type":"integer","minimum":1,"exclusiveMinimum":true}"#,
            "1",
            "exclusiveMinimum",
        ),
        (
            r#"{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a":["b"],"c":{"required":["d"]}}}"#,
            r#"{"a":1}"#,
            "dependentRequired",
        ),
        (
            r#"{"properties":{"id":{"readOnly":true}}}"#,
            r#"{"id":1}"#,
            "ok",
        ),
        ("true", "[]", "ok"),
        ("false", "[]", "falseSchema"),
    ];
    for (schema, body, expected) in table {
        let (schema, problems) = Schema::read("s", schema.as_bytes(), &|_| None);
        assert!(problems.is_empty(), "{problems:?}");
        let found = schema.check(body.as_bytes(), Unknown::Refuse, &limits);
        let found = found.map_or_else(|v| v.keyword(), |_| "ok");
        let expected = if *expected == "dependentRequired" {
            "required"
        } else {
            expected
        };
        assert_eq!(found, expected, "{body}");
    }
}
