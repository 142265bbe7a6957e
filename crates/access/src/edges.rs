//! Who reaches what: from principals through actions to resources, from what starts a function to
//! the function, from what runs to the role that it runs as. Grants are evaluated, under all
//! policies that have a say, and each comes with a request that is allowed.

mod grants;
mod insider;
mod runs;

use crate::access::Access;
use crate::outside::{OutsideAccess, Who, outside};
use palisade_app::Condition;
use palisade_core::Origin;
use palisade_iam::Request;
use palisade_iam::catalogue::AccessLevel;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Somebody or something that reaches, or is reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// Somebody outside of the zone of trust.
    Outsider(Who),
    /// An entry point, by its place in the graph's list.
    EntryPoint(usize),
    /// A function.
    Function(Arc<str>),
    /// A role, a user, a group or a permission set.
    Identity(Arc<str>),
    /// Another resource.
    Resource(Arc<str>),
    /// Something that the application does not declare.
    External(Arc<str>),
}

/// What an edge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// What comes in at an entry point, or into a resource, starts a function or goes into something
    /// else.
    Starts,
    /// Something acts as a role.
    ActsAs,
    /// A role can be assumed.
    Assumes,
    /// Actions are allowed.
    May,
    /// More permissions can be gained: the last step of attack paths only.
    Escalates,
}

/// A statement that allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Via {
    /// The resource that it is written in.
    pub written_in: Arc<str>,
    /// The name of its policy.
    pub policy: Arc<str>,
    /// Where it is written; of a policy that the provider manages, where that is attached.
    pub at: Origin,
    /// It names single actions, and not everything that there is of a kind.
    pub specific: bool,
}

/// One step of reaching.
#[derive(Clone, Debug)]
pub struct Edge {
    /// From whom.
    pub from: Node,
    /// To what.
    pub to: Node,
    /// What it is.
    pub kind: EdgeKind,
    /// What is allowed, in the order of the catalogue.
    pub actions: Vec<(Arc<str>, AccessLevel)>,
    /// The statements that allow it.
    pub via: Vec<Via>,
    /// Where it is written when no statement is.
    pub at: Origin,
    /// Under which conditions of the template.
    pub when: Vec<Condition>,
    /// A request that is allowed, or that may be.
    pub witness: Option<Request>,
    /// It is allowed only to requests with some context.
    pub conditions: bool,
    /// Why it is not known whether it is allowed.
    pub unknown: Option<String>,
}

/// A policy of an identity that is not written in the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Whose.
    pub identity: Arc<str>,
    /// Why it is not known.
    pub reason: String,
    /// Where it is named.
    pub at: Origin,
    /// It limits the identity: a boundary.
    pub limits: bool,
}

/// Everything that reaches something in an application.
#[derive(Debug, Default)]
pub struct Edges {
    /// All edges.
    pub all: Vec<Edge>,
    from: BTreeMap<Node, Vec<usize>>,
    /// What outsiders can do to resources, as `outside` gives it.
    pub outside: Vec<OutsideAccess>,
    /// What could not be taken into account.
    pub unread: Vec<Unread>,
}

impl Edges {
    /// The edges of an application.
    #[must_use]
    pub fn of(access: &Access<'_>) -> Self {
        Self::with(access, outside(access))
    }

    /// The same, when it is known already what outsiders can do.
    pub(crate) fn with(access: &Access<'_>, outside: Vec<OutsideAccess>) -> Self {
        let mut all = Vec::new();
        runs::edges(access, &mut all);
        all.extend(outside.iter().map(|found| from_outside(access, found)));
        grants::edges(access, &mut all);
        let mut from: BTreeMap<Node, Vec<usize>> = BTreeMap::new();
        for (i, edge) in all.iter().enumerate() {
            from.entry(edge.from.clone()).or_default().push(i);
        }
        Self {
            all,
            from,
            outside,
            unread: grants::unread(access),
        }
    }

    /// The edges from a node.
    pub fn from(&self, node: &Node) -> impl Iterator<Item = &Edge> {
        let places = self.from.get(node).into_iter().flatten();
        places.filter_map(|i| self.all.get(*i))
    }
}

impl Edge {
    fn new(from: Node, to: Node, kind: EdgeKind, at: &Origin) -> Self {
        Self {
            from,
            to,
            kind,
            actions: Vec::new(),
            via: Vec::new(),
            at: at.clone(),
            when: Vec::new(),
            witness: None,
            conditions: false,
            unknown: None,
        }
    }
}

/// The node of a resource of the application.
pub(crate) fn node(access: &Access<'_>, id: &Arc<str>) -> Node {
    if access.app.graph().function(id).is_some() {
        Node::Function(id.clone())
    } else if access.identity(id).is_some() {
        Node::Identity(id.clone())
    } else {
        Node::Resource(id.clone())
    }
}

fn from_outside(access: &Access<'_>, found: &OutsideAccess) -> Edge {
    let to = node(access, &found.resource);
    let kind = match &to {
        Node::Identity(_) => EdgeKind::Assumes,
        _ => EdgeKind::May,
    };
    Edge {
        actions: found.actions.clone(),
        via: vec![Via {
            written_in: found.written_in.clone(),
            policy: found.written_in.clone(),
            at: found.at.clone(),
            specific: false,
        }],
        when: found.when.clone(),
        witness: Some(found.witness.clone()),
        // Whatever else is asked for, they can send.
        conditions: found.agreed(),
        unknown: found.unknown.clone(),
        ..Edge::new(Node::Outsider(found.who.clone()), to, kind, &found.at)
    }
}

#[cfg(test)]
mod tests;
