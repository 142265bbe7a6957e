//! Words to make nodes with. They never invent a place: the origin always comes from the caller, who
//! knows what the person wrote.

use crate::{Data, Entry, Key, Node, Number};
use palisade_core::Origin;
use std::sync::Arc;

/// What can become a node that carries a given origin.
pub trait IntoNode {
    /// The node; one that is already a node keeps its own origin.
    fn into_node(self, origin: &Origin) -> Node;
}

impl IntoNode for Node {
    fn into_node(self, _: &Origin) -> Node {
        self
    }
}

impl IntoNode for &Node {
    fn into_node(self, _: &Origin) -> Node {
        self.clone()
    }
}

impl IntoNode for &str {
    fn into_node(self, origin: &Origin) -> Node {
        Node::string(self, origin.clone())
    }
}

impl IntoNode for String {
    fn into_node(self, origin: &Origin) -> Node {
        Node::string(self, origin.clone())
    }
}

impl IntoNode for &String {
    fn into_node(self, origin: &Origin) -> Node {
        Node::string(self.as_str(), origin.clone())
    }
}

impl IntoNode for &Arc<str> {
    fn into_node(self, origin: &Origin) -> Node {
        Node::string(self.clone(), origin.clone())
    }
}

impl IntoNode for bool {
    fn into_node(self, origin: &Origin) -> Node {
        Node::new(Data::Bool(self), origin.clone())
    }
}

impl IntoNode for u32 {
    fn into_node(self, origin: &Origin) -> Node {
        let number = Number {
            value: f64::from(self),
            text: Arc::from(self.to_string()),
        };
        Node::new(Data::Number(number), origin.clone())
    }
}

impl<T: IntoNode> IntoNode for Vec<T> {
    fn into_node(self, origin: &Origin) -> Node {
        let items = self.into_iter().map(|item| item.into_node(origin));
        Node::seq(items.collect(), origin.clone())
    }
}

/// A map entry whose key has the given origin.
pub fn entry(name: impl Into<Arc<str>>, value: Node, origin: &Origin) -> Entry {
    let key = Key {
        name: name.into(),
        origin: origin.clone(),
    };
    Entry { key, value }
}

/// A map node: `obj!(origin; "Key" => value, ..)`.
#[macro_export]
macro_rules! obj {
    ($origin:expr; $($key:expr => $value:expr),* $(,)?) => {{
        let origin = $origin;
        $crate::Node::new(
            $crate::Data::Map(vec![$(
                $crate::make::entry($key, $crate::make::IntoNode::into_node($value, origin), origin)
            ),*]),
            origin.clone(),
        )
    }};
}

/// A list node: `list!(origin; value, ..)`.
#[macro_export]
macro_rules! list {
    ($origin:expr; $($value:expr),* $(,)?) => {{
        let origin = $origin;
        $crate::Node::seq(
            vec![$($crate::make::IntoNode::into_node($value, origin)),*],
            origin.clone(),
        )
    }};
}
