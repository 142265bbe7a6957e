//! Functions that run code whose signature nobody verifies.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unsigned-code",
    title: "the function accepts unsigned code",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-15.2", "SCSP-17.1"],
    cwe: Some(345),
    aliases: &["CKV_AWS_272"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::Lambda::Function",
            aliases: &["CKV_AWS_272"],
            when: Some(Want {
                path: "PackageType",
                is: Is::In {
                    texts: &["Zip"],
                    default: Some("Zip"),
                },
            }),
            any: &[Want::present("CodeSigningConfigArn")],
            message: "whoever may update the function's code can put any code there: no signature is asked for",
            help: "set `CodeSigningConfigArn` to a signing configuration that names your publishers",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Lambda::CodeSigningConfig",
            any: &[Want::one_of(
                "CodeSigningPolicies.UntrustedArtifactOnDeployment",
                &["Enforce"],
            )],
            message: "code with a missing or wrong signature is deployed all the same, with a warning",
            help: "set `CodeSigningPolicies.UntrustedArtifactOnDeployment: Enforce`",
            ..Row::NEW
        },
    ]),
};
