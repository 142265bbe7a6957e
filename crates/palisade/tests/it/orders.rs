//! The example application says the same in each language: `examples/orders`.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const LANGUAGES: [&str; 3] = ["sam", "serverless", "terraform"];

/// What each thing is called: in SAM, in Serverless Framework, in Terraform. A thing has several
/// names where a language says it in several places.
const NAMES: &[[&str; 3]] = &[
    [
        "OrdersApi",
        "ApiDomain provider.apiGateway ApiGatewayStage ApiGatewayRestApi",
        "aws_api_gateway_rest_api.orders aws_api_gateway_stage.orders aws_api_gateway_domain_name.orders",
    ],
    [
        "OrdersFunction OrdersLogGroup",
        "orders",
        "aws_lambda_function.orders aws_cloudwatch_log_group.orders",
    ],
    ["AdminFunction", "admin", "aws_lambda_function.admin"],
    [
        "WebhookFunction",
        "webhook",
        "aws_lambda_function.webhook aws_lambda_function_url.webhook aws_iam_role.webhook aws_iam_role_policy.webhook aws_lambda_permission.webhook_url",
    ],
    [
        "WebhookAuthorizerFunction",
        "webhookAuthorizer",
        "aws_lambda_function.webhook_authorizer",
    ],
    [
        "WorkerFunction WorkerLogGroup",
        "worker",
        "aws_lambda_function.worker aws_cloudwatch_log_group.worker",
    ],
    [
        "InvoiceFunction",
        "invoices",
        "aws_lambda_function.invoices aws_iam_role.invoices aws_iam_role_policy.invoices",
    ],
    [
        "InvoicePermission",
        "InvoicePermission",
        "aws_lambda_permission.invoices",
    ],
    [
        "ReportFunction",
        "report",
        "aws_lambda_function.report aws_iam_role.report aws_scheduler_schedule.nightly",
    ],
    [
        "RotationFunction",
        "rotation",
        "aws_lambda_function.rotation",
    ],
    ["FulfilFunction", "fulfil", "aws_lambda_function.fulfil"],
    [
        "FulfilmentWorkflow",
        "FulfilmentWorkflow FulfilmentWorkflowRole",
        "aws_sfn_state_machine.fulfilment aws_iam_role.fulfilment",
    ],
    [
        "AppRole",
        "AppRole",
        "aws_iam_role.app aws_iam_role_policy.app",
    ],
    [
        "PartnerUser",
        "PartnerUser",
        "aws_iam_user.partner aws_iam_user_policy.partner",
    ],
    [
        "PartnerAccessKey",
        "PartnerAccessKey",
        "aws_iam_access_key.partner",
    ],
    ["OrdersTable", "OrdersTable", "aws_dynamodb_table.orders"],
    [
        "OrderQueue OrderQueuePolicy",
        "OrderQueue OrderQueuePolicy",
        "aws_sqs_queue.orders aws_sqs_queue_policy.orders",
    ],
    ["DeadLetters", "DeadLetters", "aws_sqs_queue.dead_letters"],
    [
        "OrderBus OrderBusPolicy",
        "OrderBus OrderBusPolicy",
        "aws_cloudwatch_event_bus.orders",
    ],
    [
        "InvoiceBucket InvoiceBucketPolicy",
        "InvoiceBucket InvoiceBucketPolicy",
        "aws_s3_bucket.invoices aws_s3_bucket_policy.invoices",
    ],
    [
        "AccessLogBucket",
        "AccessLogBucket",
        "aws_s3_bucket.access_logs",
    ],
    ["TrailBucket", "TrailBucket", "aws_s3_bucket.trail"],
    ["DataKey", "DataKey", "aws_kms_key.data"],
    [
        "PaymentSecret",
        "PaymentSecret",
        "aws_secretsmanager_secret.payment",
    ],
    ["UserPool", "UserPool", "aws_cognito_user_pool.users"],
    [
        "UserPoolClient",
        "UserPoolClient",
        "aws_cognito_user_pool_client.users",
    ],
    [
        "AuditTrail Trail",
        "AuditTrail Trail",
        "aws_cloudtrail.audit",
    ],
    [
        "DatabaseSecurityGroup",
        "DatabaseSecurityGroup",
        "aws_security_group.database",
    ],
    [
        "ReportingDb",
        "ReportingDb",
        "aws_db_instance.reporting aws_rds_cluster.reporting",
    ],
];

/// A rule, the things of which not every language gives its finding, how often each of [`LANGUAGES`]
/// gives it, and why.
type Difference = (
    &'static str,
    &'static [&'static str],
    [usize; 3],
    &'static str,
);

const FRAMEWORK_LOGS: &str = "the framework makes the log groups of all functions";
const WRITTEN: &str = "in SAM it is a policy template: the same finding, without the conditions on written statements";
const DOCUMENT: &str = "SAM writes an API as one document, with one finding for all its routes";
const PREFLIGHTS: &[&str] = &[
    "OPTIONS /admin/orders/{id}",
    "OPTIONS /orders",
    "OPTIONS /orders/{id}",
];

const DEFAULT: &[Difference] = &[
    (
        "mixed-environments",
        &["WorkerFunction"],
        [0, 1, 1],
        "functions of SAM have no names of their own, which would say that they are of production",
    ),
    (
        "unbound-permissions",
        &["WebhookFunction"],
        [0, 1, 1],
        WRITTEN,
    ),
    (
        "unbound-permissions",
        &["WebhookFunction"],
        [1, 0, 0],
        WRITTEN,
    ),
];

/// The same with every rule on, for the unsafe version and for the safe one.
const ALL: &[Difference] = &[
    (
        "endless-log-retention",
        &[
            "AdminFunction",
            "FulfilFunction",
            "InvoiceFunction",
            "ReportFunction",
            "WebhookFunction",
        ],
        [0, 1, 0],
        FRAMEWORK_LOGS,
    ),
    (
        "no-request-validation",
        &[
            "ANY /admin/{proxy+}",
            "GET /orders",
            "GET /orders/{id}",
            "OPTIONS /admin/{proxy+}",
            "OPTIONS /orders",
            "OPTIONS /orders/{id}",
        ],
        [0, 1, 1],
        DOCUMENT,
    ),
    (
        "provider-managed-log-key",
        &[
            "AdminFunction",
            "FulfilFunction",
            "InvoiceFunction",
            "ReportFunction",
            "WebhookFunction",
        ],
        [0, 1, 0],
        FRAMEWORK_LOGS,
    ),
    (
        "public-function",
        &["WebhookFunction"],
        [2, 1, 2],
        "the framework makes one of the two permissions that an open URL needs by now",
    ),
    (
        "unrestricted-egress",
        &["DatabaseSecurityGroup"],
        [1, 1, 0],
        "Terraform takes away the rule by which AWS lets everything out",
    ),
];
const ALL_SAFE: &[Difference] = &[
    (
        "broad-managed-policy",
        &["WorkerFunction"],
        [1, 0, 0],
        "SAM attaches a policy of the provider's to functions that read a queue",
    ),
    ("no-request-validation", PREFLIGHTS, [0, 1, 1], DOCUMENT),
];

fn scan(folder: &str, profile: &str) -> Vec<Value> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/orders");
    let output = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["scan", "--format", "json", "--profile", profile, folder])
        .current_dir(examples)
        .env_clear()
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["problems"], Value::Array(Vec::new()), "{folder}");
    report["findings"].as_array().unwrap().clone()
}

/// The name in SAM of what a finding is about; routes are themselves in every language.
fn thing(finding: &Value, language: usize) -> String {
    let rule = finding["rule"].as_str().unwrap();
    if ["no-request-validation", "unauthenticated-route"].contains(&rule) {
        let message = finding["message"].as_str().unwrap();
        return message.split('`').nth(1).unwrap().to_owned();
    }
    let address = finding["resource"]["address"].as_str().unwrap();
    let named = |row: &&[&str; 3]| row[language].split(' ').any(|name| name == address);
    let row = NAMES.iter().find(named);
    row.map_or_else(
        || address.to_owned(),
        |row| row[0].split(' ').next().unwrap().to_owned(),
    )
}

/// How often each language gives each finding.
fn findings(version: &str, profile: &str) -> BTreeMap<(String, String, String), [usize; 3]> {
    let mut counts = BTreeMap::new();
    for (i, language) in LANGUAGES.iter().enumerate() {
        for finding in scan(&format!("{language}{version}"), profile) {
            let rule = finding["rule"].as_str().unwrap().to_owned();
            let key = (rule, thing(&finding, i), finding["aliases"].to_string());
            counts.entry(key).or_insert([0; 3])[i] += 1;
        }
    }
    counts
}

fn compare(version: &str, profile: &str, differences: &[&[Difference]]) {
    let found = findings(version, profile);
    let different: Vec<_> = found
        .iter()
        .filter(|(_, counts)| counts.iter().any(|n| *n != counts[0]))
        .map(|((rule, thing, _), counts)| (rule.as_str(), thing.as_str(), *counts))
        .collect();
    let mut told: Vec<_> = differences
        .concat()
        .iter()
        .flat_map(|(rule, things, counts, _)| things.iter().map(|thing| (*rule, *thing, *counts)))
        .collect();
    told.sort_unstable();
    assert_eq!(different, told, "{version} {profile}");
}

#[test]
fn the_languages_give_the_same_findings() {
    assert!(scan("sam-unsafe", "default").len() > 60);
    compare("-unsafe", "default", &[DEFAULT]);
}

#[test]
fn the_safe_versions_are_clean() {
    for language in LANGUAGES {
        assert_eq!(scan(language, "default"), Vec::<Value>::new(), "{language}");
    }
}

#[test]
fn the_languages_differ_little_with_every_rule() {
    compare("-unsafe", "all", &[DEFAULT, ALL]);
    compare("", "all", &[ALL_SAFE]);
}

/// The files below a folder, by path.
fn files(folder: &Path, into: &mut BTreeMap<String, Vec<u8>>, prefix: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
        match entry.path() {
            path if path.is_dir() => files(&path, into, &name),
            path => drop(into.insert(name, std::fs::read(path).unwrap())),
        }
    }
}

#[test]
fn the_languages_deploy_the_same_code() {
    for version in ["", "-unsafe"] {
        let code = LANGUAGES.map(|language| {
            let mut found = BTreeMap::new();
            for folder in ["src", "workflow"] {
                let path = format!("../../examples/orders/{language}{version}/{folder}");
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
                files(&path, &mut found, folder);
            }
            found
        });
        assert!(code[0].len() > 5);
        assert_eq!(code[0], code[1], "{version}");
        assert_eq!(code[0], code[2], "{version}");
    }
}
