//! Images and build output that are not under a key of one's own.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "provider-managed-build-key",
    title: "not encrypted with a key of your own",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-3.1", "SCSP-17.1"],
    cwe: None,
    aliases: &[
        "CKV_AWS_136",
        "ECR.5",
        "ECR_REPOSITORY_CMK_ENCRYPTION_ENABLED",
        "CKV_AWS_147",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::ECR::Repository",
            aliases: &[
                "CKV_AWS_136",
                "ECR.5",
                "ECR_REPOSITORY_CMK_ENCRYPTION_ENABLED",
            ],
            any: &[Want {
                path: "EncryptionConfiguration.EncryptionType",
                is: Is::In {
                    texts: &["KMS", "KMS_DSSE"],
                    default: None,
                },
            }],
            message: "images are encrypted with a key of the service, not with one that you control",
            help: "set `EncryptionConfiguration.EncryptionType: KMS` and `KmsKey`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::CodeBuild::Project",
            aliases: &["CKV_AWS_147"],
            any: &[Want::present("EncryptionKey")],
            message: "build output is encrypted with the key that the account shares for S3",
            help: "set `EncryptionKey` to a key of your own",
            ..Row::NEW
        },
    ]),
};
