//! Who reaches what in applications: `palisade iam access`.

mod json;
mod svg;
mod text;

use crate::clean::line;
use palisade_access::{Access, AttackPath, Edge, EdgeKind, Edges, Idle, Node};
use palisade_core::{Location, Origin};
use palisade_iam::catalogue::AccessLevel;
use std::collections::BTreeSet;
use std::sync::Arc;

pub use json::json;
pub use svg::svg;
pub use text::text;

/// What was found out about one application.
#[derive(Debug)]
pub struct View<'a> {
    /// Who may do what.
    pub access: &'a Access<'a>,
    /// Who reaches what.
    pub edges: &'a Edges,
    /// The ways from outside to something of value.
    pub paths: &'a [AttackPath],
    /// What nothing uses.
    pub unused: &'a [Idle],
    /// What is asked for.
    pub filter: &'a Filter,
}

/// What is asked for; nothing means everything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only what reaches these resources; names may hold `*`.
    pub to: Vec<String>,
    /// Only what these functions, identities or entry points reach.
    pub from: Vec<String>,
}

impl<'a> View<'a> {
    /// The grants that are asked for.
    fn grants(&self) -> Vec<&'a Edge> {
        let from = self.asked_from();
        let grants = self.edges.all.iter().filter(|edge| {
            matches!(edge.kind, EdgeKind::May | EdgeKind::Assumes)
                && self.is_asked(&self.filter.to, &edge.to)
                && from.as_ref().is_none_or(|from| from.contains(&edge.from))
        });
        grants.collect()
    }

    /// The grants that are worth showing to people: without writing to logs, without what everybody
    /// may do anyway, and with aliases of functions only where they are asked for.
    fn shown(&self) -> Vec<&'a Edge> {
        let mut grants = self.grants();
        if self.filter.to.is_empty() {
            grants.retain(|edge| !self.is_usual(edge));
        }
        grants
    }

    fn is_usual(&self, edge: &Edge) -> bool {
        let kind = id(&edge.to)
            .and_then(|id| self.access.app.resource(id))
            .map(|r| &*r.kind);
        let only_writes = edge
            .actions
            .iter()
            .all(|(_, level)| matches!(level, AccessLevel::Write | AccessLevel::List));
        let public = |at: &Origin| {
            self.edges
                .outside
                .iter()
                .any(|found| found.who.is_public() && found.unknown.is_none() && found.at == *at)
        };
        match kind {
            Some("AWS::Logs::LogGroup") => only_writes,
            Some("AWS::Lambda::Alias") => true,
            _ => {
                matches!(edge.from, Node::Identity(_))
                    && !edge.via.is_empty()
                    && edge.via.iter().all(|via| public(&via.at))
            }
        }
    }

    /// Everything that those who are asked for act as; nothing when everybody is.
    fn asked_from(&self) -> Option<BTreeSet<Node>> {
        if self.filter.from.is_empty() {
            return None;
        }
        let all = self
            .edges
            .all
            .iter()
            .flat_map(|edge| [&edge.from, &edge.to]);
        let mut asked: BTreeSet<Node> = all
            .filter(|node| self.is_asked(&self.filter.from, node))
            .cloned()
            .collect();
        let mut open: Vec<Node> = asked.iter().cloned().collect();
        while let Some(node) = open.pop() {
            for edge in self.edges.from(&node) {
                let goes_on = matches!(edge.kind, EdgeKind::Starts | EdgeKind::ActsAs);
                if goes_on && asked.insert(edge.to.clone()) {
                    open.push(edge.to.clone());
                }
            }
        }
        Some(asked)
    }

    fn is_asked(&self, patterns: &[String], node: &Node) -> bool {
        let name = self.name(node);
        let id = id(node).map(|id| &**id).unwrap_or_default();
        patterns.is_empty()
            || patterns.iter().any(|pattern| {
                let pattern = palisade_iam::Pattern::wildcard(&pattern.to_lowercase());
                let is =
                    |text: &str| pattern.matches(&text.to_lowercase()) != palisade_iam::Truth::No;
                is(&name) || is(id)
            })
    }

    /// What the owner calls it.
    fn name(&self, node: &Node) -> String {
        match node {
            Node::Outsider(who) => line(&who.to_string()),
            Node::EntryPoint(i) => {
                let entry = self.access.app.graph().entry_points.get(*i);
                line(&entry.map_or_else(String::new, |entry| entry.label.clone()))
            }
            Node::Function(id) | Node::Identity(id) | Node::Resource(id) => line(id),
            Node::External(text) => line(&self.access.symbols.show(text)),
        }
    }

    /// What kind of thing it is: `DynamoDB table`.
    fn kind(&self, node: &Node) -> String {
        let resource = id(node).and_then(|id| self.access.app.resource(id));
        resource.map_or_else(String::new, |resource| kind_in_words(&resource.kind))
    }

    fn place(&self, origin: &Origin) -> Option<Location> {
        let known = origin.span.file != palisade_core::FileId::NONE;
        known.then(|| self.access.app.sources.location(origin.span))
    }

    /// What acts as an identity.
    fn acting(&self, identity: &Node) -> Vec<&'a Node> {
        let edges = self.edges.all.iter();
        edges
            .filter(|edge| edge.kind == EdgeKind::ActsAs && edge.to == *identity)
            .map(|edge| &edge.from)
            .collect()
    }
}

fn id(node: &Node) -> Option<&Arc<str>> {
    match node {
        Node::Function(id) | Node::Identity(id) | Node::Resource(id) => Some(id),
        Node::Outsider(_) | Node::EntryPoint(_) | Node::External(_) => None,
    }
}

/// `AWS::DynamoDB::GlobalTable` is a `DynamoDB global table`.
fn kind_in_words(kind: &str) -> String {
    let mut parts = kind.split("::").skip(1);
    let service = parts.next().unwrap_or_default();
    let name = parts.next().unwrap_or_default();
    let mut words = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    match service {
        "IAM" | "Lambda" => words,
        _ => format!("{service} {words}"),
    }
}

/// What people call the levels of access.
fn level_name(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::List | AccessLevel::Read => "read",
        AccessLevel::Write => "write",
        AccessLevel::Tagging => "tag",
        AccessLevel::PermissionsManagement => "manage permissions",
    }
}

const LEVELS: &[&str] = &["read", "write", "tag", "manage permissions"];

/// The actions of an edge by level, without the service that all have.
fn by_level(edge: &Edge) -> Vec<(&'static str, Vec<&str>)> {
    let short = |action: &'_ Arc<str>| -> usize { action.find(':').map_or(0, |at| at + 1) };
    let mut levels = Vec::new();
    for name in LEVELS {
        let actions: Vec<&str> = edge
            .actions
            .iter()
            .filter(|(_, level)| level_name(*level) == *name)
            .map(|(action, _)| action.get(short(action)..).unwrap_or(action))
            .collect();
        if !actions.is_empty() {
            levels.push((*name, actions));
        }
    }
    levels
}

#[cfg(test)]
mod tests;
