//! Permissions that lead to more permissions.

use crate::permissions::{kind_of_identity, some_of, without_vague};
use crate::prelude::*;
use palisade_access::escalate::{
    ApplicationEscalation, EscalationPath, Family, Question, Verdict as Found, escalate,
    escalations,
};
use palisade_access::{Attached, Guard, Identity, Permissions};
use palisade_core::Origin;
use palisade_iam::{Effect, Layer, Policies, Truth, evaluate};
use std::collections::BTreeSet;

pub(crate) static RULE: Rule = Rule {
    id: "privilege-escalation",
    title: "permissions lead to more permissions",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.1", "SCSP-1.2", "BPSS-1.8"],
    cwe: Some(269),
    aliases: &["CKV_AWS_110", "CKV_AWS_286"],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let access = cx.access();
    let mut told: BTreeSet<String> = BTreeSet::new();
    for found in escalations(access) {
        let Some(identity) = access.identity(&found.identity) else {
            continue;
        };
        let world = identity.worlds.iter().find(|world| world.when == found.when);
        if let Some(world) = world
            && told.insert(identity.id.to_string())
        {
            of_identity(cx, identity, world, &found, sink);
        }
    }
    for policy in &access.unattached {
        of_nobody(cx, policy, sink);
    }
}

/// The ways that count: an administrator is `every-action`'s, the policy of a resource gives access
/// and no permissions.
fn counted(paths: &[EscalationPath]) -> Vec<&EscalationPath> {
    let counts = |path: &&EscalationPath| {
        !matches!(path.family, Family::Administrator | Family::ResourcePolicies)
    };
    paths.iter().filter(counts).collect()
}

fn of_identity(
    cx: &Context<'_>,
    identity: &Identity,
    world: &Permissions,
    found: &ApplicationEscalation,
    sink: &mut Sink<'_>,
) {
    let anywhere = counted(&found.anywhere.paths);
    let here = counted(&found.here.paths);
    let Some(resource) = cx.app.resource(&identity.id) else {
        return;
    };
    let Some(path) = here.first().or_else(|| anywhere.first()) else {
        if found.anywhere.verdict == Found::Unknown
            && let Some(possible) = counted(&found.anywhere.possible).first()
        {
            let reasons = possible.reasons.iter();
            let mut known = reasons.filter_map(|hole| cx.access().symbols.reason(*hole));
            let reason = known.next().cloned().unwrap_or_default();
            let reason = palisade_app::Reason::new(palisade_app::ReasonKind::Lookup, reason);
            sink.unresolved(resource, &reason, &resource.origin);
        }
        return;
    };
    let policies = cx.access().policies(world, None);
    let given = path.steps.iter().find_map(|step| granting(&policies, world, step));
    let (written_in, at) = given.map_or((resource, resource.origin.clone()), |(attached, at)| {
        (cx.app.resource(&attached.written_in).unwrap_or(resource), at)
    });
    let functions: Vec<&str> = cx.app.graph().functions_of(&identity.id).map(|f| &*f.id).collect();
    let who = match functions.as_slice() {
        [] => format!("{} `{}`", kind_of_identity(identity.kind), identity.id),
        [one] => format!("function `{one}`"),
        [one, rest @ ..] => format!("function `{one}` and {} more", rest.len()),
    };
    let sure = !here.is_empty() || needs_no_role(path);
    let ways = if here.is_empty() { &anywhere } else { &here };
    report(cx, written_in, &at, &who, path, ways.len(), sure, &found.when, sink);
}

/// Whether it works whatever roles there are.
fn needs_no_role(path: &EscalationPath) -> bool {
    matches!(path.family, Family::OwnPermissions | Family::Limits)
}

/// The statement that allows a step.
fn granting<'w>(
    policies: &Policies,
    world: &'w Permissions,
    step: &palisade_access::escalate::Step,
) -> Option<(&'w Attached, Origin)> {
    let decision = evaluate(policies, &step.request);
    let mut matched = decision.matched.iter();
    let allow = matched.find(|m| {
        m.layer == Layer::Identity && m.effect == Effect::Allow && m.truth == Truth::Yes
    })?;
    let attached = world.identity.get(allow.policy)?;
    let statement = attached.policy.statements.get(allow.statement)?;
    let at = if attached.managed {
        &attached.at
    } else {
        &statement.origin
    };
    Some((attached, at.clone()))
}

fn of_nobody(cx: &Context<'_>, policy: &Guard, sink: &mut Sink<'_>) {
    let Some(resource) = cx.app.resource(&policy.written_in) else {
        return;
    };
    if &*resource.kind == "AWS::IoT::Policy" || policy.written_in.to_ascii_lowercase().contains("boundary") {
        return;
    }
    for (when, document) in &policy.worlds {
        let policies = Policies {
            identity: vec![without_vague(document)],
            ..cx.access().policies_of_outsiders(None, when)
        };
        let found = escalate(&Question {
            policies: &policies,
            principal: None,
            inventory: None,
            catalogue: cx.access().settings.catalogue,
        });
        let paths = counted(&found.paths);
        let Some(path) = paths.first() else { continue };
        let allows = path.steps.iter().find_map(|step| {
            let decision = evaluate(&policies, &step.request);
            let mut matched = decision.matched.iter();
            let allow = matched.find(|m| m.layer == Layer::Identity && m.effect == Effect::Allow)?;
            document.statements.get(allow.statement).map(|s| s.origin.clone())
        });
        let at = allows.unwrap_or_else(|| resource.origin.clone());
        let sure = needs_no_role(path);
        report(cx, resource, &at, "whoever has the policy", path, paths.len(), sure, when, sink);
        return;
    }
}

#[expect(clippy::too_many_arguments, reason = "what a finding tells of")]
fn report(
    cx: &Context<'_>,
    resource: &Resource,
    at: &Origin,
    who: &str,
    path: &EscalationPath,
    ways: usize,
    sure: bool,
    when: &[palisade_app::Condition],
    sink: &mut Sink<'_>,
) {
    let symbols = &cx.access().symbols;
    let actions: Vec<String> = path.steps.iter().map(|s| s.request.action.to_string()).collect();
    let with = some_of(actions.iter().map(String::as_str), 3);
    let on = path.steps.first().map_or_else(String::new, |step| {
        format!(", for example on `{}`", symbols.show(&step.request.resource))
    });
    let more = match ways {
        0 | 1 => String::new(),
        2 => "; there is one more way".to_owned(),
        n => format!("; there are {} more ways", n - 1),
    };
    let mut builder = sink
        .finding(resource)
        .property("PolicyDocument")
        .item(path.method)
        .at(at)
        .aliases(&["CKV_AWS_110", "CKV_AWS_286"])
        .confidence(if sure { Confidence::High } else { Confidence::Medium })
        .message(format!(
            "{who} can gain {}: with {with} it {}{on}{more}",
            symbols.show(&path.gains),
            path.name
        ))
        .help("take away one of the actions, or bind it with `Resource` and a condition on `iam:PassedToService`, `iam:PolicyARN` or `iam:PermissionsBoundary`");
    for step in &path.steps {
        let text = format!(
            "`{}` on `{}`: {}",
            step.request.action,
            symbols.show(&step.request.resource),
            step.why
        );
        builder = builder.hop(text, resource, at);
    }
    let branch = palisade_app::Branch {
        answer: Answer::No,
        when: when.to_vec(),
        at: at.clone(),
        written: true,
    };
    let otherwise = palisade_app::Branch {
        answer: Answer::Yes,
        ..branch.clone()
    };
    let branches = if when.is_empty() {
        vec![branch]
    } else {
        vec![branch, otherwise]
    };
    builder.judge(Verdict { branches });
}
