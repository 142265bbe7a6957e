//! Secrets under a key that the provider manages.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "provider-managed-secret-key",
    title: "the secret is not encrypted with a key of your own",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-2.4", "SCSP-3.1"],
    cwe: None,
    aliases: &["CKV_AWS_149", "SECRETSMANAGER_USING_CMK"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::SecretsManager::Secret",
            aliases: &["CKV_AWS_149", "SECRETSMANAGER_USING_CMK"],
            any: &[Want::present("KmsKeyId")],
            message: "the secret is encrypted with the key `aws/secretsmanager`, which everyone in the account with access to the secret can use",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::SecretsManager::Secret",
            aliases: &["CKV_AWS_149", "SECRETSMANAGER_USING_CMK"],
            any: &[Want {
                path: "KmsKeyId",
                is: Is::NotIn {
                    texts: &["alias/aws/secretsmanager"],
                },
            }],
            message: "the secret is encrypted with the key `aws/secretsmanager`, whose policy nobody can change",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
    ]),
};
