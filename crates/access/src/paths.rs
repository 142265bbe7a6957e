//! Attack paths: how somebody from outside gets to data, a secret, a key or a role, step by step.
//! From a way in that anybody can use without saying who they are, or from a policy that lets
//! outsiders in; through functions, what they start and the roles that they act as. A function that
//! anybody can call is not theirs, but what it is sent is: whatever its role may do, one mistake in
//! its code is enough.
//!
//! Only what is known to be allowed is a step.

mod escalation;
mod loot;

use crate::access::Access;
use crate::edges::{Edge, EdgeKind, Edges, Node, Via};
use crate::outside::{OutsideAccess, Who, outside, speaks_of_people};
use crate::worlds::agree;
use palisade_app::graph::{Authentication, Reach};
use palisade_app::{Condition, Existence};
use palisade_core::Origin;
use palisade_iam::Request;
use palisade_iam::catalogue::AccessLevel;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use escalation::Escalating;
pub use loot::{Loot, Prize};

/// A way from outside to something of value: the shortest one.
#[derive(Clone, Debug)]
pub struct AttackPath {
    /// Who can go it.
    pub who: Who,
    /// The steps, from outside inwards.
    pub hops: Vec<Hop>,
    /// The resource at its end.
    pub target: Arc<str>,
    /// What is to be had there.
    pub loot: Loot,
    /// The step that the owner can mend with the least harm.
    pub mend: usize,
    /// The grant at its end gives more than single actions on single things.
    pub wide: bool,
    /// Under which conditions of the template.
    pub when: Vec<Condition>,
}

/// One step of an attack path.
#[derive(Clone, Debug)]
pub struct Hop {
    /// From here.
    pub from: Node,
    /// To there.
    pub to: Node,
    /// What the step is.
    pub kind: EdgeKind,
    /// What is allowed.
    pub actions: Vec<(Arc<str>, AccessLevel)>,
    /// The action that tells what the step is for.
    pub action: Option<Arc<str>>,
    /// The statements that allow it.
    pub via: Vec<Via>,
    /// Where it is written.
    pub at: Origin,
    /// A request that is allowed.
    pub witness: Option<Request>,
}

/// All attack paths of an application: for each way in and each thing of value, the shortest one.
#[must_use]
pub fn paths(access: &Access<'_>, edges: &Edges) -> Vec<AttackPath> {
    let mut found = Vec::new();
    let mut escalating = Escalating::new(access);
    for (start, who) in starts(access, &edges.outside) {
        let reached = walk(access, edges, &start);
        let mut ends = ends(access, edges, &start, &who, &reached);
        ends.extend(escalated(&start, &who, &reached, &mut escalating));
        ends.sort_by(|a, b| (a.hops.len(), &a.target).cmp(&(b.hops.len(), &b.target)));
        found.extend(ends);
    }
    found
}

/// The same, for those who need nothing else: edges are looked for only when there is a way in.
#[must_use]
pub fn attack_paths(access: &Access<'_>) -> Vec<AttackPath> {
    if !speaks_of_people(access) && open_entry_points(access).next().is_none() {
        return Vec::new();
    }
    let outside = outside(access);
    if starts(access, &outside).is_empty() {
        return Vec::new();
    }
    paths(access, &Edges::with(access, outside))
}

/// The ways in that anybody can use without saying who they are.
fn open_entry_points(access: &Access<'_>) -> impl Iterator<Item = usize> {
    let entry_points = access.app.graph().entry_points.iter().enumerate();
    let open = entry_points.filter(|(_, entry)| {
        entry.kind.is_http()
            && entry.authentication == Authentication::None
            && entry.reach == Reach::Internet
    });
    open.map(|(at, _)| at)
}

/// Where outsiders can begin.
fn starts(access: &Access<'_>, outside: &[OutsideAccess]) -> Vec<(Node, Who)> {
    let mut starts: Vec<(Node, Who)> = open_entry_points(access)
        .map(|at| (Node::EntryPoint(at), Who::Anyone))
        .collect();
    for found in outside {
        if found.unknown.is_none() && found.who.is_somebody() {
            let start = (Node::Outsider(found.who.clone()), found.who.clone());
            if !starts.contains(&start) {
                starts.push(start);
            }
        }
    }
    starts
}

/// How a node was reached.
struct Reached<'a> {
    by: &'a Edge,
    before: Node,
    when: Vec<Condition>,
}

/// Everything that can be reached from a start, each by the shortest way.
fn walk<'a>(access: &Access<'_>, edges: &'a Edges, start: &Node) -> BTreeMap<Node, Reached<'a>> {
    let mut reached: BTreeMap<Node, Reached<'_>> = BTreeMap::new();
    let mut next: VecDeque<Node> = VecDeque::from([start.clone()]);
    while let Some(here) = next.pop_front() {
        let (when, by) = match reached.get(&here) {
            Some(reached) => (reached.when.clone(), Some(reached.by)),
            None => (Vec::new(), None),
        };
        for edge in edges.from(&here) {
            let possible = edge.unknown.is_none()
                && agree(&when, &edge.when)
                && edge.to != *start
                && by.is_none_or(|by| goes_on(by, edge));
            if !possible || reached.contains_key(&edge.to) || !is_there(access, &edge.to) {
                continue;
            }
            let mut all = when.clone();
            for condition in &edge.when {
                if !all.contains(condition) {
                    all.push(condition.clone());
                }
            }
            let step = Reached {
                by: edge,
                before: here.clone(),
                when: all,
            };
            reached.insert(edge.to.clone(), step);
            next.push_back(edge.to.clone());
        }
    }
    reached
}

/// The paths to resources of value among what is reached.
fn ends(
    access: &Access<'_>,
    edges: &Edges,
    start: &Node,
    who: &Who,
    reached: &BTreeMap<Node, Reached<'_>>,
) -> Vec<AttackPath> {
    let mut ends: Vec<AttackPath> = Vec::new();
    for (node, last) in reached {
        // What a policy lets everybody do needs no way through the application.
        if last.before != *start && open_to_all(edges, last.by) {
            continue;
        }
        let Some(loot) = loot::of(access, last.by) else {
            continue;
        };
        let (Node::Resource(target) | Node::Identity(target) | Node::Function(target)) = node
        else {
            continue;
        };
        let hops = back(reached, node, start);
        ends.push(AttackPath {
            who: who.clone(),
            wide: is_wide(&hops),
            mend: mend(&hops, &loot),
            hops,
            target: target.clone(),
            loot,
            when: last.when.clone(),
        });
    }
    ends
}

/// The paths to identities that can gain more than they have.
fn escalated(
    start: &Node,
    who: &Who,
    reached: &BTreeMap<Node, Reached<'_>>,
    escalating: &mut Escalating<'_>,
) -> Vec<AttackPath> {
    let mut ends = Vec::new();
    for (node, last) in reached {
        let Node::Identity(id) = node else {
            continue;
        };
        let mut steps = escalating.of(id).iter();
        let Some((world, hop)) = steps.find(|(world, _)| agree(world, &last.when)) else {
            continue;
        };
        let mut hops = back(reached, node, start);
        hops.push(hop.clone());
        let mut when = last.when.clone();
        for condition in world {
            if !when.contains(condition) {
                when.push(condition.clone());
            }
        }
        ends.push(AttackPath {
            who: who.clone(),
            wide: true,
            mend: hops.len() - 1,
            hops,
            target: id.clone(),
            loot: escalation::LOOT,
            when,
        });
    }
    ends
}

/// Whether all that an edge allows is allowed to everybody, by the same statements.
fn open_to_all(edges: &Edges, edge: &Edge) -> bool {
    let public = |via: &Via| {
        let mut outside = edges.outside.iter();
        outside.any(|found| found.who.is_public() && found.unknown.is_none() && found.at == via.at)
    };
    !edge.via.is_empty() && edge.via.iter().all(public)
}

/// Whether a way goes on over an edge: what was done to a thing must be what starts it, or what
/// takes it over.
fn goes_on(by: &Edge, edge: &Edge) -> bool {
    match by.kind {
        EdgeKind::Starts | EdgeKind::ActsAs | EdgeKind::Assumes => true,
        EdgeKind::Escalates => false,
        EdgeKind::May => {
            let feeds = by
                .actions
                .iter()
                .any(|(action, _)| FEEDING.contains(&&**action));
            feeds && matches!(edge.kind, EdgeKind::Starts | EdgeKind::ActsAs)
        }
    }
}

/// Actions that put something into a resource on which something starts.
const FEEDING: &[&str] = &[
    "appsync:GraphQL",
    "codebuild:StartBuild",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "events:PutEvents",
    "execute-api:Invoke",
    "firehose:PutRecord",
    "firehose:PutRecordBatch",
    "kinesis:PutRecord",
    "kinesis:PutRecords",
    "lambda:InvokeFunction",
    "lambda:InvokeFunctionUrl",
    "lambda:UpdateFunctionCode",
    "logs:PutLogEvents",
    "s3:PutObject",
    "sns:Publish",
    "sqs:SendMessage",
    "states:StartExecution",
    "states:StartSyncExecution",
    "states:UpdateStateMachine",
];

/// The action that tells what a step is for: at the end of a path what does most, before that what
/// starts something.
fn telling(edge: &Edge, last: bool) -> Option<Arc<str>> {
    let weight = |action: &str, level| match last {
        true => loot::weight(action, level),
        false => u8::from(FEEDING.contains(&action)),
    };
    let mut best: Option<(u8, &Arc<str>)> = None;
    for (action, level) in &edge.actions {
        let weight = weight(action, *level);
        // The first of those that weigh the same.
        if best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, action));
        }
    }
    best.map(|(_, action)| action.clone())
}

fn is_there(access: &Access<'_>, node: &Node) -> bool {
    match node {
        Node::Resource(id) | Node::Function(id) | Node::Identity(id) => access
            .app
            .resource(id)
            .is_some_and(|resource| resource.exists != Existence::Never),
        _ => true,
    }
}

/// The steps that led to a node.
fn back(reached: &BTreeMap<Node, Reached<'_>>, node: &Node, start: &Node) -> Vec<Hop> {
    let mut hops = Vec::new();
    let mut here = node;
    while here != start {
        let Some(step) = reached.get(here) else {
            break;
        };
        hops.push(Hop {
            from: step.by.from.clone(),
            to: step.by.to.clone(),
            kind: step.by.kind,
            action: telling(step.by, hops.is_empty()),
            actions: step.by.actions.clone(),
            via: step.by.via.clone(),
            at: step.by.at.clone(),
            witness: step.by.witness.clone(),
        });
        here = &step.before;
    }
    hops.reverse();
    hops
}

/// Where the owner can mend it: the last grant when it gives more than a function needs, or else
/// the way in.
fn mend(hops: &[Hop], loot: &Loot) -> usize {
    let last = hops.len().saturating_sub(1);
    if loot.control || is_wide(hops) {
        last
    } else {
        0
    }
}

fn is_wide(hops: &[Hop]) -> bool {
    hops.last()
        .is_some_and(|hop| hop.via.iter().any(|via| !via.specific))
}

#[cfg(test)]
mod tests;
