//! `palisade iam diff` and the gates: on folders, files, git revisions and accounts.

use crate::{Folder, Run};
use serde_json::Value;
use std::process::Command;

fn template(actions: &str) -> String {
    format!(
        "Resources:
  Invoices: {{Type: AWS::S3::Bucket, Properties: {{BucketName: invoices}}}}
  Orders:
    Type: AWS::IAM::Role
    Properties:
      RoleName: orders
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [{actions}]
                Resource: !Sub '${{Invoices.Arn}}/*'
"
    )
}

const READ: &str = "'s3:GetObject'";
const DELETE: &str = "'s3:GetObject', 's3:DeleteObject'";
const MADE: &str = "{'Fn::Transform': {Name: Made}}";

fn iam(folder: &Folder, arguments: &[&str]) -> Run {
    folder.run(&[&["iam"], arguments].concat())
}

/// The exit code and what is gained: `subject: actions on resources`.
fn gained(folder: &Folder, arguments: &[&str]) -> (i32, Vec<String>) {
    let run = iam(folder, &[arguments, &["--format", "json"]].concat());
    let json = run.json();
    let texts = |list: &Value, key: &str| -> String {
        let items = list.as_array().unwrap().iter();
        let texts = items.map(|item| match key {
            "" => item.as_str().unwrap().to_owned(),
            key => item[key].as_str().unwrap().to_owned(),
        });
        texts.collect::<Vec<_>>().join(" ")
    };
    let mut lines = Vec::new();
    for change in json["changes"].as_array().unwrap() {
        for gain in change["gained"].as_array().unwrap() {
            assert!(gain["witness"].is_object(), "{gain}");
            lines.push(format!(
                "{}: {} on {}",
                change["subject"]["address"].as_str().unwrap(),
                texts(&gain["actions"], ""),
                texts(&gain["resources"], "arn"),
            ));
        }
    }
    (run.code(), lines)
}

const GAIN: &str = "Orders: s3:DeleteObject on arn:aws:s3:::invoices/*";

#[test]
fn folders_and_templates_are_compared() {
    let folder = Folder::new("gates-folders")
        .with("old/app/template.yaml", template(READ))
        .with("new/app/template.yaml", template(DELETE))
        .with("other.yaml", template(DELETE))
        .with("made.yaml", template(MADE))
        .with("broken.yaml", "Resources: [")
        .with("empty/x.txt", "");
    let check = |arguments: &[&str], code: i32, expected: &[&str]| {
        let (found, lines) = gained(&folder, arguments);
        assert_eq!(
            (found, lines.as_slice()),
            (code, expected.map_str().as_slice()),
            "{arguments:?}"
        );
    };
    check(&["diff", "old", "new"], 0, &[GAIN]);
    check(&["diff", "old", "other.yaml"], 0, &[GAIN]);
    check(&["diff", "new", "old"], 0, &[]);
    check(&["no-new-access", "old", "new"], 1, &[GAIN]);
    check(&["no-new-access", "new", "old"], 0, &[]);
    check(&["no-new-access", "new", "other.yaml"], 0, &[]);
    check(&["no-new-access", "old", "made.yaml"], 1, &[]);
    check(&["no-new-access", "old", "broken.yaml"], 3, &[]);
    check(
        &["diff", "empty", "old"],
        0,
        &["Orders: s3:GetObject on arn:aws:s3:::invoices/*"],
    );
    let run = iam(&folder, &["no-new-access", "old", "made.yaml"]);
    assert!(run.out().contains("made by the macro"), "{}", run.out());
    assert_eq!(iam(&folder, &["diff", "old", "nowhere"]).code(), 2);
}

#[test]
fn what_is_forbidden_is_named_in_many_ways() {
    let folder = Folder::new("gates-forbid")
        .with("template.yaml", template(DELETE))
        .with(
            "forbidden.json",
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::invoices/*",
               "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        )
        .with("wrong.json", r#"{"Statement": [{"Effect": "Allow"}]}"#);
    for (arguments, code) in [
        (&["--action", "s3:Delete*"][..], 1),
        (
            &["--action", "s3:PutObject", "--action", "S3:deleteobject"],
            1,
        ),
        (&["--action", "*", "--resource", "Invoices"], 1),
        (
            &[
                "--action",
                "*",
                "--resource",
                "arn:aws:s3:::invoices/secret/*",
            ],
            1,
        ),
        (&["--action", "*", "--resource", "arn:aws:s3:::other/*"], 0),
        (&["--action", "*", "--principal", "Orders"], 1),
        (
            &["--action", "*", "--principal", "arn:aws:iam::*:role/ord*"],
            1,
        ),
        (&["--action", "*", "--principal", "Others"], 0),
        (&["--action", "s3:PutObject"], 0),
        (&["--policy", "forbidden.json"], 1),
        (&["--policy", "wrong.json"], 2),
        (&["--policy", "nowhere.json"], 2),
        (&["--resource", "x"], 2),
        (&[], 2),
    ] {
        let run = iam(&folder, &[&["forbid"], arguments].concat());
        assert_eq!(run.code(), code, "{arguments:?} {}{}", run.out(), run.err());
    }
    let run = iam(&folder, &["forbid", "--policy", "forbidden.json"]);
    assert!(
        run.out().contains("aws:multifactorauthpresent = false"),
        "{}",
        run.out()
    );
}

#[test]
fn nothing_is_open_to_everybody() {
    let policy = "Resources:
  Q: {Type: AWS::SQS::Queue}
  P:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Q]
      PolicyDocument: {Statement: {Effect: Allow, Principal: '*', Action: 'sqs:SendMessage', Resource: '*'}}
";
    let folder = Folder::new("gates-public")
        .with("open.yaml", policy)
        .with("closed.yaml", template(DELETE));
    assert_eq!(iam(&folder, &["no-public-access", "closed.yaml"]).code(), 0);
    let run = iam(&folder, &["no-public-access", "open.yaml"]);
    assert_eq!(run.code(), 1);
    assert!(run.out().contains("sqs:SendMessage"), "{}", run.out());
}

/// After the documentation of `GetAccountAuthorizationDetails`.
fn account(action: &str) -> String {
    format!(
        r#"{{"RoleDetailList": [{{
  "Path": "/", "RoleName": "orders", "RoleId": "AROAEXAMPLE", "Arn": "arn:aws:iam::111122223333:role/orders",
  "CreateDate": "2026-01-01T00:00:00+00:00",
  "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "lambda.amazonaws.com"}}, "Action": "sts:AssumeRole"}}]}},
  "InstanceProfileList": [],
  "RolePolicyList": [{{"PolicyName": "p", "PolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}]}}}}],
  "AttachedManagedPolicies": []}}],
 "UserDetailList": [], "GroupDetailList": [], "Policies": []}}"#
    )
}

#[test]
fn accounts_are_applications() {
    let folder = Folder::new("gates-account")
        .with("old.json", account("s3:GetObject"))
        .with("new.json", account("s3:*"))
        .with("template.yaml", template(READ));
    let check = |arguments: &[&str], code: i32, expected: &[&str]| {
        let (found, lines) = gained(&folder, arguments);
        assert_eq!(
            (found, lines.as_slice()),
            (code, expected.map_str().as_slice()),
            "{arguments:?}"
        );
    };
    let gain = "arn:aws:iam::111122223333:role/orders: s3:* on *";
    check(&["no-new-access", "old.json", "new.json"], 1, &[gain]);
    check(&["no-new-access", "new.json", "old.json"], 0, &[]);
    check(
        &["forbid", "--action", "s3:DeleteBucket", "new.json"],
        1,
        &[gain],
    );
    check(
        &["forbid", "--action", "s3:DeleteBucket", "old.json"],
        0,
        &[],
    );
    let model = folder.run(&["scan", "--dump-model", "new.json"]).json();
    assert_eq!(model["applications"][0]["language"], "account");
    // Nobody asked for them.
    let run = folder.scan(&[]);
    assert_eq!(run.problems("error"), [""; 0]);
    assert_eq!(run.json()["stats"]["templates"], 1);
}

/// A repository with the first version in `main`; nothing when there is no git.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn repository(name: &str) -> Option<Folder> {
    if Command::new("git").arg("--version").output().is_err() {
        let required = std::env::var_os("PALISADE_REQUIRE_TOOLS").is_some_and(|v| v == "1");
        assert!(!required, "git is not on the PATH");
        eprintln!("skipped: git is not on the PATH");
        return None;
    }
    let folder = Folder::new(name)
        .with("services/orders/template.yaml", template(READ))
        .with("services/node_modules/x/template.yaml", template("'*'"));
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "-m", "one"]);
    Some(folder)
}

fn git(folder: &Folder, arguments: &[&str]) {
    let status = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(&folder.0)
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?}");
}

#[test]
fn revisions_are_read_without_a_checkout() {
    let Some(folder) = repository("gates-git") else {
        return;
    };
    git(&folder, &["checkout", "--quiet", "-b", "change"]);
    let folder = folder.with("services/orders/template.yaml", template(DELETE));
    let check = |arguments: &[&str], code: i32, expected: &[&str]| {
        let (found, lines) = gained(&folder, arguments);
        assert_eq!(
            (found, lines.as_slice()),
            (code, expected.map_str().as_slice()),
            "{arguments:?}"
        );
    };
    check(&["diff", "main"], 0, &[GAIN]);
    check(&["diff", "main", "services/orders"], 0, &[GAIN]);
    check(
        &["diff", "main", "services/orders/template.yaml"],
        0,
        &[GAIN],
    );
    check(&["diff", "git:main:services/orders", "."], 0, &[GAIN]);
    check(&["diff", "main", "change"], 0, &[]);
    git(&folder, &["commit", "--quiet", "-am", "two"]);
    check(&["diff", "main", "change"], 0, &[GAIN]);
    check(&["no-new-access", "HEAD~1", "HEAD"], 1, &[GAIN]);
    check(&["no-new-access", "change", "main"], 0, &[]);
    // What main did since is not ours.
    git(&folder, &["checkout", "--quiet", "main"]);
    let folder = folder.with("services/orders/template.yaml", template("'s3:Delete*'"));
    git(&folder, &["commit", "--quiet", "-am", "three"]);
    git(&folder, &["checkout", "--quiet", "change"]);
    let (_, lines) = gained(&folder, &["diff", "main...", "."]);
    assert_eq!(lines, [GAIN]);
    let folder = folder.with("services/new/template.yaml", template(READ));
    let run = iam(&folder, &["diff", "main", "services/new"]);
    assert!(run.out().contains("everything is new"), "{}", run.out());
    let run = iam(&folder, &["diff", "no-such-branch"]);
    assert_eq!(run.code(), 2);
    assert!(run.err().contains("fetch it first"), "{}", run.err());
    assert_eq!(iam(&folder, &["diff", "git:main:nowhere"]).code(), 2);
}

#[test]
fn outside_of_a_repository_there_are_no_revisions() {
    let folder = Folder::new("gates-no-git").with("template.yaml", template(READ));
    let run = Run(Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["iam", "diff", "main"])
        .current_dir(&folder.0)
        .env("GIT_CEILING_DIRECTORIES", folder.0.parent().unwrap())
        .output()
        .unwrap());
    assert_eq!(run.code(), 2);
    assert!(run.err().contains("no git repository"), "{}", run.err());
}

#[test]
fn a_pull_request_is_told_what_it_does() {
    let Some(folder) = repository("gates-pull-request") else {
        return;
    };
    let folder = folder.with("services/orders/template.yaml", template(DELETE));
    let run = iam(&folder, &["diff", "main", ".", "--format", "markdown"]);
    assert_eq!(run.code(), 0);
    let expected = "## Permissions: this change lets the role `Orders` do more

- This change lets the role `Orders` call `s3:DeleteObject` on `Invoices/*` ([services/orders/template.yaml:11](services/orders/template.yaml#L11))
  <details><summary>a request that proves it</summary>

  ```json
  {
    \"action\": \"s3:DeleteObject\",
    \"context\": {},
    \"principal\": \"arn:aws:iam::${AWS::AccountId}:role/orders\",
    \"resource\": \"arn:aws:s3:::invoices/example\",
    \"resource_account\": \"${AWS::AccountId}\"
  }
  ```

  </details>

`main` → `.`
";
    assert_eq!(run.out(), expected);
}

trait MapStr {
    fn map_str(&self) -> Vec<String>;
}

impl MapStr for [&str] {
    fn map_str(&self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}
