//! Databases and caches that are stored unencrypted.

use crate::prelude::*;

/// What is restored or replicated has the encryption of its source. A source in the application is
/// judged itself.
macro_rules! inherits {
    ($kind:literal, $ids:expr, $path:literal, $of:literal) => {
        Row {
            kind: $kind,
            aliases: $ids,
            when: Some(Want::present($path)),
            any: &[
                Want::on("StorageEncrypted"),
                Want {
                    path: $path,
                    is: Is::Declared,
                },
            ],
            message: concat!("the storage is encrypted only if that of the ", $of, " is"),
            help: concat!("make sure that the ", $of, " is encrypted"),
            severity: Some(Severity::Info),
            profile: Some(Profile::All),
            ..Row::NEW
        }
    };
}

pub(crate) static RULE: Rule = Rule {
    id: "unencrypted-database",
    title: "the database is stored unencrypted",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.1", "BPSS-1.2"],
    cwe: Some(311),
    aliases: &[
        "CKV_AWS_5",
        "CKV_AWS_16",
        "CKV_AWS_29",
        "CKV_AWS_44",
        "CKV_AWS_47",
        "CKV_AWS_74",
        "CKV_AWS_96",
        "CKV_AWS_140",
        "CKV_AWS_146",
        "CKV_AWS_279",
        "CKV_AWS_292",
        "DocumentDB.1",
        "DynamoDB.3",
        "ES.1",
        "ElastiCache.4",
        "Neptune.1",
        "Opensearch.1",
        "RDS.3",
        "RDS.27",
        "DAX_ENCRYPTION_ENABLED",
        "DOCDB_CLUSTER_ENCRYPTED",
        "ELASTICACHE_REPL_GRP_ENCRYPTED_AT_REST",
        "ELASTICSEARCH_ENCRYPTED_AT_REST",
        "NEPTUNE_CLUSTER_ENCRYPTED",
        "OPENSEARCH_ENCRYPTED_AT_REST",
        "RDS_CLUSTER_ENCRYPTED_AT_REST",
        "RDS_STORAGE_ENCRYPTED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_16", "RDS.3", "RDS_STORAGE_ENCRYPTED"],
            when: Some(Want {
                path: "DBClusterIdentifier",
                is: Is::Absent,
            }),
            any: &[
                Want::on("StorageEncrypted"),
                Want::present("DBSnapshotIdentifier"),
                Want::present("SourceDBInstanceIdentifier"),
                Want::present("SourceDBClusterIdentifier"),
                Want::present("SourceDbiResourceId"),
                Want::present("SourceDBInstanceAutomatedBackupsArn"),
                Want::present("DBClusterSnapshotIdentifier"),
            ],
            message: "the storage is not encrypted, nor are its snapshots; it can not be changed later",
            help: "set `StorageEncrypted: true`",
            ..Row::NEW
        },
        inherits!("AWS::RDS::DBInstance", &["CKV_AWS_16"], "DBSnapshotIdentifier", "snapshot"),
        inherits!("AWS::RDS::DBInstance", &["CKV_AWS_16"], "DBClusterSnapshotIdentifier", "snapshot"),
        inherits!("AWS::RDS::DBInstance", &["CKV_AWS_16"], "SourceDBInstanceIdentifier", "source"),
        inherits!("AWS::RDS::DBInstance", &["CKV_AWS_16"], "SourceDBClusterIdentifier", "source"),
        inherits!("AWS::RDS::DBInstance", &["CKV_AWS_16"], "SourceDbiResourceId", "source"),
        inherits!("AWS::RDS::DBInstance", &["CKV_AWS_16"], "SourceDBInstanceAutomatedBackupsArn", "source"),
        inherits!("AWS::RDS::DBCluster", &["CKV_AWS_96"], "SnapshotIdentifier", "snapshot"),
        inherits!("AWS::RDS::DBCluster", &["CKV_AWS_96"], "SourceDBClusterIdentifier", "source"),
        inherits!("AWS::RDS::DBCluster", &["CKV_AWS_96"], "ReplicationSourceIdentifier", "source"),
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &["CKV_AWS_96", "RDS.27", "RDS_CLUSTER_ENCRYPTED_AT_REST"],
            any: &[
                Want {
                    path: "StorageEncrypted",
                    is: Is::True { default: true },
                },
                Want::present("SnapshotIdentifier"),
                Want::present("SourceDBClusterIdentifier"),
                Want::present("ReplicationSourceIdentifier"),
            ],
            message: "encryption is switched off for the cluster and its snapshots",
            help: "set `StorageEncrypted: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &["CKV_AWS_96", "RDS.27", "RDS_CLUSTER_ENCRYPTED_AT_REST"],
            when: Some(Want {
                path: "StorageEncrypted",
                is: Is::Absent,
            }),
            any: &[
                Want {
                    path: "Engine",
                    is: Is::NotIn {
                        texts: &["mysql", "postgres"],
                    },
                },
                Want::present("SnapshotIdentifier"),
                Want::present("SourceDBClusterIdentifier"),
                Want::present("ReplicationSourceIdentifier"),
            ],
            message: "a Multi-AZ cluster of this engine is not encrypted unless it is told to",
            help: "set `StorageEncrypted: true`",
            ..Row::NEW
        },
        Row {
            in_serverless: "",
            kind: "AWS::RDS::DBCluster",
            aliases: &["CKV_AWS_96"],
            when: Some(Want {
                path: "StorageEncrypted",
                is: Is::Absent,
            }),
            any: &[
                Want::one_of("Engine", &["mysql", "postgres"]),
                Want::present("SnapshotIdentifier"),
                Want::present("SourceDBClusterIdentifier"),
                Want::present("ReplicationSourceIdentifier"),
            ],
            message: "encryption is left to the provider's default (a key that AWS owns)",
            help: "set `StorageEncrypted: true` to say so",
            severity: Some(Severity::Info),
            profile: Some(Profile::All),
        },
        Row {
            kind: "AWS::RDS::GlobalCluster",
            aliases: &["CKV_AWS_140"],
            any: &[Want {
                path: "StorageEncrypted",
                is: Is::True { default: true },
            }],
            message: "encryption is switched off for all clusters of the global database",
            help: "set `StorageEncrypted: true`",
            ..Row::NEW
        },
        Row {
            in_serverless: "",
            kind: "AWS::RDS::GlobalCluster",
            aliases: &["CKV_AWS_140"],
            when: Some(Want {
                path: "StorageEncrypted",
                is: Is::Absent,
            }),
            any: &[Want::present("SourceDBClusterIdentifier")],
            message: "encryption is left to the provider's default (a key that AWS owns)",
            help: "set `StorageEncrypted: true` to say so",
            severity: Some(Severity::Info),
            profile: Some(Profile::All),
        },
        Row {
            kind: "AWS::DAX::Cluster",
            aliases: &["CKV_AWS_47", "DynamoDB.3", "DAX_ENCRYPTION_ENABLED"],
            any: &[Want::on("SSESpecification.SSEEnabled")],
            message: "the cache keeps the items of the tables unencrypted on its disks",
            help: "set `SSESpecification.SSEEnabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ElastiCache::ReplicationGroup",
            aliases: &[
                "CKV_AWS_29",
                "ElastiCache.4",
                "ELASTICACHE_REPL_GRP_ENCRYPTED_AT_REST",
            ],
            any: &[Want::on("AtRestEncryptionEnabled")],
            message: "what the cache writes to disk, and its backups, are unencrypted",
            help: "set `AtRestEncryptionEnabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Neptune::DBCluster",
            aliases: &["CKV_AWS_44", "Neptune.1", "NEPTUNE_CLUSTER_ENCRYPTED"],
            any: &[
                Want::on("StorageEncrypted"),
                Want::present("SnapshotIdentifier"),
                Want::present("SourceDBClusterIdentifier"),
                Want::present("ReplicationSourceIdentifier"),
            ],
            message: "the graph is stored unencrypted; it can not be changed later",
            help: "set `StorageEncrypted: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DocDB::DBCluster",
            aliases: &["CKV_AWS_74", "DocumentDB.1", "DOCDB_CLUSTER_ENCRYPTED"],
            any: &[
                Want::on("StorageEncrypted"),
                Want::present("SnapshotIdentifier"),
                Want::present("SourceDBClusterIdentifier"),
            ],
            message: "the documents are stored unencrypted; it can not be changed later",
            help: "set `StorageEncrypted: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DocDB::GlobalCluster",
            aliases: &["CKV_AWS_292"],
            any: &[
                Want::on("StorageEncrypted"),
                Want::present("SourceDBClusterIdentifier"),
            ],
            message: "the documents are stored unencrypted in every region",
            help: "set `StorageEncrypted: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Redshift::Cluster",
            any: &[Want {
                path: "Encrypted",
                is: Is::True { default: true },
            }],
            message: "encryption is switched off for the warehouse and its snapshots",
            help: "set `Encrypted: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::OpenSearchService::Domain",
            aliases: &["CKV_AWS_5", "Opensearch.1", "OPENSEARCH_ENCRYPTED_AT_REST"],
            any: &[Want::on("EncryptionAtRestOptions.Enabled")],
            message: "the indices are stored unencrypted",
            help: "set `EncryptionAtRestOptions.Enabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Elasticsearch::Domain",
            aliases: &["CKV_AWS_5", "ES.1", "ELASTICSEARCH_ENCRYPTED_AT_REST"],
            any: &[Want::on("EncryptionAtRestOptions.Enabled")],
            message: "the indices are stored unencrypted",
            help: "set `EncryptionAtRestOptions.Enabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBClusterSnapshot",
            aliases: &["CKV_AWS_146"],
            any: &[Want { path: "StorageEncrypted", is: Is::True { default: true } }],
            message: "the snapshot is stored unencrypted, as its cluster is",
            help: "restore it into an encrypted cluster, and take the snapshot of that",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Neptune::DBClusterSnapshot",
            aliases: &["CKV_AWS_279"],
            any: &[Want { path: "StorageEncrypted", is: Is::True { default: true } }],
            message: "the snapshot is stored unencrypted, as its cluster is",
            help: "restore it into an encrypted cluster, and take the snapshot of that",
            ..Row::NEW
        },
    ]),
};
