//! Databases that one call can delete.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-deletion-protection",
    title: "nothing protects the database from deletion",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-10.3"],
    cwe: None,
    aliases: &[
        "CKV2_AWS_58",
        "CKV_AWS_139",
        "CKV_AWS_293",
        "DocumentDB.5",
        "DynamoDB.6",
        "Neptune.4",
        "RDS.7",
        "RDS.8",
        "DOCDB_CLUSTER_DELETION_PROTECTION_ENABLED",
        "DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED",
        "NEPTUNE_CLUSTER_DELETION_PROTECTION_ENABLED",
        "RDS_CLUSTER_DELETION_PROTECTION_ENABLED",
        "RDS_INSTANCE_DELETION_PROTECTION_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &[
                "CKV_AWS_293",
                "RDS.8",
                "RDS_INSTANCE_DELETION_PROTECTION_ENABLED",
            ],
            when: Some(Want {
                path: "DBClusterIdentifier",
                is: Is::Absent,
            }),
            any: &[Want::on("DeletionProtection")],
            message: "one call, or one change of the template, deletes it with its data",
            help: "set `DeletionProtection: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &[
                "CKV_AWS_139",
                "RDS.7",
                "RDS_CLUSTER_DELETION_PROTECTION_ENABLED",
            ],
            any: &[Want::on("DeletionProtection")],
            message: "one call, or one change of the template, deletes it with its data",
            help: "set `DeletionProtection: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::GlobalCluster",
            any: &[Want::on("DeletionProtection")],
            message: "one call, or one change of the template, deletes it with its data",
            help: "set `DeletionProtection: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Neptune::DBCluster",
            aliases: &["CKV2_AWS_58", "Neptune.4", "NEPTUNE_CLUSTER_DELETION_PROTECTION_ENABLED"],
            any: &[Want::on("DeletionProtection")],
            message: "one call, or one change of the template, deletes it with its data",
            help: "set `DeletionProtection: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DocDB::DBCluster",
            aliases: &["DocumentDB.5", "DOCDB_CLUSTER_DELETION_PROTECTION_ENABLED"],
            any: &[Want::on("DeletionProtection")],
            message: "one call, or one change of the template, deletes it with its data",
            help: "set `DeletionProtection: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DynamoDB::Table",
            aliases: &["DynamoDB.6", "DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED"],
            any: &[Want::on("DeletionProtectionEnabled")],
            message: "one call, or one change of the template, deletes it with its data",
            help: "set `DeletionProtectionEnabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DynamoDB::GlobalTable",
            any: &[Want::on("Replicas[].DeletionProtectionEnabled")],
            message: "one call, or one change of the template, deletes it with its data",
            help: "set `DeletionProtectionEnabled: true` in each replica",
            ..Row::NEW
        },
    ]),
};
