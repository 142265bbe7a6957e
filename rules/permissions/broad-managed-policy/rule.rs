//! Policies of the provider that are attached and give far more than a function needs.

use crate::extent::{Extent, extent, witness};
use crate::permissions::{Written, holder_of, reason_of, some_of, written};
use crate::prelude::*;
use crate::unbound::{Danger, Unbound, unbound_reads};
use palisade_iam::Truth;
use std::collections::BTreeSet;

pub(crate) static RULE: Rule = Rule {
    id: "broad-managed-policy",
    title: "a broad policy of the provider is attached",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.2", "SCSP-1.1", "BPSS-1.8"],
    cwe: Some(250),
    aliases: &["CKV2_AWS_56", "CKV_AWS_274", "CKV_AWS_275"],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for written in &written(cx, true) {
        judge(cx, written, sink);
    }
}

/// What all statements of the policy give together.
#[derive(Default)]
struct Given {
    worst: Option<Extent>,
    services: BTreeSet<String>,
    reads: Vec<Unbound>,
    doubtful: bool,
}

fn judge(cx: &Context<'_>, written: &Written<'_>, sink: &mut Sink<'_>) {
    let mut given = Given::default();
    let mut answers = Vec::new();
    for had in &written.had {
        let Some(found) = extent(cx, had) else {
            let reads = unbound_reads(cx, had);
            answers.push((Answer::from(reads.is_empty()), had.when));
            given.reads.extend(reads);
            continue;
        };
        given.doubtful |= found.doubtful;
        answers.push(match found.truth {
            Truth::Maybe => {
                let reason = reason_of(cx.access(), had.statement);
                (Answer::Unknown(reason), had.when)
            }
            _ => (Answer::from(found.extent >= Extent::OnSome), had.when),
        });
        if let Extent::Services(services) = &found.extent {
            given.services.extend(services.iter().cloned());
        }
        if given.worst.as_ref().is_none_or(|worst| found.extent < *worst) {
            given.worst = Some(found.extent);
        }
    }
    report(cx, written, &given, written.verdict(answers), sink);
}

fn report(
    cx: &Context<'_>,
    written: &Written<'_>,
    given: &Given,
    verdict: Verdict,
    sink: &mut Sink<'_>,
) {
    let name = &*written.name;
    let who = holder_of(cx, written);
    let (ids, severity, what): (&[&str], _, _) = match &given.worst {
        Some(Extent::Everything) => (
            if name == "AdministratorAccess" { ADMINISTRATOR } else { &[] },
            Severity::High,
            format!("`{name}` makes {who} an administrator of the account"),
        ),
        Some(Extent::NearlyEverything) => (
            &[],
            Severity::High,
            format!("`{name}` lets {who} do everything in the account but manage permissions"),
        ),
        Some(Extent::Iam) => (
            if name == "IAMFullAccess" { &["CKV2_AWS_56"] } else { &[] },
            Severity::High,
            format!("`{name}` lets {who} change all permissions, its own among them"),
        ),
        Some(Extent::Services(_)) => (
            &[],
            Severity::Medium,
            format!(
                "`{name}` lets {who} use every action of {} on every resource of the account",
                some_of(given.services.iter().map(String::as_str), 3)
            ),
        ),
        _ => {
            let reads = given.reads.iter().map(|u| u.action.as_str());
            let secret = given.reads.iter().any(|u| u.danger == Danger::Secrets);
            (
                &[],
                if secret { Severity::Medium } else { Severity::Low },
                format!(
                    "`{name}` lets {who} read more than its own data: {} on any resource of the account",
                    some_of(reads, 3)
                ),
            )
        }
    };
    // Made for one service by the provider: as narrow as the service allows, or nearly so.
    let known = cx.access().settings.catalogue.managed_policy_named(name);
    let for_service =
        known.is_some_and(|policy| policy.path.as_deref() == Some("/service-role/"));
    // The CIS AWS Foundations Benchmark asks for a role that has this one.
    let asked_for = name == "AWSSupportAccess";
    let profile = match asked_for || (for_service && given.worst.is_none()) {
        true => Profile::All,
        false => Profile::Default,
    };
    let read = given.reads.first().filter(|_| {
        given.worst.as_ref().is_none_or(|worst| *worst >= Extent::OnSome)
    });
    let witness = match (read, &given.worst) {
        (Some(read), _) => written.witness(cx, &read.action, &read.resource),
        (None, Some(worst)) => witness(cx, written, worst),
        (None, None) => None,
    };
    sink.finding(written.resource)
        .property("ManagedPolicyArns")
        .item(name)
        .at(written.at)
        .aliases(ids)
        .severity(severity)
        .profile(profile)
        .confidence(if given.doubtful { Confidence::Medium } else { Confidence::High })
        .message(what)
        .help("attach a policy of your own instead, with the actions and resources that are used")
        .witness(witness.as_ref(), &cx.access().symbols)
        .judge(verdict);
}

const ADMINISTRATOR: &[&str] = &["CKV_AWS_274", "CKV_AWS_275"];
