//! `${…}` in a document, resolved on its tree.
//!
//! A value that only deployment knows becomes a symbol: a reference to a parameter of the template
//! that is named after the variable, so that the same variable is the same symbol. What is not
//! known at all says why. Invariants:
//! - Nodes keep the place where they were written, with the variables that carried them as steps.
//! - Work is bounded: circles, depth and the number of nodes.

mod expression;
mod source;

use crate::Options;
use crate::make::{concat, joined_parts, reference};
use expression::{Piece, alternatives, pieces};
use palisade_app::{Documents, Reason, ReasonKind, cfn};
use palisade_core::{Origin, ProblemLevel, Span, ViaKind};
use palisade_syntax::{Data, Entry, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The symbol that the stage is where it must not decide.
pub(crate) const STAGE: &str = "sls:stage";

/// Variables refer to each other at most this deep.
const MAX_DEPTH: usize = 40;
/// At most so many nodes are made.
const MAX_NODES: usize = 500_000;

/// How a variable is asked for its value.
#[derive(Clone, Copy)]
struct How {
    /// No other alternative comes behind: what is not known yet is a symbol.
    last: bool,
    /// Only the value itself is wanted, with the variables below it as they are: on the way to an
    /// address. A part of a section may refer to another part of the same section.
    shallow: bool,
}

impl How {
    const LAST: Self = Self {
        last: true,
        shallow: false,
    };
}

/// Resolves the variables of one service.
pub(crate) struct Resolver<'a, 'f> {
    pub(crate) documents: &'a mut Documents<'f>,
    options: &'a Options,
    /// Path of the service's file.
    path: &'a str,
    /// The service as it is written, in long form.
    root: &'a Node,
    /// What is given by a compose file.
    composed: BTreeMap<Arc<str>, Node>,
    /// Addresses that are being resolved.
    active: Vec<(String, bool)>,
    /// Addresses that are resolved.
    known: BTreeMap<(String, bool), Option<Node>>,
    /// Files that were read, by path.
    files: BTreeMap<String, Result<Arc<Node>, Reason>>,
    /// Variables that became symbols, with the place of their first use.
    pub(crate) symbols: BTreeMap<Arc<str>, Span>,
    /// Places that had a problem already.
    told: BTreeSet<Span>,
    /// How often the way led back to where it came from.
    circles: usize,
    limited: bool,
    depth: usize,
    budget: usize,
}

impl<'a, 'f> Resolver<'a, 'f> {
    pub(crate) fn new(
        documents: &'a mut Documents<'f>,
        options: &'a Options,
        path: &'a str,
        root: &'a Node,
        composed: BTreeMap<Arc<str>, Node>,
    ) -> Self {
        Self {
            documents,
            options,
            path,
            root,
            composed,
            active: Vec::new(),
            known: BTreeMap::new(),
            files: BTreeMap::new(),
            symbols: BTreeMap::new(),
            told: BTreeSet::new(),
            circles: 0,
            limited: false,
            depth: 0,
            budget: MAX_NODES,
        }
    }

    /// The tree with its variables resolved.
    pub(crate) fn resolve(&mut self, node: &Node) -> Node {
        self.walk(node, false)
    }

    fn walk(&mut self, node: &Node, in_sub: bool) -> Node {
        let Some(budget) = self.budget.checked_sub(1) else {
            return self.limit(&node.origin);
        };
        self.budget = budget;
        let data = match &node.data {
            Data::String(text) if text.contains("${") => {
                let mut resolved = self.text(text, &node.origin, in_sub);
                if resolved.tag.is_none() {
                    resolved.tag.clone_from(&node.tag);
                }
                return resolved;
            }
            Data::Seq(items) => {
                Data::Seq(items.iter().map(|item| self.walk(item, false)).collect())
            }
            Data::Map(entries) => {
                let resolved = entries.iter().map(|entry| Entry {
                    key: entry.key.clone(),
                    value: match (&*entry.key.name, entry.value.as_seq()) {
                        ("Fn::Sub", Some([text, rest @ ..])) => {
                            let mut items = vec![self.walk(text, true)];
                            items.extend(rest.iter().map(|item| self.walk(item, false)));
                            Node::seq(items, entry.value.origin.clone())
                        }
                        ("Fn::Equals", Some(sides)) => {
                            let sides = sides.iter().map(|side| self.side(side)).collect();
                            Node::seq(sides, entry.value.origin.clone())
                        }
                        (name, _) => self.walk(&entry.value, name == "Fn::Sub"),
                    },
                });
                Data::Map(resolved.collect())
            }
            other => other.clone(),
        };
        Node {
            data,
            origin: node.origin.clone(),
            tag: node.tag.clone(),
        }
    }

    /// A side of a comparison. The usual stage does not decide a condition, as the default of a
    /// parameter does not: the service is meant to be deployed to other stages too.
    fn side(&mut self, side: &Node) -> Node {
        let resolved = self.walk(side, false);
        let variable = side.as_str().is_some_and(|text| text.contains("${"));
        if variable && self.options.stage.is_none() {
            let stage = self.stage(&side.origin);
            if stage.as_str().is_some() && stage.as_str() == resolved.as_str() {
                return self.symbol(STAGE, &side.origin);
            }
        }
        resolved
    }

    /// A text with variables in it.
    fn text(&mut self, text: &str, origin: &Origin, in_sub: bool) -> Node {
        let pieces = pieces(text);
        if let [Piece::Variable(variable)] = pieces.as_slice() {
            let value = self.variable(variable, origin);
            return if in_sub {
                for_sub(value, origin)
            } else {
                value
            };
        }
        let mut carried = origin.clone();
        let mut parts = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match piece {
                Piece::Text(text) => parts.push(Node::string(text, origin.clone())),
                Piece::Variable(variable) => {
                    let value = self.variable(variable, origin);
                    // The text stands here: what came from elsewhere is a step on the way.
                    let step = ViaKind::Variable(Arc::from(variable));
                    carried = carried.through(step, value.origin.span);
                    parts.push(self.part(value, variable, origin));
                }
            }
        }
        if !parts.iter().all(|part| self.pay(part)) {
            return self.limit(origin);
        }
        let mut joined = concat(&carried, parts);
        if in_sub {
            joined = for_sub(joined, &carried);
        }
        joined
    }

    /// Takes what a copy of a tree costs from the budget; `false` when there is not as much.
    fn pay(&mut self, node: &Node) -> bool {
        fn cost(node: &Node) -> usize {
            1 + match &node.data {
                Data::String(text) => text.len() / 16,
                Data::Seq(items) => items.iter().map(cost).sum(),
                Data::Map(entries) => entries.iter().map(|e| cost(&e.value)).sum(),
                _ => 0,
            }
        }
        let left = self.budget.checked_sub(cost(node));
        self.budget = left.unwrap_or(0);
        left.is_some()
    }

    /// A value as a part of a text.
    fn part(&mut self, value: Node, variable: &str, origin: &Origin) -> Node {
        let fits = value.scalar_text().is_some()
            || (cfn::why_unknown(&value).is_none() && crate::make::is_function(&value));
        match value.data {
            Data::Null => Node::string("", origin.clone()),
            _ if fits => value,
            _ => self.symbol(variable, origin),
        }
    }

    /// The value of a variable: what stands between `${` and `}`.
    fn variable(&mut self, variable: &str, origin: &Origin) -> Node {
        let found = self.find(variable, origin, How::LAST);
        found.unwrap_or_else(|| {
            let detail = format!("the variable `{variable}` has no value");
            self.tell(origin, ProblemLevel::Warning, &detail);
            cfn::unknown(&Reason::new(ReasonKind::Undeclared, detail), origin)
        })
    }

    /// The first alternative of a variable that has a value.
    fn find(&mut self, variable: &str, origin: &Origin, how: How) -> Option<Node> {
        if self.depth >= MAX_DEPTH {
            return Some(self.limit(origin));
        }
        self.depth += 1;
        let mut left = alternatives(variable).into_iter().peekable();
        let (mut found, mut nothing) = (None, None);
        while let (None, Some(alternative)) = (&found, left.next()) {
            let last = how.last && left.peek().is_none();
            found = self.alternative(alternative, origin, How { last, ..how });
            // A null that is written counts only when nothing comes behind it.
            if found.as_ref().is_some_and(Node::is_null) {
                nothing = found.take();
            }
        }
        self.depth -= 1;
        found.or(nothing)
    }

    /// Notes a problem, once at each place.
    fn tell(&mut self, origin: &Origin, level: ProblemLevel, message: &str) {
        if self.told.insert(origin.span) {
            self.documents.problem(origin.span, level, message);
        }
    }

    fn alternative(&mut self, text: &str, origin: &Origin, how: How) -> Option<Node> {
        let inner = pieces(text);
        if let [Piece::Variable(variable)] = inner.as_slice() {
            return self.find(variable, origin, how);
        }
        let quoted = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
        let filled = if text.contains("${") {
            let resolved = self.text(quoted('\'').or(quoted('"')).unwrap_or(text), origin, false);
            if quoted('\'').or(quoted('"')).is_some() {
                return Some(resolved);
            }
            match resolved.scalar_text() {
                Some(text) => text,
                // A part of the name is known at deployment only, and so is the value.
                None => return Some(self.symbol(text, origin)),
            }
        } else {
            Arc::from(text)
        };
        if let Some(text) = quoted('\'').or(quoted('"')) {
            return Some(Node::string(text, origin.clone()));
        }
        if let Some(source) = expression::source(&filled) {
            return self.source(&source, &filled, origin, how);
        }
        let document = palisade_syntax::parse(origin.span.file, &filled).ok()?;
        let plain = document.root;
        (!plain.is_null()).then(|| Node::new(plain.data, origin.clone()))
    }

    /// A value that only deployment knows.
    fn symbol(&mut self, name: &str, origin: &Origin) -> Node {
        let name: Arc<str> = Arc::from(name.replace('}', ")").replace('{', "("));
        self.symbols.entry(name.clone()).or_insert(origin.span);
        reference(origin, &name)
    }

    fn limit(&mut self, origin: &Origin) -> Node {
        let detail = "more variables, or deeper, than are followed";
        if !self.limited {
            self.limited = true;
            self.tell(origin, ProblemLevel::Error, detail);
        }
        cfn::unknown(&Reason::new(ReasonKind::Limit, detail), origin)
    }
}

/// A value as the text of `Fn::Sub`.
fn for_sub(value: Node, origin: &Origin) -> Node {
    let parts = joined_parts(&value).map_or_else(|| vec![value.clone()], <[Node]>::to_vec);
    let mut text = String::new();
    for part in &parts {
        match (part.scalar_text(), part.single()) {
            (Some(literal), _) => text.push_str(&literal),
            (None, Some(entry)) if matches!(&*entry.key.name, "Ref" | "Fn::Sub") => {
                let name = entry.value.as_str().unwrap_or_default();
                match &*entry.key.name {
                    "Ref" => text.push_str(&format!("${{{name}}}")),
                    _ => text.push_str(name),
                }
            }
            (None, Some(entry)) if &*entry.key.name == "Fn::GetAtt" => {
                let names = entry.value.as_seq().unwrap_or_default();
                let names: Vec<_> = names.iter().filter_map(Node::scalar_text).collect();
                text.push_str(&format!("${{{}}}", names.join(".")));
            }
            // Not a text: what is unknown stays so.
            _ => return value,
        }
    }
    Node::string(text, origin.through_steps_of(&value.origin))
}

/// The tree with a step more on each of its nodes.
fn carry(node: &mut Node, kind: &ViaKind, span: Span) {
    node.origin = node.origin.through(kind.clone(), span);
    match &mut node.data {
        Data::Seq(items) => items.iter_mut().for_each(|n| carry(n, kind, span)),
        Data::Map(entries) => {
            for entry in entries {
                entry.key.origin = entry.key.origin.through(kind.clone(), span);
                carry(&mut entry.value, kind, span);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
