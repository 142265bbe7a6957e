use super::*;
use crate::testing::application;

/// The action patterns that a role has in each world.
fn check(template: &str, id: &str, expected: &[(&str, &[&str])]) {
    let app = application(template);
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let identity = access.identity(id).expect("identity");
    let found: Vec<(String, Vec<String>)> = identity
        .worlds
        .iter()
        .map(|world| {
            let when: Vec<String> = world.when.iter().map(ToString::to_string).collect();
            let mut actions = Vec::new();
            for attached in &world.identity {
                for statement in &attached.policy.statements {
                    let open = if statement.uncertain.is_some() {
                        "?"
                    } else {
                        ""
                    };
                    for action in &statement.actions.patterns {
                        actions.push(format!("{open}{}", action.written));
                    }
                }
            }
            (when.join(" "), actions)
        })
        .collect();
    let found: Vec<(&str, Vec<&str>)> = found
        .iter()
        .map(|(when, actions)| (when.as_str(), actions.iter().map(String::as_str).collect()))
        .collect();
    let expected: Vec<(&str, Vec<&str>)> = expected
        .iter()
        .map(|(when, actions)| (*when, actions.to_vec()))
        .collect();
    assert_eq!(found, expected);
}

const STATEMENT: &str = "{Effect: Allow, Action: 'sqs:SendMessage', Resource: '*'}";

#[test]
fn policies_come_from_everywhere() {
    check(
        &format!(
            "Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{STATEMENT}]}}}}]
      ManagedPolicyArns: [!Ref M, 'arn:aws:iam::aws:policy/AdministratorAccess', 'arn:aws:iam::111122223333:policy/x']
  M:
    Type: AWS::IAM::ManagedPolicy
    Properties: {{PolicyDocument: {{Statement: {{Effect: Allow, Action: 's3:GetObject', Resource: '*'}}}}}}
  P:
    Type: AWS::IAM::Policy
    Properties: {{PolicyName: p, Roles: [!Ref R], PolicyDocument: {{Statement: {{Effect: Allow, Action: 'a:b', Resource: '*'}}}}}}
"
        ),
        "R",
        &[(
            "",
            &["sqs:SendMessage", "s3:GetObject", "*", "?*", "?*", "a:b"],
        )],
    );
}

#[test]
fn conditions_make_worlds() {
    check(
        &format!(
            "Conditions: {{Prod: !Equals [!Ref AWS::Region, x]}}
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - {STATEMENT}
              - !If [Prod, {{Effect: Allow, Action: 's3:*', Resource: '*'}}, !Ref AWS::NoValue]
"
        ),
        "R",
        &[
            ("Prod is true", &["sqs:SendMessage", "s3:*"]),
            ("Prod is false", &["sqs:SendMessage"]),
        ],
    );
}

#[test]
fn guards_of_a_resource_are_joined() {
    let app = application(
        "Resources:
  Q: {Type: AWS::SQS::Queue}
  A:
    Type: AWS::SQS::QueuePolicy
    Properties: {Queues: [!Ref Q], PolicyDocument: {Statement: {Effect: Allow, Principal: '*', Action: 'sqs:*', Resource: !GetAtt Q.Arn}}}
  B:
    Type: AWS::SQS::QueuePolicy
    Properties: {Queues: [!Ref Q], PolicyDocument: {Statement: {Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: !GetAtt Q.Arn}}}
",
    );
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let policy = access.guard("Q", &[]).expect("policy");
    assert_eq!(policy.statements.len(), 2);
    let arn = access.arn("Q").expect("arn");
    let resources = policy.statements[0].resources.as_ref().expect("resources");
    assert_eq!(&*resources.patterns[0].written, arn);
}

#[test]
fn users_have_what_their_groups_have() {
    let group = format!(
        "  G:
    Type: AWS::IAM::Group
    Properties: {{GroupName: admins, Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{STATEMENT}]}}}}]}}
"
    );
    let users = [
        "  U: {Type: AWS::IAM::User, Properties: {Groups: [!Ref G]}}\n",
        "  U: {Type: AWS::IAM::User, Properties: {Groups: [admins]}}\n",
        "  U: {Type: AWS::IAM::User}
  M: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref G, Users: [!Ref U]}}\n",
    ];
    for user in users {
        check(
            &format!("Resources:\n{group}{user}"),
            "U",
            &[("", &["sqs:SendMessage"])],
        );
    }
    check(
        &format!("Resources:\n{group}  U: {{Type: AWS::IAM::User}}\n"),
        "U",
        &[("", &[])],
    );
}

#[test]
fn an_account_shows_its_own_managed_policies() {
    let text = r#"{"RoleDetailList": [{"RoleName": "r", "Path": "/x/", "Arn": "arn:aws-cn:iam::111122223333:role/x/r",
        "AttachedManagedPolicies": [
          {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, {"PolicyArn": "arn:aws-cn:iam::111122223333:policy/own"}]}],
      "Policies": [
        {"PolicyName": "AdministratorAccess", "Arn": "arn:aws:iam::aws:policy/AdministratorAccess", "DefaultVersionId": "v1",
         "PolicyVersionList": [{"VersionId": "v1", "Document": {"Statement": {"Effect": "Allow", "Action": "x:new", "Resource": "*"}}}]},
        {"PolicyName": "own", "Arn": "arn:aws-cn:iam::111122223333:policy/own", "DefaultVersionId": "v1",
         "PolicyVersionList": [{"VersionId": "v1", "Document": "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"x:own\", \"Resource\": \"*\"}}"}]}]}"#;
    let palisade_app::cfn::Outcome::Application(app, _) =
        palisade_app::account::read("a.json", text.as_bytes())
    else {
        panic!("no account");
    };
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let role = &access.identities[0];
    assert_eq!(role.arn, "arn:aws-cn:iam::111122223333:role/x/r");
    assert_eq!(access.account, "111122223333");
    let actions: Vec<&str> = (role.worlds[0].identity.iter())
        .map(|attached| &*attached.policy.statements[0].actions.patterns[0].written)
        .collect();
    assert_eq!(actions, ["x:new", "x:own"]);
}

#[test]
fn policies_that_nobody_has_are_kept_apart() {
    let document = format!("{{Statement: [{STATEMENT}]}}");
    let app = application(&format!(
        "Resources:
  R:
    Type: AWS::IAM::Role
    Properties: {{ManagedPolicyArns: [!Ref Attached], PermissionsBoundary: !Ref Boundary}}
  Attached: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {document}}}}}
  Boundary: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {document}}}}}
  Alone: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {document}}}}}
  Device: {{Type: AWS::IoT::Policy, Properties: {{PolicyDocument: {document}}}}}
"
    ));
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let found: Vec<&str> = access
        .unattached
        .iter()
        .map(|policy| &*policy.written_in)
        .collect();
    assert_eq!(found, ["Alone", "Device"]);
}
