//! Distributions under the provider's certificate.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "provider-certificate",
    title: "the distribution has no certificate of its own",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-3.2"],
    cwe: None,
    aliases: &[
        "CKV2_AWS_42",
        "CloudFront.7",
        "CLOUDFRONT_CUSTOM_SSL_CERTIFICATE",
    ],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::CloudFront::Distribution",
        aliases: &[
            "CKV2_AWS_42",
            "CloudFront.7",
            "CLOUDFRONT_CUSTOM_SSL_CERTIFICATE",
        ],
        any: &[
            Want::present("DistributionConfig.ViewerCertificate.AcmCertificateArn"),
            Want::present("DistributionConfig.ViewerCertificate.IamCertificateId"),
        ],
        message: "the distribution answers under the provider's name and certificate, with which no TLS policy can be chosen",
        help: "give it a name of your own and set `ViewerCertificate.AcmCertificateArn`",
        ..Row::NEW
    }]),
};
