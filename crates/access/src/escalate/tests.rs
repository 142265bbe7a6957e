use super::*;
use palisade_core::FileId;
use palisade_iam::{Outcome, evaluate, read_policies, read_policy};
use palisade_syntax::parse_json;

/// The `policies` object of a question.
fn policies(text: &str) -> Policies {
    let node = parse_json(FileId::NONE, text).expect("JSON").root;
    let (policies, notes) = read_policies(&node);
    assert_eq!(notes, [], "{text}");
    policies
}

fn policy(text: &str) -> Arc<Policy> {
    let node = parse_json(FileId::NONE, text).expect("JSON").root;
    Arc::new(read_policy(&node).0)
}

fn allow(actions: &str, rest: &str) -> String {
    let actions: Vec<String> = actions
        .split(' ')
        .map(|action| format!("{action:?}"))
        .collect();
    let resource = if rest.contains("Resource") {
        ""
    } else {
        r#","Resource":"*""#
    };
    format!(
        r#"{{"Effect":"Allow","Action":[{}]{resource}{rest}}}"#,
        actions.join(",")
    )
}

fn deny(actions: &str, rest: &str) -> String {
    allow(actions, rest).replace("Allow", "Deny")
}

fn document(statements: &[String]) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        statements.join(",")
    )
}

const USER: &str = "arn:aws:iam::111122223333:user/dev/alice";
const ROLE: &str = "arn:aws:iam::111122223333:role/ci";

fn ask(policies: &Policies, principal: Option<&str>, inventory: Option<&Inventory>) -> Escalation {
    let found = escalate(&Question {
        policies,
        principal,
        inventory,
        catalogue: Catalogue::builtin(),
    });
    for path in &found.paths {
        proved(policies, inventory, path);
    }
    found
}

/// Each step's request is allowed as it stands.
fn proved(policies: &Policies, inventory: Option<&Inventory>, path: &EscalationPath) {
    assert!(!path.steps.is_empty());
    for step in &path.steps {
        let palisade_iam::Caller::Principal(caller) = &step.request.caller else {
            panic!("{step:?}");
        };
        // Of a chain, the later steps are made by roles.
        let role = inventory.and_then(|inventory| inventory.get(caller));
        let own = match role {
            Some(role) => Policies {
                identity: role.identity.clone(),
                ..Policies::default()
            },
            None => policies.clone(),
        };
        let resource = match (&step.resource_policy, inventory) {
            (Some(text), _) => Some(policy(text)),
            (None, Some(inventory)) => inventory
                .get(&step.request.resource)
                .map(|role| role.trust.clone()),
            _ => None,
        };
        let all = Policies { resource, ..own };
        assert_eq!(
            evaluate(&all, &step.request).outcome,
            Outcome::Allowed,
            "{step:#?}"
        );
    }
}

fn methods(found: &Escalation) -> Vec<&'static str> {
    found.paths.iter().map(|path| path.method).collect()
}

/// The methods open to somebody with these statements.
fn check(principal: Option<&str>, statements: &[String], expected: &[&str]) {
    let text = format!(r#"{{"identity":[{}]}}"#, document(statements));
    let found = ask(&policies(&text), principal, None);
    assert_eq!(methods(&found), expected, "{text}");
}

/// Policies that open exactly one method, with the principal that it is for.
fn opening(method: &method::Method) -> (String, &'static str) {
    let mut actions: Vec<&str> = method.calls.iter().map(|call| call.action).collect();
    if !method.passes.is_empty() {
        actions.push("iam:PassRole");
    }
    let group = actions
        .iter()
        .any(|action| action.contains("Group") && action.starts_with("iam:"));
    let mine = |on| method.calls.iter().any(|call| call.on == on);
    let principal = if mine(method::On::Me) || group {
        USER
    } else {
        ROLE
    };
    (allow(&actions.join(" "), ""), principal)
}

/// The `policies` object in which something is to be gained by every method: a boundary that keeps
/// things back, denials in a policy of its own, an organisation that denies.
fn surrounded(method: &method::Method, statement: &str, more: &[String]) -> Policies {
    use method::Gives;
    let own: Vec<String> = more.iter().cloned().chain([statement.to_owned()]).collect();
    let everything = document(&[allow("*", "")]);
    let most = document(&[allow("*", ""), deny("s3:GetObject", "")]);
    let deny_s3 = document(&[deny("s3:GetObject", "")]);
    let own = document(&own);
    policies(&match method.gives {
        Gives::WithoutBoundary => {
            let own_and_s3 = own.replace(
                r#""Statement":["#,
                &format!(r#""Statement":[{},"#, allow("s3:GetObject", "")),
            );
            format!(r#"{{"identity":[{own_and_s3}],"boundary":[{most}]}}"#)
        }
        Gives::WithoutOwnDenials => {
            let allow_s3 = document(&[allow("s3:GetObject", "")]);
            format!(r#"{{"identity":[{own},{allow_s3},{deny_s3}]}}"#)
        }
        Gives::WithoutOrganization => {
            let allow_s3 = document(&[allow("s3:GetObject", "")]);
            format!(r#"{{"identity":[{own},{allow_s3}],"scp":[[{everything}],[{most}]]}}"#)
        }
        _ => format!(r#"{{"identity":[{own}]}}"#),
    })
}

fn finds(method: &method::Method, policies: &Policies, principal: Option<&str>) -> bool {
    methods(&ask(policies, principal, None)).contains(&method.id)
}

#[test]
fn every_action_of_a_method_is_known() {
    let catalogue = Catalogue::builtin();
    let mut ids = BTreeSet::new();
    for method in method::all() {
        assert!(ids.insert(method.id), "`{}` is there twice", method.id);
        for call in method.calls {
            assert!(catalogue.action(call.action).is_some(), "{}", call.action);
        }
        if let method::Gives::Access(action) = method.gives {
            assert!(catalogue.action(action).is_some(), "{action}");
        }
    }
}

#[test]
fn every_method_is_found_when_its_calls_are_allowed() {
    for method in method::all() {
        let (statement, principal) = opening(method);
        let policies = surrounded(method, &statement, &[]);
        assert!(finds(method, &policies, Some(principal)), "{}", method.id);
        assert!(finds(method, &policies, None), "{} for anybody", method.id);
    }
}

/// The calls without which a method is none: those that its own policies must allow.
fn needed(method: &method::Method) -> Vec<&'static str> {
    let passes = (!method.passes.is_empty()).then_some("iam:PassRole");
    method
        .calls
        .iter()
        .map(|call| call.action)
        .chain(passes)
        .collect()
}

#[test]
fn every_method_is_stopped_by_a_denial() {
    for method in method::all() {
        let (statement, principal) = opening(method);
        for action in needed(method) {
            let policies = surrounded(method, &statement, &[deny(action, "")]);
            let open = finds(method, &policies, Some(principal)) || finds(method, &policies, None);
            assert!(!open, "{} without {action}", method.id);
        }
    }
}

#[test]
fn every_method_is_stopped_by_a_boundary_a_session_and_an_organisation() {
    for method in method::all() {
        let (statement, principal) = opening(method);
        let action = method.calls[0].action;
        let without = document(&[allow("*", ""), deny(action, "")]);
        let read = |text: &str| policies(text).identity;
        let without = read(&format!(r#"{{"identity":[{without}]}}"#));
        let all = surrounded(method, &statement, &[]);
        let mut bounded = all.clone();
        bounded
            .boundary
            .get_or_insert_default()
            .extend(without.clone());
        let session = Policies {
            session: without.first().cloned(),
            ..all.clone()
        };
        let mut organised = all.clone();
        organised.scp.push(without.clone());
        for policies in [bounded, session, organised] {
            assert!(!finds(method, &policies, Some(principal)), "{}", method.id);
        }
    }
}

#[test]
fn every_method_is_stopped_by_a_condition_that_never_holds() {
    for method in method::all() {
        let (statement, principal) = opening(method);
        let never = r#","Condition":{"StringEquals":{"aws:PrincipalAccount":"999999999999"}}}"#;
        let statement = format!("{}{never}", statement.strip_suffix('}').expect("a map"));
        let policies = surrounded(method, &statement, &[]);
        assert!(!finds(method, &policies, Some(principal)), "{}", method.id);
    }
}

#[test]
fn conditions_decide() {
    let when = |operator: &str, key: &str, value: &str| {
        format!(r#","Condition":{{"{operator}":{{"{key}":"{value}"}}}}"#)
    };
    let lambda = "lambda:CreateFunction lambda:InvokeFunction";
    // Which service a role is passed to.
    for (service, expected) in [
        ("lambda.amazonaws.com", &["lambda-invoke"][..]),
        ("ec2.amazonaws.com", &[]),
    ] {
        for operator in [
            "StringEquals",
            "StringLike",
            "StringEqualsIfExists",
            "ForAnyValue:StringEquals",
        ] {
            let pass = allow(
                "iam:PassRole",
                &when(operator, "iam:PassedToService", service),
            );
            check(Some(ROLE), &[pass, allow(lambda, "")], expected);
        }
        let never = deny(
            "iam:PassRole",
            &when("StringNotEquals", "iam:PassedToService", service),
        );
        check(
            Some(ROLE),
            &[allow("iam:PassRole", ""), never, allow(lambda, "")],
            expected,
        );
    }
    // What is attached.
    let attach = |policy: &str| {
        allow(
            "iam:AttachUserPolicy",
            &when("ArnLike", "iam:PolicyARN", policy),
        )
    };
    for (policy, expected) in [
        (
            "arn:aws:iam::aws:policy/AdministratorAccess",
            &["attach-user-policy"][..],
        ),
        ("arn:aws:iam::aws:policy/*", &["attach-user-policy"]),
        (
            "arn:aws:iam::aws:policy/AWSCodePipeline_FullAccess",
            &["attach-user-policy"],
        ),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", &[]),
        ("arn:aws:iam::aws:policy/AmazonSQS*", &[]),
        ("arn:aws:iam::111122223333:policy/approved", &[]),
    ] {
        check(Some(USER), &[attach(policy)], expected);
    }
    // A policy of one's own making.
    let made = [
        attach("arn:aws:iam::111122223333:policy/dev/*"),
        allow("iam:CreatePolicy", ""),
    ];
    check(Some(USER), &made, &["attach-made-user-policy"]);
    // A boundary that the target must have.
    let boundary = |value: &str| when("StringEquals", "iam:PermissionsBoundary", value);
    for (value, expected) in [
        ("arn:aws:iam::111122223333:policy/boundary", &[][..]),
        (
            "arn:aws:iam::aws:policy/AdministratorAccess",
            &["put-policy-and-assume-role", "create-role-inline"],
        ),
    ] {
        let create = allow("iam:CreateRole iam:PutRolePolicy", &boundary(value));
        check(
            Some(USER),
            &[
                create,
                allow(
                    "sts:AssumeRole",
                    r#","Resource":"arn:aws:iam::*:role/made-*""#,
                ),
                deny("sts:AssumeRole", r#","Resource":"*""#)
                    .replace(r#""*""#, r#""arn:aws:iam::*:role/none""#),
            ],
            &[&["assume-role"], expected].concat(),
        );
    }
    // Factors that the caller can bring, and a place where it is not.
    let mfa = allow(
        "iam:CreatePolicyVersion",
        &when("Bool", "aws:MultiFactorAuthPresent", "true"),
    );
    check(Some(USER), &[mfa], &["create-policy-version"]);
    let tagged = allow(
        "lambda:UpdateFunctionCode",
        &when("StringEquals", "aws:ResourceTag/team", "a"),
    );
    check(Some(USER), &[tagged], &["lambda-update-code"]);
    // A key that the action never has.
    let odd = allow(
        "lambda:UpdateFunctionCode",
        &when(
            "StringEquals",
            "iam:PassedToService",
            "lambda.amazonaws.com",
        ),
    );
    check(Some(USER), &[odd], &[]);
}

#[test]
fn resources_decide() {
    let on = |resource: &str| format!(r#","Resource":"{resource}""#);
    let own = r#","Resource":"arn:aws:iam::*:user/*/${aws:username}""#;
    // One's own keys are no gain, those of others are.
    check(Some(USER), &[allow("iam:CreateAccessKey", own)], &[]);
    check(
        None,
        &[allow(
            "iam:CreateAccessKey",
            r#","Resource":"arn:aws:iam::*:user/${aws:username}""#,
        )],
        &[],
    );
    check(
        Some(USER),
        &[allow(
            "iam:CreateAccessKey",
            &on("arn:aws:iam::111122223333:user/*"),
        )],
        &["create-access-key"],
    );
    // Another's permissions are none of one's own.
    check(
        Some(USER),
        &[allow(
            "iam:PutUserPolicy",
            &on("arn:aws:iam::111122223333:user/bob"),
        )],
        &[],
    );
    check(
        None,
        &[allow(
            "iam:PutUserPolicy",
            &on("arn:aws:iam::111122223333:user/bob"),
        )],
        &["put-user-policy"],
    );
    check(
        Some(ROLE),
        &[allow("iam:PutUserPolicy iam:AddUserToGroup", "")],
        &[],
    );
    // Roles of this account can be passed, those of others not.
    let lambda = allow("lambda:CreateFunction lambda:InvokeFunction", "");
    let pass = |resource: &str| [allow("iam:PassRole", &on(resource)), lambda.clone()];
    check(
        Some(ROLE),
        &pass("arn:aws:iam::111122223333:role/app-*"),
        &["lambda-invoke"],
    );
    check(Some(ROLE), &pass("arn:aws:iam::999999999999:role/*"), &[]);
    check(
        Some(ROLE),
        &pass("arn:aws:iam::111122223333:role/aws-service-role/*"),
        &[],
    );
    check(Some(ROLE), &pass(ROLE), &[]);
    // The same function must be made and invoked.
    let function = |name: &str| on(&format!("arn:aws:lambda:*:*:function:{name}"));
    let two = |a: &str, b: &str| {
        let statements = [
            allow("iam:PassRole", ""),
            allow("lambda:CreateFunction", &function(a)),
            allow("lambda:InvokeFunction", &function(b)),
        ];
        statements.to_vec()
    };
    check(Some(ROLE), &two("a-*", "*-b"), &["lambda-invoke"]);
    check(Some(ROLE), &two("a-*", "b-*"), &[]);
    // A denial that spares something.
    let spares = deny("lambda:UpdateFunctionCode", r#","Resource":"x""#).replace(
        r#""Resource":"x""#,
        r#""NotResource":"arn:aws:lambda:*:*:function:mine-*""#,
    );
    check(
        Some(ROLE),
        &[allow("lambda:UpdateFunctionCode", ""), spares],
        &["lambda-update-code"],
    );
    // Machines are more than an instance.
    let instance = allow("ec2:RunInstances", &on("arn:aws:ec2:*:*:instance/*"));
    check(Some(ROLE), &[allow("iam:PassRole", ""), instance], &[]);
    // Who has the access already gains none.
    check(
        Some(ROLE),
        &[allow("s3:PutBucketPolicy", "")],
        &["put-bucket-policy"],
    );
    check(Some(ROLE), &[allow("s3:*", "")], &[]);
}

#[test]
fn limits_are_limits() {
    let check = |text: &str, principal, expected: &[&str]| {
        assert_eq!(
            methods(&ask(&policies(text), Some(principal), None)),
            expected,
            "{text}"
        );
    };
    let everything = document(&[allow("*", "")]);
    let s3 = document(&[allow("s3:*", "")]);
    // An administrator within narrow limits is none.
    check(
        &format!(r#"{{"identity":[{everything}]}}"#),
        ROLE,
        &["administrator"],
    );
    check(
        &format!(r#"{{"identity":[{everything}],"boundary":[{s3}]}}"#),
        ROLE,
        &[],
    );
    check(
        &format!(r#"{{"identity":[{everything}],"scp":[[{s3}]]}}"#),
        ROLE,
        &[],
    );
    let no_iam = document(&[
        allow("*", ""),
        deny("iam:* sts:* organizations:* lambda:*", ""),
    ]);
    // What binds the whole account leaves nothing to gain in it, and other accounts are others.
    let found = ask(
        &policies(&format!(
            r#"{{"identity":[{everything}],"scp":[[{no_iam}]]}}"#
        )),
        Some(ROLE),
        None,
    );
    assert!(
        found.paths.iter().all(|path| path.gained.is_none()),
        "{:?}",
        methods(&found)
    );
    assert!(!methods(&found).contains(&"ssm-send-command"));
    // What binds one role does not bind another.
    let found = ask(
        &policies(&format!(
            r#"{{"identity":[{everything}],"boundary":[{no_iam}]}}"#
        )),
        Some(ROLE),
        None,
    );
    let families: BTreeSet<Family> = found.paths.iter().map(|path| path.family).collect();
    assert!(
        !families.contains(&Family::PassedRoles) && families.contains(&Family::ExistingCode),
        "{families:?}"
    );
    // A boundary that the principal fills already leaves nothing to gain.
    let put = document(&[allow("iam:PutRolePolicy", "")]);
    check(
        &format!(r#"{{"identity":[{put}],"boundary":[{put}]}}"#),
        ROLE,
        &[],
    );
    let put_and_s3 = document(&[
        allow("iam:PutRolePolicy", ""),
        allow("s3:DeleteBucket", r#","Resource":"arn:aws:s3:::b-*""#),
    ]);
    let text = format!(r#"{{"identity":[{put}],"boundary":[{put_and_s3}]}}"#);
    check(&text, ROLE, &["put-role-policy"]);
    let found = ask(&policies(&text), Some(ROLE), None);
    let gained = found.paths[0].gained.as_ref().expect("a request");
    assert_eq!(
        (&*gained.action, &*gained.resource),
        ("s3:DeleteBucket", "arn:aws:s3:::b-example")
    );
}

#[test]
fn harmless_policies_are_harmless() {
    let catalogue = Catalogue::builtin();
    for name in [
        "ReadOnlyAccess",
        "SecurityAudit",
        "ViewOnlyAccess",
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
        "AWSLambdaDynamoDBExecutionRole",
        "AWSLambdaSQSQueueExecutionRole",
        "AWSXRayDaemonWriteAccess",
        "AmazonS3FullAccess",
        "AmazonDynamoDBReadOnlyAccess",
        "CloudWatchLogsFullAccess",
    ] {
        let policy = policy(catalogue.managed_policy(name).expect(name));
        let policies = Policies {
            identity: vec![policy],
            ..Policies::default()
        };
        let found = ask(&policies, None, None);
        assert_eq!(
            (found.verdict, methods(&found)),
            (Verdict::None, Vec::new()),
            "{name}"
        );
    }
}

#[test]
fn dangerous_policies_are_found() {
    let catalogue = Catalogue::builtin();
    for (name, method) in [
        ("AdministratorAccess", "administrator"),
        ("IAMFullAccess", "create-policy-version"),
        ("PowerUserAccess", "lambda-update-code"),
        ("AWSLambda_FullAccess", "lambda-invoke"),
        ("AmazonEC2RoleforDataPipelineRole", "emr-add-steps"),
        ("SystemAdministrator", "ec2-run-instances"),
    ] {
        let policy = policy(catalogue.managed_policy(name).expect(name));
        let policies = Policies {
            identity: vec![policy],
            ..Policies::default()
        };
        let found = ask(&policies, None, None);
        assert!(
            methods(&found).contains(&method),
            "{name}: {:?}",
            methods(&found)
        );
    }
}

fn role(trust: &str, statements: &[String]) -> Role {
    let trust = format!(r#"{{"Effect":"Allow","Principal":{trust},"Action":"sts:AssumeRole"}}"#);
    Role {
        trust: policy(&document(&[trust])),
        identity: vec![policy(&document(statements))],
        boundary: None,
    }
}

fn inventory(roles: Vec<(&str, Role)>) -> Inventory {
    let arn = |name: &str| Arc::from(format!("arn:aws:iam::111122223333:role/{name}"));
    roles
        .into_iter()
        .map(|(name, role)| (arn(name), role))
        .collect()
}

const LAMBDA: &str = r#"{"Service":"lambda.amazonaws.com"}"#;

#[test]
fn an_inventory_says_which_roles_there_are() {
    let check = |statements: &[String], roles: Vec<(&str, Role)>, expected: &[(&str, &str)]| {
        let policies = policies(&format!(r#"{{"identity":[{}]}}"#, document(statements)));
        let found = ask(&policies, Some(USER), Some(&inventory(roles)));
        let found: Vec<(&str, &str)> = found
            .paths
            .iter()
            .map(|path| (path.method, path.gains.as_str()))
            .collect();
        assert_eq!(found, expected);
    };
    let pass = [
        allow("lambda:CreateFunction lambda:InvokeFunction", ""),
        allow(
            "iam:PassRole",
            r#","Resource":"arn:aws:iam::111122223333:role/app-*""#,
        ),
    ];
    let admin = || role(LAMBDA, &[allow("*", "")]);
    check(&pass, vec![], &[]);
    check(
        &pass,
        vec![("app-a", admin())],
        &[(
            "lambda-invoke",
            "all permissions, as `arn:aws:iam::111122223333:role/app-a`",
        )],
    );
    // Not passable, not for this service, not stronger.
    check(&pass, vec![("other", admin())], &[]);
    check(
        &pass,
        vec![(
            "app-a",
            role(r#"{"Service":"ec2.amazonaws.com"}"#, &[allow("*", "")]),
        )],
        &[],
    );
    let same = role(
        LAMBDA,
        &[allow(
            "lambda:InvokeFunction logs:PutLogEvents logs:CreateLogStream s3:ListAllMyBuckets",
            "",
        )],
    );
    check(&pass, vec![("app-a", same)], &[]);
    let table = || {
        role(
            LAMBDA,
            &[allow(
                "dynamodb:GetItem",
                r#","Resource":"arn:aws:dynamodb:us-east-1:111122223333:table/t""#,
            )],
        )
    };
    check(
        &pass,
        vec![("app-a", table())],
        &[(
            "lambda-invoke",
            "the permissions of `arn:aws:iam::111122223333:role/app-a`",
        )],
    );
    // Code that runs already.
    let update = [allow("lambda:UpdateFunctionCode", "")];
    check(
        &update,
        vec![(
            "app-a",
            role(r#"{"Service":"ec2.amazonaws.com"}"#, &[allow("*", "")]),
        )],
        &[],
    );
    check(
        &update,
        vec![("app-a", table())],
        &[(
            "lambda-update-code",
            "the permissions of `arn:aws:iam::111122223333:role/app-a`",
        )],
    );
    // Rewriting who may assume a role.
    let rewrite = [allow("iam:UpdateAssumeRolePolicy", "")];
    check(
        &rewrite,
        vec![("app-a", admin())],
        &[(
            "update-assume-role-policy",
            "all permissions, as `arn:aws:iam::111122223333:role/app-a`",
        )],
    );
}

#[test]
fn roles_follow_on_each_other() {
    let by = |name: &str| format!(r#"{{"AWS":"arn:aws:iam::111122223333:role/{name}"}}"#);
    let assume = || allow("sts:AssumeRole", "");
    let root = r#"{"AWS":"111122223333"}"#;
    let roles = inventory(vec![
        ("a", role(root, &[assume()])),
        ("b", role(&by("a"), &[assume()])),
        ("c", role(&by("b"), &[allow("iam:CreatePolicyVersion", "")])),
        ("unreachable", role(LAMBDA, &[allow("*", "")])),
    ]);
    let policies = policies(&format!(r#"{{"identity":[{}]}}"#, document(&[assume()])));
    let found = ask(&policies, Some(USER), Some(&roles));
    let found: Vec<(&str, Vec<String>)> = (found.paths.iter())
        .map(|path| {
            let step = |step: &Step| {
                let name = step.request.resource.rsplit('/').next().unwrap_or_default();
                format!("{} {name}", step.request.action)
            };
            (path.method, path.steps.iter().map(step).collect())
        })
        .collect();
    let chain = ["sts:AssumeRole a", "sts:AssumeRole b", "sts:AssumeRole c"];
    let expected = |method, steps: &[&str]| {
        (
            method,
            steps.iter().map(|&s| s.to_owned()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(
        found,
        [
            expected("assume-role", &chain),
            expected(
                "create-policy-version",
                &[&chain[..], &["iam:CreatePolicyVersion example"]].concat()
            ),
        ]
    );
    // Without the inventory any role may exist.
    assert_eq!(methods(&ask(&policies, Some(USER), None)), ["assume-role"]);
    // Nobody lets the principal in.
    let closed = inventory(vec![("a", role(&by("x"), &[allow("*", "")]))]);
    assert_eq!(
        ask(&policies, Some(USER), Some(&closed)).verdict,
        Verdict::None
    );
}

#[test]
fn what_is_assumed_is_said() {
    let condition = r#","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::111122223333:policy/approved"}}"#;
    let text = format!(
        r#"{{"identity":[{}]}}"#,
        document(&[allow("iam:AttachUserPolicy", condition)])
    );
    let found = ask(&policies(&text), Some(USER), None);
    assert_eq!(found.verdict, Verdict::None);
    let assumed: Vec<&String> = found.assumed.iter().collect();
    assert_eq!(
        assumed,
        [
            "what `arn:aws:iam::111122223333:policy/approved` allows is not known here: attaching it gains nothing"
        ]
    );
}

#[test]
fn the_order_of_statements_does_not_matter() {
    let statements = [
        allow("iam:PassRole", r#","Resource":"arn:aws:iam::*:role/a-*""#),
        allow("lambda:* ec2:*", ""),
        deny("lambda:UpdateFunctionCode", ""),
        allow(
            "iam:CreateAccessKey",
            r#","Resource":"arn:aws:iam::*:user/x""#,
        ),
    ];
    let mut found = Vec::new();
    for turn in 0..statements.len() {
        let mut turned = statements.to_vec();
        turned.rotate_left(turn);
        let policies = policies(&format!(r#"{{"identity":[{}]}}"#, document(&turned)));
        found.push(methods(&ask(&policies, None, None)));
    }
    assert!(
        found[0].len() > 5 && found.iter().all(|methods| *methods == found[0]),
        "{found:?}"
    );
}

/// The exact comparison of policies knows whether there is any request at all. It knows requests
/// that nobody can make, too: with odd ARNs, or with context keys that an action never has; those
/// it may find alone.
#[test]
fn nothing_is_missed_that_an_exact_search_finds() {
    use palisade_iam::compare::{Layer, Options, Side, subset};
    let catalogue = Catalogue::builtin();
    let read = |managed: &palisade_iam::catalogue::ManagedPolicy| {
        policy(catalogue.managed_policy(&managed.name).expect("a document"))
    };
    let all: Vec<Arc<Policy>> = catalogue.managed_policies().step_by(31).map(read).collect();
    let mut asked = 0;
    for (i, identity) in all.iter().enumerate() {
        let boundary = &all[(i * 7 + 13) % all.len()];
        for boundary in [None, Some(vec![boundary.clone()])] {
            let policies = Policies {
                identity: vec![identity.clone()],
                boundary,
                ..Policies::default()
            };
            let actor = ask::Actor::new(ROLE, policies.clone());
            let budget = ask::Budget::default();
            let asker = ask::Asker {
                actor: &actor,
                catalogue,
                budget: &budget,
            };
            for action in method::allowed(&policies.identity) {
                let (prefix, name) = action.split_once(':').expect("an action");
                let service = catalogue.service(prefix).expect("a service");
                let of = service.action(name).expect("an action").resources.first();
                let Some(kind) = of.and_then(|of| service.resource_type(of)) else {
                    continue;
                };
                if ["sts", "kms"].contains(&prefix) {
                    continue;
                }
                let shape = gain::shape(&kind.arn, &actor);
                let written: String = (shape.tokens().iter())
                    .map(|token| match token {
                        palisade_iam::Token::Char(c) => *c,
                        _ => '*',
                    })
                    .collect();
                let answer = |resource: &String| {
                    asker.ask(&ask::Ask {
                        action,
                        resource,
                        sends: &[],
                        policy: None,
                    })
                };
                let resources = asker.resources(&shape, &[action]);
                let found = resources.iter().any(|resource| !answer(resource).is_no());
                let scope = document(&[allow(action, &format!(r#","Resource":"{written}""#))]);
                let layer = |policies: &[Arc<Policy>]| Layer {
                    name: Arc::from("layer"),
                    policies: policies.to_vec(),
                };
                let scope = layer(&[policy(&scope)]);
                let mut layers = vec![layer(&policies.identity), scope];
                layers.extend(policies.boundary.as_deref().map(layer));
                let exact = subset(&Side { layers }, &Side::default(), Options::default());
                let colons = |text: &str| text.matches(':').count();
                let plain = exact.witness.as_ref().is_some_and(|witness| {
                    let request = &witness.request;
                    let same_parts = colons(&request.resource) == colons(&written);
                    same_parts && request.context.iter().next().is_none()
                });
                assert!(found || !plain, "{action} {:?}", exact.witness);
                assert!(!found || exact.holds != Some(true), "{action} {policies:?}");
                asked += 1;
            }
        }
    }
    assert!(asked > 80, "{asked}");
}
