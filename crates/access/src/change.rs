//! What a change of an application changes about who may do what, and what an application must not
//! allow: exact comparisons of all identities and all policies on resources, each answer with a
//! request that proves it.
//!
//! What is forbidden is asked as a change from an application that allows nothing, limited to the
//! forbidden requests.

mod bars;
mod guards;

use crate::access::{Access, Settings};
use crate::identities::{Identity, IdentityKind, Permissions};
use crate::shown::{Subject, Target, subject, target};
use crate::side::{doubts, narrowed, of_identity, place, real, rest, scope, shown, text};
use crate::worlds::agree;
use palisade_app::{Application, Condition, Existence};
use palisade_core::Location;
use palisade_iam::compare::{Containment, Layer, Options, Side, compare, subset};
use palisade_iam::{Effect, Request, Statement, Text};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What changed for one identity, or about one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Whose permissions they are, or the resource that others are let in to.
    pub subject: Subject,
    /// It is about a policy on the resource.
    pub guard: bool,
    /// Whether the subject itself is new or gone.
    pub kind: ChangeKind,
    /// Under which conditions of the templates; empty when always.
    pub when: Vec<String>,
    /// What is allowed now and was not before.
    pub gained: Vec<Gain>,
    /// What was allowed before and is not any more.
    pub lost: Vec<Gain>,
    /// Why it is not known whether more is allowed than is shown.
    pub unknown: Vec<String>,
}

/// Whether something was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It was there before.
    Changed,
    /// It is gone.
    Removed,
}

/// Actions on resources that are newly allowed, or not any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Gain {
    /// Who, where a policy on a resource says it; otherwise it is the subject.
    pub who: Vec<String>,
    /// The actions, as the policy names them.
    pub actions: Vec<Arc<str>>,
    /// The resources.
    pub targets: Vec<Target>,
    /// The statement that allows it, or did.
    pub at: Option<Location>,
    /// A request that is allowed on the one side only.
    pub witness: Option<Request>,
}

pub use bars::{allowed, public};

/// More gains of one identity than this are shown without a witness of their own.
const MAX_WITNESSES: usize = 64;

/// What changes between two versions of an application; either may not exist.
#[must_use]
pub fn changes(
    old: Option<&Application>,
    new: Option<&Application>,
    settings: &Settings<'_>,
) -> Vec<Change> {
    let old = old.map(|app| Access::of(app, settings));
    let Some(new) = new else {
        let gone = old.iter().flat_map(|old| {
            let identities = old.identities.iter();
            identities.filter_map(|identity| removed(old, &identity.id))
        });
        return gone.collect();
    };
    let symbols = old.as_ref().map(|old| old.symbols.clone());
    let new = Access::with(new, settings, symbols.unwrap_or_default());
    let comparing = Comparing {
        new: &new,
        old: old.as_ref(),
        limits: Vec::new(),
    };
    let mut found = Vec::new();
    for identity in &new.identities {
        comparing.identity(identity, &mut found);
    }
    for id in guarded(&new, old.as_ref()) {
        comparing.guard(&id, &mut found);
    }
    for identity in old.iter().flat_map(|old| &old.identities) {
        if same(&new, identity).is_none() {
            found.extend(old.as_ref().and_then(|old| removed(old, &identity.id)));
        }
    }
    found
}

/// The conditions under which a resource is there.
fn exists_when<'a>(access: &Access<'a>, id: &str) -> &'a [Condition] {
    match access.app.resource(id).map(|resource| &resource.exists) {
        Some(Existence::When(conditions)) => conditions,
        _ => &[],
    }
}

/// The resources with policies on them.
fn guarded(new: &Access<'_>, old: Option<&Access<'_>>) -> BTreeSet<Arc<str>> {
    let guards = new
        .guards
        .iter()
        .chain(old.iter().flat_map(|old| &old.guards));
    guards
        .flat_map(|guard| guard.targets.iter().cloned())
        .collect()
}

/// The same identity in another version: by its id, or by an ARN that is known.
fn same<'a>(access: &'a Access<'_>, identity: &Identity) -> Option<&'a Identity> {
    access.identity(&identity.id).or_else(|| {
        let mut others = access.identities.iter();
        others.find(|other| other.arn == identity.arn && !other.arn.is_empty())
    })
}

fn removed(old: &Access<'_>, id: &str) -> Option<Change> {
    Some(Change {
        subject: subject(old, id)?,
        guard: false,
        kind: ChangeKind::Removed,
        when: Vec::new(),
        gained: Vec::new(),
        lost: Vec::new(),
        unknown: Vec::new(),
    })
}

/// Two versions, and what is asked about.
struct Comparing<'a> {
    new: &'a Access<'a>,
    old: Option<&'a Access<'a>>,
    /// Further layers that a request has to pass.
    limits: Vec<Layer>,
}

/// The findings of one world.
#[derive(PartialEq)]
struct Found {
    gained: Vec<Gain>,
    lost: Vec<Gain>,
    unknown: Vec<String>,
}

impl Comparing<'_> {
    fn limited(&self, side: Side) -> Side {
        let policies = self.limits.iter().flat_map(|layer| &layer.policies);
        let statements: Vec<&Statement> = policies.flat_map(|p| &p.statements).collect();
        let some = !statements.is_empty() && !statements.iter().any(|s| s.actions.except);
        let actions: Vec<&Text> = (statements.iter())
            .flat_map(|statement| &statement.actions.patterns)
            .collect();
        let mut side = if some {
            narrowed(&side, &actions)
        } else {
            side
        };
        side.layers.extend(self.limits.iter().cloned());
        side
    }

    fn identity(&self, identity: &Identity, found: &mut Vec<Change>) {
        let members = |group: &Identity| {
            let mut users = self.new.app.of_kind("AWS::IAM::User");
            users.any(|user| user.refers_to("Groups", &group.id))
        };
        if identity.kind == IdentityKind::Group && members(identity) {
            // Told of those who are in it.
            return;
        }
        let before = self.old.and_then(|old| Some((old, same(old, identity)?)));
        let existed = before.map_or(&[][..], |(old, before)| exists_when(old, &before.id));
        let exists = exists_when(self.new, &identity.id);
        let mut worlds = Vec::new();
        for now in &identity.worlds {
            let own = self.limited(of_identity(self.new, identity, now));
            // Where it was not there before, all of it is new.
            for condition in existed.iter().filter(|c| !exists.contains(c)) {
                let mut when = now.when.clone();
                when.extend(condition.negated());
                if agree(&when, exists) && when.len() > now.when.len() {
                    let nothing = Side::default();
                    worlds.push((when, self.compared(identity, now, &own, None, &nothing)));
                }
            }
            let Some((old, before)) = before else {
                let nothing = Side::default();
                worlds.push((
                    now.when.clone(),
                    self.compared(identity, now, &own, None, &nothing),
                ));
                continue;
            };
            for then in before.worlds.iter().filter(|w| agree(&w.when, &now.when)) {
                let other = self.limited(of_identity(old, before, then));
                let mut when = now.when.clone();
                when.extend(then.when.iter().filter(|c| !now.when.contains(c)).cloned());
                let then = Some((old, then));
                worlds.push((when, self.compared(identity, now, &own, then, &other)));
            }
        }
        self.tell(&identity.id, false, before.is_none(), worlds, found);
    }

    /// Puts what was found in worlds together; what is the same in all of them is so always.
    fn tell(
        &self,
        id: &str,
        guard: bool,
        added: bool,
        mut worlds: Vec<(Vec<Condition>, Found)>,
        found: &mut Vec<Change>,
    ) {
        let Some(subject) = subject(self.new, id) else {
            return;
        };
        if let Some(((when, first), rest)) = worlds.split_first_mut()
            && rest.iter().all(|(_, other)| other == first)
        {
            when.clear();
            worlds.truncate(1);
        }
        let exists = exists_when(self.new, id);
        for (when, _) in &mut worlds {
            let more = exists.iter().filter(|c| !when.contains(c)).cloned();
            *when = more.chain(when.iter().cloned()).collect();
        }
        for (when, world) in worlds {
            if world.gained.is_empty() && world.lost.is_empty() && world.unknown.is_empty() {
                continue;
            }
            found.push(Change {
                subject: subject.clone(),
                guard,
                kind: if added {
                    ChangeKind::Added
                } else {
                    ChangeKind::Changed
                },
                when: when.iter().map(ToString::to_string).collect(),
                gained: world.gained,
                lost: world.lost,
                unknown: world.unknown,
            });
        }
    }

    /// What an identity gained and lost.
    fn compared(
        &self,
        identity: &Identity,
        now: &Permissions,
        own: &Side,
        then: Option<(&Access<'_>, &Permissions)>,
        other: &Side,
    ) -> Found {
        let more = |own: &Side, other: &Side| {
            let (own, other) = rest(own, other)?;
            Some(compare(&own, &other, Options::default()).a_in_b)
        };
        let arn = &identity.arn;
        let gained = more(own, other);
        let lost = then.and_then(|(old, then)| {
            let lost = more(other, own)?;
            Some(gains(old, arn, then, other, own, &lost))
        });
        Found {
            unknown: gained
                .as_ref()
                .map_or_else(Vec::new, |g| doubts(g, &self.new.symbols)),
            gained: gained.map_or_else(Vec::new, |g| gains(self.new, arn, now, own, other, &g)),
            lost: lost.unwrap_or_default(),
        }
    }
}

/// Patterns of actions, those first that allow many things, or change who may do what.
fn worst_first(access: &Access<'_>, mut actions: Vec<Arc<str>>) -> Vec<Arc<str>> {
    let catalogue = access.settings.catalogue;
    actions.sort_by_cached_key(|action| {
        let level = catalogue.action(action).map(|action| action.access);
        (
            !action.contains('*'),
            std::cmp::Reverse(level),
            action.clone(),
        )
    });
    actions
}

/// What an identity may do that is not within another side, grouped as its statements name it.
fn gains(
    access: &Access<'_>,
    arn: &str,
    permissions: &Permissions,
    own: &Side,
    other: &Side,
    answer: &Containment,
) -> Vec<Gain> {
    let mut found: Vec<Gain> = Vec::new();
    for new in &answer.new {
        let target = target(access, &new.resource);
        let at = statement(access, permissions, &new.resource, &new.actions);
        let actions = worst_first(access, new.actions.clone());
        let together = |gain: &&mut Gain| gain.actions == actions && gain.at == at;
        if let Some(gain) = found.iter_mut().find(together) {
            gain.targets.push(target);
            continue;
        }
        let mut witness = answer.witness.clone();
        if answer.new.len() > 1 && found.len() < MAX_WITNESSES {
            let asked = scope(&new.actions, vec![text(&new.resource)]);
            let statements = asked.policies.iter().flat_map(|p| &p.statements);
            let actions: Vec<&Text> = statements.flat_map(|s| &s.actions.patterns).collect();
            let mut scoped = narrowed(own, &actions);
            let other = narrowed(other, &actions);
            scoped.layers.push(asked);
            let proof = subset(&scoped, &other, Options::default());
            witness = proof.witness;
        }
        let request = witness.map(|witness| real(access, arn, &witness, own, other));
        found.push(Gain {
            who: Vec::new(),
            actions,
            targets: vec![target],
            at,
            witness: request.map(|request| shown(&request, &access.symbols)),
        });
    }
    found
}

/// Where the statement stands that names these; for a policy that the provider manages, where it is
/// attached.
fn statement(
    access: &Access<'_>,
    permissions: &Permissions,
    resource: &str,
    actions: &[Arc<str>],
) -> Option<Location> {
    let names = |statement: &Statement| {
        let texts = |patterns: &[Text], wanted: &dyn Fn(&Text) -> bool| patterns.iter().any(wanted);
        let resources = statement.resources.as_ref();
        let resources = resources.is_some_and(|element| {
            element.except || texts(&element.patterns, &|p| *p.written == *resource)
        });
        let actions = statement.actions.except
            || texts(&statement.actions.patterns, &|p| {
                actions.contains(&p.written)
            });
        statement.effect == Effect::Allow && resources && actions
    };
    permissions.identity.iter().find_map(|attached| {
        let statement = attached.policy.statements.iter().find(|s| names(s))?;
        place(access, &statement.origin).or_else(|| place(access, &attached.at))
    })
}

#[cfg(test)]
mod tests;
