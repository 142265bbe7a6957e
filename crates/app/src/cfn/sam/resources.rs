//! The resources of a template while they are being transformed: found by logical id, kept in their
//! order. Nothing is ever put over a resource of another id, and what a resource was made from stays
//! readable in its origin.

use super::make::{IntoNode, entry, field, text};
use palisade_core::{Origin, Span, ViaKind};
use palisade_syntax::{Data, Entry, Key, Node};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Attributes that SAM hands on from a resource to everything that it makes of it.
pub(super) const PASSED_ON: [&str; 3] = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];

/// How many values an attribute may have that is handed on.
pub(super) const SHORT: usize = 100;

/// Attributes that the resource itself keeps.
const KEPT: [&str; 5] = [
    "DeletionPolicy",
    "UpdatePolicy",
    "Condition",
    "UpdateReplacePolicy",
    "Metadata",
];

/// Resources by logical id, in the order of the template.
#[derive(Debug, Default)]
pub(super) struct Resources {
    slots: Vec<Option<Entry>>,
    index: BTreeMap<Arc<str>, usize>,
}

impl Resources {
    /// The entries of a `Resources` section.
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        let index = entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (entry.key.name.clone(), at))
            .collect();
        Self {
            slots: entries.into_iter().map(Some).collect(),
            index,
        }
    }

    /// The ids of the resources of some kinds, in the order of the template.
    pub(super) fn ids_of(&self, kinds: &[&str]) -> Vec<Arc<str>> {
        self.iter()
            .filter(|entry| text(&entry.value, "Type").is_some_and(|kind| kinds.contains(&kind)))
            .map(|entry| entry.key.name.clone())
            .collect()
    }

    /// All entries that stand.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.slots.iter_mut().flatten()
    }

    /// All entries that stand.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.slots.iter().flatten()
    }

    pub(super) fn entry(&self, id: &str) -> Option<&Entry> {
        self.slots.get(*self.index.get(id)?)?.as_ref()
    }

    pub(super) fn get(&self, id: &str) -> Option<&Node> {
        self.entry(id).map(|entry| &entry.value)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Node> {
        let slot = self.slots.get_mut(*self.index.get(id)?)?;
        slot.as_mut().map(|entry| &mut entry.value)
    }

    /// The type of a resource.
    pub(super) fn kind(&self, id: &str) -> Option<&str> {
        text(self.get(id)?, "Type")
    }

    /// Takes a resource out; its place stays free for what is made of it.
    pub(super) fn take(&mut self, id: &str) -> Option<Entry> {
        self.slots.get_mut(*self.index.get(id)?)?.take()
    }

    /// Puts a resource where one of its id stands or stood, at the end otherwise.
    pub(super) fn put(&mut self, entry: Entry) {
        match self.index.get(&entry.key.name) {
            Some(at) => self.slots[*at] = Some(entry),
            None => {
                self.index.insert(entry.key.name.clone(), self.slots.len());
                self.slots.push(Some(entry));
            }
        }
    }

    /// Gives a resource's free place to one of another id.
    pub(super) fn put_at(&mut self, place: &str, entry: Entry) {
        if let Some(at) = self.index.remove(place)
            && self.slots[at].is_none()
        {
            self.index.insert(entry.key.name.clone(), at);
        }
        self.put(entry);
    }

    /// The entries of the finished section.
    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.slots.into_iter().flatten().collect()
    }
}

/// A SAM resource as the person wrote it, with `Globals` merged in.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) id: Arc<str>,
    pub(super) key: Origin,
    pub(super) node: Node,
}

impl Source {
    pub(super) fn new(entry: Entry) -> Self {
        Self {
            id: entry.key.name,
            key: entry.key.origin,
            node: entry.value,
        }
    }

    /// As it was taken.
    pub(super) fn into_entry(self) -> Entry {
        let key = Key {
            name: self.id,
            origin: self.key,
        };
        Entry {
            key,
            value: self.node,
        }
    }

    /// The place of the logical id.
    pub(super) fn span(&self) -> Span {
        self.key.span
    }

    /// The origin of what is made of it.
    pub(super) fn made(&self, what: &str) -> Origin {
        let what = format!("{what} {}", self.id);
        self.key
            .through(ViaKind::Transform(Arc::from(what)), self.key.span)
    }

    /// A property that is not null.
    pub(super) fn prop(&self, name: &str) -> Option<&Node> {
        field(self.node.get("Properties")?, name)
    }

    /// A property that counts as given.
    pub(super) fn given(&self, name: &str) -> Option<&Node> {
        super::make::given(self.node.get("Properties")?, name)
    }

    /// The properties; nothing when they are not a map.
    pub(super) fn props(&self) -> &[Entry] {
        let properties = self.node.get("Properties");
        properties.and_then(Node::as_map).unwrap_or_default()
    }

    /// The attributes that go on to everything made of it.
    pub(super) fn passed_on(&self) -> Vec<Entry> {
        let mut attributes = attributes(&self.node, &PASSED_ON);
        // They are names or short functions; a large value would be copied to everything made.
        attributes.retain(|attribute| super::make::size(&attribute.value) <= SHORT);
        attributes
    }

    /// The main resource made of it, with the attributes that it keeps.
    pub(super) fn main(&self, kind: &'static str, what: &str) -> Res {
        let mut res = Res::new(self.id.clone(), kind, &self.made(what), Vec::new());
        res.key = self.key.clone();
        res.attributes = attributes(&self.node, &KEPT);
        res.depends_on = super::make::given(&self.node, "DependsOn").cloned();
        res
    }
}

fn attributes(node: &Node, names: &[&str]) -> Vec<Entry> {
    let entries = node.as_map().unwrap_or_default().iter();
    let wanted = entries.filter(|e| names.contains(&&*e.key.name) && !e.value.is_null());
    wanted.cloned().collect()
}

/// A resource in the making.
#[derive(Clone, Debug)]
pub(super) struct Res {
    pub(super) id: Arc<str>,
    pub(super) kind: &'static str,
    pub(super) key: Origin,
    pub(super) origin: Origin,
    pub(super) depends_on: Option<Node>,
    pub(super) attributes: Vec<Entry>,
    pub(super) props: Vec<Entry>,
}

impl Res {
    pub(super) fn new(
        id: impl Into<Arc<str>>,
        kind: &'static str,
        origin: &Origin,
        attributes: Vec<Entry>,
    ) -> Self {
        Self {
            id: id.into(),
            kind,
            key: origin.clone(),
            origin: origin.clone(),
            depends_on: None,
            attributes,
            props: Vec::new(),
        }
    }

    /// Sets a property.
    pub(super) fn set(&mut self, name: &str, value: impl IntoNode) {
        let value = value.into_node(&self.origin);
        let origin = value.origin.clone();
        put(&mut self.props, entry(name, value, &origin));
    }

    /// Sets a property if there is a value that is not null.
    pub(super) fn opt(&mut self, name: &str, value: Option<&Node>) {
        if let Some(value) = value
            && !value.is_null()
        {
            self.set(name, value);
        }
    }

    /// Copies properties as they are, with their keys.
    pub(super) fn copy(&mut self, from: &[Entry], names: &[&str]) {
        for found in from {
            if names.contains(&&*found.key.name) && !found.value.is_null() {
                put(&mut self.props, found.clone());
            }
        }
    }

    /// Copies the properties that count as given.
    pub(super) fn copy_given(&mut self, from: &[Entry], names: &[&str]) {
        for found in from {
            if names.contains(&&*found.key.name) && super::make::truthy(&found.value) {
                put(&mut self.props, found.clone());
            }
        }
    }

    pub(super) fn prop(&self, name: &str) -> Option<&Node> {
        self.props
            .iter()
            .find(|entry| &*entry.key.name == name)
            .map(|entry| &entry.value)
    }

    /// Sets an attribute beside the properties.
    pub(super) fn attribute(&mut self, name: &str, value: impl IntoNode) {
        let value = value.into_node(&self.origin);
        let origin = value.origin.clone();
        put(&mut self.attributes, entry(name, value, &origin));
    }

    pub(super) fn condition(&self) -> Option<&Node> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|entry| &*entry.key.name == "Condition")
            .map(|entry| &entry.value)
    }

    /// `{"Ref": id}` of it.
    pub(super) fn reference(&self) -> Node {
        super::make::reference(&self.origin, &self.id)
    }

    /// An attribute of it.
    pub(super) fn att(&self, name: &str) -> Node {
        super::make::get_att(&self.origin, &self.id, name)
    }

    /// The finished entry of the `Resources` section.
    pub(super) fn finish(self) -> Entry {
        let origin = &self.origin;
        let mut node = vec![entry("Type", self.kind.into_node(origin), origin)];
        if let Some(depends_on) = self.depends_on {
            let origin = depends_on.origin.clone();
            node.push(entry("DependsOn", depends_on, &origin));
        }
        node.extend(self.attributes);
        let properties = Node::new(Data::Map(self.props), origin.clone());
        node.push(entry("Properties", properties, origin));
        entry(
            self.id,
            Node::new(Data::Map(node), self.origin.clone()),
            &self.key,
        )
    }
}

fn put(entries: &mut Vec<Entry>, new: Entry) {
    match entries.iter_mut().find(|e| e.key.name == new.key.name) {
        Some(old) => *old = new,
        None => entries.push(new),
    }
}
