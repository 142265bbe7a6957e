//! Queues, topics, buckets, buses and streams that outsiders can write to, and the functions that
//! take what comes from there for true.

use crate::prelude::*;
use crate::event_sources::{CHANNELS, Channel, LOG_DESTINATION, way_to_function, written};
use crate::outsiders::Outsider;
use crate::strangers::{Held, blocks_public_policy, open_to};
use palisade_app::graph::{Effect, Grant};

pub(crate) static RULE: Rule = Rule {
    id: "open-event-source",
    title: "outsiders can write to an event source",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["BPSS-1.4", "BPSS-3.6", "BPSS-3.7", "SCSP-5.4"],
    cwe: Some(284),
    aliases: &[
        "CKV_AWS_168",
        "CKV_AWS_169",
        "CKV_AWS_283",
        "CKV_AWS_385",
        "CKV_AWS_387",
        "SNS.4",
        "SQS.3",
    ],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let app = cx.app;
    for grant in &app.graph().grants {
        let policy = app.resource(&grant.written_in);
        let (Some(policy), Effect::Allow) = (policy, grant.effect) else {
            continue;
        };
        for (target, channel) in written(app, grant) {
            for (who, held) in open_to(cx, grant, channel.writes) {
                report(cx, sink, grant, policy, who, target, channel, held);
            }
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "what a finding tells of")]
fn report(
    cx: &Context<'_>,
    sink: &mut Sink<'_>,
    grant: &Grant,
    policy: &Resource,
    who: Outsider<'_>,
    target: Option<&Resource>,
    channel: &Channel,
    held: Held,
) {
    let app = cx.app;
    let mut verdict = held.verdict;
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
        // Buckets made since April 2023 refuse a public policy by themselves, older ones don't.
        match blocks_public_policy(bucket) {
            Some(blocked) => verdict = verdict.or(blocked),
            None => {
                severity = severity.min(Severity::High);
                confidence = Confidence::Medium;
            }
        }
    }
    if channel.kind == LOG_DESTINATION {
        severity = severity.min(Severity::High);
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
    let ids: &[&'static str] = match (channel.word, who) {
        ("queue", Outsider::Anyone) => &["CKV_AWS_168", "CKV_AWS_283", "CKV_AWS_387", "SQS.3"],
        ("topic", Outsider::Anyone) => &["CKV_AWS_169", "CKV_AWS_283", "CKV_AWS_385", "SNS.4"],
        ("topic", Outsider::Account(_)) => &["CKV_AWS_385"],
        (_, Outsider::Anyone) => &["CKV_AWS_283"],
        _ => &[],
    };
    let mut builder = sink
        .finding(policy)
        .aliases(ids)
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
    builder.witness(held.witness.as_ref(), &cx.access().symbols).judge(verdict);
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
