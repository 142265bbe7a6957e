//! Tables whose capacity does not follow the load.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "fixed-table-capacity",
    title: "the capacity of the table is fixed",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.4"],
    cwe: Some(770),
    aliases: &["CKV2_AWS_16", "DynamoDB.1", "DYNAMODB_AUTOSCALING_ENABLED"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::DynamoDB::Table"],
        check,
    },
};

fn check(table: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let name = table.text("TableName").map(|name| format!("table/{name}"));
    let scaled = cx
        .app
        .of_kind("AWS::ApplicationAutoScaling::ScalableTarget")
        .any(|target| {
            let named = name.is_some() && target.text("ResourceId") == name.as_deref();
            named || target.refers_to("ResourceId", &table.id)
        });
    if scaled {
        return;
    }
    sink.finding(table)
        .property("BillingMode")
        .message("the capacity is fixed: requests beyond it are refused, for everyone")
        .help("set `BillingMode: PAY_PER_REQUEST`, or add a scalable target for the table")
        .aliases(&["CKV2_AWS_16", "DynamoDB.1", "DYNAMODB_AUTOSCALING_ENABLED"])
        .judge(Want::one_of("BillingMode", &["PAY_PER_REQUEST"]).judge(table));
}
