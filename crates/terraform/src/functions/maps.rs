//! Functions of maps, of which some entries may not be seen.

use super::compare::sorted;
use super::convert::unified;
use super::{Answer, Call, Function, MANY, MAX_ITEMS, collections, other};
use palisade_app::combine::{MAX_ALTERNATIVES, one_of};
use palisade_app::value::{Entry, List, Map};
use palisade_app::{Condition, Data, Part, Reason, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    other("keys", (1, 1), keys),
    other("lookup", (2, 3), lookup),
    other("merge", (0, MANY), merge),
    other("transpose", (1, 1), transpose),
    other("values", (1, 1), values),
    other("zipmap", (2, 2), zipmap),
];

fn keys(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let map = call.map(&arguments[0])?;
    let items = sorted(&map)
        .into_iter()
        .map(|entry| Value::text(entry.key.clone(), entry.key_origin.clone()))
        .collect();
    let open = map.open.clone();
    Ok(call.value(Data::List(List { items, open })))
}

fn values(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let map = call.map(&arguments[0])?;
    let items = sorted(&map)
        .into_iter()
        .map(|entry| entry.value.clone())
        .collect();
    let open = map.open.clone();
    Ok(call.value(Data::List(List { items, open })))
}

fn lookup(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let map = call.map(&arguments[0])?;
    let default = arguments.get(2);
    let key = match call.text(&arguments[1]) {
        Ok(key) => key,
        Err(reason) => {
            return choice(call, &map, &arguments[1])
                .filter(|_| default.is_none())
                .ok_or(reason);
        }
    };
    if let Some(entry) = map.entries.iter().find(|entry| entry.key == key) {
        return Ok(entry.value.clone());
    }
    match (&map.open, default) {
        (Some(reason), _) => Err(reason.clone()),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(call.wrong(format_args!("no key `{key}`"))),
    }
}

/// What a map has under a key that is known at deployment: each value when the key is that one.
fn choice(call: &Call<'_>, map: &Map, key: &Value) -> Option<Value> {
    let Data::Symbolic(parts) = &key.data else {
        return None;
    };
    let [part @ (Part::Pseudo(name) | Part::Parameter { name, .. })] = &**parts else {
        return None;
    };
    let few = (1..=MAX_ALTERNATIVES).contains(&map.entries.len()) && map.open.is_none();
    let secret = matches!(part, Part::Parameter { secret: true, .. });
    let under = |entry: &Entry| {
        let (what, value) = (name.clone(), entry.key.clone());
        (Condition::Is { what, value }, entry.value.clone())
    };
    (few && !secret).then(|| one_of(map.entries.iter().map(under).collect(), &call.origin))
}

fn merge(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let mut merged = Map::default();
    for argument in arguments
        .iter()
        .filter(|argument| !collections::null(argument))
    {
        let map = call.map(argument)?;
        // What is not seen may stand in the place of what came before.
        if let Some(reason) = &map.open {
            for entry in &mut merged.entries {
                entry.value = unless_replaced(entry, reason);
            }
            merged.open = Some(reason.clone());
        }
        for entry in &map.entries {
            match places.get(&entry.key) {
                Some(&at) => merged.entries[at] = entry.clone(),
                None => {
                    places.insert(entry.key.clone(), merged.entries.len());
                    merged.entries.push(entry.clone());
                }
            }
            if merged.entries.len() > MAX_ITEMS {
                return Err(call.limit());
            }
        }
    }
    Ok(call.value(Data::Map(merged)))
}

/// An entry of a map that is merged with one of which not all is seen: it counts, unless the other
/// has the same key.
fn unless_replaced(entry: &Entry, reason: &Reason) -> Value {
    let origin = entry.value.origin.clone();
    let unknown = Value::unknown(reason.clone(), origin.clone());
    if matches!(entry.value.data, Data::Unknown(_)) {
        return unknown;
    }
    let when = |holds| Condition::Named {
        name: Arc::from(format!("`{}` replaced: {}", entry.key, reason.detail)),
        holds,
    };
    let choices = vec![(when(false), entry.value.clone()), (when(true), unknown)];
    one_of(choices, &origin)
}

fn zipmap(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let keys = call.list(&arguments[0])?;
    let values = call.list(&arguments[1])?;
    let lengths_known = keys.open.is_none() && values.open.is_none();
    if lengths_known && keys.items.len() != values.items.len() {
        return Err(call.wrong("as many keys as values are expected"));
    }
    let unseen = values.open.as_ref().or(keys.open.as_ref());
    let mut pairs: BTreeMap<Arc<str>, Entry> = BTreeMap::new();
    let mut open = keys.open.clone();
    for (i, key) in keys.items.iter().enumerate() {
        let value = match (unseen, values.items.get(i)) {
            (None, Some(value)) => value.clone(),
            (Some(reason), _) => Value::unknown(reason.clone(), key.origin.clone()),
            (None, None) => return Err(call.wrong("as many keys as values are expected")),
        };
        match call.text(key) {
            Ok(name) => {
                let key_origin = key.origin.clone();
                pairs.insert(
                    name.clone(),
                    Entry {
                        key: name,
                        key_origin,
                        value,
                    },
                );
            }
            // It may be any of the other keys.
            Err(_) if collections::null(key) => return Err(call.unfit(key, "a text")),
            Err(reason) => open = Some(reason),
        }
    }
    if let Some(reason) = &open {
        let doubtful = keys.items.iter().any(|key| call.text(key).is_err());
        for entry in pairs.values_mut().filter(|_| doubtful) {
            entry.value = Value::unknown(reason.clone(), entry.value.origin.clone());
        }
    }
    let entries = pairs.into_values().collect();
    Ok(call.value(Data::Map(Map { entries, open })))
}

fn transpose(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let map = call.map(&arguments[0])?;
    if let Some(reason) = &map.open {
        return Err(reason.clone());
    }
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    let mut size = 0;
    for entry in sorted(&map) {
        for item in unified(call, call.closed(&entry.value)?.to_vec())? {
            let key = Value::text(entry.key.clone(), entry.key_origin.clone());
            turned.entry(call.text(&item)?).or_default().push(key);
            size += 1;
        }
        if size > MAX_ITEMS {
            return Err(call.limit());
        }
    }
    let entries: Result<Vec<Entry>, Reason> = turned
        .into_iter()
        .map(|(key, items)| {
            let key_origin = call.origin.clone();
            Ok(Entry {
                key,
                key_origin,
                value: call.items(items),
            })
        })
        .collect();
    Ok(call.value(Data::Map(Map {
        entries: entries?,
        open: None,
    })))
}
