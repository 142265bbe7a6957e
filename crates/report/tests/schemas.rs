//! Real output of a scan follows the published schemas.

#![expect(clippy::unwrap_used, reason = "a test")]

use palisade_app::{FileError, Files};
use palisade_core::Date;
use palisade_policy::{Config, KnownRules, Parameters, Profile};
use palisade_scan::{Given, Input, Report, Settings, examine};
use serde_json::{Value, json};

const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
  Password: {Type: String, NoEcho: true}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Globals:
  Function:
    Runtime: nodejs22.x
    Timeout: 10
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Condition: IsProd
    Properties:
      Handler: index.handler
      CodeUri: src
      FunctionUrlConfig:
        AuthType: NONE
      Environment:
        Variables:
          QUEUE: !Ref Inbox
          STAGE: !Sub "${Stage}-${AWS::Region}-${Inbox.Arn}"
          KEY: "{{resolve:ssm:key}}"
          SECRET: !Ref Password
          ELSE: !ImportValue other
      Events:
        Read:
          Type: HttpApi
          Properties: {Path: /orders, Method: get}
        Inbox:
          Type: SQS
          Properties: {Queue: !GetAtt Inbox.Arn}
  Plain:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: nodejs22.x
      Role: !GetAtt Role.Arn
      Code: {ZipFile: ""}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
  Url:
    Type: AWS::Lambda::Url
    Properties: {AuthType: NONE, TargetFunctionArn: !GetAtt Plain.Arn}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Plain, EventSourceArn: !GetAtt Inbox.Arn}
  Inbox:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: !If [IsProd, true, false]
  Outbox:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: false
  Other:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: !Ref Stage
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Inbox]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: "*"
            Action: sqs:SendMessage
            Resource: !GetAtt Inbox.Arn
            Condition:
              ArnEquals: {aws:SourceArn: !Ref Stage}
          - Effect: Allow
            Principal: {Service: sns.amazonaws.com, AWS: "123456789012"}
            Action: ["sqs:*"]
            Resource: "*"
"#;

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::Missing)
    }
}

fn check(schema: &str, value: &Value) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

#[test]
fn a_scan_follows_its_schemas() {
    let rules: Vec<_> = palisade_rules::ALL.iter().map(|entry| entry.rule).collect();
    let config = Config {
        profile: Profile::All,
        ..Config::default()
    };
    let settings = Settings {
        rules: &rules,
        known: &KnownRules::default(),
        config: &config,
        config_prefix: "",
        parameters: &Parameters::default(),
        access: &palisade_access::Settings::default(),
        today: Date::from_unix_seconds(1_800_000_000),
        given: &Given::default(),
        dump_model: true,
    };
    let mut parts = vec![
        examine(
            Input::named("template.yaml", TEMPLATE.as_bytes()),
            &NoFiles,
            &settings,
        ),
        examine(Input::named("broken.yaml", b"a: ["), &NoFiles, &settings),
    ];
    let models: Vec<Value> = parts.iter_mut().filter_map(|p| p.model.take()).collect();
    assert_eq!(models.len(), 1);
    let model = json!({"schema": "palisade.model/1", "applications": models});
    check(include_str!("../../../schemas/model.schema.json"), &model);

    let report = Report::of(parts);
    assert!(!report.findings.is_empty());
    assert!(!report.problems.is_empty());
    assert!(!report.entry_points.is_empty());
    let text = palisade_report::render_json(&report);
    let value = serde_json::from_str(&text).unwrap();
    check(include_str!("../../../schemas/scan.schema.json"), &value);
}
