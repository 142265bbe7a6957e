//! Databases that stand in one data centre only, and search domains that the loss of a node takes away.

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
        "CKV2_AWS_59",
        "CKV_AWS_157",
        "CKV_AWS_318",
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
        Row {
            kind: "AWS::OpenSearchService::Domain",
            aliases: &["CKV2_AWS_59", "CKV_AWS_318"],
            any: &[Want::on("ClusterConfig.DedicatedMasterEnabled")],
            message: "the nodes that hold the data hold the cluster together as well: when they are busy or lost, so is the domain",
            help: "set `ClusterConfig.DedicatedMasterEnabled: true` with three dedicated master nodes",
            ..Row::NEW
        },
        Row {
            kind: "AWS::OpenSearchService::Domain",
            aliases: &["CKV_AWS_318"],
            when: Some(Want::on("ClusterConfig.DedicatedMasterEnabled")),
            any: &[Want { path: "ClusterConfig.DedicatedMasterCount", is: Is::AtLeast { least: 3.0, default: Some(3.0) } }],
            message: "fewer than three master nodes can not agree on a new one when one of them is lost",
            help: "set `ClusterConfig.DedicatedMasterCount: 3`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Elasticsearch::Domain",
            aliases: &["CKV2_AWS_59", "CKV_AWS_318"],
            any: &[Want::on("ElasticsearchClusterConfig.DedicatedMasterEnabled")],
            message: "the nodes that hold the data hold the cluster together as well: when they are busy or lost, so is the domain",
            help: "set `ElasticsearchClusterConfig.DedicatedMasterEnabled: true` with three dedicated master nodes",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Elasticsearch::Domain",
            aliases: &["CKV_AWS_318"],
            when: Some(Want::on("ElasticsearchClusterConfig.DedicatedMasterEnabled")),
            any: &[Want { path: "ElasticsearchClusterConfig.DedicatedMasterCount", is: Is::AtLeast { least: 3.0, default: Some(3.0) } }],
            message: "fewer than three master nodes can not agree on a new one when one of them is lost",
            help: "set `ElasticsearchClusterConfig.DedicatedMasterCount: 3`",
            ..Row::NEW
        },
    ]),
};
