use super::*;
use palisade_access::{Access, Settings, changes, public};
use palisade_app::cfn::{Options, Outcome, read};
use palisade_app::{Application, FileError, Files};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::Missing)
    }
}

fn application(template: &str) -> Application {
    match read(
        "template.yaml",
        template.as_bytes(),
        &NoFiles,
        &Options::default(),
    ) {
        Outcome::Application(app, _) => *app,
        other => panic!("{other:?}"),
    }
}

const OLD: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Invoices: {Type: AWS::S3::Bucket}
  Jobs: {Type: AWS::SQS::Queue}
  Old: {Type: AWS::IAM::Role}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: nodejs22.x
      CodeUri: src
      Policies:
        - Statement: {Effect: Allow, Action: 's3:GetObject', Resource: !Sub '${Invoices.Arn}/*'}
        - Statement: {Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Jobs.Arn}
";

const NEW: &str = "\
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Invoices: {Type: AWS::S3::Bucket}
  Jobs: {Type: AWS::SQS::Queue}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: nodejs22.x
      CodeUri: src
      Policies:
        - Statement:
            - Effect: Allow
              Action: ['s3:GetObject', 's3:DeleteObject']
              Resource: !Sub '${Invoices.Arn}/*'
              Condition: {StringEquals: {'aws:ResourceTag/<b>': '`x`'}}
  JobsPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Jobs]
      PolicyDocument:
        Statement: {Effect: Allow, Principal: '*', Action: 'sqs:SendMessage', Resource: !GetAtt Jobs.Arn}
  Report:
    Type: AWS::IAM::Role
    Condition: IsProd
    Properties:
      Policies:
        - PolicyName: p
          PolicyDocument: {Statement: {Effect: Allow, Action: 's3:*', Resource: !If [IsProd, {'Fn::Transform': {Name: Made}}, '*']}}
";

/// What every way to write it gives for a question.
fn written(question: Question) -> [String; 3] {
    let (old, new) = (application(OLD), application(NEW));
    let settings = Settings::default();
    let found = match question {
        Question::NoPublicAccess => public(&Access::of(&new, &settings)),
        _ => changes(Some(&old), Some(&new), &settings),
    };
    let problem = Problem::file("broken.yaml", ProblemLevel::Error, "not valid YAML");
    let is_diff = question == Question::Diff;
    let changes = Changes {
        question,
        old: is_diff.then_some(("origin/main", "")),
        new: (".", ""),
        missing: false,
        changes: &found,
        problems: if is_diff {
            std::slice::from_ref(&problem)
        } else {
            &[]
        },
    };
    [
        text(&changes, &Style::default()),
        markdown(&changes),
        json(&changes),
    ]
}

#[test]
fn golden() {
    let [text, markdown, _] = written(Question::Diff);
    insta::assert_snapshot!("text", text);
    insta::assert_snapshot!("markdown", markdown);
    let [text, markdown, json] = written(Question::NoPublicAccess);
    insta::assert_snapshot!("gate", format!("{text}\n----\n{markdown}\n----\n{json}"));
}

#[test]
fn follows_its_schema() {
    let schema = include_str!("../../../../../schemas/iam-changes.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for question in [
        Question::Diff,
        Question::NoNewAccess,
        Question::Forbid,
        Question::NoPublicAccess,
    ] {
        let [_, _, json] = written(question);
        let mut value: Value = serde_json::from_str(&json).unwrap();
        let errors: Vec<String> = (validator.iter_errors(&value))
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?} {value:#}");
        value["unknown_member"] = Value::Null;
        assert!(!validator.is_valid(&value));
    }
}
