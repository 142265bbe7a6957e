//! Where events may be from.

use super::application::{OF_FUNCTIONS, Reading};
use palisade_app::graph::{EntryKind, EntryPoint};
use palisade_app::value::Value;
use palisade_guard::SourceKind;
use palisade_guard::init::{Setting, Source};

/// The sources of an application.
pub(super) fn read(reading: &mut Reading<'_>) {
    let app = reading.app;
    for entry in &app.graph().entry_points {
        if entry.kind.is_http() {
            continue;
        }
        if entry.functions.is_empty() {
            // Nothing of the application is called.
            continue;
        }
        for function in &entry.functions {
            let function = reading.names.of(app, function, OF_FUNCTIONS);
            let source = source(reading, entry, function);
            reading.draft.sources.push(source);
        }
    }
}

fn source(reading: &Reading<'_>, entry: &EntryPoint, function: String) -> Source {
    let mut source = Source {
        kind: SourceKind::Direct,
        function,
        accounts: Vec::new(),
        arns: Vec::new(),
        buckets: Vec::new(),
        origins: vec![reading.at(&entry.at)],
        notes: Vec::new(),
    };
    match entry.kind {
        EntryKind::Queue => {
            source.kind = SourceKind::Sqs;
            source.arns = vec![arn(reading, entry, "EventSourceArn", "sqs", "QueueName")];
        }
        EntryKind::Topic => {
            source.kind = SourceKind::Sns;
            source.arns = vec![arn(reading, entry, "TopicArn", "sns", "TopicName")];
        }
        EntryKind::Bucket => {
            source.kind = SourceKind::S3;
            source.buckets = vec![named(reading, entry, &["BucketName", "Name"])];
        }
        EntryKind::Bus => {
            source.kind = SourceKind::EventBridge;
            source.accounts = vec![account(reading)];
            if let Some(bus) = &entry.source {
                source
                    .notes
                    .push(format!("bus {bus}; events don't name it"));
            }
        }
        EntryKind::Schedule if is_rule(reading, entry) => {
            source.kind = SourceKind::EventBridge;
            source.accounts = vec![account(reading)];
            source.notes.push("a schedule".to_owned());
        }
        kind => {
            source.accounts = vec![account(reading)];
            source.notes.push(match kind {
                EntryKind::Schedule => "a schedule".to_owned(),
                EntryKind::Stream => {
                    format!("a stream or another source that is read: {}", entry.label)
                }
                EntryKind::Logs => "a log group".to_owned(),
                EntryKind::UserPool => "a user pool".to_owned(),
                _ => format!("{}, which calls it", entry.resource),
            });
        }
    }
    source
}

fn is_rule(reading: &Reading<'_>, entry: &EntryPoint) -> bool {
    let resource = reading.app.resource(&entry.resource);
    resource.is_some_and(|resource| &*resource.kind == "AWS::Events::Rule")
}

fn account(reading: &Reading<'_>) -> Setting {
    match &reading.world.account {
        Some(account) => Setting::known(account),
        None => Setting::decide("${AWS::AccountId}"),
    }
}

/// The ARN of a source: as the resource names itself, or as it is written.
fn arn(
    reading: &Reading<'_>,
    entry: &EntryPoint,
    written: &str,
    service: &str,
    property: &str,
) -> Setting {
    let app = reading.app;
    let there = entry.source.as_deref().and_then(|id| app.resource(id));
    let Some(resource) = there else {
        let value = app
            .resource(&entry.resource)
            .and_then(|r| r.properties.get(written));
        return value.map_or_else(
            || Setting::decide(format!("the ARN of {}", entry.label)),
            |value| reading.setting(value),
        );
    };
    let name = match resource.properties.get(property) {
        Some(name) => reading.setting(name),
        None => Setting::decide(format!("${{{}}}", resource.id)),
    };
    let region = reading.world.region.as_deref();
    let partition = match region {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let place = format!(
        "arn:{partition}:{service}:{}:{}:",
        region.unwrap_or("${AWS::Region}"),
        reading
            .world
            .account
            .as_deref()
            .unwrap_or("${AWS::AccountId}")
    );
    let is_known = region.is_some() && reading.world.account.is_some();
    match name {
        Setting::Known(name) if is_known => Setting::Known(format!("{place}{name}")),
        Setting::Known(name) | Setting::Decide(name) => Setting::Decide(format!("{place}{name}")),
    }
}

fn named(reading: &Reading<'_>, entry: &EntryPoint, properties: &[&str]) -> Setting {
    let resource = entry
        .source
        .as_deref()
        .and_then(|id| reading.app.resource(id));
    let value: Option<&Value> = resource.and_then(|resource| {
        let mut properties = properties.iter();
        properties.find_map(|property| resource.properties.get(property))
    });
    match (value, resource) {
        (Some(value), _) => reading.setting(value),
        (None, Some(resource)) => {
            Setting::decide(format!("the name of the bucket, ${{{}}}", resource.id))
        }
        (None, None) => Setting::decide(format!("the name of the bucket of {}", entry.label)),
    }
}
