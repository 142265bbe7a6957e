//! What a change of an application changes about who may do what, and what an application must not
//! allow: exact comparisons of all identities and all policies on resources, each answer with a
//! request that proves it.
//!
//! What is forbidden is asked as a change from an application that allows nothing, limited to the
//! forbidden requests.

use crate::access::{Access, Settings};
use crate::identities::{Identity, IdentityKind, Permissions};
use crate::outside::{Who, outside};
use crate::shown::{Subject, Target, subject, target};
use crate::side::{
    at_home, layer, of_guard, of_identity, place, real, reasons, scope, shown, text,
};
use crate::worlds::agree;
use palisade_app::{Application, Condition, Existence};
use palisade_core::Location;
use palisade_iam::compare::{Containment, Layer, Options, Side, compare, subset};
use palisade_iam::{
    Effect, Pattern, Policy, Principal, Request, Statement, Text, Truth, is_symbol,
};
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

impl Access<'_> {
    /// The policy of requests for these actions on these resources, each of which is an ARN with
    /// wildcards, or the name of a resource of the application; none means all. An account or region
    /// that is named counts also where it is not known which one the application is deployed to.
    #[must_use]
    pub fn forbidden(&self, actions: &[String], resources: &[String]) -> Arc<Policy> {
        let mut patterns = Vec::new();
        for name in resources {
            let mut known = self.arns();
            match known.find(|(resource, _)| *resource.written.address == **name) {
                Some((_, arn)) => {
                    patterns.extend([
                        text(arn),
                        text(&format!("{arn}/*")),
                        text(&format!("{arn}:*")),
                    ]);
                }
                None => patterns.push(text(&self.wherever(name))),
            }
        }
        if patterns.is_empty() {
            patterns.push(text("*"));
        }
        let actions: Vec<Arc<str>> = actions.iter().map(|a| Arc::from(a.as_str())).collect();
        let layer = scope(&actions, patterns);
        layer.policies.into_iter().next().unwrap_or_default()
    }

    /// An ARN in which the account and region that are not known here may be any.
    fn wherever(&self, arn: &str) -> String {
        let deployment = &self.settings.deployment;
        let known = [
            (3, deployment.region.is_some()),
            (4, !self.account.contains(is_symbol)),
        ];
        let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
        for (at, known) in known {
            if let Some(part) = parts.get_mut(at)
                && !known
                && !part.is_empty()
            {
                *part = "*";
            }
        }
        parts.join(":")
    }
}

/// What an application allows of requests that a policy describes: those that one of its statements
/// would allow. `principal` limits it to those whose ARN, id or name it matches.
#[must_use]
pub fn allowed(
    access: &Access<'_>,
    forbidden: &Arc<Policy>,
    principal: Option<&Pattern>,
) -> Vec<Change> {
    let comparing = Comparing {
        new: access,
        old: None,
        limits: vec![layer("forbidden", vec![forbidden.clone()])],
    };
    let mut found = Vec::new();
    for identity in &access.identities {
        let names = principal.is_none_or(|pattern| names(access, pattern, identity));
        if names {
            comparing.identity(identity, &mut found);
        }
    }
    for id in guarded(access, None) {
        comparing.guard(&id, &mut found);
    }
    for change in &mut found {
        change.kind = ChangeKind::Changed;
        if let (true, Some(pattern)) = (change.guard, principal) {
            let named = |who: &String| {
                who == "everyone" || pattern.matches(who.trim_matches('`')) != Truth::No
            };
            change.gained.retain(|gain| gain.who.iter().any(named));
        }
    }
    found.retain(|change| !change.gained.is_empty() || !change.unknown.is_empty());
    found
}

/// What anybody at all can do to the resources of an application.
#[must_use]
pub fn public(access: &Access<'_>) -> Vec<Change> {
    let everybody = outside(access).into_iter();
    let everybody = everybody.filter(|o| o.who.is_public() || o.who == Who::Unknown);
    let mut found = Vec::new();
    for access_of in everybody {
        let Some(subject) = subject(access, &access_of.resource) else {
            continue;
        };
        let known = access_of.unknown.is_none() && access_of.who != Who::Unknown;
        let unknown = access_of.unknown.unwrap_or_else(|| {
            "who is let in is decided at deployment, and may be everybody".to_owned()
        });
        let arn = access.arn(&access_of.resource).unwrap_or_default();
        let gain = Gain {
            who: vec![access_of.who.to_string()],
            actions: access_of
                .actions
                .into_iter()
                .map(|(name, _)| name)
                .collect(),
            targets: vec![target(access, arn)],
            at: place(access, &access_of.at),
            witness: Some(shown(&access_of.witness, &access.symbols)),
        };
        found.push(Change {
            subject,
            guard: true,
            kind: ChangeKind::Changed,
            when: access_of.when.iter().map(ToString::to_string).collect(),
            gained: if known { vec![gain] } else { Vec::new() },
            lost: Vec::new(),
            unknown: if known { Vec::new() } else { vec![unknown] },
        });
    }
    found
}

/// Whether a pattern names an identity in one of the ways in which it can be called.
fn names(access: &Access<'_>, pattern: &Pattern, identity: &Identity) -> bool {
    let written = access.app.resource(&identity.id).map(|r| &r.written);
    let mut texts: Vec<String> = vec![
        identity.id.to_string(),
        access.symbols.show(&identity.arn),
        identity.arn.clone(),
    ];
    texts.extend(written.map(|w| w.address.to_string()));
    texts.extend(
        written
            .and_then(|w| w.name.as_ref())
            .map(ToString::to_string),
    );
    texts.iter().any(|text| pattern.matches(text) != Truth::No)
}

/// The conditions under which a resource is there.
fn exists_when<'a>(access: &Access<'a>, id: &str) -> &'a [Condition] {
    match access.app.resource(id).map(|resource| &resource.exists) {
        Some(Existence::When(conditions)) => conditions,
        _ => &[],
    }
}

fn opposite(condition: &Condition) -> Option<Condition> {
    match condition {
        Condition::Named { name, holds } => Some(Condition::Named {
            name: name.clone(),
            holds: !holds,
        }),
        Condition::Is { .. } => None,
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
    fn limited(&self, mut side: Side) -> Side {
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
                when.extend(opposite(condition));
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
        let answer = compare(own, other, Options::default());
        let arn = &identity.arn;
        let gained = gains(self.new, arn, now, own, other, &answer.a_in_b);
        let lost = then.map(|(old, then)| gains(old, arn, then, other, own, &answer.b_in_a));
        Found {
            gained,
            lost: lost.unwrap_or_default(),
            unknown: reasons(&answer.a_in_b.unknown, &self.new.symbols),
        }
    }

    fn guard(&self, id: &Arc<str>, found: &mut Vec<Change>) {
        if self.new.app.resource(id).is_none() {
            return;
        }
        let whens = |access: &Access<'_>| -> Vec<Vec<Condition>> {
            let guards = access.guards_on(id);
            let mut whens: Vec<Vec<Condition>> = guards
                .flat_map(|guard| guard.worlds.iter().map(|(when, _)| when.clone()))
                .collect();
            whens.sort();
            whens.dedup();
            if whens.is_empty() {
                whens.push(Vec::new());
            }
            whens
        };
        let before = self.old.map_or_else(|| vec![Vec::new()], whens);
        let mut worlds = Vec::new();
        for now in whens(self.new) {
            for then in before.iter().filter(|then| agree(then, &now)) {
                let mut when = now.clone();
                when.extend(then.iter().filter(|c| !now.contains(c)).cloned());
                let own = of_guard(self.new, id, &when).unwrap_or_default();
                let other = self.old.and_then(|old| of_guard(old, id, &when));
                let other = other.unwrap_or_default();
                let mut unknown = Vec::new();
                let gained = self.let_in(self.new, id, &own, &other, &mut unknown);
                let lost = match self.old {
                    Some(old) => self.let_in(old, id, &other, &own, &mut Vec::new()),
                    None => Vec::new(),
                };
                let world = Found {
                    gained,
                    lost,
                    unknown,
                };
                worlds.push((when, world));
            }
        }
        let added = self.old.is_none_or(|old| old.app.resource(id).is_none());
        self.tell(id, true, added, worlds, found);
    }

    /// Whom a policy on a resource lets in whom another one does not, statement by statement.
    fn let_in(
        &self,
        access: &Access<'_>,
        id: &str,
        own: &Side,
        other: &Side,
        unknown: &mut Vec<String>,
    ) -> Vec<Gain> {
        let mut found: Vec<Gain> = Vec::new();
        let policies = own.layers.iter().flat_map(|layer| &layer.policies);
        for policy in policies {
            for grant in policy.of_effect(Effect::Allow) {
                if self.limits.is_empty() {
                    // A new role is told of; that its service can take it goes without saying.
                    let new = self.old.is_none_or(|old| old.app.resource(id).is_none());
                    let role = access.identity(id).is_some();
                    if new && role && of_services(grant) {
                        continue;
                    }
                } else if delegates(access, grant) {
                    continue;
                }
                let alone = Policy {
                    version: policy.version,
                    statements: (policy.of_effect(Effect::Deny).cloned())
                        .chain([grant.clone()])
                        .collect(),
                };
                let mut side = Side::of(Arc::new(alone));
                side.layers
                    .push(scope(&[Arc::from("*")], about(access, id)));
                let side = self.limited(side);
                let answer = subset(&side, other, Options::default());
                for reason in reasons(&answer.unknown, &access.symbols) {
                    if !unknown.contains(&reason) {
                        unknown.push(reason);
                    }
                }
                let Some(mut witness) = answer.witness else {
                    continue;
                };
                at_home(access, &mut witness.request);
                found.push(Gain {
                    who: who(access, grant),
                    actions: actions(grant, &witness.request),
                    targets: targets(access, id, grant),
                    at: place(access, &grant.origin),
                    witness: Some(shown(&witness.request, &access.symbols)),
                });
            }
        }
        found
    }
}

/// The texts that a resource's own policy can be about.
fn about(access: &Access<'_>, id: &str) -> Vec<Text> {
    match access.arn(id) {
        Some(arn) => vec![
            text(arn),
            text(&format!("{arn}/*")),
            text(&format!("{arn}:*")),
        ],
        None => vec![text("*")],
    }
}

/// What a grant of a resource's own policy is about: what it says, and the resource where that is
/// everything, because it can be about nothing else.
fn targets(access: &Access<'_>, id: &str, grant: &Statement) -> Vec<Target> {
    let said = grant.resources.as_ref().filter(|said| !said.except);
    let patterns = said.iter().flat_map(|said| &said.patterns);
    let patterns: Vec<&str> = patterns.map(|pattern| &*pattern.written).collect();
    match patterns.is_empty() || patterns.contains(&"*") {
        true => access
            .arn(id)
            .map(|arn| target(access, arn))
            .into_iter()
            .collect(),
        false => patterns
            .iter()
            .map(|pattern| target(access, pattern))
            .collect(),
    }
}

/// Whether a grant lets only services of the provider in.
fn of_services(grant: &Statement) -> bool {
    grant.principals.as_ref().is_some_and(|names| {
        let service = |who: &Principal| matches!(who, Principal::Service(_));
        !names.except && names.items.iter().all(|item| service(&item.who))
    })
}

/// Whether a grant only leaves the decision to the policies of the own account's identities.
fn delegates(access: &Access<'_>, grant: &Statement) -> bool {
    grant.principals.as_ref().is_some_and(|names| {
        let own =
            |who: &Principal| matches!(who, Principal::Account(of) if **of == *access.account);
        !names.except && names.items.iter().all(|item| own(&item.who))
    })
}

fn actions(grant: &Statement, witness: &Request) -> Vec<Arc<str>> {
    match grant.actions.except {
        true => vec![witness.action.clone()],
        false => (grant.actions.patterns.iter())
            .map(|p| p.written.clone())
            .collect(),
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

/// Whom a grant names.
fn who(access: &Access<'_>, grant: &Statement) -> Vec<String> {
    let Some(names) = &grant.principals else {
        return vec!["everyone".to_owned()];
    };
    let of = |text: &str| format!("`{}`", access.symbols.show(text));
    let name = |who: &Principal| match who {
        Principal::Everyone => "everyone".to_owned(),
        Principal::Account(account) if **account == *access.account => "the own account".to_owned(),
        Principal::Account(account) => format!("account {}", of(account)),
        Principal::Unknown(_) => "somebody who is not known".to_owned(),
        Principal::Arn(name)
        | Principal::Id(name)
        | Principal::Service(name)
        | Principal::Federated(name)
        | Principal::CanonicalUser(name) => of(name),
    };
    let named: Vec<String> = names.items.iter().map(|item| name(&item.who)).collect();
    match names.except {
        true => vec![format!("everyone but {}", named.join(", "))],
        false => named,
    }
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
            let mut scoped = own.clone();
            scoped
                .layers
                .push(scope(&new.actions, vec![text(&new.resource)]));
            let proof = subset(&scoped, other, Options::default());
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
