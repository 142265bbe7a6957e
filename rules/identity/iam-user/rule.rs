//! People and machines as IAM users.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "iam-user",
    title: "an IAM user is declared",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-1.3", "SCSP-5.4"],
    cwe: None,
    aliases: &["CKV_AWS_273"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::IAM::User"],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    sink.finding(resource)
        .message("an IAM user has lasting credentials; people should come through single sign-on, machines through roles")
        .help("use IAM Identity Center for people and a role for machines, and remove the user")
        .aliases(&["CKV_AWS_273"])
        .report();
}
