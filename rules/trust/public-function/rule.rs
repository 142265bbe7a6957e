//! Functions that everyone, or an account that nobody named as trusted, may invoke.

use crate::outsiders::{account, trusted, wide};
use crate::prelude::*;
use palisade_app::Part;
use palisade_app::graph::{Authentication, EntryKind};

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

/// Whether something is written at a path that narrows who is meant.
fn narrowing(resource: &Resource, path: &str) -> Verdict {
    Verdict::of(&resource.at(path), |leaf| match &leaf.value.data {
        Data::Absent | Data::Null => Answer::No,
        _ => Answer::from(!wide(leaf.value)),
    })
}

/// A part that whoever deploys decides.
fn given(part: &Part) -> bool {
    matches!(part, Part::Parameter { .. } | Part::Hole(_))
}

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut grants = cx.app.graph().grants_in(&resource.id);
    let target = grants.find_map(|grant| grant.targets.first());
    let name = target.map_or_else(
        || "a function of another stack".to_owned(),
        |id| format!("function `{id}`"),
    );
    let principal = resource.at("Principal");
    let anyone = Verdict::of(&principal, |leaf| match &leaf.value.data {
        Data::Unknown(_) => leaf.undecided(),
        Data::Symbolic(parts) if parts.iter().any(given) => leaf.undecided(),
        _ => Answer::from(leaf.value.as_text() != Some("*")),
    });
    let verdict = ["SourceArn", "SourceAccount", "PrincipalOrgID"]
        .iter()
        .map(|path| narrowing(resource, path))
        .fold(anyone, Verdict::or);
    let builder = sink.finding(resource).property("Principal").aliases(PUBLIC);
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
        let action = resource.text("Action").unwrap_or("lambda:InvokeFunction");
        builder
            .message(format!("anyone with an AWS account is allowed `{action}` on {name}"))
            .help("name the caller in `Principal`, or narrow it with `SourceArn`, `SourceAccount` or `PrincipalOrgID`")
            .judge(verdict);
    }

    let trusted = trusted(cx);
    for leaf in &principal {
        let Some(account) = leaf.value.as_text().and_then(account) else {
            continue;
        };
        if trusted.contains(&account) {
            continue;
        }
        sink.finding(resource)
            .property("Principal")
            .item(account)
            .severity(Severity::Medium)
            .confidence(Confidence::Medium)
            .message(format!(
                "account {account} may invoke {name}, and the policy does not list it as trusted"
            ))
            .help("list the account in the policy's `trusted-accounts`, or write your own account as `!Ref AWS::AccountId` in `Principal`")
            .judge(Verdict::of(std::slice::from_ref(leaf), |_| Answer::No));
    }
}
