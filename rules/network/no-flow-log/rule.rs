//! Networks whose traffic leaves no record.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-flow-log",
    title: "the network keeps no record of its traffic",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.1"],
    cwe: Some(778),
    aliases: &["CKV2_AWS_11", "EC2.6", "VPC_FLOW_LOGS_ENABLED"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::EC2::VPC"],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    if cx
        .app
        .attached("AWS::EC2::FlowLog", "ResourceId", &resource.id)
        .next()
        .is_some()
    {
        return;
    }
    sink.finding(resource)
        .property("FlowLog")
        .message("the network has no flow log: who talked to whom cannot be found out afterwards")
        .help("declare an `AWS::EC2::FlowLog` with `ResourceType: VPC`")
        .aliases(&["CKV2_AWS_11", "EC2.6", "VPC_FLOW_LOGS_ENABLED"])
        .report();
}
