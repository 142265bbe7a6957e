//! Databases that have a public address, and snapshots that are given to everyone.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "public-database",
    title: "the database can be reached from the internet",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.2", "SCSP-4.1"],
    cwe: Some(668),
    aliases: &[
        "CKV_AWS_102",
        "CKV_AWS_17",
        "CKV_AWS_302",
        "DMS.1",
        "RDS.2",
        "Redshift.1",
        "DMS_REPLICATION_NOT_PUBLIC",
        "RDS_INSTANCE_PUBLIC_ACCESS_CHECK",
        "REDSHIFT_CLUSTER_PUBLIC_ACCESS_CHECK",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_17", "RDS.2", "RDS_INSTANCE_PUBLIC_ACCESS_CHECK"],
            any: &[Want {
                path: "PubliclyAccessible",
                is: Is::False { default: false },
            }],
            message: "the database has a public address: scanners find it, and only a security group and a password stand before the data",
            help: "set `PubliclyAccessible: false`, and place it in private subnets",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            any: &[Want {
                path: "PubliclyAccessible",
                is: Is::False { default: false },
            }],
            message: "the cluster has a public address: scanners find it, and only a security group and a password stand before the data",
            help: "set `PubliclyAccessible: false`, and place it in private subnets",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Redshift::Cluster",
            aliases: &["Redshift.1", "REDSHIFT_CLUSTER_PUBLIC_ACCESS_CHECK"],
            any: &[Want {
                path: "PubliclyAccessible",
                is: Is::False { default: false },
            }],
            message: "the warehouse has a public address: only a security group and a password stand before the data",
            help: "set `PubliclyAccessible: false`, and place it in private subnets",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RedshiftServerless::Workgroup",
            any: &[Want {
                path: "PubliclyAccessible",
                is: Is::False { default: false },
            }],
            message: "the warehouse has a public address: only a security group and a password stand before the data",
            help: "set `PubliclyAccessible: false`, and place it in private subnets",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Neptune::DBInstance",
            aliases: &["CKV_AWS_102"],
            any: &[Want {
                path: "PubliclyAccessible",
                is: Is::False { default: false },
            }],
            message: "the database has a public address: only a security group stands before the data",
            help: "set `PubliclyAccessible: false`, and place it in private subnets",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DMS::ReplicationInstance",
            aliases: &["DMS.1", "DMS_REPLICATION_NOT_PUBLIC"],
            any: &[Want {
                path: "PubliclyAccessible",
                is: Is::False { default: true },
            }],
            message: "the replication instance has a public address, and holds credentials of the databases that it copies",
            help: "set `PubliclyAccessible: false`, and place it in private subnets",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBSnapshot",
            aliases: &["CKV_AWS_302"],
            any: &[Want { path: "SharedAccounts[]", is: Is::NotIn { texts: &["all"] } }],
            message: "everyone with an AWS account can restore the snapshot and read all that is in it",
            help: "name the accounts that may restore it",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBClusterSnapshot",
            any: &[Want { path: "SharedAccounts[]", is: Is::NotIn { texts: &["all"] } }],
            message: "everyone with an AWS account can restore the snapshot and read all that is in it",
            help: "name the accounts that may restore it",
            ..Row::NEW
        },
    ]),
};
