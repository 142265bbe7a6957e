//! Logs that are not under a key of one's own.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "provider-managed-log-key",
    title: "the log is not encrypted with a key of your own",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.4", "SCSP-3.1"],
    cwe: None,
    aliases: &[
        "CKV_AWS_158",
        "CLOUDWATCH_LOG_GROUP_ENCRYPTED",
        "CKV_AWS_35",
        "CloudTrail.2",
        "CLOUD_TRAIL_ENCRYPTION_ENABLED",
        "CKV_AWS_294",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::Logs::LogGroup",
            aliases: &["CKV_AWS_158", "CLOUDWATCH_LOG_GROUP_ENCRYPTED"],
            any: &[Want::present("KmsKeyId")],
            message: "the log group is encrypted with a key of the service, so that access to the log is the only lock on what functions write into it",
            help: "set `KmsKeyId` to the ARN of a key whose policy lets the Logs service use it",
            ..Row::NEW
        },
        Row {
            kind: "AWS::CloudTrail::Trail",
            aliases: &[
                "CKV_AWS_35",
                "CloudTrail.2",
                "CLOUD_TRAIL_ENCRYPTION_ENABLED",
            ],
            any: &[Want::present("KMSKeyId")],
            message: "the trail is encrypted with the key of its bucket, so that whoever may read the bucket may read the trail",
            help: "set `KMSKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::CloudTrail::EventDataStore",
            aliases: &["CKV_AWS_294"],
            any: &[Want::present("KmsKeyId")],
            message: "the event data store is encrypted with a key of the service",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
    ]),
};
