//! Encryption keys that are switched off.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "disabled-key",
    title: "the key is switched off",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-2.4"],
    cwe: None,
    aliases: &["CKV_AWS_227"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::KMS::Key",
        aliases: &["CKV_AWS_227"],
        any: &[Want {
            path: "Enabled",
            is: Is::True { default: true },
        }],
        message: "the key is switched off: what was encrypted with it cannot be read, and whatever uses it fails",
        help: "remove `Enabled: false`, or remove the key with what it protects",
        ..Row::NEW
    }]),
};
