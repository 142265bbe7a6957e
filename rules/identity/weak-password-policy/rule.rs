//! User pools that accept passwords which are quickly guessed.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "weak-password-policy",
    title: "the user pool accepts weak passwords",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-5.2", "BPSS-2.18"],
    cwe: Some(521),
    aliases: ALIASES,
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Cognito::UserPool"],
        check,
    },
};

const ALIASES: &[&str] = &["Cognito.3", "COGNITO_USER_POOL_PASSWORD_POLICY_CHECK"];
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
