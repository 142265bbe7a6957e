//! Trails that are declared but do not record.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "stopped-trail",
    title: "the trail does not record",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-8.1", "BPSS-1.16"],
    cwe: Some(778),
    aliases: &["CKV_AWS_251"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::CloudTrail::Trail",
            aliases: &["CKV_AWS_251"],
            any: &[Want {
                path: "IsLogging",
                is: Is::True { default: true },
            }],
            message: "the trail is there but records nothing: no call to the account is kept",
            help: "set `IsLogging: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::CloudTrail::EventDataStore",
            aliases: &[],
            any: &[Want {
                path: "IngestionEnabled",
                is: Is::True { default: true },
            }],
            message: "the event data store takes no events in",
            help: "remove `IngestionEnabled: false`",
            ..Row::NEW
        },
    ]),
};
