//! Users that sign in to the console with a password of their own.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "console-password",
    title: "the user has a password for the console",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-5.4"],
    cwe: None,
    aliases: &["CKV2_AWS_22"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::IAM::User",
        aliases: &["CKV2_AWS_22"],
        any: &[Want {
            path: "LoginProfile",
            is: Is::Absent,
        }],
        message: "the user signs in to the console with a password of its own, past single sign-on and what it demands",
        help: "remove `LoginProfile`, and let people come through IAM Identity Center",
        ..Row::NEW
    }]),
};
