//! What the provider splits over several blocks, joined into the resource that it is a part of.

use super::build::{list, merge, nothing, put_whole, when};
use super::shape::Shaped;
use super::table::{Form, Join, To, table};
use super::{applies, own};
use crate::Instance;
use palisade_app::value::{Data, Entry, Part, Value};
use palisade_app::{Condition, Existence};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parts of parts further than this are not followed.
const MAX_STEPS: usize = 4;

/// Which instances are parts of which.
#[derive(Debug)]
pub(super) struct Joins<'a> {
    instances: BTreeMap<&'a str, &'a Instance>,
    /// Of each part, what it is a part of, and when; with the form that says how.
    of: BTreeMap<&'a str, (&'static Form, Vec<Target>)>,
    /// Of each whole, its parts in the order of the application.
    parts: BTreeMap<Arc<str>, Vec<&'a str>>,
}

/// A resource that something is a part of, under these conditions.
#[derive(Clone, Debug)]
struct Target {
    address: Arc<str>,
    when: Vec<Condition>,
}

/// What stands in a name: two that are equal name the same.
type Name<'a> = std::borrow::Cow<'a, [Part]>;

impl<'a> Joins<'a> {
    pub(super) fn of(instances: &'a [Instance]) -> Self {
        let mut joins = Self {
            instances: instances.iter().map(|i| (&*i.address, i)).collect(),
            of: BTreeMap::new(),
            parts: BTreeMap::new(),
        };
        let mut by_kind: BTreeMap<&str, Vec<&Instance>> = BTreeMap::new();
        for instance in instances {
            if let Some((_, kind)) = own(instance) {
                by_kind.entry(kind).or_default().push(instance);
            }
        }
        for instance in instances {
            let found = table().of(&instance.kind);
            let forms = found.map_or(&[][..], |found| &found.forms);
            for form in forms.iter().filter(|form| applies(form, instance)) {
                let To::Join(wholes) = &form.to else {
                    break;
                };
                if instance.exists == Existence::Never {
                    break;
                }
                let mut targets: Vec<Target> = Vec::new();
                for join in wholes {
                    let kind = by_kind.get(join.kind).map_or(&[][..], Vec::as_slice);
                    for target in joins.targets(instance, join, kind) {
                        let same =
                            |t: &Target| t.address == target.address && t.when == target.when;
                        if !targets.iter().any(same) {
                            targets.push(target);
                        }
                    }
                }
                if targets.is_empty() {
                    continue;
                }
                for target in &targets {
                    let parts = joins.parts.entry(target.address.clone()).or_default();
                    parts.push(&instance.address);
                }
                joins.of.insert(&instance.address, (form, targets));
                break;
            }
        }
        joins
    }

    /// Whether an instance is no resource of its own.
    pub(super) fn is_joined(&self, address: &str) -> bool {
        self.of.contains_key(address)
    }

    /// What a part is surely a part of.
    pub(super) fn whole(&self, address: &str) -> Option<&Arc<str>> {
        let (_, targets) = self.of.get(address)?;
        targets.first().map(|target| &target.address)
    }

    /// Whether an attribute of a part names the whole.
    pub(super) fn is_key(&self, address: &str, attribute: &str) -> bool {
        self.of
            .get(address)
            .is_some_and(|(form, _)| match &form.to {
                To::Join(joins) => joins
                    .iter()
                    .any(|join| join.keys.iter().any(|(key, _)| *key == attribute)),
                To::Kind(_) => false,
            })
    }

    fn targets(&self, part: &Instance, join: &Join, kind: &[&'a Instance]) -> Vec<Target> {
        let target = |whole: &Instance, when: &[Condition]| Target {
            address: whole.address.clone(),
            when: when.to_vec(),
        };
        if let [(key, "")] = join.keys.as_slice() {
            let mut found = Vec::new();
            for (value, when) in keys(&part.arguments, key) {
                if let Some(whole) = self.referred(value, kind) {
                    found.push(target(whole, &when));
                    continue;
                }
                let Some(name) = name(value) else { continue };
                let mut named = kind
                    .iter()
                    .filter(|whole| is_called(whole, &name) && !lies_elsewhere(part, whole));
                if let (Some(only), None) = (named.next(), named.next()) {
                    found.push(target(only, &when));
                }
            }
            return found;
        }
        // Several keys: all of them are the same in the whole.
        let same = |whole: &&&Instance| {
            join.keys.iter().all(|(key, other)| {
                let value = part.arguments.get(key).and_then(name);
                let theirs = whole.arguments.get(other).and_then(name);
                value.is_some() && value == theirs
            })
        };
        let mut found = kind.iter().filter(same);
        match (found.next(), found.next()) {
            (Some(only), None) => vec![target(only, &[])],
            _ => Vec::new(),
        }
    }

    /// The resource that a value refers to, directly or by way of one of its parts.
    fn referred(&self, value: &Value, kind: &[&'a Instance]) -> Option<&'a Instance> {
        let (mut address, mut attribute) = reference(value)?;
        for _ in 0..MAX_STEPS {
            if let Some(whole) = kind.iter().find(|whole| *whole.address == *address) {
                return Some(whole);
            }
            let part = *self.instances.get(address)?;
            let known = table().of(&part.kind)?;
            let key = known.forms.iter().find_map(|form| match &form.to {
                To::Join(joins) => joins.first().and_then(|join| join.keys.first()),
                To::Kind(_) => None,
            });
            // What is no part may be called as what it belongs to.
            let key = key.map_or_else(|| known.source_of(attribute), |(key, _)| Some(*key));
            (address, attribute) = reference(part.arguments.get(key?)?)?;
        }
        None
    }

    /// Adds the parts of a resource to what its own arguments say.
    pub(super) fn add_to(&self, whole: &Arc<str>, shaped: &mut Shaped) {
        let exists = self.instances.get(&**whole).map(|i| &i.exists);
        let sure: &[Condition] = match exists {
            Some(Existence::When(conditions)) => conditions,
            _ => &[],
        };
        let mut seen: Vec<&str> = Vec::new();
        for address in self.parts.get(whole).into_iter().flatten() {
            if seen.contains(address) {
                continue;
            }
            seen.push(address);
            let Some((part, (form, targets))) =
                self.instances.get(address).zip(self.of.get(address))
            else {
                continue;
            };
            for target in targets.iter().filter(|t| t.address == *whole) {
                let mut conditions = target.when.clone();
                if let Existence::When(more) = &part.exists {
                    conditions.extend(more.iter().cloned());
                }
                conditions.retain(|condition| !sure.contains(condition));
                let made = super::shaped(part, form);
                for entry in made.properties {
                    let entry = guarded(entry, &conditions);
                    let key = entry.key.clone();
                    put_whole(&mut shaped.properties, &key, entry);
                }
                // Whatever it makes beside that.
                shaped.split.extend(made.split);
            }
        }
    }
}

/// A property that is there under conditions; of a list, each item.
fn guarded(mut entry: Entry, conditions: &[Condition]) -> Entry {
    if conditions.is_empty() {
        return entry;
    }
    let origin = entry.value.origin.clone();
    entry.value = match entry.value.data {
        Data::List(found) => {
            let items = found.items.into_iter();
            let items = items.map(|item| when(item, conditions)).collect();
            merge(
                list(items, &origin),
                match found.open {
                    Some(reason) => Value::unknown(reason, origin.clone()),
                    None => nothing(&origin),
                },
            )
        }
        data => when(Value::new(data, origin), conditions),
    };
    entry
}

/// The resource and the attribute that a value refers to first.
fn reference(value: &Value) -> Option<(&str, &str)> {
    let (resource, attribute) = value.references().next()?;
    Some((resource, attribute))
}

/// The values of an argument that names resources, each with when it is that.
fn keys<'v>(arguments: &'v Value, path: &str) -> Vec<(&'v Value, Vec<Condition>)> {
    let mut found = Vec::new();
    if let Some(value) = arguments.get(path) {
        keys_in(value, &mut Vec::new(), &mut found);
    }
    found
}

fn keys_in<'v>(
    value: &'v Value,
    when: &mut Vec<Condition>,
    found: &mut Vec<(&'v Value, Vec<Condition>)>,
) {
    match &value.data {
        Data::OneOf(alternatives) => {
            for alternative in alternatives {
                when.push(alternative.when.clone());
                keys_in(&alternative.value, when, found);
                when.pop();
            }
        }
        Data::List(list) => {
            for item in &list.items {
                keys_in(item, when, found);
            }
        }
        _ => found.push((value, when.clone())),
    }
}

/// A name that is sure to be the same wherever the same stands.
fn name(value: &Value) -> Option<Name<'_>> {
    let parts = value.parts()?;
    let hole = |part: &Part| matches!(part, Part::Hole(_));
    (!parts.is_empty() && !parts.iter().any(hole)).then_some(parts)
}

/// Whether both say what they lie in, and not the same: stages of two APIs may have one name.
fn lies_elsewhere(part: &Instance, whole: &Instance) -> bool {
    let places = part.arguments.entries().iter();
    let mut places = places.filter(|entry| entry.key.ends_with("_id"));
    places.any(|entry| {
        let theirs = whole.arguments.get(&entry.key).and_then(name);
        let ours = name(&entry.value);
        ours.zip(theirs)
            .is_some_and(|(ours, theirs)| ours != theirs)
    })
}

/// Whether a resource is declared with this name.
fn is_called(whole: &Instance, wanted: &[Part]) -> bool {
    let Some(found) = table().of(&whole.kind) else {
        return false;
    };
    found.named().any(|argument| {
        let value = whole.arguments.get(argument).and_then(name);
        value.is_some_and(|name| *name == *wanted)
    })
}
