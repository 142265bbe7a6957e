//! User pools in which a password is all that it takes.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "pool-without-mfa",
    title: "users sign in with a password only",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-5.2", "BPSS-2.18"],
    cwe: Some(308),
    aliases: &["Cognito.5", "COGNITO_USER_POOL_MFA_ENABLED"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::Cognito::UserPool",
            aliases: &["Cognito.5", "COGNITO_USER_POOL_MFA_ENABLED"],
            any: &[
                Want::one_of("MfaConfiguration", &["ON", "true", "OPTIONAL"]),
                PASSKEY,
                MAIL,
                MESSAGE,
            ],
            message: "multi-factor authentication is off: a guessed or leaked password is enough to be a user",
            help: "set `MfaConfiguration` to `ON` (or `OPTIONAL`, and ask for it where it matters) and `EnabledMfas` to `SOFTWARE_TOKEN_MFA`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Cognito::UserPool",
            when: Some(Want::one_of("MfaConfiguration", &["OPTIONAL"])),
            any: &[Want::one_of("MfaConfiguration", &["ON"])],
            message: "multi-factor authentication is left to each user",
            help: "set `MfaConfiguration: ON` where all users have a second factor",
            severity: Some(Severity::Info),
            profile: Some(Profile::All),
            ..Row::NEW
        },
    ]),
};

/// Ways to sign in without a password.
const FACTORS: &str = "Policies.SignInPolicy.AllowedFirstAuthFactors";
const PASSKEY: Want = Want {
    path: FACTORS,
    is: Is::Holds { text: "WEB_AUTHN" },
};
const MAIL: Want = Want {
    path: FACTORS,
    is: Is::Holds { text: "EMAIL_OTP" },
};
const MESSAGE: Want = Want {
    path: FACTORS,
    is: Is::Holds { text: "SMS_OTP" },
};
