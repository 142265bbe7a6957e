//! Functions that may use all of the account's concurrency.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-reserved-concurrency",
    title: "the function has no concurrency limit of its own",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.4"],
    cwe: Some(770),
    aliases: &["CKV_AWS_115", "LAMBDA_CONCURRENCY_CHECK"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::Lambda::Function",
        aliases: &["CKV_AWS_115", "LAMBDA_CONCURRENCY_CHECK"],
        any: &[Want::present("ReservedConcurrentExecutions")],
        message: "a flood of events for this function can use up the account's concurrency, and starve every other function",
        help: "set `ReservedConcurrentExecutions` to what the function and the things behind it can bear",
        in_serverless: "set `reservedConcurrency` of the function to what it and the things behind it can bear",
        ..Row::NEW
    }]),
};
