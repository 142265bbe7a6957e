//! Roles that outsiders, or everybody in an account, may take.

use crate::outsiders::account_number;
use crate::prelude::*;
use crate::strangers::{Doors, role_of, stranger};
use palisade_app::graph::{Effect, Grant};
use palisade_iam::{Caller, Principal, arn_part};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) static RULE: Rule = Rule {
    id: "outsider-trust",
    title: "outsiders may take a role",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.2", "BPSS-2.4"],
    cwe: Some(284),
    aliases: &["CKV_AWS_283", "CKV_AWS_60", "CKV_AWS_61"],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for grant in &cx.app.graph().grants {
        let role = cx.app.resource(&grant.written_in);
        if let Some(role) = role.filter(|r| &*r.kind == "AWS::IAM::Role")
            && grant.effect == Effect::Allow
        {
            judge(cx, grant, role, sink);
        }
    }
}

/// Somebody whom a trust policy names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Account(Arc<str>),
    Arn(Arc<str>),
}

fn named(doors: &Doors<'_>) -> BTreeSet<Named> {
    let principals = doors.all.iter().flat_map(|door| &door.statement.principals);
    let items = principals.flat_map(|principals| &principals.items);
    let named = items.filter_map(|item| match &item.who {
        Principal::Account(account) => Some(Named::Account(account.clone())),
        Principal::Arn(arn) => Some(Named::Arn(arn.clone())),
        _ => None,
    });
    named.collect()
}

fn judge(cx: &Context<'_>, grant: &Grant, role: &Resource, sink: &mut Sink<'_>) {
    let doors = Doors::of(cx, grant);
    let at = &grant.principal_at;
    let symbols = &cx.access().symbols;
    let takes = |caller: &Caller| doors.held_against(cx, caller, &["sts:AssumeRole"], at);
    let anyone = takes(&stranger());
    let open = anyone.verdict.fails();
    sink.finding(role)
        .property("AssumeRolePolicyDocument")
        .item("anyone")
        .at(at)
        .aliases(&["CKV_AWS_60", "CKV_AWS_283"])
        .severity(Severity::Critical)
        .message(format!(
            "every AWS account in the world may take role `{}` and use all of its permissions",
            role.id
        ))
        .help("name the services or roles that take it in `Principal`")
        .witness(anyone.witness.as_ref(), symbols)
        .judge(anyone.verdict);
    if open {
        return;
    }
    let access = cx.access();
    let trusted = |account: &str| {
        account == access.account || access.settings.zone.accounts.contains(account)
    };
    for principal in named(&doors) {
        let (account, caller, whole) = match &principal {
            Named::Account(account) => (&**account, role_of(account), true),
            Named::Arn(arn) => (
                arn_part(arn, 4).unwrap_or_default(),
                Caller::Principal(arn.clone()),
                false,
            ),
        };
        let foreign = account_number(account) && !trusted(account);
        if !foreign && !whole {
            continue;
        }
        let shown = symbols.show(account);
        let ids: &[&'static str] = if whole { &["CKV_AWS_61"] } else { &[] };
        let builder = sink
            .finding(role)
            .property("AssumeRolePolicyDocument")
            .item(shown.clone())
            .at(at)
            .aliases(ids);
        let builder = match (foreign, whole) {
            (true, true) => builder
                .confidence(Confidence::Medium)
                .message(format!(
                    "account {shown} may take role `{}`: it is not listed as trusted, and no external id keeps its other customers out",
                    role.id
                ))
                .help("list the account in the policy's `trusted-accounts`, or add a condition on `sts:ExternalId`"),
            (true, false) => builder
                .severity(Severity::Low)
                .confidence(Confidence::Medium)
                .message(format!(
                    "`{}` of another account may take role `{}`, and that account is not listed as trusted",
                    arn_part(principal.text(), 5).unwrap_or_default(),
                    role.id
                ))
                .help("list the account in the policy's `trusted-accounts`, or add a condition on `sts:ExternalId`"),
            (false, _) => builder
                .severity(Severity::Low)
                .profile(Profile::All)
                .message(format!(
                    "every principal of account {shown} may take role `{}` when the account's own policies let it",
                    role.id
                ))
                .help("name the roles that take it in `Principal`, or add a condition on `aws:PrincipalArn`"),
        };
        let held = takes(&caller);
        builder.witness(held.witness.as_ref(), symbols).judge(held.verdict);
    }
}

impl Named {
    fn text(&self) -> &str {
        match self {
            Self::Account(text) | Self::Arn(text) => text,
        }
    }
}
