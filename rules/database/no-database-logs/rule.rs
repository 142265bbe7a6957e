//! Databases that send their logs nowhere.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-database-logs",
    title: "logs of the database are not kept",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.1"],
    cwe: Some(778),
    aliases: &[
        "CKV_AWS_84",
        "CKV_AWS_85",
        "CKV_AWS_101",
        "CKV_AWS_104",
        "CKV_AWS_129",
        "CKV_AWS_317",
        "CKV_AWS_324",
        "CKV_AWS_325",
        "DocumentDB.4",
        "ES.5",
        "Neptune.2",
        "Opensearch.5",
        "RDS.9",
        "RDS.34",
        "DOCDB_CLUSTER_AUDIT_LOGGING_ENABLED",
        "NEPTUNE_CLUSTER_CLOUDWATCH_LOG_EXPORT_ENABLED",
        "OPENSEARCH_AUDIT_LOGGING_ENABLED",
        "RDS_AURORA_MYSQL_AUDIT_LOGGING_ENABLED",
        "RDS_LOGGING_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_129", "RDS.9", "RDS_LOGGING_ENABLED"],
            when: Some(Want {
                path: "DBClusterIdentifier",
                is: Is::Absent,
            }),
            any: &[Want {
                path: "EnableCloudwatchLogsExports",
                is: Is::NotEmpty,
            }],
            message: "logs stay on the database host, and go with it",
            help: "list the log types in `EnableCloudwatchLogsExports`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &["CKV_AWS_324"],
            any: &[Want {
                path: "EnableCloudwatchLogsExports",
                is: Is::NotEmpty,
            }],
            message: "logs stay on the database hosts, and go with them",
            help: "list the log types in `EnableCloudwatchLogsExports`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &[
                "CKV_AWS_325",
                "RDS.34",
                "RDS_AURORA_MYSQL_AUDIT_LOGGING_ENABLED",
            ],
            when: Some(Want::one_of("Engine", &["aurora-mysql", "aurora"])),
            any: &[Want {
                path: "EnableCloudwatchLogsExports",
                is: Is::Holds { text: "audit" },
            }],
            message: "the audit log, which says who did what, is not exported",
            help: "add `audit` to `EnableCloudwatchLogsExports`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DocDB::DBCluster",
            aliases: &["CKV_AWS_85"],
            any: &[
                Want {
                    path: "EnableCloudwatchLogsExports",
                    is: Is::Holds { text: "audit" },
                },
                Want {
                    path: "EnableCloudwatchLogsExports",
                    is: Is::Holds { text: "profiler" },
                },
            ],
            message: "logs stay on the database hosts, and go with them",
            help: "list `audit` and `profiler` in `EnableCloudwatchLogsExports`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DocDB::DBCluster",
            aliases: &["DocumentDB.4", "DOCDB_CLUSTER_AUDIT_LOGGING_ENABLED"],
            any: &[Want {
                path: "EnableCloudwatchLogsExports",
                is: Is::Holds { text: "audit" },
            }],
            message: "the audit log, which says who did what, is not exported",
            help: "add `audit` to `EnableCloudwatchLogsExports`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DocDB::DBClusterParameterGroup",
            aliases: &["CKV_AWS_104"],
            any: &[Want::one_of(
                "Parameters.audit_logs",
                &["enabled", "all", "ddl", "dml_read", "dml_write"],
            )],
            message: "the cluster writes no audit log",
            help: "set `audit_logs: enabled` in `Parameters`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Neptune::DBCluster",
            aliases: &[
                "CKV_AWS_101",
                "Neptune.2",
                "NEPTUNE_CLUSTER_CLOUDWATCH_LOG_EXPORT_ENABLED",
            ],
            any: &[Want {
                path: "EnableCloudwatchLogsExports",
                is: Is::Holds { text: "audit" },
            }],
            message: "the audit log, which says who did what, is not exported",
            help: "add `audit` to `EnableCloudwatchLogsExports`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::OpenSearchService::Domain",
            aliases: &["CKV_AWS_84"],
            any: &[Want {
                path: "LogPublishingOptions",
                is: Is::NotEmpty,
            }],
            message: "the domain publishes no logs",
            help: "set `LogPublishingOptions`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::OpenSearchService::Domain",
            aliases: &[
                "CKV_AWS_317",
                "Opensearch.5",
                "OPENSEARCH_AUDIT_LOGGING_ENABLED",
            ],
            any: &[Want::on("LogPublishingOptions.AUDIT_LOGS.Enabled")],
            message: "the audit log, which says who did what, is not published",
            help: "set `LogPublishingOptions.AUDIT_LOGS`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Elasticsearch::Domain",
            aliases: &["CKV_AWS_84"],
            any: &[Want {
                path: "LogPublishingOptions",
                is: Is::NotEmpty,
            }],
            message: "the domain publishes no logs",
            help: "set `LogPublishingOptions`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Elasticsearch::Domain",
            aliases: &["CKV_AWS_317", "ES.5"],
            any: &[Want::on("LogPublishingOptions.AUDIT_LOGS.Enabled")],
            message: "the audit log, which says who did what, is not published",
            help: "set `LogPublishingOptions.AUDIT_LOGS`",
            ..Row::NEW
        },
    ]),
};
