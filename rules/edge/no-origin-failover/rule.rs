//! Distributions with a single origin.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-origin-failover",
    title: "there is no second origin to fail over to",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-10.3"],
    cwe: None,
    aliases: &[
        "CKV_AWS_310",
        "CloudFront.4",
        "CLOUDFRONT_ORIGIN_FAILOVER_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::CloudFront::Distribution",
        aliases: &[
            "CKV_AWS_310",
            "CloudFront.4",
            "CLOUDFRONT_ORIGIN_FAILOVER_ENABLED",
        ],
        any: &[Want {
            path: "DistributionConfig.OriginGroups.Items",
            is: Is::NotEmpty,
        }],
        message: "when the origin fails, the site fails with it",
        help: "declare an origin group with a second origin in `DistributionConfig.OriginGroups`",
        ..Row::NEW
    }]),
};
