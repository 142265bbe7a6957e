//! Permissions that nothing in a function's code, triggers and configuration gives reason for.

use crate::prelude::*;
use palisade_app::Language;
use palisade_access::{Identity, Shrunk, Unused, shrink_understood};
use std::sync::Arc;

pub(crate) static RULE: Rule = Rule {
    id: "unused-permissions",
    title: "a function has permissions that it does not use",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-1.1", "SCSP-1.2", "BPSS-1.8"],
    cwe: Some(250),
    aliases: &[],
    since: "0.1.0",
    check: Check::Code(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let access = cx.access();
    // Code is read only where there is something that the owner could take away.
    let has_own = |role: &Identity| {
        let mut policies = role.worlds.iter().flat_map(|world| &world.identity);
        policies.any(|attached| !is_basic(&attached.name))
    };
    // What can't be told may be what uses them.
    for role in &shrink_understood(access, cx.files, &has_own) {
        for unused in &role.unused {
            report(cx, role, unused, sink);
        }
    }
}

fn report(cx: &Context<'_>, role: &Shrunk, unused: &Unused, sink: &mut Sink<'_>) {
    let Some(resource) = cx.app.resource(&role.role) else {
        return;
    };
    // What the framework grants of its own accord, for logs and with an event, its owner can't take
    // away.
    let made = cx.app.language == Language::Serverless
        && (unused.at.span == resource.origin.span
            || cx.app.graph().entry_points.iter().any(|e| e.at.span == unused.at.span));
    if is_basic(&unused.policy) || made {
        return;
    }
    let (what, profile) = if unused.narrowed.is_empty() && unused.whole {
        (some(&unused.actions), Profile::Default)
    } else if let Some((pattern, used)) = unused.narrowed.first() {
        let used = some(used);
        (format!("`{pattern}` beyond {used}"), Profile::All)
    } else if !unused.actions.is_empty() {
        (some(&unused.actions), Profile::All)
    } else {
        return;
    };
    let names: Vec<&str> = role
        .functions
        .iter()
        .filter_map(|id| cx.app.resource(id))
        .map(|function| &*function.written.address)
        .collect();
    let (who, uses) = match names.as_slice() {
        [one] => (format!("function `{one}`"), "uses"),
        many => (format!("the {} functions of this role", many.len()), "use"),
    };
    sink.finding(resource)
        .property("Policies")
        .item(format!("{}/{what}", unused.policy))
        .at(&unused.at)
        .profile(profile)
        .message(format!(
            "{who} never {uses} {what}: nothing in code, triggers and configuration asks for it"
        ))
        .help("`palisade iam shrink` shows the least that is needed, and `--fix` writes it")
        .report();
}

/// What the provider manages for functions to live on is not the owner's to narrow.
fn is_basic(policy: &str) -> bool {
    policy.starts_with("AWSLambda") || policy.starts_with("AWSXray")
}

/// The first names of a list.
fn some(names: &[Arc<str>]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    match names.len() {
        0..=SHOWN => shown.join(", "),
        n => format!("{} and {} more", shown.join(", "), n - SHOWN),
    }
}
