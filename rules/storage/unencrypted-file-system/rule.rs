//! File systems that are stored unencrypted.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unencrypted-file-system",
    title: "the file system is stored unencrypted",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.1", "BPSS-1.2"],
    cwe: Some(311),
    aliases: &["CKV_AWS_42", "EFS.1", "EFS_ENCRYPTED_CHECK"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::EFS::FileSystem",
        aliases: &["CKV_AWS_42", "EFS.1", "EFS_ENCRYPTED_CHECK"],
        any: &[Want::on("Encrypted")],
        message: "the files are stored unencrypted, and this can not be changed later",
        help: "set `Encrypted: true`",
        ..Row::NEW
    }]),
};
