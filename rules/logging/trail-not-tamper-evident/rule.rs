//! Trails whose files can be changed without a trace.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "trail-not-tamper-evident",
    title: "changes to the trail's files cannot be noticed",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-8.4", "BPSS-1.16"],
    cwe: Some(354),
    aliases: &[
        "CKV_AWS_36",
        "CloudTrail.4",
        "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::CloudTrail::Trail",
        aliases: &[
            "CKV_AWS_36",
            "CloudTrail.4",
            "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
        ],
        any: &[Want::on("EnableLogFileValidation")],
        message: "log files are not signed: whoever can write to the bucket can remove what they did from the trail, and nobody can tell",
        help: "set `EnableLogFileValidation: true`",
        ..Row::NEW
    }]),
};
