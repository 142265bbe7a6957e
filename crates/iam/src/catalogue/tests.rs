use super::container::Container;
use super::*;
use proptest::prelude::*;

fn bytes() -> Vec<u8> {
    include_bytes!("../../data/aws.catalogue").to_vec()
}

fn fresh() -> Catalogue {
    Catalogue::from_bytes(bytes()).unwrap()
}

/// What was counted when the file was made.
fn counted(what: &str) -> usize {
    let about = Catalogue::builtin()
        .container
        .unpack("about", "aws")
        .unwrap();
    let mut lines = about
        .lines()
        .filter_map(|line| line.strip_prefix("count\t"));
    lines
        .find_map(|line| line.strip_prefix(what)?.strip_prefix('\t')?.parse().ok())
        .unwrap()
}

#[test]
fn holds_what_was_put_in() {
    let catalogue = Catalogue::builtin();
    let services: Vec<_> = catalogue
        .services()
        .filter_map(|s| catalogue.service(s))
        .collect();
    let sum = |count: fn(&Service) -> usize| services.iter().map(|s| count(s)).sum::<usize>();
    assert_eq!(services.len(), counted("services"));
    assert_eq!(sum(|s| s.actions.len()), counted("actions"));
    assert_eq!(sum(|s| s.resource_types.len()), counted("resource types"));
    assert_eq!(sum(|s| s.condition_keys.len()), counted("condition keys"));
    assert_eq!(
        catalogue.index().global_keys.len(),
        counted("global condition keys")
    );
    assert_eq!(
        catalogue.managed_policies().count(),
        counted("managed policies")
    );
    let withdrawn = catalogue.managed_policies().filter(|p| p.path.is_none());
    assert_eq!(withdrawn.count(), counted("withdrawn policies"));
    for service in services {
        for action in &service.actions {
            assert!(std::ptr::eq(service.action(&action.name).unwrap(), action));
            assert_eq!(service.keys_of_action(action).count(), action.keys.len());
            for resource in &action.resources {
                let kind = service.resource_type(resource).unwrap();
                let keys = kind.keys.len() + resource.keys.len();
                assert_eq!(service.keys_of_resource(resource).count(), keys);
            }
        }
        for kind in &service.resource_types {
            let here = format!("{}: {} {}", service.prefix, kind.name, kind.arn);
            assert!(
                kind.arn.starts_with("arn:") || kind.arn == "*".into(),
                "{here}"
            );
        }
    }
}

#[test]
fn every_managed_policy_is_json_with_statements() {
    let catalogue = Catalogue::builtin();
    for policy in catalogue.managed_policies() {
        let by_name = catalogue.managed_policy(&policy.name).unwrap();
        let document: serde_json::Value = serde_json::from_str(by_name).unwrap();
        assert!(!document["Statement"].is_null(), "{}", policy.name);
        let Some(arn) = policy.arn() else {
            continue;
        };
        assert_eq!(catalogue.managed_policy(&arn), Some(by_name));
        let elsewhere = arn.replace("arn:aws:", "arn:aws-cn:");
        assert_eq!(catalogue.managed_policy(&elsewhere), Some(by_name));
    }
}

#[test]
fn every_operation_needs_actions_that_exist() {
    let catalogue = Catalogue::builtin();
    let clients: Vec<&str> = catalogue.container.names("sdk").collect();
    assert_eq!(clients.len(), counted("SDK clients"));
    let (mut operations, mut free, mut unknown, mut waiters) = (0, 0, 0, 0);
    for client in clients {
        let client = catalogue.sdk_service(client).unwrap();
        for operation in client.operations() {
            operations += 1;
            let found = client.operation(&operation.name).unwrap();
            assert!(
                std::ptr::eq(found, operation),
                "{} {}",
                client.name,
                operation.name
            );
            match operation.actions() {
                SdkActions::Permissionless => free += 1,
                SdkActions::Unknown => unknown += 1,
                SdkActions::Needs(needs) => {
                    for need in needs {
                        let full = catalogue.action(&need.action);
                        let name = full.map(|action| &*action.name);
                        assert_eq!(name, need.action.split(':').nth(1), "{}", client.name);
                    }
                }
            }
        }
        for (waiter, operation) in &client.waiters {
            waiters += 1;
            assert_eq!(client.waiter(waiter).unwrap().name, *operation);
        }
    }
    assert_eq!(operations, counted("SDK operations"));
    assert_eq!(free, counted("operations without permission"));
    assert_eq!(unknown, counted("operations of unknown needs"));
    assert_eq!(waiters, counted("waiters"));
}

#[test]
fn says_what_it_is() {
    let catalogue = Catalogue::builtin();
    assert!(catalogue.date().starts_with("20") && catalogue.date().len() == 10);
    assert!(catalogue.version().contains("iam-data ") && catalogue.version().contains("botocore "));
    let covered: Vec<_> = catalogue.rcp_services().collect();
    assert!(covered.contains(&"s3") && covered.contains(&"sts") && !covered.contains(&"ec2"));
}

#[test]
fn is_small() {
    assert!(bytes().len() < 1_000_000);
}

#[test]
fn is_shared_by_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(Catalogue::builtin());
}

#[test]
fn unpacks_only_what_is_asked_for() {
    let catalogue = fresh();
    assert!(catalogue.services().any(|prefix| prefix == "ec2"));
    assert!(!catalogue.is_unpacked("s3"));
    assert!(catalogue.action("s3:GetObject").is_some());
    let tables = catalogue.actions_matching("dynamodb:*").count();
    assert_eq!(tables, catalogue.service("dynamodb").unwrap().actions.len());
    assert_eq!(catalogue.actions_matching("sn?:Publish").count(), 1);
    assert!(catalogue.sdk_actions("ec2", "RunInstances") != SdkActions::Unknown);
    for (prefix, expected) in [
        ("s3", true),
        ("dynamodb", true),
        ("sns", true),
        ("ec2", false),
        ("iam", false),
    ] {
        assert_eq!(catalogue.is_unpacked(prefix), expected, "{prefix}");
    }
}

#[test]
fn actions() {
    let check = |name: &str, access, resources: &[(&str, bool, &str)]| {
        let (prefix, _) = name.split_once(':').unwrap();
        let service = Catalogue::builtin().service(prefix).unwrap();
        for name in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
            let action = Catalogue::builtin().action(&name).unwrap();
            assert_eq!(action.access, access, "{name}");
            for (kind, required, arn) in resources {
                let mut all = action.resources.iter();
                let found = all.find(|r| &*service.resource_type(r).unwrap().name == *kind);
                let found = found.unwrap();
                assert_eq!(found.required, *required, "{name} {kind}");
                assert_eq!(&*service.resource_type(found).unwrap().arn, *arn);
            }
        }
    };
    let role = "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}";
    let object = "arn:${Partition}:s3:::${BucketName}/${ObjectName}";
    let function = "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}";
    check(
        "s3:GetObject",
        AccessLevel::Read,
        &[("object", false, object)],
    );
    check("iam:PassRole", AccessLevel::Write, &[("role", true, role)]);
    check(
        "lambda:InvokeFunction",
        AccessLevel::Write,
        &[("function", true, function)],
    );
    check(
        "sts:AssumeRole",
        AccessLevel::Write,
        &[("role", true, role)],
    );
    check("s3:ListAllMyBuckets", AccessLevel::List, &[]);
    check(
        "iam:AttachRolePolicy",
        AccessLevel::PermissionsManagement,
        &[("role", true, role)],
    );
    check("sqs:TagQueue", AccessLevel::Tagging, &[]);
    for unknown in [
        "s3:GetObjec",
        "s3:",
        "s3",
        "",
        ":",
        "nothing:GetObject",
        "s3:GetObject*",
    ] {
        assert!(Catalogue::builtin().action(unknown).is_none(), "{unknown}");
    }
    assert_eq!(
        &*Catalogue::builtin().service("S3").unwrap().name,
        "Amazon S3"
    );
    assert_eq!(
        Catalogue::builtin().actions_matching("*").count(),
        counted("actions")
    );
    assert_eq!(
        Catalogue::builtin()
            .actions_matching("S3:getobject")
            .count(),
        1
    );
    assert_eq!(Catalogue::builtin().actions_matching("s3").count(), 0);
}

#[test]
fn condition_keys() {
    let check = |key: &str, kind, many| {
        let found = Catalogue::builtin().condition_key(key);
        assert_eq!(found, Some(KeyType { kind, many }), "{key}");
    };
    check("aws:SourceIp", KeyKind::IpAddress, false);
    check("AWS:sourceip", KeyKind::IpAddress, false);
    check("aws:TagKeys", KeyKind::String, true);
    check("aws:PrincipalTag/team", KeyKind::String, false);
    check("aws:RequestTag/${TagKey}", KeyKind::String, false);
    check("aws:SourceArn", KeyKind::Arn, false);
    check("aws:MultiFactorAuthPresent", KeyKind::Bool, false);
    check("aws:TokenIssueTime", KeyKind::Date, false);
    check("lambda:SourceFunctionArn", KeyKind::Arn, false);
    check("s3:prefix", KeyKind::String, false);
    check("s3:max-keys", KeyKind::Numeric, false);
    check("s3:ExistingObjectTag/team", KeyKind::String, false);
    check("kms:EncryptionContext:app", KeyKind::String, false);
    check("iam:PassedToService", KeyKind::String, false);
    check("dynamodb:LeadingKeys", KeyKind::String, true);
    check(
        "token.actions.githubusercontent.com:sub",
        KeyKind::String,
        false,
    );
    check(
        "token.actions.githubusercontent.com:repository",
        KeyKind::String,
        false,
    );
    check("token.actions.acme.ghe.com:ref", KeyKind::String, false);
    check(
        "oidc.eks.eu-west-1.amazonaws.com/id/0A:aud",
        KeyKind::String,
        false,
    );
    check("SAML:aud", KeyKind::String, false);
    for unknown in [
        "aws:Nothing",
        "aws:RequestTag/",
        "s3:nothing",
        "nothing:x",
        "",
        "s3",
        "a:b:c",
    ] {
        assert_eq!(
            Catalogue::builtin().condition_key(unknown),
            None,
            "{unknown}"
        );
    }
    assert_eq!(Catalogue::builtin().global_key("s3:prefix"), None);
}

#[test]
fn managed_policies() {
    fn document(name: &str) -> Option<&'static str> {
        Catalogue::builtin().managed_policy(name)
    }
    let all = r#"{"Statement":[{"Action":["*"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}"#;
    assert_eq!(
        document("arn:aws:iam::aws:policy/AdministratorAccess"),
        Some(all)
    );
    assert_eq!(document("AdministratorAccess"), Some(all));
    let basic = "AWSLambdaBasicExecutionRole";
    let arn = format!("arn:aws:iam::aws:policy/service-role/{basic}");
    assert!(document(&arn).unwrap().contains("logs:PutLogEvents"));
    assert_eq!(document(&arn), document(basic));
    assert_eq!(document(&arn.replace("service-role/", "")), None);
    assert_eq!(document("arn:aws:iam::aws:policy/"), None);
    assert_eq!(
        document("arn:aws:iam::123456789012:policy/AdministratorAccess"),
        None
    );
    assert!(document("arn:aws:iam::aws:policy/AWSLambdaFullAccess").is_some());
    assert_eq!(document("NoSuchPolicy"), None);
}

#[test]
fn sdk_calls() {
    let check = |client: &str, operation: &str, expected: &str| {
        let need = |need: &Need| match &need.when {
            When::Always => need.action.to_string(),
            When::Argument(name) => format!("{name}={}", need.action),
            When::Sometimes => format!("?{}", need.action),
        };
        let needs = match Catalogue::builtin().sdk_actions(client, operation) {
            SdkActions::Needs(needs) => needs.iter().map(need).collect::<Vec<_>>().join(" "),
            SdkActions::Permissionless => "-".into(),
            SdkActions::Unknown => "unknown".into(),
        };
        assert_eq!(needs, expected, "{client} {operation}");
    };
    for client in [
        "dynamodb",
        "DynamoDB",
        "DynamoDBClient",
        "@aws-sdk/client-dynamodb",
        "@aws-sdk/lib-dynamodb",
        "DynamoDBDocumentClient",
    ] {
        for operation in ["GetItem", "getItem", "get_item"] {
            check(client, operation, "dynamodb:GetItem");
        }
    }
    for client in [
        "stepfunctions",
        "StepFunctions",
        "@aws-sdk/client-sfn",
        "SFN",
        "SFNClient",
    ] {
        check(client, "StartExecution", "states:StartExecution");
    }
    for client in ["logs", "CloudWatchLogs", "@aws-sdk/client-cloudwatch-logs"] {
        check(client, "put_log_events", "logs:PutLogEvents");
    }
    check("cloudwatch", "put_metric_data", "cloudwatch:PutMetricData");
    check(
        "CognitoIdentityServiceProvider",
        "adminGetUser",
        "cognito-idp:AdminGetUser",
    );
    check("s3", "list_objects_v2", "s3:ListBucket");
    check(
        "s3",
        "head_object",
        "s3:GetObject VersionId=s3:GetObjectVersion",
    );
    check("s3", "ListBuckets", "s3:ListAllMyBuckets");
    check("lambda", "Invoke", "lambda:InvokeFunction");
    check(
        "lambda",
        "update_function_code",
        "lambda:UpdateFunctionCode",
    );
    check(
        "lambda",
        "CreateFunction",
        "lambda:CreateFunction iam:PassRole Layers=lambda:GetLayerVersion",
    );
    check("sqs", "send_message_batch", "sqs:SendMessage");
    check("sns", "PublishBatch", "sns:Publish");
    check("kms", "ReEncrypt", "kms:ReEncryptFrom kms:ReEncryptTo");
    check(
        "apigatewaymanagementapi",
        "PostToConnection",
        "execute-api:ManageConnections",
    );
    check("apigateway", "GetRestApis", "apigateway:GET");
    check("apigatewayv2", "CreateRoute", "apigateway:POST");
    check("iot-data", "publish", "iot:Publish");
    check("IotData", "publish", "iot:Publish");
    check("bedrock-runtime", "converse", "bedrock:InvokeModel");
    check("ses", "SendEmail", "ses:SendEmail");
    check("events", "PutEvents", "events:PutEvents");
    check(
        "stepfunctions",
        "CreateStateMachine",
        "states:CreateStateMachine roleArn=iam:PassRole",
    );
    check("sts", "GetCallerIdentity", "-");
    check(
        "sts",
        "AssumeRole",
        "sts:AssumeRole Tags=sts:TagSession SourceIdentity=sts:SetSourceIdentity",
    );
    check("cognito-idp", "InitiateAuth", "-");
    check("s3", "no_such_call", "unknown");
    check("nothing", "GetItem", "unknown");
    check("", "", "unknown");
    let s3 = Catalogue::builtin().sdk_service("S3").unwrap();
    assert_eq!(&*s3.waiter("bucketExists").unwrap().name, "HeadBucket");
    assert_eq!(&*s3.waiter("object_not_exists").unwrap().name, "HeadObject");
    assert!(s3.waiter("nothing").is_none());
}

#[test]
fn other_files_are_refused() {
    let check = |bytes: Vec<u8>, reason: &str| {
        let message = Catalogue::from_bytes(bytes).unwrap_err().to_string();
        assert_eq!(
            message,
            format!("this is no catalogue of IAM actions: {reason}")
        );
    };
    check(Vec::new(), "it does not begin as one");
    check(b"{}".to_vec(), "it does not begin as one");
    check(
        b"PALIAM2\n".to_vec(),
        "it is of another version of the format",
    );
    check(b"PALIAM1\n".to_vec(), "it is cut short");
    let mut other = bytes();
    *other.last_mut().unwrap() ^= 1;
    check(other, "it is damaged, its checksum is another");
    assert_eq!(fresh().date(), Catalogue::builtin().date());
}

/// Whatever the bytes say, asking for everything ends, without panic.
fn ask(bytes: Vec<u8>) {
    let catalogue = Catalogue::over(Container::unchecked(Cow::Owned(bytes)));
    let _ = (catalogue.date(), catalogue.services().count());
    let _ = catalogue.action("sqs:SendMessage");
    let _ = catalogue.condition_key("sqs:nothing");
    let _ = catalogue.managed_policy("AdministratorAccess");
    let _ = catalogue.sdk_actions("sqs", "SendMessage");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_bytes_never_panic(
        frame in 0..8_usize,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let sound = Catalogue::builtin();
        let place = match frame {
            0 => 0..48,
            1 => 48..2000,
            2 => sound.container.place("about", "aws"),
            3 => sound.container.place("dictionary", "service"),
            4 => sound.container.place("service", "sqs"),
            5 => sound.container.place("policies", "list"),
            6 => sound.container.place("dictionary", "sdk"),
            _ => sound.container.place("sdk", "sqs"),
        };
        let mut broken = bytes();
        for (at, bits) in flips {
            broken[place.start + at.index(place.len())] ^= bits | 1;
        }
        prop_assert!(Catalogue::from_bytes(broken.clone()).is_err());
        ask(broken);
    }

    #[test]
    fn a_cut_file_never_panics(length in 0..700_000_usize, start in 0..3_usize) {
        let mut cut = bytes();
        cut.truncate([length, length % 60_000, length % 200][start]);
        prop_assume!(cut.len() < bytes().len());
        prop_assert!(Catalogue::from_bytes(cut.clone()).is_err());
        ask(cut);
    }

    #[test]
    fn any_name_can_be_asked_for(name in ".{0,40}", other in "[a-zA-Z0-9:*?/${}._-]{0,40}") {
        let catalogue = Catalogue::builtin();
        for name in [&name, &other] {
            let _ = (catalogue.action(name), catalogue.condition_key(name));
            let _ = (catalogue.managed_policy(name), catalogue.sdk_actions(name, name));
            let _ = (catalogue.sdk_actions("s3", name), catalogue.service(name));
        }
    }
}
