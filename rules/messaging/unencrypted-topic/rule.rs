//! Topics whose messages are not encrypted with a key of KMS.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unencrypted-topic",
    title: "messages of the topic are not encrypted with a KMS key",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-3.1", "BPSS-1.2"],
    cwe: Some(311),
    aliases: &["CKV_AWS_26", "SNS.1", "SNS_ENCRYPTED_KMS"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::SNS::Topic",
        aliases: &["CKV_AWS_26", "SNS.1", "SNS_ENCRYPTED_KMS"],
        any: &[Want::present("KmsMasterKeyId")],
        message: "messages are protected by disk encryption alone: no key has to be asked for",
        help: "set `KmsMasterKeyId` to a key of your own",
        ..Row::NEW
    }]),
};
