//! Stages of APIs that keep no record of who called them.

use crate::prelude::*;

const MESSAGE: &str = "nothing records who called this stage, from where and with what result: an attack leaves no trace at the gateway";

pub(crate) static RULE: Rule = Rule {
    id: "no-api-access-log",
    title: "the API's stage writes no access log",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.1", "BPSS-1.14"],
    cwe: Some(778),
    aliases: &[
        "CKV_AWS_76",
        "CKV_AWS_95",
        "APIGateway.9",
        "API_GWV2_ACCESS_LOGS_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::ApiGateway::Stage",
            aliases: &["CKV_AWS_76"],
            any: &[Want::present("AccessLogSetting.DestinationArn")],
            message: MESSAGE,
            help: "set `AccessLogSetting.DestinationArn` to a log group, and `Format` to JSON with the request id, the caller and the status",
            in_serverless: "set `provider.logs.restApi.accessLogging: true`, and `format` to JSON with the request id, the caller and the status",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ApiGatewayV2::Stage",
            aliases: &["CKV_AWS_95", "APIGateway.9", "API_GWV2_ACCESS_LOGS_ENABLED"],
            any: &[Want::present("AccessLogSettings.DestinationArn")],
            message: MESSAGE,
            help: "set `AccessLogSettings.DestinationArn` to a log group, and `Format` to JSON with the request id, the caller and the status",
            in_serverless: "set `provider.logs.httpApi: true` (`provider.logs.websocket` for WebSockets)",
            ..Row::NEW
        },
    ]),
};
