use super::*;
use crate::text::Style;
use palisade_access::{Settings, idle, paths};
use palisade_app::cfn::{Options, Outcome, read};
use palisade_app::{Application, FileError, Files};
use serde_json::Value;

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::Missing)
    }
}

const TEMPLATE: &str = "Conditions: {Prod: !Equals [!Ref AWS::Region, x]}
Resources:
  Orders: {Type: AWS::DynamoDB::Table}
  Queue: {Type: AWS::SQS::Queue}
  Trust: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {AWS: '333344445555'}, Action: 'sts:AssumeRole'}}}}
  Idle: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: 'sts:AssumeRole'}}}}
  Create: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  Url: {Type: AWS::Lambda::Url, Properties: {AuthType: NONE, TargetFunctionArn: !Ref Create}}
  Work: {Type: AWS::Lambda::Function, Properties: {Role: 'arn:aws:iam::111122223333:role/<shared>'}}
  Map: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Work, EventSourceArn: !GetAtt Queue.Arn}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}}
      ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/other']
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: 'dynamodb:*', Resource: !GetAtt Orders.Arn}
              - !If [Prod, {Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}, !Ref AWS::NoValue]
";

fn application(template: &str) -> Application {
    match read("t.yaml", template.as_bytes(), &NoFiles, &Options::default()) {
        Outcome::Application(app, _) => *app,
        other => panic!("{other:?}"),
    }
}

fn with_view(template: &str, filter: &Filter, then: impl FnOnce(&View<'_>)) {
    let app = application(template);
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let edges = Edges::of(&access);
    then(&View {
        access: &access,
        edges: &edges,
        paths: &paths(&access, &edges),
        unused: &idle(&access),
        filter,
    });
}

#[test]
fn golden_text() {
    with_view(TEMPLATE, &Filter::default(), |view| {
        insta::assert_snapshot!(text(std::slice::from_ref(view), &Style::default()));
    });
}

#[test]
fn golden_svg() {
    with_view(TEMPLATE, &Filter::default(), |view| {
        insta::assert_snapshot!(svg(std::slice::from_ref(view)));
    });
}

#[test]
fn filters_keep_what_is_asked_for() {
    let asked = |to: &[&str], from: &[&str], expected: &[(&str, &str)]| {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        let filter = Filter {
            to: own(to),
            from: own(from),
        };
        with_view(TEMPLATE, &filter, |view| {
            let grants = view.grants();
            let found: Vec<(String, String)> = grants
                .iter()
                .map(|edge| (view.name(&edge.from), view.name(&edge.to)))
                .collect();
            let found: Vec<(&str, &str)> = found
                .iter()
                .map(|(a, b)| (a.as_str(), b.as_str()))
                .collect();
            assert_eq!(found, expected);
        });
    };
    let trust = ("account 333344445555", "Trust");
    asked(&[], &[], &[trust, ("Role", "Orders"), ("Role", "Queue")]);
    asked(&["orders"], &[], &[("Role", "Orders")]);
    asked(&["*u*"], &["create"], &[("Role", "Queue")]);
    asked(&[], &["URL*"], &[("Role", "Orders"), ("Role", "Queue")]);
    asked(&[], &["Work"], &[]);
    asked(&[], &["account*"], &[trust]);
}

#[test]
fn follows_its_schema() {
    let schema = include_str!("../../../../../schemas/iam-access.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    with_view(TEMPLATE, &Filter::default(), |view| {
        let problem = palisade_core::Problem::file("x", palisade_core::ProblemLevel::Error, "y");
        let written = json(std::slice::from_ref(view), &[problem]);
        let mut value: Value = serde_json::from_str(&written).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?} {value:#}");
        let app = &value["applications"][0];
        for list in ["nodes", "edges", "outside", "paths", "unread", "unused"] {
            assert!(
                app[list].as_array().is_some_and(|l| !l.is_empty()),
                "{list}"
            );
        }
        value["unknown_member"] = Value::Null;
        assert!(!validator.is_valid(&value));
    });
    let empty: Value = serde_json::from_str(&json(&[], &[])).unwrap();
    assert!(validator.is_valid(&empty));
}

/// Names of templates are never trusted.
#[test]
fn hostile_names_stay_text() {
    let template = TEMPLATE
        .replace("Orders", "\"O<script>\\e[31m\"")
        .replace("\"O<script>\\e[31m\".Arn", "Queue.Arn");
    with_view(&template, &Filter::default(), |view| {
        let views = std::slice::from_ref(view);
        for written in [svg(views), text(views, &Style::default())] {
            assert!(!written.contains('\u{1b}'), "{written}");
        }
        assert!(!svg(views).contains("<script"));
    });
}
