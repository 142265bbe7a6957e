//! Who is named by what, and policies that must allow by themselves.

use super::*;

#[test]
fn principals_name_callers() {
    let cases = [
        (USER, USER, true),
        (USER, "arn:aws:iam::111122223333:user/U", false),
        (USER, "arn:aws:iam::111122223333:user/*", false),
        (SESSION, ROLE, true),
        (SESSION, "arn:aws:iam::111122223333:role/r", true),
        (SESSION, "arn:aws:iam::111122223333:role/r2", false),
        (SESSION, "arn:aws:iam::444455556666:role/r", false),
        (SESSION, "arn:aws-cn:iam::111122223333:role/r", false),
        (SESSION, "arn:aws:iam::111122223333:user/r", false),
        (
            SESSION,
            "arn:aws:sts::111122223333:assumed-role/r/other",
            false,
        ),
        (ROLE, SESSION, false),
        (ROLE, "AROAEXAMPLE", false),
        ("lambda.amazonaws.com", "lambda.amazonaws.com", true),
        ("lambda.amazonaws.com", "events.amazonaws.com", false),
        ("lambda.amazonaws.com", USER, false),
        ("lambda.amazonaws.com", "*", true),
        ("anonymous", "*", true),
        ("anonymous", r#"{"AWS": "*"}"#, true),
        ("anonymous", USER, false),
        (
            "anonymous",
            r#"{"CanonicalUser": "79a59df900b949e5"}"#,
            false,
        ),
        (
            "accounts.google.com",
            r#"{"Federated": "accounts.google.com"}"#,
            true,
        ),
        (
            "arn:aws:iam::111122223333:oidc-provider/x.io/id",
            r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/x.io/id"}"#,
            true,
        ),
        (
            "arn:aws:iam::111122223333:oidc-provider/x.io/id",
            r#"{"Federated": "x.io/id"}"#,
            true,
        ),
        (
            "arn:aws:iam::444455556666:oidc-provider/x.io/id",
            r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/x.io/id"}"#,
            false,
        ),
        (
            "arn:aws:iam::111122223333:saml-provider/p",
            r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/p"}"#,
            true,
        ),
        (
            "accounts.google.com",
            r#"{"Service": "accounts.google.com"}"#,
            false,
        ),
    ];
    for (caller, principal, named) in cases {
        let decision = ask(caller, "s3:GetObject", OBJECT)
            .resource(&grant(principal))
            .decide();
        assert_eq!(
            decision.outcome == Outcome::Allowed,
            named,
            "{caller} {principal}"
        );
    }
}

#[test]
fn a_policy_of_a_resource_without_principals_is_about_nobody() {
    let read = ask(USER, "s3:GetObject", OBJECT);
    read.resource(&allow("*")).not_allowed_by(Layer::Identity);
}

#[test]
fn everybody_but_some() {
    let except = |effect: &str, who: &str| {
        policy(
            effect,
            "*",
            &format!(r#", "Resource": "*", "NotPrincipal": {{"AWS": {who}}}"#),
        )
    };
    let ask = |caller, policy: &str| {
        ask(caller, "s3:GetObject", OBJECT)
            .identity(&allow("*"))
            .resource(policy)
    };
    let not = |who: &str| except("Deny", who);
    let listed = format!(r#"["{USER}", "{ROOT}"]"#);
    ask(USER, &not(&listed)).allowed_by(Layer::Identity);
    ask(ROOT, &not(&listed)).allowed_by(Layer::Identity);
    ask(SESSION, &not(&listed)).denied_by(Layer::Resource);
    ask(SESSION, &not(&format!("{ROLE:?}"))).allowed_by(Layer::Identity);
    ask(SESSION, &not(&format!("{SESSION:?}"))).allowed_by(Layer::Identity);
    ask(OTHER, &not(&listed)).denied_by(Layer::Resource);
    ask("anonymous", &not(&listed)).denied_by(Layer::Resource);
    // Whoever has a boundary is hit, listed or not.
    ask(USER, &not(&listed))
        .boundary(&allow("*"))
        .denied_by(Layer::Resource);
    ask(ROOT, &not(&listed))
        .boundary(&allow("*"))
        .allowed_by(Layer::Identity);
    // Who is left by an exception is allowed, also without an account.
    let allowed = except("Allow", &format!("{OTHER:?}"));
    ask("anonymous", &allowed).allowed_by(Layer::Resource);
    ask(OTHER, &allowed)
        .given("resource_account", r#""111122223333""#)
        .not_allowed_by(Layer::Resource);
    ask(OTHER, &except("Allow", r#""444455556666""#))
        .given("resource_account", r#""111122223333""#)
        .not_allowed_by(Layer::Resource);
}

#[test]
fn the_root_user_can_do_everything_in_its_account() {
    ask(ROOT, "s3:GetObject", OBJECT).allowed_by(Layer::Identity);
    ask(ROOT, "s3:GetObject", OBJECT)
        .boundary(&deny("*"))
        .allowed_by(Layer::Identity);
    ask(ROOT, "s3:GetObject", OBJECT)
        .resource(&refuse(ROOT))
        .denied_by(Layer::Resource);
    ask(
        ROOT,
        "sqs:SendMessage",
        "arn:aws:sqs:eu-west-1:444455556666:q",
    )
    .not_allowed_by(Layer::Resource);
    ask(
        ROOT,
        "sqs:SendMessage",
        "arn:aws:sqs:eu-west-1:444455556666:q",
    )
    .resource(&grant("111122223333"))
    .allowed_by(Layer::Resource);
    ask("111122223333", "kms:Decrypt", KEY)
        .resource(&grant(ROOT))
        .allowed_by(Layer::Resource);
    ask(ROOT, "kms:Decrypt", KEY).not_allowed_by(Layer::Resource);
    let trust = policy(
        "Allow",
        "sts:AssumeRole",
        r#", "Principal": {"AWS": "111122223333"}"#,
    );
    ask(ROOT, "sts:AssumeRole", ROLE)
        .resource(&trust)
        .not_allowed_by(Layer::Resource);
}

#[test]
fn keys_and_roles_must_allow_themselves() {
    let trust = |who: &str| {
        policy(
            "Allow",
            "sts:*",
            &format!(r#", "Principal": {{"AWS": "{who}"}}"#),
        )
    };
    for (action, resource) in [
        ("kms:Decrypt", KEY),
        ("kms:CreateAlias", KEY),
        ("sts:AssumeRole", ROLE),
        ("sts:TagSession", ROLE),
        ("STS:SetSourceIdentity", ROLE),
    ] {
        let grant = |who: &str| {
            if resource == KEY {
                grant(who)
            } else {
                trust(who)
            }
        };
        let ask = |caller| ask(caller, action, resource);
        ask(USER)
            .identity(&allow("*"))
            .not_allowed_by(Layer::Resource);
        ask(USER).resource(&grant(USER)).allowed_by(Layer::Resource);
        ask(USER).resource(&grant("*")).allowed_by(Layer::Resource);
        ask(SESSION)
            .resource(&grant(ROLE))
            .allowed_by(Layer::Resource);
        ask(SESSION)
            .resource(&grant(ROLE))
            .boundary(&allow("s3:*"))
            .not_allowed_by(Layer::Boundary);
        ask(USER)
            .resource(&grant(ROOT))
            .not_allowed_by(Layer::Identity);
        ask(USER)
            .resource(&grant(ROOT))
            .identity(&allow("*"))
            .allowed_by(Layer::Identity);
        ask(USER)
            .resource(&grant(ROOT))
            .identity(&allow("*"))
            .boundary(&allow("s3:*"))
            .not_allowed_by(Layer::Boundary);
        ask(OTHER)
            .resource(&grant(OTHER))
            .not_allowed_by(Layer::Identity);
        ask(OTHER)
            .resource(&grant("444455556666"))
            .identity(&allow("*"))
            .allowed_by(Layer::Resource);
        ask(OTHER)
            .identity(&allow("*"))
            .not_allowed_by(Layer::Resource);
    }
    for (action, resource) in [
        ("kms:ListKeys", "*"),
        ("kms:CreateKey", "*"),
        (
            "kms:CreateAlias",
            "arn:aws:kms:eu-west-1:111122223333:alias/a",
        ),
        (
            "sts:TagSession",
            "arn:aws:sts::111122223333:federated-user/f",
        ),
        ("sts:GetCallerIdentity", "*"),
    ] {
        ask(USER, action, resource)
            .identity(&allow("*"))
            .allowed_by(Layer::Identity);
    }
}

#[test]
fn services_and_identity_providers_need_the_resource_alone() {
    let role = |principal: &str, action: &str| {
        policy("Allow", action, &format!(r#", "Principal": {principal}"#))
    };
    ask("lambda.amazonaws.com", "sts:AssumeRole", ROLE)
        .resource(&role(
            r#"{"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]}"#,
            "sts:AssumeRole",
        ))
        .allowed_by(Layer::Resource);
    ask("lambda.amazonaws.com", "sts:AssumeRole", ROLE).not_allowed_by(Layer::Resource);
    let github = "token.actions.githubusercontent.com";
    let trust = policy(
        "Allow",
        "sts:AssumeRoleWithWebIdentity",
        &format!(
            r#", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{github}"}},
               "Condition": {{"StringLike": {{"{github}:sub": "repo:o/r:*"}}}}"#
        ),
    );
    let assume = |sub: &str| {
        ask(
            &format!("arn:aws:iam::111122223333:oidc-provider/{github}"),
            "sts:AssumeRoleWithWebIdentity",
            ROLE,
        )
        .resource(&trust)
        .identity(&allow("*"))
        .given("context", &format!(r#"{{"{github}:sub": "{sub}"}}"#))
    };
    assume("repo:o/r:ref:refs/heads/main").allowed_by(Layer::Resource);
    assume("repo:o/other:ref").not_allowed_by(Layer::Resource);
    // The policies of a caller that is no principal have no say.
    ask("anonymous", "s3:GetObject", OBJECT)
        .identity(&allow("*"))
        .not_allowed_by(Layer::Resource);
    ask("anonymous", "s3:GetObject", OBJECT)
        .resource(&grant("*"))
        .identity(&deny("*"))
        .allowed_by(Layer::Resource);
}

#[test]
fn the_policy_of_an_api_may_write_its_resources_short() {
    let policy = |resource: &str| {
        let more = format!(r#", "Principal": "*", "Resource": "{resource}""#);
        policy("Allow", "execute-api:Invoke", &more)
    };
    let call = ask(
        "anonymous",
        "execute-api:Invoke",
        "arn:aws:execute-api:eu-west-1:111122223333:a1b2/prod/GET/pets",
    );
    let outcome = |resource: &str| {
        let call = Ask {
            policies: Vec::new(),
            request: call.request.clone(),
        };
        call.resource(&policy(resource)).decide().outcome
    };
    assert_eq!(outcome("execute-api:/*"), Outcome::Allowed);
    assert_eq!(outcome("execute-api:/prod/GET/*"), Outcome::Allowed);
    assert_eq!(outcome("execute-api:/test/*"), Outcome::ImplicitlyDenied);
}

#[test]
fn variables_and_the_context_are_what_is_given() {
    let own = policy(
        "Allow",
        "s3:*",
        r#", "Resource": "arn:aws:s3:::b/${aws:username, 'nobody'}/*""#,
    );
    let read = |key: &str, context: &str| {
        ask(USER, "s3:GetObject", &format!("arn:aws:s3:::b/{key}"))
            .identity(&own)
            .given("context", context)
            .decide()
            .outcome
    };
    assert_eq!(read("u/x", r#"{"AWS:Username": "u"}"#), Outcome::Allowed);
    assert_eq!(read("u/x", "{}"), Outcome::ImplicitlyDenied);
    assert_eq!(read("nobody/x", "{}"), Outcome::Allowed);
}
