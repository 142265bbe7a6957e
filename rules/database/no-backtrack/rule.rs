//! Aurora clusters that can not be wound back.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-backtrack",
    title: "the cluster can not be wound back",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-10.3"],
    cwe: None,
    aliases: &["CKV_AWS_326", "RDS.14", "AURORA_MYSQL_BACKTRACKING_ENABLED"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::RDS::DBCluster",
        aliases: &["CKV_AWS_326", "RDS.14", "AURORA_MYSQL_BACKTRACKING_ENABLED"],
        when: Some(Want::one_of("Engine", &["aurora-mysql", "aurora"])),
        any: &[Want {
            path: "BacktrackWindow",
            is: Is::AtLeast {
                least: 1.0,
                default: Some(0.0),
            },
        }],
        message: "the cluster can not be wound back to before a mistake",
        help: "set `BacktrackWindow` to a number of seconds",
        ..Row::NEW
    }]),
};
