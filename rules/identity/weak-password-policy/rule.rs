//! User pools and accounts that accept passwords which are quickly guessed.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "weak-password-policy",
    title: "weak passwords are accepted",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-5.2", "BPSS-2.18"],
    cwe: Some(521),
    aliases: &[
        "CKV_AWS_9",
        "CKV_AWS_10",
        "CKV_AWS_11",
        "CKV_AWS_12",
        "CKV_AWS_13",
        "CKV_AWS_14",
        "CKV_AWS_15",
        "Cognito.3",
        "COGNITO_USER_POOL_PASSWORD_POLICY_CHECK",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Cognito::UserPool", ACCOUNT],
        check,
    },
};

const ALIASES: &[&str] = &["Cognito.3", "COGNITO_USER_POOL_PASSWORD_POLICY_CHECK"];
const ACCOUNT: &str = "AWS::IAM::AccountPasswordPolicy";
const POLICY: &str = "Policies.PasswordPolicy";
const LENGTH: &str = "Policies.PasswordPolicy.MinimumLength";
const CLASSES: [&str; 4] = [
    "Policies.PasswordPolicy.RequireLowercase",
    "Policies.PasswordPolicy.RequireNumbers",
    "Policies.PasswordPolicy.RequireSymbols",
    "Policies.PasswordPolicy.RequireUppercase",
];

fn check(pool: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let wanted = f64::from(cx.parameters.password_min_length);
    if *pool.kind == *ACCOUNT {
        return account(pool, wanted, sink);
    }
    // Without any policy Cognito asks for eight characters of all four classes; a policy that
    // leaves a class out does not ask for it.
    let policy = pool.at(POLICY);
    let stated = policy
        .iter()
        .any(|leaf| !matches!(leaf.value.data, Data::Absent | Data::Null));
    let length = |least: f64| {
        Verdict::of(&pool.at(LENGTH), |leaf| {
            leaf.number(Some(8.0), |n| n >= least)
        })
    };
    let class = |path: &&str| Verdict::of(&pool.at(path), |leaf| leaf.bool(!stated));
    let all = CLASSES
        .iter()
        .map(class)
        .fold(Verdict::default(), Verdict::and);
    let any = CLASSES.iter().map(class).reduce(Verdict::or);
    let some_strength = any.unwrap_or_default().or(length(wanted));
    let at = pool
        .properties
        .get("Policies")
        .and_then(|policies| policies.entry("PasswordPolicy"))
        .map_or(&pool.origin, |entry| &entry.key_origin);

    if length(8.0).fails() {
        sink.finding(pool)
            .property(LENGTH)
            .aliases(ALIASES)
            .message("passwords of fewer than 8 characters are accepted: attackers try the short ones first")
            .help("set `MinimumLength` of the password policy to 14 or more")
            .judge(length(8.0));
    } else if some_strength.fails() {
        sink.finding(pool)
            .property(POLICY)
            .aliases(ALIASES)
            .at(at)
            .confidence(Confidence::Medium)
            .message("short passwords of one kind of character are accepted, such as `password`")
            .help("set `MinimumLength` of the password policy to 14 or more, or ask for several kinds of character")
            .judge(some_strength);
    } else if all.fails() {
        sink.finding(pool)
            .property(POLICY)
            .aliases(ALIASES)
            .at(at)
            .severity(Severity::Low)
            .profile(Profile::All)
            .message("the password policy does not ask for all four kinds of character")
            .help("set `RequireLowercase`, `RequireUppercase`, `RequireNumbers` and `RequireSymbols` of the password policy")
            .judge(all);
    } else {
        sink.finding(pool)
            .property(LENGTH)
            .severity(Severity::Low)
            .profile(Profile::All)
            .message(format!(
                "passwords of fewer than {wanted} characters are accepted"
            ))
            .help(format!(
                "set `MinimumLength` of the password policy to {wanted} or more"
            ))
            .judge(length(wanted));
    }
    sink.finding(pool)
        .property("Policies.PasswordPolicy.TemporaryPasswordValidityDays")
        .aliases(ALIASES)
        .severity(Severity::Low)
        .profile(Profile::All)
        .message("the password of an invitation is valid for more than a week")
        .help("set `TemporaryPasswordValidityDays` of the password policy to 7 or less")
        .judge(Verdict::of(
            &pool.at("Policies.PasswordPolicy.TemporaryPasswordValidityDays"),
            |leaf| leaf.number(Some(7.0), |days| days <= 7.0),
        ));
}

/// Kinds of character, and who else asks for them.
const DEMANDS: [(&str, &str, &str); 4] = [
    ("RequireLowercaseCharacters", "a lowercase letter", "CKV_AWS_11"),
    ("RequireNumbers", "a digit", "CKV_AWS_12"),
    ("RequireSymbols", "a symbol", "CKV_AWS_14"),
    ("RequireUppercaseCharacters", "an uppercase letter", "CKV_AWS_15"),
];

/// The policy for the users of an account. What it leaves out, the account does not ask for; six
/// characters are the least.
fn account(policy: &Resource, wanted: f64, sink: &mut Sink<'_>) {
    let length = |least: f64| {
        Verdict::of(&policy.at("MinimumPasswordLength"), |leaf| {
            leaf.number(Some(6.0), |n| n >= least)
        })
    };
    let aliases: &[&str] = match length(14.0).fails() {
        true => &["CKV_AWS_10"],
        false => &[],
    };
    let builder = sink
        .finding(policy)
        .property("MinimumPasswordLength")
        .aliases(aliases)
        .message(format!(
            "users of the account may have passwords of fewer than {wanted} characters"
        ))
        .help(format!("set `MinimumPasswordLength` to {wanted} or more"));
    let builder = match length(8.0).fails() {
        true => builder,
        false => builder.severity(Severity::Low).profile(Profile::All),
    };
    builder.judge(length(wanted));
    for (property, what, alias) in DEMANDS {
        sink.finding(policy)
            .property(property)
            .aliases(&[alias])
            .severity(Severity::Low)
            .profile(Profile::All)
            .message(format!("passwords of the account's users need not have {what}"))
            .help(format!("set `{property}` to true"))
            .judge(Want::on(property).judge(policy));
    }
    for (property, least, most, message, help, alias) in [
        (
            "MaxPasswordAge",
            1.0,
            90.0,
            "a password of the account's users is valid for more than 90 days, or for ever",
            "set `MaxPasswordAge` to 90 or less",
            "CKV_AWS_9",
        ),
        (
            "PasswordReusePrevention",
            24.0,
            f64::INFINITY,
            "users of the account may take a password again that they had before",
            "set `PasswordReusePrevention` to 24",
            "CKV_AWS_13",
        ),
    ] {
        sink.finding(policy)
            .property(property)
            .aliases(&[alias])
            .severity(Severity::Low)
            .profile(Profile::All)
            .message(message)
            .help(help)
            .judge(Verdict::of(&policy.at(property), |leaf| {
                leaf.number(Some(0.0), |n| n >= least && n <= most)
            }));
    }
}
