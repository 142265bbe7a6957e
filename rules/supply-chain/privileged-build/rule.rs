//! Builds that run with full rights on their host.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "privileged-build",
    title: "builds run privileged",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-17.1", "SCSP-1.1"],
    cwe: Some(250),
    aliases: &[
        "CKV_AWS_316",
        "CODEBUILD_PROJECT_ENVIRONMENT_PRIVILEGED_CHECK",
    ],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::CodeBuild::Project",
        aliases: &[
            "CKV_AWS_316",
            "CODEBUILD_PROJECT_ENVIRONMENT_PRIVILEGED_CHECK",
        ],
        any: &[Want {
            path: "Environment.PrivilegedMode",
            is: Is::False { default: false },
        }],
        message: "builds run in a privileged container: what a dependency runs in the build gets hold of its host",
        help: "remove `Environment.PrivilegedMode: true` unless the build makes container images",
        ..Row::NEW
    }]),
};
