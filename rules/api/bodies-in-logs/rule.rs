//! APIs that write whole requests and answers into their logs.

use crate::prelude::*;

const MESSAGE: &str = "whole requests and answers go to the log, tokens and personal data included: everyone who may read logs reads them";

pub(crate) static RULE: Rule = Rule {
    id: "bodies-in-logs",
    title: "the API writes whole requests and answers into its log",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-8.1", "SCSP-8.4", "BPSS-3.13", "BPSS-3.14"],
    cwe: Some(532),
    aliases: &["CKV_AWS_276"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::ApiGateway::Stage",
            in_serverless: "set `provider.logs.restApi.fullExecutionData: false`, and log what you need in `format`",
            aliases: &["CKV_AWS_276"],
            any: &[Want {
                path: "MethodSettings[].DataTraceEnabled",
                is: Is::False { default: false },
            }],
            message: MESSAGE,
            help: "set `DataTraceEnabled: false`, and log what you need in the access log's format",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ApiGateway::Deployment",
            aliases: &["CKV_AWS_276"],
            any: &[Want {
                path: "StageDescription.DataTraceEnabled",
                is: Is::False { default: false },
            }],
            message: MESSAGE,
            help: "set `DataTraceEnabled: false`, and log what you need in the access log's format",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ApiGateway::Deployment",
            aliases: &["CKV_AWS_276"],
            any: &[Want {
                path: "StageDescription.MethodSettings[].DataTraceEnabled",
                is: Is::False { default: false },
            }],
            message: MESSAGE,
            help: "set `DataTraceEnabled: false`, and log what you need in the access log's format",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ApiGatewayV2::Stage",
            in_serverless: "set `provider.logs.websocket.fullExecutionData: false`, and log what you need in `format`",
            aliases: &["CKV_AWS_276"],
            any: &[Want {
                path: "DefaultRouteSettings.DataTraceEnabled",
                is: Is::False { default: false },
            }],
            message: MESSAGE,
            help: "set `DataTraceEnabled: false`, and log what you need in the access log's format",
            ..Row::NEW
        },
        Row {
            kind: "AWS::AppSync::GraphQLApi",
            when: Some(Want::one_of(
                "LogConfig.FieldLogLevel",
                &["ALL", "DEBUG", "INFO"],
            )),
            any: &[Want::on("LogConfig.ExcludeVerboseContent")],
            message: "headers, context and mapping templates of every query go to the log, tokens and personal data included",
            help: "set `ExcludeVerboseContent: true` beside `FieldLogLevel`",
            severity: Some(Severity::Low),
            profile: Some(Profile::All),
            ..Row::NEW
        },
    ]),
};
