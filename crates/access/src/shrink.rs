//! The smallest permissions: what the functions of a role need, held against what it is given.
//!
//! A proposal is made of the declared statements alone: each keeps its conditions, and of its
//! actions and resources what is needed. So it can't allow anything new; the comparison of both
//! proves it.

mod expression;
mod fix;
mod observed;
mod statement;
mod yaml;

pub use expression::Expressions;
pub use fix::{Edit, fix};
pub use observed::{Record, records};
pub use statement::Proposed;
pub use yaml::block as yaml;

use crate::access::Access;
use crate::code::Codes;
use crate::identities::{Attached, Identity, Permissions};
use crate::names::Names;
use crate::needs::{Need, needs_of, needs_of_record};
use palisade_app::{Condition, Files};
use palisade_core::{Location, Origin};
use palisade_iam::compare::{self, Layer, Side};
use palisade_iam::{Effect, Policy, Statement, Symbols, Truth};
use std::sync::Arc;

/// What came of one role under some conditions of the template.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The role.
    pub role: Arc<str>,
    /// When these conditions of the template hold.
    pub when: Vec<Condition>,
    /// The functions that run as it.
    pub functions: Vec<Arc<str>>,
    /// Functions whose code can't be read, and why. With one of them there is no proposal.
    pub unread: Vec<(Arc<str>, String)>,
    /// Calls that can't be told: what they need may be missing from the proposal.
    pub unresolved: Vec<(String, Option<Location>)>,
    /// Used but not granted.
    pub missing: Vec<Need>,
    /// Granted but not used.
    pub unused: Vec<Unused>,
    /// The proposed statements; nothing when there can be no proposal.
    pub proposed: Option<Vec<Proposed>>,
    /// Whether the proposal allows nothing that is not allowed today; nothing when the comparison
    /// can't tell.
    pub proved: Option<bool>,
}

/// A part of a grant that nothing uses.
#[derive(Clone, Debug, PartialEq)]
pub struct Unused {
    /// The name of its policy.
    pub policy: Arc<str>,
    /// Action patterns of which no action is used.
    pub actions: Vec<Arc<str>>,
    /// Action patterns of which only these actions are used.
    pub narrowed: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// Resource patterns on which nothing is used.
    pub resources: Vec<String>,
    /// Nothing of the statement is used.
    pub whole: bool,
    /// Where the statement, or the name of the managed policy, is written.
    pub at: Origin,
}

/// Shrinks every role that functions run as. The names of the result are in the symbols that come
/// with it.
#[must_use]
pub fn shrink(
    access: &Access<'_>,
    files: &dyn Files,
    records: &[Record],
) -> (Vec<Shrunk>, Symbols) {
    every(access, files, records, Wanted::All)
}

/// The same for those roles of which everything can be told; `worth` says whose code is worth
/// reading.
#[must_use]
pub fn shrink_understood(
    access: &Access<'_>,
    files: &dyn Files,
    worth: &dyn Fn(&Identity) -> bool,
) -> Vec<Shrunk> {
    every(access, files, &[], Wanted::Understood(worth)).0
}

/// Which roles are shrunk.
enum Wanted<'a> {
    /// Each, as far as it is understood.
    All,
    /// Those of which everything can be told, among these.
    Understood(&'a dyn Fn(&Identity) -> bool),
}

fn every(
    access: &Access<'_>,
    files: &dyn Files,
    records: &[Record],
    wanted: Wanted<'_>,
) -> (Vec<Shrunk>, Symbols) {
    let (in_part, worth): (_, &dyn Fn(&Identity) -> bool) = match wanted {
        Wanted::All => (true, &|_| true),
        Wanted::Understood(worth) => (false, worth),
    };
    let mut names = Names::new(
        access.app,
        &access.settings.deployment,
        access.symbols.clone(),
    );
    let mut codes = Codes::new(access.app, files, in_part);
    let mut shrunk = Vec::new();
    for identity in access.identities.iter().filter(|one| worth(one)) {
        let functions: Vec<Arc<str>> = access
            .app
            .graph()
            .functions_of(&identity.id)
            .map(|function| function.id.clone())
            .collect();
        if functions.is_empty() {
            continue;
        }
        let (mut unread, mut unresolved) = (Vec::new(), Vec::new());
        let mut needs: Vec<Need> = Vec::new();
        for id in &functions {
            let understood = unread.is_empty() && unresolved.is_empty();
            if !(in_part || understood) {
                break;
            }
            let Some(function) = access.app.resource(id) else {
                continue;
            };
            match codes.of(function) {
                Err(why) => unread.push((id.clone(), why)),
                Ok(code) => {
                    let found = needs_of(access, function, &code, &mut names);
                    needs.extend(found.needs);
                    unresolved.extend(found.unresolved);
                }
            }
            for record in records.iter().filter(|record| record.is_of(identity, id)) {
                let call = record.bound(access);
                let found = needs_of_record(access, function, &call, &mut names);
                needs.extend(found.needs);
                unresolved.extend(found.unresolved);
            }
        }
        let understood = unread.is_empty() && unresolved.is_empty();
        if !(in_part || understood) {
            continue;
        }
        for world in &identity.worlds {
            let declared = Declared {
                access,
                world,
                symbols: &names.symbols,
            };
            let complete = unread.is_empty();
            let proposed = complete.then(|| declared.proposal(&needs));
            shrunk.push(Shrunk {
                role: identity.id.clone(),
                when: world.when.clone(),
                functions: functions.clone(),
                unread: unread.clone(),
                unresolved: unresolved.clone(),
                missing: declared.missing(&needs),
                unused: if complete {
                    declared.unused(&needs)
                } else {
                    Vec::new()
                },
                proved: proposed.as_ref().and_then(|p| declared.proves(p)),
                proposed,
            });
        }
    }
    (shrunk, names.symbols)
}

/// What a role is given in one world.
struct Declared<'a> {
    access: &'a Access<'a>,
    world: &'a Permissions,
    symbols: &'a Symbols,
}

impl Declared<'_> {
    fn statements(&self, effect: Effect) -> impl Iterator<Item = (&Attached, &Statement)> {
        self.world.identity.iter().flat_map(move |attached| {
            let statements = attached.policy.of_effect(effect);
            statements.map(move |statement| (attached, statement))
        })
    }

    /// The part of a need that a statement grants: resource patterns.
    fn granted(&self, statement: &Statement, need: &Need) -> Vec<String> {
        let action = need.action.to_ascii_lowercase();
        if statement.matches_action(&action) == Truth::No {
            return Vec::new();
        }
        let Some(element) = &statement.resources else {
            return need.resources.clone();
        };
        let mut granted: Vec<String> = Vec::new();
        for wanted in &need.resources {
            let narrow = palisade_iam::Pattern::wildcard(wanted);
            if element.except {
                let overlaps = element.patterns.iter().any(|pattern| {
                    pattern.widest().matches(wanted) != Truth::No
                        || narrow.matches(&pattern.written) != Truth::No
                });
                if !overlaps {
                    granted.push(wanted.clone());
                }
                continue;
            }
            for pattern in &element.patterns {
                let written = pattern.written.to_string();
                let wanted = &self.placed(wanted, &written);
                let narrow = palisade_iam::Pattern::wildcard(wanted);
                // The text of a pattern within another one: the stars match stars.
                let part = if need.unbound.is_some() {
                    written
                } else if pattern.variables().is_none()
                    && pattern.widest().matches(wanted) == Truth::Yes
                {
                    wanted.clone()
                } else if pattern.variables().is_none()
                    && pattern.widest().matches(&streams(wanted)) == Truth::Yes
                {
                    streams(wanted)
                } else if narrow.matches(&written) == Truth::Yes
                    || self.may_be_the_same(&written, wanted)
                {
                    written
                } else {
                    continue;
                };
                if !granted.contains(&part) {
                    granted.push(part);
                }
            }
        }
        granted
    }

    /// What is needed, in the account and the region that a pattern names: where the application is
    /// deployed to is not known, and whoever writes a place means that one.
    fn placed(&self, wanted: &str, written: &str) -> String {
        let parts: Vec<&str> = written.splitn(6, ':').collect();
        let mut placed: Vec<&str> = wanted.splitn(6, ':').collect();
        if parts.len() < 6 || placed.len() < 6 {
            return wanted.to_owned();
        }
        for (at, place) in [(3, "${AWS::Region}"), (4, "${AWS::AccountId}")] {
            let mut letters = placed[at].chars();
            let is_symbol = letters
                .next()
                .and_then(|c| self.symbols.name(c))
                .is_some_and(|name| &**name == place);
            let literal =
                !parts[at].is_empty() && parts[at].chars().all(|c| c.is_ascii() && c != '*');
            if is_symbol && letters.next().is_none() && literal {
                placed[at] = parts[at];
            }
        }
        placed.join(":")
    }

    /// Whether two patterns may mean the same once the parameters of the template have values: one
    /// may hold the ARN of what the other one names.
    fn may_be_the_same(&self, written: &str, wanted: &str) -> bool {
        let open = |text: &str| -> Option<String> {
            let mut open = false;
            let widened = text.chars().map(|c| {
                let given = self.symbols.name(c).is_some_and(|name| self.is_given(name));
                open |= given;
                if given { '*' } else { c }
            });
            let widened = widened.collect();
            open.then_some(widened)
        };
        let (a, b) = (open(written), open(wanted));
        let meets = |pattern: &Option<String>, text: &str| {
            let pattern = pattern.as_deref().map(palisade_iam::Pattern::wildcard);
            pattern.is_some_and(|pattern| pattern.matches(text) != Truth::No)
        };
        meets(&a, b.as_deref().unwrap_or(wanted)) || meets(&b, a.as_deref().unwrap_or(written))
    }

    /// Whether a symbol is what a parameter is given, or another stack exports: neither a resource
    /// here nor a place of deployment.
    fn is_given(&self, name: &str) -> bool {
        let inner = name.trim_start_matches("${").trim_end_matches('}');
        let id = inner.split('.').next().unwrap_or(inner);
        !inner.starts_with("AWS::")
            && self
                .access
                .app
                .resource(id)
                .is_none_or(|r| &*r.kind == "AWS::CloudFormation::Stack")
    }

    /// Used but not granted, by no statement and in no part.
    fn missing(&self, needs: &[Need]) -> Vec<Need> {
        let mut missing: Vec<Need> = Vec::new();
        for need in needs.iter().filter(|need| !need.optional) {
            let mut grants = self.statements(Effect::Allow);
            let granted = grants.any(|(_, s)| !self.granted(s, need).is_empty());
            let same = |m: &Need| m.action == need.action && m.resources == need.resources;
            if !granted && !missing.iter().any(same) {
                missing.push(need.clone());
            }
        }
        missing
    }

    fn proposal(&self, needs: &[Need]) -> Vec<Proposed> {
        let mut proposed: Vec<Proposed> = Vec::new();
        for (attached, statement) in self.statements(Effect::Allow) {
            if statement.uncertain.is_some() {
                continue;
            }
            for need in needs {
                let resources = self.granted(statement, need);
                if !resources.is_empty() {
                    Proposed::add(&mut proposed, attached, statement, need, resources);
                }
            }
        }
        for (attached, statement) in self.statements(Effect::Deny) {
            if !attached.managed && statement.uncertain.is_none() {
                proposed.push(Proposed::verbatim(attached, statement));
            }
        }
        Proposed::tidy(&mut proposed, self.symbols);
        proposed
    }

    /// Whether the proposal is a subset of what is declared.
    fn proves(&self, proposed: &[Proposed]) -> Option<bool> {
        let policies = self.world.identity.iter().map(|a| a.policy.clone());
        let declared = Side {
            layers: vec![Layer {
                name: Arc::from("identity"),
                policies: policies.collect(),
            }],
        };
        let small = Side::of(Arc::new(Policy {
            version: palisade_iam::Version::V2012,
            statements: proposed.iter().map(Proposed::statement).collect(),
        }));
        compare::subset(&small, &declared, compare::Options::default()).holds
    }

    fn unused(&self, needs: &[Need]) -> Vec<Unused> {
        let mut unused = Vec::new();
        for (attached, statement) in self.statements(Effect::Allow) {
            if statement.actions.except || statement.uncertain.is_some() {
                continue;
            }
            let used: Vec<&Need> = needs
                .iter()
                .filter(|need| !self.granted(statement, need).is_empty())
                .collect();
            let mut found = Unused {
                policy: attached.name.clone(),
                actions: Vec::new(),
                narrowed: Vec::new(),
                resources: Vec::new(),
                whole: used.is_empty(),
                at: if attached.managed {
                    attached.at.clone()
                } else {
                    statement.origin.clone()
                },
            };
            for pattern in &statement.actions.patterns {
                let mut of_pattern: Vec<Arc<str>> = Vec::new();
                for need in &used {
                    let action = need.action.to_ascii_lowercase();
                    if pattern.widest().matches(&action) == Truth::Yes
                        && !of_pattern.contains(&need.action)
                    {
                        of_pattern.push(need.action.clone());
                    }
                }
                if of_pattern.is_empty() {
                    found.actions.push(pattern.written.clone());
                } else if pattern.widest().as_literal().is_none()
                    && self.is_wider(pattern, &of_pattern)
                {
                    found.narrowed.push((pattern.written.clone(), of_pattern));
                }
            }
            if let Some(element) = statement.resources.as_ref().filter(|e| !e.except) {
                for pattern in &element.patterns {
                    let wide = pattern.widest();
                    let is_used = used.iter().any(|need| {
                        need.unbound.is_some()
                            || need.resources.iter().any(|wanted| {
                                let wanted = &self.placed(wanted, &pattern.written);
                                self.may_be_the_same(&pattern.written, wanted)
                                    || wide.matches(wanted) == Truth::Yes
                                    || wide.matches(&streams(wanted)) == Truth::Yes
                                    || palisade_iam::Pattern::wildcard(wanted)
                                        .matches(&pattern.written)
                                        == Truth::Yes
                            })
                    });
                    if !is_used && !used.is_empty() {
                        found.resources.push(pattern.written.to_string());
                    }
                }
            }
            let nothing =
                found.actions.is_empty() && found.narrowed.is_empty() && found.resources.is_empty();
            if !nothing {
                unused.push(found);
            }
        }
        unused
    }

    /// Whether a pattern covers actions beside these.
    fn is_wider(&self, pattern: &palisade_iam::Text, used: &[Arc<str>]) -> bool {
        let catalogue = self.access.settings.catalogue;
        catalogue
            .actions_matching(&pattern.written)
            .nth(used.len())
            .is_some()
    }
}

/// A part of what a pattern means that ends in a star: `log-group:x:*:*` of `log-group:x:*`, the
/// streams of a log group. Others are the same.
fn streams(wanted: &str) -> String {
    match wanted.strip_suffix(":*") {
        Some(_) => format!("{wanted}:*"),
        None => wanted.to_owned(),
    }
}

#[cfg(test)]
mod tests;
