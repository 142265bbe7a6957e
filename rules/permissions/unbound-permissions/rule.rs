//! Actions that are allowed on every resource although they could be bound to some.

use crate::extent::{Extent, Found, extent};
use crate::permissions::{
    Written, holder_of, is_boundary, reason_of, runs_notebook, some_of, written,
};
use crate::prelude::*;
use crate::unbound::{Danger, Unbound, aliases, unbound};
use palisade_iam::Truth;

pub(crate) static RULE: Rule = Rule {
    id: "unbound-permissions",
    title: "a policy allows actions on every resource of the account",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.1", "SCSP-1.2", "BPSS-1.8"],
    cwe: Some(250),
    aliases: &[
        "CKV2_AWS_68",
        "CKV_AWS_107",
        "CKV_AWS_108",
        "CKV_AWS_109",
        "CKV_AWS_111",
        "CKV_AWS_287",
        "CKV_AWS_288",
        "CKV_AWS_289",
        "CKV_AWS_290",
        "CKV_AWS_355",
        "CKV_AWS_356",
        "IAM_CUSTOMER_POLICY_BLOCKED_KMS_ACTIONS",
        "IAM_INLINE_POLICY_BLOCKED_KMS_ACTIONS",
        "KMS.1",
        "KMS.2",
    ],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for written in written(cx, false).iter().filter(|w| !is_boundary(w)) {
        if &*written.resource.kind != "AWS::IoT::Policy" {
            judge(cx, written, sink);
        }
    }
}

fn judge(cx: &Context<'_>, written: &Written<'_>, sink: &mut Sink<'_>) {
    let mut all: Vec<Unbound> = Vec::new();
    let mut answers = Vec::new();
    for had in &written.had {
        let mut found = unbound(cx, had);
        // `every-action` tells of these.
        match extent(cx, had) {
            Some(Found {
                extent: Extent::Everything | Extent::NearlyEverything,
                ..
            }) => found.clear(),
            Some(Found {
                extent: Extent::Iam,
                ..
            }) => found.retain(|u| !u.action.starts_with("iam:")),
            _ => {}
        }
        let sure = found.iter().any(|u| u.truth == Truth::Yes);
        answers.push(match (found.is_empty(), sure) {
            (true, _) => (Answer::Yes, had.when),
            (false, true) => (Answer::No, had.when),
            (false, false) => {
                let reason = reason_of(cx.access(), had.statement);
                (Answer::Unknown(reason), had.when)
            }
        });
        for unbound in found {
            if !all.iter().any(|known| known.action == unbound.action) {
                all.push(unbound);
            }
        }
    }
    all.sort_by_key(|unbound| (unbound.truth != Truth::Yes, unbound.danger));
    if !all.is_empty() {
        report(cx, written, &all, written.verdict(answers), sink);
    }
}

/// What it means, how bad it is, and who wants to hear of it.
fn meaning(danger: Danger) -> (&'static str, Severity, Profile) {
    let (all, default) = (Profile::All, Profile::Default);
    match danger {
        Danger::Credentials => ("get credentials of others", Severity::High, default),
        Danger::Permissions => ("change who may do what", Severity::High, default),
        Danger::PassRole => ("hand any role to a service", Severity::High, default),
        Danger::Secrets => ("read every secret", Severity::High, default),
        Danger::Data => ("read more than its own data", Severity::Medium, default),
        Danger::Write => ("change more than its own resources", Severity::Medium, default),
        Danger::Usual => ("write on every resource", Severity::Low, all),
        Danger::Tagging => ("change tags of every resource", Severity::Low, all),
        Danger::Read => ("read settings of every resource", Severity::Low, all),
        Danger::List => ("list every resource", Severity::Info, all),
    }
}

fn report(
    cx: &Context<'_>,
    written: &Written<'_>,
    all: &[Unbound],
    verdict: Verdict,
    sink: &mut Sink<'_>,
) {
    let Some(worst) = all.first() else { return };
    let (means, severity, profile) = meaning(worst.danger);
    let mut ids = aliases(all);
    let decrypts = |u: &Unbound| matches!(u.action.as_str(), "kms:Decrypt" | "kms:ReEncryptFrom");
    if all.iter().any(|u| decrypts(u) && u.everything && u.truth == Truth::Yes) {
        ids.extend(if &*written.resource.kind == "AWS::IAM::ManagedPolicy" {
            ["KMS.1", "IAM_CUSTOMER_POLICY_BLOCKED_KMS_ACTIONS"]
        } else {
            ["KMS.2", "IAM_INLINE_POLICY_BLOCKED_KMS_ACTIONS"]
        });
    }
    if worst.danger <= Danger::Write && worst.everything && runs_notebook(cx, written) {
        ids.push("CKV2_AWS_68");
    }
    let same = all.iter().filter(|u| u.danger == worst.danger);
    let same: Vec<&str> = same.map(|u| u.action.as_str()).collect();
    let actions = some_of(same.iter().copied(), 3);
    let who = holder_of(cx, written);
    let symbols = &cx.access().symbols;
    let resource = symbols.show(&worst.resource);
    let witness = written.witness(cx, &worst.action, &worst.resource);
    sink.finding(written.resource)
        .property("PolicyDocument.Statement[].Resource")
        .item(written.item())
        .at(&written.resource_at())
        .aliases(&ids)
        .severity(severity)
        .profile(profile)
        .confidence(if worst.doubtful { Confidence::Medium } else { Confidence::High })
        .message(match same.as_slice() {
            [action] => format!(
                "{who} can {means}: `{action}` is allowed on any resource, for example on `{resource}`"
            ),
            _ => format!(
                "{who} can {means}: {actions} are allowed on any resource, for example `{}` on `{resource}`",
                worst.action
            ),
        })
        .help("name the resources that are used in `Resource`: the ARN of the table, that of the bucket with `/*` behind it")
        .witness(witness.as_ref(), symbols)
        .judge(verdict);
}
