//! Lasting access keys in a template.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "static-access-key",
    title: "a lasting access key is made",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.3", "SCSP-5.1", "BPSS-2.12"],
    cwe: Some(798),
    aliases: &["CKV_AWS_348"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::IAM::AccessKey"],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    if Want::one_of("Status", &["Inactive"])
        .judge(resource)
        .passes()
    {
        return;
    }
    let root = Want::one_of("UserName", &["root"]).judge(resource).passes();
    let finding = sink.finding(resource).property("UserName");
    if root {
        finding
            .message("an access key for root: it can do everything, and nothing can limit it")
            .help("remove the key, and use a role with the rights that are needed")
            .aliases(&["CKV_AWS_348"])
            .severity(Severity::High)
            .report();
    } else {
        finding
            .message("the key works until somebody deletes it, and its secret can be read from the stack")
            .help("use a role in place of the user, or keep the secret in Secrets Manager and renew the key by raising `Serial`")
            .report();
    }
}
