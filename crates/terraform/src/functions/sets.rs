//! Sets are lists here: in order and without what is there twice, where all is known.

use super::compare::order;
use super::convert::unified;
use super::encoding::key;
use super::{Answer, Call, Function, MANY, MAX_ITEMS, collections, other, partial};
use palisade_app::value::List;
use palisade_app::{Data, Reason, Value};
use std::collections::BTreeSet;

pub(super) const FUNCTIONS: &[Function] = &[
    other("distinct", (1, 1), distinct),
    other("setintersection", (1, MANY), setintersection),
    other("setproduct", (2, MANY), setproduct),
    other("setsubtract", (2, 2), setsubtract),
    other("setunion", (1, MANY), setunion),
];

/// More values than this are not made of combinations.
const MAX_WEIGHT: usize = 1_000_000;

/// The items, each once; those that are not known stay.
fn once(call: &Call<'_>, items: Vec<Value>) -> Result<Vec<Value>, Reason> {
    let mut seen = BTreeSet::new();
    let items = unified(call, items)?.into_iter();
    Ok(items
        .filter(|item| key(call, item).is_none_or(|key| seen.insert(key)))
        .collect())
}

fn distinct(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let list = call.list(&arguments[0])?.into_owned();
    let items = once(call, list.items)?;
    Ok(call.value(Data::List(List { items, ..list })))
}

/// A list as a set.
fn set(call: &Call<'_>, list: List) -> Answer {
    let mut items = once(call, list.items)?;
    if items.iter().all(|item| partial::why_not(item).is_none()) {
        items.sort_by(order);
    }
    Ok(call.value(Data::List(List {
        items,
        open: list.open,
    })))
}

pub(super) fn toset(call: &Call<'_>, arguments: &[Value]) -> Answer {
    if collections::null(&arguments[0]) {
        return Ok(call.value(Data::Null));
    }
    set(call, call.list(&arguments[0])?.into_owned())
}

fn setunion(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let mut all = List::default();
    for argument in arguments {
        let list = call.list(argument)?;
        all.items.extend(list.items.iter().cloned());
        all.open = all.open.or_else(|| list.open.clone());
        if all.items.len() > MAX_ITEMS {
            return Err(call.limit());
        }
    }
    set(call, all)
}

/// The items of all arguments as one type, argument by argument.
fn alike(call: &Call<'_>, arguments: &[Value]) -> Result<Vec<List>, Reason> {
    let lists = arguments
        .iter()
        .map(|argument| Ok(call.list(argument)?.into_owned()))
        .collect::<Result<Vec<List>, Reason>>()?;
    let all = lists
        .iter()
        .flat_map(|list| list.items.iter().cloned())
        .collect();
    let mut all = unified(call, all)?.into_iter();
    let again = |list: List| List {
        items: all.by_ref().take(list.items.len()).collect(),
        open: list.open,
    };
    Ok(lists.into_iter().map(again).collect())
}

/// What a set surely has.
struct Known {
    keys: BTreeSet<std::sync::Arc<str>>,
    /// Why there may be more.
    doubt: Option<Reason>,
}

fn known(call: &Call<'_>, list: &List) -> Known {
    let doubtful = |item: &&Value| key(call, item).is_none() || symbolic(item);
    let doubt = list.items.iter().find(doubtful);
    Known {
        keys: list
            .items
            .iter()
            .filter_map(|item| key(call, item))
            .collect(),
        doubt: list
            .open
            .clone()
            .or_else(|| doubt.map(|item| call.unfit(item, "a value"))),
    }
}

/// Whether a value may turn out to be equal to another one.
fn symbolic(value: &Value) -> bool {
    partial::why_not(value).is_some()
}

fn setintersection(call: &Call<'_>, arguments: &[Value]) -> Answer {
    chosen(call, arguments, &|known, item, key| {
        if known.keys.contains(key) {
            return Ok(true);
        }
        match &known.doubt {
            Some(reason) => Err(reason.clone()),
            None if symbolic(item) && !known.keys.is_empty() => Err(call.unfit(item, "a value")),
            None => Ok(false),
        }
    })
}

fn setsubtract(call: &Call<'_>, arguments: &[Value]) -> Answer {
    chosen(call, arguments, &|known, item, key| {
        if known.keys.contains(key) {
            return Ok(false);
        }
        match &known.doubt {
            Some(reason) => Err(reason.clone()),
            None if symbolic(item) && !known.keys.is_empty() => Err(call.unfit(item, "a value")),
            None => Ok(true),
        }
    })
}

/// Whether an item stays beside another set; an error says why that is not known.
type Choose<'a> = &'a dyn Fn(&Known, &Value, &str) -> Result<bool, Reason>;

/// The items of the first set that every other one lets stay.
fn chosen(call: &Call<'_>, arguments: &[Value], stays: Choose<'_>) -> Answer {
    let mut lists = alike(call, arguments)?.into_iter();
    let first = lists.next().unwrap_or_default();
    let others: Vec<Known> = lists.map(|list| known(call, &list)).collect();
    let mut left = List {
        items: Vec::new(),
        open: first.open,
    };
    for item in first.items {
        let Some(key) = key(call, &item) else {
            left.open = left.open.or(Some(call.unfit(&item, "a value")));
            continue;
        };
        let mut doubt = None;
        let mut stay = true;
        for known in &others {
            match stays(known, &item, &key) {
                Ok(stays) => stay &= stays,
                Err(reason) => doubt = Some(reason),
            }
        }
        match doubt {
            Some(reason) if stay => left.open = left.open.or(Some(reason)),
            None if stay => left.items.push(item),
            _ => {}
        }
    }
    set(call, left)
}

fn setproduct(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    let mut open = None;
    let mut size: usize = 1;
    let mut heaviest: usize = 0;
    let mut lists = Vec::new();
    for argument in arguments {
        let list = call.list(argument)?.into_owned();
        open = open.or(list.open);
        let items = unified(call, list.items)?;
        size = size.saturating_mul(items.len());
        for item in &items {
            let mut weight = 0_usize;
            item.walk(&mut |_| weight += 1);
            heaviest = heaviest.max(weight);
        }
        lists.push(items);
    }
    if size > MAX_ITEMS || size.saturating_mul(heaviest) > MAX_WEIGHT / lists.len().max(1) {
        return Err(call.limit());
    }
    if size == 0 {
        return Ok(call.value(Data::List(List {
            items: Vec::new(),
            open,
        })));
    }
    for items in lists {
        rows = rows
            .into_iter()
            .flat_map(|row| {
                items.iter().map(move |item| {
                    let mut row = row.clone();
                    row.push(item.clone());
                    row
                })
            })
            .collect();
    }
    let items = rows.into_iter().map(|row| call.items(row)).collect();
    Ok(call.value(Data::List(List { items, open })))
}
