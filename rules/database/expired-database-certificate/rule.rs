//! Databases whose server certificate has run out.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "expired-database-certificate",
    title: "the database presents an expired certificate",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.2", "BPSS-3.3"],
    cwe: Some(298),
    aliases: &["CKV_AWS_211"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::RDS::DBInstance",
        aliases: &["CKV_AWS_211"],
        any: &[Want {
            path: "CACertificateIdentifier",
            is: Is::NotIn {
                texts: &["rds-ca-2010", "rds-ca-2015", "rds-ca-2019"],
            },
        }],
        message: "the certificate authority has expired: clients that still connect do not verify whom they talk to",
        help: "remove `CACertificateIdentifier`, or set it to `rds-ca-rsa2048-g1`",
        ..Row::NEW
    }]),
};
