//! Libraries that call the SDK by themselves, with what they are told to read: the utilities of
//! Powertools for AWS Lambda, and middlewares.

use super::Client;
use crate::Sdk;
use crate::eval::{Arguments, Eval};
use crate::ir::Name;
use crate::value::Value;
use palisade_core::Span;

/// One function of a library.
struct Known {
    /// How its path begins and ends.
    path: (&'static str, &'static str),
    sdk: Sdk,
    service: &'static str,
    operations: &'static [&'static str],
    /// The parameter of the operations that says what is read or written.
    parameter: &'static str,
    /// Where its value stands.
    from: From,
}

enum From {
    /// The first argument, or one of these names.
    First,
    /// An argument or an entry of the first one.
    Named(&'static str),
    /// The values of a map in the first argument.
    Values(&'static str),
}

const PYTHON: &str = "aws_lambda_powertools.utilities.";
const JAVASCRIPT: &str = "@aws-lambda-powertools/";
const STORE: &[&str] = &["GetItem", "PutItem", "UpdateItem", "DeleteItem"];

const fn known(
    path: (&'static str, &'static str),
    sdk: Sdk,
    service: &'static str,
    operations: &'static [&'static str],
    parameter: &'static str,
    from: From,
) -> Known {
    Known {
        path,
        sdk,
        service,
        operations,
        parameter,
        from,
    }
}

#[rustfmt::skip]
const KNOWN: &[Known] = &[
    known((PYTHON, ".get_parameter"), Sdk::Boto3, "ssm", &["GetParameter"], "Name", From::First),
    known((PYTHON, ".get_parameters"), Sdk::Boto3, "ssm", &["GetParametersByPath"], "Path", From::First),
    known((PYTHON, ".get_parameters_by_name"), Sdk::Boto3, "ssm", &["GetParameters"], "Names", From::First),
    known((PYTHON, ".set_parameter"), Sdk::Boto3, "ssm", &["PutParameter"], "Name", From::First),
    known((PYTHON, ".get_secret"), Sdk::Boto3, "secretsmanager", &["GetSecretValue"], "SecretId", From::First),
    known((PYTHON, ".set_secret"), Sdk::Boto3, "secretsmanager", &["PutSecretValue", "CreateSecret"], "SecretId", From::First),
    known((PYTHON, ".DynamoDBPersistenceLayer"), Sdk::Boto3, "dynamodb", STORE, "TableName", From::Named("table_name")),
    known((JAVASCRIPT, ".getParameter"), Sdk::JsV3, "ssm", &["GetParameter"], "Name", From::First),
    known((JAVASCRIPT, ".getParameters"), Sdk::JsV3, "ssm", &["GetParametersByPath"], "Path", From::First),
    known((JAVASCRIPT, ".getSecret"), Sdk::JsV3, "secrets-manager", &["GetSecretValue"], "SecretId", From::First),
    known((JAVASCRIPT, ".DynamoDBPersistenceLayer"), Sdk::JsV3, "dynamodb", STORE, "TableName", From::Named("tableName")),
    known(("middy/middlewares", ".ssm"), Sdk::JsV2, "ssm", &["GetParameters", "GetParametersByPath"], "Names", From::Values("names")),
    known(("middy/middlewares", ".secretsManager"), Sdk::JsV2, "secretsmanager", &["GetSecretValue"], "SecretId", From::Values("secrets")),
    known(("@middy/ssm", ""), Sdk::JsV3, "ssm", &["GetParameters", "GetParametersByPath"], "Names", From::Values("fetchData")),
    known(("@middy/secrets-manager", ""), Sdk::JsV3, "secrets-manager", &["GetSecretValue"], "SecretId", From::Values("fetchData")),
];

/// Libraries that call AWS by themselves, and what for only their own code says.
const CALLERS: &[&str] = &[
    "@aws/dynamodb-data-mapper",
    "@aws-amplify/backend",
    "@typedorm/core",
    "aws-embedded-metrics",
    "aws_encryption_sdk",
    "aws_secretsmanager_caching",
    "awswrangler",
    "boto",
    "connect-dynamodb",
    "dynamodb-onetable",
    "dynamodb-store",
    "dynamodb-toolbox",
    "dynamoose",
    "dynamorm",
    "dynogels",
    "electrodb",
    "multer-s3",
    "pycognito",
    "pynamodb",
    "pynamodb_attributes",
    "s3fs",
    "s3-sync-client",
    "smart_open",
    "sqs-consumer",
    "sqs-producer",
    "storages",
    "type-dynamo",
    "vogels",
    "warrant",
    "watchtower",
    "zappa",
];

/// Whether a library calls AWS in ways that are not seen.
pub(crate) fn calls_by_itself(library: &str) -> bool {
    CALLERS.iter().any(|caller| {
        let rest = library.strip_prefix(caller);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
    })
}

impl Eval<'_> {
    /// A function of a library that calls the SDK by itself.
    pub(super) fn other_library(
        &mut self,
        path: &str,
        arguments: &Arguments,
        span: Span,
    ) -> Option<Value> {
        let known = KNOWN.iter().find(|known| {
            let (start, end) = known.path;
            path.starts_with(start) && path.ends_with(end)
        })?;
        let first = arguments
            .positional
            .first()
            .cloned()
            .unwrap_or(Value::Nothing);
        let value = match known.from {
            From::First => {
                let names = ["name", "path", "parameters"];
                names
                    .iter()
                    .find_map(|name| arguments.get(0, name))
                    .cloned()
            }
            From::Named(name) => {
                let (entries, _) = self.entries(&first);
                let mut named = arguments.named.iter().chain(&entries);
                named
                    .find(|(given, _)| &**given == name)
                    .map(|(_, value)| value.clone())
            }
            From::Values(name) => {
                let map = self.index(&first, &Value::text(name), span);
                let (entries, _) = self.entries(&map);
                Some(Value::one_of(entries.into_iter().map(|(_, value)| value)))
            }
        };
        let open = value.is_none();
        let given: Vec<(Name, Value)> = value
            .map(|value| (known.parameter.into(), value))
            .into_iter()
            .collect();
        let client = Client::new(known.sdk, known.service);
        self.record_all(&client, known.operations, &given, open, span);
        Some(Value::Inert)
    }
}
