//! Whether an event is what its class asks for.
//!
//! Checked are names, JSON types, lists of values and what is required. The shape of a text (an
//! address, a time) is not: an attacker who can choose one must not be able to keep an event out
//! of the ledger by choosing a broken one.

use crate::Class;
use crate::error::{EventError, Path, listed, shown};
use crate::schema::{self, Attribute, Kind, Object, PROFILES, Schema, Values};
use palisade_core::{ClauseId, suggest};
use serde_json::{Map, Value};

/// More errors than this are not told.
const MOST_ERRORS: usize = 20;

/// What completing an event fills in, so that nobody needs to give it.
const DERIVED: [(&str, &[&str]); 2] = [
    ("", &["category_uid", "metadata", "severity_id", "type_uid"]),
    ("metadata", &["product", "version"]),
];

/// Checks an event and takes out members that are `null`, which mean the same as none.
pub(crate) fn event(event: &mut Map<String, Value>) -> Result<Class, Vec<EventError>> {
    let class = class(event).map_err(|error| vec![error])?;
    let mut check = Check {
        schema: schema::builtin(),
        errors: Vec::new(),
        profiles: 0,
    };
    check.object(&check.schema.class(class).object, event, &Path::Top);
    check.profiles(class, event);
    check.derived(class, event);
    match check.errors.is_empty() {
        true => Ok(class),
        false => Err(check.errors),
    }
}

fn class(event: &Map<String, Value>) -> Result<Class, EventError> {
    let path = Path::Member(&Path::Top, "class_uid");
    let classes = || {
        let names = Class::ALL.map(|class| format!("{} {}", class.uid(), class.caption()));
        format!("the classes in use are {}", names.join(", "))
    };
    match event.get("class_uid") {
        None | Some(Value::Null) => Err(EventError::new(&path, "it is missing", classes())),
        Some(uid) => match uid.as_u64() {
            None => Err(wrong_type(&path, "a whole number", uid)),
            Some(uid) => Class::from_uid(uid)
                .ok_or_else(|| EventError::new(&path, "no class in use has it", classes())),
        },
    }
}

fn wrong_type(path: &Path<'_>, expected: &str, found: &Value) -> EventError {
    let found = match found {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(number) if number.is_f64() => "a number with a fraction".to_owned(),
        Value::Number(_) => "a whole number".to_owned(),
        Value::String(text) => format!("a text of {} bytes", text.len()),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(map) => format!("an object of {} members", map.len()),
    };
    EventError::new(path, format!("it is {found}"), format!("write {expected}"))
}

struct Check {
    schema: &'static Schema,
    errors: Vec<EventError>,
    /// A bit for each profile whose attributes are there.
    profiles: u8,
}

impl Check {
    fn error(&mut self, path: &Path<'_>, problem: impl Into<String>, help: impl Into<String>) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(EventError::new(path, problem, help));
        }
    }

    fn object(&mut self, object: &'static Object, map: &mut Map<String, Value>, path: &Path<'_>) {
        if map.values().any(Value::is_null) {
            map.retain(|_, value| !value.is_null());
        }
        for (name, value) in map.iter_mut() {
            let here = Path::Member(path, name);
            match object.attribute(name) {
                Some(attribute) => self.attribute(attribute, value, &here),
                None if self.errors.len() >= MOST_ERRORS => return,
                None => {
                    let known = object.attributes.iter().map(|attribute| attribute.name);
                    let help = match suggest(name, known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "put what has no attribute of its own under `unmapped`".to_owned(),
                    };
                    let problem = match path {
                        Path::Top => "the class has no such attribute".to_owned(),
                        _ => format!("`{}` has no such attribute", object.name),
                    };
                    self.error(&here, problem, help);
                }
            }
        }
        self.required(object, map, path);
    }

    /// What must be there, and is not.
    fn required(&mut self, object: &Object, map: &Map<String, Value>, path: &Path<'_>) {
        let of = if matches!(path, Path::Top) {
            ""
        } else {
            object.name
        };
        let derived = DERIVED.iter().find(|(name, _)| *name == of);
        let derived = derived.map_or(&[] as &[&str], |(_, names)| names);
        for attribute in object.required() {
            // A profile's attributes are required where the profile is applied.
            if attribute.profile.is_none()
                && !map.contains_key(attribute.name)
                && !derived.contains(&attribute.name)
            {
                let help = format!("`{}` requires it: write {}", object.name, words(attribute));
                self.error(&Path::Member(path, attribute.name), "it is missing", help);
            }
        }
        for constraint in &object.constraints {
            let there = constraint.of.iter().filter(|name| map.contains_key(**name));
            let names = || listed(&constraint.of);
            match (there.count(), constraint.just_one) {
                (0, false) => {
                    let help = format!("give at least one of {}", names());
                    self.error(path, "too little is said", help);
                }
                (0 | 2.., true) => {
                    let help = format!("give just one of {}", names());
                    self.error(path, "one thing must be said, no more and no less", help);
                }
                _ => (),
            }
        }
    }

    fn attribute(&mut self, attribute: &'static Attribute, value: &mut Value, path: &Path<'_>) {
        if let Some(profile) = attribute.profile {
            self.profiles |= 1 << profile;
        }
        match value {
            Value::Array(list) if attribute.is_list => {
                for (index, value) in list.iter_mut().enumerate() {
                    self.single(attribute, value, &Path::Element(path, index));
                }
            }
            _ if attribute.is_list => self.wrong(attribute, value, path),
            _ => self.single(attribute, value, path),
        }
    }

    fn single(&mut self, attribute: &'static Attribute, value: &mut Value, path: &Path<'_>) {
        let fits = match (attribute.kind, &mut *value) {
            (Kind::Object(index), Value::Object(map)) => {
                self.object(self.schema.object(index), map, path);
                true
            }
            (Kind::AnyObject, Value::Object(_))
            | (Kind::Json, _)
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Float, Value::Number(_))
            | (Kind::Text, Value::String(_)) => true,
            (Kind::Integer, Value::Number(number)) => !number.is_f64(),
            (Kind::Port, Value::Number(number)) => number
                .as_u64()
                .is_some_and(|port| u16::try_from(port).is_ok()),
            (Kind::Clause, Value::String(text)) => text.parse::<ClauseId>().is_ok(),
            _ => false,
        };
        match (&attribute.values, &*value) {
            _ if !fits => self.wrong(attribute, value, path),
            (Some(Values::Numbers(numbers)), Value::Number(number))
                if !numbers
                    .iter()
                    .any(|(known, _)| number.as_i64() == Some(*known)) =>
            {
                let known = numbers.iter().take(30).map(|(known, _)| known.to_string());
                let known = known.collect::<Vec<_>>().join(", ");
                let more = if numbers.len() > 30 { ", …" } else { "" };
                let help = format!("it can be {known}{more}");
                self.error(path, "it is none of the numbers that it can be", help);
            }
            (Some(Values::Words(words)), Value::String(text)) if !words.contains(&&**text) => {
                let words = words.iter().take(30).copied().collect::<Vec<_>>();
                let help = format!("it can be {}", listed(&words));
                self.error(path, "it is none of the words that it can be", help);
            }
            _ => (),
        }
    }

    fn wrong(&mut self, attribute: &Attribute, value: &Value, path: &Path<'_>) {
        if self.errors.len() < MOST_ERRORS {
            let is_element = attribute.is_list && matches!(path, Path::Element(..));
            let expected = match is_element {
                true => word(attribute),
                false => words(attribute),
            };
            self.errors.push(wrong_type(path, &expected, value));
        }
    }

    /// Writes the profiles that are applied into the event's metadata.
    fn profiles(&mut self, class: Class, event: &mut Map<String, Value>) {
        let path = Path::Member(&Path::Top, "metadata");
        let path = Path::Member(&path, "profiles");
        let given = event
            .get("metadata")
            .and_then(|metadata| metadata.get("profiles"));
        for (index, name) in given
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            match PROFILES.iter().position(|profile| name == profile) {
                Some(profile) => self.profiles |= 1 << profile,
                None => {
                    let help = format!("the profiles in use are {}", listed(&PROFILES));
                    self.error(
                        &Path::Element(&path, index),
                        "no such profile is in use",
                        help,
                    );
                }
            }
        }
        for attribute in self.schema.class(class).object.required() {
            if let Some(profile) = attribute.profile
                && self.profiles & 1 << profile != 0
                && !event.contains_key(attribute.name)
            {
                let help = format!("the profile `{}` requires it", PROFILES[profile]);
                let path = Path::Member(&Path::Top, attribute.name);
                self.error(&path, "it is missing", help);
            }
        }
        let names = (0..)
            .zip(PROFILES)
            .filter(|(bit, _)| self.profiles & 1 << bit != 0);
        let names: Vec<Value> = names.map(|(_, name)| name.into()).collect();
        if self.errors.is_empty() && !names.is_empty() {
            let metadata = event.entry("metadata").or_insert_with(|| Map::new().into());
            metadata["profiles"] = names.into();
        }
    }

    /// What follows from other attributes, and is given, must say the same.
    fn derived(&mut self, class: Class, event: &Map<String, Value>) {
        if !self.errors.is_empty() {
            return;
        }
        derived(class, event, |name, derived| {
            if event.get(name).is_some_and(|given| !derived.is(given)) {
                self.error(
                    &Path::Member(&Path::Top, name),
                    "it contradicts the class, the activity or the number that it names",
                    "leave it out, it is filled in",
                );
            }
        });
    }
}

/// A value that follows from others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Derived {
    Number(u32),
    Text(&'static str),
    /// The class and the activity.
    Type(&'static str, &'static str),
}

impl Derived {
    /// Whether a given value says the same; capitals do not matter.
    fn is(self, given: &Value) -> bool {
        match (self, given) {
            (Self::Number(number), given) => given.as_u64() == Some(number.into()),
            (Self::Text(text), Value::String(given)) => given.eq_ignore_ascii_case(text),
            (Self::Type(..), Value::String(given)) => given.eq_ignore_ascii_case(&self.text()),
            _ => false,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.to_owned(),
            Self::Type(class, activity) => format!("{class}: {activity}"),
        }
    }

    /// As the event holds it.
    pub(crate) fn value(self) -> Value {
        match self {
            Self::Number(number) => number.into(),
            text => text.text().into(),
        }
    }
}

/// What follows from the class, the activity and other numbers of a valid event.
pub(crate) fn derived(
    class: Class,
    event: &Map<String, Value>,
    mut each: impl FnMut(&'static str, Derived),
) {
    let schema = schema::builtin().class(class);
    let number = |name: &str| event.get(name).and_then(Value::as_i64);
    let activity = number("activity_id").and_then(|activity| u32::try_from(activity).ok());
    each("category_uid", Derived::Number(schema.category_uid));
    each("category_name", Derived::Text(schema.category));
    each("class_name", Derived::Text(schema.caption));
    each(
        "type_uid",
        Derived::Number(schema.uid * 100 + activity.unwrap_or_default()),
    );
    for attribute in schema.object.captioned() {
        // What is other than all known is named by who reports it.
        if let (Some(sibling), Some(values)) = (attribute.sibling, &attribute.values)
            && let Some(number) = number(attribute.name).filter(|number| *number != 99)
            && let Some(caption) = values.caption(number)
        {
            each(sibling, Derived::Text(caption));
            if attribute.name == "activity_id" {
                each("type_name", Derived::Type(schema.caption, caption));
            }
        }
    }
}

/// What must stand there, for a message.
fn words(attribute: &Attribute) -> String {
    match attribute.is_list {
        true => format!("a list, each {}", word(attribute)),
        false => word(attribute),
    }
}

fn word(attribute: &Attribute) -> String {
    let word = match attribute.kind {
        Kind::Boolean => "true or false",
        Kind::Integer if attribute.type_name == "timestamp_t" => {
            "a whole number (milliseconds since 1970, UTC)"
        }
        Kind::Integer => "a whole number",
        Kind::Float => "a number",
        Kind::Port => "a whole number from 0 to 65535",
        Kind::Text => "a text",
        Kind::Clause => "the id of a clause, such as `SCSP-3.1`",
        Kind::Json => "any JSON",
        Kind::AnyObject => "an object",
        Kind::Object(_) => return format!("an object (`{}`)", shown(attribute.type_name)),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests;
