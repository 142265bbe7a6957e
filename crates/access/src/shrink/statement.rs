//! The statements of a proposal.

use crate::identities::Attached;
use crate::needs::Need;
use palisade_core::Span;
use palisade_iam::{Effect, Element, Statement, Symbols, Syntax, Text};
use std::sync::Arc;

/// A proposed statement: a declared one with fewer actions and resources.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposed {
    /// The actions.
    pub actions: Vec<Arc<str>>,
    /// The resources, with symbols.
    pub resources: Vec<String>,
    /// The policies that the declared statements are of: their names.
    pub from: Vec<Arc<str>>,
    /// The declared statement: its effect and its conditions are kept.
    declared: Statement,
}

impl Proposed {
    /// Adds what a statement grants of a need.
    pub(super) fn add(
        proposed: &mut Vec<Self>,
        attached: &Attached,
        statement: &Statement,
        need: &Need,
        mut resources: Vec<String>,
    ) {
        resources.sort();
        let same = |p: &&mut Self| {
            p.resources == resources && p.same_conditions(statement) && p.is_allow()
        };
        match proposed.iter_mut().find(same) {
            Some(found) => {
                if !found.actions.contains(&need.action) {
                    found.actions.push(need.action.clone());
                }
                if !found.from.contains(&attached.name) {
                    found.from.push(attached.name.clone());
                }
            }
            None => proposed.push(Self {
                actions: vec![need.action.clone()],
                resources,
                from: vec![attached.name.clone()],
                declared: statement.clone(),
            }),
        }
    }

    /// A declared statement as it is.
    pub(super) fn verbatim(attached: &Attached, statement: &Statement) -> Self {
        let written = |element: &Element| -> Vec<Arc<str>> {
            element.patterns.iter().map(|p| p.written.clone()).collect()
        };
        let resources = statement
            .resources
            .as_ref()
            .map(written)
            .unwrap_or_default();
        Self {
            actions: written(&statement.actions),
            resources: resources.iter().map(ToString::to_string).collect(),
            from: vec![attached.name.clone()],
            declared: statement.clone(),
        }
    }

    /// Takes out what another statement already says, and sorts.
    pub(super) fn tidy(proposed: &mut Vec<Self>, symbols: &Symbols) {
        for statement in proposed.iter_mut() {
            statement.actions.sort();
        }
        let all = proposed.clone();
        proposed.retain(|statement| {
            // The same actions on more resources.
            !all.iter().any(|other| {
                other != statement
                    && other.is_allow()
                    && statement.is_allow()
                    && other.declared.conditions.is_empty()
                    && statement.actions.iter().all(|a| other.actions.contains(a))
                    && statement.resources.iter().all(|wanted| {
                        other.resources.iter().any(|pattern| {
                            palisade_iam::Pattern::wildcard(pattern).matches(wanted)
                                == palisade_iam::Truth::Yes
                        })
                    })
                    && (other.actions.len() > statement.actions.len()
                        || other.resources != statement.resources)
            })
        });
        proposed.sort_by_cached_key(|statement| {
            let shown: Vec<String> = statement
                .resources
                .iter()
                .map(|r| symbols.show(r))
                .collect();
            (!statement.is_allow(), statement.actions.clone(), shown)
        });
    }

    fn same_conditions(&self, statement: &Statement) -> bool {
        let key = |s: &Statement| -> Vec<_> {
            let tests = s.conditions.iter();
            tests
                .map(|t| (t.operator, t.key.clone(), t.written.clone()))
                .collect()
        };
        key(&self.declared) == key(statement)
    }

    /// Whether it allows.
    #[must_use]
    pub fn is_allow(&self) -> bool {
        self.declared.effect == Effect::Allow
    }

    /// The declared statement that it comes from.
    #[must_use]
    pub fn declared(&self) -> &Statement {
        &self.declared
    }

    /// It as a statement of a policy.
    #[must_use]
    pub fn statement(&self) -> Statement {
        if !self.is_allow() {
            return self.declared.clone();
        }
        let element = |texts: Vec<Arc<str>>| Element {
            except: false,
            patterns: texts
                .into_iter()
                .map(|text| {
                    let syntax = Syntax {
                        wildcards: true,
                        variables: true,
                    };
                    Text::new(text, Span::default(), syntax)
                })
                .collect(),
            span: Span::default(),
        };
        let actions = self
            .actions
            .iter()
            .map(|a| Arc::from(a.to_ascii_lowercase()));
        Statement {
            actions: element(actions.collect()),
            resources: Some(element(
                self.resources
                    .iter()
                    .map(|r| Arc::from(r.as_str()))
                    .collect(),
            )),
            ..self.declared.clone()
        }
    }
}
