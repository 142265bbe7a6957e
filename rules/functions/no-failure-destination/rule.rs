//! Functions that lose events when they fail.

use crate::prelude::*;
use palisade_app::graph::{EntryKind, EntryPoint};

pub(crate) static RULE: Rule = Rule {
    id: "no-failure-destination",
    title: "events that the function fails on are lost",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    profile: Profile::All,
    clauses: &["SCSP-10.3", "SCSP-8.1"],
    cwe: Some(778),
    aliases: &["CKV_AWS_116", "LAMBDA_DLQ_CHECK"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Lambda::Function"],
        check,
    },
};

/// Sources that hand an event over and don't wait for the answer.
const ASYNCHRONOUS: &[EntryKind] = &[
    EntryKind::Topic,
    EntryKind::Bucket,
    EntryKind::Bus,
    EntryKind::Schedule,
    EntryKind::Logs,
];

fn check(function: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut verdict = Want::present("DeadLetterConfig.TargetArn").judge(function);
    for config in cx.app.attached(
        "AWS::Lambda::EventInvokeConfig",
        "FunctionName",
        &function.id,
    ) {
        verdict =
            verdict.or(Want::present("DestinationConfig.OnFailure.Destination").judge(config));
    }
    let source = cx
        .app
        .graph()
        .entries_of(&function.id)
        .find(|entry| ASYNCHRONOUS.contains(&entry.kind));
    let builder = sink
        .finding(function)
        .property("DeadLetterConfig.TargetArn")
        .aliases(&["CKV_AWS_116", "LAMBDA_DLQ_CHECK"])
        // The branch of another resource is not where to mend it.
        .at(&function.origin);
    match source {
        Some(entry) => builder
            .message(format!(
                "{} are dropped after three failed attempts: nothing keeps them for a look or a replay",
                events(entry, cx.app)
            ))
            .help(if &*function.written.kind == "AWS::Serverless::Function" {
                "set `DeadLetterQueue`, or `DestinationConfig.OnFailure` in `EventInvokeConfig`"
            } else {
                "set `DeadLetterConfig.TargetArn`, or an `OnFailure` destination in an `AWS::Lambda::EventInvokeConfig`"
            }),
        None => builder
            .severity(Severity::Info)
            .message("an asynchronous invocation that fails would leave no trace of its event; none is seen in this template")
            .help("set `DeadLetterConfig.TargetArn` if the function is invoked asynchronously")
            .in_serverless("set `onError`, or `destinations.onFailure`, of the function if it is invoked asynchronously"),
    }
    .judge(verdict);
}

/// What would be lost, as its owner calls it.
fn events(entry: &EntryPoint, app: &Application) -> String {
    let name = entry.source.as_deref().unwrap_or(&entry.resource);
    let kind = app.resource(name).map(|resource| &*resource.kind);
    let what = match entry.kind {
        EntryKind::Topic => "messages of topic",
        EntryKind::Bucket => "events of bucket",
        EntryKind::Logs => "lines of log subscription",
        EntryKind::Schedule => "calls of schedule",
        _ if kind == Some("AWS::Events::EventBus") => "events of bus",
        _ => "events of rule",
    };
    format!("{what} `{name}`")
}
