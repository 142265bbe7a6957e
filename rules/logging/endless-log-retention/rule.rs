//! Logs that never expire.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "endless-log-retention",
    title: "the log is kept for ever",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.3", "SCSP-3.4"],
    cwe: None,
    aliases: &["CKV_AWS_66"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::Logs::LogGroup",
        aliases: &["CKV_AWS_66"],
        any: &[Want::present("RetentionInDays")],
        message: "no retention is set: the log is kept, and paid for, until somebody deletes it",
        help: "set `RetentionInDays` to what the policy asks for (365 at least)",
        in_serverless: "set `logRetentionInDays` of the function, or of `provider`, to what the policy asks for (365 at least)",
        ..Row::NEW
    }]),
};
