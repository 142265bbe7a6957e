//! Buckets that tell nobody when objects change.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-bucket-events",
    title: "nothing is told when objects change",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-7.1"],
    cwe: None,
    aliases: &["CKV2_AWS_62", "S3.11", "S3_EVENT_NOTIFICATIONS_ENABLED"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::S3::Bucket",
        aliases: &["CKV2_AWS_62", "S3.11", "S3_EVENT_NOTIFICATIONS_ENABLED"],
        any: &[Want::present("NotificationConfiguration")],
        message: "nothing is told when objects are added, replaced or removed",
        help: "set `NotificationConfiguration`, for instance with `EventBridgeConfiguration`",
        ..Row::NEW
    }]),
};
