use super::*;
use crate::testing::application;
use crate::{Deployment, Settings, Zone};

/// Every access from outside as `resource: who: an action, how many of them`.
fn found(template: &str, settings: &Settings<'_>) -> Vec<String> {
    let app = application(template);
    let access = Access::of(&app, settings);
    outside(&access)
        .iter()
        .map(|access| {
            let mut line = format!("{} {}", access.resource, access.who);
            match access.actions.as_slice() {
                [] => {}
                [(one, _)] => line.push_str(&format!(": {one}")),
                several => line.push_str(&format!(": {} actions", several.len())),
            }
            for condition in &access.when {
                line.push_str(&format!(" when {condition}"));
            }
            if let Some(reason) = &access.unknown {
                line.push_str(&format!(" ({reason})"));
            }
            line
        })
        .collect()
}

fn settings() -> Settings<'static> {
    Settings {
        deployment: Deployment {
            account: Some(Arc::from("111122223333")),
            ..Deployment::default()
        },
        zone: Zone {
            accounts: [Arc::from("222233334444")].into(),
            organizations: [Arc::from("o-own1234567")].into(),
            ..Zone::default()
        },
        ..Settings::default()
    }
}

fn check(template: &str, expected: &[&str]) {
    assert_eq!(found(template, &settings()), expected, "{template}");
}

/// A queue with a policy of these statements.
fn queue(statements: &str, expected: &[&str]) {
    check(
        &format!(
            "Resources:
  Q: {{Type: AWS::SQS::Queue}}
  P:
    Type: AWS::SQS::QueuePolicy
    Properties: {{Queues: [!Ref Q], PolicyDocument: {{Version: '2012-10-17', Statement: [{statements}]}}}}
"
        ),
        expected,
    );
}

/// An allowing statement on `sqs:SendMessage` with this principal and condition.
fn sending(principal: &str, condition: &str, expected: &[&str]) {
    let condition = match condition {
        "" => String::new(),
        condition => format!(", Condition: {{{condition}}}"),
    };
    queue(
        &format!(
            "{{Effect: Allow, Principal: {principal}, Action: 'sqs:SendMessage', Resource: !GetAtt Q.Arn{condition}}}"
        ),
        expected,
    );
}

const ANYONE: &[&str] = &["Q anyone: sqs:SendMessage"];
const ANY_ACCOUNT: &[&str] = &["Q anyone with an AWS account: sqs:SendMessage"];
const NOBODY: &[&str] = &[];

#[test]
fn everybody_is_let_in() {
    sending("'*'", "", ANYONE);
    sending("{AWS: '*'}", "", ANYONE);
    sending("{AWS: ['arn:aws:iam::222233334444:root', '*']}", "", ANYONE);
}

#[test]
fn own_accounts_are_trusted() {
    sending("{AWS: !Ref AWS::AccountId}", "", NOBODY);
    sending("{AWS: '111122223333'}", "", NOBODY);
    sending("{AWS: 'arn:aws:iam::222233334444:role/x'}", "", NOBODY);
    sending(
        "{AWS: 'arn:aws:iam::333344445555:role/x'}",
        "",
        &["Q account 333344445555: sqs:SendMessage"],
    );
}

#[test]
fn conditions_that_say_who_keep_strangers_out() {
    for condition in [
        "StringEquals: {'aws:PrincipalOrgID': o-own1234567}",
        "StringEquals: {'aws:PrincipalAccount': '111122223333'}",
        "StringEquals: {'aws:PrincipalAccount': !Ref AWS::AccountId}",
        "ArnLike: {'aws:SourceArn': 'arn:aws:sns:*:111122223333:*'}",
        "ArnEquals: {'aws:SourceArn': 'arn:aws:s3:::orders'}",
        "StringEquals: {'AWS:SourceAccount': !Ref AWS::AccountId}",
        "StringEquals: {'aws:SourceVpce': vpce-1}",
        "IpAddress: {'aws:SourceIp': 192.0.2.0/24}",
        "ArnLike: {'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*'}",
        "StringLike: {'aws:userid': 'AROA1234:*'}",
    ] {
        sending("'*'", condition, NOBODY);
    }
}

#[test]
fn conditions_that_anybody_can_fulfil_do_not() {
    sending("'*'", "Bool: {'aws:SecureTransport': 'true'}", ANYONE);
    sending("'*'", "IpAddress: {'aws:SourceIp': 0.0.0.0/0}", ANYONE);
    sending(
        "'*'",
        "StringLike: {'aws:Referer': 'https://x.example/*'}",
        ANYONE,
    );
    sending(
        "'*'",
        "StringLike: {'aws:PrincipalArn': 'arn:aws:iam::*:role/*'}",
        ANY_ACCOUNT,
    );
    sending(
        "'*'",
        "StringNotEquals: {'aws:PrincipalAccount': '333344445555'}",
        ANYONE,
    );
    sending(
        "'*'",
        "'Null': {'aws:PrincipalOrgID': 'false'}",
        ANY_ACCOUNT,
    );
    sending(
        "'*'",
        "StringEquals: {'aws:PrincipalTag/team': x}",
        ANY_ACCOUNT,
    );
    sending(
        "'*'",
        "StringEquals: {'aws:PrincipalOrgID': o-another123}",
        &["Q organisation o-another123: sqs:SendMessage"],
    );
}

#[test]
fn services_can_be_made_to_act_for_others() {
    let events = "{Service: events.amazonaws.com}";
    sending(
        events,
        "",
        &["Q events.amazonaws.com on behalf of other accounts: sqs:SendMessage"],
    );
    sending(
        events,
        "ArnLike: {'aws:SourceArn': 'arn:aws:events:*:111122223333:rule/*'}",
        NOBODY,
    );
    sending(
        events,
        "StringEquals: {'aws:SourceAccount': !Ref AWS::AccountId}",
        NOBODY,
    );
    sending(
        "'*'",
        "ArnLike: {'aws:SourceArn': 'arn:aws:sns:*:*:*'}",
        &["Q sns.amazonaws.com on behalf of other accounts: sqs:SendMessage"],
    );
}

#[test]
fn a_denial_silences() {
    let allow =
        "{Effect: Allow, Principal: '*', Action: 'sqs:SendMessage', Resource: !GetAtt Q.Arn}";
    let deny = |rest: &str| {
        format!("{allow}, {{Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*', {rest}}}")
    };
    queue(
        &deny("Condition: {StringNotEquals: {'aws:PrincipalOrgID': o-own1234567}}"),
        NOBODY,
    );
    queue(
        &deny("Condition: {Bool: {'aws:SecureTransport': 'false'}}"),
        ANYONE,
    );
    queue(
        &deny("Condition: {'Null': {'aws:RequestTag/x': 'true'}}"),
        ANYONE,
    );
    queue(
        &deny("Condition: {StringNotEquals: {'aws:PrincipalAccount': [!Ref AWS::AccountId]}}"),
        NOBODY,
    );
}

#[test]
fn roles_may_be_assumed() {
    let role = |statement: &str, expected: &[&str]| {
        check(
            &format!(
                "Resources:
  R:
    Type: AWS::IAM::Role
    Properties: {{AssumeRolePolicyDocument: {{Statement: [{{Effect: Allow, {statement}}}]}}}}
"
            ),
            expected,
        );
    };
    let vendor = "Action: 'sts:AssumeRole', Principal: {AWS: '333344445555'}";
    role(
        "Action: 'sts:AssumeRole', Principal: {Service: lambda.amazonaws.com}",
        &[],
    );
    role(
        "Action: 'sts:AssumeRole', Principal: {AWS: '*'}",
        &["R anyone with an AWS account: sts:AssumeRole"],
    );
    role(vendor, &["R account 333344445555: sts:AssumeRole"]);
    role(
        &format!("{vendor}, Condition: {{StringEquals: {{'sts:ExternalId': x}}}}"),
        &["R account 333344445555: sts:AssumeRole"],
    );
    let github = |condition: &str| {
        format!(
            "Action: 'sts:AssumeRoleWithWebIdentity', Condition: {{{condition}}},
             Principal: {{Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com'}}"
        )
    };
    let open: &[&str] = &["R any user of GitHub Actions: sts:AssumeRoleWithWebIdentity"];
    let key = "token.actions.githubusercontent.com";
    role(
        &github(&format!("StringEquals: {{'{key}:aud': sts.amazonaws.com}}")),
        open,
    );
    role(
        &github(&format!("StringLike: {{'{key}:sub': 'repo:*'}}")),
        open,
    );
    role(
        &github(&format!("StringLike: {{'{key}:sub': 'repo:octo-org/*'}}")),
        &[],
    );
}

#[test]
fn buckets_can_block_it() {
    let bucket = |properties: &str, expected: &[&str]| {
        check(
            &format!(
                "Resources:
  B: {{Type: AWS::S3::Bucket, Properties: {{{properties}}}}}
  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref B
      PolicyDocument: {{Statement: {{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: !Sub '${{B.Arn}}/public/*'}}}}
"
            ),
            expected,
        );
    };
    bucket("", &["B anyone: s3:GetObject"]);
    bucket(
        "PublicAccessBlockConfiguration: {RestrictPublicBuckets: true}",
        &[],
    );
    bucket(
        "PublicAccessBlockConfiguration: {BlockPublicPolicy: true}",
        &[],
    );
    bucket(
        "PublicAccessBlockConfiguration: {BlockPublicAcls: true}",
        &["B anyone: s3:GetObject"],
    );
}

#[test]
fn what_is_not_known_is_said() {
    check(
        "Parameters: {Who: {Type: String}}
Resources:
  Q: {Type: AWS::SQS::Queue}
  P:
    Type: AWS::SQS::QueuePolicy
    Properties: {Queues: [!Ref Q], PolicyDocument: {Statement: [
      {Effect: Allow, Principal: {AWS: !Ref Who}, Action: 'sqs:SendMessage', Resource: '*'},
      {Effect: Allow, Principal: {AWS: !ImportValue X}, Action: 'sqs:SendMessage', Resource: '*'}]}}
",
        &[
            "Q somebody: sqs:SendMessage (`${Who}` decides who)",
            "Q somebody: sqs:SendMessage (`${exported by another stack as `X`}` decides who)",
        ],
    );
}

#[test]
fn other_kinds_of_resource() {
    check(
        "Resources:
  F: {Type: AWS::Lambda::Function, Properties: {Role: 'arn:aws:iam::111122223333:role/x'}}
  A: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Action: 'lambda:InvokeFunction', Principal: '*'}}
  B: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com, SourceAccount: !Ref AWS::AccountId}}
  K:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: {Statement: [
        {Effect: Allow, Principal: {AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}, Action: 'kms:*', Resource: '*'},
        {Effect: Allow, Principal: '*', Action: 'kms:Decrypt', Resource: '*', Condition: {StringEquals: {'kms:CallerAccount': !Ref AWS::AccountId, 'kms:ViaService': 's3.eu-west-1.amazonaws.com'}}},
        {Effect: Allow, Principal: '*', Action: 'kms:Decrypt', Resource: '*', Condition: {StringEquals: {'kms:ViaService': 's3.eu-west-1.amazonaws.com'}}}]}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Policy: {Statement: [
      {Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*'},
      {Effect: Deny, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*', Condition: {NotIpAddress: {'aws:SourceIp': 192.0.2.0/24}}}]}}
  Open:
    Type: AWS::ApiGateway::RestApi
    Properties: {Policy: {Statement: [{Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*'}]}}
",
        &[
            "K anyone with an AWS account: kms:Decrypt",
            "Open anyone: execute-api:Invoke",
            "F anyone with an AWS account: lambda:InvokeFunction",
        ],
    );
}

#[test]
fn conditions_of_the_template_are_named() {
    check(
        "Conditions: {Dev: !Equals [!Ref AWS::Region, x]}
Resources:
  Q: {Type: AWS::SQS::Queue}
  P:
    Type: AWS::SQS::QueuePolicy
    Properties: {Queues: [!Ref Q], PolicyDocument: {Statement: [
      {Effect: Allow, Principal: !If [Dev, '*', {AWS: !Ref AWS::AccountId}], Action: 'sqs:SendMessage', Resource: '*'}]}}
",
        &["Q anyone: sqs:SendMessage when Dev is true"],
    );
}
