//! Secrets that are written into the template, wherever they stand. Nothing of their value is
//! ever said.

use crate::prelude::*;
use palisade_app::Part;
use palisade_core::Origin;

pub(crate) static RULE: Rule = Rule {
    id: "secret-in-template",
    title: "a secret is written into the template",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-2.4", "BPSS-1.8", "BPSS-1.9"],
    cwe: Some(798),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

/// Properties that hold a secret and nothing else: kind, path, what it is.
const SECRETS: &[(&str, &str, &str)] = &[
    (
        "AWS::Amplify::App",
        "AccessToken",
        "the token for the repository",
    ),
    (
        "AWS::Amplify::App",
        "BasicAuthConfig.Password",
        "the password of the site",
    ),
    (
        "AWS::Amplify::App",
        "OauthToken",
        "the token for the repository",
    ),
    (
        "AWS::ApiGateway::ApiKey",
        "Value",
        "the value of an API key",
    ),
    (
        "AWS::CodePipeline::Webhook",
        "AuthenticationConfiguration.SecretToken",
        "the secret of the webhook",
    ),
    (
        "AWS::CodePipeline::Pipeline",
        "Stages[].Actions[].Configuration.OAuthToken",
        "the token for the repository",
    ),
    (
        "AWS::Cognito::UserPoolIdentityProvider",
        "ProviderDetails.client_secret",
        "the secret of the OAuth client",
    ),
    (
        "AWS::Cognito::UserPoolIdentityProvider",
        "ProviderDetails.private_key",
        "the key of the OAuth client",
    ),
    (
        "AWS::DMS::Endpoint",
        "Password",
        "the password of a database",
    ),
    (
        "AWS::DirectoryService::MicrosoftAD",
        "Password",
        "the administrator's password",
    ),
    (
        "AWS::DirectoryService::SimpleAD",
        "Password",
        "the administrator's password",
    ),
    (
        "AWS::ElasticLoadBalancingV2::Listener",
        "DefaultActions[].AuthenticateOidcConfig.ClientSecret",
        "the secret of the OAuth client",
    ),
    (
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "Actions[].AuthenticateOidcConfig.ClientSecret",
        "the secret of the OAuth client",
    ),
    (
        "AWS::Events::Connection",
        "AuthParameters.ApiKeyAuthParameters.ApiKeyValue",
        "the API key",
    ),
    (
        "AWS::Events::Connection",
        "AuthParameters.BasicAuthParameters.Password",
        "the password",
    ),
    (
        "AWS::Events::Connection",
        "AuthParameters.OAuthParameters.ClientParameters.ClientSecret",
        "the secret of the OAuth client",
    ),
    (
        "AWS::IAM::User",
        "LoginProfile.Password",
        "the password of a console user",
    ),
    (
        "AWS::Glue::Connection",
        "ConnectionInput.ConnectionProperties.PASSWORD",
        "the password of a database",
    ),
    (
        "Alexa::ASK::Skill",
        "AuthenticationConfiguration.ClientSecret",
        "the secret of the OAuth client",
    ),
    (
        "Alexa::ASK::Skill",
        "AuthenticationConfiguration.RefreshToken",
        "the refresh token",
    ),
];

/// Lists of environment variables: kind, path of the list.
const VARIABLES: &[(&str, &str)] = &[
    (
        "AWS::AppRunner::Service",
        "SourceConfiguration.ImageRepository.ImageConfiguration.RuntimeEnvironmentVariables[]",
    ),
    ("AWS::Amplify::App", "EnvironmentVariables[]"),
    (
        "AWS::Batch::JobDefinition",
        "ContainerProperties.Environment[]",
    ),
    (
        "AWS::ECS::TaskDefinition",
        "ContainerDefinitions[].Environment[]",
    ),
];

/// What other rules look at.
const ELSEWHERE: &[(&str, &str)] = &[
    ("AWS::CodeBuild::Project", "Environment"),
    ("AWS::Lambda::Function", "Environment"),
    ("AWS::SSM::Parameter", "Value"),
    ("AWS::SecretsManager::Secret", "SecretString"),
];

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for resource in cx.app.resources() {
        let mut told = Vec::new();
        properties(resource, &mut told, sink);
        variables(resource, &mut told, sink);
        shapes(resource, &told, sink);
    }
}

fn report(
    resource: &Resource,
    property: &'static str,
    item: String,
    message: String,
    leaf: &Leaf<'_>,
    sink: &mut Sink<'_>,
) {
    sink.finding(resource)
        .property(property)
        .item(item)
        .message(message)
        .help("keep it in Secrets Manager and refer to it as `{{resolve:secretsmanager:…}}`; take it back where it was issued, since it stays in the history")
        .judge(Verdict::of(std::slice::from_ref(leaf), |_| Answer::No));
}

fn properties(resource: &Resource, told: &mut Vec<Origin>, sink: &mut Sink<'_>) {
    for (kind, path, what) in SECRETS {
        if *kind != &*resource.kind {
            continue;
        }
        for leaf in resource.at(path) {
            if let Data::Text(text) = &leaf.value.data
                && !placeholder(text)
            {
                told.push(leaf.value.origin.clone());
                let message = format!(
                    "{what} is written here: whoever reads the template or its history has it"
                );
                report(resource, path, String::new(), message, &leaf, sink);
            }
        }
    }
}

fn variables(resource: &Resource, told: &mut Vec<Origin>, sink: &mut Sink<'_>) {
    for (kind, path) in VARIABLES {
        if *kind != &*resource.kind {
            continue;
        }
        for leaf in resource.at(path) {
            let text = |key| leaf.value.get(key).and_then(Value::as_text);
            let (Some(name), Some(value)) = (text("Name"), leaf.value.get("Value")) else {
                continue;
            };
            let Data::Text(literal) = &value.data else {
                continue;
            };
            if !names_secret(name) || placeholder(literal) || points_elsewhere(literal) {
                continue;
            }
            told.push(value.origin.clone());
            let message = format!(
                "variable `{name}` holds a literal secret: everyone who may describe this resource reads it"
            );
            let leaf = Leaf {
                value,
                at: &value.origin,
                when: leaf.when.clone(),
            };
            report(resource, path, name.to_owned(), message, &leaf, sink);
        }
    }
}

/// Whether the name of a variable says that its value is a secret.
fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    // `SECRET_NAME` says where a secret is.
    let about = [
        "arn",
        "name",
        "id",
        "path",
        "url",
        "uri",
        "endpoint",
        "host",
        "file",
        "ref",
        "parameter",
        "param",
        "ttl",
        "expiry",
        "expires",
        "length",
        "header",
        "type",
        "region",
        "enabled",
    ];
    if words.last().is_none_or(|last| about.contains(last)) {
        return false;
    }
    let secret = [
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "apikey",
        "accesskey",
        "secretkey",
        "privatekey",
    ];
    words.iter().any(|word| secret.contains(word))
        || ["api_key", "access_key", "secret_key", "private_key"]
            .iter()
            .any(|pair| name.ends_with(pair))
}

/// A path, an address or an ARN tells where a secret is kept.
fn points_elsewhere(text: &str) -> bool {
    ["arn:", "http://", "https://", "s3://", "/"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// Texts that stand where a secret is to be filled in.
fn placeholder(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let first = text.chars().next();
    let marks = [
        "example",
        "placeholder",
        "replace",
        "your ",
        "your-",
        "your_",
        "yoursecret",
        "yourtoken",
        "insert",
        "enter ",
        "todo",
        "dummy",
        "xxxx",
        "<",
        "{{",
        "${",
    ];
    // A key that says it is one (`MyApiKey`) stands for another.
    let names_itself = ["key", "token"].iter().any(|word| text.contains(word))
        && !text.bytes().any(|b| b.is_ascii_digit());
    names_itself
        || text.len() < 4
        || matches!(
            text.as_str(),
            "none" | "null" | "true" | "false" | "undefined" | "n/a"
        )
        || text.chars().all(|c| Some(c) == first)
        || marks.iter().any(|mark| text.contains(mark))
}

/// Known shapes of keys: how they begin, which characters follow and how many, what they are.
struct Shape {
    start: &'static str,
    follows: fn(u8) -> bool,
    least: usize,
    what: &'static str,
}

fn upper(b: u8) -> bool {
    b.is_ascii_uppercase() || b.is_ascii_digit()
}

fn lower(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit()
}

fn alnum(b: u8) -> bool {
    b.is_ascii_alphanumeric()
}

fn wordy(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
}

fn path(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'/'
}

const SHAPES: &[Shape] = &[
    shape("AKIA", upper, 16, "an AWS access key id"),
    shape("ASIA", upper, 16, "an AWS access key id"),
    shape("ghp_", alnum, 36, "a GitHub token"),
    shape("gho_", alnum, 36, "a GitHub token"),
    shape("ghs_", alnum, 36, "a GitHub token"),
    shape("ghr_", alnum, 36, "a GitHub token"),
    shape("github_pat_", wordy, 40, "a GitHub token"),
    shape("glpat-", wordy, 20, "a GitLab token"),
    shape("xoxb-", wordy, 20, "a Slack token"),
    shape("xoxp-", wordy, 20, "a Slack token"),
    shape(
        "https://hooks.slack.com/services/T",
        path,
        30,
        "the secret address of a Slack channel",
    ),
    shape("sk_live_", alnum, 16, "a Stripe key"),
    shape("rk_live_", alnum, 16, "a Stripe key"),
    shape("AIza", wordy, 35, "a Google API key"),
    shape("SG.", wordy, 22, "a SendGrid key"),
    shape("npm_", alnum, 36, "an npm token"),
    shape("da2-", lower, 26, "an AppSync API key"),
    shape("sk-ant-", wordy, 32, "an Anthropic key"),
    shape("sk-proj-", wordy, 32, "an OpenAI key"),
];

const fn shape(
    start: &'static str,
    follows: fn(u8) -> bool,
    least: usize,
    what: &'static str,
) -> Shape {
    Shape {
        start,
        follows,
        least,
        what,
    }
}

/// The length of the shortest key.
const SHORTEST: usize = 20;

/// The letters that keys begin with.
const BEGINS: [bool; 256] = {
    let mut begins = [false; 256];
    begins[b'-' as usize] = true;
    let mut i = 0;
    while i < SHAPES.len() {
        begins[SHAPES[i].start.as_bytes()[0] as usize] = true;
        i += 1;
    }
    begins
};

/// What kind of key a text holds; of several, the one that is listed first.
fn key_in(text: &str) -> Option<&'static str> {
    // Nearly every text of a template is too short for a key, so most are not searched at all.
    if text.len() < SHORTEST {
        return None;
    }
    let mut first = SHAPES.len();
    let mut before = b' ';
    for (at, b) in text.bytes().enumerate() {
        let before = std::mem::replace(&mut before, b);
        if !BEGINS[usize::from(b)] {
            continue;
        }
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        if rest.starts_with(b"-----BEGIN ") && text.contains("PRIVATE KEY-----") {
            return Some("a private key");
        }
        if !alnum(before) {
            let earlier = SHAPES.iter().take(first);
            first = earlier.take_while(|shape| !shape.begins(rest)).count();
        }
    }
    SHAPES.get(first).map(|shape| shape.what)
}

impl Shape {
    /// Whether a text begins with such a key, and not with the one that the provider documents.
    fn begins(&self, text: &[u8]) -> bool {
        let Some(rest) = text.strip_prefix(self.start.as_bytes()) else {
            return false;
        };
        let length = rest.iter().take_while(|b| (self.follows)(**b)).count();
        let key = rest.get(..length).unwrap_or_default();
        let varied = key.iter().any(u8::is_ascii_digit) && key.iter().any(u8::is_ascii_alphabetic);
        let documented = key.windows(7).any(|w| w.eq_ignore_ascii_case(b"example"));
        length >= self.least && varied && !documented
    }
}

fn shapes(resource: &Resource, told: &[Origin], sink: &mut Sink<'_>) {
    for entry in resource.properties.entries() {
        let elsewhere = ELSEWHERE
            .iter()
            .any(|(kind, key)| *kind == &*resource.kind && *key == &*entry.key);
        if elsewhere {
            continue;
        }
        let mut found: Vec<(&Value, &'static str)> = Vec::new();
        entry.value.walk(&mut |value| {
            let key = match &value.data {
                Data::Text(text) => key_in(text),
                Data::Symbolic(parts) => parts.iter().find_map(|part| match part {
                    Part::Literal(text) => key_in(text),
                    _ => None,
                }),
                _ => None,
            };
            if let Some(what) = key {
                found.push((value, what));
            }
        });
        for (i, (value, what)) in found.into_iter().enumerate() {
            if told.contains(&value.origin) {
                continue;
            }
            let message =
                format!("{what} is written here: whoever reads the template or its history has it");
            let leaf = Leaf {
                value,
                at: &value.origin,
                when: Vec::new(),
            };
            report(
                resource,
                "",
                format!("{} {i}", entry.key),
                message,
                &leaf,
                sink,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{key_in, names_secret, placeholder};

    #[test]
    fn keys_are_known_by_their_shape() {
        let check = |text: &str, expected: bool| {
            assert_eq!(key_in(text).is_some(), expected, "{text}");
        };
        check(&format!("AKIA{}", "Q7RZ3LWM5XKD2HTB"), true);
        check(&format!("export KEY=AKIA{} now", "Q7RZ3LWM5XKD2HTB"), true);
        check("AKIAIOSFODNN7EXAMPLE", false);
        check("MYAKIAQ7RZ3LWM5XKD2HTB", false);
        check("AKIA", false);
        check("AIza", false);
        check(&format!("da2-{}", "abcdefghijklm1234567890xyz"), true);
        let shortest = super::SHAPES.iter().map(|s| s.start.len() + s.least).min();
        assert_eq!(shortest, Some(super::SHORTEST));
    }

    #[test]
    fn names_tell_secrets_from_where_they_are() {
        let check = |name, expected| assert_eq!(names_secret(name), expected, "{name}");
        check("DB_PASSWORD", true);
        check("API_KEY", true);
        check("GITHUB_TOKEN", true);
        check("SECRET_NAME", false);
        check("TOKEN_URL", false);
        check("SECRET_ARN", false);
        check("CACHE_KEY", false);
        check("", false);
    }

    #[test]
    fn placeholders_are_no_secrets() {
        for text in [
            "",
            "<token>",
            "your-token",
            "********",
            "REPLACE_ME",
            "MyAPIkey",
            "none",
        ] {
            assert!(placeholder(text), "{text}");
        }
        assert!(!placeholder("hunter2!x"));
    }
}
