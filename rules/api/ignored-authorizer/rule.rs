//! Routes that name an authorizer and never ask it.

use crate::prelude::*;

const MESSAGE: &str = "the authorizer is never asked: with `AWS_IAM` any signed request of a principal that may invoke the API gets in, whatever the authorizer would say";
const HELP: &str = "set `AuthorizationType` to the authorizer's own type, or remove `AuthorizerId` where signatures are meant";

pub(crate) static RULE: Rule = Rule {
    id: "ignored-authorizer",
    title: "the route names an authorizer that is never asked",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["BPSS-2.17", "SCSP-4.3"],
    cwe: Some(863),
    aliases: &[],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::ApiGateway::Method",
            when: Some(Want::present("AuthorizerId")),
            any: &[Want {
                path: "AuthorizationType",
                is: Is::NotIn {
                    texts: &["AWS_IAM"],
                },
            }],
            message: MESSAGE,
            help: HELP,
            ..Row::NEW
        },
        Row {
            kind: "AWS::ApiGatewayV2::Route",
            when: Some(Want::present("AuthorizerId")),
            any: &[Want {
                path: "AuthorizationType",
                is: Is::NotIn {
                    texts: &["AWS_IAM"],
                },
            }],
            message: MESSAGE,
            help: HELP,
            ..Row::NEW
        },
    ]),
};
