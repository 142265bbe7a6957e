//! Functions that everyone, or an account that nobody named as trusted, may invoke.

use crate::outsiders::Outsider;
use crate::prelude::*;
use crate::strangers::open_to;
use palisade_app::graph::{Authentication, EntryKind};
use palisade_rule::FindingBuilder;
use std::sync::Arc;

pub(crate) static RULE: Rule = Rule {
    id: "public-function",
    title: "outsiders may invoke a function",
    severity: Severity::Critical,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["BPSS-3.10", "BPSS-3.9", "BPSS-4.9", "SCSP-5.4"],
    cwe: Some(284),
    aliases: PUBLIC,
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Lambda::Permission"],
        check,
    },
};

const PUBLIC: &[&str] = &[
    "CKV_AWS_301",
    "Lambda.1",
    "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED",
];

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(grant) = cx.app.graph().grants_in(&resource.id).next() else {
        return;
    };
    let target = grant.targets.first();
    let name = target.map_or_else(
        || "a function of another stack".to_owned(),
        |id| format!("function `{id}`"),
    );
    let symbols = &cx.access().symbols;
    let asked = resource.text("Action").filter(|action| !action.contains('*'));
    let action = asked.unwrap_or("lambda:InvokeFunction");
    for (who, held) in open_to(cx, grant, &[action]) {
        let builder = sink
            .finding(resource)
            .property("Principal")
            .at(&grant.principal_at)
            .witness(held.witness.as_ref(), symbols);
        match who {
            Outsider::Anyone => anyone(cx, resource, target, &name, action, builder.aliases(PUBLIC), held.verdict),
            Outsider::Account(account) => builder
                .item(account)
                .severity(Severity::Medium)
                .confidence(Confidence::Medium)
                .message(format!(
                    "account {account} may invoke {name}, and the policy does not list it as trusted"
                ))
                .help("list the account in the policy's `trusted-accounts`, or take it out of `Principal`; refer to your own account instead of writing its number")
                .judge(held.verdict),
        }
    }
}

/// Everyone may invoke it.
fn anyone(
    cx: &Context<'_>,
    resource: &Resource,
    target: Option<&Arc<str>>,
    name: &str,
    action: &str,
    builder: FindingBuilder<'_, '_>,
    verdict: Verdict,
) {
    let for_url = resource.text("FunctionUrlAuthType") == Some("NONE")
        || resource.text("InvokedViaFunctionUrl") == Some("true");
    if for_url {
        let open = target.is_some_and(|id| {
            cx.app.graph().entries_of(id).any(|entry| {
                entry.kind == EntryKind::FunctionUrl && entry.authentication == Authentication::None
            })
        });
        if open {
            builder
                .severity(Severity::Info)
                .profile(Profile::All)
                .message(format!(
                    "this permission belongs to the open URL of {name}; `open-function-url` tells more"
                ))
                .help("remove the permission together with `AuthType: NONE` of the URL")
                .judge(verdict);
        } else {
            builder
                .severity(Severity::Low)
                .message(format!(
                    "anyone may call {name} as soon as it has a URL without authentication"
                ))
                .help("remove the permission, or set `FunctionUrlAuthType: AWS_IAM` and name the callers in `Principal`")
                .judge(verdict);
        }
    } else if resource.text("FunctionUrlAuthType") == Some("AWS_IAM") {
        builder
            .severity(Severity::High)
            .message(format!(
                "every AWS account in the world may call the URL of {name}: a signature says who calls, and here all may"
            ))
            .help("name the callers in `Principal`, or set `PrincipalOrgID`")
            .judge(verdict);
    } else {
        builder
            .message(format!("anyone with an AWS account is allowed `{action}` on {name}"))
            .help("name the caller in `Principal`, or narrow it with `SourceArn`, `SourceAccount` or `PrincipalOrgID`")
            .judge(verdict);
    }
}
