//! Which layers must allow, and which one decides.

use super::*;

#[test]
fn nothing_is_allowed_by_default() {
    ask(USER, "s3:GetObject", OBJECT).not_allowed_by(Layer::Identity);
    ask(USER, "s3:GetObject", OBJECT)
        .identity(&allow("s3:PutObject"))
        .not_allowed_by(Layer::Identity);
}

#[test]
fn in_one_account_one_of_both_is_enough() {
    let read = |caller| ask(caller, "s3:GetObject", OBJECT);
    read(USER)
        .identity(&allow("S3:get*"))
        .allowed_by(Layer::Identity);
    read(USER)
        .resource(&grant(USER))
        .allowed_by(Layer::Resource);
    read(ROLE)
        .resource(&grant(ROLE))
        .allowed_by(Layer::Resource);
    // The account's own policies decide what an account may give on.
    read(USER)
        .resource(&grant(ROOT))
        .not_allowed_by(Layer::Identity);
    read(USER)
        .resource(&grant("111122223333"))
        .not_allowed_by(Layer::Identity);
    read(USER)
        .resource(&grant(ROOT))
        .identity(&allow("*"))
        .allowed_by(Layer::Identity);
}

#[test]
fn an_explicit_deny_wins_in_every_layer() {
    let all = || {
        ask(SESSION, "sqs:SendMessage", QUEUE)
            .identity(&allow("*"))
            .resource(&grant("*"))
    };
    all().allowed_by(Layer::Identity);
    let no = deny("sqs:*");
    let and = |policy: &str| format!("[{policy}, {no}]");
    ask(SESSION, "sqs:SendMessage", QUEUE)
        .with("identity", &and(&allow("*")))
        .denied_by(Layer::Identity);
    all()
        .with("boundary", &and(&allow("*")))
        .denied_by(Layer::Boundary);
    all().session(&no).denied_by(Layer::Session);
    let levels = |policy: &str| format!("[[{}], {}]", allow("*"), and(policy));
    all()
        .with("scp", &levels(&allow("*")))
        .denied_by(Layer::Scp);
    all()
        .with("rcp", &format!("[[], [{}]]", refuse("*")))
        .denied_by(Layer::Rcp);
    all()
        .with("endpoint", &format!("[{}, {}]", grant("*"), refuse("*")))
        .denied_by(Layer::Endpoint);
    ask(SESSION, "sqs:SendMessage", QUEUE)
        .identity(&allow("*"))
        .resource(&refuse(ROLE))
        .denied_by(Layer::Resource);
}

#[test]
fn boundaries_and_session_policies_limit() {
    let read = || ask(SESSION, "s3:GetObject", OBJECT).identity(&allow("s3:*"));
    read()
        .boundary(&allow("s3:*"))
        .session(&allow("*"))
        .allowed_by(Layer::Identity);
    read()
        .boundary(&allow("sqs:*"))
        .not_allowed_by(Layer::Boundary);
    read()
        .session(&allow("sqs:*"))
        .not_allowed_by(Layer::Session);
    read()
        .with("boundary", "[]")
        .with("session", "null")
        .allowed_by(Layer::Identity);
}

#[test]
fn grants_to_the_caller_itself_pass_boundaries_and_grants_to_its_role_do_not() {
    let nothing = allow("sqs:*");
    let limited = |caller, granted: &str| {
        ask(caller, "s3:GetObject", OBJECT)
            .resource(granted)
            .boundary(&nothing)
    };
    limited(USER, &grant(USER)).allowed_by(Layer::Resource);
    limited(SESSION, &grant(SESSION)).allowed_by(Layer::Resource);
    limited(SESSION, &grant(SESSION))
        .session(&nothing)
        .allowed_by(Layer::Resource);
    limited(SESSION, &grant(ROLE)).not_allowed_by(Layer::Boundary);
    limited(ROLE, &grant(ROLE)).not_allowed_by(Layer::Boundary);
    // "… using the aws:PrincipalArn condition key with a wildcard(*)"
    let condition = format!(r#", "Condition": {{"ArnEquals": {{"aws:PrincipalArn": "{ROLE}"}}}}"#);
    limited(SESSION, &to("Allow", "*", &condition))
        .given("context", &format!(r#"{{"aws:PrincipalArn": "{ROLE}"}}"#))
        .allowed_by(Layer::Resource);
    limited(SESSION, &grant("*")).allowed_by(Layer::Resource);
    let federated = "arn:aws:sts::111122223333:federated-user/f";
    limited(federated, &grant(federated))
        .session(&nothing)
        .allowed_by(Layer::Resource);
    // What a boundary denies stays denied.
    ask(USER, "s3:GetObject", OBJECT)
        .resource(&grant(USER))
        .boundary(&deny("s3:*"))
        .denied_by(Layer::Boundary);
}

#[test]
fn across_accounts_both_sides_must_allow() {
    let read = || ask(OTHER, "sqs:SendMessage", QUEUE);
    read().identity(&allow("*")).not_allowed_by(Layer::Resource);
    read()
        .resource(&grant(OTHER))
        .not_allowed_by(Layer::Identity);
    for granted in [OTHER, "444455556666", "*"] {
        let both = || read().resource(&grant(granted)).identity(&allow("*"));
        both().allowed_by(Layer::Resource);
        both()
            .boundary(&allow("s3:*"))
            .not_allowed_by(Layer::Boundary);
        both()
            .with("scp", &format!("[[{}]]", allow("s3:*")))
            .not_allowed_by(Layer::Scp);
    }
    read()
        .resource(&grant("111122223333"))
        .identity(&allow("*"))
        .not_allowed_by(Layer::Resource);
    // A bucket's ARN does not say whose it is.
    let object = |account: &str| {
        ask(OTHER, "s3:GetObject", OBJECT)
            .identity(&allow("*"))
            .given("resource_account", account)
    };
    object(r#""111122223333""#).not_allowed_by(Layer::Resource);
    object("null").allowed_by(Layer::Identity);
    object(r#""444455556666""#).allowed_by(Layer::Identity);
    ask(
        OTHER,
        "iam:GetPolicy",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
    )
    .identity(&allow("*"))
    .allowed_by(Layer::Identity);
}

#[test]
fn each_level_of_the_organisation_must_allow() {
    let read = |scp: &str| {
        ask(USER, "s3:GetObject", OBJECT)
            .identity(&allow("*"))
            .with("scp", scp)
    };
    let (all, some) = (allow("*"), allow("s3:*"));
    read("[]").allowed_by(Layer::Identity);
    read(&format!("[[{all}], [{some}]]")).allowed_by(Layer::Identity);
    read(&format!("[[{}, {some}]]", allow("sqs:*"))).allowed_by(Layer::Identity);
    read(&format!("[[{all}], [{}]]", allow("sqs:*"))).not_allowed_by(Layer::Scp);
    read(&format!("[[{all}], []]")).not_allowed_by(Layer::Scp);
    // It is about the principals of accounts, but not about roles of services.
    let nothing = format!("[[{}]]", deny("*"));
    let linked =
        "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX";
    ask(linked, "s3:GetObject", OBJECT)
        .identity(&all)
        .with("scp", &nothing)
        .with("rcp", &format!("[[{}]]", refuse("*")))
        .allowed_by(Layer::Identity);
    for outside in ["lambda.amazonaws.com", "anonymous"] {
        ask(outside, "s3:GetObject", OBJECT)
            .resource(&grant("*"))
            .with("scp", &nothing)
            .allowed_by(Layer::Resource);
    }
    ask(ROOT, "s3:GetObject", OBJECT)
        .with("scp", &nothing)
        .denied_by(Layer::Scp);
}

#[test]
fn resource_control_policies_only_deny_and_only_where_they_are_supported() {
    let send = |caller, action: &str, rcp: &str| {
        ask(caller, action, "*")
            .identity(&allow("*"))
            .resource(&grant("*"))
            .with("rcp", rcp)
    };
    let no = format!("[[{}]]", refuse("*"));
    send(USER, "sqs:SendMessage", "[[]]").allowed_by(Layer::Identity);
    send(
        USER,
        "sqs:SendMessage",
        &format!("[[{}]]", to("Allow", OTHER, "")),
    )
    .allowed_by(Layer::Identity);
    send(USER, "sqs:SendMessage", &no).denied_by(Layer::Rcp);
    send("lambda.amazonaws.com", "sqs:SendMessage", &no).denied_by(Layer::Rcp);
    send("anonymous", "sqs:SendMessage", &no).denied_by(Layer::Rcp);
    send(USER, "sns:Publish", &no).allowed_by(Layer::Identity);
    send(USER, "kms:RetireGrant", &no).allowed_by(Layer::Resource);
    let linked =
        "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX";
    ask("x.amazonaws.com", "sts:AssumeRole", linked)
        .resource(&grant("x.amazonaws.com"))
        .with("rcp", &no)
        .allowed_by(Layer::Resource);
    assert!(RCP_SERVICES.is_sorted());
}

#[test]
fn endpoints_must_allow() {
    let read = |endpoint: &str| {
        ask(USER, "s3:GetObject", OBJECT)
            .identity(&allow("*"))
            .with("endpoint", endpoint)
    };
    read("[]").allowed_by(Layer::Identity);
    read(&grant("*")).allowed_by(Layer::Identity);
    read(&grant("111122223333")).allowed_by(Layer::Identity);
    read(&grant(OTHER)).not_allowed_by(Layer::Endpoint);
}

#[test]
fn public_buckets_are_restricted() {
    let read = |caller, granted: &str| {
        ask(caller, "s3:GetObject", OBJECT)
            .given("resource_account", r#""111122223333""#)
            .given("context", r#"{"aws:SourceIp": "10.1.2.3", "aws:userid": "AROAX:s", "aws:SourceVpce": "vpce-1"}"#)
            .identity(&allow("*"))
            .resource(granted)
            .with("public_access_block", r#"{"RestrictPublicBuckets": true}"#)
    };
    let when = |test: &str| to("Allow", "*", &format!(r#", "Condition": {{{test}}}"#));
    let block = Layer::PublicAccessBlock;
    for caller in ["anonymous", OTHER] {
        read(caller, &grant("*")).not_allowed_by(block);
        for public in [
            r#""IpAddress": {"aws:SourceIp": "0.0.0.0/1"}"#,
            r#""IpAddressIfExists": {"aws:SourceIp": "10.0.0.0/8"}"#,
            r#""NotIpAddress": {"aws:SourceIp": "11.0.0.0/8"}"#,
            r#""StringLike": {"aws:SourceVpce": "vpce-*"}"#,
            r#""StringLike": {"aws:userid": "*:s"}"#,
        ] {
            read(caller, &when(public)).not_allowed_by(block);
        }
        for limited in [
            r#""IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}"#,
            r#""StringEquals": {"aws:SourceVpce": "vpce-1"}"#,
            r#""StringLike": {"aws:userid": "AROAX:*"}"#,
        ] {
            read(caller, &when(limited)).allowed_by(Layer::Resource);
        }
    }
    read(OTHER, &grant(OTHER)).allowed_by(Layer::Resource);
    read(USER, &grant("*")).allowed_by(Layer::Identity);
    read("cloudtrail.amazonaws.com", &grant("*")).allowed_by(Layer::Resource);
    ask("anonymous", "s3:GetObject", OBJECT)
        .resource(&grant("*"))
        .with(
            "public_access_block",
            r#"{"BlockPublicPolicy": true, "IgnorePublicAcls": true, "BlockPublicAcls": true}"#,
        )
        .allowed_by(Layer::Resource);
}

#[test]
fn statements_that_match_are_named() {
    let two = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"}]}"#;
    let decision = ask(USER, "s3:GetObject", OBJECT)
        .with("identity", &format!("[{}, {two}]", allow("sqs:*")))
        .with(
            "scp",
            &format!("[[{0}], [{0}, {1}]]", allow("*"), deny("s3:GetObject")),
        )
        .decide();
    let places: Vec<_> = (decision.matched.iter())
        .map(|m| (m.layer, m.level, m.policy, m.statement, m.effect))
        .collect();
    assert_eq!(
        places,
        [
            (Layer::Identity, None, 1, 1, Effect::Allow),
            (Layer::Scp, Some(0), 0, 0, Effect::Allow),
            (Layer::Scp, Some(1), 0, 0, Effect::Allow),
            (Layer::Scp, Some(1), 1, 0, Effect::Deny),
        ]
    );
}

#[test]
fn policies_of_the_article() {
    let read_only = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::my-secure-bucket/*"}]}"#;
    let object = "arn:aws:s3:::my-secure-bucket/a/b";
    ask(ROLE, "s3:GetObject", object)
        .identity(read_only)
        .allowed_by(Layer::Identity);
    ask(ROLE, "s3:PutObject", object)
        .identity(read_only)
        .not_allowed_by(Layer::Identity);
    ask(ROLE, "s3:GetObject", "arn:aws:s3:::other/a")
        .identity(read_only)
        .not_allowed_by(Layer::Identity);

    let upload = r#"{"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::my-secure-bucket/*",
        "Principal": {"AWS": "arn:aws:iam::123456789012:role/MyLambdaRole"}}}"#;
    let session = |name: &str| format!("arn:aws:sts::123456789012:assumed-role/{name}/f");
    ask(&session("MyLambdaRole"), "s3:PutObject", object)
        .resource(upload)
        .allowed_by(Layer::Resource);
    ask(&session("Another"), "s3:PutObject", object)
        .resource(upload)
        .not_allowed_by(Layer::Identity);

    // As printed it names nobody, so a function's policy can't hold it: it is an identity's.
    let only = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "lambda:InvokeFunction",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:MyFunction",
        "Condition": {"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/AllowedRole"}}}]}"#;
    let invoke = |arn: &str| {
        ask(
            &session("r"),
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:123456789012:function:MyFunction",
        )
        .with("identity", &format!("[{}, {only}]", allow("*")))
        .given(
            "context",
            &format!(r#"{{"aws:PrincipalArn": "arn:aws:iam::123456789012:role/{arn}"}}"#),
        )
    };
    invoke("AllowedRole").allowed_by(Layer::Identity);
    invoke("r").denied_by(Layer::Identity);

    let logs = r#"{"Statement": {"Effect": "Deny", "Action": "logs:DescribeLogStreams",
        "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/MyFunction",
        "Condition": {"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/SecurityTeamRole"}}}}"#;
    ask(
        &session("r"),
        "logs:DescribeLogStreams",
        "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/MyFunction",
    )
    .with("identity", &format!("[{}, {logs}]", allow("*")))
    .denied_by(Layer::Identity);
}
