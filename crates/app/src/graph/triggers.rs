//! Entry points that deliver events: queues, streams, topics, buckets, buses, clocks, logs.

use super::functions::named;
use super::{Authentication, EntryKind, EntryPoint, Reach, State};
use crate::application::Application;
use crate::resource::Resource;
use crate::value::Value;
use palisade_core::Origin;
use std::sync::Arc;

pub(super) fn all(app: &Application) -> Vec<EntryPoint> {
    let mut found = Vec::new();
    mappings(app, &mut found);
    subscriptions(app, &mut found);
    buckets(app, &mut found);
    rules(app, &mut found);
    others(app, &mut found);
    found
}

fn entry(
    kind: EntryKind,
    resource: &Resource,
    source: Option<Arc<str>>,
    functions: Vec<Arc<str>>,
    at: &Origin,
) -> EntryPoint {
    let name = source.as_deref().unwrap_or(&resource.id);
    EntryPoint {
        kind,
        label: format!("{} {name}", kind.as_str()),
        resource: resource.id.clone(),
        source,
        functions,
        authentication: Authentication::Provider,
        throttled: State::NotApplicable,
        validated: State::NotApplicable,
        reach: Reach::Internal,
        at: at.clone(),
        authentication_at: at.clone(),
    }
}

fn mappings(app: &Application, found: &mut Vec<EntryPoint>) {
    for mapping in app.of_kind("AWS::Lambda::EventSourceMapping") {
        let function = mapping.properties.get("FunctionName");
        let functions = function.map_or_else(Vec::new, |v| named(app, v));
        let source = mapping.references("EventSourceArn").first().cloned();
        let kind = source
            .as_deref()
            .and_then(|id| app.resource(id))
            .map(|r| &*r.kind);
        let arn = mapping.properties.get("EventSourceArn").map(Value::display);
        let is_queue = match (kind, arn) {
            (Some(kind), _) => kind == "AWS::SQS::Queue",
            (None, Some(arn)) => arn.contains(":sqs:"),
            (None, None) => false,
        };
        let kind = if is_queue {
            EntryKind::Queue
        } else {
            EntryKind::Stream
        };
        found.push(entry(kind, mapping, source, functions, &mapping.origin));
    }
}

fn subscriptions(app: &Application, found: &mut Vec<EntryPoint>) {
    for subscription in app.of_kind("AWS::SNS::Subscription") {
        if subscription.text("Protocol") != Some("lambda") {
            continue;
        }
        let endpoint = subscription.properties.get("Endpoint");
        let functions = endpoint.map_or_else(Vec::new, |v| named(app, v));
        let source = subscription.references("TopicArn").first().cloned();
        found.push(entry(
            EntryKind::Topic,
            subscription,
            source,
            functions,
            &subscription.origin,
        ));
    }
    for topic in app.of_kind("AWS::SNS::Topic") {
        for leaf in topic.at("Subscription[]") {
            let lambda = leaf.value.get("Protocol").and_then(Value::as_text) == Some("lambda");
            if let Some(endpoint) = leaf.value.get("Endpoint").filter(|_| lambda) {
                let functions = named(app, endpoint);
                let source = Some(topic.id.clone());
                found.push(entry(EntryKind::Topic, topic, source, functions, leaf.at));
            }
        }
    }
}

fn buckets(app: &Application, found: &mut Vec<EntryPoint>) {
    for bucket in app.of_kind("AWS::S3::Bucket") {
        for leaf in bucket.at("NotificationConfiguration.LambdaConfigurations[]") {
            if let Some(function) = leaf.value.get("Function") {
                let functions = named(app, function);
                let source = Some(bucket.id.clone());
                found.push(entry(EntryKind::Bucket, bucket, source, functions, leaf.at));
            }
        }
    }
}

fn rules(app: &Application, found: &mut Vec<EntryPoint>) {
    for rule in app.of_kind("AWS::Events::Rule") {
        let clock = rule.properties.get("ScheduleExpression").is_some();
        let kind = if clock {
            EntryKind::Schedule
        } else {
            EntryKind::Bus
        };
        let bus = rule.references("EventBusName").first().cloned();
        for leaf in rule.at("Targets[]") {
            if let Some(arn) = leaf.value.get("Arn") {
                let functions = named(app, arn);
                if !functions.is_empty() {
                    found.push(entry(kind, rule, bus.clone(), functions, &rule.origin));
                }
            }
        }
    }
    for schedule in app.of_kind("AWS::Scheduler::Schedule") {
        let target = schedule.properties.get("Target").and_then(|t| t.get("Arn"));
        let functions = target.map_or_else(Vec::new, |v| named(app, v));
        if !functions.is_empty() {
            found.push(entry(
                EntryKind::Schedule,
                schedule,
                None,
                functions,
                &schedule.origin,
            ));
        }
    }
}

/// Kinds whose configuration names a function: kind, path, kind of entry.
const NAMING: &[(&str, &str, EntryKind)] = &[
    (
        "AWS::Logs::SubscriptionFilter",
        "DestinationArn",
        EntryKind::Logs,
    ),
    (
        "AWS::Cognito::UserPool",
        "LambdaConfig",
        EntryKind::UserPool,
    ),
    (
        "AWS::IoT::TopicRule",
        "TopicRulePayload",
        EntryKind::Service,
    ),
    (
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "Targets",
        EntryKind::LoadBalancer,
    ),
    (
        "AWS::SecretsManager::RotationSchedule",
        "RotationLambdaARN",
        EntryKind::Service,
    ),
    ("AWS::Pipes::Pipe", "Target", EntryKind::Stream),
    // What Serverless Framework tells an existing bucket or user pool.
    ("Custom::S3", "BucketConfigs", EntryKind::Bucket),
    ("Custom::CognitoUserPool", "Target", EntryKind::UserPool),
    (
        "AWS::StepFunctions::StateMachine",
        "Definition",
        EntryKind::Service,
    ),
    (
        "AWS::StepFunctions::StateMachine",
        "DefinitionString",
        EntryKind::Service,
    ),
    (
        "AWS::StepFunctions::StateMachine",
        "DefinitionSubstitutions",
        EntryKind::Service,
    ),
];

fn others(app: &Application, found: &mut Vec<EntryPoint>) {
    for (kind, path, entry_kind) in NAMING {
        for resource in app.of_kind(kind) {
            let Some(value) = resource.properties.get(path) else {
                continue;
            };
            let functions = named(app, value);
            if !functions.is_empty() {
                let source = Some(resource.id.clone());
                found.push(entry(
                    *entry_kind,
                    resource,
                    source,
                    functions,
                    &value.origin,
                ));
            }
        }
    }
}
