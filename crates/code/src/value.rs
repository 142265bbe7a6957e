//! Abstract values: what a place in the code may hold. Values are small and of bounded depth;
//! what can grow (maps, lists, instances) lives in a heap and is named by number.

use crate::Argument;
use crate::ir::Name;
use crate::sdk::{Client, Resource};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most entries of a map or list that are looked at where any may be meant.
pub(crate) const MAX_LOOKED_AT: usize = 64;
/// Most alternatives that one value has.
const MAX_ALTERNATIVES: usize = 16;
/// Most parts of a text that is put together.
const MAX_PARTS: usize = 24;
/// Longest text that is kept.
const MAX_TEXT: usize = 2048;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    /// `None`, `null`, `undefined`.
    Nothing,
    Text(Name),
    Environment {
        name: Name,
        default: Option<Arc<Value>>,
    },
    /// Text, environment and unknown values put together.
    Joined(Arc<[Value]>),
    Unknown(Name),
    /// A part of what the handler is invoked with, by its path.
    Event(Name),
    OneOf(Arc<[Value]>),
    /// A map, a list, an instance, a class or a namespace in the heap.
    Object(usize),
    Function {
        id: usize,
        scope: usize,
        this: Option<Arc<Value>>,
    },
    /// Something of a library, by its dotted path: `boto3.client`.
    Library(Name),
    /// A member of something that is not in the heap.
    Member(Arc<Value>, Name),
    /// A Python module, by its number.
    Module(usize),
    /// `super` of a class (by its object), with the receiver.
    Super(usize, Arc<Value>),
    Client(Arc<Client>),
    Resource(Arc<Resource>),
    /// A collection of resources that was listed already or not.
    Collection(Arc<Resource>, Name),
    Listed(Arc<Resource>),
    /// A paginator or waiter: the client and the operation.
    Prepared(Arc<Client>, Name),
    /// A command of version 3 that was written down when it was made, and the object that
    /// sending it gives.
    Command(Arc<crate::Call>, Option<usize>),
    /// Known to make no calls of its own.
    Inert,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Map,
    List,
    /// An instance of the class that the object with this number is.
    Instance(usize),
    /// A class, by its number in the program.
    Class(usize),
}

#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) kind: Kind,
    pub(crate) entries: BTreeMap<Value, Value>,
    pub(crate) items: Vec<Value>,
    /// There may be more than is seen.
    pub(crate) open: bool,
    /// What a class extends.
    pub(crate) bases: Vec<Value>,
}

impl Value {
    pub(crate) fn unknown(reason: impl Into<Name>) -> Self {
        Self::Unknown(reason.into())
    }

    pub(crate) fn text(text: impl Into<Name>) -> Self {
        Self::Text(text.into())
    }

    /// Each of the alternatives.
    pub(crate) fn each(&self) -> &[Self] {
        match self {
            Self::OneOf(values) => values,
            one => std::slice::from_ref(one),
        }
    }

    /// One of both. Nothing gives way to something.
    pub(crate) fn or(&self, other: &Self) -> Self {
        if self == other || *other == Self::Nothing {
            return self.clone();
        }
        if *self == Self::Nothing {
            return other.clone();
        }
        Self::one_of(self.each().iter().chain(other.each()).cloned())
    }

    pub(crate) fn one_of(values: impl IntoIterator<Item = Self>) -> Self {
        let mut found: Vec<Self> = Vec::new();
        let mut unknown = None;
        for value in values {
            for value in value.each() {
                if let Self::Unknown(_) = value {
                    unknown.get_or_insert_with(|| value.clone());
                } else if *value == Self::Nothing || found.contains(value) {
                } else if found.len() < MAX_ALTERNATIVES {
                    found.push(value.clone());
                } else {
                    found.push(Self::unknown("too many alternatives"));
                    return Self::OneOf(found.into());
                }
            }
        }
        found.extend(unknown);
        match found.len() {
            0 => Self::Nothing,
            1 => found.remove(0),
            _ => Self::OneOf(found.into()),
        }
    }

    /// `default` stands in when there is nothing in this value.
    pub(crate) fn or_default(&self, default: &Self) -> Self {
        match self {
            Self::Nothing => default.clone(),
            Self::Environment {
                name,
                default: None,
            } => Self::Environment {
                name: name.clone(),
                default: default.scalar(false).map(Arc::new),
            },
            _ => self.or(default),
        }
    }

    /// The value if it can be a part of a text; `defaults` says whether defaults of environment
    /// variables are kept.
    fn scalar(&self, defaults: bool) -> Option<Self> {
        match self {
            Self::Text(_) | Self::Unknown(_) | Self::Event(_) | Self::Joined(_) => {
                Some(self.clone())
            }
            Self::Environment { name, default } => Some(Self::Environment {
                name: name.clone(),
                default: default.clone().filter(|_| defaults),
            }),
            _ => None,
        }
    }

    /// The text that the parts make.
    pub(crate) fn joined(parts: &[Self]) -> Self {
        // A part with few alternatives gives as many texts.
        let split = parts.iter().position(|part| matches!(part, Self::OneOf(_)));
        if let Some(at) = split
            && parts[at].each().len() <= 4
            && parts
                .iter()
                .filter(|part| matches!(part, Self::OneOf(_)))
                .count()
                <= 2
        {
            return Self::one_of(parts[at].each().iter().map(|one| {
                let mut parts = parts.to_vec();
                parts[at] = one.clone();
                Self::joined(&parts)
            }));
        }
        let mut out: Vec<Self> = Vec::new();
        for part in parts {
            let part = part
                .scalar(true)
                .unwrap_or_else(|| Self::unknown("a value that is not text"));
            let inner = match &part {
                Self::Joined(parts) => parts.as_ref(),
                one => std::slice::from_ref(one),
            };
            for part in inner {
                if let (Some(Self::Text(before)), Self::Text(after)) = (out.last_mut(), part) {
                    *before = format!("{before}{after}").into();
                } else {
                    out.push(part.clone());
                }
            }
            let length: usize = out
                .iter()
                .map(|part| match part {
                    Self::Text(text) => text.len(),
                    _ => 1,
                })
                .sum();
            if out.len() > MAX_PARTS || length > MAX_TEXT {
                return Self::unknown("a text that is too long to be followed");
            }
        }
        out.retain(|part| *part != Self::text(""));
        match out.len() {
            0 => Self::text(""),
            1 => out.remove(0),
            _ => Self::Joined(out.into()),
        }
    }
}

/// The heap.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    objects: Vec<Object>,
}

impl Heap {
    pub(crate) fn new_object(&mut self, kind: Kind) -> usize {
        self.objects.push(Object {
            kind,
            entries: BTreeMap::new(),
            items: Vec::new(),
            open: false,
            bases: Vec::new(),
        });
        self.objects.len() - 1
    }

    pub(crate) fn get(&self, id: usize) -> &Object {
        &self.objects[id]
    }

    pub(crate) fn get_mut(&mut self, id: usize) -> &mut Object {
        &mut self.objects[id]
    }

    pub(crate) fn list(&mut self, items: Vec<Value>) -> Value {
        let id = self.new_object(Kind::List);
        self.objects[id].items = items;
        Value::Object(id)
    }

    /// Sets an entry; what was there before may still be there.
    pub(crate) fn set(&mut self, id: usize, key: Value, value: Value) {
        let entries = &mut self.objects[id].entries;
        if entries.len() >= 4096 {
            self.objects[id].open = true;
            return;
        }
        let value = entries
            .get(&key)
            .map_or_else(|| value.clone(), |old| old.or(&value));
        entries.insert(key, value);
    }

    /// What a value is as an argument of a call.
    pub(crate) fn argument(&self, value: &Value) -> Argument {
        self.argument_within(value, 8, &mut 256)
    }

    fn argument_within(&self, value: &Value, depth: usize, left: &mut usize) -> Argument {
        if depth == 0 || *left == 0 {
            return Argument::Unknown("too large to be shown".into());
        }
        *left -= 1;
        let unknown = |reason: &str| Argument::Unknown(reason.into());
        let mut inner = |value: &Value| self.argument_within(value, depth - 1, left);
        match value {
            Value::Nothing => unknown("nothing"),
            Value::Text(text) => Argument::Text(text.clone()),
            Value::Environment { name, default } => Argument::Environment {
                name: name.clone(),
                default: default.as_ref().map(|value| Box::new(inner(value))),
            },
            Value::Joined(parts) => Argument::Joined(parts.iter().map(inner).collect()),
            Value::OneOf(values) => {
                let mut found: Vec<Argument> = values.iter().map(inner).collect();
                found.sort();
                found.dedup();
                match found.len() {
                    1 => found.remove(0),
                    _ => Argument::OneOf(found),
                }
            }
            Value::Unknown(reason) => Argument::Unknown(reason.clone()),
            Value::Event(path) => Argument::Event(path.clone()),
            Value::Object(id) => {
                let object = self.get(*id);
                match object.kind {
                    Kind::List => Argument::List(object.items.iter().map(inner).collect()),
                    Kind::Map => {
                        let mut pairs = Vec::new();
                        for (key, value) in &object.entries {
                            pairs.push((inner(key), inner(value)));
                        }
                        if object.open {
                            let more = || unknown("there may be more");
                            pairs.push((more(), more()));
                        }
                        Argument::Map(pairs)
                    }
                    Kind::Instance(_) | Kind::Class(_) => unknown("an object"),
                }
            }
            _ => unknown("an object"),
        }
    }
}
