//! Sources that Lambda reads from: queues, streams, topics of Kafka, brokers.

use super::{filters, has, main_of};
use crate::build::{Build, Event, Function};
use crate::make::{IntoNode, at, concat, get, items, list, obj, reference, set, text, truthy};
use crate::names::{normalized, of_arn, plain};
use palisade_syntax::Node;

/// What functions need that Lambda lets into a network.
const NETWORK: [&str; 6] = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeVpcs",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
];

/// Settings that go over as they are.
const PLAIN: [(&str, &str); 14] = [
    ("batchSize", "BatchSize"),
    ("enabled", "Enabled"),
    ("maximumBatchingWindow", "MaximumBatchingWindowInSeconds"),
    ("batchWindow", "MaximumBatchingWindowInSeconds"),
    ("parallelizationFactor", "ParallelizationFactor"),
    ("startingPosition", "StartingPosition"),
    ("startingPositionTimestamp", "StartingPositionTimestamp"),
    ("maximumRetryAttempts", "MaximumRetryAttempts"),
    ("bisectBatchOnFunctionError", "BisectBatchOnFunctionError"),
    ("maximumRecordAgeInSeconds", "MaximumRecordAgeInSeconds"),
    ("tumblingWindowInSeconds", "TumblingWindowInSeconds"),
    ("provisionedPollerConfig", "ProvisionedPollerConfig"),
    ("metricsConfig", "MetricsConfig"),
    ("kmsKeyArn", "KmsKeyArn"),
];

impl Build {
    /// A mapping with the settings that all of them have.
    fn mapping(&self, function: &Function, event: &Event, usual: &[(&str, &str)]) -> Node {
        let origin = &event.origin;
        let mut properties = obj!(origin; "FunctionName" => function.target(origin));
        for (name, value) in usual {
            let value = match value.parse::<u32>() {
                Ok(number) => number.into_node(origin),
                Err(_) if *value == "true" => true.into_node(origin),
                Err(_) => (*value).into_node(origin),
            };
            properties.insert(*name, value);
        }
        for (from, to) in PLAIN {
            set(&mut properties, to, get(&event.value, from).cloned());
        }
        if let Some(patterns) = get(&event.value, "filterPatterns") {
            properties.insert("FilterCriteria", filters(patterns));
        }
        if let Some(kind) = get(&event.value, "functionResponseType") {
            properties.insert("FunctionResponseTypes", list!(&kind.origin; kind));
        }
        if let Some(most) = get(&event.value, "maximumConcurrency") {
            let config = obj!(&most.origin; "MaximumConcurrency" => most);
            properties.insert("ScalingConfig", config);
        }
        properties
    }

    fn put_mapping(&mut self, function: &Function, event: &Event, id: &str, properties: Node) {
        const KIND: &str = "AWS::Lambda::EventSourceMapping";
        let id = format!("{}EventSourceMapping{id}", function.id);
        self.put_for(function, &id, KIND, &event.origin, properties);
    }

    pub(super) fn sqs(&mut self, function: &Function, event: &Event) {
        let queue = main_of(event, "arn").clone();
        let mut properties =
            self.mapping(function, event, &[("BatchSize", "10"), ("Enabled", "true")]);
        properties.insert("EventSourceArn", queue.clone());
        let id = format!("SQS{}", plain(&of_arn(&queue)));
        self.put_mapping(function, event, &id, properties);
        let actions = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ];
        self.grant(function, &event.origin, &actions, queue);
    }

    pub(super) fn stream(&mut self, function: &Function, event: &Event) {
        let origin = &event.origin;
        let stream = main_of(event, "arn").clone();
        let kind = self.kind_of_stream(event, &stream);
        let usual = [
            ("BatchSize", "10"),
            ("Enabled", "true"),
            ("StartingPosition", "TRIM_HORIZON"),
        ];
        let mut properties = self.mapping(function, event, &usual);
        properties.insert("EventSourceArn", stream.clone());
        let name = name_of_stream(&stream);
        if kind == "dynamodb" {
            let actions = [
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
                "dynamodb:DescribeStream",
                "dynamodb:ListStreams",
            ];
            self.grant(function, origin, &actions, stream);
        } else if let Some(consumer) = get(&event.value, "consumer").filter(|c| truthy(Some(c))) {
            let actions = [
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:DescribeStreamSummary",
                "kinesis:ListShards",
            ];
            self.grant(function, origin, &actions, stream.clone());
            let consumer = if consumer.scalar_text().as_deref() == Some("true") {
                let consumer = format!("{}{name}Consumer", function.key);
                let id = format!("{}StreamConsumer", normalized(&consumer));
                let made = obj!(origin; "StreamARN" => &stream, "ConsumerName" => &consumer);
                self.put_for(function, &id, "AWS::Kinesis::StreamConsumer", origin, made);
                reference(origin, &id)
            } else {
                consumer.clone()
            };
            properties.insert("EventSourceArn", consumer.clone());
            self.grant(function, origin, &["kinesis:SubscribeToShard"], consumer);
        } else {
            let actions = [
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:DescribeStream",
                "kinesis:ListStreams",
            ];
            self.grant(function, origin, &actions, stream);
        }
        if let Some(target) = at(&event.value, &["destinations", "onFailure"]) {
            let arn = get(target, "arn").unwrap_or(target).clone();
            self.let_send(function, target, &arn);
            let on_failure = obj!(&target.origin; "Destination" => arn);
            let config = obj!(&target.origin; "OnFailure" => on_failure);
            properties.insert("DestinationConfig", config);
        }
        let id = format!("{}{}", crate::names::upper_first(kind), plain(&name));
        self.put_mapping(function, event, &id, properties);
    }

    /// `dynamodb` or `kinesis`: said, in the ARN, or by the type of the resource.
    fn kind_of_stream(&self, event: &Event, stream: &Node) -> &'static str {
        let written = text(&event.value, "type");
        let arn = crate::make::plain(stream);
        let declared = stream
            .get("Fn::GetAtt")
            .and_then(|names| names.as_seq()?.first()?.as_str());
        let table = declared.and_then(|id| {
            let resources = get(&self.root, "resources").map(items)?;
            resources
                .iter()
                .find_map(|part| at(part, &["Resources", id, "Type"])?.as_str())
        });
        match (written, table) {
            (Some("dynamodb"), _) | (None, Some("AWS::DynamoDB::Table")) => "dynamodb",
            (Some(_), _) => "kinesis",
            (None, _) if arn.contains(":dynamodb:") => "dynamodb",
            (None, _) if arn.contains("StreamArn") => "dynamodb",
            (None, _) => "kinesis",
        }
    }

    pub(super) fn kafka(&mut self, function: &Function, event: &Event, nth: usize) {
        let origin = &event.origin;
        let usual = [("StartingPosition", "TRIM_HORIZON")];
        let mut properties = self.mapping(function, event, &usual);
        if let Some(servers) = get(&event.value, "bootstrapServers") {
            let endpoints = obj!(&servers.origin; "KafkaBootstrapServers" => servers);
            let source = obj!(&servers.origin; "Endpoints" => endpoints);
            properties.insert("SelfManagedEventSource", source);
        }
        let access = get(&event.value, "accessConfigurations")
            .cloned()
            .unwrap_or_default();
        let mut list: Vec<Node> = Vec::new();
        for entry in access.as_map().unwrap_or_default() {
            let (kind, prefix) = match &*entry.key.name {
                "vpcSubnet" => ("VPC_SUBNET", "subnet:"),
                "vpcSecurityGroup" => ("VPC_SECURITY_GROUP", "security_group:"),
                "saslPlainAuth" => ("BASIC_AUTH", ""),
                "saslScram256Auth" => ("SASL_SCRAM_256_AUTH", ""),
                "saslScram512Auth" => ("SASL_SCRAM_512_AUTH", ""),
                "clientCertificateTlsAuth" => ("CLIENT_CERTIFICATE_TLS_AUTH", ""),
                "serverRootCaCertificate" => ("SERVER_ROOT_CA_CERTIFICATE", ""),
                other => (other, ""),
            };
            for value in items(&entry.value) {
                let at = &value.origin;
                let uri = concat(at, vec![Node::string(prefix, at.clone()), value.clone()]);
                list.push(obj!(at; "Type" => kind, "URI" => uri));
                if prefix.is_empty() {
                    self.let_read_secret(function, value);
                } else {
                    self.grant(function, origin, &NETWORK, "*".into_node(origin));
                }
            }
        }
        properties.insert(
            "SourceAccessConfigurations",
            Node::seq(list, access.origin.clone()),
        );
        self.consumer_group(event, &mut properties, "SelfManagedKafkaEventSourceConfig");
        let topic = text(&event.value, "topic").unwrap_or_default();
        self.topics(event, &mut properties);
        // Of two with the same topic the framework tells one by a digest of what it reads.
        let again = if nth > 1 {
            nth.to_string()
        } else {
            String::new()
        };
        self.put_mapping(
            function,
            event,
            &format!("Kafka{}{again}", plain(topic)),
            properties,
        );
    }

    pub(super) fn msk(&mut self, function: &Function, event: &Event) {
        let origin = &event.origin;
        let Some(cluster) = get(&event.value, "arn").cloned() else {
            return self.problem(origin, "the cluster of this event is not named");
        };
        let usual = [("StartingPosition", "TRIM_HORIZON")];
        let mut properties = self.mapping(function, event, &usual);
        properties.insert("EventSourceArn", cluster.clone());
        self.topics(event, &mut properties);
        self.consumer_group(
            event,
            &mut properties,
            "AmazonManagedKafkaEventSourceConfig",
        );
        if let Some(secret) = get(&event.value, "saslScram512") {
            let at = &secret.origin;
            let access = obj!(at; "Type" => "SASL_SCRAM_512_AUTH", "URI" => secret);
            properties.insert("SourceAccessConfigurations", list!(at; access));
        }
        let topic = text(&event.value, "topic").unwrap_or_default();
        let name = match cluster.as_str() {
            Some(arn) => arn.split('/').nth(1).unwrap_or_default().to_owned(),
            None => of_arn(&cluster),
        };
        let id = format!("MSK{}{}", plain(&name), plain(topic));
        self.put_mapping(function, event, &id, properties);
        let actions = ["kafka:DescribeCluster", "kafka:GetBootstrapBrokers"];
        self.grant(function, origin, &actions, cluster);
        self.grant(function, origin, &NETWORK, "*".into_node(origin));
    }

    pub(super) fn broker(&mut self, function: &Function, event: &Event, kind: &str) {
        let origin = &event.origin;
        let mut properties = self.mapping(function, event, &[]);
        set(
            &mut properties,
            "EventSourceArn",
            get(&event.value, "arn").cloned(),
        );
        let queue = get(&event.value, "queue");
        if let Some(queue) = queue {
            properties.insert("Queues", list!(&queue.origin; queue));
        }
        let mut access: Vec<Node> = Vec::new();
        if let Some(secret) = get(&event.value, "basicAuthArn") {
            access.push(obj!(&secret.origin; "Type" => "BASIC_AUTH", "URI" => secret));
            self.let_read_secret(function, secret);
        }
        if let Some(host) = get(&event.value, "virtualHost") {
            access.push(obj!(&host.origin; "Type" => "VIRTUAL_HOST", "URI" => host));
        }
        properties.insert(
            "SourceAccessConfigurations",
            Node::seq(access, origin.clone()),
        );
        if let Some(broker) = get(&event.value, "arn") {
            self.grant(function, origin, &["mq:DescribeBroker"], broker.clone());
        }
        self.grant(function, origin, &NETWORK, "*".into_node(origin));
        let name = queue.and_then(Node::as_str).unwrap_or_default();
        self.put_mapping(
            function,
            event,
            &format!("{kind}{}", plain(name)),
            properties,
        );
    }

    fn let_read_secret(&mut self, function: &Function, secret: &Node) {
        let actions = ["secretsmanager:GetSecretValue"];
        self.grant(function, &secret.origin, &actions, secret.clone());
    }

    fn topics(&self, event: &Event, properties: &mut Node) {
        if has(event, "topic") {
            let topic = main_of(event, "topic");
            properties.insert("Topics", list!(&topic.origin; topic));
        }
    }

    fn consumer_group(&self, event: &Event, properties: &mut Node, name: &str) {
        if let Some(group) = get(&event.value, "consumerGroupId") {
            let config = obj!(&group.origin; "ConsumerGroupId" => group);
            properties.insert(name, config);
        }
    }
}

/// `orders` of `…:stream/orders` and of `…:table/orders/stream/2024`.
fn name_of_stream(stream: &Node) -> String {
    match stream.as_str() {
        Some(arn) => arn.split('/').nth(1).unwrap_or_default().to_owned(),
        None => of_arn(stream),
    }
}
