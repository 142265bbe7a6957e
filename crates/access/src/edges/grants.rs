//! What identities may do to the resources of the application. Actions that no statement tells
//! apart get one answer, so that `s3:*` costs as much as `s3:GetObject`.

use super::insider::Insider;
use super::{Edge, EdgeKind, Node, Unread, Via, node};
use crate::access::Access;
use crate::asking::{Answer, ask};
use crate::identities::{Identity, Permissions};
use crate::targets::Target;
use crate::worlds::{agree, exists};
use palisade_app::{Condition, Existence};
use palisade_iam::catalogue::{AccessLevel, Action};
use palisade_iam::{Decision, Effect, Layer, Policies, Policy, Statement, Truth, arn_part};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn edges(access: &Access<'_>, into: &mut Vec<Edge>) {
    let places: Vec<Place<'_>> = access
        .arns()
        .filter(|(resource, _)| resource.exists != Existence::Never)
        .map(|(resource, arn)| Place {
            id: &resource.id,
            exists: &resource.exists,
            arn,
            worlds: guard_worlds(access, &resource.id),
        })
        .collect();
    for identity in &access.identities {
        let insider = Insider::new(access, identity);
        for place in places.iter().filter(|place| *place.id != identity.id) {
            let mut found: Vec<Edge> = Vec::new();
            for permissions in &identity.worlds {
                for world in &place.worlds {
                    let there =
                        agree(world, &permissions.when) && exists(&permissions.when, place.exists);
                    if !there {
                        continue;
                    }
                    let question = Question {
                        access,
                        identity,
                        permissions,
                        insider: &insider,
                        place,
                        world,
                    };
                    for edge in question.edges() {
                        merge(&mut found, edge);
                    }
                }
            }
            into.extend(found);
        }
    }
}

/// A resource that can be asked about.
struct Place<'a> {
    id: &'a Arc<str>,
    exists: &'a Existence,
    arn: &'a str,
    /// The worlds of the policies on it.
    worlds: Vec<Vec<Condition>>,
}

fn guard_worlds(access: &Access<'_>, id: &str) -> Vec<Vec<Condition>> {
    let mut worlds: Vec<Vec<Condition>> = Vec::new();
    for guard in access.guards_on(id) {
        for (when, _) in &guard.worlds {
            if !worlds.contains(when) {
                worlds.push(when.clone());
            }
        }
    }
    if worlds.is_empty() {
        worlds.push(Vec::new());
    }
    worlds
}

/// The same in several worlds is said once, under the conditions that all of them have.
fn merge(found: &mut Vec<Edge>, edge: Edge) {
    let same = |other: &&mut Edge| {
        other.actions == edge.actions && other.unknown.is_some() == edge.unknown.is_some()
    };
    match found.iter_mut().find(same) {
        Some(other) => other.when.retain(|c| edge.when.contains(c)),
        None => found.push(edge),
    }
}

/// What one identity may do to one resource in one world.
struct Question<'a> {
    access: &'a Access<'a>,
    identity: &'a Identity,
    permissions: &'a Permissions,
    insider: &'a Insider<'a>,
    place: &'a Place<'a>,
    world: &'a [Condition],
}

impl Question<'_> {
    fn edges(&self) -> Vec<Edge> {
        let Some(policies) = self.policies() else {
            return Vec::new();
        };
        let statements = all_statements(&policies);
        let patterns = statements
            .iter()
            .filter_map(|s| s.resources.as_ref())
            .flat_map(|r| &r.patterns);
        let catalogue = self.access.settings.catalogue;
        let Some(target) = Target::of(catalogue, self.place.arn, patterns) else {
            return Vec::new();
        };
        let mut sure = Gathered::default();
        let mut unsure = Gathered::default();
        for (texts, actions) in classes(&target, &statements) {
            let Some((first, _)) = actions.first() else {
                continue;
            };
            let Some(answer) = self.answer(&policies, first, &texts) else {
                continue;
            };
            let gathered = if answer.allowed() {
                &mut sure
            } else {
                &mut unsure
            };
            gathered.add(answer, actions, self, &policies);
        }
        [(sure, false), (unsure, true)]
            .into_iter()
            .filter_map(|(gathered, unknown)| gathered.edge(self, unknown))
            .collect()
    }

    /// All policies that decide; nothing when none of them speaks of the resource.
    fn policies(&self) -> Option<Policies> {
        let mut when = self.permissions.when.clone();
        when.extend(self.world.iter().cloned());
        let mut policies = self.access.policies(self.permissions, None);
        policies.resource = self.access.guard(self.place.id, &when);
        let layers = policies.identity.iter_mut();
        for policy in layers
            .chain(&mut policies.resource)
            .chain(policies.boundary.iter_mut().flatten())
        {
            leave_out_unread(policy);
        }
        let base = self.place.arn.trim_end_matches(":*");
        let service = crate::targets::service_of(base).unwrap_or_default();
        let speaks = policies
            .identity
            .iter()
            .flat_map(|policy| policy.of_effect(Effect::Allow))
            .any(|statement| speaks_of(statement, base, service));
        let named = policies
            .resource
            .iter()
            .flat_map(|policy| policy.of_effect(Effect::Allow))
            .any(|statement| names(statement, &self.identity.arn));
        (speaks || named).then_some(policies)
    }

    fn answer(&self, policies: &Policies, action: &str, texts: &[&str]) -> Option<Answer> {
        let mut unknown = None;
        for text in texts {
            let account = arn_part(text, 4).unwrap_or(&self.access.account);
            let answer = ask(policies, self.insider, action, text, account);
            if answer.allowed() {
                return Some(answer);
            }
            if answer.unknown() && unknown.is_none() {
                unknown = Some(answer);
            }
        }
        unknown
    }

    /// The statements that allow, with their places.
    fn via(&self, policies: &Policies, decision: &Decision) -> Vec<Via> {
        let mut via = Vec::new();
        for matched in &decision.matched {
            let Some(statement) = policies.statement(matched) else {
                continue;
            };
            if matched.effect != Effect::Allow {
                continue;
            }
            let specific = is_specific(statement, matched.layer);
            match matched.layer {
                Layer::Identity => {
                    if let Some(attached) = self.permissions.identity.get(matched.policy) {
                        via.push(Via {
                            written_in: attached.written_in.clone(),
                            policy: attached.name.clone(),
                            at: match attached.managed {
                                true => attached.at.clone(),
                                false => statement.origin.clone(),
                            },
                            specific,
                        });
                    }
                }
                // An account alone is let in only as far as its own policies allow.
                Layer::Resource if !names_accounts(statement) => via.push(Via {
                    written_in: self.place.id.clone(),
                    policy: self.place.id.clone(),
                    at: statement.origin.clone(),
                    specific,
                }),
                _ => {}
            }
        }
        via
    }
}

/// What is not written in the application may allow or forbid anything: it is said once for the
/// identity, and not for each resource.
fn leave_out_unread(policy: &mut Arc<Policy>) {
    if policy.statements.iter().any(is_unread) {
        let mut read = Policy::clone(policy);
        read.statements.retain(|statement| !is_unread(statement));
        *policy = Arc::new(read);
    }
}

/// Whether nothing at all is known of a statement.
fn is_unread(statement: &Statement) -> bool {
    let everything = |element: &palisade_iam::Element| {
        let patterns = element.patterns.iter();
        patterns
            .filter_map(|text| text.plain())
            .any(|p| p.is_everything())
    };
    statement.uncertain.is_some()
        && everything(&statement.actions)
        && statement.resources.as_ref().is_none_or(everything)
}

/// The policies of an identity that are not written in the application: why, and where they are
/// named. With whether they limit it.
pub(super) fn unread(access: &Access<'_>) -> Vec<Unread> {
    let mut found: Vec<Unread> = Vec::new();
    for identity in &access.identities {
        for permissions in &identity.worlds {
            let own = permissions.identity.iter().map(|a| (a, false));
            let limits = permissions.boundary.iter().map(|a| (a, true));
            for (attached, limits) in own.chain(limits) {
                let holes = attached.policy.statements.iter().filter(|s| is_unread(s));
                for hole in holes.filter_map(|s| s.uncertain) {
                    let reason = access.symbols.reason(hole);
                    let unread = Unread {
                        identity: identity.id.clone(),
                        reason: reason.map_or_else(String::new, ToString::to_string),
                        at: attached.at.clone(),
                        limits,
                    };
                    if !found.contains(&unread) {
                        found.push(unread);
                    }
                }
            }
        }
    }
    found
}

/// Whether a statement names single actions and, of an identity, something less than everything.
fn is_specific(statement: &Statement, layer: Layer) -> bool {
    const EVERYTHING: &[&str] = &[
        "*",
        "secret:*",
        "key/*",
        "table/*",
        "table*",
        "function:*",
        "role/*",
        "stateMachine:*",
    ];
    let wide = |resources: &palisade_iam::Element| {
        resources.except
            || resources.patterns.iter().any(|text| {
                let last = text.written.splitn(6, ':').last().unwrap_or_default();
                EVERYTHING.contains(&last)
            })
    };
    let named = !statement.actions.except
        && !statement
            .actions
            .patterns
            .iter()
            .any(|p| p.written.contains('*'));
    named && (layer == Layer::Resource || !statement.resources.as_ref().is_some_and(wide))
}

/// Whether a statement is about whole accounts only.
fn names_accounts(statement: &Statement) -> bool {
    use palisade_iam::Principal;
    statement.principals.as_ref().is_some_and(|principals| {
        let account = |who: &Principal| matches!(who, Principal::Account(_));
        !principals.except && principals.items.iter().all(|item| account(&item.who))
    })
}

fn all_statements(policies: &Policies) -> Vec<&Statement> {
    let layers: Vec<&Arc<Policy>> = policies
        .identity
        .iter()
        .chain(&policies.resource)
        .chain(policies.boundary.iter().flatten())
        .chain(policies.scp.iter().flatten())
        .chain(policies.rcp.iter().flatten())
        .collect();
    layers.into_iter().flat_map(|p| &p.statements).collect()
}

/// Whether an allowing statement can be about a resource, or things in it: a quick look.
fn speaks_of(statement: &Statement, base: &str, service: &str) -> bool {
    let begins = |written: &str| {
        let prefix = written.split(':').next().unwrap_or_default();
        prefix.contains(['*', '?'])
            || prefix == service
            || !prefix.is_ascii()
            || (service == "sts" && prefix == "iam")
    };
    let acts = statement.actions.except
        || statement
            .actions
            .patterns
            .iter()
            .any(|p| begins(&p.written));
    acts && statement.resources.as_ref().is_none_or(|resources| {
        resources.except
            || resources.patterns.iter().any(|text| {
                let pattern = text.widest();
                let filled = crate::asking::filled(pattern.tokens(), "");
                filled.starts_with(base)
                    || pattern.matches(base) != Truth::No
                    || pattern.has_hole()
                    || pattern.matches(&format!("{base}/any")) != Truth::No
            })
    })
}

/// Whether a statement on a resource names an identity, or everybody.
fn names(statement: &Statement, arn: &str) -> bool {
    use palisade_iam::Principal;
    statement.principals.as_ref().is_some_and(|principals| {
        principals.except
            || principals.items.iter().any(|item| match &item.who {
                Principal::Everyone | Principal::Unknown(_) => true,
                Principal::Arn(text) | Principal::Id(text) => **text == *arn,
                _ => false,
            })
    })
}

type Named = (String, AccessLevel);

/// What tells actions apart: their resources, the statements about them, the level or the name.
type Class<'a> = (Vec<&'a str>, Vec<u8>, String);

/// The actions that can be asked about a target, together where no statement tells them apart.
fn classes<'t>(
    target: &'t Target<'_>,
    statements: &[&Statement],
) -> Vec<(Vec<&'t str>, Vec<Named>)> {
    // Keys and roles: which actions their own policy must allow differs from action to action.
    let apart = matches!(&*target.service.prefix, "kms" | "sts");
    let mut classes: BTreeMap<Class<'_>, Vec<Named>> = BTreeMap::new();
    let allows = |action: &str| {
        let mut allowing = statements.iter().filter(|s| s.effect == Effect::Allow);
        allowing.any(|statement| statement.matches_action(action) != Truth::No)
    };
    for (action, texts) in target.actions(allows) {
        let name = full_name(target, action);
        let lower = name.to_ascii_lowercase();
        let signature: Vec<u8> = statements
            .iter()
            .map(|statement| match statement.matches_action(&lower) {
                Truth::No => 0,
                Truth::Maybe => 1,
                Truth::Yes => 2,
            })
            .collect();
        let alone = if apart { lower } else { String::new() };
        let class = classes.entry((texts, signature, alone)).or_default();
        class.push((name, action.access));
    }
    classes
        .into_iter()
        .map(|((texts, _, _), actions)| (texts, actions))
        .collect()
}

fn full_name(target: &Target<'_>, action: &Action) -> String {
    format!("{}:{}", target.service.prefix, action.name)
}

/// What was found of one identity and one resource.
#[derive(Default)]
struct Gathered {
    actions: Vec<(Arc<str>, AccessLevel)>,
    via: Vec<Via>,
    witness: Option<Answer>,
    /// Some of it is allowed to any request.
    plain: bool,
}

impl Gathered {
    fn add(
        &mut self,
        answer: Answer,
        actions: Vec<Named>,
        question: &Question<'_>,
        policies: &Policies,
    ) {
        for (name, level) in actions {
            self.actions.push((Arc::from(name), level));
        }
        for via in question.via(policies, &answer.decision) {
            if !self.via.contains(&via) {
                self.via.push(via);
            }
        }
        self.plain |= answer.request.context.iter().next().is_none();
        self.witness.get_or_insert(answer);
    }

    fn edge(self, question: &Question<'_>, unknown: bool) -> Option<Edge> {
        let witness = self.witness?;
        let mut actions = self.actions;
        actions.sort();
        let to = node(question.access, question.place.id);
        let assumes = actions.iter().any(|(name, _)| &**name == "sts:AssumeRole");
        let kind = match &to {
            Node::Identity(_) if assumes => EdgeKind::Assumes,
            _ => EdgeKind::May,
        };
        let reason = unknown.then(|| {
            let symbols = &question.access.symbols;
            let holes = witness.decision.reasons.iter();
            let reasons: Vec<&str> = holes
                .filter_map(|h| symbols.reason(*h))
                .map(|r| &**r)
                .collect();
            match reasons.as_slice() {
                [] => "a text that is not known decides it".to_owned(),
                reasons => reasons.join(", "),
            }
        });
        let mut when = question.permissions.when.clone();
        for condition in question.world {
            if !when.contains(condition) {
                when.push(condition.clone());
            }
        }
        let at = self.via.first().map(|via| via.at.clone());
        let from = Node::Identity(question.identity.id.clone());
        Some(Edge {
            actions,
            via: self.via,
            when,
            witness: Some(witness.request),
            conditions: !self.plain,
            unknown: reason,
            ..Edge::new(from, to, kind, &at.unwrap_or_default())
        })
    }
}
