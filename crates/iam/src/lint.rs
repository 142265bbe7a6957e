//! What is valid in a policy, but not what it seems: names that nothing has, statements that match
//! nothing, elements that a policy of this kind can't have.
//!
//! Every note is true, or it is not given: where a text holds a symbol or a hole, where a variable
//! stands, where the catalogue knows nothing, there is silence. What the catalogue does not know may
//! be newer than it: such notes name its date.

mod actions;
mod conditions;
mod resources;

use crate::catalogue::{Action, Catalogue, Service};
use crate::evaluate::{Layer, Policies};
use crate::pattern::{Text, Token};
use crate::policy::{Effect, Policy, Principal, Statement, Version};
use crate::read::{Note, cut};
use crate::symbols::{is_hole, is_symbol};

/// The kinds of policy that differ in what they may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyKind {
    /// Of a user, group or role; also a boundary, a session's policy, a service control policy.
    Identity,
    /// Of a resource.
    Resource,
    /// Who may assume a role.
    Trust,
    /// A resource control policy.
    ResourceControl,
}

impl PolicyKind {
    /// What a policy is by its look: one that names principals is of a resource, and a trust policy
    /// when it is about no resources.
    #[must_use]
    pub fn guess(policy: &Policy) -> Self {
        let some = |has: &dyn Fn(&Statement) -> bool| policy.statements.iter().any(has);
        if !some(&|s| s.principals.is_some()) {
            Self::Identity
        } else if some(&|s| s.resources.is_some()) || !some(&|s| actions::is_of_sts(s)) {
            Self::Resource
        } else {
            Self::Trust
        }
    }
}

/// Looks for what is not as it seems. The notes are in the order of their places.
#[must_use]
pub fn lint(policy: &Policy, kind: PolicyKind, catalogue: &Catalogue) -> Vec<Note> {
    let mut notes = Vec::new();
    for statement in &policy.statements {
        // Of such a statement not even the elements are known.
        if statement.uncertain.is_some() {
            continue;
        }
        elements(statement, kind, &mut notes);
        if policy.version == Version::V2008 {
            variables(statement, &mut notes);
        }
        let found = actions::check(statement, catalogue, &mut notes);
        conditions::check(statement, &found, catalogue, &mut notes);
        resources::check(statement, &found, &mut notes);
    }
    notes.sort_by_key(|note| (note.span.file, note.span.start));
    notes
}

/// The notes about all policies that have a say in a request, each note once.
#[must_use]
pub fn lint_policies(policies: &Policies, action: &str, catalogue: &Catalogue) -> Vec<Note> {
    let assumes = (action.get(..10)).is_some_and(|a| a.eq_ignore_ascii_case("sts:Assume"));
    let resource = if assumes {
        PolicyKind::Trust
    } else {
        PolicyKind::Resource
    };
    let kinds = [
        (Layer::Identity, PolicyKind::Identity),
        (Layer::Resource, resource),
        (Layer::Boundary, PolicyKind::Identity),
        (Layer::Session, PolicyKind::Identity),
        (Layer::Scp, PolicyKind::Identity),
        (Layer::Rcp, PolicyKind::ResourceControl),
        (Layer::Endpoint, PolicyKind::Resource),
    ];
    let mut notes: Vec<Note> = Vec::new();
    for (layer, kind) in kinds {
        for policy in policies.in_layer(layer) {
            notes.extend(lint(policy, kind, catalogue));
        }
    }
    notes.sort_by_key(|note| (note.span.file, note.span.start));
    notes.dedup();
    notes
}

/// The actions that the patterns of a statement stand for.
#[derive(Debug, Default)]
struct Found<'c> {
    /// Each pattern with its actions; those that the catalogue does not know are left out.
    by_pattern: Vec<(usize, Vec<(&'c Service, &'c Action)>)>,
    /// These are all that the statement is about.
    complete: bool,
}

impl<'c> Found<'c> {
    fn all(&self) -> impl Iterator<Item = (&'c Service, &'c Action)> {
        self.by_pattern
            .iter()
            .flat_map(|(_, found)| found.iter().copied())
    }
}

/// Elements that are missing, or out of place.
fn elements(statement: &Statement, kind: PolicyKind, notes: &mut Vec<Note>) {
    let span = statement.origin.span;
    match (&statement.principals, kind) {
        (Some(principals), PolicyKind::Identity) => notes.push(
            Note::error(principals.span, "this kind of policy names no principals")
                .help("it is about whoever has it; remove the element"),
        ),
        (None, PolicyKind::Resource | PolicyKind::Trust | PolicyKind::ResourceControl) => {
            notes.push(Note::error(span, "the statement has no `Principal`"));
        }
        (Some(principals), _) if principals.except && statement.effect == Effect::Allow => {
            notes.push(
                Note::warning(
                    principals.span,
                    "this allows everybody else, even without an account",
                )
                .help("name who is allowed in `Principal`"),
            );
        }
        _ => {}
    }
    match (&statement.resources, kind) {
        (Some(resources), PolicyKind::Trust) => {
            notes.push(Note::error(
                resources.span,
                "a trust policy names no resources",
            ));
        }
        (None, PolicyKind::Identity | PolicyKind::ResourceControl) => {
            notes.push(Note::error(span, "the statement has no `Resource`"));
        }
        _ => {}
    }
    if kind == PolicyKind::ResourceControl && statement.effect == Effect::Allow {
        let full = statement
            .actions
            .patterns
            .iter()
            .any(|p| &*p.written == "*");
        if !full {
            notes.push(Note::warning(span, "a resource control policy only denies"));
        }
    }
    for item in statement.principals.iter().flat_map(|p| &p.items) {
        if let Principal::Arn(text) | Principal::Id(text) | Principal::Account(text) = &item.who
            && text.contains(['*', '?'])
        {
            let message = format!("`{}` holds a wildcard, which no principal may", cut(text));
            notes.push(
                Note::error(item.span, message)
                    .help("name everybody as `*`, and compare `aws:PrincipalArn` in a condition"),
            );
        }
    }
}

/// Texts that look like variables in a policy whose version has none.
fn variables(statement: &Statement, notes: &mut Vec<Note>) {
    let operands = statement.conditions.iter().flat_map(|test| &test.operands);
    let texts = (statement.resources.iter())
        .flat_map(|element| &element.patterns)
        .chain(operands.filter_map(|operand| match operand {
            crate::condition::Operand::Text(text) => Some(text),
            _ => None,
        }));
    for text in texts {
        let variable = text
            .written
            .find("${")
            .is_some_and(|at| text.written[at..].contains('}'));
        if variable {
            let message = format!(
                "`{}` is compared as it stands, without variables",
                cut(&text.written)
            );
            notes.push(
                Note::warning(text.span, message)
                    .help("variables need `\"Version\": \"2012-10-17\"`"),
            );
        }
    }
}

/// Whether a text holds something that is not known before deployment.
fn is_symbolic(text: &Text) -> bool {
    text.written.contains(|c| is_hole(c) || is_symbol(c))
}

fn has_wildcards(tokens: &[Token]) -> bool {
    tokens
        .iter()
        .any(|token| matches!(token, Token::Run | Token::One))
}

#[cfg(test)]
mod tests;
