//! Permissions that lead to more permissions.

use crate::permissions::{kind_of_identity, some_of, verdict, without_vague};
use crate::prelude::*;
use palisade_access::escalate::{
    EscalationPath, Family, Question, Step, anywhere, does_as_told, escalate, here,
};
use palisade_access::{Access, Attached, Guard, Identity, Permissions};
use palisade_app::{Reason, ReasonKind};
use palisade_core::Origin;
use palisade_iam::{Effect, Layer, Policies, Principal, Text, Token, evaluate};

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
    for identity in &access.identities {
        // What it can in one world is told once.
        let mut worlds = identity.worlds.iter();
        worlds.any(|world| of_identity(cx, identity, world, sink));
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

/// Says how an identity can escalate in a world, if it can.
fn of_identity(
    cx: &Context<'_>,
    identity: &Identity,
    world: &Permissions,
    sink: &mut Sink<'_>,
) -> bool {
    let access = cx.access();
    let Some(resource) = cx.app.resource(&identity.id) else {
        return false;
    };
    let found = anywhere(access, identity, world);
    if counted(&found.paths).is_empty() {
        let possible = counted(&found.possible);
        let reasons = possible.first().into_iter().flat_map(|path| &path.reasons);
        let mut known = reasons.filter_map(|hole| access.symbols.reason(*hole));
        if let Some(reason) = known.next() {
            let reason = Reason::new(ReasonKind::Lookup, reason.clone());
            sink.unresolved(resource, &reason, &resource.origin);
        }
        return false;
    }
    let policies = access.policies(world, None);
    let is_free = |path: &EscalationPath| !is_bound(path, &policies);
    let declared;
    let (ways, free): (Vec<&EscalationPath>, bool) = {
        let all = counted(&found.paths);
        let free: Vec<&EscalationPath> = all.iter().copied().filter(|p| is_free(p)).collect();
        if free.is_empty() {
            // Roles that are named one by one are those of the application, as a rule.
            declared = here(access, identity, world);
            (counted(&declared.paths), false)
        } else {
            (free, true)
        }
    };
    let Some(path) = ways.first() else {
        return false;
    };
    let given = path.steps.iter().find_map(|step| granting(&policies, step));
    let given = given.and_then(|(policy, at)| Some((world.identity.get(policy)?, at)));
    let (written_in, at) = match &given {
        Some((attached, at)) => (
            cx.app.resource(&attached.written_in).unwrap_or(resource),
            if attached.managed { attached.at.clone() } else { at.clone() },
        ),
        None => (resource, resource.origin.clone()),
    };
    // Made by the provider for one of its services, and only such a service has it: nobody chooses
    // what is done with it.
    let for_service = given.is_some_and(|(attached, _)| attached.managed && made_for_service(cx, attached));
    let owned = !for_service || !only_for_services(access, identity);
    let functions: Vec<&str> = cx.app.graph().functions_of(&identity.id).map(|f| &*f.id).collect();
    let who = match functions.as_slice() {
        [] => format!("{} `{}`", kind_of_identity(identity.kind), identity.id),
        [one] => format!("function `{one}`"),
        [one, rest @ ..] => format!("function `{one}` and {} more", rest.len()),
    };
    let told = Told {
        resource: written_in,
        at: &at,
        who: &who,
        path,
        ways: ways.len(),
        free: free && owned,
        verdict: verdict(
            identity
                .worlds
                .iter()
                .map(|other| (Answer::from(!leads(access, identity, other, path)), other.when.as_slice()))
                .collect(),
            &at,
        ),
    };
    report(cx, &told, sink);
    true
}

fn made_for_service(cx: &Context<'_>, attached: &Attached) -> bool {
    let catalogue = cx.access().settings.catalogue;
    let known = catalogue.managed_policy_named(&attached.name);
    known.is_some_and(|policy| policy.path.as_deref() == Some("/service-role/"))
}

/// Whether only services of the provider may take a role, and none that does as its user says.
fn only_for_services(access: &Access<'_>, identity: &Identity) -> bool {
    let mut trusts = access.guards.iter().filter(|guard| guard.written_in == identity.id).peekable();
    let on_its_own = |principal: &Principal| match principal {
        Principal::Service(service) => !does_as_told(service),
        _ => false,
    };
    trusts.peek().is_some()
        && trusts.flat_map(|guard| &guard.worlds).all(|(_, policy)| {
            policy.of_effect(Effect::Allow).all(|statement| {
                let principals = statement.principals.as_ref();
                principals.is_some_and(|p| !p.except && p.items.iter().all(|item| on_its_own(&item.who)))
            })
        })
}

/// Whether the same way is open in a world.
fn leads(
    access: &Access<'_>,
    identity: &Identity,
    world: &Permissions,
    path: &EscalationPath,
) -> bool {
    let found = anywhere(access, identity, world);
    found.paths.iter().any(|other| other.method == path.method)
}

/// Whether the way leads only to a role, or through somebody else's code, that is named outright:
/// then somebody meant it.
fn is_bound(path: &EscalationPath, policies: &Policies) -> bool {
    let existing = path.family == Family::ExistingCode;
    path.steps.iter().any(|step| {
        let reaches = matches!(&*step.request.action, "iam:PassRole" | "sts:AssumeRole");
        if !reaches && !existing {
            return false;
        }
        let decision = evaluate(policies, &step.request);
        let allowing = decision.matched.iter().filter(|m| m.effect == Effect::Allow);
        let mut allowing = allowing.filter_map(|m| policies.statement(m));
        !allowing.any(|statement| {
            // A role of one name in whatever account is named, too.
            let wild = |text: &Text| {
                let pattern = text.widest();
                let parts = pattern.arn_parts();
                parts.last().is_some_and(|part| part.contains(&Token::Run))
            };
            let element = statement.resources.as_ref();
            element.is_none_or(|e| e.except || e.patterns.iter().any(wild))
        })
    })
}

/// Whether it works whatever roles there are.
fn needs_no_role(path: &EscalationPath) -> bool {
    matches!(path.family, Family::OwnPermissions | Family::Limits)
}

/// The statement that allows a step: which policy it stands in, and where.
fn granting(policies: &Policies, step: &Step) -> Option<(usize, Origin)> {
    let decision = evaluate(policies, &step.request);
    let mut matched = decision.matched.iter();
    let allow = matched.find(|m| m.layer == Layer::Identity && m.effect == Effect::Allow)?;
    let statement = policies.statement(allow)?;
    Some((allow.policy, statement.origin.clone()))
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
        let allows = path.steps.iter().find_map(|step| granting(&policies, step));
        let told = Told {
            resource,
            at: &allows.map_or_else(|| resource.origin.clone(), |(_, at)| at),
            who: "whoever has the policy",
            path,
            ways: paths.len(),
            free: !is_bound(path, &policies),
            verdict: Verdict::always(Answer::No, &resource.origin),
        };
        report(cx, &told, sink);
        return;
    }
}

/// What a finding tells of.
struct Told<'t> {
    resource: &'t Resource,
    at: &'t Origin,
    who: &'t str,
    path: &'t EscalationPath,
    ways: usize,
    /// Not everything that it leads to is named outright.
    free: bool,
    verdict: Verdict,
}

fn report(cx: &Context<'_>, told: &Told<'_>, sink: &mut Sink<'_>) {
    let (resource, at, path, free) = (told.resource, told.at, told.path, told.free);
    let (who, ways) = (told.who, told.ways);
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
        .severity(if free { Severity::High } else { Severity::Low })
        .profile(if free { Profile::Default } else { Profile::All })
        .confidence(if needs_no_role(path) { Confidence::High } else { Confidence::Medium })
        .message(format!(
            "{who} can gain {}: with {with} it {}{on}{more}",
            symbols.show(&path.gains),
            path.name
        ))
        .help("take away one of the actions, or bind it with `Resource` and a condition on `iam:PassedToService`, `iam:PolicyARN` or `iam:PermissionsBoundary`");
    let first = path.steps.first().map(|step| &step.request);
    builder = builder.witness(first, symbols);
    for step in &path.steps {
        let text = format!(
            "`{}` on `{}`: {}",
            step.request.action,
            symbols.show(&step.request.resource),
            step.why
        );
        builder = builder.hop(text, resource, at);
    }
    builder.judge(told.verdict.clone());
}
