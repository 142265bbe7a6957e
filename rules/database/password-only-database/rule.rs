//! Databases that know long-lived passwords only.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "password-only-database",
    title: "the database does not accept short-lived credentials",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-1.3", "BPSS-2.12"],
    cwe: None,
    aliases: &[
        "CKV_AWS_161",
        "CKV_AWS_162",
        "CKV_AWS_359",
        "Neptune.7",
        "RDS.10",
        "RDS.12",
        "NEPTUNE_CLUSTER_IAM_DATABASE_AUTHENTICATION",
        "RDS_CLUSTER_IAM_AUTHENTICATION_ENABLED",
        "RDS_INSTANCE_IAM_AUTHENTICATION_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &[
                "CKV_AWS_161",
                "RDS.10",
                "RDS_INSTANCE_IAM_AUTHENTICATION_ENABLED",
            ],
            when: Some(Want {
                path: "DBClusterIdentifier",
                is: Is::Absent,
            }),
            any: &[
                Want::on("EnableIAMDatabaseAuthentication"),
                Want::one_of(
                    "Engine",
                    &[
                        "oracle-ee",
                        "oracle-ee-cdb",
                        "oracle-se2",
                        "oracle-se2-cdb",
                        "sqlserver-ee",
                        "sqlserver-se",
                        "sqlserver-ex",
                        "sqlserver-web",
                        "custom-oracle-ee",
                        "db2-ae",
                        "db2-se",
                    ],
                ),
            ],
            message: "functions can connect with a long-lived password only, not with short-lived tokens of their role",
            help: "set `EnableIAMDatabaseAuthentication: true`, and let functions connect with tokens of their role",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &[
                "CKV_AWS_162",
                "RDS.12",
                "RDS_CLUSTER_IAM_AUTHENTICATION_ENABLED",
            ],
            any: &[Want::on("EnableIAMDatabaseAuthentication")],
            message: "functions can connect with a long-lived password only, not with short-lived tokens of their role",
            help: "set `EnableIAMDatabaseAuthentication: true`, and let functions connect with tokens of their role",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBProxy",
            any: &[
                Want::one_of("Auth[].IAMAuth", &["REQUIRED", "ENABLED"]),
                Want::one_of("DefaultAuthScheme", &["IAM_AUTH"]),
            ],
            message: "clients of the proxy connect with a long-lived password, not with short-lived tokens of their role",
            help: "set `IAMAuth: REQUIRED` in `Auth`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Neptune::DBCluster",
            aliases: &[
                "CKV_AWS_359",
                "Neptune.7",
                "NEPTUNE_CLUSTER_IAM_DATABASE_AUTHENTICATION",
            ],
            any: &[Want::on("IamAuthEnabled")],
            message: "whatever reaches the cluster may query it: requests are not authenticated",
            help: "set `IamAuthEnabled: true`",
            ..Row::NEW
        },
    ]),
};
