//! Functions, APIs and state machines whose requests are not traced.

use crate::prelude::*;

const HELP: &str = "set `TracingEnabled: true`";

pub(crate) static RULE: Rule = Rule {
    id: "no-tracing",
    title: "requests are not traced",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-7.3"],
    cwe: Some(778),
    aliases: &[
        "CKV_AWS_50",
        "CKV_AWS_73",
        "CKV_AWS_284",
        "Lambda.7",
        "APIGateway.3",
        "API_GW_XRAY_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::Lambda::Function",
            aliases: &["CKV_AWS_50", "Lambda.7"],
            any: &[Want::one_of(
                "TracingConfig.Mode",
                &["Active", "PassThrough"],
            )],
            message: "the function is not traced: which call was slow or failed, and on whose behalf, has to be guessed from its logs",
            help: "set `TracingConfig.Mode: Active`",
            in_serverless: "set `tracing: Active` of the function, or `provider.tracing.lambda: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Lambda::Function",
            aliases: &["Lambda.7"],
            when: Some(Want::one_of("TracingConfig.Mode", &["PassThrough"])),
            any: &[Want::one_of("TracingConfig.Mode", &["Active"])],
            message: "the function is traced only when its caller already is",
            help: "set `TracingConfig.Mode: Active`",
            in_serverless: "set `tracing: Active` of the function, or `provider.tracing.lambda: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ApiGateway::Stage",
            aliases: &["CKV_AWS_73", "APIGateway.3", "API_GW_XRAY_ENABLED"],
            any: &[Want::on("TracingEnabled")],
            message: "requests to this stage are not traced: a slow or failing request cannot be followed to what caused it",
            help: HELP,
            in_serverless: "set `provider.tracing.apiGateway: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::StepFunctions::StateMachine",
            aliases: &["CKV_AWS_284"],
            any: &[Want::on("TracingConfiguration.Enabled")],
            message: "executions are not traced: a slow or failing step cannot be followed to what caused it",
            help: "set `TracingConfiguration.Enabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::AppSync::GraphQLApi",
            any: &[Want::on("XrayEnabled")],
            message: "queries are not traced: a slow or failing resolver cannot be followed to what caused it",
            help: "set `XrayEnabled: true`",
            ..Row::NEW
        },
    ]),
};
