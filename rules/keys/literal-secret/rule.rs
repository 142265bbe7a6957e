//! Secrets whose value stands in the template.

use crate::prelude::*;
use palisade_core::ViaKind;
use palisade_rule::FindingBuilder;
use crate::secret_values::{fields, is_placeholder, is_reference, names_secret, plain};

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
        // A version of a secret is one of its own where the secret is of another application.
        kinds: &["AWS::SecretsManager::Secret", "AWS::SecretsManager::SecretVersion"],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let leaves = resource.at("SecretString");
    let from_parameter = leaves
        .iter()
        .flat_map(|leaf| leaf.value.origin.steps())
        .any(|step| matches!(step.kind, ViaKind::Parameter(_)));
    let builder = sink
        .finding(resource)
        .property("SecretString")
        .message(if from_parameter {
            "the secret is made of what parameters hold by default: everyone who can read the repository has it, and whoever deploys without a thought uses it"
        } else {
            "the secret is written in the template: everyone who can read the repository or the stack has it"
        })
        .help("let Secrets Manager make it (`GenerateSecretString`), or put the value in after deployment; a parameter's `Default` is in the template too");
    judge(builder, &leaves, |value| match fields(value) {
        Some(fields) => fields.iter().any(|(key, text)| {
            !PUBLIC.iter().any(|name| key.eq_ignore_ascii_case(name)) && secret(text)
        }),
        // What is looked up, given at deployment or generated is not in the template.
        None => value.parts().is_some_and(|parts| secret(&plain(&parts))),
    });
    let template = resource.at("GenerateSecretString.SecretStringTemplate");
    let builder = sink
        .finding(resource)
        .property("GenerateSecretString.SecretStringTemplate")
        .message("a secret value is written in the template beside the one that is generated")
        .help("name the generated key in `GenerateSecretString.GenerateStringKey`, and keep other secrets out of the template");
    judge(builder, &template, |value| {
        let fields = fields(value).unwrap_or_default();
        fields
            .iter()
            .any(|(key, text)| names_secret(key) && secret(text))
    });
}

/// Reports what gives a secret away.
fn judge(
    mut builder: FindingBuilder<'_, '_>,
    leaves: &[Leaf<'_>],
    gives_away: impl Fn(&Value) -> bool,
) {
    for leaf in leaves.iter().filter(|leaf| gives_away(leaf.value)) {
        builder = builder.secret(&leaf.value.origin);
    }
    builder.judge(Verdict::of(leaves, |leaf| {
        Answer::from(!gives_away(leaf.value))
    }));
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

fn secret(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 4 && !is_reference(text) && !is_placeholder(text)
}
