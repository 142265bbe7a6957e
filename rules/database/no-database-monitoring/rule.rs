//! Databases whose performance nobody can look into.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-database-monitoring",
    title: "the database is not monitored in detail",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-7.3"],
    cwe: None,
    aliases: &[
        "CKV_AWS_118",
        "CKV_AWS_353",
        "RDS.6",
        "RDS_ENHANCED_MONITORING_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_118", "RDS.6", "RDS_ENHANCED_MONITORING_ENABLED"],
            any: &[Want {
                path: "MonitoringInterval",
                is: Is::AtLeast {
                    least: 1.0,
                    default: Some(0.0),
                },
            }],
            message: "processes and load of the host are not seen",
            help: "set `MonitoringInterval` to 60 or less, with a `MonitoringRoleArn`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_353"],
            any: &[Want::on("EnablePerformanceInsights")],
            message: "which queries make the load is not seen",
            help: "set `EnablePerformanceInsights: true`",
            ..Row::NEW
        },
    ]),
};
