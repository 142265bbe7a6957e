//! Encryption keys that leave it to the default who may use them.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "key-without-policy",
    title: "the key has no policy of its own",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-2.4", "SCSP-1.1"],
    cwe: None,
    aliases: &["CKV2_AWS_64"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::KMS::Key",
        aliases: &["CKV2_AWS_64"],
        any: &[Want::present("KeyPolicy")],
        message: "no `KeyPolicy`: every principal whose IAM permissions allow it may use and even delete the key",
        help: "give the key a `KeyPolicy` that names who administers it and who uses it",
        ..Row::NEW
    }]),
};
