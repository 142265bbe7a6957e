//! What a function needs for what its configuration makes the provider do in its name: reading its
//! queue or stream, writing its log, its traces, its dead letters, living in a network.
//!
//! Source: AWS Lambda Developer Guide, "Execution role" and the pages of each event source.

use super::Need;
use crate::access::Access;
use crate::names::Names;
use palisade_app::{Data, Resource, Value};
use std::sync::Arc;

pub(super) fn needs(access: &Access<'_>, function: &Resource, names: &mut Names<'_>) -> Vec<Need> {
    let mut needs = Vec::new();
    logs(function, names, &mut needs);
    let traced = function
        .text("TracingConfig.Mode")
        .is_some_and(|mode| mode == "Active");
    if traced {
        let actions = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
        push(&mut needs, &actions, "*".to_owned(), false, "its traces");
        let sampling = [
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:GetSamplingStatisticSummaries",
        ];
        push(&mut needs, &sampling, "*".to_owned(), true, "its traces");
    }
    if access
        .app
        .graph()
        .function(&function.id)
        .is_some_and(|f| f.in_network)
    {
        let actions = [
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ];
        push(&mut needs, &actions, "*".to_owned(), false, "its network");
    }
    insights(function, names, &mut needs);
    unseen(&mut needs);
    if let Some(target) = text(function, "DeadLetterConfig.TargetArn", names) {
        send(&mut needs, target, "its dead letters");
    }
    for config in access.app.attached(
        "AWS::Lambda::EventInvokeConfig",
        "FunctionName",
        &function.id,
    ) {
        for place in ["OnSuccess", "OnFailure"] {
            let path = format!("DestinationConfig.{place}.Destination");
            if let Some(target) = text(config, &path, names) {
                send(&mut needs, target, "its destination");
            }
        }
    }
    // A trigger may name an alias of the function.
    let entries = access.app.graph().entries_of(&function.id);
    for trigger in entries.filter_map(|entry| access.app.resource(&entry.resource)) {
        match &*trigger.kind {
            "AWS::Lambda::EventSourceMapping" => {
                if let Some(source) = text(trigger, "EventSourceArn", names) {
                    read(&mut needs, &source);
                }
                let failed = "DestinationConfig.OnFailure.Destination";
                if let Some(target) = text(trigger, failed, names) {
                    send(&mut needs, target, "what its trigger could not deliver");
                }
            }
            // The schedule may call the function as the function itself.
            "AWS::Scheduler::Schedule"
                if trigger.references("Target.RoleArn") == function.references("Role") =>
            {
                if let Some(target) = text(trigger, "Target.Arn", names) {
                    let actions = ["lambda:InvokeFunction"];
                    push(&mut needs, &actions, target, false, "its schedule");
                }
            }
            _ => {}
        }
    }
    if let Some(point) = text(function, "FileSystemConfigs[].Arn", names) {
        let actions = [
            "elasticfilesystem:ClientMount",
            "elasticfilesystem:ClientWrite",
        ];
        push(&mut needs, &actions, point, true, "its file system");
    }
    keys(access, names, &mut needs);
    needs
}

fn push(needs: &mut Vec<Need>, actions: &[&str], resource: String, optional: bool, why: &str) {
    needs.extend(actions.iter().map(|action| Need {
        action: Arc::from(*action),
        resources: vec![resource.clone()],
        unbound: None,
        optional,
        why: why.to_owned(),
        at: None,
    }));
}

/// The text of a property.
fn text(resource: &Resource, path: &str, names: &mut Names<'_>) -> Option<String> {
    let leaves = resource.at(path);
    let value: &Value = leaves.first()?.value;
    match &value.data {
        Data::Absent | Data::Null => None,
        _ => value.parts().map(|parts| names.text(&parts)),
    }
}

fn logs(function: &Resource, names: &mut Names<'_>, needs: &mut Vec<Need>) {
    let own = names.log_group_of(function);
    let group = text(function, "LoggingConfig.LogGroup", names).unwrap_or(own);
    let (region, account) = (names.pseudo("AWS::Region"), names.pseudo("AWS::AccountId"));
    let partition = names.pseudo("AWS::Partition");
    let arn = format!("arn:{partition}:logs:{region}:{account}:log-group:{group}");
    let actions = ["logs:CreateLogStream", "logs:PutLogEvents"];
    push(needs, &actions, format!("{arn}:*"), false, "its log");
    // The group may be there already.
    push(needs, &["logs:CreateLogGroup"], arn, true, "its log");
}

/// The extension that reports a function's health writes to a log of its own.
fn insights(function: &Resource, names: &mut Names<'_>, needs: &mut Vec<Need>) {
    let layers = function.at("Layers[]");
    let mut layers = layers.iter().filter_map(|leaf| leaf.value.parts());
    if layers.any(|parts| names.text(&parts).contains("LambdaInsightsExtension")) {
        let actions = [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        ];
        let group = "arn:*:logs:*:*:log-group:/aws/lambda-insights:*".to_owned();
        push(
            needs,
            &actions,
            group,
            true,
            "its Lambda Insights extension",
        );
    }
}

/// What programs do without a call of an SDK's client: signed requests to APIs, connections to
/// databases and brokers. Whether a function does is not seen, so that what is granted is kept.
fn unseen(needs: &mut Vec<Need>) {
    const ACTIONS: &[&str] = &[
        "execute-api:Invoke",
        "lambda:InvokeFunctionUrl",
        "appsync:GraphQL",
        "rds-db:connect",
        "dsql:DbConnect",
        "dsql:DbConnectAdmin",
        "es:ESHttpDelete",
        "es:ESHttpGet",
        "es:ESHttpHead",
        "es:ESHttpPatch",
        "es:ESHttpPost",
        "es:ESHttpPut",
        "aoss:APIAccessAll",
        "elasticache:Connect",
        "memorydb:connect",
        "neptune-db:connect",
        "neptune-db:ReadDataViaQuery",
        "neptune-db:WriteDataViaQuery",
        "neptune-db:DeleteDataViaQuery",
        "kafka-cluster:Connect",
        "kafka-cluster:ReadData",
        "kafka-cluster:WriteData",
        "kafka-cluster:DescribeTopic",
        "kafka-cluster:DescribeGroup",
        "kafka-cluster:AlterGroup",
        "iot:Connect",
        "iot:Subscribe",
        "iot:Receive",
        "vpc-lattice-svcs:Invoke",
    ];
    let before = needs.len();
    push(
        needs,
        ACTIONS,
        "*".to_owned(),
        true,
        "requests that no SDK client makes",
    );
    for need in &mut needs[before..] {
        need.unbound = Some("not seen in the code".to_owned());
    }
}

/// What reading an event source takes.
fn read(needs: &mut Vec<Need>, source: &str) {
    let service = source.split(':').nth(2).unwrap_or_default();
    let actions: &[&str] = match service {
        "sqs" => &[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ],
        "dynamodb" => &[
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
        ],
        "kinesis" => &[
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
            "kinesis:SubscribeToShard",
        ],
        "kafka" => &[
            "kafka:DescribeCluster",
            "kafka:DescribeClusterV2",
            "kafka:GetBootstrapBrokers",
        ],
        _ => &[],
    };
    push(needs, actions, source.to_owned(), false, "its trigger");
    // Lists can't be bound to one.
    let lists: &[&str] = match service {
        "dynamodb" => &["dynamodb:ListStreams"],
        "kinesis" => &["kinesis:ListStreams"],
        _ => &[],
    };
    push(needs, lists, "*".to_owned(), true, "its trigger");
}

fn send(needs: &mut Vec<Need>, target: String, why: &str) {
    let action = match target.split(':').nth(2).unwrap_or_default() {
        "sqs" => "sqs:SendMessage",
        "sns" => "sns:Publish",
        "lambda" => "lambda:InvokeFunction",
        "events" => "events:PutEvents",
        "s3" => "s3:PutObject",
        // What it is, another stack knows.
        _ => {
            let any = [
                "sqs:SendMessage",
                "sns:Publish",
                "lambda:InvokeFunction",
                "events:PutEvents",
            ];
            return push(needs, &any, target, true, why);
        }
    };
    push(needs, &[action], target, false, why);
}

/// Data that is encrypted with a key of the application needs the key: which function needs it for
/// what depends on the calls, so that it is not missed when it is not granted.
fn keys(access: &Access<'_>, names: &mut Names<'_>, needs: &mut Vec<Need>) {
    for key in access.app.of_kind("AWS::KMS::Key") {
        if let Some(arn) = names.arn(key) {
            let actions = [
                "kms:Decrypt",
                "kms:GenerateDataKey",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ];
            push(needs, &actions, arn, true, "data under this key");
        }
    }
}
