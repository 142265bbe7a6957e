use super::*;

const ACCOUNT: &str = r#"{
  "UserDetailList": [{
    "Path": "/", "UserName": "ann", "UserId": "AIDA1", "Arn": "arn:aws:iam::111122223333:user/ann",
    "UserPolicyList": [{"PolicyName": "own", "PolicyDocument":
      "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sqs%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D"}],
    "GroupList": ["admins", "gone"], "AttachedManagedPolicies": []
  }],
  "GroupDetailList": [{
    "Path": "/", "GroupName": "admins", "Arn": "arn:aws:iam::111122223333:group/admins",
    "GroupPolicyList": [],
    "AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]
  }],
  "RoleDetailList": [{
    "Path": "/app/", "RoleName": "orders", "Arn": "arn:aws:iam::111122223333:role/app/orders",
    "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
    "InstanceProfileList": [{"Path": "/", "InstanceProfileName": "orders", "Arn": "arn:aws:iam::111122223333:instance-profile/orders"}],
    "RolePolicyList": [], "Tags": [{"Key": "team", "Value": "orders"}],
    "AttachedManagedPolicies": [{"PolicyName": "own", "PolicyArn": "arn:aws:iam::111122223333:policy/own"}],
    "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/own"}
  }],
  "Policies": [
    {"PolicyName": "own", "Arn": "arn:aws:iam::111122223333:policy/own", "Path": "/", "DefaultVersionId": "v2", "PolicyVersionList": [
      {"VersionId": "v1", "IsDefaultVersion": false, "Document": {"Statement": []}},
      {"VersionId": "v2", "IsDefaultVersion": true, "Document": {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}}]},
    {"PolicyName": "AdministratorAccess", "Arn": "arn:aws:iam::aws:policy/AdministratorAccess", "Path": "/", "DefaultVersionId": "v1", "PolicyVersionList": [
      {"VersionId": "v1", "IsDefaultVersion": true, "Document": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}]}
  ],
  "IsTruncated": false
}"#;

fn account(text: &str) -> (Application, Vec<String>) {
    match read("account.json", text.as_bytes()) {
        Outcome::Application(app, problems) => {
            let shown = problems
                .into_iter()
                .map(|p| format!("{}: {}", p.line.unwrap(), p.message));
            (*app, shown.collect())
        }
        other => panic!("{other:?}"),
    }
}

fn action(document: Option<&Value>) -> Option<String> {
    let statement = document?.get("Statement")?.items().first()?;
    Some(statement.get("Action")?.display())
}

#[test]
fn everybody_is_a_resource() {
    let (app, problems) = account(ACCOUNT);
    assert_eq!(problems, [""; 0]);
    let kinds: Vec<_> = app
        .resources()
        .map(|r| (&*r.kind, &*r.written.address))
        .collect();
    assert_eq!(
        kinds,
        [
            ("AWS::IAM::User", "arn:aws:iam::111122223333:user/ann"),
            ("AWS::IAM::Group", "arn:aws:iam::111122223333:group/admins"),
            (
                "AWS::IAM::InstanceProfile",
                "arn:aws:iam::111122223333:instance-profile/orders"
            ),
            (
                "AWS::IAM::Role",
                "arn:aws:iam::111122223333:role/app/orders"
            ),
            (
                "AWS::IAM::ManagedPolicy",
                "arn:aws:iam::111122223333:policy/own"
            ),
        ]
    );
    let account = app.account.as_ref().unwrap();
    assert_eq!(
        (&*account.number, &*account.partition),
        ("111122223333", "aws")
    );
    let managed = account
        .managed
        .get("arn:aws:iam::aws:policy/AdministratorAccess");
    assert_eq!(action(managed).as_deref(), Some("*"));
}

#[test]
fn documents_and_references_are_read() {
    let (app, _) = account(ACCOUNT);
    let user = app.resource("arn:aws:iam::111122223333:user/ann").unwrap();
    let inline = user.properties.get("Policies").unwrap().items();
    assert_eq!(
        action(inline[0].get("PolicyDocument")).as_deref(),
        Some("sqs:*")
    );
    let group = "arn:aws:iam::111122223333:group/admins";
    assert!(user.refers_to("Groups", group));
    assert_eq!(
        user.properties.get("Groups").unwrap().items()[1].as_text(),
        Some("gone")
    );
    let role = app
        .resource("arn:aws:iam::111122223333:role/app/orders")
        .unwrap();
    let policy = "arn:aws:iam::111122223333:policy/own";
    assert!(role.refers_to("ManagedPolicyArns", policy));
    assert!(role.refers_to("PermissionsBoundary", policy));
    assert_eq!(role.text("RoleName"), Some("orders"));
    let policy = app.resource(policy).unwrap();
    assert_eq!(
        action(policy.properties.get("PolicyDocument")).as_deref(),
        Some("s3:GetObject")
    );
    assert_eq!(app.graph().policies.len(), 1, "the role's trust policy");
}

#[test]
fn what_is_missing_is_said() {
    let check = |text: &str, expected: &str| {
        let (_, problems) = account(text);
        assert!(
            problems.iter().any(|p| p.contains(expected)),
            "{text}: {problems:?}"
        );
    };
    check(r#"{"RoleDetailList": [], "IsTruncated": true}"#, "cut off");
    check(r#"{"RoleDetailList": [], "NextToken": "abc"}"#, "cut off");
    check(
        r#"{"RoleDetailList": [{"RoleName": "x"}]}"#,
        "without `Arn`",
    );
    check(
        r#"{"RoleDetailList": [{"RoleName": "x", "Arn": "arn:aws:iam::1:role/x", "AssumeRolePolicyDocument": "%zz"}]}"#,
        "neither an object",
    );
    check(
        r#"{"RoleDetailList": [{"RoleName": "x", "Arn": "arn:aws:iam::1:role/x"}, {"RoleName": "y", "Arn": "arn:aws:iam::2:role/y"}]}"#,
        "another account",
    );
    check(
        r#"{"Policies": [{"PolicyName": "x", "Arn": "arn:aws:iam::1:policy/x", "DefaultVersionId": "v3", "PolicyVersionList": []}]}"#,
        "in force",
    );
}

#[test]
fn other_files_are_not_accounts() {
    assert!(looks_like(ACCOUNT.as_bytes()));
    assert!(!looks_like(b"Resources: {RoleDetailList: 1}"));
    assert!(!looks_like(b"{\"Resources\": {}}"));
    assert!(matches!(
        read("x.json", b"{\"RoleDetailList\": 3}"),
        Outcome::NotTemplate(_)
    ));
    assert!(matches!(
        read("x.json", b"{\"RoleDetailList\": ["),
        Outcome::Broken(_)
    ));
}
