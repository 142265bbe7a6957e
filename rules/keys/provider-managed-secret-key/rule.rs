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
    aliases: &["CKV_AWS_149", "SECRETSMANAGER_USING_CMK"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::SecretsManager::Secret"],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let verdict = Verdict::of(&resource.at("KmsKeyId"), |leaf| {
        // A name that only the deployment gives is that of a key which somebody chose.
        match leaf.value.as_text() {
            Some(text) => (!text.is_empty() && !text.ends_with("alias/aws/secretsmanager")).into(),
            None => leaf.present(),
        }
    });
    sink.finding(resource)
        .property("KmsKeyId")
        .message("the secret is encrypted with the key `aws/secretsmanager`, which everyone in the account with access to the secret can use")
        .help("set `KmsKeyId` to a key of your own")
        .aliases(&["CKV_AWS_149", "SECRETSMANAGER_USING_CMK"])
        .judge(verdict);
}
