//! Buckets where access control lists count beside the policy.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "bucket-acls",
    title: "access control lists decide over objects",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-1.1"],
    cwe: None,
    aliases: &["CKV2_AWS_65"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::S3::Bucket",
        aliases: &["CKV2_AWS_65"],
        any: &[Want {
            path: "OwnershipControls.Rules[].ObjectOwnership",
            is: Is::In {
                texts: &["BucketOwnerEnforced"],
                default: Some("BucketOwnerEnforced"),
            },
        }],
        message: "access control lists are on: whoever uploads an object may open it to others",
        help: "set `ObjectOwnership: BucketOwnerEnforced`, and grant access in the bucket policy",
        ..Row::NEW
    }]),
};
