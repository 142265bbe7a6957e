//! Attack paths that end at permissions which nobody meant to give: a role on the way can gain more
//! than it has.

use super::{Hop, Loot, Prize};
use crate::access::Access;
use crate::edges::{EdgeKind, Node, Via};
use crate::escalate::{ApplicationEscalation, EscalationPath};
use palisade_iam::catalogue::AccessLevel;
use palisade_iam::{Effect, Layer, evaluate};
use std::sync::Arc;

/// What escalation gives.
pub(super) const LOOT: Loot = Loot {
    prize: Prize::Permissions,
    reads: true,
    writes: true,
    control: true,
};

/// The step from an identity to more permissions, by its shortest way.
pub(super) fn hop(access: &Access<'_>, escalation: &ApplicationEscalation) -> Option<Hop> {
    // To assume a role is a step of its own.
    let more = |path: &&EscalationPath| {
        let mut actions = path.steps.iter().map(|step| &*step.request.action);
        !actions.all(|action| action == "sts:AssumeRole")
    };
    let path = escalation.here.paths.iter().find(more)?;
    let via = via(access, escalation, path);
    let at = via.first().map(|via| via.at.clone())?;
    let first = path.steps.first()?;
    let level = |action: &str| {
        let known = access.settings.catalogue.action(action);
        known.map_or(AccessLevel::Write, |action| action.access)
    };
    let actions = path.steps.iter().map(|step| &step.request.action);
    Some(Hop {
        from: Node::Identity(escalation.identity.clone()),
        to: Node::External(Arc::from(path.gains.as_str())),
        kind: EdgeKind::Escalates,
        actions: actions.map(|a| (a.clone(), level(a))).collect(),
        action: Some(first.request.action.clone()),
        via,
        at,
        witness: Some(first.request.clone()),
    })
}

/// The statements that allow the first call.
fn via(access: &Access<'_>, escalation: &ApplicationEscalation, path: &EscalationPath) -> Vec<Via> {
    let world = access.identity(&escalation.identity).and_then(|identity| {
        let mut worlds = identity.worlds.iter();
        worlds.find(|world| world.when == escalation.when)
    });
    let (Some(world), Some(step)) = (world, path.steps.first()) else {
        return Vec::new();
    };
    let policies = access.policies(world, None);
    let decision = evaluate(&policies, &step.request);
    let mut via = Vec::new();
    for matched in &decision.matched {
        let attached = world.identity.get(matched.policy);
        let (Some(statement), Some(attached)) = (policies.statement(matched), attached) else {
            continue;
        };
        if matched.layer == Layer::Identity && matched.effect == Effect::Allow {
            via.push(Via {
                written_in: attached.written_in.clone(),
                policy: attached.name.clone(),
                at: match attached.managed {
                    true => attached.at.clone(),
                    false => statement.origin.clone(),
                },
                specific: false,
            });
        }
    }
    via
}
