//! User pools that do not react to stolen passwords and unusual sign-ins.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "pool-without-threat-protection",
    title: "the user pool does not react to suspicious sign-ins",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-7.1", "SCSP-7.2"],
    cwe: Some(307),
    aliases: &["Cognito.1", "COGNITO_USER_POOL_ADVANCED_SECURITY_ENABLED"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::Cognito::UserPool",
        aliases: &["Cognito.1", "COGNITO_USER_POOL_ADVANCED_SECURITY_ENABLED"],
        any: &[Want::one_of(
            "UserPoolAddOns.AdvancedSecurityMode",
            &["ENFORCED"],
        )],
        message: "sign-ins with leaked passwords or from unusual places go through unnoticed",
        help: "set `UserPoolAddOns.AdvancedSecurityMode: ENFORCED` (it needs the Plus feature plan)",
        ..Row::NEW
    }]),
};
