//! References under Terraform's names of attributes, as a template of the cloud's own would say them.

use super::join::Joins;
use super::table::{Piece, Template, pascal, table};
use crate::Instance;
use palisade_app::Resource;
use palisade_app::combine::one_of;
use palisade_app::value::{Data, Entry, List, Map, Part, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names made of names further than this stay references.
const MAX_DEPTH: usize = 4;

struct World<'a> {
    kinds: BTreeMap<&'a str, &'a str>,
    /// The properties of every resource, as they were before.
    before: BTreeMap<Arc<str>, Value>,
    joins: &'a Joins<'a>,
}

/// Translates the references in all resources.
pub(super) fn translate(made: &mut [Resource], instances: &[Instance], joins: &Joins<'_>) {
    let world = World {
        kinds: instances.iter().map(|i| (&*i.address, &*i.kind)).collect(),
        before: made
            .iter()
            .map(|resource| (resource.id.clone(), resource.properties.clone()))
            .collect(),
        joins,
    };
    for resource in made {
        resource.properties = world.value(&resource.properties);
        resource.attributes = world.value(&resource.attributes);
    }
}

impl World<'_> {
    fn value(&self, value: &Value) -> Value {
        let data = match &value.data {
            Data::Symbolic(parts) => {
                let mut found = Vec::with_capacity(parts.len());
                for part in parts.iter() {
                    self.part(part, 0, &mut found);
                }
                text(found)
            }
            Data::List(list) => Data::List(List {
                items: list.items.iter().map(|item| self.value(item)).collect(),
                open: list.open.clone(),
            }),
            Data::Map(map) => Data::Map(Map {
                entries: map
                    .entries
                    .iter()
                    .map(|entry| Entry {
                        value: self.value(&entry.value),
                        ..entry.clone()
                    })
                    .collect(),
                open: map.open.clone(),
            }),
            Data::OneOf(alternatives) => {
                let alternatives = alternatives.iter();
                let alternatives = alternatives.map(|a| (a.when.clone(), self.value(&a.value)));
                return one_of(alternatives.collect(), &value.origin);
            }
            _ => return value.clone(),
        };
        Value::new(data, value.origin.clone())
    }

    fn part(&self, part: &Part, depth: usize, into: &mut Vec<Part>) {
        let Part::Reference {
            resource,
            attribute,
        } = part
        else {
            return into.push(part.clone());
        };
        let mut resource = resource;
        let mut attribute: &str = attribute;
        // A part has no name of its own.
        if let Some(whole) = self.joins.whole(resource) {
            if self.joins.is_key(resource, attribute) {
                attribute = "id";
            }
            resource = whole;
        }
        let kind = self.kinds.get(&**resource).copied().unwrap_or_default();
        match table()
            .of(kind)
            .and_then(|found| found.attribute(attribute))
        {
            Some(template) => self.fill(template, resource, depth, into),
            None if kind.starts_with("aws") => into.push(reference(resource, &plain(attribute))),
            None => into.push(reference(resource, attribute)),
        }
    }

    fn fill(&self, template: &Template, resource: &Arc<str>, depth: usize, into: &mut Vec<Part>) {
        for piece in &template.0 {
            match piece {
                Piece::Literal(text) => into.push(Part::Literal(Arc::from(*text))),
                Piece::Pseudo(name) => into.push(Part::Pseudo(Arc::from(*name))),
                Piece::Attribute(name) => into.push(reference(resource, name)),
                Piece::Property(path) => {
                    let properties = self.before.get(resource);
                    let value = properties.and_then(|properties| {
                        path.split('.')
                            .try_fold(properties, |value, key| value.get(key))
                    });
                    match value.and_then(Value::parts) {
                        Some(parts) if depth < MAX_DEPTH => {
                            for part in parts.iter() {
                                self.part(part, depth + 1, into);
                            }
                        }
                        _ => into.push(reference(resource, path)),
                    }
                }
            }
        }
    }
}

fn reference(resource: &Arc<str>, attribute: &str) -> Part {
    Part::Reference {
        resource: resource.clone(),
        attribute: Arc::from(attribute),
    }
}

/// What an attribute of AWS's is called that the table does not tell.
fn plain(attribute: &str) -> String {
    match attribute {
        "id" => "Ref".to_owned(),
        _ => pascal(attribute),
    }
}

/// Parts as a text; pieces of literal text become one.
fn text(parts: Vec<Part>) -> Data {
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Literal(before)), Part::Literal(behind)) => {
                *before = Arc::from(format!("{before}{behind}"));
            }
            (_, part) => joined.push(part),
        }
    }
    match joined.as_slice() {
        [Part::Literal(text)] => Data::Text(text.clone()),
        _ => Data::Symbolic(Arc::from(joined)),
    }
}
