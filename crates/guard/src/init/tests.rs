use super::*;
use crate::config::Config;
use crate::validate::Contract as Document;

const DOCUMENT: &str = r#"openapi: 3.0.1
info: {title: Pets, version: "1"}
servers: [{url: "https://pets.example.com/v1"}]
paths:
  /pets:
    get:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration: {type: aws_proxy, uri: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:ListPets/invocations"}
    post:
      security: [{customers: [pets/write]}]
      responses: {"200": {description: ok}}
    options:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration: {type: mock}
    delete:
      security: [{signed: [], customers: []}]
      responses: {"200": {description: ok}}
  /pets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      security: [{pool: []}]
      responses: {"200": {description: ok}}
    put:
      security: [{signed: []}]
      responses: {"200": {description: ok}}
    patch:
      security: [{decides: []}]
      responses: {"200": {description: ok}}
    x-amazon-apigateway-any-method:
      security: [{key: []}]
  /pets/{id}.json:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      security: [{basic: []}]
      responses: {"200": {description: ok}}
    trace:
      responses: {"200": {description: ok}}
components:
  securitySchemes:
    customers:
      type: oauth2
      x-amazon-apigateway-authorizer: {type: jwt, jwtConfiguration: {issuer: "https://login.example.com", audience: [pets]}}
    pool:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"]}
    signed: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}
    decides:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authorizer: {type: request}
    key: {type: apiKey, name: X-Pet-Key, in: header}
    basic: {type: http, scheme: basic}
x-amazon-apigateway-cors: {allowOrigins: ["https://shop.example.com"], allowHeaders: [Content-Type], maxAge: 60}
"#;

fn written(document: &str, target: Option<&str>) -> Written {
    let (contract, _) = Document::read("pets.yaml", document.as_bytes(), &|_| None);
    write(from_openapi(&contract, "pets.yaml", target, document))
}

#[test]
fn a_document_with_extensions() {
    let written = written(DOCUMENT, Some("https://functions.example.com"));
    let expected = include_str!("tests/pets.toml");
    assert_eq!(written.text, expected, "{}", written.text);
    let cedar = written.files.get("policies/routes.cedar").unwrap();
    assert!(cedar.contains("Function::\"pets\""), "{cedar}");
}

/// What is left to decide is refused, each at its place and nothing else; decided, the file is read.
#[test]
fn decisions_are_what_is_refused() {
    let written = written(DOCUMENT, None);
    let errors = Config::parse("guard.toml", &written.text).unwrap_err();
    let places: Vec<(usize, String)> = errors
        .iter()
        .map(|error| {
            let what = error.message().strip_prefix("to be decided: ").unwrap();
            (error.line() as usize, what.to_owned())
        })
        .collect();
    assert_eq!(places, written.decisions);
    let decided: String = written
        .text
        .lines()
        .map(|line| {
            let value = match line.split(" = ").next().unwrap() {
                _ if !line.contains("\"decide: ") => return format!("{line}\n"),
                "path" => "\"/pets/json\"",
                "urls" => "[\"http://127.0.0.1:9000\"]",
                "authenticate" => "[\"aws-signature\"]",
                "regions" => "[\"eu-west-1\"]",
                "audiences" => "[\"client\"]",
                other => panic!("{other}: {line}"),
            };
            format!("{} = {value}\n", line.split(" = ").next().unwrap())
        })
        .collect();
    // A path that is not the document's has no contract.
    let config = Config::parse("guard.toml", &decided);
    let config = config.unwrap_or_else(|errors| panic!("{errors:?}\n{decided}"));
    let public: Vec<&str> = (config.routes.iter())
        .filter(|route| route.accepts.is_empty())
        .map(|route| route.path.as_str())
        .collect();
    assert_eq!(public, ["/pets"]);
}

/// Cognito's access tokens and ID tokens are not taken for each other.
#[test]
fn tokens_of_user_pools() {
    let document = r#"openapi: 3.0.1
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      security: [{pool: []}]
      responses: {"200": {description: ok}}
    post:
      security: [{pool: [pets/write]}]
      responses: {"200": {description: ok}}
    put:
      security: [{tokens: [pets/write]}]
      responses: {"200": {description: ok}}
components:
  securitySchemes:
    pool:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"]}
    tokens:
      type: oauth2
      x-amazon-apigateway-authorizer: {type: jwt, jwtConfiguration: {issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc", audience: [shop]}}
"#;
    let text = written(document, Some("https://functions.example.com")).text;
    let table = |name: &str| {
        let (_, table) = text.split_once(&format!("[issuers.{name}]\n")).unwrap();
        let lines = table.lines().take_while(|line| !line.is_empty());
        let lines =
            lines.filter(|line| line.starts_with("audience-claim") || line.starts_with("require"));
        lines.collect::<Vec<_>>()
    };
    let access = [
        "audience-claim = \"client_id\"",
        "require = { token_use = [\"access\"] }",
    ];
    assert_eq!(table("pool"), ["require = { token_use = [\"id\"] }"]);
    assert_eq!(table("pool-2"), access);
    assert_eq!(table("tokens"), access);
}

/// A document that says nothing about callers is not taken for one that lets everybody in.
#[test]
fn silence_is_to_be_decided() {
    let document = "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths:\n  /a:\n    get:\n      \
                    responses: {'200': {description: ok}}\n";
    let written = written(document, Some("http://127.0.0.1:9000"));
    assert_eq!(written.decisions.len(), 1, "{}", written.text);
    assert!(written.decisions[0].1.starts_with("who may call"));
    assert!(!written.text.contains("public"));
}

#[test]
fn names() {
    for (called, expected) in [
        ("OrdersApi", "orders-api"),
        (
            "aws_lambda_function.webhook_authorizer",
            "aws-lambda-function-webhook-authorizer",
        ),
        ("HTTPApi", "http-api"),
        ("routes[\"a b\"]", "routes-a-b"),
        ("--", "unnamed"),
        ("", "unnamed"),
    ] {
        assert_eq!(name(called), expected);
    }
}

/// What others wrote ends no line and no text.
#[test]
fn nothing_breaks_out() {
    let draft = Draft {
        from: "a\nplaintext = true".to_owned(),
        routes: vec![Route {
            path: Setting::known("/a\"\npublic = true"),
            methods: vec!["GET".to_owned()],
            any: false,
            function: "f".to_owned(),
            target: "t".to_owned(),
            callers: Callers::Decide("a \"b\"\\\npublic = true\u{7f}".to_owned()),
            scopes: Vec::new(),
            limits: Vec::new(),
            contract: None,
            cors: None,
            origins: vec!["x\r\ny".to_owned()],
            notes: Vec::new(),
        }],
        targets: BTreeMap::from([(
            "t".to_owned(),
            Target {
                url: Setting::known("http://127.0.0.1:1"),
                origin: "x".to_owned(),
            },
        )]),
        ..Draft::default()
    };
    let written = write(draft);
    assert!(!written.text.lines().any(|line| line.starts_with("public")));
    let errors = Config::parse("guard.toml", &written.text).unwrap_err();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert_eq!(written.decisions.len(), 2);
}

#[test]
fn origins_that_cannot_be_kept_are_left_out() {
    let text = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let origins = |list: &[&str], credentials| {
        super::cors(&text(list), &[], credentials, None).map(|cors| cors.origins)
    };
    assert_eq!(origins(&["'*'"], false), Some(text(&["*"])));
    assert_eq!(origins(&["*"], true), None);
    assert_eq!(
        origins(&["https://*.example.com", "null", "*x"], false),
        None
    );
    assert_eq!(
        origins(&["*", "https://a.example"], false),
        Some(text(&["*"]))
    );
}
