//! Buckets whose objects live in one region only.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-bucket-replication",
    title: "objects are kept in one region only",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-10.3"],
    cwe: None,
    aliases: &[
        "CKV_AWS_144",
        "S3.7",
        "S3_BUCKET_CROSS_REGION_REPLICATION_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::S3::Bucket",
        aliases: &[
            "CKV_AWS_144",
            "S3.7",
            "S3_BUCKET_CROSS_REGION_REPLICATION_ENABLED",
        ],
        any: &[Want::one_of(
            "ReplicationConfiguration.Rules[].Status",
            &["Enabled"],
        )],
        message: "the objects are kept in one region only",
        help: "add `ReplicationConfiguration` with an enabled rule to a bucket in another region",
        ..Row::NEW
    }]),
};
