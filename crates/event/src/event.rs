//! An event, from JSON to what the ledger takes.

use crate::error::{EventError, Path};
use crate::{Class, check, json, schema};
use serde_json::{Map, Value};

/// How large an event may be that comes from outside, in bytes: completed and sealed it must still
/// fit an entry of the ledger.
pub const LIMIT: usize = 60 << 10;

/// The version of Palisade's own attributes of an event.
const EXTENSION: &str = "1";

/// An event that is what its class asks for, except for what completing it fills in.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    class: Class,
    value: Map<String, Value>,
}

/// An event that is complete: valid OCSF, ready to be sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct Complete {
    class: Class,
    value: Map<String, Value>,
}

/// The program that reports events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Such as `Palisade`.
    pub name: String,
    /// Who makes it.
    pub vendor_name: String,
    /// Its version.
    pub version: String,
}

/// How an event is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Record {
    /// Durable before what it tells of takes effect.
    Before,
    /// Durable within a stated time.
    Batched,
}

/// What the ledger itself says of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// What an event is said to come from when it does not say so itself.
    pub product: &'a Product,
    /// When it was recorded, in milliseconds since 1970.
    pub logged_time: i64,
    /// An id that nobody can guess.
    pub uid: &'a str,
    /// How it is recorded.
    pub record: Record,
}

impl Record {
    /// As the event says it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Batched => "batched",
        }
    }
}

impl Event {
    /// Reads an event of at most `limit` bytes (see [`LIMIT`]).
    ///
    /// # Errors
    /// All that is wrong with it, up to a bound; no message quotes a value.
    pub fn from_json(bytes: &[u8], limit: usize) -> Result<Self, Vec<EventError>> {
        let value = json::parse(bytes, limit).map_err(|error| vec![error])?;
        Self::from_value(value)
    }

    /// Checks an event that was never a text, as [`Event::from_json`] would its canonical one.
    pub(crate) fn from_made(mut value: Value, limit: usize) -> Result<Self, Vec<EventError>> {
        json::settle(&mut value, limit).map_err(|error| vec![error])?;
        Self::from_value(value)
    }

    /// Checks an event that has been read; its numbers and depth are taken as they are.
    pub(crate) fn from_value(value: Value) -> Result<Self, Vec<EventError>> {
        let Value::Object(mut value) = value else {
            let error = EventError::new(&Path::Top, "the event is no object", "write `{…}`");
            return Err(vec![error]);
        };
        let class = check::event(&mut value)?;
        Ok(Self { class, value })
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// Fills in what follows from the class and the activity, what has a default, and what the
    /// ledger says. What the event says itself is kept; where it has an id or a time of logging
    /// already, the ledger's stand under `palisade`.
    #[must_use]
    pub fn complete(self, stamp: &Stamp<'_>) -> Complete {
        let Self { class, mut value } = self;
        value.entry("severity_id").or_insert_with(|| 1.into());
        let mut found = Vec::with_capacity(16);
        check::derived(class, &value, |name, derived| found.push((name, derived)));
        for (name, derived) in found {
            value.insert(name.to_owned(), derived.value());
        }
        let mut own = Map::new();
        own.insert("record".to_owned(), stamp.record.as_str().into());
        // INVARIANT: the check has let objects through only.
        let metadata = value.entry("metadata").or_insert_with(|| Map::new().into());
        if let Value::Object(metadata) = metadata {
            fill(metadata, stamp, &mut own);
        }
        let palisade = value.entry("palisade").or_insert_with(|| Map::new().into());
        if let Value::Object(palisade) = palisade {
            palisade.append(&mut own);
        }
        Complete { class, value }
    }
}

/// Fills in an event's metadata; what stands there already goes to `own`.
fn fill(metadata: &mut Map<String, Value>, stamp: &Stamp<'_>, own: &mut Map<String, Value>) {
    let said: [(&str, Value); 2] = [
        ("logged_time", stamp.logged_time.into()),
        ("uid", stamp.uid.into()),
    ];
    for (name, value) in said {
        match metadata.contains_key(name) {
            true => own.insert(name.to_owned(), value),
            false => metadata.insert(name.to_owned(), value),
        };
    }
    metadata
        .entry("version")
        .or_insert_with(|| schema::builtin().version.into());
    metadata.entry("product").or_insert_with(|| {
        let product = stamp.product;
        let members = [
            ("name", &product.name),
            ("vendor_name", &product.vendor_name),
            ("version", &product.version),
        ];
        members
            .into_iter()
            .map(|(name, text)| (name, &**text))
            .collect()
    });
    let extension = [("name", "palisade"), ("version", EXTENSION)];
    let extension: Value = extension.into_iter().collect();
    let extensions = metadata
        .entry("extensions")
        .or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(extensions) = extensions
        && !extensions.contains(&extension)
    {
        extensions.push(extension);
    }
}

impl Complete {
    /// Its class.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// The event as JSON.
    #[must_use]
    pub fn value(&self) -> &Map<String, Value> {
        &self.value
    }
}
