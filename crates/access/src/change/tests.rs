use super::*;
use crate::testing::application;
use palisade_iam::Pattern;
use std::fmt::Write as _;

/// What is told about two templates: one line for each gain (+), loss (-) and doubt (?).
fn told(changes: &[Change]) -> Vec<String> {
    let mut lines = Vec::new();
    for change in changes {
        let when = match change.when.as_slice() {
            [] => String::new(),
            when => format!(" when {}", when.join(" and ")),
        };
        let name = format!("{:?} {}{when}", change.kind, change.subject.label);
        if change.gained.is_empty() && change.lost.is_empty() && change.unknown.is_empty() {
            lines.push(name.clone());
        }
        for (mark, gains) in [('+', &change.gained), ('-', &change.lost)] {
            for gain in gains {
                assert!(gain.witness.is_some(), "{gain:?}");
                let targets: Vec<&str> = gain.targets.iter().map(|t| &*t.label).collect();
                let mut line = format!("{name} {mark} ");
                if !gain.who.is_empty() {
                    let _ = write!(line, "{}: ", gain.who.join(", "));
                }
                let _ = write!(line, "{} on {}", gain.actions.join(" "), targets.join(", "));
                let at = gain.at.as_ref().map(|at| at.line);
                let _ = write!(line, " :{}", at.unwrap_or_default());
                lines.push(line);
            }
        }
        lines.extend(
            change
                .unknown
                .iter()
                .map(|reason| format!("{name} ? {reason}")),
        );
    }
    lines
}

fn check(old: &str, new: &str, expected: &[&str]) {
    let (old, new) = (application(old), application(new));
    let settings = Settings::default();
    assert_eq!(told(&changes(Some(&old), Some(&new), &settings)), expected);
    assert_eq!(told(&changes(Some(&new), Some(&new), &settings)), [""; 0]);
    assert_eq!(told(&changes(Some(&old), Some(&old), &settings)), [""; 0]);
}

fn role(statements: &str) -> String {
    format!(
        "Conditions: {{Prod: !Equals [!Ref AWS::Region, x]}}
Resources:
  B: {{Type: AWS::S3::Bucket}}
  R:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{{PolicyName: p, PolicyDocument: {{Version: 2012-10-17, Statement: [{statements}]}}}}]
"
    )
}

const READ: &str = "{Effect: Allow, Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*'}";

#[test]
fn more_and_less_is_told_with_its_line() {
    check(
        &role(READ),
        &role(
            "{Effect: Allow, Action: ['s3:GetObject', 's3:DeleteObject'], Resource: !Sub '${B.Arn}/*'}",
        ),
        &["Changed role `R` + s3:DeleteObject on `B/*` :7"],
    );
    check(
        &role("{Effect: Allow, Action: 's3:*', Resource: !Sub '${B.Arn}/*'}"),
        &role(READ),
        &["Changed role `R` - s3:* on `B/*` :7"],
    );
    check(&role(READ), &role(&format!("{READ}, {READ}")), &[]);
    check(
        &role(READ),
        &role("{Effect: Allow, Action: 's3:Get*', Resource: [!Sub '${B.Arn}/*', !GetAtt B.Arn]}"),
        &["Changed role `R` + s3:Get* on `B`, `B/*` :7"],
    );
}

#[test]
fn a_condition_that_goes_is_more() {
    let limited = "{Effect: Allow, Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*', Condition: {Bool: {'aws:SecureTransport': true}}}";
    check(
        &role(limited),
        &role(READ),
        &["Changed role `R` + s3:GetObject on `B/*` :7"],
    );
}

#[test]
fn a_condition_of_the_template_says_when() {
    check(
        &role(READ),
        &role(&format!(
            "{READ}, !If [Prod, !Ref AWS::NoValue, {{Effect: Allow, Action: 'sqs:*', Resource: '*'}}]"
        )),
        &["Changed role `R` when Prod is false + sqs:* on everything :7"],
    );
}

#[test]
fn where_it_was_not_there_before_all_is_new() {
    let always = role(READ);
    let sometimes = always.replace(
        "Type: AWS::IAM::Role",
        "Type: AWS::IAM::Role\n    Condition: Prod",
    );
    check(
        &sometimes,
        &always,
        &["Changed role `R` when Prod is false + s3:GetObject on `B/*` :7"],
    );
    check(&always, &sometimes, &[]);
}

#[test]
fn identities_come_and_go() {
    let none = "Resources: {B: {Type: AWS::S3::Bucket}}";
    check(
        none,
        &role(READ),
        &["Added role `R` + s3:GetObject on `B/*` :7"],
    );
    check(&role(READ), none, &["Removed role `R`"]);
    let app = application(&role(READ));
    let settings = Settings::default();
    assert_eq!(
        told(&changes(None, Some(&app), &settings)),
        ["Added role `R` + s3:GetObject on `B/*` :7"]
    );
    assert_eq!(
        told(&changes(Some(&app), None, &settings)),
        ["Removed role `R`"]
    );
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let imported = "{Effect: Allow, Action: 's3:GetObject', Resource: !ImportValue bucket}";
    check(
        &role(READ),
        &role(imported),
        &[
            "Changed role `R` + s3:GetObject on `${exported by another stack as 'bucket'}` :7",
            "Changed role `R` - s3:GetObject on `B/*` :7",
        ],
    );
    let imported = "{Effect: Allow, Action: !ImportValue action, Resource: '*'}";
    check(
        &role(READ),
        &role(imported),
        &[
            "Changed role `R` ? it depends on a text that is not known: only known as ${exported by another stack as `action`}",
        ],
    );
    // Beside something that may be anything, nothing is known to be new.
    check(
        &role(imported),
        &role(&format!("{imported}, {READ}")),
        &[
            "Changed role `R` ? it depends on a text that is not known: only known as ${exported by another stack as `action`}",
        ],
    );
    let made = "{Effect: Allow, Action: 's3:GetObject', Resource: {'Fn::Transform': {Name: M}}}";
    let (old, new) = (application(&role(READ)), application(&role(made)));
    let told = told(&changes(Some(&old), Some(&new), &Settings::default()));
    assert!(told[0].starts_with("Changed role `R` ? "), "{told:?}");
}

#[test]
fn trust_and_resource_policies_let_others_in() {
    let role = |principal: &str| {
        format!(
            "Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {{Effect: Allow, Principal: {principal}, Action: 'sts:AssumeRole'}}
"
        )
    };
    check(
        &role("{Service: lambda.amazonaws.com}"),
        &role("{Service: lambda.amazonaws.com, AWS: '999988887777'}"),
        &[
            "Changed role `R` + `lambda.amazonaws.com`, account `999988887777`: sts:AssumeRole on `R` :7",
        ],
    );
}

#[test]
fn a_denial_of_a_resource_counts_for_the_identities() {
    let with = |policy: &str| format!("{}{policy}", role(READ));
    let denial = "  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref B
      PolicyDocument: {Statement: {Effect: Deny, Principal: '*', Action: 's3:*', Resource: !Sub '${B.Arn}/*'}}
";
    check(
        &with(denial),
        &with(""),
        &["Changed role `R` + s3:GetObject on `B/*` :7"],
    );
}

#[test]
fn what_is_forbidden_is_found() {
    let check = |forbidden: &str, principal: Option<&str>, template: &str, expected: &[&str]| {
        let app = application(template);
        let settings = Settings::default();
        let access = Access::of(&app, &settings);
        let document = palisade_syntax::parse_json(palisade_core::FileId::NONE, forbidden).unwrap();
        let (policy, notes) = palisade_iam::read_document(&document);
        assert_eq!(notes, []);
        let principal = principal.map(Pattern::wildcard);
        let found = allowed(&access, &Arc::new(policy), principal.as_ref());
        assert_eq!(told(&found), expected);
    };
    let get = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::*"}}"#;
    check(
        get,
        None,
        &role(READ),
        &["Changed role `R` + s3:GetObject on `B/*` :7"],
    );
    check(
        get,
        Some("R"),
        &role(READ),
        &["Changed role `R` + s3:GetObject on `B/*` :7"],
    );
    check(get, Some("Other"), &role(READ), &[]);
    for (pattern, found) in [
        ("*", 1),
        ("s3:*", 1),
        ("S3:GetObject", 1),
        ("s3:?etObject", 1),
        ("*:*Object", 1),
        ("s3:Gets*", 0),
        ("sqs:*", 0),
    ] {
        let asked = get.replace("s3:Get*", pattern);
        let line = "Changed role `R` + s3:GetObject on `B/*` :7";
        let lines: Vec<&str> = std::iter::repeat_n(line, found).collect();
        check(&asked, None, &role(READ), &lines);
    }
    let put = get.replace("Get", "Put");
    check(&put, None, &role(READ), &[]);
    let denied = format!("{READ}, {{Effect: Deny, Action: 's3:*', Resource: '*'}}");
    check(get, None, &role(&denied), &[]);
}
