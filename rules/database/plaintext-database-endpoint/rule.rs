//! Caches and search domains that are spoken to without TLS.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "plaintext-database-endpoint",
    title: "connections to the database are not encrypted",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.2", "BPSS-3.3"],
    cwe: Some(319),
    aliases: &[
        "CKV_AWS_6",
        "CKV_AWS_30",
        "CKV_AWS_83",
        "CKV_AWS_228",
        "CKV_AWS_239",
        "DMS.9",
        "DynamoDB.7",
        "ES.3",
        "ES.8",
        "ElastiCache.5",
        "Opensearch.3",
        "Opensearch.8",
        "DAX_TLS_ENDPOINT_ENCRYPTION",
        "DMS_ENDPOINT_SSL_CONFIGURED",
        "ELASTICACHE_REPL_GRP_ENCRYPTED_IN_TRANSIT",
        "ELASTICSEARCH_NODE_TO_NODE_ENCRYPTION_CHECK",
        "OPENSEARCH_NODE_TO_NODE_ENCRYPTION_CHECK",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::DAX::Cluster",
            aliases: &["CKV_AWS_239", "DynamoDB.7", "DAX_TLS_ENDPOINT_ENCRYPTION"],
            any: &[Want::one_of("ClusterEndpointEncryptionType", &["TLS"])],
            message: "items travel between clients and cache unencrypted",
            help: "set `ClusterEndpointEncryptionType: TLS`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ElastiCache::ReplicationGroup",
            aliases: &[
                "CKV_AWS_30",
                "ElastiCache.5",
                "ELASTICACHE_REPL_GRP_ENCRYPTED_IN_TRANSIT",
            ],
            any: &[Want::on("TransitEncryptionEnabled")],
            message: "keys and values travel between clients and cache unencrypted",
            help: "set `TransitEncryptionEnabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ElastiCache::ReplicationGroup",
            any: &[Want {
                path: "TransitEncryptionMode",
                is: Is::NotIn {
                    texts: &["preferred"],
                },
            }],
            message: "the cache also accepts connections without TLS",
            help: "set `TransitEncryptionMode: required`",
            severity: Some(Severity::Low),
            profile: Some(Profile::All),
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBProxy",
            any: &[Want::on("RequireTLS")],
            message: "clients may connect to the proxy without TLS: queries, results and the password can be read on the way",
            help: "set `RequireTLS: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DMS::Endpoint",
            aliases: &["DMS.9", "DMS_ENDPOINT_SSL_CONFIGURED"],
            any: &[
                Want::one_of("SslMode", &["require", "verify-ca", "verify-full"]),
                Want {
                    path: "EngineName",
                    is: Is::NotIn {
                        texts: &[
                            "mysql",
                            "postgres",
                            "mariadb",
                            "sqlserver",
                            "oracle",
                            "aurora",
                            "aurora-postgresql",
                            "mongodb",
                            "docdb",
                            "redshift",
                            "sybase",
                            "db2",
                            "azuredb",
                        ],
                    },
                },
            ],
            message: "data travels between the database and the replication instance unencrypted",
            help: "set `SslMode: verify-full`, or the strictest mode that the engine has",
            severity: Some(Severity::Low),
            profile: Some(Profile::All),
            ..Row::NEW
        },
        Row {
            kind: "AWS::MemoryDB::Cluster",
            any: &[Want {
                path: "TLSEnabled",
                is: Is::True { default: true },
            }],
            message: "keys and values travel between clients and database unencrypted",
            help: "set `TLSEnabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::OpenSearchService::Domain",
            aliases: &[
                "CKV_AWS_6",
                "Opensearch.3",
                "OPENSEARCH_NODE_TO_NODE_ENCRYPTION_CHECK",
            ],
            any: &[Want::on("NodeToNodeEncryptionOptions.Enabled")],
            message: "data travels between the nodes unencrypted",
            help: "set `NodeToNodeEncryptionOptions.Enabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::OpenSearchService::Domain",
            aliases: &["CKV_AWS_83"],
            any: &[Want::on("DomainEndpointOptions.EnforceHTTPS")],
            message: "the domain answers plain HTTP: queries, results and passwords can be read on the way",
            help: "set `DomainEndpointOptions.EnforceHTTPS: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::OpenSearchService::Domain",
            aliases: &["CKV_AWS_228", "Opensearch.8"],
            any: &[Want::one_of(
                "DomainEndpointOptions.TLSSecurityPolicy",
                &[
                    "Policy-Min-TLS-1-2-2019-07",
                    "Policy-Min-TLS-1-2-PFS-2023-10",
                    "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08",
                ],
            )],
            message: "clients may connect with TLS 1.0 and 1.1",
            help: "set `DomainEndpointOptions.TLSSecurityPolicy: Policy-Min-TLS-1-2-PFS-2023-10`",
            severity: Some(Severity::Low),
            profile: Some(Profile::All),
            ..Row::NEW
        },
        Row {
            kind: "AWS::Elasticsearch::Domain",
            aliases: &[
                "CKV_AWS_6",
                "ES.3",
                "ELASTICSEARCH_NODE_TO_NODE_ENCRYPTION_CHECK",
            ],
            any: &[Want::on("NodeToNodeEncryptionOptions.Enabled")],
            message: "data travels between the nodes unencrypted",
            help: "set `NodeToNodeEncryptionOptions.Enabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Elasticsearch::Domain",
            aliases: &["CKV_AWS_83"],
            any: &[Want::on("DomainEndpointOptions.EnforceHTTPS")],
            message: "the domain answers plain HTTP: queries, results and passwords can be read on the way",
            help: "set `DomainEndpointOptions.EnforceHTTPS: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Elasticsearch::Domain",
            aliases: &["CKV_AWS_228", "ES.8"],
            any: &[Want::one_of(
                "DomainEndpointOptions.TLSSecurityPolicy",
                &[
                    "Policy-Min-TLS-1-2-2019-07",
                    "Policy-Min-TLS-1-2-PFS-2023-10",
                    "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08",
                ],
            )],
            message: "clients may connect with TLS 1.0 and 1.1",
            help: "set `DomainEndpointOptions.TLSSecurityPolicy: Policy-Min-TLS-1-2-PFS-2023-10`",
            severity: Some(Severity::Low),
            profile: Some(Profile::All),
            ..Row::NEW
        },
    ]),
};
