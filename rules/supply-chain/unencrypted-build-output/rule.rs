//! Builds that switch the encryption of what they write off.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unencrypted-build-output",
    title: "encryption of build output is switched off",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.1", "SCSP-8.4"],
    cwe: Some(311),
    aliases: &[
        "CKV_AWS_78",
        "CODEBUILD_PROJECT_ARTIFACT_ENCRYPTION",
        "CKV_AWS_311",
        "CodeBuild.3",
        "CODEBUILD_PROJECT_S3_LOGS_ENCRYPTED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::CodeBuild::Project",
            aliases: &["CKV_AWS_78", "CODEBUILD_PROJECT_ARTIFACT_ENCRYPTION"],
            any: &[
                Want {
                    path: "Artifacts.EncryptionDisabled",
                    is: Is::False { default: false },
                },
                Want {
                    path: "Artifacts.Type",
                    is: Is::In {
                        texts: &["NO_ARTIFACTS"],
                        default: None,
                    },
                },
            ],
            message: "artifacts are written unencrypted: whoever reaches the storage reads what you deploy",
            help: "remove `Artifacts.EncryptionDisabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::CodeBuild::Project",
            aliases: &["CKV_AWS_78", "CODEBUILD_PROJECT_ARTIFACT_ENCRYPTION"],
            any: &[Want {
                path: "SecondaryArtifacts[].EncryptionDisabled",
                is: Is::False { default: false },
            }],
            message: "secondary artifacts are written unencrypted",
            help: "remove `EncryptionDisabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::CodeBuild::Project",
            aliases: &[
                "CKV_AWS_311",
                "CodeBuild.3",
                "CODEBUILD_PROJECT_S3_LOGS_ENCRYPTED",
            ],
            any: &[
                Want {
                    path: "LogsConfig.S3Logs.EncryptionDisabled",
                    is: Is::False { default: false },
                },
                Want {
                    path: "LogsConfig.S3Logs.Status",
                    is: Is::NotIn {
                        texts: &["ENABLED"],
                    },
                },
            ],
            message: "build logs are written unencrypted, and builds often print more than they should",
            help: "remove `LogsConfig.S3Logs.EncryptionDisabled: true`",
            ..Row::NEW
        },
    ]),
};
