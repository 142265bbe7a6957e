//! AWS Config that does not see all there is.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "partial-config-recording",
    title: "configuration is recorded for a part only",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-7.4", "SCSP-13.3"],
    cwe: None,
    aliases: &["CKV2_AWS_48", "CKV2_AWS_45", "CKV_AWS_121", "Config.1"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::Config::ConfigurationRecorder",
            "AWS::Config::ConfigurationAggregator",
        ],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    if &*resource.kind == "AWS::Config::ConfigurationAggregator" {
        return aggregator(resource, sink);
    }
    let strategy = Verdict::of(
        &resource.at("RecordingGroup.RecordingStrategy.UseOnly"),
        |leaf| leaf.text(None, |text| text == "ALL_SUPPORTED_RESOURCE_TYPES"),
    );
    // Without a recording group all supported types but the global ones are recorded.
    let group = resource.properties.get("RecordingGroup").is_some();
    let all = Verdict::of(&resource.at("RecordingGroup.AllSupported"), |leaf| {
        leaf.bool(!group)
    });
    let global = Verdict::of(
        &resource.at("RecordingGroup.IncludeGlobalResourceTypes"),
        |leaf| leaf.bool(false),
    );
    sink.finding(resource)
        .property("RecordingGroup")
        .message("not all types of resource are recorded: changes to the others (roles and users among them) leave no history")
        .help("set `RecordingGroup.AllSupported: true` and `RecordingGroup.IncludeGlobalResourceTypes: true`")
        .aliases(&["CKV2_AWS_48", "CKV2_AWS_45", "Config.1"])
        .judge(strategy.or(all.and(global)));
    if cx
        .app
        .of_kind("AWS::Config::DeliveryChannel")
        .next()
        .is_none()
    {
        sink.finding(resource)
            .property("DeliveryChannel")
            .message("the recorder has no delivery channel, without which it does not start")
            .help("declare an `AWS::Config::DeliveryChannel` in the same stack")
            .aliases(&["CKV2_AWS_45", "Config.1"])
            .report();
    }
}

fn aggregator(resource: &Resource, sink: &mut Sink<'_>) {
    let paths = [
        "AccountAggregationSources[].AllAwsRegions",
        "OrganizationAggregationSource.AllAwsRegions",
    ];
    let mut verdict = Verdict::default();
    for path in paths {
        let holder = path.split(['[', '.']).next().unwrap_or(path);
        if resource.properties.get(holder).is_some() {
            verdict = verdict.and(Verdict::of(&resource.at(path), |leaf| leaf.bool(false)));
        }
    }
    sink.finding(resource)
        .property("AllAwsRegions")
        .message("the aggregator leaves regions out: resources there are in no overview")
        .help("set `AllAwsRegions: true` in place of the list of regions")
        .aliases(&["CKV_AWS_121"])
        .judge(verdict);
}
