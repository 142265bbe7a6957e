//! Words to make and to question nodes with. It must never invent a place: the origin always comes
//! from the caller, who knows what the person wrote.

use palisade_core::Origin;
use palisade_syntax::{Data, Entry, Node};
use std::sync::Arc;

pub(crate) use palisade_syntax::make::{IntoNode, entry};
pub(crate) use palisade_syntax::{list, obj};

/// `{"Ref": id}`
pub(crate) fn reference(origin: &Origin, id: impl IntoNode) -> Node {
    obj!(origin; "Ref" => id)
}

/// `{"Fn::GetAtt": [id, "Arn"]}`
pub(crate) fn arn_of(origin: &Origin, id: &str) -> Node {
    obj!(origin; "Fn::GetAtt" => list!(origin; id, "Arn"))
}

/// `{"Fn::Sub": text}`
pub(crate) fn sub(origin: &Origin, text: impl IntoNode) -> Node {
    obj!(origin; "Fn::Sub" => text)
}

/// Texts and expressions one behind the other; a plain text when all of them are.
pub(crate) fn concat(origin: &Origin, parts: Vec<Node>) -> Node {
    let mut joined: Vec<Node> = Vec::with_capacity(parts.len());
    let mut add = |part: Node| match (part.scalar_text(), joined.last_mut().map(|n| &mut n.data)) {
        (Some(text), Some(Data::String(before))) => *before = Arc::from(format!("{before}{text}")),
        (Some(text), _) => joined.push(text.as_ref().into_node(origin)),
        (None, _) => joined.push(part),
    };
    for part in parts {
        match joined_parts(&part) {
            Some(inner) => inner.iter().cloned().for_each(&mut add),
            None => add(part),
        }
    }
    match joined.as_slice() {
        [] => "".into_node(origin),
        [only] if only.as_str().is_some() => joined.remove(0),
        _ => obj!(origin; "Fn::Join" => list!(origin; "", joined)),
    }
}

/// The parts of a text that is joined without anything in between.
pub(crate) fn joined_parts(node: &Node) -> Option<&[Node]> {
    let entry = node.single().filter(|e| &*e.key.name == "Fn::Join")?;
    match entry.value.as_seq()? {
        [delimiter, items] if delimiter.as_str() == Some("") => items.as_seq(),
        _ => None,
    }
}

/// Puts an entry in if there is something to put.
pub(crate) fn set(node: &mut Node, name: &str, value: Option<Node>) {
    if let Some(value) = value {
        node.insert(name, value);
    }
}

/// The value under a key, unless it is null.
pub(crate) fn get<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.get(name).filter(|value| !value.is_null())
}

/// The value along a chain of keys, unless it is null.
pub(crate) fn at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    node.at(path).filter(|value| !value.is_null())
}

/// The text under a key.
pub(crate) fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    node.get(name)?.as_str()
}

/// Whether something is written, and neither `false` nor null nor an empty text or zero: as
/// JavaScript asks.
pub(crate) fn truthy(node: Option<&Node>) -> bool {
    node.is_some_and(|node| match &node.data {
        Data::Null => false,
        Data::Bool(value) => *value,
        Data::String(text) => !text.is_empty(),
        Data::Number(number) => number.value != 0.0,
        Data::Seq(_) | Data::Map(_) => true,
    })
}

/// Whether it is a function of CloudFormation (`Ref`, `Fn::…`).
pub(crate) fn is_function(node: &Node) -> bool {
    node.single()
        .is_some_and(|e| &*e.key.name == "Ref" || e.key.name.starts_with("Fn::"))
}

/// The items of a list, flattened; one value stands for a list of one.
pub(crate) fn items(node: &Node) -> Vec<&Node> {
    match &node.data {
        Data::Seq(nodes) => nodes.iter().flat_map(items).collect(),
        Data::Null => Vec::new(),
        _ => vec![node],
    }
}

/// A list of tags from a map of them.
pub(crate) fn tags(tags: &Node) -> Node {
    let Some(entries) = tags.as_map().filter(|_| !is_function(tags)) else {
        return tags.clone();
    };
    let tag =
        |entry: &Entry| obj!(&entry.key.origin; "Key" => &entry.key.name, "Value" => &entry.value);
    Node::seq(entries.iter().map(tag).collect(), tags.origin.clone())
}

/// Both maps in one; what the second one says counts. What is no map but a function stands beside
/// the others, so that the map is open.
pub(crate) fn merged(first: Option<Node>, second: Option<&Node>) -> Option<Node> {
    let (Some(mut first), Some(second)) = (first.clone(), second) else {
        return first.or_else(|| second.cloned());
    };
    for entry in second.as_map().unwrap_or_default() {
        if let Some(entries) = first.as_map_mut() {
            entries.retain(|known| known.key.name != entry.key.name);
            entries.push(entry.clone());
        }
    }
    Some(first)
}

/// Everything of the second in the first, as deep as both are maps or lists; entry by entry, and
/// item by item.
pub(crate) fn merge_deep(first: &mut Node, second: Node, depth: usize) {
    let replace = depth > 64 || is_function(first) || is_function(&second);
    match (&mut first.data, second.data) {
        (_, Data::Null) => {}
        (Data::Map(known), Data::Map(more)) if !replace => {
            for entry in more {
                match known.iter_mut().find(|k| k.key.name == entry.key.name) {
                    Some(k) => merge_deep(&mut k.value, entry.value, depth + 1),
                    None => known.push(entry),
                }
            }
        }
        (Data::Seq(known), Data::Seq(more)) => {
            for (i, item) in more.into_iter().enumerate() {
                match known.get_mut(i) {
                    Some(k) => merge_deep(k, item, depth + 1),
                    None => known.push(item),
                }
            }
        }
        (data, more) => {
            *data = more;
            first.origin = second.origin;
            first.tag = second.tag;
        }
    }
}

/// The JSON text of a tree, where every part of it is known.
pub(crate) fn json(node: &Node) -> Option<String> {
    fn quoted(text: &str, out: &mut String) {
        out.push('"');
        for letter in text.chars() {
            match letter {
                '"' | '\\' => {
                    out.push('\\');
                    out.push(letter);
                }
                '\n' => out.push_str("\\n"),
                letter if letter < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
                letter => out.push(letter),
            }
        }
        out.push('"');
    }
    fn write(node: &Node, out: &mut String) -> Option<()> {
        match &node.data {
            Data::Null => out.push_str("null"),
            Data::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Data::Number(number) => out.push_str(&number.text),
            Data::String(text) => quoted(text, out),
            Data::Seq(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    write(item, out)?;
                }
                out.push(']');
            }
            Data::Map(_) if is_function(node) => return None,
            Data::Map(entries) => {
                out.push('{');
                for (i, entry) in entries.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    quoted(&entry.key.name, out);
                    out.push(':');
                    write(&entry.value, out)?;
                }
                out.push('}');
            }
        }
        Some(())
    }
    let mut out = String::new();
    write(node, &mut out)?;
    Some(out)
}

/// A tree as a text, to compare two without their places.
pub(crate) fn plain(node: &Node) -> String {
    let mut out = String::new();
    write_plain(node, &mut out);
    out
}

fn write_plain(node: &Node, out: &mut String) {
    match &node.data {
        Data::Seq(items) => {
            out.push('[');
            for item in items {
                write_plain(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Data::Map(entries) => {
            out.push('{');
            for entry in entries {
                out.push_str(&entry.key.name);
                out.push(':');
                write_plain(&entry.value, out);
                out.push(',');
            }
            out.push('}');
        }
        _ => out.push_str(&node.scalar_text().unwrap_or_default()),
    }
}
