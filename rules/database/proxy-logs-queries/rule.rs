//! Database proxies that write the text of queries to their log.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "proxy-logs-queries",
    title: "the proxy writes queries to its log",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-8.4", "BPSS-3.14"],
    cwe: Some(532),
    aliases: &[],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::RDS::DBProxy",
        any: &[Want {
            path: "DebugLogging",
            is: Is::False { default: false },
        }],
        message: "the text of queries, values included, goes to the log",
        help: "remove `DebugLogging`",
        ..Row::NEW
    }]),
};
