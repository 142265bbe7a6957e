//! Event sources that Lambda reads from: streams, queues, brokers, databases. Each becomes a mapping,
//! and the function's role gets what reading needs.

use super::event::{Event, Target};
use super::make::{IntoNode, field, given, is_intrinsic, list, obj, sub, text};
use super::resources::Res;
use super::role::{self, Role};
use super::{Ctx, Result};
use palisade_core::Origin;
use palisade_syntax::Node;

/// Properties that the mapping takes over as they are.
const TAKEN_OVER: [&str; 20] = [
    "StartingPosition",
    "StartingPositionTimestamp",
    "BatchSize",
    "Enabled",
    "MaximumBatchingWindowInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
    "FilterCriteria",
    "KmsKeyArn",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "LoggingConfig",
];

/// Other properties that an event of these kinds may have.
const KNOWN: [&str; 15] = [
    "DestinationConfig",
    "SecretsManagerKmsKeyId",
    "KafkaBootstrapServers",
    "ConsumerGroupId",
    "SchemaRegistryConfig",
    "Stream",
    "Queue",
    "Broker",
    "DynamicPolicyName",
    "Cluster",
    "DatabaseName",
    "CollectionName",
    "FullDocument",
    "Topic",
    "Region",
];

/// Makes the mapping and adds to the role.
pub(super) fn make(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    target: &Target,
    role: &mut Role,
) -> Result<Vec<Res>> {
    for property in event.entries() {
        let name = &*property.key.name;
        if !TAKEN_OVER.contains(&name) && !KNOWN.contains(&name) {
            let problem = event.problem(name, "is not known; it is left out");
            ctx.problems.push(problem);
        }
    }
    let from = match event.kind {
        "SQS" => Some("Queue"),
        "MQ" => Some("Broker"),
        "DocumentDB" => Some("Cluster"),
        "SelfManagedKafka" => None,
        _ => Some("Stream"),
    };
    let from = from.map(|name| event.required(name)).transpose()?;
    let mut res = mapping(event, target, event.id.clone(), from);
    res.copy(event.entries(), &TAKEN_OVER);
    details(ctx, event, &mut res);
    let origin = &event.origin;
    if let Some(config) = event.given("DestinationConfig") {
        let mut config = config.clone();
        if let Some(failure) = config.get_mut("OnFailure") {
            let kind = failure.remove("Type");
            let kind = kind.as_ref().and_then(|entry| entry.value.as_str());
            let place = failure.get("Destination");
            match (kind, place) {
                (Some("SQS"), Some(place)) => {
                    let name = format!("{}SQSPolicy", event.id);
                    role.add_inline_once(role::allow(origin, &name, "sqs:SendMessage", place));
                }
                (Some("SNS"), Some(place)) => {
                    let name = format!("{}SNSPolicy", event.id);
                    role.add_inline_once(role::allow(origin, &name, "sns:publish", place));
                }
                (Some("S3"), Some(place)) => {
                    let name = format!("{}S3Policy", event.id);
                    role.add_inline_once(role::allow_bucket(origin, &name, place));
                }
                (Some("Kafka") | None, _) => {}
                _ => ctx.problem(
                    failure.origin.span,
                    "`OnFailure` needs a `Type` of SQS, SNS, S3 or Kafka and a `Destination`",
                ),
            }
        } else {
            ctx.problem(config.origin.span, "`DestinationConfig` needs `OnFailure`");
        }
        res.set("DestinationConfig", config);
    }
    grant(ctx, event, role);
    Ok(vec![res])
}

/// The bare mapping from a source to the target.
pub(super) fn mapping(event: &Event<'_>, target: &Target, id: String, from: Option<&Node>) -> Res {
    let kind = "AWS::Lambda::EventSourceMapping";
    let mut res = Res::new(id, kind, &event.origin, target.attributes.clone());
    res.set("FunctionName", target.name(&event.origin));
    res.opt("EventSourceArn", from);
    res
}

fn details(ctx: &mut Ctx<'_>, event: &Event<'_>, res: &mut Res) {
    let origin = &event.origin;
    if let Some(servers) = event.given("KafkaBootstrapServers") {
        let endpoints = obj!(origin; "KafkaBootstrapServers" => servers);
        res.set(
            "SelfManagedEventSource",
            obj!(origin; "Endpoints" => endpoints),
        );
    }
    let mut config = obj!(origin;);
    for name in ["ConsumerGroupId", "SchemaRegistryConfig"] {
        if let Some(value) = event.given(name) {
            config.insert(name, value.clone());
        }
    }
    let has_config = config.as_map().is_some_and(|map| !map.is_empty());
    match event.kind {
        "MSK" if has_config => res.set("AmazonManagedKafkaEventSourceConfig", config),
        "SelfManagedKafka" if has_config => res.set("SelfManagedKafkaEventSourceConfig", config),
        _ if has_config => {
            let problem = event.problem("ConsumerGroupId", "is for Kafka only; it is left out");
            ctx.problems.push(problem);
        }
        _ => {}
    }
    if event.kind == "DocumentDB" {
        let mut config = obj!(origin;);
        for name in ["DatabaseName", "CollectionName", "FullDocument"] {
            if let Some(value) = event.given(name) {
                config.insert(name, value.clone());
            }
        }
        res.set("DocumentDBEventSourceConfig", config);
    }
    if let Some(filter) = event.given("FilterCriteria")
        && !is_intrinsic(filter)
        && filter
            .as_map()
            .is_none_or(|map| map.iter().any(|e| &*e.key.name != "Filters"))
    {
        let problem = event.problem("FilterCriteria", "must hold `Filters` and nothing else");
        ctx.problems.push(problem);
    }
}

/// What reading from the source needs.
fn grant(ctx: &mut Ctx<'_>, event: &Event<'_>, role: &mut Role) {
    let origin = &event.origin;
    let managed = match event.kind {
        "Kinesis" => Some("service-role/AWSLambdaKinesisExecutionRole"),
        "DynamoDB" => Some("service-role/AWSLambdaDynamoDBExecutionRole"),
        "SQS" => Some("service-role/AWSLambdaSQSQueueExecutionRole"),
        "MSK" => Some("service-role/AWSLambdaMSKExecutionRole"),
        _ => None,
    };
    if let Some(policy) = managed {
        role.add_managed(ctx.managed_arn(policy), origin);
    }
    let (name, statements, version) = match event.kind {
        "MSK" => ("MSKExecutionRolePolicy".to_owned(), msk(ctx, event), false),
        "MQ" => {
            let dynamic = event.given("DynamicPolicyName").is_some();
            let name = if dynamic {
                format!("{}AMQPolicy", event.id)
            } else {
                "SamAutoGeneratedAMQPolicy".to_owned()
            };
            (name, broker(ctx, event), false)
        }
        "DocumentDB" => {
            let name = "SamAutoGeneratedDocumentDBPolicy".to_owned();
            (name, database(ctx, event), false)
        }
        "SelfManagedKafka" => {
            let name = "SelfManagedKafkaExecutionRolePolicy".to_owned();
            (name, kafka(ctx, event), true)
        }
        _ => return,
    };
    if statements.is_empty() && !version {
        return;
    }
    let mut document = obj!(origin; "Statement" => statements);
    if version {
        document.insert("Version", "2012-10-17".into_node(origin));
    }
    role.add_inline_once(obj!(origin; "PolicyName" => name, "PolicyDocument" => document));
}

fn statement(origin: &Origin, action: &str, resource: impl IntoNode) -> Node {
    let actions = list!(origin; action);
    obj!(origin; "Action" => actions, "Effect" => "Allow", "Resource" => resource)
}

fn read_secret(uri: &Node) -> Node {
    statement(&uri.origin, "secretsmanager:GetSecretValue", uri)
}

fn accesses<'a>(event: &Event<'a>) -> &'a [Node] {
    let list = event.given("SourceAccessConfigurations");
    list.and_then(Node::as_seq).unwrap_or_default()
}

fn network(origin: &Origin) -> Node {
    let actions = list!(origin;
        "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces",
        "ec2:DeleteNetworkInterface", "ec2:DescribeVpcs", "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups");
    obj!(origin; "Action" => actions, "Effect" => "Allow", "Resource" => "*")
}

fn decrypt(event: &Event<'_>) -> Option<(Origin, Node)> {
    let key = event.given("SecretsManagerKmsKeyId")?;
    let arn = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/";
    let arn = format!("{arn}{}", key.as_str()?);
    Some((event.origin.clone(), sub(&event.origin, arn)))
}

/// The secret of the one access configuration that must be there.
fn secret<'a>(ctx: &mut Ctx<'_>, event: &Event<'a>, allowed: &[&str]) -> Option<&'a Node> {
    let mut found = None;
    for access in accesses(event) {
        let kind = text(access, "Type").unwrap_or_default();
        if !allowed.contains(&kind) {
            let message = format!("`{kind}` is not a way of access that `{}` has", event.kind);
            ctx.problem(access.origin.span, message);
        } else if kind == "BASIC_AUTH" {
            found = found.or(field(access, "URI"));
        }
    }
    if found.is_none() {
        let what = "must name a secret as BASIC_AUTH";
        let problem = event.problem("SourceAccessConfigurations", what);
        ctx.problems.push(problem);
    }
    found
}

fn broker(ctx: &mut Ctx<'_>, event: &Event<'_>) -> Vec<Node> {
    let origin = &event.origin;
    let mut statements = Vec::new();
    statements.extend(secret(ctx, event, &["BASIC_AUTH", "VIRTUAL_HOST"]).map(read_secret));
    let broker = event.prop("Broker");
    statements.extend(broker.map(|broker| statement(origin, "mq:DescribeBroker", broker)));
    statements.extend(decrypt_alone(event));
    statements
}

fn decrypt_alone(event: &Event<'_>) -> Option<Node> {
    let (origin, key) = decrypt(event)?;
    Some(obj!(&origin; "Action" => "kms:Decrypt", "Effect" => "Allow", "Resource" => key))
}

fn database(ctx: &mut Ctx<'_>, event: &Event<'_>) -> Vec<Node> {
    let origin = &event.origin;
    let mut statements = Vec::new();
    statements.extend(secret(ctx, event, &["BASIC_AUTH"]).map(read_secret));
    for (action, resource) in [
        ("rds:DescribeDBClusterParameters", "cluster-pg:*"),
        ("rds:DescribeDBSubnetGroups", "subgrp:*"),
    ] {
        let arn = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:";
        let resource = sub(origin, format!("{arn}{resource}"));
        statements.push(statement(origin, action, resource));
    }
    let cluster = event.prop("Cluster");
    statements.extend(cluster.map(|cluster| statement(origin, "rds:DescribeDBClusters", cluster)));
    statements.push(network(origin));
    if let Some((origin, key)) = decrypt(event) {
        statements.push(statement(&origin, "kms:Decrypt", key));
    }
    statements
}

fn msk(ctx: &Ctx<'_>, event: &Event<'_>) -> Vec<Node> {
    let mut statements = registry(ctx, event);
    for access in accesses(event) {
        if text(access, "Type") == Some("CLIENT_CERTIFICATE_TLS_AUTH") {
            statements.extend(given(access, "URI").map(read_secret));
        }
    }
    statements
}

fn kafka(ctx: &mut Ctx<'_>, event: &Event<'_>) -> Vec<Node> {
    let origin = &event.origin;
    for (name, what) in [
        ("KafkaBootstrapServers", "must be given"),
        ("Topics", "must be given"),
        ("SourceAccessConfigurations", "must be given"),
    ] {
        if event.given(name).is_none() {
            let problem = event.problem(name, what);
            ctx.problems.push(problem);
        }
    }
    let (mut login, mut authority, mut subnet, mut group) = (None, None, false, false);
    for access in accesses(event) {
        match text(access, "Type") {
            Some("VPC_SUBNET") => subnet = true,
            Some("VPC_SECURITY_GROUP") => group = true,
            Some(
                "SASL_SCRAM_256_AUTH"
                | "SASL_SCRAM_512_AUTH"
                | "BASIC_AUTH"
                | "CLIENT_CERTIFICATE_TLS_AUTH",
            ) => login = login.or(given(access, "URI")),
            Some("SERVER_ROOT_CA_CERTIFICATE") => authority = given(access, "URI"),
            _ => ctx.problem(access.origin.span, "this way of access is not known"),
        }
    }
    if subnet != group {
        let what = "must name subnets and security groups together";
        let problem = event.problem("SourceAccessConfigurations", what);
        ctx.problems.push(problem);
    }
    let mut statements = Vec::new();
    statements.extend(login.map(read_secret));
    if authority.is_some() {
        // SAM grants the login's secret a second time here, not the certificate's.
        statements.extend(login.map(read_secret));
    }
    if subnet && group {
        statements.push(network(origin));
    }
    if let Some((origin, key)) = decrypt(event) {
        statements.push(statement(&origin, "kms:Decrypt", key));
    }
    statements.extend(registry(ctx, event));
    statements
}

/// What reading from a schema registry needs.
fn registry(ctx: &Ctx<'_>, event: &Event<'_>) -> Vec<Node> {
    let Some(config) = event.given("SchemaRegistryConfig") else {
        return Vec::new();
    };
    let origin = &event.origin;
    let accesses = config.get("AccessConfigs").and_then(Node::as_seq);
    let accesses = accesses.unwrap_or_default().iter();
    let mut statements: Vec<Node> = accesses
        .filter_map(|access| given(access, "URI").map(read_secret))
        .collect();
    let Some(uri) = given(config, "SchemaRegistryURI") else {
        return statements;
    };
    let resolved = ctx.params.resolve(uri);
    let arn = resolved.as_str().or_else(|| text(&resolved, "Fn::Sub"));
    let name = arn
        .filter(|arn| arn.starts_with("arn"))
        .and_then(|arn| arn_resource(arn)?.strip_prefix("registry/"));
    if let Some(name) = name {
        statements.push(statement(origin, "glue:GetRegistry", uri));
        let arn = "arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:schema/";
        let schema = sub(origin, format!("{arn}{name}/*"));
        statements.push(statement(
            origin,
            "glue:GetSchemaVersion",
            list!(origin; schema),
        ));
    }
    statements
}

/// The sixth part of an ARN.
fn arn_resource(arn: &str) -> Option<&str> {
    arn.split(':').nth(5)
}
