//! Words to make and to question nodes with: every node that the transform makes is made here, so
//! that none is without an origin. It must never invent a place: the origin always comes from the
//! caller, who knows what the person wrote.

use palisade_core::Origin;
use palisade_syntax::{Data, Entry, Node};

pub(super) use palisade_syntax::make::{IntoNode, entry};
pub(super) use palisade_syntax::{list, obj};

/// `{"Ref": id}`
pub(super) fn reference(origin: &Origin, id: impl IntoNode) -> Node {
    obj!(origin; "Ref" => id)
}

/// `{"Fn::GetAtt": [id, attribute]}`
pub(super) fn get_att(origin: &Origin, id: impl IntoNode, attribute: &str) -> Node {
    obj!(origin; "Fn::GetAtt" => list!(origin; id, attribute))
}

/// `{"Fn::Sub": text}`
pub(super) fn sub(origin: &Origin, text: impl IntoNode) -> Node {
    obj!(origin; "Fn::Sub" => text)
}

/// `{"Fn::Sub": [text, variables]}`
pub(super) fn sub_with(origin: &Origin, text: impl IntoNode, variables: Node) -> Node {
    obj!(origin; "Fn::Sub" => list!(origin; text, variables))
}

/// `{"Fn::If": [condition, then, otherwise]}`; without an alternative it is `AWS::NoValue`.
pub(super) fn conditional(
    origin: &Origin,
    condition: impl IntoNode,
    then: Node,
    otherwise: Option<Node>,
) -> Node {
    let otherwise = otherwise.unwrap_or_else(|| no_value(origin));
    obj!(origin; "Fn::If" => list!(origin; condition, then, otherwise))
}

/// `{"Ref": "AWS::NoValue"}`
pub(super) fn no_value(origin: &Origin) -> Node {
    reference(origin, "AWS::NoValue")
}

/// The `[{"Key": .., "Value": ..}]` form of a map of tags.
pub(super) fn tag_list(origin: &Origin, tags: Option<&Node>) -> Vec<Node> {
    let entries = tags.and_then(Node::as_map).unwrap_or_default();
    let tag = |tag: &Entry| {
        let key = Node::string(tag.key.name.clone(), tag.key.origin.clone());
        let value = if tag.value.is_null() {
            "".into_node(&tag.value.origin)
        } else {
            tag.value.clone()
        };
        obj!(origin; "Key" => key, "Value" => value)
    };
    entries.iter().map(tag).collect()
}

/// Name and argument of an intrinsic function.
pub(super) fn intrinsic(node: &Node) -> Option<(&str, &Node)> {
    let entry = node.single()?;
    let name = &*entry.key.name;
    (matches!(name, "Ref" | "Condition") || name.starts_with("Fn::"))
        .then_some((name, &entry.value))
}

/// Whether it is an intrinsic function.
pub(super) fn is_intrinsic(node: &Node) -> bool {
    intrinsic(node).is_some()
}

/// Whether it is `{"Ref": "AWS::NoValue"}`.
pub(super) fn is_no_value(node: &Node) -> bool {
    matches!(intrinsic(node), Some(("Ref", id)) if id.as_str() == Some("AWS::NoValue"))
}

/// The three arguments of a well-formed `Fn::If`.
pub(super) fn if_arguments(node: &Node) -> Option<[&Node; 3]> {
    match intrinsic(node)? {
        ("Fn::If", arguments) => match arguments.as_seq()? {
            [condition, then, otherwise] => Some([condition, then, otherwise]),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it counts as given: null, false, zero and what is empty do not.
pub(super) fn truthy(node: &Node) -> bool {
    match &node.data {
        Data::Null => false,
        Data::Bool(value) => *value,
        Data::Number(number) => number.value != 0.0,
        Data::String(text) => !text.is_empty(),
        Data::Seq(items) => !items.is_empty(),
        Data::Map(entries) => !entries.is_empty(),
    }
}

/// Whether it is the boolean `true`.
pub(super) fn is_true(node: &Node) -> bool {
    node.data == Data::Bool(true)
}

/// The value under a key, unless it is null.
pub(super) fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.get(name).filter(|value| !value.is_null())
}

/// The value under a key, if it counts as given.
pub(super) fn given<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.get(name).filter(|value| truthy(value))
}

/// The text of the value under a key.
pub(super) fn text<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    node.get(name).and_then(Node::as_str)
}

/// The logical id that a `Ref` or a `Fn::GetAtt` names.
pub(super) fn logical_id(node: &Node) -> Option<&str> {
    match intrinsic(node)? {
        ("Ref", id) => id.as_str(),
        ("Fn::GetAtt", argument) => match (&argument.data, argument.as_str()) {
            (Data::Seq(items), _) if items.len() == 2 => items[0].as_str(),
            (_, Some(text)) => text.split_once('.').map(|(id, _)| id),
            _ => None,
        },
        _ => None,
    }
}

/// A `Ref` or `Fn::GetAtt` as it is written within `Fn::Sub`.
pub(super) fn shorthand(node: &Node) -> String {
    match intrinsic(node) {
        Some(("Fn::GetAtt", argument)) => {
            let parts = argument.as_seq().unwrap_or_default().iter();
            let parts: Vec<&str> = parts.filter_map(Node::as_str).collect();
            format!("${{{}}}", parts.join("."))
        }
        Some((_, id)) => format!("${{{}}}", id.as_str().unwrap_or_default()),
        None => String::new(),
    }
}

/// The list in a list node, a single value as a list of one, nothing for null.
pub(super) fn as_list(node: &Node) -> Vec<Node> {
    match &node.data {
        Data::Null => Vec::new(),
        Data::Seq(items) => items.clone(),
        _ => vec![node.clone()],
    }
}

/// The map under a key, put there when there is none.
pub(super) fn map_under<'a>(
    node: &'a mut Node,
    name: &str,
    origin: &Origin,
) -> Option<&'a mut Node> {
    if node.get(name).is_none_or(|value| !truthy(value)) {
        node.insert(name, obj!(origin;));
    }
    node.get_mut(name).filter(|value| value.as_map().is_some())
}

/// The list under a key, put there when there is none; a single value becomes a list of one.
pub(super) fn list_under<'a>(
    node: &'a mut Node,
    name: &str,
    origin: &Origin,
) -> Option<&'a mut Vec<Node>> {
    match node.get_mut(name) {
        None => node.insert(name, list!(origin;)),
        Some(value) if value.is_null() => *value = list!(origin;),
        Some(value) if value.as_seq().is_none() => {
            let only = std::mem::take(value);
            let origin = only.origin.clone();
            *value = Node::seq(vec![only], origin);
        }
        Some(_) => {}
    }
    match &mut node.get_mut(name)?.data {
        Data::Seq(items) => Some(items),
        _ => None,
    }
}

/// Whether a text is made of letters and digits only, and not empty.
pub(super) fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_alphanumeric)
}

/// How many values a value is made of.
pub(super) fn size(node: &Node) -> usize {
    match &node.data {
        Data::Seq(items) => items.iter().map(size).sum::<usize>() + 1,
        Data::Map(entries) => entries.iter().map(|e| size(&e.value)).sum::<usize>() + 1,
        _ => 1,
    }
}
