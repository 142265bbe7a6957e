//! Tables that can not be taken back to an earlier second.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-point-in-time-recovery",
    title: "the table can not be restored to a point in time",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-10.3"],
    cwe: None,
    aliases: &[
        "CKV_AWS_28",
        "CKV_AWS_165",
        "DynamoDB.2",
        "DYNAMODB_PITR_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::DynamoDB::Table",
            aliases: &["CKV_AWS_28", "DynamoDB.2", "DYNAMODB_PITR_ENABLED"],
            any: &[Want::on(
                "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
            )],
            message: "what is overwritten or deleted by mistake can not be brought back",
            help: "set `PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DynamoDB::GlobalTable",
            aliases: &["CKV_AWS_165"],
            any: &[Want::on(
                "Replicas[].PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
            )],
            message: "what is overwritten or deleted by mistake can not be brought back from this replica",
            help: "set `PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled: true` in each replica",
            ..Row::NEW
        },
    ]),
};
