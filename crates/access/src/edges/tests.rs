use super::*;
use crate::Settings;
use crate::testing::application;

fn name(access: &Access<'_>, node: &Node) -> String {
    match node {
        Node::Outsider(who) => who.to_string(),
        Node::EntryPoint(i) => access.app.graph().entry_points[*i].label.clone(),
        Node::Function(id) | Node::Identity(id) | Node::Resource(id) => id.to_string(),
        Node::External(text) => text.to_string(),
    }
}

fn lines(template: &str) -> Vec<String> {
    let app = application(template);
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let edges = Edges::of(&access);
    edges
        .all
        .iter()
        .map(|edge| {
            let mut line = format!(
                "{} {:?} {}",
                name(&access, &edge.from),
                edge.kind,
                name(&access, &edge.to)
            );
            match edge.actions.as_slice() {
                [] => {}
                [(one, _)] => line.push_str(&format!(" {one}")),
                several => line.push_str(&format!(" {} actions", several.len())),
            }
            if edge.conditions {
                line.push_str(" on conditions");
            }
            for condition in &edge.when {
                line.push_str(&format!(" when {condition}"));
            }
            if let Some(reason) = &edge.unknown {
                line.push_str(&format!(" ({reason})"));
            }
            line
        })
        .collect()
}

fn check(template: &str, expected: &[&str]) {
    assert_eq!(lines(template), expected);
}

/// A role with these statements, beside a table, a bucket, a queue, a key and another role.
fn role(statements: &str, expected: &[&str]) {
    check(
        &format!(
            "Parameters: {{P: {{Type: String}}}}
Conditions: {{Prod: !Equals [!Ref AWS::Region, x]}}
Resources:
  Table: {{Type: AWS::DynamoDB::Table}}
  Bucket: {{Type: AWS::S3::Bucket}}
  Queue: {{Type: AWS::SQS::Queue}}
  Key:
    Type: AWS::KMS::Key
    Properties: {{KeyPolicy: {{Statement: {{Effect: Allow, Principal: {{AWS: !Sub 'arn:aws:iam::${{AWS::AccountId}}:root'}}, Action: 'kms:*', Resource: '*'}}}}}}
  Other:
    Type: AWS::IAM::Role
    Properties: {{AssumeRolePolicyDocument: {{Statement: {{Effect: Allow, Principal: {{AWS: !GetAtt R.Arn}}, Action: 'sts:AssumeRole'}}}}}}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{Statement: {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: 'sts:AssumeRole'}}}}
      Policies: [{{PolicyName: p, PolicyDocument: {{Version: '2012-10-17', Statement: [{statements}]}}}}]
"
        ),
        expected,
    );
}

/// The named role trusts the other one: within an account that suffices.
const TRUSTED: &str = "R Assumes Other sts:AssumeRole";

#[test]
fn grants_are_evaluated() {
    role(
        "{Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt Table.Arn}",
        &[TRUSTED, "R May Table dynamodb:GetItem"],
    );
    role(
        "{Effect: Allow, Action: ['s3:GetObject', 'sqs:SendMessage'], Resource: !Sub '${Bucket.Arn}/reports/*'}",
        &["R May Bucket s3:GetObject", TRUSTED],
    );
    role(
        "{Effect: Allow, Action: 'sqs:*', Resource: '*'}, {Effect: Deny, Action: 'sqs:*', Resource: !GetAtt Queue.Arn}",
        &[TRUSTED],
    );
    role(
        "{Effect: Allow, Action: 'kms:Decrypt', Resource: '*'}",
        &["R May Key kms:Decrypt", TRUSTED],
    );
    role(
        "{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn, Condition: {StringEquals: {'aws:SourceVpce': vpce-1}}}",
        &[TRUSTED, "R May Queue sqs:SendMessage on conditions"],
    );
    role(
        "{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn, Condition: {StringEquals: {'aws:PrincipalAccount': '999999999999'}}}",
        &[TRUSTED],
    );
}

#[test]
fn what_depends_is_said() {
    role(
        "!If [Prod, {Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}, !Ref AWS::NoValue]",
        &[TRUSTED, "R May Queue sqs:SendMessage when Prod is true"],
    );
    role(
        "{Effect: Allow, Action: 'sqs:SendMessage', Resource: {'Fn::Transform': {Name: Made}}}",
        &[
            TRUSTED,
            "R May Queue sqs:SendMessage (made by the macro `Made` at deployment)",
        ],
    );
    // A parameter is another name than the queue's.
    role(
        "{Effect: Allow, Action: 'sqs:SendMessage', Resource: !Sub 'arn:aws:sqs:*:*:${P}'}",
        &[TRUSTED],
    );
}

#[test]
fn functions_are_started_and_act_as_roles() {
    check(
        "Resources:
  Q: {Type: AWS::SQS::Queue}
  F: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt R.Arn}}
  G: {Type: AWS::Lambda::Function, Properties: {Role: 'arn:aws:iam::111122223333:role/shared'}}
  Url: {Type: AWS::Lambda::Url, Properties: {AuthType: NONE, TargetFunctionArn: !Ref G}}
  M: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref F, EventSourceArn: !GetAtt Q.Arn}}
  Machine: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: !GetAtt R.Arn}}
  R: {Type: AWS::IAM::Role}
",
        &[
            "URL of G Starts G",
            "Q Starts queue Q",
            "queue Q Starts F",
            "F ActsAs R",
            "G ActsAs arn:aws:iam::111122223333:role/shared",
            "Machine ActsAs R",
        ],
    );
}

#[test]
fn outsiders_have_edges() {
    check(
        "Resources:
  R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {AWS: '333344445555'}, Action: 'sts:AssumeRole'}}}}
",
        &["account 333344445555 Assumes R sts:AssumeRole"],
    );
}
