//! Databases whose snapshots lose their tags.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "tags-not-on-snapshots",
    title: "snapshots do not carry the tags of the database",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-13.3"],
    cwe: None,
    aliases: &[
        "CKV2_AWS_60",
        "CKV_AWS_313",
        "CKV_AWS_362",
        "Neptune.8",
        "RDS.16",
        "RDS.17",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV2_AWS_60", "RDS.17"],
            when: Some(Want {
                path: "DBClusterIdentifier",
                is: Is::Absent,
            }),
            any: &[Want::on("CopyTagsToSnapshot")],
            message: "snapshots do not carry the tags that say whose data it is",
            help: "set `CopyTagsToSnapshot: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &["CKV_AWS_313", "RDS.16"],
            any: &[Want::on("CopyTagsToSnapshot")],
            message: "snapshots do not carry the tags that say whose data it is",
            help: "set `CopyTagsToSnapshot: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Neptune::DBCluster",
            aliases: &["CKV_AWS_362", "Neptune.8"],
            any: &[Want::on("CopyTagsToSnapshot")],
            message: "snapshots do not carry the tags that say whose data it is",
            help: "set `CopyTagsToSnapshot: true`",
            ..Row::NEW
        },
    ]),
};
