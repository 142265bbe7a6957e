//! Distributions, web ACLs and public zones that keep no record of requests.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-edge-log",
    title: "requests are not recorded",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.1"],
    cwe: Some(778),
    aliases: &[
        "CKV_AWS_86",
        "CloudFront.5",
        "CLOUDFRONT_ACCESSLOGS_ENABLED",
        "CKV2_AWS_31",
        "CKV2_AWS_39",
        "CKV_AWS_176",
        "WAF.11",
        "WAFV2_LOGGING_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::CloudFront::Distribution",
            "AWS::Route53::HostedZone",
            "AWS::WAF::WebACL",
            "AWS::WAFRegional::WebACL",
            "AWS::WAFv2::WebACL",
        ],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    match &*resource.kind {
        "AWS::Route53::HostedZone" => return zone(resource, sink),
        "AWS::WAF::WebACL" | "AWS::WAFRegional::WebACL" => return classic(resource, sink),
        _ => {}
    }
    let named = |kind: &str, path: &str| {
        cx.app
            .of_kind(kind)
            .any(|r| r.refers_to(path, &resource.id))
    };
    if &*resource.kind == "AWS::WAFv2::WebACL" {
        if named("AWS::WAFv2::LoggingConfiguration", "ResourceArn") {
            return;
        }
        sink.finding(resource)
            .property("LoggingConfiguration")
            .message("the web ACL keeps no record of what it let through and what it stopped")
            .help("declare an `AWS::WAFv2::LoggingConfiguration` for it")
            .aliases(&["CKV2_AWS_31", "WAF.11", "WAFV2_LOGGING_ENABLED"])
            .report();
        return;
    }
    if named("AWS::Logs::DeliverySource", "ResourceArn") {
        return;
    }
    let bucket = Want::present("DistributionConfig.Logging.Bucket").judge(resource);
    let live = Want::present("DistributionConfig.DefaultCacheBehavior.RealtimeLogConfigArn")
        .judge(resource);
    sink.finding(resource)
        .property("DistributionConfig.Logging.Bucket")
        .message("the distribution keeps no record of requests: an attack through it leaves no trace at the edge")
        .help("set `DistributionConfig.Logging.Bucket`, or declare an `AWS::Logs::DeliverySource` for the distribution")
        .aliases(&["CKV_AWS_86", "CloudFront.5", "CLOUDFRONT_ACCESSLOGS_ENABLED"])
        .judge(bucket.or(live));
}

/// Zones of networks are asked by those networks only.
fn zone(zone: &Resource, sink: &mut Sink<'_>) {
    let private = Want {
        path: "VPCs",
        is: Is::NotEmpty,
    };
    let log = Want::present("QueryLoggingConfig.CloudWatchLogsLogGroupArn");
    sink.finding(zone)
        .property("QueryLoggingConfig.CloudWatchLogsLogGroupArn")
        .message("the zone keeps no record of queries: who looks for your names, or takes one over, is not seen")
        .help("set `QueryLoggingConfig.CloudWatchLogsLogGroupArn`")
        .aliases(&["CKV2_AWS_39"])
        .judge(private.judge(zone).or(log.judge(zone)));
}

/// Where nothing says whether it logs, the language has no word for it.
fn classic(acl: &Resource, sink: &mut Sink<'_>) {
    let log = Want {
        path: "LoggingConfiguration.Enabled",
        is: Is::True { default: true },
    };
    sink.finding(acl)
        .property("LoggingConfiguration.Enabled")
        .message("the web ACL keeps no record of what it let through and what it stopped")
        .help("set `LoggingConfiguration`, and move to WAFv2")
        .aliases(&["CKV_AWS_176"])
        .judge(log.judge(acl));
}
