//! Queues, topics, buckets, buses and streams: which statements let somebody put something in, and
//! over which of them it comes to a function.

use crate::prelude::*;
use palisade_app::graph::Grant;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// A kind of channel: what it is called, and the actions that put something into it.
pub(crate) struct Channel {
    pub(crate) kind: &'static str,
    policy: &'static str,
    pub(crate) word: &'static str,
    pub(crate) verb: &'static str,
    pub(crate) writes: &'static [&'static str],
}

/// The kinds of channel whose resource policies are read.
pub(crate) const CHANNELS: &[Channel] = &[
    Channel {
        kind: "AWS::SQS::Queue",
        policy: "AWS::SQS::QueuePolicy",
        word: "queue",
        verb: "send messages to",
        writes: &["sqs:SendMessage"],
    },
    Channel {
        kind: "AWS::SNS::Topic",
        policy: "AWS::SNS::TopicPolicy",
        word: "topic",
        verb: "publish to",
        writes: &["sns:Publish"],
    },
    Channel {
        kind: "AWS::S3::Bucket",
        policy: "AWS::S3::BucketPolicy",
        word: "bucket",
        verb: "write objects into",
        writes: &["s3:PutObject"],
    },
    Channel {
        kind: "AWS::Events::EventBus",
        policy: "AWS::Events::EventBusPolicy",
        word: "event bus",
        verb: "put events on",
        writes: &["events:PutEvents"],
    },
    Channel {
        kind: "AWS::Kinesis::Stream",
        policy: "AWS::Kinesis::ResourcePolicy",
        word: "stream",
        verb: "put records into",
        writes: &["kinesis:PutRecord", "kinesis:PutRecords"],
    },
    Channel {
        kind: "AWS::DynamoDB::Table",
        policy: "",
        word: "table",
        verb: "write items into",
        writes: &["dynamodb:PutItem", "dynamodb:UpdateItem"],
    },
    Channel {
        kind: "AWS::MSK::Cluster",
        policy: "AWS::MSK::ClusterPolicy",
        word: "cluster",
        verb: "write records to",
        writes: &["kafka-cluster:WriteData"],
    },
    Channel {
        kind: LOG_DESTINATION,
        policy: "",
        word: "log destination",
        verb: "send logs to",
        writes: &["logs:PutSubscriptionFilter"],
    },
];

/// Where other accounts send their logs.
pub(crate) const LOG_DESTINATION: &str = "AWS::Logs::Destination";

/// The channels that a statement lets somebody write to, with what they are called; `None` for
/// one that the template does not declare.
pub(crate) fn written<'a>(
    app: &'a Application,
    grant: &Grant,
) -> Vec<(Option<&'a Resource>, &'static Channel)> {
    let writes = |channel: &&Channel| channel.writes.iter().any(|action| grant.covers(action));
    let policy = app.resource(&grant.written_in);
    if grant.targets.is_empty() {
        return CHANNELS
            .iter()
            .filter(|channel| policy.is_some_and(|policy| channel.policy == &*policy.kind))
            .filter(writes)
            .map(|channel| (None, channel))
            .collect();
    }
    grant
        .targets
        .iter()
        .filter_map(|id| app.resource(id))
        .filter_map(|resource| {
            let of_kind = |channel: &&Channel| channel.kind == &*resource.kind;
            let channel = CHANNELS.iter().filter(of_kind).find(writes)?;
            Some((Some(resource), channel))
        })
        .collect()
}

/// From a channel to the function that it feeds, over other channels; both ends are included.
pub(crate) fn way_to_function(app: &Application, start: &str) -> Option<Vec<Arc<str>>> {
    let edges = edges(app);
    let mut waiting: VecDeque<Vec<Arc<str>>> = VecDeque::from([vec![Arc::from(start)]]);
    let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
    while let Some(way) = waiting.pop_front() {
        let Some(here) = way.last().cloned() else {
            continue;
        };
        if !seen.insert(here.clone()) {
            continue;
        }
        let fed = app.graph().entry_points.iter().find_map(|entry| {
            let from_here = entry.source.as_deref() == Some(&*here);
            entry.functions.first().filter(|_| from_here)
        });
        if let Some(function) = fed {
            let mut way = way;
            way.push(function.clone());
            return Some(way);
        }
        for next in edges.get(&here).into_iter().flatten() {
            let mut way = way.clone();
            way.push(next.clone());
            waiting.push_back(way);
        }
    }
    None
}

/// Which channel passes its events on to which.
const LINKS: &[(&str, &str, &str)] = &[
    ("AWS::SNS::Subscription", "TopicArn", "Endpoint"),
    ("AWS::SNS::Topic", "", "Subscription[].Endpoint"),
    (
        "AWS::S3::Bucket",
        "",
        "NotificationConfiguration.QueueConfigurations[].Queue",
    ),
    (
        "AWS::S3::Bucket",
        "",
        "NotificationConfiguration.TopicConfigurations[].Topic",
    ),
    ("AWS::Events::Rule", "EventBusName", "Targets[].Arn"),
    ("AWS::Logs::Destination", "", "TargetArn"),
];

fn edges(app: &Application) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
    let mut edges: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (kind, from, to) in LINKS {
        for resource in app.of_kind(kind) {
            let sources = if from.is_empty() {
                vec![resource.id.clone()]
            } else {
                resource.references(from)
            };
            for source in sources {
                edges
                    .entry(source)
                    .or_default()
                    .extend(resource.references(to));
            }
        }
    }
    for pipe in app.of_kind("AWS::Pipes::Pipe") {
        for source in pipe.references("Source") {
            edges.entry(source).or_default().push(pipe.id.clone());
        }
    }
    edges
}
