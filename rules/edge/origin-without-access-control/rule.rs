//! Buckets behind CloudFront that must be open for it to read.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "origin-without-access-control",
    title: "the bucket behind the distribution is not reserved for it",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.2", "BPSS-1.2"],
    cwe: Some(284),
    aliases: &[
        "CKV2_AWS_46",
        "CloudFront.13",
        "CLOUDFRONT_S3_ORIGIN_ACCESS_CONTROL_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::CloudFront::Distribution"],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    for origin in resource.at("DistributionConfig.Origins[]") {
        if !reads_bucket(origin.value, cx.app) {
            continue;
        }
        let name = origin
            .value
            .get("Id")
            .map(Value::display)
            .unwrap_or_default();
        let ask = |path: &str| {
            let mut verdict = Verdict::of(
                &palisade_app::lookup::leaves(origin.value, path, origin.at),
                Leaf::present,
            );
            for branch in &mut verdict.branches {
                branch.when.extend(origin.when.iter().cloned());
            }
            verdict
        };
        let identity = ask("S3OriginConfig.OriginAccessIdentity");
        let finding = sink
            .finding(resource)
            .property("OriginAccessControlId")
            .item(&*name);
        if identity.passes() {
            finding
                .message("the bucket is read through an origin access identity, which AWS keeps for old distributions only")
                .help("replace it by an `AWS::CloudFront::OriginAccessControl` named in `OriginAccessControlId`")
                .aliases(&["CloudFront.13", "CLOUDFRONT_S3_ORIGIN_ACCESS_CONTROL_ENABLED"])
                .severity(Severity::Info)
                .profile(Profile::All)
                .judge(ask("OriginAccessControlId"));
        } else {
            finding
                .message("CloudFront reads the bucket without credentials: it works only while everyone may read the bucket, past the distribution")
                .help("declare an `AWS::CloudFront::OriginAccessControl` and name it in `OriginAccessControlId`")
                .aliases(&["CKV2_AWS_46", "CloudFront.13", "CLOUDFRONT_S3_ORIGIN_ACCESS_CONTROL_ENABLED"])
                .judge(ask("OriginAccessControlId").or(identity));
        }
    }
}

/// Whether an origin is a bucket itself, and not its website.
fn reads_bucket(origin: &Value, app: &Application) -> bool {
    if origin.get("CustomOriginConfig").is_some() {
        return false;
    }
    if origin.get("S3OriginConfig").is_some() {
        return true;
    }
    let Some(domain) = origin.get("DomainName") else {
        return false;
    };
    let text = domain.display();
    domain.references().any(|(id, _)| {
        app.resource(id)
            .is_some_and(|r| &*r.kind == "AWS::S3::Bucket")
    }) || (text.contains(".s3.") || text.contains(".s3-"))
        && text.ends_with(".amazonaws.com")
        && !text.contains("s3-website")
}
