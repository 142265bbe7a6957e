use super::*;
use crate::Settings;
use crate::testing::application;

fn lines(template: &str) -> Vec<String> {
    let app = application(template);
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let edges = Edges::of(&access);
    let name = |node: &Node| match node {
        Node::Outsider(who) => who.to_string(),
        Node::EntryPoint(i) => app.graph().entry_points[*i].label.clone(),
        Node::Function(id) | Node::Identity(id) | Node::Resource(id) => id.to_string(),
        Node::External(text) => text.to_string(),
    };
    paths(&access, &edges)
        .iter()
        .map(|path| {
            let mut line = name(&path.hops[0].from);
            for (i, hop) in path.hops.iter().enumerate() {
                let arrow = if i == path.mend { "=>" } else { "->" };
                line.push_str(&format!(" {arrow} {}", name(&hop.to)));
            }
            let loot = path.loot;
            line.push_str(&format!(" {:?}", loot.prize));
            for (has, word) in [
                (loot.reads, "reads"),
                (loot.writes, "writes"),
                (loot.control, "controls"),
            ] {
                if has {
                    line.push_str(&format!(" {word}"));
                }
            }
            for condition in &path.when {
                line.push_str(&format!(" when {condition}"));
            }
            line
        })
        .collect()
}

fn check(template: &str, expected: &[&str]) {
    assert_eq!(lines(template), expected, "{template}");
}

/// A function with a role of these statements behind a URL, beside a table, a secret and a queue
/// that starts another function with a role of its own.
fn function(auth: &str, statements: &str, expected: &[&str]) {
    check(
        &format!(
            "Conditions: {{Dev: !Equals [!Ref AWS::Region, x]}}
Resources:
  Table: {{Type: AWS::DynamoDB::Table}}
  Secret: {{Type: AWS::SecretsManager::Secret}}
  Queue: {{Type: AWS::SQS::Queue}}
  F: {{Type: AWS::Lambda::Function, Properties: {{Role: !GetAtt R.Arn}}}}
  Url: {{Type: AWS::Lambda::Url, Properties: {{AuthType: {auth}, TargetFunctionArn: !Ref F}}}}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{Statement: {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: 'sts:AssumeRole'}}}}
      Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{statements}]}}}}]
  G: {{Type: AWS::Lambda::Function, Properties: {{Role: !GetAtt S.Arn}}}}
  M: {{Type: AWS::Lambda::EventSourceMapping, Properties: {{FunctionName: !Ref G, EventSourceArn: !GetAtt Queue.Arn}}}}
  S:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: 'sts:AssumeRole'}}, {{Effect: Allow, Principal: {{AWS: !Ref AWS::AccountId}}, Action: 'sts:AssumeRole'}}]}}
      Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{{Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: !Ref Secret}}, {{Effect: Allow, Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: !GetAtt Queue.Arn}}]}}}}]
"
        ),
        expected,
    );
}

#[test]
fn a_public_function_opens_what_its_role_may_do() {
    let read = "{Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt Table.Arn}";
    function("NONE", read, &["URL of F => F -> R -> Table Data reads"]);
    function("AWS_IAM", read, &[]);
    function(
        "NONE",
        "{Effect: Allow, Action: 'dynamodb:*', Resource: '*'}",
        &["URL of F -> F -> R => Table Data reads writes controls"],
    );
    function(
        "NONE",
        "{Effect: Allow, Action: 'dynamodb:*', Resource: '*'}, {Effect: Deny, NotAction: 'dynamodb:Get*', Resource: '*'}",
        &["URL of F -> F -> R => Table Data reads"],
    );
}

#[test]
fn paths_go_through_what_is_started() {
    function(
        "NONE",
        "{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}",
        &["URL of F => F -> R -> Queue -> queue Queue -> G -> S -> Secret Secret reads"],
    );
    // Reading a queue starts nothing.
    function(
        "NONE",
        "{Effect: Allow, Action: 'sqs:GetQueueAttributes', Resource: !GetAtt Queue.Arn}",
        &[],
    );
}

#[test]
fn paths_go_through_roles() {
    function(
        "NONE",
        "{Effect: Allow, Action: 'sts:AssumeRole', Resource: !GetAtt S.Arn}",
        &[
            "URL of F -> F -> R => S Role reads writes controls",
            "URL of F => F -> R -> S -> Secret Secret reads",
        ],
    );
}

#[test]
fn outsiders_begin_at_policies_that_let_them_in() {
    check(
        "Resources:
  Table: {Type: AWS::DynamoDB::Table}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: '*', Action: 'sts:AssumeRole'}}
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: 'dynamodb:Scan', Resource: !GetAtt Table.Arn}]}}]
",
        &[
            "anyone with an AWS account => R Role reads writes controls",
            "anyone with an AWS account => R -> Table Data reads",
        ],
    );
}

#[test]
fn conditions_that_exclude_each_other_make_no_path() {
    function(
        "NONE",
        "!If [Dev, {Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt Table.Arn}, !Ref AWS::NoValue]",
        &["URL of F => F -> R -> Table Data reads when Dev is true"],
    );
}

#[test]
fn paths_end_at_more_permissions() {
    function(
        "NONE",
        "{Effect: Allow, Action: 'iam:PutRolePolicy', Resource: '*'}",
        &["URL of F -> F -> R => any permission Permissions reads writes controls"],
    );
}
