//! How values change on the way from Terraform's schema to the cloud's.

use super::build::{absent, constant, entry, list, map, nothing, put_whole};
use super::shape::once;
use super::table::Convert;
use palisade_app::combine::{one_of, spread};
use palisade_app::value::{Data, Entry, List, Map, Part, Value};
use palisade_app::{Reason, ReasonKind, json_text};
use std::sync::Arc;

/// Values of a table that are shared between several items, at most.
const MAX_EACH: usize = 64;

/// Blocks within blocks further than this stay as they are.
const MAX_DEPTH: usize = 40;

/// Changes a value; what is not known stays so. `address` is the resource's.
pub(super) fn convert(value: Value, how: &Convert, address: &Arc<str>) -> Value {
    match how {
        Convert::First => once(value),
        Convert::Each(keys) => spread(value, &mut |value| each_of_list(value, keys)),
        _ => spread(value, &mut |value| match how {
            Convert::Pairs(key, name) => pairs(value, key, name),
            Convert::Key(key, name) => keyed(value, key, *name),
            Convert::Json => json_text::parse(&value).unwrap_or(value),
            Convert::Yaml => json_text::parse(&value)
                .or_else(|| json_text::parse_yaml(&value))
                .unwrap_or(value),
            Convert::JsonNames => {
                let value = json_text::parse(&value).unwrap_or(value);
                capitals(value, true)
            }
            Convert::Values(values) => one_for_other(value, values),
            Convert::Method => method(value),
            Convert::Itself => match value.as_bool() {
                Some(true) => itself(address, "GroupId", &value),
                _ => nothing(&value.origin),
            },
            Convert::JsonAt(key) => entry_of(json_text::parse(&value).unwrap_or(value), key),
            Convert::Single(names) => single(value, "", names, 0),
            Convert::When(key) => when_true(value, key),
            Convert::Const(json) => constant(json, &value.origin),
            Convert::First | Convert::Each(_) => value,
        }),
    }
}

/// Tags as pairs of `Key` and `Value`.
pub(super) fn tags(value: Value, address: &Arc<str>) -> Value {
    convert(value, &Convert::Pairs("Key", "Value"), address)
}

/// An attribute of the resource itself.
fn itself(address: &Arc<str>, attribute: &str, value: &Value) -> Value {
    let part = Part::Reference {
        resource: address.clone(),
        attribute: Arc::from(attribute),
    };
    Value::symbol(part, value.origin.clone())
}

/// `${Ref}` of constants.
pub(super) fn with_itself(value: Value, address: &Arc<str>) -> Value {
    match &value.data {
        Data::Text(text) => match text.strip_prefix("${").and_then(|t| t.strip_suffix('}')) {
            Some(attribute) => itself(address, attribute, &value),
            None => value,
        },
        Data::List(items) => {
            let items = items.items.iter().cloned();
            list(
                items.map(|i| with_itself(i, address)).collect(),
                &value.origin,
            )
        }
        _ => value,
    }
}

fn pairs(value: Value, key: &str, name: &str) -> Value {
    let origin = value.origin;
    match value.data {
        Data::Map(found) => {
            let pair = |e: Entry| {
                let named = Value::text(e.key.clone(), e.key_origin.clone());
                let at = e.value.origin.clone();
                map(vec![entry(key, named), entry(name, e.value)], &at)
            };
            let there = found.entries.into_iter().filter(|e| !absent(&e.value));
            Value::new(
                Data::List(List {
                    items: there.map(pair).collect(),
                    open: found.open,
                }),
                origin,
            )
        }
        data => Value::new(data, origin),
    }
}

fn keyed(value: Value, key: &str, name: Option<&str>) -> Value {
    let origin = value.origin;
    match value.data {
        Data::List(items) => {
            let mut made: Vec<Entry> = Vec::new();
            let mut open = items.open;
            for item in items.items {
                let Some(text) = item.get(key).map(Value::display) else {
                    if let Data::Unknown(reason) = item.data {
                        open = Some(reason);
                    }
                    continue;
                };
                let at = item.origin.clone();
                let value = match (name, item.data) {
                    (Some(name), Data::Map(map)) => {
                        let mut found = map.entries.into_iter();
                        let found = found.find(|e| *e.key == *name).map(|e| e.value);
                        found.unwrap_or_else(|| nothing(&at))
                    }
                    (None, Data::Map(mut map)) => {
                        map.entries.retain(|e| *e.key != *key);
                        Value::new(Data::Map(map), at)
                    }
                    (_, data) => Value::new(data, at),
                };
                put_whole(&mut made, &text, entry(&text, value));
            }
            let entries = made;
            Value::new(Data::Map(Map { entries, open }), origin)
        }
        data => Value::new(data, origin),
    }
}

/// Keys that hold maps of their owner's.
const OWN: &[&str] = &["Options", "DockerLabels", "DriverOpts", "Labels"];

/// Names of members with a capital letter, as the cloud's templates want them.
fn capitals(value: Value, schema: bool) -> Value {
    let origin = value.origin;
    let data = match value.data {
        Data::List(list) => Data::List(List {
            items: list
                .items
                .into_iter()
                .map(|i| capitals(i, schema))
                .collect(),
            open: list.open,
        }),
        Data::Map(map) => Data::Map(Map {
            entries: map
                .entries
                .into_iter()
                .map(|e| {
                    let mut letters = e.key.chars();
                    let first = letters.next().map(|c| c.to_ascii_uppercase());
                    let name: String = first.into_iter().chain(letters).collect();
                    let key = if schema { Arc::from(name) } else { e.key };
                    let inner = schema && !OWN.contains(&&*key);
                    Entry {
                        value: capitals(e.value, inner),
                        key,
                        key_origin: e.key_origin,
                    }
                })
                .collect(),
            open: map.open,
        }),
        Data::OneOf(alternatives) => {
            let each = alternatives.into_iter();
            let each = each.map(|a| (a.when, capitals(a.value, schema)));
            return one_of(each.collect(), &origin);
        }
        data => data,
    };
    Value::new(data, origin)
}

fn one_for_other(value: Value, values: &[(&'static str, serde_json::Value)]) -> Value {
    let Some(text) = value.as_text() else {
        return match value.data {
            Data::List(list) => {
                let items = list.items.into_iter();
                let items = items.map(|i| spread(i, &mut |i| one_for_other(i, values)));
                let (items, open) = (items.collect(), list.open);
                Value::new(Data::List(List { items, open }), value.origin)
            }
            data => Value::new(data, value.origin),
        };
    };
    match values.iter().find(|(from, _)| *from == text) {
        Some((_, to)) => constant(to, &value.origin),
        None => value,
    }
}

/// `*/*` and `orders/GET` as the resource's path and the method.
fn method(value: Value) -> Value {
    let Some(text) = value.as_text() else {
        return map(vec![entry("ResourcePath", value.clone())], &value.origin);
    };
    let (path, verb) = text.rsplit_once('/').unwrap_or((text, "*"));
    let path = format!("/{}", path.trim_start_matches('/'));
    map(
        vec![
            entry("ResourcePath", Value::text(path, value.origin.clone())),
            entry("HttpMethod", Value::text(verb, value.origin.clone())),
        ],
        &value.origin,
    )
}

/// An entry of a map that surely is one.
fn entry_of(value: Value, key: &str) -> Value {
    match value.get(key) {
        Some(found) => found.clone(),
        None if matches!(value.data, Data::Map(_)) => nothing(&value.origin),
        None => value,
    }
}

/// A map without the entry that switches it on; nothing, if that is off.
fn when_true(value: Value, key: &str) -> Value {
    let origin = value.origin.clone();
    let Data::Map(mut found) = value.data else {
        return value;
    };
    let at = found.entries.iter().position(|e| &*e.key == key);
    let Some(switch) = at.map(|at| found.entries.remove(at).value) else {
        return nothing(&origin);
    };
    let whole = Value::new(Data::Map(found), origin.clone());
    spread(
        switch,
        &mut |switch| match (switch.as_bool(), &switch.data) {
            (Some(true), _) => whole.clone(),
            (Some(false), _) | (_, Data::Absent | Data::Null) => nothing(&switch.origin),
            (None, Data::Unknown(reason)) => Value::unknown(reason.clone(), origin.clone()),
            (None, _) => Value::unknown(
                Reason::new(
                    ReasonKind::Parameter,
                    format!("depends on {}", switch.display()),
                ),
                origin.clone(),
            ),
        },
    )
}

/// Blocks as single ones, apart from those that are lists in the cloud's schema as well.
fn single(value: Value, above: &str, names: &[(&str, &str)], depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return value;
    }
    let origin = value.origin.clone();
    let data = match value.data {
        Data::List(found) => Data::List(List {
            items: found
                .items
                .into_iter()
                .map(|item| single(item, above, names, depth + 1))
                .collect(),
            open: found.open,
        }),
        Data::Map(found) => Data::Map(Map {
            entries: found
                .entries
                .into_iter()
                .map(|e| {
                    let is = |name: &str| match name.split_once('/') {
                        Some((parent, name)) => parent == above && *name == *e.key,
                        None => *name == *e.key,
                    };
                    let to = names.iter().find(|(name, _)| is(name)).map(|(_, to)| *to);
                    let many = to.and_then(|to| to.strip_suffix("[]"));
                    let value = match (many, blocks(&e.value)) {
                        (None, true) => once(e.value),
                        _ => e.value,
                    };
                    Entry {
                        value: single(value, &e.key, names, depth + 1),
                        key: many.or(to).map_or_else(|| e.key.clone(), Arc::from),
                        key_origin: e.key_origin,
                    }
                })
                .collect(),
            open: found.open,
        }),
        Data::OneOf(alternatives) => {
            let each = alternatives.into_iter();
            let each = each.map(|a| (a.when, single(a.value, above, names, depth + 1)));
            return one_of(each.collect(), &origin);
        }
        data => data,
    };
    Value::new(data, origin)
}

/// Whether a value is a list of maps.
fn blocks(value: &Value) -> bool {
    match &value.data {
        Data::List(list) => {
            let map = |item: &Value| matches!(item.data, Data::Map(_) | Data::OneOf(_));
            !list.items.is_empty() && list.items.iter().all(map)
        }
        Data::OneOf(alternatives) => alternatives.iter().any(|a| blocks(&a.value)),
        _ => false,
    }
}

/// How many items a value has; alternatives as many as the longest.
fn count(value: &Value) -> usize {
    match &value.data {
        Data::List(list) => list.items.len() + usize::from(list.open.is_some()),
        Data::OneOf(alternatives) => {
            let counts = alternatives.iter().map(|a| count(&a.value));
            counts.max().unwrap_or_default()
        }
        Data::Absent | Data::Null => 0,
        _ => 1,
    }
}

/// The item at a place.
fn nth(value: Value, i: usize) -> Value {
    spread(value, &mut |value| {
        let origin = value.origin;
        match value.data {
            Data::List(mut list) if i < list.items.len() => list.items.swap_remove(i),
            Data::List(list) => match list.open {
                Some(reason) => Value::unknown(reason, origin),
                None => nothing(&origin),
            },
            data if i == 0 => Value::new(data, origin),
            _ => nothing(&origin),
        }
    })
}

fn each_of_list(value: Value, keys: &[&str]) -> Value {
    let origin = value.origin;
    match value.data {
        Data::List(found) => {
            let items = found.items.into_iter();
            let items = items.flat_map(|item| alternatives(item, keys));
            Value::new(
                Data::List(List {
                    items: items.collect(),
                    open: found.open,
                }),
                origin,
            )
        }
        data => Value::new(data, origin),
    }
}

/// As [`each_of`], also of an item that depends on conditions.
fn alternatives(item: Value, keys: &[&str]) -> Vec<Value> {
    let Data::OneOf(alternatives) = item.data else {
        return each_of(item, keys);
    };
    let parts: Vec<_> = alternatives
        .into_iter()
        .map(|a| (a.when, each_of(a.value, keys)))
        .collect();
    let most = parts.iter().map(|(_, items)| items.len()).max();
    let one = |i: usize| {
        let items = parts.iter().map(|(when, items)| {
            let found = items.get(i).cloned();
            (when.clone(), found.unwrap_or_else(|| nothing(&item.origin)))
        });
        one_of(items.collect(), &item.origin)
    };
    (0..most.unwrap_or_default()).map(one).collect()
}

/// A map whose entries under some keys are lists, as several maps with one item each.
pub(super) fn each_of(value: Value, keys: &[&str]) -> Vec<Value> {
    let Data::Map(found) = &value.data else {
        return vec![value];
    };
    let listed = |e: &Entry| keys.contains(&&*e.key);
    let counts = found.entries.iter().filter(|e| listed(e));
    let most = counts.map(|e| count(&e.value)).max().unwrap_or_default();
    let one = |i: usize| {
        let entries = found.entries.iter().filter_map(|e| {
            if !listed(e) {
                return Some(e.clone());
            }
            let value = nth(e.value.clone(), i);
            (!absent(&value)).then(|| Entry { value, ..e.clone() })
        });
        let (entries, open) = (entries.collect(), found.open.clone());
        Value::new(Data::Map(Map { entries, open }), value.origin.clone())
    };
    (0..most.clamp(1, MAX_EACH)).map(one).collect()
}
