//! Which way in counts where a template leaves several open.

use super::{EntryPoint, Graph};
use crate::cfn::{Options, Outcome, read};
use crate::files::{FileError, Files};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::Missing)
    }
}

fn graph(resources: &str) -> Graph {
    let text = format!(
        "Parameters: {{Stage: {{Type: String}}}}\n\
         Conditions: {{IsDev: !Equals [!Ref Stage, dev]}}\n\
         Resources:\n{resources}"
    );
    match read("t.yaml", text.as_bytes(), &NoFiles, &Options::default()) {
        Outcome::Application(app, _) => Graph::of(&app),
        other => panic!("{other:?}"),
    }
}

/// `GET /: none, throttled on, validated off`, one line each.
fn ways(resources: &str) -> Vec<String> {
    let show = |entry: &EntryPoint| {
        format!(
            "{}: {}, throttled {}, validated {}",
            entry.label,
            entry.authentication.as_str(),
            entry.throttled.as_str(),
            entry.validated.as_str()
        )
    };
    graph(resources).entry_points.iter().map(show).collect()
}

const API: &str = "
  Api: {Type: 'AWS::ApiGateway::RestApi'}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, MethodSettings: SETTINGS}
  Get:
    Type: AWS::ApiGateway::Method
    Properties: {RestApiId: !Ref Api, HttpMethod: GET, METHOD}
";

fn check(method: &str, settings: &str, expected: &str) {
    let text = API.replace("METHOD", method).replace("SETTINGS", settings);
    assert_eq!(ways(&text), [expected], "{method} {settings}");
}

#[test]
fn the_weakest_alternative_decides() {
    let rate = "[{ThrottlingRateLimit: 10}]";
    check(
        "AuthorizationType: !If [IsDev, NONE, AWS_IAM]",
        rate,
        "GET /: none, throttled on, validated off",
    );
    check(
        "AuthorizationType: !If [IsDev, CUSTOM, AWS_IAM]",
        rate,
        "GET /: custom, throttled on, validated off",
    );
    check(
        "AuthorizationType: NONE, ApiKeyRequired: !If [IsDev, false, true]",
        "!If [IsDev, !Ref AWS::NoValue, [{ThrottlingRateLimit: 10}]]",
        "GET /: none, throttled off, validated off",
    );
    check(
        "AuthorizationType: NONE, ApiKeyRequired: true, RequestValidatorId: v",
        "[{ThrottlingRateLimit: !If [IsDev, !Ref AWS::NoValue, 10]}]",
        "GET /: api-key, throttled off, validated on",
    );
    check(
        "AuthorizationType: !Ref Stage, RequestValidatorId: !If [IsDev, !Ref AWS::NoValue, v]",
        "[{ThrottlingRateLimit: !If [IsDev, 100, 10]}]",
        "GET /: unknown, throttled on, validated off",
    );
}

#[test]
fn a_gateway_that_answers_by_itself_needs_no_authentication() {
    check(
        "AuthorizationType: NONE, Integration: {Type: MOCK}",
        "[]",
        "GET /: not-needed, throttled off, validated off",
    );
    check(
        "AuthorizationType: AWS_IAM, Integration: {Type: MOCK}",
        "[]",
        "GET /: iam, throttled off, validated off",
    );
    let body = "
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        securityDefinitions: {key: {type: apiKey}}
        paths:
          /a:
            options: {x-amazon-apigateway-integration: {type: mock}}
            get: {security: !If [IsDev, [], [{key: []}]]}
            put: {security: [{key: []}]}
";
    assert_eq!(
        ways(body),
        [
            "OPTIONS /a: not-needed, throttled not-applicable, validated off",
            "GET /a: none, throttled not-applicable, validated off",
            "PUT /a: api-key, throttled not-applicable, validated off",
        ]
    );
}
