//! Buckets that hold the code of functions and that others can write to.

use crate::outsiders::Outsider;
use crate::prelude::*;
use crate::strangers::{blocks_public_policy, open_to};
use palisade_app::graph::Effect;
use std::sync::Arc;

pub(crate) static RULE: Rule = Rule {
    id: "writable-code-bucket",
    title: "others can replace the code of a function",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-15.2", "SCSP-17.1"],
    cwe: Some(494),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

/// Kinds whose code lies in a bucket: bucket, version of the object.
const CODE: &[(&str, &str, &str)] = &[
    (
        "AWS::Lambda::Function",
        "Code.S3Bucket",
        "Code.S3ObjectVersion",
    ),
    (
        "AWS::Lambda::LayerVersion",
        "Content.S3Bucket",
        "Content.S3ObjectVersion",
    ),
];

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (kind, path, version) in CODE {
        for holder in cx.app.of_kind(kind) {
            for leaf in holder.at(path) {
                let Some(bucket) = bucket(cx.app, leaf.value) else {
                    continue;
                };
                writers(cx, holder, path, bucket, leaf.at, sink);
                let versioned = Verdict::of(&bucket.at("VersioningConfiguration.Status"), |leaf| {
                    leaf.text(None, |text| text == "Enabled")
                });
                let pinned = Verdict::of(&holder.at(version), Leaf::present);
                sink.finding(holder)
                    .property(version)
                    .at(leaf.at)
                    .severity(Severity::Low)
                    .profile(Profile::All)
                    .related("keeps no earlier versions", bucket, &bucket.origin)
                    .message(format!(
                        "the code in bucket `{}` can be overwritten without a trace: it has no versions, and none is asked for",
                        bucket.id
                    ))
                    .help("set `VersioningConfiguration.Status: Enabled` on the bucket and `S3ObjectVersion` here")
                    .judge(pinned.or(versioned));
            }
        }
    }
}

fn bucket<'a>(app: &'a Application, value: &Value) -> Option<&'a Resource> {
    let referred = value
        .references()
        .find_map(|(id, _): (&Arc<str>, _)| app.resource(id));
    let named = || {
        let name = value.as_text()?;
        app.of_kind("AWS::S3::Bucket")
            .find(|bucket| bucket.text("BucketName") == Some(name))
    };
    referred
        .or_else(named)
        .filter(|resource| &*resource.kind == "AWS::S3::Bucket")
}

fn writers(
    cx: &Context<'_>,
    holder: &Resource,
    path: &'static str,
    bucket: &Resource,
    at: &palisade_core::Origin,
    sink: &mut Sink<'_>,
) {
    let grants = cx.app.graph().grants_on(&bucket.id);
    let allowing = grants.filter(|grant| grant.effect == Effect::Allow);
    let writers = allowing.flat_map(|grant| {
        let all = open_to(cx, grant, &["s3:PutObject"]).into_iter();
        all.map(move |(who, held)| (grant, who, held))
    });
    for (grant, who, held) in writers {
        let (subject, severity) = match who {
            Outsider::Anyone => ("anyone".to_owned(), Severity::Critical),
            Outsider::Account(account) => (format!("account {account}"), Severity::Medium),
        };
        let verdict = match blocks_public_policy(bucket) {
            Some(blocked) if who == Outsider::Anyone => held.verdict.or(blocked),
            _ => held.verdict,
        };
        let policy = cx.app.resource(&grant.written_in).unwrap_or(bucket);
        sink.finding(holder)
            .property(path)
            .item(subject.clone())
            .at(at)
            .severity(severity)
            .message(format!(
                "{subject} can write to bucket `{}`, from which the code of `{}` is deployed",
                bucket.id, holder.id
            ))
            .help("take the code from a bucket that only the pipeline can write to, and set `S3ObjectVersion`")
            .related("lets others write", policy, &grant.principal_at)
            .witness(held.witness.as_ref(), &cx.access().symbols)
            .judge(verdict);
    }
}
