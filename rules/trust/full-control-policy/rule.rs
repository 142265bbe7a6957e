//! Policies on resources that allow every action to somebody.

use crate::prelude::*;
use crate::resource_policies::kind_of;
use crate::strangers::Doors;
use palisade_app::graph::{Effect, Grant};

pub(crate) static RULE: Rule = Rule {
    id: "full-control-policy",
    title: "the policy of a resource allows every action",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-1.2", "SCSP-1.1"],
    cwe: Some(250),
    aliases: &["CKV_AWS_72"],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for grant in &cx.app.graph().grants {
        let policy = cx.app.resource(&grant.written_in);
        if let (Some(policy), Effect::Allow) = (policy, grant.effect) {
            judge(cx, grant, policy, sink);
        }
    }
}

fn judge(cx: &Context<'_>, grant: &Grant, policy: &Resource, sink: &mut Sink<'_>) {
    let Some((kind, target)) = kind_of(cx.app, grant, policy) else {
        return;
    };
    // The policy of a key has to let its account do everything, or nobody could change it.
    if kind.service() == "kms" || kind.service() == "elasticfilesystem" {
        return;
    }
    let action = format!("{}:AnyAction", kind.service());
    let doors = Doors::of(cx, grant);
    let held = doors.held_against_named(cx, |_| true, &[&action], &grant.at);
    let name = target.map_or_else(
        || format!("a {} of another stack", kind.word),
        |target| format!("{} `{}`", kind.word, target.id),
    );
    let ids: &[&'static str] = if kind.is_queue() { &["CKV_AWS_72"] } else { &[] };
    sink.finding(policy)
        .property("Statement[].Action")
        .item(format!("{} {}", target.map_or("", |t| &t.id), grant.actions.join(" ")))
        .aliases(ids)
        .message(format!(
            "every action on {name} is allowed, also to delete it and to change this policy"
        ))
        .help("list the actions that are used in `Action`")
        .witness(held.witness.as_ref(), &cx.access().symbols)
        .judge(held.verdict);
}
