//! Parameters that hold a secret in the open.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "plaintext-parameter",
    title: "a secret is written in a parameter of the template",
    severity: Severity::High,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-2.4", "BPSS-1.9"],
    cwe: Some(798),
    aliases: &["CKV_AWS_384"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::SSM::Parameter"],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    // The parameter's own name says more than the logical id; both are asked.
    let name = resource.text("Name").unwrap_or_default();
    let said = named_secret(&resource.id) || named_secret(name.rsplit('/').next().unwrap_or(name));
    let verdict = Verdict::of(&resource.at("Value"), |leaf| match &leaf.value.data {
        Data::Text(text) => (!(known_shape(text) || (said && secret(text)))).into(),
        _ => Answer::Yes,
    });
    sink.finding(resource)
        .property("Value")
        .message("a secret is written in the template, into a parameter that is stored unencrypted")
        .help("keep it in Secrets Manager, or in a `SecureString` parameter that is made outside of the template")
        .aliases(&["CKV_AWS_384"])
        .judge(verdict);
}

fn named_secret(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let about = [
        "arn", "name", "path", "id", "url", "ttl", "length", "expiry", "table", "lambda", "role",
        "endpoint",
    ];
    let words = [
        "password",
        "passwd",
        "secret",
        "apikey",
        "token",
        "privatekey",
        "accesskey",
        "credential",
        "connectionstring",
    ];
    words.iter().any(|word| name.contains(word)) && !about.iter().any(|end| name.ends_with(end))
}

/// Texts that can hardly be anything but a credential.
fn known_shape(text: &str) -> bool {
    let text = text.trim();
    let key_id = (text.starts_with("AKIA") || text.starts_with("ASIA"))
        && text.len() == 20
        && !text.ends_with("EXAMPLE")
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let prefixed = [
        "ghp_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "sk_live_",
        "rk_live_",
    ]
    .iter()
    .any(|prefix| text.starts_with(prefix) && text.len() >= 20);
    let with_password = text.split_once("://").is_some_and(|(_, rest)| {
        let place = rest.split(['/', '?']).next().unwrap_or(rest);
        place
            .rsplit_once('@')
            .and_then(|(user, _)| user.split_once(':'))
            .is_some_and(|(_, password)| !placeholder(password))
    });
    key_id
        || prefixed
        || with_password
        || (text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----"))
}

/// Whether a text under a telling name is the secret itself, and not the name of a place.
fn secret(text: &str) -> bool {
    let text = text.trim();
    let place = text.starts_with("arn:")
        || text.starts_with('/')
        || text.starts_with("http://")
        || text.starts_with("https://");
    let word = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    let number = text.parse::<f64>().is_ok() && text.len() < 6;
    !place
        && !word
        && !number
        && !text.contains("{{resolve:")
        && !text.contains("${")
        && !placeholder(text)
}

/// What people write where the real value is to go.
fn placeholder(text: &str) -> bool {
    let text = text
        .trim()
        .trim_matches(['<', '>', '{', '}', '[', ']', '"']);
    let lower = text.to_ascii_lowercase();
    let words = [
        "change",
        "replace",
        "placeholder",
        "todo",
        "example",
        "dummy",
        "your",
        "insert",
        "fill",
        "update",
        "tbd",
        "enter",
        "set-me",
        "set_me",
        "setme",
        "default",
        "none",
        "null",
        "empty",
        "xxx",
        "***",
        "not-set",
        "to be ",
        "<",
    ];
    lower.len() < 4 || words.iter().any(|word| lower.contains(word))
}
