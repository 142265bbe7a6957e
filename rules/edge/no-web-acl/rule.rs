//! Distributions without a web ACL.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-web-acl",
    title: "no web ACL stands before it",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.4"],
    cwe: None,
    aliases: &[
        "CKV_AWS_68",
        "CloudFront.6",
        "CLOUDFRONT_ASSOCIATED_WITH_WAF",
    ],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::CloudFront::Distribution",
        aliases: &[
            "CKV_AWS_68",
            "CloudFront.6",
            "CLOUDFRONT_ASSOCIATED_WITH_WAF",
        ],
        any: &[Want::present("DistributionConfig.WebACLId")],
        message: "no web ACL filters or limits what the internet sends to the distribution",
        help: "set `DistributionConfig.WebACLId` to the ARN of an `AWS::WAFv2::WebACL` with scope CLOUDFRONT",
        ..Row::NEW
    }]),
};
