//! Distributions that are switched off.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "disabled-distribution",
    title: "the distribution is switched off",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-13.3"],
    cwe: None,
    aliases: &["CKV_AWS_216"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::CloudFront::Distribution",
        aliases: &["CKV_AWS_216"],
        any: &[Want::on("DistributionConfig.Enabled")],
        message: "the distribution is declared but switched off: what nobody uses, nobody watches",
        help: "set `DistributionConfig.Enabled: true`, or remove it",
        ..Row::NEW
    }]),
};
