//! Logs that are deleted before the policy's retention has passed.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "short-log-retention",
    title: "the log is kept for less than a year",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-8.3"],
    cwe: None,
    aliases: &[
        "CKV_AWS_338",
        "CloudWatch.16",
        "CW_LOGGROUP_RETENTION_PERIOD_CHECK",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Logs::LogGroup"],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let least = f64::from(cx.parameters.log_retention_days);
    let leaves = resource.at("RetentionInDays");
    // Left out, the log never expires.
    let verdict = Verdict::of(&leaves, |leaf| {
        leaf.number(Some(f64::INFINITY), |days| days >= least)
    });
    let mut given: Vec<f64> = leaves.iter().filter_map(|leaf| leaf.value.as_number()).collect();
    given.retain(|days| *days < least);
    given.sort_by(f64::total_cmp);
    given.dedup();
    let given: Vec<String> = given.iter().map(ToString::to_string).collect();
    let days = match given.as_slice() {
        [] => "for less time".to_owned(),
        [one] if one == "1" => "for a day".to_owned(),
        days => format!("for {} days", days.join(" or ")),
    };
    let profile = if records_invocations(resource, cx.app) {
        Profile::Default
    } else {
        Profile::All
    };
    sink.finding(resource)
        .property("RetentionInDays")
        .message(format!(
            "the log is kept {days}; the policy asks for {least}, since break-ins are often found months later"
        ))
        .help(format!("set `RetentionInDays` to {least} or more"))
        .in_serverless(format!("set `logRetentionInDays` of the function, or of `provider`, to {least} or more"))
        .aliases(&["CKV_AWS_338", "CloudWatch.16", "CW_LOGGROUP_RETENTION_PERIOD_CHECK"])
        .profile(profile)
        .judge(verdict);
}

/// Whether the log is that of a function, an API or a state machine.
fn records_invocations(group: &Resource, app: &Application) -> bool {
    const NAMES: &[&str] = &[
        "/aws/lambda/",
        "/aws/apigateway/",
        "/aws/api-gateway/",
        "/aws/http-api/",
        "/aws/vendedlogs/",
        "/aws/states/",
        "/aws/appsync/",
        "API-Gateway-Execution-Logs",
    ];
    const USERS: &[(&str, &str)] = &[
        ("AWS::Lambda::Function", "LoggingConfig"),
        ("AWS::ApiGateway::Stage", "AccessLogSetting"),
        ("AWS::ApiGateway::Deployment", "StageDescription"),
        ("AWS::ApiGatewayV2::Stage", "AccessLogSettings"),
        ("AWS::StepFunctions::StateMachine", "LoggingConfiguration"),
    ];
    let named = group.at("LogGroupName").iter().any(|leaf| {
        let name = leaf.value.display();
        NAMES.iter().any(|start| name.starts_with(start))
    });
    let functions = group
        .references("LogGroupName")
        .iter()
        .any(|id| app.graph().function(id).is_some());
    named
        || functions
        || USERS
            .iter()
            .any(|(kind, path)| app.attached(kind, path, &group.id).next().is_some())
}
