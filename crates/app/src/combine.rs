//! Values put together: alternatives under conditions, functions over them, and texts with holes.
//! What every front end needs to evaluate its language.

use crate::value::{Alternative, Condition, Data, Part, Reason, ReasonKind, Value};
use palisade_core::Origin;
use std::sync::Arc;

/// Maps of choices with more keys than this, and lists of alternatives longer than this, are not spread.
pub const MAX_ALTERNATIVES: usize = 40;

/// Alternatives as one value; when all say the same, that.
#[must_use]
pub fn one_of(alternatives: Vec<(Condition, Value)>, origin: &Origin) -> Value {
    if let Some((_, first)) = alternatives.first()
        && alternatives.iter().all(|(_, value)| same(value, first))
    {
        return first.clone();
    }
    let alternatives = alternatives
        .into_iter()
        .map(|(when, value)| Alternative { when, value })
        .collect();
    Value::new(Data::OneOf(alternatives), origin.clone())
}

/// Scalars only: comparing whole subtrees on every branch would not be linear.
fn same(a: &Value, b: &Value) -> bool {
    !matches!(a.data, Data::List(_) | Data::Map(_) | Data::OneOf(_)) && a.data == b.data
}

/// Applies a function to each alternative of a value.
pub fn spread(value: Value, then: &mut dyn FnMut(Value) -> Value) -> Value {
    match value.data {
        Data::OneOf(alternatives) if alternatives.len() <= MAX_ALTERNATIVES => one_of(
            alternatives
                .into_iter()
                .map(|a| (a.when, spread(a.value, then)))
                .collect(),
            &value.origin,
        ),
        _ => then(value),
    }
}

/// A literal text, with the dynamic references in it (`{{resolve:service:key}}`).
#[must_use]
pub fn literal(text: &Arc<str>, origin: &Origin) -> Value {
    if !text.contains("{{resolve:") {
        return Value::text(text.clone(), origin.clone());
    }
    let parts = fold_dynamic(vec![Part::Literal(text.clone())]);
    if let [Part::Literal(_)] = parts.as_slice() {
        return Value::text(text.clone(), origin.clone());
    }
    Value::new(Data::Symbolic(Arc::from(parts)), origin.clone())
}

/// Texts one behind the other. Alternatives are spread over the whole text; a part that is not
/// a text becomes a hole.
#[must_use]
pub fn concat(mut values: Vec<Value>, origin: &Origin) -> Value {
    let spread = values
        .iter()
        .position(|v| matches!(&v.data, Data::OneOf(list) if list.len() <= MAX_ALTERNATIVES));
    let alternatives: usize = values
        .iter()
        .map(|v| match &v.data {
            Data::OneOf(list) => list.len(),
            _ => 1,
        })
        .fold(1, usize::saturating_mul);
    if let Some(at) = spread
        && alternatives <= MAX_ALTERNATIVES
        && let Data::OneOf(list) = values[at].data.clone()
    {
        let chosen = list
            .into_iter()
            .map(|alternative| {
                let mut values = values.clone();
                values[at] = alternative.value;
                (alternative.when, concat(values, origin))
            })
            .collect();
        return one_of(chosen, origin);
    }
    if let [only] = values.as_slice()
        && let Data::Text(_) | Data::Symbolic(_) = only.data
    {
        let mut only = values.remove(0);
        // The value keeps the steps that it came through, and stands where it is used.
        only.origin.span = origin.span;
        return only;
    }
    let origin = &carried(&values, origin);
    let mut parts: Vec<Part> = Vec::with_capacity(values.len());
    let mut text = String::new();
    for value in values {
        if let Some(known) = value.as_text() {
            text.push_str(known);
            continue;
        }
        let add: Arc<[Part]> = match value.data {
            Data::Symbolic(parts) => parts,
            Data::Absent | Data::Null => continue,
            Data::Unknown(reason) => Arc::from([Part::Hole(reason)]),
            _ => Arc::from([Part::Hole(Reason::new(
                ReasonKind::Function,
                "a part of the text is not a text",
            ))]),
        };
        for part in add.iter() {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                other => {
                    if !text.is_empty() {
                        parts.push(Part::Literal(Arc::from(std::mem::take(&mut text))));
                    }
                    parts.push(other.clone());
                }
            }
        }
    }
    if parts.is_empty() {
        return literal(&Arc::from(text), origin);
    }
    if !text.is_empty() {
        parts.push(Part::Literal(Arc::from(text)));
    }
    Value::new(
        Data::Symbolic(Arc::from(fold_dynamic(parts))),
        origin.clone(),
    )
}

/// The origin of a text with the steps of its known parts, which may be secrets; where none is
/// known, with those of the first that has any.
fn carried(values: &[Value], origin: &Origin) -> Origin {
    let known = values.iter().filter(|value| value.as_text().is_some());
    let carried = known.rev().fold(origin.clone(), |origin, value| {
        origin.through_steps_of(&value.origin)
    });
    if carried.via.is_some() {
        return carried;
    }
    let first = values.iter().find(|value| value.origin.via.is_some());
    first.map_or(carried, |value| origin.through_steps_of(&value.origin))
}

/// Dynamic references whose key has holes (`{{resolve:secretsmanager:${Secret}:…}}`) as one part.
fn fold_dynamic(parts: Vec<Part>) -> Vec<Part> {
    let opens = |part: &Part| matches!(part, Part::Literal(text) if text.contains("{{resolve:"));
    if !parts.iter().any(opens) {
        return parts;
    }
    let mut folded = Vec::new();
    let mut key: Option<String> = None;
    for part in parts {
        let Part::Literal(text) = &part else {
            match &mut key {
                Some(key) => key.push_str(&part.to_string()),
                None => folded.push(part),
            }
            continue;
        };
        let mut rest: &str = text;
        while !rest.is_empty() {
            if let Some(open) = &mut key {
                let (inside, after) = rest.split_once("}}").unwrap_or((rest, ""));
                open.push_str(inside);
                if inside.len() < rest.len() {
                    let (service, name) = open.split_once(':').unwrap_or((open, ""));
                    folded.push(Part::Dynamic {
                        service: Arc::from(service),
                        key: Arc::from(name),
                    });
                    key = None;
                }
                rest = after;
            } else if let Some((before, after)) = rest.split_once("{{resolve:") {
                if !before.is_empty() {
                    folded.push(Part::Literal(Arc::from(before)));
                }
                key = Some(String::new());
                rest = after;
            } else {
                folded.push(Part::Literal(Arc::from(rest)));
                rest = "";
            }
        }
    }
    if let Some(open) = key {
        folded.push(Part::Literal(Arc::from(format!("{{{{resolve:{open}"))));
    }
    folded
}
