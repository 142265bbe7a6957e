//! Secrets whose value stands in the template.

use crate::prelude::*;
use palisade_core::ViaKind;

pub(crate) static RULE: Rule = Rule {
    id: "literal-secret",
    title: "the value of the secret is written in the template",
    severity: Severity::High,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-2.4", "BPSS-1.9"],
    cwe: Some(798),
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::SecretsManager::Secret"],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let verdict = Verdict::of(&resource.at("SecretString"), |leaf| {
        match &leaf.value.data {
            Data::Text(text) => (!holds_secret(text)).into(),
            // What is looked up, given at deployment or generated is not in the template; the literal
            // parts around it are names and punctuation, unless they hold a value themselves.
            Data::Symbolic(_) => (!holds_secret(&leaf.value.display())).into(),
            _ => Answer::Yes,
        }
    });
    let text = resource.at("SecretString");
    let mut steps = text.iter().flat_map(|leaf| leaf.value.origin.steps());
    let from_parameter = steps.any(|step| matches!(step.kind, ViaKind::Parameter(_)));
    sink.finding(resource)
        .property("SecretString")
        .message(if from_parameter {
            "the secret is made of what parameters hold by default: everyone who can read the repository has it, and whoever deploys without a thought uses it"
        } else {
            "the secret is written in the template: everyone who can read the repository or the stack has it"
        })
        .help("let Secrets Manager make it (`GenerateSecretString`), or put the value in after deployment; a parameter's `Default` is in the template too")
        .judge(verdict);
    let template = Verdict::of(
        &resource.at("GenerateSecretString.SecretStringTemplate"),
        |leaf| match &leaf.value.data {
            Data::Text(text) => (!pairs(text)
                .iter()
                .any(|(key, value)| named_secret(key) && secret(value)))
            .into(),
            _ => Answer::Yes,
        },
    );
    sink.finding(resource)
        .property("GenerateSecretString.SecretStringTemplate")
        .message("a secret value is written in the template beside the one that is generated")
        .help("name the generated key in `GenerateSecretString.GenerateStringKey`, and keep other secrets out of the template")
        .judge(template);
}

/// Whether a secret's text gives something away: as a whole, or in a field of its JSON.
fn holds_secret(text: &str) -> bool {
    let trimmed = text.trim();
    if trimmed.starts_with('{') {
        return pairs(trimmed).iter().any(|(key, value)| {
            !PUBLIC.iter().any(|name| key.eq_ignore_ascii_case(name)) && secret(value)
        });
    }
    secret(trimmed)
}

/// Fields of a secret that describe the place, not the key to it.
const PUBLIC: &[&str] = &[
    "username",
    "user",
    "host",
    "hostname",
    "port",
    "engine",
    "dbname",
    "database",
    "db",
    "url",
    "endpoint",
    "region",
    "dbInstanceIdentifier",
    "dbClusterIdentifier",
    "masterarn",
    "scope",
    "issuer",
    "audience",
    "name",
    "email",
    "type",
    "environment",
    "env",
    "domain",
    "account",
    "description",
];

fn named_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    [
        "password", "passwd", "secret", "token", "apikey", "api_key", "private",
    ]
    .iter()
    .any(|word| key.contains(word))
}

fn secret(value: &str) -> bool {
    let place = value.starts_with('/') || value.starts_with("arn:") || value.contains("://");
    !place && !value.contains("${") && !value.contains("{{resolve:") && !placeholder(value)
}

/// The fields of a JSON text whose values are texts or numbers, at any depth.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut key: Option<String> = None;
    let mut last: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let mut token = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => token.extend(chars.next()),
                        _ => token.push(c),
                    }
                }
                if let Some(key) = key.take() {
                    pairs.push((key, token));
                } else {
                    last = Some(token);
                }
            }
            ':' => key = last.take(),
            '{' | '[' | ',' | '}' | ']' => key = None,
            c if c.is_ascii_digit() => {
                let mut token = String::from(c);
                while let Some(c) = chars.next_if(char::is_ascii_alphanumeric) {
                    token.push(c);
                }
                if let Some(key) = key.take() {
                    pairs.push((key, token));
                }
            }
            _ => {}
        }
    }
    pairs
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
