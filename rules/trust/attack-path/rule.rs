//! Ways from outside, through functions and roles, to something of value.

use crate::prelude::*;
use palisade_access::{Access, AttackPath, EdgeKind, Hop, Node, Prize, attack_paths};
use palisade_app::graph::EntryPoint;
use palisade_core::Origin;
use std::collections::BTreeSet;

pub(crate) static RULE: Rule = Rule {
    id: "attack-path",
    title: "outsiders get through the application to more than it needs to give",
    severity: Severity::High,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-1.1", "SCSP-1.3", "BPSS-1.8"],
    cwe: Some(269),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let access = cx.access();
    let mut paths = attack_paths(access);
    // What a policy opens by itself is other rules' business.
    paths.retain(|path| path.hops.len() > 1);
    paths.sort_by_key(|path| (!path.who.is_public(), path.hops.len()));
    // Many ways lead to what one statement gives: it is reported once, with the shortest.
    let mut found: Vec<Found<'_>> = Vec::new();
    for path in &paths {
        let Some((mend, last)) = path.hops.get(path.mend).zip(path.hops.last()) else {
            continue;
        };
        let same = |found: &&mut Found<'_>| {
            found.from == last.from && found.at == &mend.at && does(found.path) == does(path)
        };
        match found.iter_mut().find(same) {
            Some(found) => {
                found.ways.insert(path.hops.first().map(|hop| &hop.from));
                if !found.targets.contains(&&*path.target) {
                    found.targets.push(&path.target);
                }
            }
            None => found.push(Found {
                path,
                from: last.from.clone(),
                at: &mend.at,
                targets: vec![&path.target],
                ways: path.hops.first().map(|hop| Some(&hop.from)).into_iter().collect(),
            }),
        }
    }
    // Who can gain any permission can do the rest too.
    let escalates = |path: &AttackPath| path.loot.prize == Prize::Permissions;
    let gaining: Vec<(Node, Origin)> = found
        .iter()
        .filter(|found| escalates(found.path))
        .map(|found| (found.from.clone(), found.at.clone()))
        .collect();
    found.retain(|found| {
        let gains = |(from, at): &(Node, Origin)| found.from == *from && found.at == at;
        escalates(found.path) || !gaining.iter().any(gains)
    });
    for found in &found {
        report(access, found, sink);
    }
}

/// What one statement gives to outsiders.
struct Found<'a> {
    /// The shortest path.
    path: &'a AttackPath,
    from: Node,
    at: &'a Origin,
    targets: Vec<&'a str>,
    ways: BTreeSet<Option<&'a Node>>,
}

fn report(access: &Access<'_>, found: &Found<'_>, sink: &mut Sink<'_>) {
    let path = found.path;
    let Some((mend, last)) = path.hops.get(path.mend).zip(path.hops.last()) else {
        return;
    };
    let Some((resource, _)) = place(access, mend) else {
        return;
    };
    let loot = path.loot;
    // A public function that reads its own table, or the one secret that it needs, does its work.
    let acts = loot.control || (path.wide && matches!(loot.prize, Prize::Secret | Prize::Key));
    let serious = path.who.is_public() && acts;
    let others = match found.ways.len() {
        0 | 1 => String::new(),
        2 => ", and by another way".to_owned(),
        n => format!(", and by {} other ways", n - 1),
    };
    let example = last.action.as_deref().unwrap_or_default();
    let on = last.witness.as_ref().map(|request| access.symbols.show(&request.resource));
    let help = match path.mend {
        0 => "authenticate the callers of the way in, or give its function less",
        _ => "let the role do only what its functions need: single actions on single resources",
    };
    let mut builder = sink
        .finding(resource)
        .at(&mend.at)
        .item(format!("{} {}", name(access, &last.from), does(path)))
        .severity(match (serious, loot.control) {
            (true, true) => Severity::High,
            (true, false) => Severity::Medium,
            _ => Severity::Low,
        })
        .profile(if serious { Profile::Default } else { Profile::All })
        .message(format!(
            "{} can {} {} through {}{others}: for example `{example}` on {}",
            path.who,
            does(path),
            targets(&found.targets),
            path.hops.first().map_or_else(String::new, |hop| through(access, hop)),
            on.unwrap_or_else(|| path.target.to_string()),
        ))
        .help(help);
    builder = builder.witness(last.witness.as_ref(), &access.symbols);
    for hop in &path.hops {
        if let Some((resource, at)) = place(access, hop) {
            builder = builder.hop(step(access, hop), resource, at);
        }
    }
    builder.report();
}

/// `A`, `B` and 3 more.
fn targets(ids: &[&str]) -> String {
    let named: Vec<String> = ids.iter().take(3).map(|id| format!("`{id}`")).collect();
    let more = ids.len() - named.len();
    match named.split_last() {
        Some((last, rest)) if more == 0 && !rest.is_empty() => {
            format!("{} and {last}", rest.join(", "))
        }
        _ if more > 0 => format!("{} and {more} more", named.join(", ")),
        _ => named.concat(),
    }
}

fn does(path: &AttackPath) -> &'static str {
    match (path.loot.prize, path.loot.control) {
        (Prize::Permissions, _) => "gain more permissions as",
        (Prize::Role, _) => "act as role",
        (_, true) => "delete or open to others",
        (Prize::Key, false) => "use key",
        (Prize::Secret, false) => "read secret",
        (Prize::Data, false) if path.loot.writes => "read or change",
        (Prize::Data, false) => "read",
    }
}

fn entry<'a>(access: &'a Access<'_>, node: &Node) -> Option<&'a EntryPoint> {
    match node {
        Node::EntryPoint(i) => access.app.graph().entry_points.get(*i),
        _ => None,
    }
}

/// The way in: `POST /orders`, or what an outsider may do.
fn through(access: &Access<'_>, hop: &Hop) -> String {
    match entry(access, &hop.from) {
        Some(entry) => format!("`{}`, which asks nobody who they are", entry.label),
        None => name(access, &hop.to),
    }
}

/// The resource that a hop is written in, and where.
fn place<'a>(access: &Access<'a>, hop: &'a Hop) -> Option<(&'a Resource, &'a Origin)> {
    let written = hop.via.first().map(|via| &*via.written_in);
    let from = || match &hop.from {
        Node::Function(id) | Node::Identity(id) | Node::Resource(id) => Some(&**id),
        Node::EntryPoint(i) => {
            let entry = access.app.graph().entry_points.get(*i);
            entry.map(|entry| &*entry.resource)
        }
        Node::Outsider(_) | Node::External(_) => None,
    };
    let resource = access.app.resource(written.or_else(from)?)?;
    Some((resource, &hop.at))
}

fn step(access: &Access<'_>, hop: &Hop) -> String {
    let (from, to) = (name(access, &hop.from), name(access, &hop.to));
    match hop.kind {
        EdgeKind::Starts => format!("{from} starts {to}"),
        EdgeKind::ActsAs => format!("{from} acts as {to}"),
        EdgeKind::Assumes => format!("{from} may assume {to}"),
        EdgeKind::Escalates => {
            let action = hop.action.as_deref().unwrap_or_default();
            format!("{from} may {action}, and gains {to}")
        }
        EdgeKind::May => {
            let action = hop.action.as_deref().unwrap_or_default();
            format!("{from} may {action} on {to}")
        }
    }
}

fn name(access: &Access<'_>, node: &Node) -> String {
    match node {
        Node::Outsider(who) => who.to_string(),
        Node::EntryPoint(_) => {
            entry(access, node).map_or_else(String::new, |entry| format!("`{}`", entry.label))
        }
        Node::Function(id) | Node::Identity(id) | Node::Resource(id) => format!("`{id}`"),
        Node::External(text) => access.symbols.show(text),
    }
}
