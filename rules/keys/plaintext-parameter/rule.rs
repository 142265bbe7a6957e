//! Parameters that hold a secret in the open.

use crate::prelude::*;
use crate::secret_values::{
    credential, fields, is_placeholder, is_reference, names_secret, plain, secret_name, words,
};
use palisade_app::Part;

pub(crate) static RULE: Rule = Rule {
    id: "plaintext-parameter",
    title: "a secret is written in a parameter of the template",
    severity: Severity::High,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-2.4", "BPSS-1.9"],
    cwe: Some(798),
    aliases: &["CKV2_AWS_34", "CKV_AWS_384"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::SSM::Parameter"],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    // The parameter's own name says more than the logical id; both are asked.
    let name = resource.text("Name").unwrap_or_default();
    let said = named_secret(&resource.id) || named_secret(name.rsplit('/').next().unwrap_or(name));
    let leaves = resource.at("Value");
    let given_away = |leaf: &Leaf<'_>| gives_away(leaf.value, said);
    let secure = Want::one_of("Type", &["SecureString"]).judge(resource);
    let encrypted = secure.passes();
    if said && !leaves.iter().any(given_away) {
        return in_the_open(resource, &leaves, secure, cx, sink);
    }
    let mut builder = sink
        .finding(resource)
        .property("Value")
        .message(if encrypted {
            "a secret is written in the template: everyone who can read the repository has it, however the parameter is stored"
        } else {
            "a secret is written in the template, into a parameter that is stored unencrypted"
        })
        .help("keep it in Secrets Manager, or in a `SecureString` parameter whose value is put in outside of the template")
        .aliases(&["CKV_AWS_384"]);
    for leaf in leaves.iter().filter(|leaf| given_away(leaf)) {
        builder = builder.secret(&leaf.value.origin);
    }
    builder.judge(Verdict::of(&leaves, |leaf| {
        Answer::from(!given_away(leaf))
    }));
}

/// Whether a value is a secret, or has one in it; `said` is that the parameter's name promises one.
fn gives_away(value: &Value, said: bool) -> bool {
    let text = |value: &Value| value.parts().map(|parts| plain(&parts));
    match fields(value) {
        Some(fields) => {
            let mut known = false;
            value.walk(&mut |value| known |= text(value).is_some_and(|t| credential(&t).is_some()));
            let named = |(key, text): &(String, String)| {
                credential(text).is_some() || (names_secret(key) && secret(text))
            };
            known || fields.iter().any(named)
        }
        None => text(value).is_some_and(|t| credential(&t).is_some() || (said && secret(&t))),
    }
}

/// A secret from elsewhere, in a parameter that is not encrypted.
fn in_the_open(
    resource: &Resource,
    leaves: &[Leaf<'_>],
    secure: Verdict,
    cx: &Context<'_>,
    sink: &mut Sink<'_>,
) {
    let comes_in = Verdict::of(leaves, |leaf| Answer::from(!is_the_secret(leaf.value, cx)));
    let at = leaves.first().map_or(&resource.origin, |leaf| leaf.at);
    sink.finding(resource)
        .property("Type")
        .at(at)
        .message("a secret is kept in a parameter that is stored unencrypted")
        .help("keep it in Secrets Manager, or in a `SecureString` parameter")
        .aliases(&["CKV2_AWS_34"])
        .severity(Severity::Medium)
        .judge(secure.or(comes_in));
}

/// Whether a value is what an input or a generator of passwords gives, and not the name of something.
fn is_the_secret(value: &Value, cx: &Context<'_>) -> bool {
    let Some(parts) = value.parts() else {
        return false;
    };
    matches!(&*parts, [part] if match part {
        Part::Parameter { name, secret } => {
            *secret || named_secret(name.rsplit('.').next().unwrap_or(name))
        }
        Part::Dynamic { service, .. } => matches!(&**service, "secretsmanager" | "ssm-secure"),
        Part::Reference { resource, .. } => {
            cx.app.resource(resource).is_some_and(|r| *r.kind == *"random_password")
        }
        _ => false,
    })
}

/// Whether a parameter's name says that it holds a secret. Many end in what they are.
fn named_secret(name: &str) -> bool {
    let mut words = words(name);
    words.retain(|word| !matches!(word.as_str(), "PARAMETER" | "PARAM" | "SSM"));
    secret_name(&words).is_some()
}

/// Whether a text under a telling name is the secret itself, and not the name of a place.
fn secret(text: &str) -> bool {
    let text = text.trim();
    let number = text.parse::<f64>().is_ok() && text.len() < 6;
    text.len() >= 4 && !number && !is_reference(text) && !is_placeholder(text)
}
