//! What is known of a property: most of what matters in real templates is neither plain text nor
//! unknown. A [`Value`] keeps what can be reasoned with, and says why the rest is not known.

use palisade_core::{Origin, Span};
use palisade_syntax::{Data as NodeData, Node};
use std::fmt;
use std::sync::Arc;

pub use palisade_syntax::Number;

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What is known of it.
    pub data: Data,
    /// Where it was written, and through what it came.
    pub origin: Origin,
}

/// What can be known of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// An explicit null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text that is wholly known.
    Text(Arc<str>),
    /// A text made of parts of which at least one is not literal.
    Symbolic(Arc<[Part]>),
    /// A list.
    List(List),
    /// A map.
    Map(Map),
    /// One of several values, each under its own condition; never nested directly.
    OneOf(Vec<Alternative>),
    /// Not there: left out, or removed (`AWS::NoValue`). The provider's default applies.
    Absent,
    /// Nothing is known, for this reason.
    Unknown(Reason),
}

/// A list that may be open: there may be more items than those that are seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// The items that are seen.
    pub items: Vec<Value>,
    /// Why there may be more.
    pub open: Option<Reason>,
}

/// A map that may be open: there may be more entries than those that are seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// The entries that are seen, in their written order.
    pub entries: Vec<Entry>,
    /// Why there may be more.
    pub open: Option<Reason>,
}

/// An entry of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Arc<str>,
    /// Where the key was written.
    pub key_origin: Origin,
    /// The value.
    pub value: Value,
}

/// A value that holds under a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// When it holds.
    pub when: Condition,
    /// The value then.
    pub value: Value,
}

/// Something that decides between alternatives and is not known until deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// A named condition of the template is true, or false.
    Named {
        /// Its name.
        name: Arc<str>,
        /// Whether it holds.
        holds: bool,
    },
    /// Something has one of several possible values (the key of a mapping).
    Is {
        /// What has the value (`AWS::Region`).
        what: Arc<str>,
        /// The value.
        value: Arc<str>,
    },
}

impl Condition {
    /// The condition turned round; nothing for one that has no single opposite.
    #[must_use]
    pub fn negated(&self) -> Option<Self> {
        match self {
            Self::Named { name, holds } => Some(Self::Named {
                name: name.clone(),
                holds: !holds,
            }),
            Self::Is { .. } => None,
        }
    }

    /// Whether both can't hold at once.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Named { name: a, holds: x }, Self::Named { name: b, holds: y }) => {
                a == b && x != y
            }
            (Self::Is { what: a, value: x }, Self::Is { what: b, value: y }) => a == b && x != y,
            _ => false,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { name, holds } => write!(f, "{name} is {holds}"),
            Self::Is { what, value } => write!(f, "{what} is {value}"),
        }
    }
}

/// A part of a symbolic text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These characters.
    Literal(Arc<str>),
    /// An attribute of a resource of the application (`Ref` is the attribute that a plain
    /// reference gives).
    Reference {
        /// The id of the resource within the application.
        resource: Arc<str>,
        /// The attribute's name.
        attribute: Arc<str>,
    },
    /// The value that is given to a parameter at deployment.
    Parameter {
        /// Its name.
        name: Arc<str>,
        /// Whether it is declared not to be shown (`NoEcho`).
        secret: bool,
    },
    /// A value of the place of deployment: `AWS::Region`, `AWS::AccountId`, `AWS::Partition` …
    Pseudo(Arc<str>),
    /// Looked up at deployment in a store: service (`ssm`, `ssm-secure`, `secretsmanager`) and key.
    Dynamic {
        /// The store.
        service: Arc<str>,
        /// What is looked up in it.
        key: Arc<str>,
    },
    /// Any text, for this reason.
    Hole(Reason),
}

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The kind of reason, for counting.
    pub kind: ReasonKind,
    /// What exactly.
    pub detail: Arc<str>,
}

/// The kinds of reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReasonKind {
    /// A parameter without a value or default decides it.
    Parameter,
    /// Exported by another stack.
    Import,
    /// Looked up at deployment.
    Lookup,
    /// Refers to something that the template does not declare.
    Undeclared,
    /// An attribute that only the deployed resource has.
    Attribute,
    /// A macro or transform that runs at deployment.
    Macro,
    /// A function that is not understood, or is used in a way that it does not allow.
    Function,
    /// In a file that could not be read, or lies outside of the scanned tree.
    File,
    /// Goes round in a circle.
    Cycle,
    /// More alternatives or levels than are followed.
    Limit,
}

impl ReasonKind {
    /// A short name, for statistics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parameter => "parameter without value",
            Self::Import => "imported from another stack",
            Self::Lookup => "looked up at deployment",
            Self::Undeclared => "refers to something undeclared",
            Self::Attribute => "attribute of a deployed resource",
            Self::Macro => "made by a macro",
            Self::Function => "function not understood",
            Self::File => "file not read",
            Self::Cycle => "circular reference",
            Self::Limit => "too many alternatives",
        }
    }

    /// The kind with this short name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        const ALL: [ReasonKind; 10] = [
            ReasonKind::Parameter,
            ReasonKind::Import,
            ReasonKind::Lookup,
            ReasonKind::Undeclared,
            ReasonKind::Attribute,
            ReasonKind::Macro,
            ReasonKind::Function,
            ReasonKind::File,
            ReasonKind::Cycle,
            ReasonKind::Limit,
        ];
        ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Reason {
    /// A reason of this kind.
    pub fn new(kind: ReasonKind, detail: impl Into<Arc<str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl fmt::Display for Part {
    /// As `Fn::Sub` would write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Reference {
                resource,
                attribute,
            } if &**attribute == "Ref" => write!(f, "${{{resource}}}"),
            Self::Reference {
                resource,
                attribute,
            } => write!(f, "${{{resource}.{attribute}}}"),
            Self::Parameter { name, .. } | Self::Pseudo(name) => write!(f, "${{{name}}}"),
            Self::Dynamic { service, key } => write!(f, "{{{{resolve:{service}:{key}}}}}"),
            Self::Hole(_) => f.write_str("${?}"),
        }
    }
}

impl Value {
    /// A value that was written at `origin`.
    #[must_use]
    pub fn new(data: Data, origin: Origin) -> Self {
        Self { data, origin }
    }

    /// The value of a tree in which nothing is a function; `carried` says by what origins came here.
    pub(crate) fn plain(node: &Node, carried: &dyn Fn(&Origin) -> Origin) -> Self {
        let data = match &node.data {
            NodeData::Null => Data::Null,
            NodeData::Bool(value) => Data::Bool(*value),
            NodeData::Number(number) => Data::Number(number.clone()),
            NodeData::String(text) => Data::Text(text.clone()),
            NodeData::Seq(items) => Data::List(List {
                items: items.iter().map(|n| Self::plain(n, carried)).collect(),
                open: None,
            }),
            NodeData::Map(entries) => Data::Map(Map {
                entries: entries
                    .iter()
                    .map(|e| Entry {
                        key: e.key.name.clone(),
                        key_origin: carried(&e.key.origin),
                        value: Self::plain(&e.value, carried),
                    })
                    .collect(),
                open: None,
            }),
        };
        Self::new(data, carried(&node.origin))
    }

    /// A known text.
    pub fn text(text: impl Into<Arc<str>>, origin: Origin) -> Self {
        Self::new(Data::Text(text.into()), origin)
    }

    /// Something that is not known.
    #[must_use]
    pub fn unknown(reason: Reason, origin: Origin) -> Self {
        Self::new(Data::Unknown(reason), origin)
    }

    /// A text of one symbolic part.
    #[must_use]
    pub fn symbol(part: Part, origin: Origin) -> Self {
        Self::new(Data::Symbolic(Arc::from([part])), origin)
    }

    /// Where it was written.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.span
    }

    /// The known text, also of a number or a truth value.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            Data::Number(number) => Some(&number.text),
            Data::Bool(true) => Some("true"),
            Data::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// The truth value, also when it is written as a text, as `CloudFormation` accepts it.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(value) => Some(*value),
            Data::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Data::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The number, also when it is written as a text.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match &self.data {
            Data::Number(number) => Some(number.value),
            Data::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The parts of a text, whether wholly known or symbolic.
    #[must_use]
    pub fn parts(&self) -> Option<std::borrow::Cow<'_, [Part]>> {
        match &self.data {
            Data::Symbolic(parts) => Some(std::borrow::Cow::Borrowed(parts)),
            _ => self
                .as_text()
                .map(|text| std::borrow::Cow::Owned(vec![Part::Literal(Arc::from(text))])),
        }
    }

    /// The items of a list; a single scalar counts as a list of one, as providers accept it.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.data {
            Data::List(list) => &list.items,
            Data::Null | Data::Absent | Data::Unknown(_) | Data::OneOf(_) | Data::Map(_) => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The map's entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(map) => &map.entries,
            _ => &[],
        }
    }

    /// The entry of a map under `key`.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| &*entry.key == key)
    }

    /// The value of a map under `key`; alternatives are not looked into (see
    /// [`crate::Resource::at`] for that).
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The resources that it refers to directly, with the attribute.
    pub fn references(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        let parts: &[Part] = match &self.data {
            Data::Symbolic(parts) => parts,
            _ => &[],
        };
        parts.iter().filter_map(|part| match part {
            Part::Reference {
                resource,
                attribute,
            } => Some((resource, attribute)),
            _ => None,
        })
    }

    /// Calls `f` with this value and every value below it.
    pub fn walk<'a>(&'a self, f: &mut dyn FnMut(&'a Self)) {
        f(self);
        match &self.data {
            Data::List(list) => list.items.iter().for_each(|item| item.walk(f)),
            Data::Map(map) => map.entries.iter().for_each(|entry| entry.value.walk(f)),
            Data::OneOf(alternatives) => alternatives.iter().for_each(|a| a.value.walk(f)),
            _ => {}
        }
    }

    /// The text as a person would write it in a template, for messages.
    #[must_use]
    pub fn display(&self) -> String {
        match &self.data {
            Data::Symbolic(parts) => parts.iter().map(ToString::to_string).collect(),
            Data::List(_) => "a list".to_owned(),
            Data::Map(_) => "a map".to_owned(),
            Data::OneOf(alternatives) => alternatives
                .iter()
                .map(|a| a.value.display())
                .collect::<Vec<_>>()
                .join(" or "),
            Data::Null | Data::Absent => "nothing".to_owned(),
            Data::Unknown(_) => "something unknown".to_owned(),
            _ => self.as_text().unwrap_or_default().to_owned(),
        }
    }
}
