//! Findings about what the Serverless Framework makes speak of it as `serverless.yml` does.

use crate::harness::{Example, Language, run};
use palisade_policy::Parameters;
use palisade_rule::Profile;
use std::collections::BTreeMap;
use std::path::PathBuf;

const SERVICE: &str = "service: shop
provider:
  name: aws
  runtime: nodejs14.x
  logRetentionInDays: 3
  iam:
    role:
      statements:
        - {Effect: Allow, Action: ['s3:*', 'iam:PassRole', 'lambda:*'], Resource: '*'}
functions:
  take-order:
    handler: a.take
    events:
      - http: POST /orders
      - websocket: $connect
  list_orders:
    handler: a.list
    events:
      - httpApi: GET /orders
";

/// The advice of each rule, in the profile of all.
fn advice() -> BTreeMap<&'static str, String> {
    let mut advice = BTreeMap::new();
    for entry in palisade_rules::ALL {
        let example = Example {
            name: String::new(),
            language: Language::Serverless,
            text: SERVICE.to_owned(),
            folder: PathBuf::new(),
            parameters: Parameters::default(),
        };
        for finding in run(entry, &example, Profile::All).findings {
            let places = finding.related.iter().chain(&finding.path);
            let texts = places.map(|place| place.message.clone());
            for text in texts.chain([finding.message.to_string()]) {
                let ids = ["LambdaFunction`", "`IamRole"];
                assert!(!ids.iter().any(|id| text.contains(id)), "{text}");
            }
            let said: &mut String = advice.entry(entry.rule.id).or_default();
            said.push_str(&finding.help);
            said.push('\n');
        }
    }
    advice
}

#[test]
fn routes_of_an_api_that_nobody_wrote_belong_to_their_functions() {
    let function = |name: &str| {
        format!(
            "  {name}:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Handler: index.handler
      Runtime: python3.13
      Events:
        Post:
          Type: Api
          Properties: {{Path: /{name}, Method: post}}
"
        )
    };
    let text = format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n{}{}",
        function("First"),
        function("Second"),
    );
    let rule = palisade_rules::ALL
        .iter()
        .find(|e| e.rule.id == "unauthenticated-route");
    let example = Example {
        name: String::new(),
        language: Language::CloudFormation,
        text,
        folder: PathBuf::new(),
        parameters: Parameters::default(),
    };
    let findings = run(rule.unwrap(), &example, Profile::Default).findings;
    let owners: Vec<&str> = findings.iter().map(|f| &*f.resource.address).collect();
    assert_eq!(owners, ["First", "Second"]);
}

#[test]
fn what_the_serverless_framework_makes_is_named_as_it_is_written() {
    let advice = advice();
    for (rule, expected) in [
        (
            "deprecated-runtime",
            "`runtime` of the function, or of `provider`",
        ),
        ("short-log-retention", "`logRetentionInDays`"),
        ("unauthenticated-route", "`authorizer` of the `http` event"),
        (
            "unauthenticated-route",
            "`authorizer` of the `httpApi` event",
        ),
        ("unauthenticated-route", "event of `$connect`"),
        ("no-throttling", "serverless-api-gateway-throttling"),
        ("no-throttling", "resources.extensions.HttpApiStage"),
        ("no-request-validation", "`request.schemas`"),
        ("no-tracing", "`provider.tracing.apiGateway: true`"),
        ("no-api-access-log", "`provider.logs.httpApi: true`"),
        (
            "unsigned-code",
            "in `resources.extensions` under its logical id",
        ),
        (
            "confused-deputy-permission",
            "in `resources.extensions` under",
        ),
    ] {
        let said = advice.get(rule).map_or("", String::as_str);
        assert!(said.contains(expected), "{rule}: {said}");
    }
}
