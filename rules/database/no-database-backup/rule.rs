//! Databases that keep no backups, or keep them too short.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-database-backup",
    title: "the database keeps no backup",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-10.3"],
    cwe: None,
    aliases: &[
        "CKV_AWS_133",
        "CKV_AWS_134",
        "CKV_AWS_360",
        "CKV_AWS_361",
        "DocumentDB.2",
        "ElastiCache.1",
        "Neptune.5",
        "DB_INSTANCE_BACKUP_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_133", "DB_INSTANCE_BACKUP_ENABLED"],
            when: Some(Want {
                path: "DBClusterIdentifier",
                is: Is::Absent,
            }),
            any: &[
                Want {
                    path: "BackupRetentionPeriod",
                    is: Is::AtLeast {
                        least: 1.0,
                        default: Some(1.0),
                    },
                },
                Want::present("SourceDBInstanceIdentifier"),
            ],
            message: "automatic backups are switched off: there is nothing to recover from",
            help: "set `BackupRetentionPeriod` to the days within which a mistake would be noticed",
            severity: Some(Severity::Medium),
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &["CKV_AWS_133"],
            any: &[Want {
                path: "BackupRetentionPeriod",
                is: Is::AtLeast {
                    least: 1.0,
                    default: Some(1.0),
                },
            }],
            message: "automatic backups are switched off: there is nothing to recover from",
            help: "set `BackupRetentionPeriod` to the days within which a mistake would be noticed",
            severity: Some(Severity::Medium),
            ..Row::NEW
        },
        Row {
            kind: "AWS::DocDB::DBCluster",
            aliases: &["CKV_AWS_360", "DocumentDB.2"],
            any: &[Want {
                path: "BackupRetentionPeriod",
                is: Is::AtLeast {
                    least: 7.0,
                    default: Some(1.0),
                },
            }],
            message: "backups are kept for less than a week",
            help: "set `BackupRetentionPeriod` to the days within which a mistake would be noticed",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Neptune::DBCluster",
            aliases: &["CKV_AWS_361", "Neptune.5"],
            any: &[Want {
                path: "BackupRetentionPeriod",
                is: Is::AtLeast {
                    least: 7.0,
                    default: Some(1.0),
                },
            }],
            message: "backups are kept for less than a week",
            help: "set `BackupRetentionPeriod` to the days within which a mistake would be noticed",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ElastiCache::ReplicationGroup",
            aliases: &["ElastiCache.1"],
            any: &[Want {
                path: "SnapshotRetentionLimit",
                is: Is::AtLeast {
                    least: 1.0,
                    default: Some(0.0),
                },
            }],
            message: "no automatic backups are kept",
            help: "set `SnapshotRetentionLimit` to at least 1",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ElastiCache::CacheCluster",
            aliases: &["CKV_AWS_134"],
            when: Some(Want::one_of("Engine", &["redis", "valkey"])),
            any: &[Want {
                path: "SnapshotRetentionLimit",
                is: Is::AtLeast {
                    least: 1.0,
                    default: Some(0.0),
                },
            }],
            message: "no automatic backups are kept",
            help: "set `SnapshotRetentionLimit` to at least 1",
            ..Row::NEW
        },
        Row {
            kind: "AWS::EFS::FileSystem",
            any: &[Want::one_of("BackupPolicy.Status", &["ENABLED"])],
            message: "no automatic backups are kept",
            help: "set `BackupPolicy.Status: ENABLED`",
            ..Row::NEW
        },
    ]),
};
