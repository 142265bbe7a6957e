//! Events that Palisade's own code writes.

use crate::{Class, Event, EventError};
use palisade_core::ClauseId;
use serde_json::{Map, Value};

/// An event being put together. Nothing is checked before [`Draft::build`].
#[derive(Clone, Debug)]
pub struct Draft {
    class: Class,
    value: Value,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was done.
    Success,
    /// It was not.
    Failure,
}

/// A person or a program that acts or is acted on. What is empty is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct User<'a> {
    /// The id.
    pub uid: &'a str,
    /// The name to log in with.
    pub name: &'a str,
    /// The mail address.
    pub email: &'a str,
}

impl Draft {
    /// An event of a class; `activity` is the class's `activity_id` (see [`activity`]), `time` when
    /// it happened, in milliseconds since 1970.
    ///
    /// [`activity`]: crate::activity
    #[must_use]
    pub fn new(class: Class, activity: u8, time: i64) -> Self {
        let value = Value::Object(Map::new());
        Self { class, value }
            .set("class_uid", class.uid())
            .set("activity_id", activity)
            .set("time", time)
    }

    /// Sets the attribute at a path with dots, such as `api.operation`.
    #[must_use]
    pub fn set(mut self, path: &str, value: impl Into<Value>) -> Self {
        let mut at = &mut self.value;
        for name in path.split('.') {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            let Value::Object(map) = at else { break };
            // An entry would copy the name even where the member is there.
            at = match map.contains_key(name) {
                true => &mut map[name],
                false => map.entry(name).or_insert(Value::Null),
            };
        }
        *at = value.into();
        self
    }

    /// Who did it.
    #[must_use]
    pub fn actor(self, user: &User<'_>) -> Self {
        self.user("actor.user", user)
    }

    /// A person at a path, such as `user` or `entity.user`.
    #[must_use]
    pub fn user(mut self, path: &str, user: &User<'_>) -> Self {
        for (name, text) in [
            ("uid", user.uid),
            ("name", user.name),
            ("email_addr", user.email),
        ] {
            if !text.is_empty() {
                self = self.set(&format!("{path}.{name}"), text);
            }
        }
        self
    }

    /// Which clauses of the policy it serves.
    #[must_use]
    pub fn clauses<'a>(self, clauses: impl IntoIterator<Item = &'a ClauseId>) -> Self {
        let clauses: Vec<&str> = clauses.into_iter().map(ClauseId::as_str).collect();
        self.set("palisade.clauses", clauses)
    }

    /// What ties it to other events of the same request.
    #[must_use]
    pub fn correlation(self, id: &str) -> Self {
        self.set("metadata.correlation_uid", id)
    }

    /// The W3C trace id: in OCSF's `trace` where the class has one, else under `palisade`.
    #[must_use]
    pub fn trace(self, id: &str) -> Self {
        let path = match self.class {
            Class::ApiActivity | Class::HttpActivity => "trace.uid",
            _ => "palisade.trace_uid",
        };
        self.set(path, id)
    }

    /// How it went; not for findings, whose status is another one.
    #[must_use]
    pub fn status(self, status: Status) -> Self {
        let id = match status {
            Status::Success => 1,
            Status::Failure => 2,
        };
        self.set("status_id", id)
    }

    /// A sentence for people. It counts as personal of who acted.
    #[must_use]
    pub fn message(self, text: &str) -> Self {
        self.set("message", text)
    }

    /// The event, checked like one from outside.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn build(self) -> Result<Event, Vec<EventError>> {
        Event::from_made(self.value, crate::LIMIT)
    }
}
