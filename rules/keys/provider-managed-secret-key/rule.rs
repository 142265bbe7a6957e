//! Secrets under a key that the provider manages.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "provider-managed-secret-key",
    title: "the secret is not encrypted with a key of your own",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-2.4", "SCSP-3.1"],
    cwe: None,
    aliases: &["CKV_AWS_149", "CKV_AWS_337", "SECRETSMANAGER_USING_CMK"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::SecretsManager::Secret", PARAMETER],
        check,
    },
};

const PARAMETER: &str = "AWS::SSM::Parameter";

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let (property, own, aliases, message) = match *resource.kind == *PARAMETER {
        true => (
            "KeyId",
            "alias/aws/ssm",
            &["CKV_AWS_337"] as &[&str],
            "the parameter is encrypted with the key `aws/ssm`, which everyone in the account with access to the parameter can use",
        ),
        false => (
            "KmsKeyId",
            "alias/aws/secretsmanager",
            &["CKV_AWS_149", "SECRETSMANAGER_USING_CMK"] as &[&str],
            "the secret is encrypted with the key `aws/secretsmanager`, which everyone in the account with access to the secret can use",
        ),
    };
    // Only a `SecureString` has a key.
    let open = Want::one_of("Type", &["SecureString"]).judge(resource);
    if *resource.kind == *PARAMETER && !open.passes() {
        return;
    }
    let verdict = Verdict::of(&resource.at(property), |leaf| {
        // A name that only the deployment gives is that of a key which somebody chose.
        match leaf.value.as_text() {
            Some(text) => (!text.is_empty() && !text.ends_with(own)).into(),
            None => leaf.present(),
        }
    });
    sink.finding(resource)
        .property(property)
        .message(message)
        .help(format!("set `{property}` to a key of your own"))
        .aliases(aliases)
        .judge(verdict);
}
