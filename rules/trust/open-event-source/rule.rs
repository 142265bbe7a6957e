//! Queues, topics, buckets, buses and streams that outsiders can write to, and the functions that
//! take what comes from there for true.

use crate::prelude::*;
use palisade_app::Part;
use palisade_app::graph::{ConditionTest, Effect, Grant, Principal};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

pub(crate) static RULE: Rule = Rule {
    id: "open-event-source",
    title: "outsiders can write to an event source",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["BPSS-1.4", "BPSS-3.6", "BPSS-3.7", "SCSP-5.4"],
    cwe: Some(284),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

/// A kind of channel: what it is called, and the actions that put something into it.
pub(crate) struct Channel {
    kind: &'static str,
    policy: &'static str,
    pub(crate) word: &'static str,
    verb: &'static str,
    writes: &'static [&'static str],
}

/// The kinds of channel whose resource policies are read.
const CHANNELS: &[Channel] = &[
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
];

/// Somebody outside of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outsider<'a> {
    /// Everyone.
    Anyone,
    /// Another account that the policy does not trust.
    Account(&'a str),
}

/// The accounts that the policy trusts.
pub(crate) fn trusted<'a>(cx: &'a Context<'_>) -> Vec<&'a str> {
    cx.parameters.trusted_accounts.iter().map(String::as_str).collect()
}

/// The widest outsider that a statement is about.
pub(crate) fn outsider<'a>(grant: &'a Grant, trusted: &[&str]) -> Option<Outsider<'a>> {
    if grant.except || grant.principals.contains(&Principal::Anyone) {
        return Some(Outsider::Anyone);
    }
    grant.principals.iter().find_map(|principal| {
        let account = match principal {
            Principal::Account(account) => account,
            Principal::Foreign(arn) => arn.split(':').nth(4)?,
            _ => return None,
        };
        let number = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        (number && !trusted.contains(&account)).then_some(Outsider::Account(account))
    })
}

/// Context keys that tie a request to known senders or networks.
const NARROWING: &[&str] = &[
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOwner",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:SourceIp",
    "aws:VpcSourceIp",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:userid",
    "aws:username",
    "events:creatorAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
];

/// Whether the statement's conditions, or a denial beside it, keep strangers out.
pub(crate) fn narrowed(app: &Application, grant: &Grant) -> bool {
    grant.conditions.iter().any(narrows)
        || conditions_depend(app, grant)
        || app.graph().denials().any(|other| {
            other.targets == grant.targets
                && (!grant.targets.is_empty() || other.written_in == grant.written_in)
                && (other.except || other.principals.contains(&Principal::Anyone))
                && other.conditions.iter().any(keeps_out)
                && grant.actions.iter().all(|action| other.covers(action))
        })
}

/// Whether the statement has a condition block that can't be read here (`Fn::If`, a macro), so
/// that nothing can be said of it.
fn conditions_depend(app: &Application, grant: &Grant) -> bool {
    let mut depend = false;
    if let Some(policy) = app.resource(&grant.written_in) {
        policy.properties.walk(&mut |value| {
            if value.origin == grant.at
                && let Some(condition) = value.get("Condition")
            {
                depend |= matches!(condition.data, Data::OneOf(_) | Data::Unknown(_));
            }
        });
    }
    depend
}

fn narrows(test: &ConditionTest) -> bool {
    let operator = test.operator.to_ascii_lowercase();
    let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
    let positive = matches!(
        operator,
        "stringequals"
            | "stringequalsignorecase"
            | "stringlike"
            | "arnequals"
            | "arnlike"
            | "ipaddress"
            | "bool"
    );
    positive && names_known(test)
}

/// A denial of everybody who is not named.
fn keeps_out(test: &ConditionTest) -> bool {
    let operator = test.operator.to_ascii_lowercase();
    let operator = operator.strip_suffix("ifexists").unwrap_or(&operator);
    let negative = matches!(
        operator,
        "stringnotequals"
            | "stringnotequalsignorecase"
            | "stringnotlike"
            | "arnnotequals"
            | "arnnotlike"
            | "notipaddress"
    );
    negative && names_known(test)
}

fn names_known(test: &ConditionTest) -> bool {
    let known = NARROWING
        .iter()
        .any(|key| test.key.eq_ignore_ascii_case(key));
    known && !test.values.iter().any(wide)
}

/// Whether a value of a condition leaves room for resources of any account.
pub(crate) fn wide(value: &Value) -> bool {
    let Some(text) = value.as_text() else {
        return false;
    };
    let stars = |text: &str| text.bytes().all(|b| b == b'*');
    if stars(text) || matches!(text, "0.0.0.0/0" | "::/0") {
        return true;
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", rest @ ..] if rest.iter().all(|part| stars(part) || *part == "aws") => true,
        // Names of buckets are unique in the world, and ids of APIs in a region.
        ["arn", _, "s3", _, _, resource] => stars(resource),
        ["arn", _, "execute-api", _, account, resource] => {
            *account == "*" && resource.starts_with('*')
        }
        ["arn", _, _, _, account, _] => *account == "*",
        _ => false,
    }
}

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
            .map(|channel| (policy.and_then(|policy| named(app, policy)), channel))
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

/// The channel that a policy names by the same physical name with which it is declared.
fn named<'a>(app: &'a Application, policy: &Resource) -> Option<&'a Resource> {
    let (attached, kind, name) = match &*policy.kind {
        "AWS::S3::BucketPolicy" => ("Bucket", "AWS::S3::Bucket", "BucketName"),
        "AWS::Events::EventBusPolicy" => ("EventBusName", "AWS::Events::EventBus", "Name"),
        _ => return None,
    };
    let attached = &policy.properties.get(attached)?.data;
    app.of_kind(kind)
        .find(|resource| resource.properties.get(name).map(|value| &value.data) == Some(attached))
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

/// Whether S3 itself refuses a public policy on a bucket.
enum Blocked {
    Yes,
    No,
    /// Nothing is said: buckets made since April 2023 refuse, older ones don't.
    Unsaid,
}

fn blocked(bucket: &Resource) -> Blocked {
    let said = bucket.at("PublicAccessBlockConfiguration");
    if said.iter().all(|leaf| leaf.value.entries().is_empty()) {
        return Blocked::Unsaid;
    }
    let on = |path| {
        let leaves = bucket.at(path);
        !Verdict::of(&leaves, |leaf| leaf.bool(false)).fails()
    };
    if on("PublicAccessBlockConfiguration.RestrictPublicBuckets")
        || on("PublicAccessBlockConfiguration.BlockPublicPolicy")
    {
        Blocked::Yes
    } else {
        Blocked::No
    }
}

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let app = cx.app;
    let trusted = trusted(cx);
    for grant in &app.graph().grants {
        if grant.effect != Effect::Allow || narrowed(app, grant) {
            continue;
        }
        let (Some(who), Some(policy)) =
            (outsider(grant, &trusted), app.resource(&grant.written_in))
        else {
            continue;
        };
        for (target, channel) in written(app, grant) {
            report(app, sink, grant, policy, who, target, channel);
        }
    }
    for destination in app.of_kind("AWS::Logs::Destination") {
        if log_destination_is_open(destination) {
            let way = way_to_function(app, &destination.id);
            let severity = if way.is_some() {
                Severity::High
            } else {
                Severity::Medium
            };
            let leaf = destination.at("DestinationPolicy");
            let at = leaf.first().map_or(&destination.origin, |leaf| leaf.at);
            sink.finding(destination)
                .property("DestinationPolicy")
                .severity(severity)
                .at(at)
                .message(format!(
                    "any account can send its logs to `{}`: what is made of them can't be trusted",
                    destination.id
                ))
                .help("name the sending accounts in the principal, or add a condition on `aws:PrincipalOrgID`")
                .report();
        }
    }
}

fn report(
    app: &Application,
    sink: &mut Sink<'_>,
    grant: &Grant,
    policy: &Resource,
    who: Outsider<'_>,
    target: Option<&Resource>,
    channel: &Channel,
) {
    let way = target.and_then(|target| way_to_function(app, &target.id));
    let (subject, mut severity, mut confidence) = match (who, way.is_some()) {
        (Outsider::Anyone, true) => ("anyone".to_owned(), Severity::Critical, Confidence::High),
        (Outsider::Anyone, false) => ("anyone".to_owned(), Severity::Medium, Confidence::High),
        (Outsider::Account(account), fed) => (
            format!("account {account}"),
            if fed { Severity::Medium } else { Severity::Low },
            Confidence::Medium,
        ),
    };
    if let Some(bucket) = target.filter(|t| &*t.kind == "AWS::S3::Bucket")
        && who == Outsider::Anyone
    {
        match blocked(bucket) {
            Blocked::Yes => return,
            Blocked::No => {}
            Blocked::Unsaid => {
                severity = severity.min(Severity::High);
                confidence = Confidence::Medium;
            }
        }
    }
    // A public bucket that feeds nothing is what `public-bucket` tells of.
    if channel.word == "bucket" && who == Outsider::Anyone && way.is_none() {
        return;
    }
    let name = target.map_or_else(
        || format!("{} of another stack", article(channel.word)),
        |target| format!("{} `{}`", channel.word, target.id),
    );
    let start = format!("{subject} can {} {name}", channel.verb);
    let message = match way.as_deref() {
        Some([_, .., function]) => {
            format!("{start}, and function `{function}` acts on what arrives there")
        }
        _ => start.clone(),
    };
    let quiet = way.is_none() && who != Outsider::Anyone;
    let mut builder = sink
        .finding(policy)
        .property("Statement")
        .item(format!("{} {}", target.map_or("", |t| &t.id), grant.actions.join(",")))
        .at(&grant.principal_at)
        .severity(severity)
        .confidence(confidence)
        .profile(if quiet { Profile::All } else { Profile::Default })
        .message(message)
        .help("name the senders in `Principal`, or add a condition on `aws:SourceArn`, `aws:SourceAccount` or `aws:PrincipalOrgID`");
    for (i, id) in way.iter().flatten().enumerate() {
        let Some(resource) = app.resource(id) else {
            continue;
        };
        if i == 0 {
            builder = builder.hop(start.clone(), policy, &grant.at);
        }
        builder = builder.hop(hop(resource), resource, &resource.origin);
    }
    builder.report();
}

fn hop(resource: &Resource) -> String {
    if &*resource.kind == "AWS::Lambda::Function" {
        return format!("function `{}` runs on it", resource.id);
    }
    let word = CHANNELS
        .iter()
        .find(|channel| channel.kind == &*resource.kind)
        .map_or("resource", |channel| channel.word);
    format!("{word} `{}` passes it on", resource.id)
}

fn article(word: &str) -> String {
    let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {word}", if vowel { "an" } else { "a" })
}

/// The policy of a log destination is a text of JSON, mostly with holes.
fn log_destination_is_open(destination: &Resource) -> bool {
    destination.at("DestinationPolicy").iter().any(|leaf| {
        let Some(parts) = leaf.value.parts() else {
            return false;
        };
        let literal = |part: &Part| match part {
            Part::Literal(text) => text.replace(|c: char| c.is_whitespace(), ""),
            _ => "?".to_owned(),
        };
        let text: String = parts.iter().map(literal).collect();
        let anyone = ["\"Principal\":\"*\"", "\"AWS\":\"*\"", "\"AWS\":[\"*\""];
        anyone.iter().any(|pattern| text.contains(pattern)) && !text.contains("\"Condition\"")
    })
}
