//! GuardDuty that is declared but switched off.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "disabled-threat-detection",
    title: "threat detection is switched off",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-9.1"],
    cwe: None,
    aliases: &[
        "CKV_AWS_238",
        "CKV2_AWS_3",
        "GuardDuty.1",
        "GUARDDUTY_ENABLED_CENTRALIZED",
    ],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::GuardDuty::Detector",
        aliases: &[
            "CKV_AWS_238",
            "CKV2_AWS_3",
            "GuardDuty.1",
            "GUARDDUTY_ENABLED_CENTRALIZED",
        ],
        any: &[Want::on("Enable")],
        message: "the detector is switched off: nothing looks for stolen credentials or contact with known bad addresses",
        help: "set `Enable: true`",
        ..Row::NEW
    }]),
};
