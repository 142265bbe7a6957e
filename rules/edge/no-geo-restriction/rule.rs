//! Distributions that answer the whole world.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-geo-restriction",
    title: "requests from all countries are answered",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.4"],
    cwe: None,
    aliases: &["CKV_AWS_374"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::CloudFront::Distribution",
        aliases: &["CKV_AWS_374"],
        any: &[Want {
            path: "DistributionConfig.Restrictions.GeoRestriction.RestrictionType",
            is: Is::In {
                texts: &["whitelist", "blacklist"],
                default: None,
            },
        }],
        message: "requests from all countries are answered",
        help: "set `Restrictions.GeoRestriction` where the service is for some countries only",
        ..Row::NEW
    }]),
};
