//! Trails that see one region only.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "single-region-trail",
    title: "the trail records one region only",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.1"],
    cwe: None,
    aliases: &["CKV_AWS_67"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::CloudTrail::Trail",
        aliases: &["CKV_AWS_67"],
        any: &[Want::on("IsMultiRegionTrail")],
        message: "the trail records one region: what somebody starts in another is not seen",
        help: "set `IsMultiRegionTrail: true`",
        ..Row::NEW
    }]),
};
