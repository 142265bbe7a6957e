//! Conversions between types, and functions that only say something of a value.

use super::arguments::{boolean, scalar_text};
use super::number::{self, Decimal};
use super::{Answer, Call, Function, other, partial, sets, text};
use palisade_app::value::{List, Map};
use palisade_app::{Data, Part, Reason, ReasonKind, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    other("ephemeralasnull", (1, 1), same),
    other("issensitive", (1, 1), issensitive),
    other("nonsensitive", (1, 1), same),
    other("sensitive", (1, 1), same),
    other("tobool", (1, 1), tobool),
    other("tolist", (1, 1), tolist),
    other("tomap", (1, 1), tomap),
    other("tonumber", (1, 1), tonumber),
    other("toset", (1, 1), sets::toset),
    text("tostring", (1, 1), tostring),
];

fn same(_: &Call<'_>, arguments: &[Value]) -> Answer {
    arguments
        .first()
        .cloned()
        .ok_or_else(|| Reason::new(ReasonKind::Function, "no argument"))
}

fn issensitive(_: &Call<'_>, _: &[Value]) -> Answer {
    Err(Reason::new(
        ReasonKind::Function,
        "whether a value is sensitive is not followed",
    ))
}

fn null(value: &Value) -> bool {
    matches!(value.data, Data::Null | Data::Absent)
}

fn tostring(call: &Call<'_>, arguments: &[Value]) -> Answer {
    match (&arguments[0].data, scalar_text(&arguments[0])) {
        (Data::Text(_) | Data::Symbolic(_), _) => Ok(arguments[0].clone()),
        (_, Some(text)) => Ok(call.say(text)),
        _ if null(&arguments[0]) => Ok(call.value(Data::Null)),
        _ => Err(call.unfit(&arguments[0], "a text")),
    }
}

fn tonumber(call: &Call<'_>, arguments: &[Value]) -> Answer {
    match &arguments[0].data {
        Data::Null | Data::Absent => Ok(call.value(Data::Null)),
        Data::Number(number) => Ok(call.value(number::data(number::shown(number)))),
        Data::Text(text) => match number::canonical(text) {
            Some(text) => Ok(call.value(number::data(text))),
            None => Err(call.unfit(&arguments[0], "a number")),
        },
        // A symbol of one part may be a number already.
        Data::Symbolic(parts) if matches!(&**parts, [part] if !matches!(part, Part::Literal(_))) => {
            Ok(arguments[0].clone())
        }
        _ => Err(call.unfit(&arguments[0], "a number")),
    }
}

fn tobool(call: &Call<'_>, arguments: &[Value]) -> Answer {
    match boolean(&arguments[0]) {
        Some(truth) => Ok(call.truth(truth)),
        None if null(&arguments[0]) => Ok(call.value(Data::Null)),
        None => Err(call.unfit(&arguments[0], "a truth value")),
    }
}

fn tolist(call: &Call<'_>, arguments: &[Value]) -> Answer {
    if null(&arguments[0]) {
        return Ok(call.value(Data::Null));
    }
    let list = call.list(&arguments[0])?.into_owned();
    let items = unified(call, list.items)?;
    Ok(call.value(Data::List(List { items, ..list })))
}

fn tomap(call: &Call<'_>, arguments: &[Value]) -> Answer {
    if null(&arguments[0]) {
        return Ok(call.value(Data::Null));
    }
    let mut map: Map = call.map(&arguments[0])?.into_owned();
    let values = map
        .entries
        .iter()
        .map(|entry| entry.value.clone())
        .collect();
    let values = unified(call, values)?;
    for (entry, value) in map.entries.iter_mut().zip(values) {
        entry.value = value;
    }
    Ok(call.value(Data::Map(map)))
}

/// Values as items of one collection: of one type, which is a text when one of them is.
pub(super) fn unified(call: &Call<'_>, values: Vec<Value>) -> Result<Vec<Value>, Reason> {
    let (mut texts, mut numbers, mut truths, mut lists, mut maps) = (0, 0, 0, 0, 0);
    for value in &values {
        match &value.data {
            Data::Text(_) => texts += 1,
            Data::Number(_) => numbers += 1,
            Data::Bool(_) => truths += 1,
            Data::List(_) => lists += 1,
            Data::Map(_) => maps += 1,
            Data::Symbolic(parts) if partial::is_text(parts) => texts += 1,
            _ => {}
        }
    }
    let scalars = texts + numbers + truths;
    if [scalars, lists, maps]
        .iter()
        .filter(|count| **count > 0)
        .count()
        > 1
        || texts == 0 && numbers > 0 && truths > 0
    {
        return Err(call.wrong("items of different types"));
    }
    if texts > 0 && numbers + truths > 0 {
        return Ok(values.into_iter().map(as_text).collect());
    }
    let text = |item: &Value| matches!(item.data, Data::Text(_));
    if lists > 0 && values.iter().any(|list| list.items().iter().any(text)) {
        let inner = |mut value: Value| {
            if let Data::List(list) = &mut value.data {
                let items = std::mem::take(&mut list.items);
                list.items = items.into_iter().map(as_text).collect();
            }
            value
        };
        return Ok(values.into_iter().map(inner).collect());
    }
    Ok(values)
}

/// A number or truth value as a text; others stay.
pub(super) fn as_text(value: Value) -> Value {
    match (&value.data, scalar_text(&value)) {
        (Data::Number(_) | Data::Bool(_), Some(text)) => Value::text(text, value.origin),
        _ => value,
    }
}

/// The number of items, of which a sum may be made.
pub(super) fn count(call: &Call<'_>, count: usize) -> Value {
    call.value(Decimal::whole(i128::try_from(count).unwrap_or(0)).data())
}
