//! Building values: paths laid into maps, and values put together that say different things about
//! one resource.

use palisade_app::value::{Alternative, Data, Entry, List, Map, Value};
use palisade_app::{Condition, combine};
use palisade_core::Origin;
use std::sync::Arc;

/// A map of these entries.
pub(super) fn map(entries: Vec<Entry>, origin: &Origin) -> Value {
    let map = Map {
        entries,
        open: None,
    };
    Value::new(Data::Map(map), origin.clone())
}

/// A list of these items.
pub(super) fn list(items: Vec<Value>, origin: &Origin) -> Value {
    Value::new(Data::List(List { items, open: None }), origin.clone())
}

/// An entry; its key stands where its value does.
pub(super) fn entry(key: &str, value: Value) -> Entry {
    Entry {
        key: Arc::from(key),
        key_origin: value.origin.clone(),
        value,
    }
}

/// Whether a value is as good as left out.
pub(super) fn absent(value: &Value) -> bool {
    matches!(value.data, Data::Absent | Data::Null)
}

/// Nothing, where this stands.
pub(super) fn nothing(origin: &Origin) -> Value {
    Value::new(Data::Absent, origin.clone())
}

/// A constant of the table.
pub(super) fn constant(json: &serde_json::Value, origin: &Origin) -> Value {
    use serde_json::Value as Json;
    let data = match json {
        Json::Null => Data::Absent,
        Json::Bool(value) => Data::Bool(*value),
        Json::Number(number) => Data::Number(palisade_app::value::Number {
            value: number.as_f64().unwrap_or(f64::NAN),
            text: Arc::from(number.to_string()),
        }),
        Json::String(text) => Data::Text(Arc::from(text.as_str())),
        Json::Array(items) => {
            return list(items.iter().map(|i| constant(i, origin)).collect(), origin);
        }
        Json::Object(entries) => {
            let entries = entries.iter().map(|(k, v)| entry(k, constant(v, origin)));
            return map(entries.collect(), origin);
        }
    };
    Value::new(data, origin.clone())
}

/// Puts an entry under a path into a map; a key with `[]` holds a list of one. What stands around a
/// block has its place; what stands around a single argument is written nowhere, and has the place of
/// what it belongs to, `around`.
pub(super) fn put(into: &mut Vec<Entry>, path: &str, mut new: Entry, around: &Origin) {
    let mut keys: Vec<&str> = path.split('.').collect();
    let first = keys.first().copied().unwrap_or_default();
    let (key_origin, origin) = match new.value.data {
        Data::List(_) | Data::Map(_) => (new.key_origin.clone(), new.value.origin.clone()),
        _ => (around.clone(), around.clone()),
    };
    while let Some(key) = keys.pop() {
        let key = match key.strip_suffix("[]") {
            Some(key) => {
                let origin = new.value.origin.clone();
                new.value = list(vec![new.value], &origin);
                key
            }
            None => key,
        };
        new.key = Arc::from(key);
        if !keys.is_empty() {
            new = Entry {
                key: Arc::from(""),
                key_origin: key_origin.clone(),
                value: map(vec![new], &origin),
            };
        }
    }
    let first = first.strip_suffix("[]").unwrap_or(first);
    match into.iter_mut().find(|entry| &*entry.key == first) {
        Some(old) => {
            let before = std::mem::replace(&mut old.value, nothing(&new.key_origin));
            old.value = merge(before, new.value);
        }
        None => into.push(new),
    }
}

/// Two values that are said of the same: what the second says counts where they differ.
pub(super) fn merge(old: Value, new: Value) -> Value {
    match (old.data, new.data) {
        (Data::Absent | Data::Null, data) => Value::new(data, new.origin),
        (data, Data::Absent | Data::Null) => Value::new(data, old.origin),
        (Data::OneOf(alternatives), data) => {
            let new = Value::new(data, new.origin);
            let merged = alternatives.into_iter().map(|alternative| {
                let new = under(&new, &alternative.when);
                (alternative.when, merge(alternative.value, new))
            });
            combine::one_of(merged.collect(), &old.origin)
        }
        (data, Data::OneOf(alternatives)) => {
            let old = Value::new(data, old.origin);
            let merged = alternatives
                .into_iter()
                .map(|alternative| (alternative.when, merge(old.clone(), alternative.value)));
            combine::one_of(merged.collect(), &new.origin)
        }
        (Data::Map(mut map), Data::Map(more)) => {
            map.open = map.open.or(more.open);
            for entry in more.entries {
                let key = entry.key.clone();
                put_whole(&mut map.entries, &key, entry);
            }
            Value::new(Data::Map(map), old.origin)
        }
        (Data::List(mut list), Data::List(more)) => {
            list.open = list.open.or(more.open);
            list.items.extend(more.items);
            Value::new(Data::List(list), old.origin)
        }
        // More items that nobody sees.
        (Data::List(mut list), Data::Unknown(reason)) => {
            list.open = Some(reason);
            Value::new(Data::List(list), old.origin)
        }
        (Data::Unknown(reason), Data::List(mut list)) => {
            list.open = Some(reason);
            Value::new(Data::List(list), new.origin)
        }
        (_, data) => Value::new(data, new.origin),
    }
}

/// As [`put`], with a key that is one whatever is in it.
pub(super) fn put_whole(into: &mut Vec<Entry>, key: &str, new: Entry) {
    match into.iter_mut().find(|entry| &*entry.key == key) {
        Some(old) => {
            let before = std::mem::replace(&mut old.value, nothing(&new.key_origin));
            old.value = merge(before, new.value);
        }
        None => into.push(Entry {
            key: Arc::from(key),
            ..new
        }),
    }
}

/// A value when a condition holds.
fn under(value: &Value, when: &Condition) -> Value {
    let Data::OneOf(alternatives) = &value.data else {
        return value.clone();
    };
    if let Some(same) = alternatives.iter().find(|a| a.when == *when) {
        return same.value.clone();
    }
    let left: Vec<Alternative> = alternatives
        .iter()
        .filter(|a| !a.when.contradicts(when))
        .cloned()
        .collect();
    Value::new(Data::OneOf(left), value.origin.clone())
}

/// A value that is there when all of these hold.
pub(super) fn when(value: Value, conditions: &[Condition]) -> Value {
    let origin = value.origin.clone();
    conditions.iter().rev().fold(value, |value, condition| {
        let not = condition.negated().unwrap_or_else(|| Condition::Named {
            name: Arc::from(condition.to_string()),
            holds: false,
        });
        let alternatives = vec![(condition.clone(), value), (not, nothing(&origin))];
        combine::one_of(alternatives, &origin)
    })
}
