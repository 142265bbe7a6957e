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
    check: Check::Resource {
        kinds: &["AWS::Cognito::UserPool"],
        check,
    },
};

fn check(pool: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let second = Want::one_of("MfaConfiguration", &["ON", "true", "OPTIONAL"]);
    let verdict = [PASSKEY, MAIL, MESSAGE]
        .iter()
        .fold(second.judge(pool), |verdict, want| {
            verdict.or(want.judge(pool))
        });
    let staff = has_staff(pool, cx.app);
    let leaves = pool.at("MfaConfiguration");
    let off = leaves.iter().any(|leaf| leaf.present() == Answer::Yes);
    sink.finding(pool)
        .property("MfaConfiguration")
        .aliases(RULE.aliases)
        .profile(if staff || off {
            Profile::Default
        } else {
            Profile::All
        })
        .message(if staff {
            "multi-factor authentication is off, and some of the users are more than customers: a guessed or leaked password is enough to be one of them"
        } else {
            "multi-factor authentication is off: a guessed or leaked password is enough to be a user"
        })
        .help("set `MfaConfiguration` to `ON` (or `OPTIONAL`, and ask for it where it matters) and `EnabledMfas` to `SOFTWARE_TOKEN_MFA`")
        .judge(verdict);
    let everyone = Want {
        path: "MfaConfiguration",
        is: Is::NotIn {
            texts: &["OPTIONAL"],
        },
    };
    sink.finding(pool)
        .property("MfaConfiguration")
        .item("optional")
        .severity(Severity::Info)
        .profile(Profile::All)
        .message("multi-factor authentication is left to each user")
        .help("set `MfaConfiguration: ON` where all users have a second factor")
        .judge(everyone.judge(pool));
}

/// Whether the pool holds people who may do more than customers: only administrators add users,
/// or some users are in groups.
fn has_staff(pool: &Resource, app: &Application) -> bool {
    let invited = Want::on("AdminCreateUserConfig.AllowAdminCreateUserOnly");
    let mut groups = app.attached("AWS::Cognito::UserPoolGroup", "UserPoolId", &pool.id);
    invited.judge(pool).passes() || groups.next().is_some()
}

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
