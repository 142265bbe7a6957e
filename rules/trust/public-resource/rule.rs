//! Resources whose own policy lets everyone in.

use crate::event_sources;
use crate::permissions::some_of;
use crate::prelude::*;
use crate::resource_policies::{asked_of, kind_of};
use crate::strangers::{
    Claims, Door, Doors, blocks_public_policy, open_to_anyone, stranger,
};
use palisade_app::graph::{Effect, Grant};
use palisade_iam::Truth;

pub(crate) static RULE: Rule = Rule {
    id: "public-resource",
    title: "a resource's policy lets everyone in",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.1", "SCSP-4.2", "BPSS-2.4"],
    cwe: Some(732),
    aliases: &[
        "CKV_AWS_168",
        "CKV_AWS_169",
        "CKV_AWS_283",
        "CKV_AWS_32",
        "CKV_AWS_33",
        "CKV_AWS_385",
        "CKV_AWS_387",
        "KMS.5",
        "SNS.4",
        "SQS.3",
    ],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for grant in &cx.app.graph().grants {
        let policy = cx.app.resource(&grant.written_in);
        if let (Some(policy), Effect::Allow) = (policy, grant.effect) {
            judge(cx, grant, policy, sink);
        }
    }
}

fn judge(cx: &Context<'_>, grant: &Grant, policy: &Resource, sink: &mut Sink<'_>) {
    let Some((kind, target)) = kind_of(cx.app, grant, policy) else {
        return;
    };
    if kind.is_bucket() {
        return;
    }
    // Who can write to a channel is what `open-event-source` tells of.
    if kind.is_channel && !event_sources::written(cx.app, grant).is_empty() {
        return;
    }
    let actions = asked_of(cx, kind, grant);
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let Some(held) = open_to_anyone(cx, grant, &actions) else {
        return;
    };
    let doors = Doors::of(cx, grant);
    let none = Claims::new();
    let open = actions.iter().filter(|action| {
        let lets = |door: &Door<'_>| door.lets(cx, &stranger(), action, &none).truth == Truth::Yes;
        doors.all.iter().any(lets)
    });
    let name = target.map_or_else(
        || format!("a {} of another stack", kind.word),
        |target| format!("{} `{}`", kind.word, target.id),
    );
    let what = some_of(open.copied(), 3);
    let but = if grant.except { ", because `NotPrincipal` with `Allow` means everyone else" } else { "" };
    sink.finding(policy)
        .property("Statement[].Principal")
        .item(format!("{} {}", target.map_or("", |t| &t.id), grant.actions.join(" ")))
        .at(&grant.principal_at)
        .aliases(kind.public_ids)
        .aliases(&["CKV_AWS_283"])
        .severity(kind.severity)
        .message(format!("every AWS account in the world may use {name}: {what}{but}"))
        .help(kind.help)
        .witness(held.witness.as_ref(), &cx.access().symbols)
        .judge(match access_point_block(cx, policy) {
            Some(block) => held.verdict.or(block),
            None => held.verdict,
        });
}

/// Whether an access point's own block stands against public access, or its bucket's, or that it is
/// reached from one network only. What an access point's block leaves out is on.
fn access_point_block(cx: &Context<'_>, point: &Resource) -> Option<Verdict> {
    if &*point.kind != "AWS::S3::AccessPoint" {
        return None;
    }
    let own = [
        "PublicAccessBlockConfiguration.BlockPublicPolicy",
        "PublicAccessBlockConfiguration.RestrictPublicBuckets",
    ]
    .map(|path| Want { path, is: Is::True { default: true } }.judge(point));
    let bucket = point.references("Bucket").into_iter();
    let bucket = bucket.filter_map(|id| blocks_public_policy(cx.app.resource(&id)?));
    let network = Want::present("VpcConfiguration.VpcId").judge(point);
    own.into_iter().chain(bucket).chain([network]).reduce(Verdict::or)
}
