//! Functions of lists, of which some items may not be known, or not be seen.

use super::arguments::boolean;
use super::convert::{as_text, count, unified};
use super::{Answer, Call, Function, MANY, MAX_ITEMS, equal, other, partial};
use palisade_app::value::List;
use palisade_app::{Data, Reason, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    other("alltrue", (1, 1), alltrue),
    other("anytrue", (1, 1), anytrue),
    other("chunklist", (2, 2), chunklist),
    other("coalesce", (1, MANY), coalesce),
    other("coalescelist", (1, MANY), coalescelist),
    other("compact", (1, 1), compact),
    other("concat", (1, MANY), concat),
    other("contains", (2, 2), contains),
    other("element", (2, 2), element),
    other("flatten", (1, 1), flatten),
    other("index", (2, 2), index),
    other("length", (1, 1), length),
    other("matchkeys", (3, 3), matchkeys),
    other("one", (1, 1), one),
    other("reverse", (1, 1), reverse),
    other("slice", (3, 3), slice),
    other("sort", (1, 1), sort),
];

/// Lists nested deeper than this are not flattened.
const MAX_DEPTH: usize = 100;

pub(super) fn null(value: &Value) -> bool {
    matches!(value.data, Data::Null | Data::Absent)
}

/// Whether all items, or any, are true; one that is not known decides when the others don't.
fn quantified(call: &Call<'_>, list: &Value, decisive: bool) -> Answer {
    let list = call.list(list)?;
    let mut doubt = list.open.clone();
    for item in &list.items {
        let truth = if null(item) {
            Some(false)
        } else {
            boolean(item)
        };
        match truth {
            Some(truth) if truth == decisive => return Ok(call.truth(decisive)),
            Some(_) => {}
            None => doubt = doubt.or(Some(call.unfit(item, "a truth value"))),
        }
    }
    match doubt {
        Some(reason) => Err(reason),
        None => Ok(call.truth(!decisive)),
    }
}

fn alltrue(call: &Call<'_>, arguments: &[Value]) -> Answer {
    quantified(call, &arguments[0], false)
}

fn anytrue(call: &Call<'_>, arguments: &[Value]) -> Answer {
    quantified(call, &arguments[0], true)
}

fn chunklist(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let items = call.closed(&arguments[0])?;
    let size = usize::try_from(call.integer(&arguments[1])?)
        .map_err(|_| call.wrong("a size below zero"))?;
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks = items.chunks(size).map(|chunk| call.items(chunk.to_vec()));
    Ok(call.items(chunks.collect()))
}

/// The first argument that is neither null nor empty.
fn coalesce(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let text = |value: &Value| match &value.data {
        Data::Text(_) => true,
        Data::Symbolic(parts) => partial::is_text(parts),
        _ => false,
    };
    let texts = arguments.iter().any(text);
    for argument in arguments {
        match &argument.data {
            Data::Null | Data::Absent => {}
            Data::Text(text) if text.is_empty() => {}
            Data::Symbolic(parts) if !partial::is_something(parts) => {
                return Err(call.unfit(argument, "a value"));
            }
            Data::Unknown(_) | Data::OneOf(_) => return Err(call.unfit(argument, "a value")),
            _ if texts => return Ok(as_text(argument.clone())),
            _ => return Ok(argument.clone()),
        }
    }
    Err(call.wrong("no argument that is not null or empty"))
}

fn coalescelist(call: &Call<'_>, arguments: &[Value]) -> Answer {
    for argument in arguments.iter().filter(|argument| !null(argument)) {
        let list = call.list(argument)?;
        match &list.open {
            _ if !list.items.is_empty() => return Ok(argument.clone()),
            Some(reason) => return Err(reason.clone()),
            None => {}
        }
    }
    Err(call.wrong("no list that is not empty"))
}

fn compact(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let list = call.list(&arguments[0])?.into_owned();
    let mut open = list.open;
    let mut items = Vec::new();
    for item in list.items {
        match &item.data {
            Data::Null | Data::Absent => {}
            Data::Text(text) if text.is_empty() => {}
            Data::Symbolic(parts) if partial::is_something(parts) => items.push(item),
            Data::Symbolic(_) | Data::Unknown(_) | Data::OneOf(_) => {
                open = open.or(Some(call.unfit(&item, "a text")));
            }
            _ => items.push(call.as_text(&item)?),
        }
    }
    Ok(call.value(Data::List(List { items, open })))
}

fn concat(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let mut all = List::default();
    for argument in arguments {
        let list = call.list(argument)?;
        all.items.extend(list.items.iter().cloned());
        all.open = all.open.or_else(|| list.open.clone());
        if all.items.len() > MAX_ITEMS {
            return Err(call.limit());
        }
    }
    Ok(call.value(Data::List(all)))
}

fn contains(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let list = call.list(&arguments[0])?;
    let mut doubt = list.open.clone();
    for item in &list.items {
        match equal(item, &arguments[1]) {
            Some(true) => return Ok(call.truth(true)),
            Some(false) => {}
            None => doubt = doubt.or_else(|| Some(unclear(call, item, &arguments[1]))),
        }
    }
    match doubt {
        Some(reason) => Err(reason),
        None => Ok(call.truth(false)),
    }
}

/// Why it is not known whether two values are equal.
pub(super) fn unclear(call: &Call<'_>, a: &Value, b: &Value) -> Reason {
    partial::why_not(a).unwrap_or_else(|| call.unfit(b, "a value"))
}

fn element(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let items = call.closed(&arguments[0])?;
    let index = usize::try_from(call.integer(&arguments[1])?)
        .map_err(|_| call.wrong("an index below zero"))?;
    let at = index
        .checked_rem(items.len())
        .and_then(|index| items.get(index));
    at.cloned().ok_or_else(|| call.wrong("an empty list"))
}

fn flatten(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let mut flat = List::default();
    let list = call.list(&arguments[0])?;
    flat.open = list.open.clone();
    into_flat(call, &list.items, &mut flat, MAX_DEPTH)?;
    Ok(call.value(Data::List(flat)))
}

fn into_flat(
    call: &Call<'_>,
    items: &[Value],
    flat: &mut List,
    depth: usize,
) -> Result<(), Reason> {
    for item in items {
        if depth == 0 || flat.items.len() > MAX_ITEMS {
            return Err(call.limit());
        }
        match &item.data {
            Data::List(list) => {
                flat.open = flat.open.take().or_else(|| list.open.clone());
                into_flat(call, &list.items, flat, depth - 1)?;
                continue;
            }
            // It may be a list of any length, or what is an item itself.
            Data::Unknown(_) | Data::OneOf(_) => {
                flat.open = flat.open.take().or_else(|| partial::why_not(item));
                continue;
            }
            Data::Symbolic(parts) if !partial::is_text(parts) => {
                flat.open = flat.open.take().or_else(|| partial::why_not(item));
            }
            _ => {}
        }
        flat.items.push(item.clone());
    }
    Ok(())
}

fn index(call: &Call<'_>, arguments: &[Value]) -> Answer {
    for (at, item) in call.closed(&arguments[0])?.iter().enumerate() {
        match equal(item, &arguments[1]) {
            Some(true) => return Ok(count(call, at)),
            Some(false) => {}
            None => return Err(unclear(call, item, &arguments[1])),
        }
    }
    Err(call.wrong("no such item"))
}

fn length(call: &Call<'_>, arguments: &[Value]) -> Answer {
    match &arguments[0].data {
        Data::Text(text) => Ok(count(call, text.chars().count())),
        Data::Map(map) => match &map.open {
            Some(reason) => Err(reason.clone()),
            None => Ok(count(call, map.entries.len())),
        },
        Data::List(_) => Ok(count(call, call.closed(&arguments[0])?.len())),
        _ => Err(call.unfit(&arguments[0], "a list, a map or a text")),
    }
}

fn matchkeys(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let values = call.closed(&arguments[0])?;
    let length = call.closed(&arguments[1])?.len();
    if values.len() != length {
        return Err(call.wrong("lists of different lengths"));
    }
    let wanted = call.list(&arguments[2])?;
    let mut keys = call.closed(&arguments[1])?.to_vec();
    keys.extend(wanted.items.iter().cloned());
    let mut keys = unified(call, keys)?;
    let wanted_items = keys.split_off(length);
    if keys.len().saturating_mul(wanted_items.len()) > MAX_ITEMS * 100 {
        return Err(call.limit());
    }
    let mut found = List::default();
    for (value, key) in values.iter().zip(&keys) {
        let mut matches = wanted.open.is_none().then_some(false);
        for wanted in &wanted_items {
            match equal(key, wanted) {
                Some(true) => matches = Some(true),
                Some(false) => {}
                None => matches = matches.filter(|found| *found),
            }
        }
        match matches {
            Some(true) => found.items.push(value.clone()),
            Some(false) => {}
            None => {
                let open = || Some(unclear(call, key, &arguments[2]));
                found.open = found.open.or_else(open);
            }
        }
    }
    Ok(call.value(Data::List(found)))
}

fn one(call: &Call<'_>, arguments: &[Value]) -> Answer {
    match call.closed(&arguments[0])? {
        [] => Ok(call.value(Data::Null)),
        [item] => Ok(item.clone()),
        _ => Err(call.wrong("more than one item")),
    }
}

fn reverse(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let mut list = call.list(&arguments[0])?.into_owned();
    list.items.reverse();
    Ok(call.value(Data::List(list)))
}

fn slice(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let items = call.closed(&arguments[0])?;
    let (start, end) = (call.integer(&arguments[1])?, call.integer(&arguments[2])?);
    let bounds = (usize::try_from(start), usize::try_from(end));
    let part = match bounds {
        (Ok(start), Ok(end)) => items.get(start..end),
        _ => None,
    };
    part.map(|items| call.items(items.to_vec()))
        .ok_or_else(|| call.wrong("a place that the list does not have"))
}

fn sort(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let list = call.list(&arguments[0])?.into_owned();
    let mut items = list
        .items
        .iter()
        .map(|item| call.as_text(item))
        .collect::<Result<Vec<Value>, Reason>>()?;
    // Where an item stands is not known when one of them is not.
    let open = list
        .open
        .or_else(|| items.iter().find_map(partial::why_not));
    items.sort_by(|a, b| a.as_text().cmp(&b.as_text()));
    Ok(call.value(Data::List(List { items, open })))
}
