//! Conditions: what is decided, and what stays open until deployment.

use palisade_app::combine::{one_of, spread};
use palisade_app::value::{Alternative, Entry, List, Map};
use palisade_app::{Condition, Data, Part, Value};
use palisade_core::Origin;
use std::sync::Arc;

/// A truth value under a condition of this name.
pub(crate) fn open(name: &str, origin: &Origin) -> Value {
    let when = |holds| Condition::Named {
        name: Arc::from(name),
        holds,
    };
    let is = |holds| Value::new(Data::Bool(holds), origin.clone());
    one_of(
        vec![(when(true), is(true)), (when(false), is(false))],
        origin,
    )
}

/// The value as a truth value: one that is not known becomes open under its own name, or that of the
/// expression.
pub(crate) fn truth(value: &Value, written: &dyn Fn() -> String) -> Value {
    spread(value.clone(), &mut |value| match value.as_bool() {
        Some(known) => Value::new(Data::Bool(known), value.origin),
        None => match &value.data {
            Data::Symbolic(_) => open(&symbol_name(&value), &value.origin),
            _ => open(&written(), &value.origin),
        },
    })
}

/// A symbolic text without the signs around its parts, as the source would name it.
pub(crate) fn symbol_name(value: &Value) -> String {
    value.display().replace("${", "").replace('}', "")
}

/// All of some conditions, and those of others that are not among them.
pub(crate) fn joined(outer: &[Condition], inner: &[Condition]) -> Vec<Condition> {
    let mut all = outer.to_vec();
    all.extend(inner.iter().filter(|c| !outer.contains(c)).cloned());
    all
}

/// The branches of a value with the conditions that lead to each.
pub(crate) fn branches(value: &Value) -> Vec<(Vec<Condition>, &Value)> {
    let mut found = Vec::new();
    collect(value, &mut Vec::new(), &mut found);
    found
}

/// More branches than this are not told apart.
const MAX_BRANCHES: usize = 64;

fn collect<'v>(
    value: &'v Value,
    when: &mut Vec<Condition>,
    found: &mut Vec<(Vec<Condition>, &'v Value)>,
) {
    let Data::OneOf(alternatives) = &value.data else {
        if found.len() < MAX_BRANCHES {
            found.push((when.clone(), value));
        }
        return;
    };
    for alternative in alternatives {
        if when
            .iter()
            .any(|known| known.contradicts(&alternative.when))
        {
            continue;
        }
        let new = !when.contains(&alternative.when);
        if new {
            when.push(alternative.when.clone());
        }
        collect(&alternative.value, when, found);
        if new {
            when.pop();
        }
    }
}

/// The value without the alternatives that can't be under what is known to hold.
pub(crate) fn prune(value: Value, known: &mut Vec<Condition>) -> Value {
    let Value { data, origin } = value;
    let data = match data {
        Data::OneOf(alternatives) => {
            let mut kept = Vec::new();
            for Alternative { when, value } in alternatives {
                if known.iter().any(|known| known.contradicts(&when)) {
                    continue;
                }
                if known.contains(&when) {
                    return prune(value, known);
                }
                known.push(when.clone());
                let value = prune(value, known);
                known.pop();
                kept.push((when, value));
            }
            return match kept.len() {
                1 => kept.swap_remove(0).1,
                _ => one_of(kept, &origin),
            };
        }
        Data::List(list) => Data::List(List {
            items: list
                .items
                .into_iter()
                .map(|item| prune(item, known))
                .collect(),
            open: list.open,
        }),
        Data::Map(map) => {
            let entries = map.entries.into_iter().map(|entry| Entry {
                value: prune(entry.value, known),
                ..entry
            });
            Data::Map(Map {
                entries: entries.collect(),
                open: map.open,
            })
        }
        other => other,
    };
    Value::new(data, origin)
}

/// Whether two values are the same: nothing when that can't be told.
pub(crate) fn equal(a: &Value, b: &Value) -> Option<bool> {
    let null = |value: &Value| matches!(value.data, Data::Null | Data::Absent);
    // An unset input may be null; what belongs to a resource is never taken to be.
    let is_there = |value: &Value| match &value.data {
        Data::Symbolic(parts) => !matches!(&**parts, [Part::Parameter { .. } | Part::Hole(_)]),
        _ => false,
    };
    if (null(a) && is_there(b)) || (null(b) && is_there(a)) {
        return Some(false);
    }
    crate::functions::equal(a, b)
}
