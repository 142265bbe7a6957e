//! Secrets that are written as plain text into the environment of functions.
//!
//! Must never put any part of a value into a message.

use crate::prelude::*;
use crate::secret_values::{self as values, Name, plain, secret_name, words};
use palisade_core::ViaKind;

pub(crate) static RULE: Rule = Rule {
    id: "secret-in-environment",
    title: "a secret is written into the function's environment",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-2.4", "BPSS-1.6", "BPSS-2.10", "BPSS-2.12"],
    cwe: Some(798),
    aliases: &["CKV_AWS_45"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Lambda::Function"],
        check,
    },
};

/// What a variable was found to hold.
struct Found {
    what: &'static str,
    severity: Severity,
    confidence: Confidence,
    aliases: &'static [&'static str],
}

impl Found {
    const fn new(what: &'static str, confidence: Confidence) -> Self {
        Self {
            what,
            severity: Severity::High,
            confidence,
            aliases: &[],
        }
    }
}

fn check(function: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    for leaf in function.at("Environment.Variables") {
        if let Data::Unknown(reason) = &leaf.value.data {
            sink.unresolved(function, reason, leaf.at);
        }
        for entry in leaf.value.entries() {
            for leaf in palisade_app::lookup::leaves(&entry.value, "", &entry.key_origin) {
                let Some(found) = leaf
                    .value
                    .parts()
                    .and_then(|parts| judge(&entry.key, &plain(&parts)))
                else {
                    continue;
                };
                sink.finding(function)
                    .property("Environment.Variables")
                    .item(&*entry.key)
                    .at(leaf.at)
                    .severity(found.severity)
                    .confidence(found.confidence)
                    .aliases(found.aliases)
                    .message(format!(
                        "`{}` holds {} in plain text{}: everyone who may read this template or the function's configuration has it",
                        entry.key,
                        found.what,
                        default_of(leaf.value)
                    ))
                    .secret(&leaf.value.origin)
                    .help("keep it in Secrets Manager or Parameter Store, put its name into the environment, and replace the value: it is in the history of this file")
                    .report();
            }
        }
    }
}

/// Says through which parameter's default or given value it came.
fn default_of(value: &Value) -> String {
    value
        .origin
        .steps()
        .find_map(|step| match &step.kind {
            ViaKind::Parameter(name) => Some(format!(", the value of parameter `{name}`")),
            _ => None,
        })
        .unwrap_or_default()
}

fn judge(name: &str, value: &str) -> Option<Found> {
    let value = value.trim();
    let words = words(name);
    let has = |word: &str| words.iter().any(|w| w == word);
    if values::aws_access_key_id(value)
        || (has("SECRET")
            && has("KEY")
            && values::aws_secret_key(value)
            // Forty characters alone may be any hash.
            && (has("ACCESS") || value.contains(['/', '+'])))
    {
        // The key of AWS's documentation opens nothing; what stands here later will.
        let documented = value.contains("EXAMPLE");
        return Some(Found {
            severity: match documented {
                true => Severity::Medium,
                false => Severity::Critical,
            },
            aliases: &["CKV_AWS_45"],
            ..Found::new("an AWS access key", Confidence::High)
        });
    }
    if values::private_key(value) {
        return Some(Found {
            aliases: &["CKV_AWS_45"],
            ..Found::new("a private key", Confidence::High)
        });
    }
    if let Some(what) = values::known(value) {
        return Some(Found::new(what, Confidence::High));
    }
    if values::is_reference(value) || values::is_placeholder(value) {
        return None;
    }
    match secret_name(&words)? {
        Name::Password if !value.contains('/') || values::is_random(value) => {
            Some(Found::new("a password", Confidence::High))
        }
        Name::Key | Name::Secret if values::is_random(value) => {
            Some(Found::new("a secret", Confidence::Medium))
        }
        // `API_KEY: my-secret-key`: may be the name of the secret, and is more often the secret.
        Name::Key if !value.contains('/') && values::is_wordy_secret(value) => Some(Found {
            severity: Severity::Medium,
            ..Found::new("what looks like a secret", Confidence::Low)
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(name: &str, value: &str) -> Option<&'static str> {
        judge(name, value).map(|found| found.what)
    }

    #[test]
    fn names_and_values_decide_together() {
        let check = |name: &str, value: &str, expected: Option<&str>| {
            assert_eq!(what(name, value), expected, "{name}={value}");
        };
        let password = Some("a password");
        check("DB_PASSWORD", "hunter2", password);
        check("dbPassword", "s3cret/with/Slash9", password);
        check("MYSQL_PWD", "root", password);
        check("SMTP_PASS", "letmein", password);
        check("COMPASS", "north", None);
        check("PASSWORD", "", None);
        check("PASSWORD", "changeme", None);
        check("PASSWORD", "<your password>", None);
        check("DB_PASSWORD", "\u{fffc}", None);
        check("DB_PASSWORD", "prod/orders/password", None);
        check("DB_PASSWORD_SECRET_ARN", "whatever9A", None);
        check("PASSWORD_MIN_LENGTH", "12", None);
        check("MAX_TOKENS", "4096", None);
        check("API_KEY", "7f3b2a9c41d84e0ab6f2c9d1", Some("a secret"));
        check("API_KEY", "my-secret-key", Some("what looks like a secret"));
        check("API_KEY_NAME", "my-secret-key", None);
        check("SECRET", "orders-database", None);
        check("SECRET_NAME", "orders", None);
        check("STAGE", "7f3b2a9c41d84e0ab6f2c9d1", None);
        check("TOKEN_URL", "https://example.org/oauth/token", None);
        check("SESSION_TOKEN", "/orders/session-token", None);
    }

    #[test]
    fn shapes_decide_whatever_the_name() {
        let check = |value: &str, expected: Option<&str>| {
            assert_eq!(what("SETTING", value), expected, "{value}");
        };
        // Put together here, so that no scanner takes this file for one with secrets.
        let many = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6";
        check("AKIAIOSFODNN7EXAMPLE", Some("an AWS access key"));
        check("AKIAIOSFODNN7EXAMPLEMORE", None);
        check(&format!("ghp_{many}"), Some("a GitHub token"));
        check(&format!("Bearer ghp_{many}"), Some("a GitHub token"));
        check(&format!("{}_live_{many}", "sk"), Some("a Stripe key"));
        check(&format!("xox{}-{many}", "b"), Some("a Slack token"));
        check(
            &format!("-----BEGIN RSA {} KEY-----\n{many}", "PRIVATE"),
            Some("a private key"),
        );
        check(
            &format!("eyJhbGciOiJIUzI1NiJ9.eyJ{many}.{many}"),
            Some("a signed token (JWT)"),
        );
        let connection = Some("a connection string with its password");
        check("postgres://app:hunter2@db.internal:5432/orders", connection);
        check("mongodb+srv://app:hunter2@\u{fffc}/orders", connection);
        check("postgres://app:\u{fffc}@db.internal/orders", None);
        check("postgres://app:<password>@db.internal/orders", None);
        check("postgres://app@db.internal/orders", None);
        check("https://example.org/a:b@c", None);
        check("Server=db;User Id=app;Password=hunter2;", connection);
        check("Server=db;User Id=app;Password=\u{fffc};", None);
    }
}
