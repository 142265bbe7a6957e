//! Alarms that tell nobody.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "silent-alarm",
    title: "the alarm tells nobody",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-7.1", "BPSS-4.8"],
    cwe: None,
    aliases: &[
        "CKV_AWS_319",
        "CloudWatch.17",
        "CLOUDWATCH_ALARM_ACTION_ENABLED_CHECK",
        "CloudWatch.15",
        "CLOUDWATCH_ALARM_ACTION_CHECK",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::CloudWatch::Alarm",
            aliases: &[
                "CKV_AWS_319",
                "CloudWatch.17",
                "CLOUDWATCH_ALARM_ACTION_ENABLED_CHECK",
            ],
            any: &[Want {
                path: "ActionsEnabled",
                is: Is::True { default: true },
            }],
            message: "the alarm's actions are switched off: it goes off, and nobody hears it",
            help: "remove `ActionsEnabled: false`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::CloudWatch::CompositeAlarm",
            aliases: &[],
            any: &[Want {
                path: "ActionsEnabled",
                is: Is::True { default: true },
            }],
            message: "the alarm's actions are switched off: it goes off, and nobody hears it",
            help: "remove `ActionsEnabled: false`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::CloudWatch::Alarm",
            aliases: &["CloudWatch.15", "CLOUDWATCH_ALARM_ACTION_CHECK"],
            any: &[Want {
                path: "AlarmActions",
                is: Is::NotEmpty,
            }],
            message: "the alarm has no action for the state ALARM: it goes off, and nobody hears it",
            help: "set `AlarmActions` to a topic that somebody reads",
            profile: Some(Profile::All),
            ..Row::NEW
        },
    ]),
};
