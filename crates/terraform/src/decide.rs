//! Conditions: what is decided, and what stays open until deployment.

use palisade_app::combine::{one_of, spread};
use palisade_app::value::{Alternative, Entry, List, Map};
use palisade_app::{Condition, Data, Value};
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

/// The condition turned round; nothing for one that has no single opposite.
pub(crate) fn negated(condition: &Condition) -> Option<Condition> {
    match condition {
        Condition::Named { name, holds } => Some(Condition::Named {
            name: name.clone(),
            holds: !holds,
        }),
        Condition::Is { .. } => None,
    }
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
    match (&a.data, &b.data) {
        (Data::Unknown(_) | Data::OneOf(_), _) | (_, Data::Unknown(_) | Data::OneOf(_)) => None,
        (Data::Null | Data::Absent, Data::Null | Data::Absent) => Some(true),
        // An unset input may be null, what a resource is never is.
        (Data::Symbolic(parts), Data::Null | Data::Absent)
        | (Data::Null | Data::Absent, Data::Symbolic(parts)) => {
            let input = |part: &palisade_app::Part| {
                matches!(
                    part,
                    palisade_app::Part::Parameter { .. } | palisade_app::Part::Hole(_)
                )
            };
            match &**parts {
                [only] if input(only) => None,
                _ => Some(false),
            }
        }
        (Data::Null | Data::Absent, _) | (_, Data::Null | Data::Absent) => Some(false),
        (Data::Symbolic(a), Data::Symbolic(b)) if a == b => {
            let hole = |part: &palisade_app::Part| matches!(part, palisade_app::Part::Hole(_));
            (!a.iter().any(hole)).then_some(true)
        }
        (Data::Symbolic(_), _) | (_, Data::Symbolic(_)) => None,
        (Data::List(x), Data::List(y)) => {
            if x.open.is_some() || y.open.is_some() {
                return None;
            }
            if x.items.len() != y.items.len() {
                return Some(false);
            }
            all(x.items.iter().zip(&y.items).map(|(a, b)| equal(a, b)))
        }
        (Data::Map(x), Data::Map(y)) => {
            if x.open.is_some() || y.open.is_some() {
                return None;
            }
            if x.entries.len() != y.entries.len() {
                return Some(false);
            }
            all(x.entries.iter().map(|entry| {
                b.get(&entry.key)
                    .map_or(Some(false), |other| equal(&entry.value, other))
            }))
        }
        (Data::List(_) | Data::Map(_), _) | (_, Data::List(_) | Data::Map(_)) => Some(false),
        (Data::Number(x), Data::Number(y)) => Some((x.value - y.value).abs() < f64::EPSILON),
        // Terraform does not take `"1"` for `1` here.
        _ => Some(a.data == b.data),
    }
}

fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    for answer in answers {
        match answer {
            Some(true) => {}
            Some(false) => return Some(false),
            None => unknown = true,
        }
    }
    (!unknown).then_some(true)
}
