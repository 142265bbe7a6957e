//! Databases that do not get security fixes by themselves.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-minor-upgrades",
    title: "security fixes are not installed automatically",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-17.2", "SCSP-2.2"],
    cwe: Some(1104),
    aliases: &[
        "CKV_AWS_207",
        "CKV_AWS_226",
        "CKV_AWS_322",
        "ElastiCache.2",
        "MQ.3",
        "RDS.13",
        "ELASTICACHE_AUTO_MINOR_VERSION_UPGRADE_CHECK",
        "RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &[
                "CKV_AWS_226",
                "RDS.13",
                "RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED",
            ],
            any: &[Want {
                path: "AutoMinorVersionUpgrade",
                is: Is::True { default: true },
            }],
            message: "security fixes of the engine are not installed automatically",
            help: "remove `AutoMinorVersionUpgrade: false`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_226"],
            any: &[Want::present("AutoMinorVersionUpgrade")],
            message: "minor upgrades are left to the provider's default, which is on",
            help: "set `AutoMinorVersionUpgrade: true` to say so",
            severity: Some(Severity::Info),
            ..Row::NEW
        },
        Row {
            kind: "AWS::AmazonMQ::Broker",
            aliases: &["CKV_AWS_207", "MQ.3"],
            any: &[Want::on("AutoMinorVersionUpgrade")],
            message: "security fixes of the broker are not installed automatically",
            help: "set `AutoMinorVersionUpgrade: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ElastiCache::CacheCluster",
            aliases: &["CKV_AWS_322"],
            any: &[Want {
                path: "AutoMinorVersionUpgrade",
                is: Is::True { default: true },
            }],
            message: "security fixes of the engine are not installed automatically",
            help: "remove `AutoMinorVersionUpgrade: false`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ElastiCache::ReplicationGroup",
            aliases: &[
                "ElastiCache.2",
                "ELASTICACHE_AUTO_MINOR_VERSION_UPGRADE_CHECK",
            ],
            any: &[Want {
                path: "AutoMinorVersionUpgrade",
                is: Is::True { default: true },
            }],
            message: "security fixes of the engine are not installed automatically",
            help: "remove `AutoMinorVersionUpgrade: false`",
            ..Row::NEW
        },
    ]),
};
