//! Builds with a secret in a plain environment variable.

use crate::prelude::*;
use crate::secret_values::{credential, is_placeholder, is_reference, names_secret};

pub(crate) static RULE: Rule = Rule {
    id: "plaintext-build-secret",
    title: "a secret is written in the environment of a build",
    severity: Severity::High,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-2.4", "BPSS-2.10"],
    cwe: Some(798),
    aliases: &["CodeBuild.2", "CODEBUILD_PROJECT_ENVVAR_AWSCRED_CHECK"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::CodeBuild::Project"],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    for variable in resource.at("Environment.EnvironmentVariables[]") {
        let Some(name) = variable.value.get("Name").and_then(Value::as_text) else {
            continue;
        };
        let stored = variable
            .value
            .get("Type")
            .and_then(Value::as_text)
            .is_some_and(|kind| kind != "PLAINTEXT");
        if stored {
            continue;
        }
        let aws = matches!(name, "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY");
        let named = aws || names_secret(name);
        let secret = |text: &str| credential(text).is_some() || (named && secret(text));
        let leaves = palisade_app::lookup::leaves(variable.value, "Value", variable.at);
        let mut verdict = Verdict::of(&leaves, |leaf| match &leaf.value.data {
            Data::Text(text) => (!secret(text)).into(),
            // A key for AWS in the open is wrong wherever its value comes from.
            Data::Symbolic(parts) if aws => {
                let looked_up = parts
                    .iter()
                    .any(|p| matches!(p, palisade_app::Part::Dynamic { .. }));
                looked_up.into()
            }
            _ => Answer::Yes,
        });
        for branch in &mut verdict.branches {
            branch.when.extend(variable.when.iter().cloned());
        }
        let aliases: &[&str] = if aws {
            &["CodeBuild.2", "CODEBUILD_PROJECT_ENVVAR_AWSCRED_CHECK"]
        } else {
            &[]
        };
        let mut builder = sink
            .finding(resource)
            .property("Environment.EnvironmentVariables")
            .item(name)
            .message(format!("`{name}` is a plain variable: the secret shows in the template, in the project and in every build's record"))
            .help("keep the value in Secrets Manager and set the variable's `Type: SECRETS_MANAGER`; for AWS itself the project's role is enough")
            .aliases(aliases);
        for leaf in &leaves {
            if leaf.value.as_text().is_some_and(secret) {
                builder = builder.secret(&leaf.value.origin);
            }
        }
        builder.judge(verdict);
    }
}

fn secret(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 4 && !is_reference(text) && !is_placeholder(text)
}
