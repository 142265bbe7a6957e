//! Environment variables that are encrypted with a key of the provider.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "environment-without-customer-key",
    title: "environment variables are encrypted with the provider's key",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["BPSS-2.11", "SCSP-3.1"],
    cwe: Some(311),
    aliases: &["CKV_AWS_173"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::Lambda::Function",
        aliases: &["CKV_AWS_173"],
        when: Some(Want {
            path: "Environment.Variables",
            is: Is::NotEmpty,
        }),
        any: &[Want::present("KmsKeyArn")],
        message: "environment variables are encrypted with a key that Lambda manages: everyone who may read the function's configuration reads them",
        help: "set `KmsKeyArn` to a key whose policy says who may decrypt",
        in_serverless: "set `kmsKeyArn` of the function, or of `provider`, to a key whose policy says who may decrypt",
        ..Row::NEW
    }]),
};
