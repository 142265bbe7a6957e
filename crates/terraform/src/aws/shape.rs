//! The arguments of a resource under the names of the cloud's schema, by the rows of the table.

use super::build::{absent, constant, entry, list, map, merge, nothing, put, put_whole};
use super::convert;
use super::table::{Blocks, Convert, Row, pascal};
use palisade_app::combine::{one_of, spread};
use palisade_app::value::{Data, Entry, List, Map, Value};
use palisade_core::Origin;
use std::sync::Arc;

/// Blocks within blocks deeper than this are kept as they are written.
const MAX_DEPTH: usize = 24;

/// What the arguments of one resource become.
#[derive(Debug, Default)]
pub(super) struct Shaped {
    pub(super) properties: Vec<Entry>,
    /// What stands beside the properties: `DeletionPolicy`.
    pub(super) attributes: Vec<Entry>,
    /// Arguments that are resources of their own: kind, what to add to the id, properties.
    pub(super) split: Vec<(&'static str, String, Value)>,
}

/// By these rows; what has none goes below `under` as it is named, or nowhere.
pub(super) fn shaped(
    arguments: &Value,
    rows: &[Row],
    under: Option<&str>,
    address: &Arc<str>,
    origin: &Origin,
) -> Shaped {
    let mut shaper = Shaper {
        address,
        split: Vec::new(),
    };
    let mut properties = shaper.map(arguments.entries(), rows, under, origin, 0);
    let beside = |entry: &Entry| entry.key.starts_with('!');
    let mut attributes: Vec<Entry> = properties.iter().filter(|e| beside(e)).cloned().collect();
    for attribute in &mut attributes {
        attribute.key = Arc::from(attribute.key.trim_start_matches('!'));
    }
    properties.retain(|entry| !beside(entry));
    Shaped {
        properties,
        attributes,
        split: shaper.split,
    }
}

struct Shaper<'a> {
    address: &'a Arc<str>,
    split: Vec<(&'static str, String, Value)>,
}

impl Shaper<'_> {
    fn map(
        &mut self,
        entries: &[Entry],
        rows: &[Row],
        under: Option<&str>,
        origin: &Origin,
        depth: usize,
    ) -> Vec<Entry> {
        let mut made: Vec<Entry> = Vec::with_capacity(entries.len());
        for row in rows {
            match row {
                Row::Take {
                    name,
                    blocks,
                    target,
                    convert,
                    rows,
                } => {
                    let Some(written) = entries.iter().find(|e| *e.key == **name) else {
                        continue;
                    };
                    if absent(&written.value) {
                        continue;
                    }
                    let mut value = self.value(&written.value, *blocks, rows, depth + 1);
                    if let Some(convert) = convert {
                        value = convert::convert(value, convert, self.address);
                    }
                    if absent(&value) {
                        // Something is written there that means nothing: its place is kept.
                        if let Some(Convert::Values(_) | Convert::When(_)) = convert {
                            let first = target.split('.').next().unwrap_or_default();
                            let first = first.trim_end_matches("[]");
                            let new = Entry {
                                key: written.key.clone(),
                                key_origin: written.key_origin.clone(),
                                value,
                            };
                            put(&mut made, first, new, origin);
                        }
                        continue;
                    }
                    if target == "." {
                        for entry in apart(value, rows) {
                            let key = entry.key.clone();
                            put_whole(&mut made, &key, entry);
                        }
                        continue;
                    }
                    let new = Entry {
                        key: written.key.clone(),
                        key_origin: written.key_origin.clone(),
                        value,
                    };
                    put(&mut made, target, new, origin);
                }
                Row::Split {
                    name,
                    blocks,
                    kind,
                    rows,
                } => {
                    if let Some(written) = entries.iter().find(|e| *e.key == **name)
                        && !absent(&written.value)
                    {
                        let beside = match blocks {
                            Blocks::None => entries,
                            _ => &[],
                        };
                        let value = &written.value;
                        self.split(kind, (name, beside), *blocks, value, rows, depth + 1);
                    }
                }
                Row::Default { target, constant } => {
                    fill(&mut made, target, &self.constant(constant, origin));
                }
            }
        }
        let Some(under) = under else {
            return made;
        };
        for written in entries {
            let has_row = |row: &Row| match row {
                Row::Take { name, .. } | Row::Split { name, .. } => **name == *written.key,
                Row::Default { .. } => false,
            };
            if rows.iter().any(has_row) || absent(&written.value) || &*written.key == "tags_all" {
                continue;
            }
            let name = pascal(&written.key);
            let (path, value) = if &*written.key == "tags" {
                let value = convert::tags(written.value.clone(), self.address);
                ("Tags".to_owned(), value)
            } else if under.is_empty() {
                (name, renamed(&written.value, depth + 1))
            } else {
                (
                    format!("{under}.{name}"),
                    renamed(&written.value, depth + 1),
                )
            };
            let new = Entry {
                value,
                ..written.clone()
            };
            put(&mut made, &path, new, origin);
        }
        made
    }

    /// An argument's value, with the rows that stand below it.
    fn value(&mut self, value: &Value, blocks: Blocks, rows: &[Row], depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return value.clone();
        }
        match blocks {
            Blocks::Once => spread(once(value.clone()), &mut |value| {
                self.block(value, rows, depth)
            }),
            Blocks::Many => spread(value.clone(), &mut |value| {
                let origin = value.origin.clone();
                match value.data {
                    Data::List(list) => {
                        let items = list.items.into_iter();
                        let mut block = |item| self.block(item, rows, depth);
                        let items = items.map(|item| spread(item, &mut block)).collect();
                        let open = list.open;
                        Value::new(Data::List(List { items, open }), origin)
                    }
                    Data::Map(_) => list(vec![self.block(value, rows, depth)], &origin),
                    _ => value,
                }
            }),
            Blocks::None if rows.is_empty() => renamed(value, depth),
            Blocks::None => spread(value.clone(), &mut |value| self.block(value, rows, depth)),
        }
    }

    fn block(&mut self, value: Value, rows: &[Row], depth: usize) -> Value {
        match value.data {
            Data::Map(map) => {
                let entries = self.map(&map.entries, rows, Some(""), &value.origin, depth);
                let open = map.open;
                Value::new(Data::Map(Map { entries, open }), value.origin)
            }
            _ => value,
        }
    }

    fn split(
        &mut self,
        kind: &'static str,
        (name, beside): (&str, &[Entry]),
        blocks: Blocks,
        value: &Value,
        rows: &[Row],
        depth: usize,
    ) {
        let parts: Vec<Value> = match (&value.data, blocks) {
            (Data::List(list), Blocks::Many) => list.items.clone(),
            _ => vec![value.clone()],
        };
        let many = parts.len() > 1;
        for (i, part) in parts.into_iter().enumerate() {
            let origin = part.origin.clone();
            // A value that is no block is called as the argument is.
            let inner = match &part.data {
                _ if !beside.is_empty() => map(beside.to_vec(), &origin),
                Data::Map(_) if blocks != Blocks::None => part,
                _ => map(vec![entry(name, part)], &origin),
            };
            let properties = self.map(inner.entries(), rows, None, &origin, depth);
            let id = match many {
                true => format!("{name}[{i}]"),
                false => name.to_owned(),
            };
            self.split.push((kind, id, map(properties, &origin)));
        }
    }

    /// A constant in which `${Ref}` is the resource itself.
    fn constant(&self, json: &serde_json::Value, origin: &Origin) -> Value {
        convert::with_itself(constant(json, origin), self.address)
    }
}

/// A list of one as that one.
pub(super) fn once(value: Value) -> Value {
    spread(value, &mut |value| {
        let origin = value.origin;
        match value.data {
            Data::List(mut list) => match (list.items.len(), list.open) {
                (0, Some(reason)) => Value::unknown(reason, origin),
                (0, None) => nothing(&origin),
                _ => list.items.swap_remove(0),
            },
            data => Value::new(data, origin),
        }
    })
}

/// Blocks without rows: the names of arguments become names of properties. The keys of a map are
/// their owner's.
pub(super) fn renamed(value: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return value.clone();
    }
    let data = match &value.data {
        Data::List(list) => Data::List(List {
            items: list.items.iter().map(|item| block(item, depth)).collect(),
            open: list.open.clone(),
        }),
        Data::OneOf(alternatives) => {
            let alternatives = alternatives.iter();
            let renamed = alternatives.map(|a| (a.when.clone(), renamed(&a.value, depth + 1)));
            return one_of(renamed.collect(), &value.origin);
        }
        _ => return value.clone(),
    };
    Value::new(data, value.origin.clone())
}

fn block(item: &Value, depth: usize) -> Value {
    match &item.data {
        Data::Map(found) => {
            let entries = found.entries.iter().filter(|e| !absent(&e.value));
            let entries = entries.map(|e| Entry {
                key: Arc::from(pascal(&e.key)),
                key_origin: e.key_origin.clone(),
                value: renamed(&e.value, depth + 1),
            });
            Value::new(
                Data::Map(Map {
                    entries: entries.collect(),
                    open: found.open.clone(),
                }),
                item.origin.clone(),
            )
        }
        _ => renamed(item, depth + 1),
    }
}

/// The entries of a map that is poured into the one above. Of alternatives each key has its own;
/// of what is not known, each key that could be there.
fn apart(value: Value, rows: &[Row]) -> Vec<Entry> {
    match value.data {
        Data::Map(map) => map.entries,
        Data::OneOf(alternatives) => {
            let mut made: Vec<Entry> = Vec::new();
            let parts: Vec<_> = alternatives
                .into_iter()
                .map(|a| (a.when, apart(a.value, rows)))
                .collect();
            for key in parts.iter().flat_map(|(_, entries)| entries) {
                if made.iter().any(|e| e.key == key.key) {
                    continue;
                }
                let of = |entries: &[Entry]| {
                    let found = entries.iter().find(|e| e.key == key.key);
                    found.map_or_else(|| nothing(&value.origin), |e| e.value.clone())
                };
                let each = parts.iter().map(|(when, e)| (when.clone(), of(e)));
                made.push(Entry {
                    value: one_of(each.collect(), &value.origin),
                    ..key.clone()
                });
            }
            made
        }
        Data::Unknown(_) => {
            let mut made: Vec<Entry> = Vec::new();
            for row in rows {
                if let Row::Take { target, .. } = row {
                    let first = target.split('.').next().unwrap_or_default();
                    let first = first.trim_end_matches("[]");
                    if !first.is_empty() && !made.iter().any(|e| &*e.key == first) {
                        made.push(entry(first, value.clone()));
                    }
                }
            }
            made
        }
        _ => Vec::new(),
    }
}

/// Writes a default where nothing is written.
fn fill(into: &mut Vec<Entry>, path: &str, default: &Value) {
    let (key, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(found) = into.iter_mut().find(|entry| *entry.key == *key) else {
        return put(into, path, entry(key, default.clone()), &default.origin);
    };
    let old = std::mem::replace(&mut found.value, nothing(&default.origin));
    found.value = filled(old, rest, default);
}

fn filled(value: Value, rest: &str, default: &Value) -> Value {
    spread(value, &mut |value| match value.data {
        Data::Absent | Data::Null => {
            let mut made = Vec::new();
            if rest.is_empty() {
                return default.clone();
            }
            put(&mut made, rest, entry("", default.clone()), &default.origin);
            map(made, &default.origin)
        }
        Data::Map(mut found) if !rest.is_empty() => {
            fill(&mut found.entries, rest, default);
            Value::new(Data::Map(found), value.origin)
        }
        data => merge(
            nothing(&value.origin),
            Value::new(data, value.origin.clone()),
        ),
    })
}
