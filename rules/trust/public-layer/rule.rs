//! Layers that everyone may use, and so download.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "public-layer",
    title: "everyone may use a layer",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["BPSS-2.4", "SCSP-5.4"],
    cwe: Some(284),
    aliases: &[],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::Lambda::LayerVersionPermission",
        any: &[
            Want {
                path: "Principal",
                is: Is::NotIn { texts: &["*"] },
            },
            Want::present("OrganizationId"),
        ],
        message: "every AWS account may use this layer, and whoever may use it can download its code",
        help: "set `OrganizationId`, or name one account in `Principal`",
        ..Row::NEW
    }]),
};
