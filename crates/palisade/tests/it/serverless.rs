//! Services of Serverless Framework, from the folder to the report.

use crate::Folder;

const SERVICE: &str = "service: orders
frameworkVersion: '3'
custom:
  password: hunter2-and-more
provider:
  name: aws
  runtime: nodejs22.x
functions:
  place-order:
    handler: app.place
    environment:
      DB_PASSWORD: ${self:custom.password}
    events:
      - httpApi: POST /orders
      # palisade: ignore[unauthenticated-route] everybody may read the menu
      - httpApi: GET /menu
resources:
  - ${file(queues.yml)}
";

const QUEUES: &str = "Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: false}
";

const CODE: &str = "exports.place = async () => ({ statusCode: 200 })\n";

#[test]
fn services_are_found_and_named_as_their_owner_names_them() {
    let folder = Folder::new("serverless")
        .with("serverless.yml", SERVICE)
        .with("queues.yml", QUEUES)
        .with("app.js", CODE);
    let run = folder.scan(&["."]);
    assert_eq!(run.code(), 1);
    let json = run.json();
    let findings: Vec<(String, String, String, u64)> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["suppressed"].is_null())
        .map(|f| {
            let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
            (
                text(&f["rule"]),
                text(&f["resource"]["address"]),
                text(&f["location"]["file"]),
                f["location"]["line"].as_u64().unwrap(),
            )
        })
        .collect();
    let has = |rule: &str, address: &str, file: &str, line: u64| {
        let wanted = (rule.to_owned(), address.to_owned(), file.to_owned(), line);
        assert!(findings.contains(&wanted), "{wanted:?}: {findings:#?}");
    };
    has("secret-in-environment", "place-order", "serverless.yml", 12);
    has("unauthenticated-route", "place-order", "serverless.yml", 14);
    has("unencrypted-queue", "Jobs", "queues.yml", 4);
    let count = |rule: &str| findings.iter().filter(|f| f.0 == rule).count();
    assert_eq!(count("unauthenticated-route"), 1, "the other is silenced");
    assert_eq!(
        count("unencrypted-queue"),
        1,
        "the file is a part of the service"
    );
    assert_eq!(
        count("unused-permissions"),
        0,
        "nobody wrote the framework's grants"
    );
    assert!(!run.out().contains("hunter2"), "secrets are not shown");
}

#[test]
fn services_as_code_are_told() {
    let folder = Folder::new("serverless-code")
        .with("serverless.ts", "export default {}")
        .with("other.ts", "export default {}");
    let run = folder.scan(&["."]);
    assert_eq!(run.code(), 3);
    let problems = &run.json()["problems"];
    assert_eq!(problems.as_array().map(Vec::len), Some(1), "{problems}");
    assert_eq!(problems[0]["file"], "serverless.ts");
}

#[test]
fn stages_and_options_are_given_as_parameters() {
    let service = "service: a\nprovider: {name: aws, runtime: nodejs22.x}\nfunctions: {f: {handler: a.b, name: 'x-${sls:stage}-${opt:size, \"s\"}'}}\n";
    let folder = Folder::new("serverless-stage").with("serverless.yml", service);
    let model = |arguments: &[&str]| folder.scan(arguments).out();
    assert!(model(&[".", "--dump-model"]).contains("x-dev-s"));
    let given = [
        ".",
        "--dump-model",
        "--parameter",
        "stage=prod",
        "--parameter",
        "size=l",
    ];
    assert!(model(&given).contains("x-prod-l"));
    let given = [".", "--dump-model", "--stage=prod", "--opt=size=l"];
    assert!(model(&given).contains("x-prod-l"));
}

#[test]
fn packaged_services_are_read_when_they_are_named() {
    let template = r#"{"Resources": {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": false}}}}"#;
    let folder = Folder::new("serverless-packaged")
        .with("serverless.yml", "service: a\nprovider: {name: aws}\n")
        .with(
            ".serverless/cloudformation-template-update-stack.json",
            template,
        )
        .with(".serverless/serverless-state.json", r#"{"service": {}}"#);
    let select = ["--select", "unencrypted-queue"];
    let whole = folder.scan(&[&["."], &select[..]].concat());
    assert_eq!((whole.code(), whole.rules().len()), (0, 0));
    let left_out = &whole.json()["stats"]["left_out"];
    assert_eq!(left_out[0]["path"], ".serverless", "{left_out}");
    for named in [
        ".serverless",
        ".serverless/cloudformation-template-update-stack.json",
    ] {
        let run = folder.scan(&[&[named], &select[..]].concat());
        assert_eq!(run.code(), 1, "{named}: {}", run.err());
        assert_eq!(run.rules(), ["unencrypted-queue"]);
    }
}
