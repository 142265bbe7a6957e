//! Attack paths that end at permissions which nobody meant to give: a role on the way can gain more
//! than it has.

use super::{Hop, Loot, Prize};
use crate::access::Access;
use crate::edges::{EdgeKind, Node, Via};
use crate::escalate::{EscalationPath, Verdict, here};
use crate::identities::{Identity, Permissions};
use palisade_app::Condition;
use palisade_iam::catalogue::AccessLevel;
use palisade_iam::{Effect, Layer, evaluate};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What escalation gives.
pub(super) const LOOT: Loot = Loot {
    prize: Prize::Permissions,
    reads: true,
    writes: true,
    control: true,
};

/// How identities can escalate, looked for when it is asked for the first time.
pub(super) struct Escalating<'a> {
    access: &'a Access<'a>,
    known: BTreeMap<Arc<str>, Vec<(Vec<Condition>, Hop)>>,
}

impl<'a> Escalating<'a> {
    pub(super) fn new(access: &'a Access<'a>) -> Self {
        Self {
            access,
            known: BTreeMap::new(),
        }
    }

    /// The steps of an identity to more permissions, one in each world where there is one.
    pub(super) fn of(&mut self, id: &Arc<str>) -> &[(Vec<Condition>, Hop)] {
        let access = self.access;
        self.known.entry(id.clone()).or_insert_with(|| {
            let identity = access.identity(id);
            let worlds = identity.iter().flat_map(|identity| {
                let hop = |world: &Permissions| {
                    let hop = hop(access, identity, world)?;
                    Some((world.when.clone(), hop))
                };
                identity.worlds.iter().filter_map(hop)
            });
            worlds.collect()
        })
    }
}

/// The step from an identity to more permissions, by its shortest way.
fn hop(access: &Access<'_>, identity: &Identity, world: &Permissions) -> Option<Hop> {
    let escalation = here(access, identity, world);
    if escalation.verdict != Verdict::Escalation {
        return None;
    }
    // To assume a role is a step of its own.
    let more = |path: &&EscalationPath| {
        let mut actions = path.steps.iter().map(|step| &*step.request.action);
        !actions.all(|action| action == "sts:AssumeRole")
    };
    let path = escalation.paths.iter().find(more)?;
    let via = via(access, world, path);
    let at = via.first().map(|via| via.at.clone())?;
    let first = path.steps.first()?;
    let level = |action: &str| {
        let known = access.settings.catalogue.action(action);
        known.map_or(AccessLevel::Write, |action| action.access)
    };
    let actions = path.steps.iter().map(|step| &step.request.action);
    Some(Hop {
        from: Node::Identity(identity.id.clone()),
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
fn via(access: &Access<'_>, world: &Permissions, path: &EscalationPath) -> Vec<Via> {
    let Some(step) = path.steps.first() else {
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
