//! Who reaches what, as JSON with a published schema (`schemas/iam-access.schema.json`).

use super::{View, id, level_name};
use palisade_access::{Edge, EdgeKind, IdleKind, Node, OutsideAccess, Prize};
use palisade_core::Problem;
use palisade_iam::{Caller, ContextValue, Request};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The name of the schema, with its version.
const SCHEMA: &str = "palisade.iam-access/1";

/// Who reaches what in some applications, as JSON text.
#[must_use]
pub fn json(views: &[View<'_>], problems: &[Problem]) -> String {
    let applications: Vec<Value> = views.iter().map(application).collect();
    crate::json::tree(json!({
        "schema": SCHEMA,
        "catalogue": views.first().map(|view| view.access.settings.catalogue.date()),
        "applications": applications,
        "problems": problems,
    }))
}

fn application(view: &View<'_>) -> Value {
    let filtered = !view.filter.to.is_empty() || !view.filter.from.is_empty();
    let grants = view.grants();
    let runs = view
        .edges
        .all
        .iter()
        .filter(|edge| !filtered && matches!(edge.kind, EdgeKind::Starts | EdgeKind::ActsAs));
    let edges: Vec<&Edge> = runs.chain(grants).collect();
    let nodes: BTreeSet<&Node> = edges.iter().flat_map(|e| [&e.from, &e.to]).collect();
    let outside = view.edges.outside.iter().filter(|found| {
        let node = Node::Resource(found.resource.clone());
        view.filter.from.is_empty() && view.is_asked(&view.filter.to, &node)
    });
    let paths = view.paths.iter().filter(|path| {
        let node = Node::Resource(path.target.clone());
        view.filter.from.is_empty() && view.is_asked(&view.filter.to, &node)
    });
    json!({
        "template": view.access.app.root,
        "nodes": nodes.iter().map(|n| self::node(view, n)).collect::<Vec<_>>(),
        "edges": edges.iter().map(|edge| self::edge(view, edge)).collect::<Vec<_>>(),
        "outside": outside.map(|found| self::outside(view, found)).collect::<Vec<_>>(),
        "paths": paths.map(|path| self::path(view, path)).collect::<Vec<_>>(),
        "unread": view.edges.unread.iter().map(|unread| json!({
            "identity": unread.identity,
            "reason": unread.reason,
            "limits": unread.limits,
            "location": view.place(&unread.at),
        })).collect::<Vec<_>>(),
        "unused": view.unused.iter().map(|unused| json!({
            "resource": unused.resource,
            "what": match &unused.what {
                IdleKind::Role => "role",
                IdleKind::Policy => "policy",
                IdleKind::DeletedPrincipal(_) => "deleted-principal",
            },
            "location": view.place(&unused.at),
        })).collect::<Vec<_>>(),
    })
}

/// The name of a node within the answer.
fn key(view: &View<'_>, node: &Node) -> String {
    match node {
        Node::Outsider(who) => format!("outside:{who}"),
        Node::EntryPoint(i) => format!("entry:{i}"),
        Node::External(text) => format!("external:{}", view.access.symbols.show(text)),
        Node::Function(id) | Node::Identity(id) | Node::Resource(id) => id.to_string(),
    }
}

fn node(view: &View<'_>, node: &Node) -> Value {
    let resource = id(node).and_then(|id| view.access.app.resource(id));
    let entry = match node {
        Node::EntryPoint(i) => view.access.app.graph().entry_points.get(*i),
        _ => None,
    };
    let origin = resource.map(|r| &r.origin).or(entry.map(|e| &e.at));
    json!({
        "id": key(view, node),
        "kind": match node {
            Node::Outsider(_) => "outsider",
            Node::EntryPoint(_) => "entry-point",
            Node::Function(_) => "function",
            Node::Identity(_) => "identity",
            Node::Resource(_) => "resource",
            Node::External(_) => "external",
        },
        "name": view.name(node),
        "type": resource.map(|r| &r.kind),
        "arn": id(node).and_then(|id| view.access.arn(id)).map(|arn| view.access.symbols.show(arn)),
        "authentication": entry.map(|entry| entry.authentication.as_str()),
        "location": origin.and_then(|origin| view.place(origin)),
    })
}

fn edge(view: &View<'_>, edge: &Edge) -> Value {
    json!({
        "from": key(view, &edge.from),
        "to": key(view, &edge.to),
        "kind": kind(edge.kind),
        "actions": actions(&edge.actions),
        "via": via(view, &edge.via),
        "when": edge.when.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "conditions": edge.conditions,
        "witness": edge.witness.as_ref().map(|request| self::request(view, request)),
        "unknown": edge.unknown,
        "location": view.place(&edge.at),
    })
}

fn kind(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Starts => "starts",
        EdgeKind::ActsAs => "acts-as",
        EdgeKind::Assumes => "assumes",
        EdgeKind::May => "may",
        EdgeKind::Escalates => "escalates",
    }
}

fn actions(actions: &[(std::sync::Arc<str>, palisade_iam::catalogue::AccessLevel)]) -> Value {
    let one = |(action, level): &(std::sync::Arc<str>, _)| json!({"action": action, "level": level_name(*level)});
    actions.iter().map(one).collect()
}

fn via(view: &View<'_>, via: &[palisade_access::Via]) -> Value {
    via.iter()
        .map(|via| {
            json!({
                "policy": via.policy,
                "written_in": via.written_in,
                "location": view.place(&via.at),
            })
        })
        .collect()
}

/// A request as `palisade iam simulate` takes it; what only deployment knows by its name.
fn request(view: &View<'_>, request: &Request) -> Value {
    let show = |text: &str| view.access.symbols.show(text);
    let mut context = Map::new();
    for (key, value) in request.context.iter() {
        let value = match value {
            ContextValue::Single(value) => json!(show(value)),
            ContextValue::Many(values) if values.is_empty() => continue,
            ContextValue::Many(values) => values.iter().map(|v| show(v)).collect(),
        };
        context.insert(key.to_string(), value);
    }
    json!({
        "principal": match &request.caller {
            Caller::Principal(name) | Caller::Service(name) | Caller::Federated(name) => show(name),
            Caller::Anonymous => "anonymous".to_owned(),
        },
        "action": request.action,
        "resource": show(&request.resource),
        "resource_account": request.resource_account.as_deref().map(show),
        "context": context,
    })
}

fn outside(view: &View<'_>, found: &OutsideAccess) -> Value {
    json!({
        "resource": found.resource,
        "who": found.who.to_string(),
        "public": found.who.is_public(),
        "agreed": found.agreed(),
        "actions": actions(&found.actions),
        "witness": request(view, &found.witness),
        "when": found.when.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "unknown": found.unknown,
        "location": view.place(&found.at),
    })
}

fn path(view: &View<'_>, path: &palisade_access::AttackPath) -> Value {
    let loot = path.loot;
    json!({
        "who": path.who.to_string(),
        "target": path.target,
        "prize": match loot.prize {
            Prize::Permissions => "permissions",
            Prize::Role => "role",
            Prize::Key => "key",
            Prize::Secret => "secret",
            Prize::Data => "data",
        },
        "reads": loot.reads,
        "writes": loot.writes,
        "controls": loot.control,
        "mend": path.mend,
        "when": path.when.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "hops": path.hops.iter().map(|hop| json!({
            "from": key(view, &hop.from),
            "to": key(view, &hop.to),
            "kind": kind(hop.kind),
            "action": hop.action,
            "actions": actions(&hop.actions),
            "via": via(view, &hop.via),
            "witness": hop.witness.as_ref().map(|r| request(view, r)),
            "location": view.place(&hop.at),
        })).collect::<Vec<_>>(),
    })
}
