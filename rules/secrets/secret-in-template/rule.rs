//! Secrets that are written into the template, wherever they stand. Nothing of their value is
//! ever said.

use crate::prelude::*;
use crate::secret_values::{
    Name, aws_access_key_id, aws_secret_key, credential, is_placeholder, is_random, is_reference,
    names_itself, names_secret, plain, secret_name, words,
};
use palisade_core::{Origin, Span, ViaKind};

pub(crate) static RULE: Rule = Rule {
    id: "secret-in-template",
    title: "a secret is written into the template",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-2.4", "BPSS-1.8", "BPSS-1.9"],
    cwe: Some(798),
    aliases: &["CKV_AWS_41"],
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
        provider(resource, &mut told, sink);
        variables(resource, &mut told, sink);
        shapes(resource, &told, cx.app, sink);
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
        .secret(&leaf.value.origin)
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
                let message = written(what, leaf.value);
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
            if !names_secret(name) || placeholder(literal) || is_reference(literal) {
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

/// Keys in the configuration of a provider of Terraform's, or of where its state is kept.
fn provider(resource: &Resource, told: &mut Vec<Origin>, sink: &mut Sink<'_>) {
    let Some(name) = resource.kind.strip_prefix("provider.") else {
        return;
    };
    for entry in resource.properties.entries() {
        for leaf in palisade_app::lookup::leaves(&entry.value, "", &entry.key_origin) {
            let Data::Text(text) = &leaf.value.data else {
                continue;
            };
            let Some((what, ids)) = credential_of(name, &entry.key, text) else {
                continue;
            };
            told.push(leaf.value.origin.clone());
            sink.finding(resource)
                .item(&*entry.key)
                .secret(&leaf.value.origin)
                .aliases(ids)
                .severity(match ids {
                    // The keys of the documentation open nothing; what stands here later will.
                    [_, ..] if !text.contains("EXAMPLE") => Severity::Critical,
                    [_, ..] => Severity::Medium,
                    [] => Severity::High,
                })
                .message(written(what, leaf.value))
                .help("take it back where it was issued, since it stays in the history, and let the provider find its credentials in the environment or in a role")
                .judge(Verdict::of(std::slice::from_ref(&leaf), |_| Answer::No));
        }
    }
}

/// What secret an argument of a provider holds, and the ids of other tools for it.
fn credential_of(
    provider: &str,
    argument: &str,
    text: &str,
) -> Option<(&'static str, &'static [&'static str])> {
    let text = text.trim();
    if provider == "aws" {
        // Whatever has another shape opens no account: it is for an emulator.
        let is = match argument {
            "access_key" => aws_access_key_id(text),
            "secret_key" => aws_secret_key(text),
            "token" => {
                let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(&b);
                text.len() >= 100 && text.bytes().all(base64)
            }
            _ => false,
        };
        return is.then_some(("an AWS access key", &["CKV_AWS_41"]));
    }
    if placeholder(text) || is_reference(text) {
        return None;
    }
    match secret_name(&words(argument))? {
        Name::Password => Some(("a password", &[])),
        Name::Key | Name::Secret if is_random(text) => Some(("a key", &[])),
        _ => None,
    }
}

/// A text that stands where a secret is to be filled in, or names one.
fn placeholder(text: &str) -> bool {
    text.trim().len() < 4 || names_itself(text) || is_placeholder(text) || text.contains("{{")
}

/// Says where the secret was written.
fn written(what: &str, value: &Value) -> String {
    let parameter = value.origin.steps().find_map(|step| match &step.kind {
        ViaKind::Parameter(name) => Some(name),
        _ => None,
    });
    match parameter {
        Some(name) => format!(
            "{what} is the default of parameter `{name}`, or is passed for it: whoever reads the templates or their history has it"
        ),
        None => {
            format!("{what} is written here: whoever reads the template or its history has it")
        }
    }
}

/// The key itself within a text of several lines (a script, a document).
fn place(value: &Value, app: &Application) -> Option<Origin> {
    let span = value.origin.span;
    let text = app.sources.text(span.file).get(span.range())?;
    if !text.contains('\n') {
        return None;
    }
    let separates = |c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\'' | '`');
    let ends = text
        .char_indices()
        .filter(|(_, c)| separates(*c))
        .map(|(i, c)| (i, i + c.len_utf8()))
        .chain([(text.len(), text.len())]);
    let mut start = 0;
    for (end, next) in ends {
        let word = text.get(start..end);
        if word.is_some_and(|word| credential(word).is_some()) {
            let from = span.range().start;
            return Some(Origin {
                span: Span::new(span.file, from + start, from + end),
                via: value.origin.via.clone(),
            });
        }
        start = next;
    }
    None
}

fn shapes(resource: &Resource, told: &[Origin], app: &Application, sink: &mut Sink<'_>) {
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
                Data::Text(text) => credential(text),
                Data::Symbolic(parts) => credential(&plain(parts)),
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
            let message = written(what, value);
            let place = place(value, app);
            let leaf = Leaf {
                value,
                at: place.as_ref().unwrap_or(&value.origin),
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
