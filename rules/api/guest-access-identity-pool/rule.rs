//! Identity pools that give credentials to guests.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "guest-access-identity-pool",
    title: "the identity pool gives AWS credentials to guests",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-5.4", "SCSP-1.3"],
    cwe: Some(306),
    aliases: &["CKV_AWS_366", "Cognito.2"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Cognito::IdentityPool"],
        check,
    },
};

fn check(pool: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let verdict = Want {
        path: "AllowUnauthenticatedIdentities",
        is: Is::False { default: false },
    }
    .judge(pool);
    let role = cx
        .app
        .attached(
            "AWS::Cognito::IdentityPoolRoleAttachment",
            "IdentityPoolId",
            &pool.id,
        )
        .find(|roles| Want::present("Roles.unauthenticated").judge(roles).passes());
    let builder = sink
        .finding(pool)
        .property("AllowUnauthenticatedIdentities")
        .aliases(RULE.aliases)
        .help("set `AllowUnauthenticatedIdentities: false`, and let people sign in first");
    let builder = match role {
        Some(attachment) => builder
            .severity(Severity::High)
            .message("anyone on the internet gets AWS credentials from this pool, with the permissions of its role for guests")
            .related("the role for guests is given here", attachment, &attachment.origin),
        None => builder.message("anyone on the internet gets an identity of this pool; a role for guests would turn it into AWS credentials"),
    };
    builder.judge(verdict);
}
