//! Responses without the headers that protect browsers.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-security-headers",
    title: "responses carry no security headers",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-3.2", "SCSP-4.3"],
    cwe: Some(693),
    aliases: &["CKV2_AWS_32", "CKV_AWS_259"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::CloudFront::Distribution",
            "AWS::CloudFront::ResponseHeadersPolicy",
        ],
        check,
    },
};

/// A year in seconds.
const YEAR: f64 = 31_536_000.0;

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    if &*resource.kind == "AWS::CloudFront::Distribution" {
        let path = "DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId";
        sink.finding(resource)
            .property(path)
            .message("responses carry no security headers unless the origin sends them")
            .help("set `DefaultCacheBehavior.ResponseHeadersPolicyId`")
            .aliases(&["CKV2_AWS_32"])
            .judge(Want::present(path).judge(resource));
        return;
    }
    let path = |name: &str| {
        format!("ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity.{name}")
    };
    let on = |name: &str| Verdict::of(&resource.at(&path(name)), |leaf| leaf.bool(false));
    let age = Verdict::of(&resource.at(&path("AccessControlMaxAgeSec")), |leaf| {
        leaf.number(None, |seconds| seconds >= YEAR)
    });
    sink.finding(resource)
        .property("ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity")
        .message("browsers are not told to use HTTPS only, on all subdomains and for a year: the first request can be sent in plain HTTP")
        .help("set `StrictTransportSecurity` with `AccessControlMaxAgeSec: 31536000`, `IncludeSubdomains`, `Preload` and `Override`")
        .aliases(&["CKV_AWS_259"])
        .judge(age.and(on("IncludeSubdomains")).and(on("Preload")).and(on("Override")));
}
