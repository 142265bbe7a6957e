//! The one tree that every format is read into.

use palisade_core::{Origin, Span};
use std::sync::Arc;

/// A value in a document, with its place and its tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// What it is.
    pub data: Data,
    /// Where it was written, and what carried it here.
    pub origin: Origin,
    /// A YAML tag without its leading mark (`Sub` for `!Sub`); none in JSON.
    pub tag: Option<Arc<str>>,
}

/// The kinds of value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Data {
    /// Nothing: `null`, `~` or an empty YAML value.
    #[default]
    Null,
    /// `true` or `false`, and YAML 1.1's `yes`, `no`, `on`, `off`: `CloudFormation` reads YAML 1.1.
    Bool(bool),
    /// A number, with the text that it was written as.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// A list.
    Seq(Vec<Node>),
    /// A map in its written order. A key that is written twice stands once, with its last value.
    Map(Vec<Entry>),
}

/// A number and how it was written (`012345678901` is an account id before it is a number).
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The value, as near as a double comes.
    pub value: f64,
    /// As written.
    pub text: Arc<str>,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// The key of a map entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its text.
    pub name: Arc<str>,
    /// Where it was written.
    pub origin: Origin,
}

/// A comment, with the mark that begins it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
    /// Its text after the mark.
    pub text: Arc<str>,
}

/// One parsed text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The top value; `Null` for an empty document.
    pub root: Node,
    /// All comments in the order of their places.
    pub comments: Vec<Comment>,
    /// Keys that were written again in the same map, with the place of the later one.
    pub duplicate_keys: Vec<(Arc<str>, Span)>,
    /// Where a second YAML document begins: only the first one is read.
    pub second_document: Option<Span>,
}

/// Why a text could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The place at which reading stopped.
    pub span: Span,
    /// What was wrong there.
    pub message: String,
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}

impl Node {
    /// A node without a tag.
    #[must_use]
    pub fn new(data: Data, origin: Origin) -> Self {
        Self {
            data,
            origin,
            tag: None,
        }
    }

    /// A text node.
    pub fn string(text: impl Into<Arc<str>>, origin: Origin) -> Self {
        Self::new(Data::String(text.into()), origin)
    }

    /// A list node.
    #[must_use]
    pub fn seq(items: Vec<Self>, origin: Origin) -> Self {
        Self::new(Data::Seq(items), origin)
    }

    /// A map node whose keys share its origin.
    pub fn map<K: Into<Arc<str>>>(
        entries: impl IntoIterator<Item = (K, Self)>,
        origin: Origin,
    ) -> Self {
        let entries = entries
            .into_iter()
            .map(|(name, value)| Entry {
                key: Key {
                    name: name.into(),
                    origin: origin.clone(),
                },
                value,
            })
            .collect();
        Self::new(Data::Map(entries), origin)
    }

    /// The text of a string node.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of any scalar: strings as they are, numbers as written, booleans as `true`/`false`.
    #[must_use]
    pub fn scalar_text(&self) -> Option<Arc<str>> {
        match &self.data {
            Data::String(text) => Some(text.clone()),
            Data::Number(number) => Some(number.text.clone()),
            Data::Bool(true) => Some(Arc::from("true")),
            Data::Bool(false) => Some(Arc::from("false")),
            _ => None,
        }
    }

    /// The items of a list node.
    #[must_use]
    pub fn as_seq(&self) -> Option<&[Self]> {
        match &self.data {
            Data::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map node.
    #[must_use]
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.data {
            Data::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entries of a map node, to change them.
    pub fn as_map_mut(&mut self) -> Option<&mut Vec<Entry>> {
        match &mut self.data {
            Data::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.data == Data::Null
    }

    /// The value under a key of a map node.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// The entry under a key of a map node.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.as_map()?.iter().find(|entry| &*entry.key.name == name)
    }

    /// The value under a key of a map node, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.as_map_mut()?
            .iter_mut()
            .find(|entry| &*entry.key.name == name)
            .map(|entry| &mut entry.value)
    }

    /// The value along a chain of keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// Takes an entry out of a map node.
    pub fn remove(&mut self, name: &str) -> Option<Entry> {
        let entries = self.as_map_mut()?;
        let at = entries.iter().position(|entry| &*entry.key.name == name)?;
        Some(entries.remove(at))
    }

    /// Puts an entry into a map node, in place of one with the same key. The key gets the origin
    /// of the value. Does nothing on a node that is not a map.
    pub fn insert(&mut self, name: impl Into<Arc<str>>, value: Self) {
        let Some(entries) = self.as_map_mut() else {
            return;
        };
        let name = name.into();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.key.name == name) {
            entry.value = value;
        } else {
            let origin = value.origin.clone();
            entries.push(Entry {
                key: Key { name, origin },
                value,
            });
        }
    }

    /// The single entry of a map with one key: the shape of an intrinsic function in long form.
    #[must_use]
    pub fn single(&self) -> Option<&Entry> {
        match self.as_map()? {
            [entry] => Some(entry),
            _ => None,
        }
    }
}
