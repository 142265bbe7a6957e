//! Buckets that keep no record of who read or wrote their objects.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-bucket-access-log",
    title: "requests to the bucket are not logged",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.1"],
    cwe: Some(778),
    aliases: &["CKV_AWS_18", "S3.9", "S3_BUCKET_LOGGING_ENABLED"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::S3::Bucket",
        aliases: &["CKV_AWS_18", "S3.9", "S3_BUCKET_LOGGING_ENABLED"],
        any: &[Want::present("LoggingConfiguration")],
        message: "access logging is not configured: after an incident nobody can say which objects were read",
        help: "set `LoggingConfiguration` to a bucket that is kept for logs",
        ..Row::NEW
    }]),
};
