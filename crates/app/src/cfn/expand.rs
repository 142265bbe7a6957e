//! What changes the shape of a template before it is evaluated: files that `AWS::Include` brings
//! in, and the loops of the language extensions.

use super::text::substitution;
use palisade_core::{Span, ViaKind};
use palisade_syntax::{Data, Entry, Key, Node};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A loop makes at most this many entries, and all loops of a template together.
const MAX_LOOP_ENTRIES: usize = 5_000;
const MAX_INCLUDE_DEPTH: usize = 8;

/// Reads the tree of an included file; says why when it can't.
pub(super) type Load<'a> = dyn FnMut(&str, Span) -> Option<Node> + 'a;

/// Puts the content of local files in the place of `AWS::Include`. One that can't be read stays,
/// and is evaluated to something unknown.
pub(super) fn includes(node: &mut Node, load: &mut Load<'_>) {
    include(node, load, 0);
}

fn include(node: &mut Node, load: &mut Load<'_>, depth: usize) {
    if depth > MAX_INCLUDE_DEPTH {
        return;
    }
    if let Data::Map(entries) = &mut node.data
        && let Some(at) = entries.iter().position(|e| &*e.key.name == "Fn::Transform")
        && let Some(location) = include_location(&entries[at].value)
    {
        let span = entries[at].key.origin.span;
        if let Some(mut included) = load(&location, span) {
            super::long_form::to_long_form(&mut included);
            step(&mut included, &ViaKind::Include(location), span);
            include(&mut included, load, depth + 1);
            let Data::Map(entries) = &mut node.data else {
                return;
            };
            if entries.len() == 1 {
                *node = included;
                return;
            }
            entries.remove(at);
            if let Data::Map(more) = included.data {
                let known: Vec<Arc<str>> = entries.iter().map(|e| e.key.name.clone()).collect();
                entries.extend(more.into_iter().filter(|e| !known.contains(&e.key.name)));
            }
        }
    }
    match &mut node.data {
        Data::Seq(items) => items.iter_mut().for_each(|n| include(n, load, depth)),
        Data::Map(entries) => entries
            .iter_mut()
            .for_each(|e| include(&mut e.value, load, depth)),
        _ => {}
    }
}

fn include_location(transform: &Node) -> Option<Arc<str>> {
    let named = transform.get("Name").and_then(Node::as_str) == Some("AWS::Include");
    let location = transform.at(&["Parameters", "Location"])?.as_str()?;
    (named && !location.contains("://")).then(|| Arc::from(location))
}

fn step(node: &mut Node, kind: &ViaKind, span: Span) {
    node.origin = node.origin.through(kind.clone(), span);
    match &mut node.data {
        Data::Seq(items) => items.iter_mut().for_each(|n| step(n, kind, span)),
        Data::Map(entries) => {
            for entry in entries {
                entry.key.origin = entry.key.origin.through(kind.clone(), span);
                step(&mut entry.value, kind, span);
            }
        }
        _ => {}
    }
}

/// Unrolls `Fn::ForEach::Name: [Identifier, [values], {…}]` in the sections and properties of a
/// template. A loop over something that is not known stays, and is evaluated to something unknown.
///
/// `values` gives the items of a list that is written as a reference to a parameter.
pub(super) fn loops(node: &mut Node, values: &dyn Fn(&Node) -> Option<Vec<Arc<str>>>) {
    let mut budget = MAX_LOOP_ENTRIES;
    unroll(node, values, &mut budget);
}

fn unroll(node: &mut Node, values: &dyn Fn(&Node) -> Option<Vec<Arc<str>>>, budget: &mut usize) {
    match &mut node.data {
        Data::Seq(items) => items.iter_mut().for_each(|n| unroll(n, values, budget)),
        Data::Map(entries) => {
            if entries
                .iter()
                .any(|e| e.key.name.starts_with("Fn::ForEach::"))
            {
                let mut unrolled = Vec::with_capacity(entries.len());
                for entry in std::mem::take(entries) {
                    if entry.key.name.starts_with("Fn::ForEach::") {
                        one_loop(entry, values, budget, &mut unrolled);
                    } else {
                        unrolled.push(entry);
                    }
                }
                *entries = unrolled;
            }
            entries
                .iter_mut()
                .filter(|e| !e.key.name.starts_with("Fn::ForEach::"))
                .for_each(|e| unroll(&mut e.value, values, budget));
        }
        _ => {}
    }
}

fn one_loop(
    entry: Entry,
    values: &dyn Fn(&Node) -> Option<Vec<Arc<str>>>,
    budget: &mut usize,
    into: &mut Vec<Entry>,
) {
    let turns = match entry.value.as_seq() {
        Some([identifier, collection, body]) => identifier
            .as_str()
            .zip(values(collection))
            .zip(body.as_map().map(<[Entry]>::to_vec)),
        _ => None,
    };
    let Some(((identifier, items), body)) = turns else {
        into.push(entry);
        return;
    };
    if items.len().saturating_mul(body.len().max(1)) > *budget {
        into.push(entry);
        return;
    }
    *budget -= items.len() * body.len().max(1);
    for item in items {
        let bound = BTreeMap::from([(identifier.to_owned(), item.clone())]);
        let kind = ViaKind::Loop(Arc::from(format!("{identifier} = {item}")));
        for part in &body {
            let mut value = part.value.clone();
            bind(&mut value, &bound);
            let key = Key {
                name: fill(&part.key.name, &bound),
                origin: part.key.origin.through(kind.clone(), entry.key.origin.span),
            };
            // An inner loop is unrolled with the outer value in place.
            let mut made = Node::new(
                Data::Map(vec![Entry { key, value }]),
                part.value.origin.clone(),
            );
            unroll(&mut made, values, budget);
            if let Data::Map(entries) = made.data {
                into.extend(entries);
            }
        }
    }
}

fn fill(text: &str, bound: &BTreeMap<String, Arc<str>>) -> Arc<str> {
    if !text.contains("${") && !text.contains("&{") {
        return Arc::from(text);
    }
    // `&{Name}` leaves only the letters and digits of the value.
    let text = bound.iter().fold(text.to_owned(), |text, (name, value)| {
        let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
        text.replace(&format!("&{{{name}}}"), &plain)
    });
    let filled: String = substitution(&text)
        .into_iter()
        .map(|piece| match piece {
            Ok(text) => text.to_owned(),
            Err(name) => bound
                .get(name)
                .map_or_else(|| format!("${{{name}}}"), |v| v.to_string()),
        })
        .collect();
    Arc::from(filled)
}

/// Puts the value of the loop's identifier in the place of `${Identifier}` and `!Ref Identifier`.
fn bind(node: &mut Node, bound: &BTreeMap<String, Arc<str>>) {
    if let Some(entry) = node.single()
        && &*entry.key.name == "Ref"
        && let Some(value) = entry.value.as_str().and_then(|name| bound.get(name))
    {
        *node = Node::string(value.clone(), node.origin.clone());
        return;
    }
    match &mut node.data {
        Data::String(text) => *text = fill(text, bound),
        Data::Seq(items) => items.iter_mut().for_each(|n| bind(n, bound)),
        Data::Map(entries) => {
            for entry in entries {
                entry.key.name = fill(&entry.key.name, bound);
                bind(&mut entry.value, bound);
            }
        }
        _ => {}
    }
}
