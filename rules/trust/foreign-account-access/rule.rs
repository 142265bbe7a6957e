//! Resources whose policy lets accounts in that nobody named as trusted, and subscriptions that
//! carry messages out to such an account.

use crate::event_sources;
use crate::outsiders::{Outsider, account, account_number};
use crate::prelude::*;
use crate::resource_policies::{asked_of, kind_of};
use crate::strangers::open_to;
use palisade_app::graph::{Effect, Grant};

pub(crate) static RULE: Rule = Rule {
    id: "foreign-account-access",
    title: "another account has access to a resource",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["BPSS-2.4", "SCSP-1.1"],
    cwe: Some(284),
    aliases: &["CKV_AWS_385"],
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
    for subscription in cx.app.of_kind("AWS::SNS::Subscription") {
        subscribed(cx, subscription, sink);
    }
}

fn judge(cx: &Context<'_>, grant: &Grant, policy: &Resource, sink: &mut Sink<'_>) {
    let Some((kind, target)) = kind_of(cx.app, grant, policy) else {
        return;
    };
    // Who can write to a channel is what `open-event-source` tells of.
    if kind.is_channel && !event_sources::written(cx.app, grant).is_empty() {
        return;
    }
    let actions = asked_of(cx, kind, grant);
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let name = target.map_or_else(
        || format!("a {} of another stack", kind.word),
        |target| format!("{} `{}`", kind.word, target.id),
    );
    for (who, held) in open_to(cx, grant, &actions) {
    let Outsider::Account(account) = who else { continue };
    sink.finding(policy)
        .property("Statement[].Principal")
        .item(format!("{account} {} {}", target.map_or("", |t| &t.id), grant.actions.join(" ")))
        .at(&grant.principal_at)
        .aliases(kind.foreign_ids)
        .message(format!(
            "account {account} may use {name}, and the policy does not list it as trusted"
        ))
        .help("list the account in the policy's `trusted-accounts`, or take it out; refer to your own account instead of writing its number")
        .witness(held.witness.as_ref(), &cx.access().symbols)
        .judge(held.verdict);
    }
}

/// Where a subscription carries messages to.
fn subscribed(cx: &Context<'_>, subscription: &Resource, sink: &mut Sink<'_>) {
    let zone = &cx.access().settings.zone;
    let own = &cx.access().account;
    for leaf in subscription.at("Endpoint") {
        let Some(account) = leaf.value.as_text().and_then(account) else {
            continue;
        };
        if !account_number(account) || account == own || zone.accounts.contains(account) {
            continue;
        }
        sink.finding(subscription)
            .property("Endpoint")
            .item(account)
            .message(format!(
                "messages are sent to account {account}, and the policy does not list it as trusted"
            ))
            .help("list the account in the policy's `trusted-accounts`, or subscribe an endpoint of your own")
            .judge(Verdict::of(std::slice::from_ref(&leaf), |_| Answer::No));
    }
}
