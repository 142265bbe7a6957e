//! Buckets whose objects can be changed or removed at any time.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-object-lock",
    title: "objects of the bucket are not locked against change",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.4"],
    cwe: None,
    aliases: &["CKV_AWS_143", "S3.15", "S3_BUCKET_DEFAULT_LOCK_ENABLED"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::S3::Bucket",
        aliases: &["CKV_AWS_143", "S3.15", "S3_BUCKET_DEFAULT_LOCK_ENABLED"],
        any: &[
            Want::on("ObjectLockEnabled"),
            Want::present("ObjectLockConfiguration"),
        ],
        message: "object lock is not on: logs and backups here can be altered or removed",
        help: "set `ObjectLockEnabled: true` and a retention in `ObjectLockConfiguration` for what has to be kept",
        ..Row::NEW
    }]),
};
