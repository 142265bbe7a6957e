//! Whom policies on resources let in, statement by statement.

use super::{Change, Comparing, Found, Gain};
use crate::access::Access;
use crate::shown::{Target, target};
use crate::side::{at_home, doubts, of_guard, place, rest, scope, shown, text};
use crate::worlds::agree;
use palisade_app::Condition;
use palisade_iam::compare::{Options, Side, subset};
use palisade_iam::{Effect, Policy, Principal, Request, Statement, Text};
use std::sync::Arc;

impl Comparing<'_> {
    pub(super) fn guard(&self, id: &Arc<str>, found: &mut Vec<Change>) {
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
        let Some((own, other)) = rest(own, other) else {
            return found;
        };
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
                let answer = subset(&side, &other, Options::default());
                for reason in doubts(&answer, &access.symbols) {
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
