//! Whether values are equal, as far as that can be told; and their order.

use super::number::{self, Decimal};
use palisade_app::{Data, Part, Value};
use std::cmp::Ordering;

/// Values nested deeper than this are not compared.
const MAX_DEPTH: usize = 100;

/// Whether two values are equal, where that is known.
pub(crate) fn equal(a: &Value, b: &Value) -> Option<bool> {
    compared(a, b, MAX_DEPTH)
}

fn compared(a: &Value, b: &Value, depth: usize) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    match (&a.data, &b.data) {
        (Data::Unknown(_), _) | (_, Data::Unknown(_)) => None,
        (Data::OneOf(list), _) => agreed(list.iter().map(|x| compared(&x.value, b, depth))),
        (_, Data::OneOf(list)) => agreed(list.iter().map(|x| compared(a, &x.value, depth))),
        (Data::Null | Data::Absent, Data::Null | Data::Absent) => Some(true),
        (Data::Bool(a), Data::Bool(b)) => Some(a == b),
        (Data::Text(a), Data::Text(b)) => Some(a == b),
        (Data::Number(a), Data::Number(b)) => Some(number::shown(a) == number::shown(b)),
        (
            Data::Symbolic(_),
            Data::Symbolic(_) | Data::Text(_) | Data::Number(_) | Data::Bool(_),
        )
        | (Data::Text(_) | Data::Number(_) | Data::Bool(_), Data::Symbolic(_)) => texts(a, b),
        // A reference alone may stand for anything.
        (Data::Symbolic(parts), _) | (_, Data::Symbolic(parts)) => parts
            .iter()
            .any(|p| matches!(p, Part::Literal(_)))
            .then_some(false),
        (Data::List(a), Data::List(b)) => {
            let closed = a.open.is_none() && b.open.is_none();
            if closed && a.items.len() != b.items.len() {
                return Some(false);
            }
            let items = a.items.iter().zip(&b.items);
            closed.then(|| all(items.map(|(a, b)| compared(a, b, depth))))?
        }
        (Data::Map(a), Data::Map(b)) => {
            let closed = a.open.is_none() && b.open.is_none();
            if closed && a.entries.len() != b.entries.len() {
                return Some(false);
            }
            let sorted = |map: &palisade_app::value::Map| {
                let mut entries = map.entries.clone();
                entries.sort_by(|a, b| a.key.cmp(&b.key));
                entries
            };
            let (a, b) = (sorted(a), sorted(b));
            closed.then(|| {
                all(a.iter().zip(&b).map(|(a, b)| {
                    if a.key == b.key {
                        compared(&a.value, &b.value, depth)
                    } else {
                        Some(false)
                    }
                }))
            })?
        }
        _ => Some(false),
    }
}

/// Texts of which one is symbolic: how they begin and end may tell them apart.
fn texts(a: &Value, b: &Value) -> Option<bool> {
    let (a, b) = (a.parts()?, b.parts()?);
    let certain = |part: &Part| !matches!(part, Part::Hole(_));
    if a == b && a.iter().all(certain) {
        return Some(true);
    }
    let apart = |a: Option<&Part>, b: Option<&Part>, ends: bool| match (a, b) {
        (Some(Part::Literal(a)), Some(Part::Literal(b))) => {
            let (a, b): (&str, &str) = (a, b);
            let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
            !(if ends {
                long.ends_with(short)
            } else {
                long.starts_with(short)
            })
        }
        _ => false,
    };
    let differ = apart(a.first(), b.first(), false) || apart(a.last(), b.last(), true);
    differ.then_some(false)
}

fn agreed(mut answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}

fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for answer in answers {
        match answer {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = None,
        }
    }
    known
}

/// The order in which a set gives its items; values of which not all is known are equal.
pub(super) fn order(a: &Value, b: &Value) -> Ordering {
    match (&a.data, &b.data) {
        (Data::Number(a), Data::Number(b)) => {
            match (Decimal::parse(&a.text), Decimal::parse(&b.text)) {
                (Some(a), Some(b)) => a.compare(b),
                _ => a.value.total_cmp(&b.value),
            }
        }
        (Data::Text(a), Data::Text(b)) => a.cmp(b),
        (Data::Bool(a), Data::Bool(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
