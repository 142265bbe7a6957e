//! APIs and state machines that keep no log of what they do.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-execution-log",
    title: "what the API or state machine does is not logged",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.1", "BPSS-1.14"],
    cwe: Some(778),
    aliases: &[
        "CKV2_AWS_4",
        "CKV_AWS_193",
        "CKV_AWS_194",
        "CKV_AWS_285",
        "APIGateway.1",
        "API_GW_EXECUTION_LOGGING_ENABLED",
        "AppSync.2",
        "APPSYNC_LOGGING_ENABLED",
        "StepFunctions.1",
        "STEP_FUNCTIONS_STATE_MACHINE_LOGGING_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::ApiGateway::Stage",
            "AWS::ApiGatewayV2::Stage",
            "AWS::AppSync::GraphQLApi",
            "AWS::StepFunctions::StateMachine",
        ],
        check,
    },
};

const GATEWAY: &[&str] = &["APIGateway.1", "API_GW_EXECUTION_LOGGING_ENABLED"];
const MESSAGE: &str = "errors of the gateway (authorizers, mappings, integrations) are not logged: only callers see them";

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    match &*resource.kind {
        "AWS::ApiGateway::Stage" => rest(resource, sink),
        "AWS::ApiGatewayV2::Stage" => websocket(resource, cx, sink),
        "AWS::AppSync::GraphQLApi" => graphql(resource, sink),
        _ => machine(resource, sink),
    }
}

fn rest(stage: &Resource, sink: &mut Sink<'_>) {
    let settings = Want {
        path: "MethodSettings",
        is: Is::NotEmpty,
    };
    let levels = Verdict::of(&stage.at("MethodSettings[].LoggingLevel"), |leaf| {
        leaf.text(Some("OFF"), |level| level != "OFF")
    });
    sink.finding(stage)
        .property("MethodSettings[].LoggingLevel")
        .aliases(&["CKV2_AWS_4"])
        .aliases(GATEWAY)
        .message(MESSAGE)
        .help("set `LoggingLevel: ERROR` in `MethodSettings` for `*` and `/*`")
        .in_serverless("set `level: ERROR` and `fullExecutionData: false` in `provider.logs.restApi`")
        .judge(settings.judge(stage).and(levels));
}

fn websocket(stage: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let websocket = stage
        .references("ApiId")
        .iter()
        .filter_map(|id| cx.app.resource(id))
        .any(|api| api.text("ProtocolType") == Some("WEBSOCKET"));
    if websocket {
        sink.finding(stage)
            .property("DefaultRouteSettings.LoggingLevel")
            .aliases(GATEWAY)
            .message(MESSAGE)
            .help("set `DefaultRouteSettings.LoggingLevel: ERROR`")
            .in_serverless("set `level: ERROR` and `fullExecutionData: false` in `provider.logs.websocket`")
            .judge(
                Want::one_of("DefaultRouteSettings.LoggingLevel", &["ERROR", "INFO"]).judge(stage),
            );
    }
}

fn graphql(api: &Resource, sink: &mut Sink<'_>) {
    let logged = Want::present("LogConfig").judge(api);
    let none = logged.fails();
    let help = "set `LogConfig` with a `CloudWatchLogsRoleArn`, `FieldLogLevel: ERROR` and `ExcludeVerboseContent: true`";
    sink.finding(api)
        .property("LogConfig")
        .aliases(&["CKV_AWS_193", "CKV_AWS_194", "AppSync.2", "APPSYNC_LOGGING_ENABLED"])
        .message("queries and their errors are not logged: neither misuse nor a failing resolver leaves a trace")
        .help(help)
        .judge(logged);
    if !none {
        let levels = &["ALL", "ERROR", "INFO", "DEBUG"];
        sink.finding(api)
            .property("LogConfig.FieldLogLevel")
            .aliases(&["CKV_AWS_194", "AppSync.2", "APPSYNC_LOGGING_ENABLED"])
            .message("requests are logged, and what their fields do is not: a failing resolver leaves no trace")
            .help(help)
            .judge(Want::one_of("LogConfig.FieldLogLevel", levels).judge(api));
    }
}

fn machine(machine: &Resource, sink: &mut Sink<'_>) {
    let express = machine.text("StateMachineType") == Some("EXPRESS");
    let level = Want::one_of("LoggingConfiguration.Level", &["ALL", "ERROR", "FATAL"]);
    let builder = sink
        .finding(machine)
        .property("LoggingConfiguration.Level")
        .aliases(&[
            "StepFunctions.1",
            "STEP_FUNCTIONS_STATE_MACHINE_LOGGING_ENABLED",
        ])
        .help("set `LoggingConfiguration` with `Level: ERROR` or `ALL` and a log group");
    let builder = if express {
        builder.profile(Profile::Default).message(
            "an express state machine keeps no history of its own: without a log nothing is known of any execution",
        )
    } else {
        builder.message("executions are not logged: their history is gone after ninety days")
    };
    builder.judge(level.judge(machine));
    sink.finding(machine)
        .property("LoggingConfiguration.IncludeExecutionData")
        .severity(Severity::Info)
        .aliases(&["CKV_AWS_285"])
        .message("the log does not hold what went into and came out of each step")
        .help("set `LoggingConfiguration.IncludeExecutionData: true` where inputs and outputs are not sensitive")
        .judge(Want::on("LoggingConfiguration.IncludeExecutionData").judge(machine));
}
