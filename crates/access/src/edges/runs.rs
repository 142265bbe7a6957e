//! What starts what, and what acts as which role.

use super::{Edge, EdgeKind, Node, node};
use crate::access::Access;
use palisade_app::graph::EntryPoint;
use palisade_app::{Application, Data, Resource, Value};
use std::sync::Arc;

/// More hops between a way in and the role that it acts as are not followed.
const MAX_DEPTH: usize = 2;

pub(super) fn edges(access: &Access<'_>, into: &mut Vec<Edge>) {
    let app = access.app;
    let graph = app.graph();
    for (i, entry) in graph.entry_points.iter().enumerate() {
        let from = Node::EntryPoint(i);
        if let Some(source) = entry.source.as_ref().filter(|_| !entry.kind.is_http())
            && app.resource(source).is_some()
        {
            let source = node(access, source);
            into.push(Edge::new(source, from.clone(), EdgeKind::Starts, &entry.at));
        }
        for function in &entry.functions {
            let to = Node::Function(function.clone());
            into.push(Edge::new(from.clone(), to, EdgeKind::Starts, &entry.at));
        }
        if entry.kind.is_http() {
            for role in gateway_roles(app, entry) {
                let to = Node::Identity(role);
                into.push(Edge::new(from.clone(), to, EdgeKind::ActsAs, &entry.at));
            }
        }
    }
    for resource in app.resources() {
        for (role, at) in acting_roles(access, resource) {
            let from = node(access, &resource.id);
            into.push(Edge::new(from, role, EdgeKind::ActsAs, &at.origin));
        }
    }
}

/// The roles that a gateway calls other services as, behind a route.
fn gateway_roles(app: &Application, entry: &EntryPoint) -> Vec<Arc<str>> {
    let mut roles: Vec<Arc<str>> = Vec::new();
    let mut resources: Vec<Arc<str>> = vec![entry.resource.clone()];
    for _ in 0..MAX_DEPTH {
        let mut next = Vec::new();
        for id in &resources {
            let Some(resource) = app.resource(id) else {
                continue;
            };
            for path in ["Integration.Credentials", "CredentialsArn"] {
                for role in resource.references(path) {
                    if is_role(app, &role) && !roles.contains(&role) {
                        roles.push(role);
                    }
                }
            }
            next.extend(resource.references("Target"));
        }
        resources = next;
    }
    roles
}

fn is_role(app: &Application, id: &str) -> bool {
    app.resource(id)
        .is_some_and(|r| &*r.kind == "AWS::IAM::Role")
}

/// Kinds that name roles without acting as them.
const NAMING: &[&str] = &[
    "AWS::IAM::",
    "AWS::Lambda::Permission",
    "AWS::ApiGateway::Method",
    "AWS::ApiGatewayV2::Integration",
    "AWS::KMS::",
    "AWS::S3::BucketPolicy",
    "AWS::CloudFormation::",
    "AWS::SSO::",
];

/// The roles that a resource acts as: those that it names where a role is asked for.
fn acting_roles<'a>(access: &Access<'_>, resource: &'a Resource) -> Vec<(Node, &'a Value)> {
    let mut found: Vec<(Node, &Value)> = Vec::new();
    if NAMING.iter().any(|kind| resource.kind.starts_with(kind)) {
        return found;
    }
    roles_in(access, &resource.properties, "", &mut found);
    // Some name a role in several places.
    let mut seen: Vec<Node> = Vec::new();
    found.retain(|(node, _)| {
        let new = !seen.contains(node);
        seen.push(node.clone());
        new
    });
    found
}

fn roles_in<'a>(
    access: &Access<'_>,
    value: &'a Value,
    key: &str,
    found: &mut Vec<(Node, &'a Value)>,
) {
    match &value.data {
        Data::Map(map) => {
            for entry in &map.entries {
                roles_in(access, &entry.value, &entry.key, found);
            }
        }
        Data::List(list) => {
            for item in &list.items {
                roles_in(access, item, key, found);
            }
        }
        Data::OneOf(alternatives) => {
            for alternative in alternatives {
                roles_in(access, &alternative.value, key, found);
            }
        }
        _ if asks_for_role(key) => {
            let declared = value
                .references()
                .map(|(id, _)| id)
                .find(|id| is_role(access.app, id));
            match declared {
                Some(id) => found.push((Node::Identity(id.clone()), value)),
                None if value.display().contains(":role/") => {
                    found.push((Node::External(Arc::from(value.display())), value));
                }
                None => {}
            }
        }
        _ => {}
    }
}

/// Whether a property with this name asks for a role to act as.
fn asks_for_role(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    [
        "role",
        "rolearn",
        "credentials",
        "credentialsarn",
        "iamroles",
    ]
    .iter()
    .any(|end| key.ends_with(end))
}
