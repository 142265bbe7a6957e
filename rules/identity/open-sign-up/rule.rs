//! User pools in which everyone can make an account.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "open-sign-up",
    title: "everyone can sign up",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-5.2", "SCSP-5.4"],
    cwe: Some(284),
    aliases: &[],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::Cognito::UserPool",
        any: &[Want::on("AdminCreateUserConfig.AllowAdminCreateUserOnly")],
        message: "everyone can make an account in this pool: a valid token says only that somebody signed up",
        help: "set `AdminCreateUserConfig.AllowAdminCreateUserOnly: true`, or check groups or scopes behind every route",
        ..Row::NEW
    }]),
};
