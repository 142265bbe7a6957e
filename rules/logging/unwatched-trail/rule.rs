//! Trails that nobody is told about.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unwatched-trail",
    title: "nothing reacts to what the trail records",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-7.1", "SCSP-8.5"],
    cwe: None,
    aliases: &[
        "CKV_AWS_252",
        "CKV2_AWS_10",
        "CloudTrail.5",
        "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::CloudTrail::Trail",
            aliases: &["CKV_AWS_252"],
            any: &[Want::present("SnsTopicName")],
            message: "nobody is told when new log files arrive",
            help: "set `SnsTopicName` to a topic that your analysis listens to",
            ..Row::NEW
        },
        Row {
            kind: "AWS::CloudTrail::Trail",
            aliases: &[
                "CKV2_AWS_10",
                "CloudTrail.5",
                "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED",
            ],
            any: &[Want::present("CloudWatchLogsLogGroupArn")],
            message: "the trail ends in a bucket: no metric filter or alarm can react to what it records",
            help: "set `CloudWatchLogsLogGroupArn` and `CloudWatchLogsRoleArn`",
            ..Row::NEW
        },
    ]),
};
