//! What the table has no rows for: types that are named after the cloud's own (`awscc`), the other
//! clouds, and what nobody knows here.

use super::build::{absent, entry, map, put_whole};
use super::resource as bare;
use super::table::{pascal, table};
use crate::Instance;
use palisade_app::combine::one_of;
use palisade_app::value::{Data, Entry, List, Map, Value};
use palisade_app::{Provider, Resource, json_text};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Names of other clouds' types: ours, theirs.
const OTHERS: &str = include_str!("../../data/others.txt");

/// Values within values further than this keep their names.
const MAX_DEPTH: usize = 24;

/// A resource that the table has no rows for.
pub(super) fn resource(instance: &Instance) -> Resource {
    let mut made = bare(instance, &instance.kind, provider(&instance.kind));
    if let Some(kind) = (instance.kind.strip_prefix("awscc_")).and_then(|n| table().kind_like(n)) {
        made.kind = Arc::from(kind);
        let names = own_names(kind);
        made.properties = renamed(&instance.arguments, &names, 0);
    } else if &*instance.kind == "azapi_resource" {
        arm(instance, &mut made);
    } else if let Some(kind) = others().get(&*instance.kind) {
        made.kind = Arc::from(*kind);
        made.properties = camel(&instance.arguments, 0);
    }
    made
}

fn provider(kind: &str) -> Provider {
    match kind.split('_').next() {
        Some("aws" | "awscc") => Provider::Aws,
        Some("azurerm" | "azapi" | "azuread") => Provider::Azure,
        Some("google") => Provider::Google,
        _ => Provider::Other,
    }
}

fn others() -> &'static BTreeMap<&'static str, &'static str> {
    static NAMES: OnceLock<BTreeMap<&'static str, &'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let lines = OTHERS.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(' ')).collect()
    })
}

/// The names of a kind's properties by what they are without case.
fn own_names(kind: &str) -> BTreeMap<String, String> {
    let paths = table().properties(kind).unwrap_or_default().iter();
    let words = paths.flat_map(|path| path.split('.'));
    words
        .map(|word| (word.to_ascii_lowercase(), word.to_owned()))
        .collect()
}

/// Keys that hold maps of their owner's, and texts of JSON.
const OWN: &[&str] = &["Variables", "Parameters", "Tags"];

fn renamed(value: &Value, names: &BTreeMap<String, String>, depth: usize) -> Value {
    let name = |key: &str| {
        let plain = key.replace('_', "");
        let found = names.get(&plain).cloned();
        found.unwrap_or_else(|| pascal(key))
    };
    each(value, depth, &|entry, depth| {
        let key = name(&entry.key);
        let is_map = matches!(entry.value.data, Data::Map(_));
        let value = if OWN.contains(&&*key) && is_map {
            entry.value.clone()
        } else if key.contains("Policy") || key.ends_with("Document") {
            json_text::parse(&entry.value).unwrap_or_else(|| entry.value.clone())
        } else {
            renamed(&entry.value, names, depth)
        };
        (key, value)
    })
}

/// `min_tls_version` as `minTlsVersion`, in nested blocks too; the keys of a map are its owner's.
fn camel(value: &Value, depth: usize) -> Value {
    each(value, depth, &|entry, depth| {
        let name = pascal(&entry.key);
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_lowercase());
        let value = match entry.value.data {
            Data::Map(_) => entry.value.clone(),
            _ => camel(&entry.value, depth),
        };
        (first.into_iter().chain(letters).collect(), value)
    })
}

/// A value whose maps get other entries.
fn each(value: &Value, depth: usize, f: &dyn Fn(&Entry, usize) -> (String, Value)) -> Value {
    if depth > MAX_DEPTH {
        return value.clone();
    }
    let data = match &value.data {
        Data::Map(found) => {
            let entries = found.entries.iter().filter(|e| !absent(&e.value));
            let entries = entries.map(|e| {
                let (key, value) = f(e, depth + 1);
                Entry {
                    key: Arc::from(key),
                    key_origin: e.key_origin.clone(),
                    value,
                }
            });
            Data::Map(Map {
                entries: entries.collect(),
                open: found.open.clone(),
            })
        }
        Data::List(list) => Data::List(List {
            items: list.items.iter().map(|i| each(i, depth + 1, f)).collect(),
            open: list.open.clone(),
        }),
        Data::OneOf(alternatives) => {
            let each = alternatives
                .iter()
                .map(|a| (a.when.clone(), each(&a.value, depth + 1, f)));
            return one_of(each.collect(), &value.origin);
        }
        _ => return value.clone(),
    };
    Value::new(data, value.origin.clone())
}

/// `azapi_resource` says the type and the body as the API has them.
fn arm(instance: &Instance, made: &mut Resource) {
    let arguments = &instance.arguments;
    if let Some(kind) = arguments.get("type").and_then(Value::as_text) {
        made.kind = Arc::from(kind.split('@').next().unwrap_or(kind));
    }
    let mut entries = Vec::new();
    for written in arguments.entries() {
        match (&*written.key, json_text::parse(&written.value)) {
            ("type", _) => {}
            ("body", parsed) => {
                let body = parsed.unwrap_or_else(|| written.value.clone());
                match &body.data {
                    Data::Map(found) => {
                        for inner in &found.entries {
                            put_whole(&mut entries, &inner.key, inner.clone());
                        }
                    }
                    _ => entries.push(entry("body", body)),
                }
            }
            (key, _) => put_whole(&mut entries, key, written.clone()),
        }
    }
    made.properties = map(entries, &arguments.origin);
}
