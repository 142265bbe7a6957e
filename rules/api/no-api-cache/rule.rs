//! Stages of REST APIs that answer every request anew.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-api-cache",
    title: "the API's stage caches no answers",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.4"],
    cwe: None,
    aliases: &["CKV_AWS_120", "CKV_AWS_225"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::ApiGateway::Stage",
            aliases: &["CKV_AWS_120"],
            any: &[Want::on("CacheClusterEnabled")],
            message: "the stage has no cache: a flood of equal requests reaches the functions behind it",
            help: "set `CacheClusterEnabled: true` where answers are the same for all callers",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ApiGateway::Stage",
            aliases: &["CKV_AWS_225"],
            any: &[Want::on("MethodSettings[].CachingEnabled")],
            message: "these methods are not cached: a flood of equal requests reaches the functions behind them",
            help: "set `CachingEnabled: true` where answers are the same for all callers",
            ..Row::NEW
        },
    ]),
};
