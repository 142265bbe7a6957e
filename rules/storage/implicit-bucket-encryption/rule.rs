//! Buckets that leave their encryption to the provider's default.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "implicit-bucket-encryption",
    title: "bucket encryption is left to the provider's default",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-3.1", "BPSS-1.2"],
    cwe: None,
    aliases: &["CKV_AWS_19", "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::S3::Bucket",
        aliases: &["CKV_AWS_19", "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"],
        any: &[
            Want::present(
                "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.SSEAlgorithm",
            ),
            Want::present("BucketEncryption.ServerSideEncryptionConfiguration[].BucketKeyEnabled"),
        ],
        message: "encryption is left to the provider's default (a key that S3 manages)",
        help: "set `BucketEncryption` to say which encryption is meant",
        ..Row::NEW
    }]),
};
