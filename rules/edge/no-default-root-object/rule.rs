//! Distributions that answer requests for their root with whatever the origin gives.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-default-root-object",
    title: "no default root object is set",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-13.3"],
    cwe: Some(548),
    aliases: &[
        "CKV_AWS_305",
        "CloudFront.1",
        "CLOUDFRONT_DEFAULT_ROOT_OBJECT_CONFIGURED",
    ],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::CloudFront::Distribution",
        aliases: &[
            "CKV_AWS_305",
            "CloudFront.1",
            "CLOUDFRONT_DEFAULT_ROOT_OBJECT_CONFIGURED",
        ],
        any: &[Want::present("DistributionConfig.DefaultRootObject")],
        message: "a request for the root gets whatever the origin gives for it; a bucket may list what it holds",
        help: "set `DistributionConfig.DefaultRootObject` (`index.html`)",
        ..Row::NEW
    }]),
};
