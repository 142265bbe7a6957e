//! Buckets where an overwrite or a deletion is final.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-versioning",
    title: "overwritten and deleted objects are gone",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-10.3"],
    cwe: None,
    aliases: &["CKV_AWS_21", "S3.14", "S3_BUCKET_VERSIONING_ENABLED"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::S3::Bucket",
        aliases: &["CKV_AWS_21", "S3.14", "S3_BUCKET_VERSIONING_ENABLED"],
        any: &[Want::one_of("VersioningConfiguration.Status", &["Enabled"])],
        message: "versioning is not on: an overwritten or deleted object is gone for good",
        help: "set `VersioningConfiguration.Status: Enabled`",
        ..Row::NEW
    }]),
};
