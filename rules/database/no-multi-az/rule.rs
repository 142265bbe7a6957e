//! Databases that stand in one data centre only.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-multi-az",
    title: "the database stands in one availability zone",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-10.3"],
    cwe: None,
    aliases: &[
        "CKV2_AWS_50",
        "CKV_AWS_157",
        "ElastiCache.3",
        "RDS.5",
        "ELASTICACHE_REPL_GRP_AUTO_FAILOVER_ENABLED",
        "RDS_MULTI_AZ_SUPPORT",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_157", "RDS.5", "RDS_MULTI_AZ_SUPPORT"],
            when: Some(Want {
                path: "DBClusterIdentifier",
                is: Is::Absent,
            }),
            any: &[Want::on("MultiAZ")],
            message: "the database is away when its availability zone is",
            help: "set `MultiAZ: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ElastiCache::ReplicationGroup",
            aliases: &[
                "CKV2_AWS_50",
                "ElastiCache.3",
                "ELASTICACHE_REPL_GRP_AUTO_FAILOVER_ENABLED",
            ],
            any: &[Want::on("AutomaticFailoverEnabled")],
            message: "no replica takes over when the primary fails",
            help: "set `AutomaticFailoverEnabled: true` with at least one replica",
            ..Row::NEW
        },
    ]),
};
