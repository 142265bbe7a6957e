//! Buckets that keep everything for ever.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-bucket-lifecycle",
    title: "objects are kept without limit",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-3.4", "SCSP-13.3"],
    cwe: None,
    aliases: &[
        "CKV2_AWS_61",
        "CKV_AWS_300",
        "S3.13",
        "S3_LIFECYCLE_POLICY_CHECK",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::S3::Bucket"],
        check,
    },
};

fn check(bucket: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let configuration = bucket.at("LifecycleConfiguration");
    let rules = bucket.at("LifecycleConfiguration.Rules[]");
    sink.finding(bucket)
        .property("LifecycleConfiguration")
        .message("no lifecycle rule: what nobody needs any more is kept, and can still be stolen")
        .help("add `LifecycleConfiguration` with an expiry that fits the data")
        .aliases(&["CKV2_AWS_61", "S3.13", "S3_LIFECYCLE_POLICY_CHECK"])
        .judge(Verdict::of(&configuration, Leaf::present));
    if !Verdict::of(&configuration, Leaf::present).passes() {
        return;
    }
    // One enabled rule that aborts uploads is enough.
    let aborts = rules.iter().any(|rule| {
        let enabled = rule.value.get("Status").is_none_or(|status| {
            status
                .as_text()
                .is_none_or(|text| text.eq_ignore_ascii_case("Enabled"))
        });
        let abort = rule.value.get("AbortIncompleteMultipartUpload");
        enabled && abort.is_some_and(|value| value.data != Data::Absent)
    });
    let answer = match rules
        .iter()
        .find(|rule| matches!(rule.value.data, Data::Unknown(_)))
    {
        Some(unknown) if !aborts => unknown.undecided(),
        _ => Answer::from(aborts),
    };
    let at = configuration.first().map_or(&bucket.origin, |leaf| leaf.at);
    let key = bucket.properties.entry("LifecycleConfiguration");
    let at = key.map_or(at, |entry| &entry.key_origin);
    sink.finding(bucket)
        .property("LifecycleConfiguration.Rules[].AbortIncompleteMultipartUpload")
        .message(
            "no lifecycle rule removes the parts of failed uploads: they stay, unseen in listings",
        )
        .help("add `AbortIncompleteMultipartUpload` with `DaysAfterInitiation` to an enabled rule")
        .aliases(&["CKV_AWS_300"])
        .judge(Verdict::always(answer, at));
}
