//! From the names of Terraform's providers to those of the clouds' own schemas.
//!
//! What the provider for AWS splits over several blocks is joined into the one resource that AWS has,
//! what it says in one is split where AWS has several; references say the same thing as a template of
//! `CloudFormation`'s would. All of it is told by a table, `data/aws`.
//!
//! Invariants: nothing is lost (what the table does not know stays as it is written), the order of
//! blocks does not matter, and every value keeps the place where it was written.

mod build;
mod convert;
mod implied;
mod join;
mod others;
mod references;
mod shape;
mod spoken;
mod table;

use crate::Instance;
use build::map;
use palisade_app::value::{Entry, Value};
use palisade_app::{Provider, Resource};
use palisade_core::ResourceRef;
use shape::Shaped;
pub use spoken::spoken;
use std::sync::Arc;
use table::{Form, Piece, To, table};

/// How a reference to an attribute of a resource is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    /// It names the resource: it stays a reference, also when the name is configured.
    Identity,
    /// An argument: its configured value, if there is one.
    Argument,
    /// The provider makes it: it stays a reference.
    Computed,
}

/// How a reference to an attribute of a resource of this type is to be understood.
pub(crate) fn attribute(kind: &str, name: &str) -> Attribute {
    let known = table().of(kind).and_then(|found| found.attribute(name));
    match (known, name) {
        (None, "id" | "arn") => Attribute::Identity,
        (None, _) => Attribute::Argument,
        (Some(template), _) => match template.0.as_slice() {
            [Piece::Attribute("Ref" | "Arn") | Piece::Property(_)] => Attribute::Identity,
            // A name under another attribute is an argument as well.
            [Piece::Attribute(_)] if is_argument(kind, name) => Attribute::Identity,
            _ => Attribute::Computed,
        },
    }
}

fn is_argument(kind: &str, name: &str) -> bool {
    let forms = table().of(kind).map_or(&[][..], |found| &found.forms);
    let mut rows = forms.iter().flat_map(|form| &form.rows);
    rows.any(|row| matches!(row, table::Row::Take { name: n, .. } if *n == name))
}

/// The properties of one of AWS's own kinds that have other names in Terraform, or are named in the
/// table all the same, as paths (`VpcConfig.SubnetIds`); nothing for a kind that nothing becomes.
#[must_use]
pub fn properties(kind: &str) -> Option<&'static [String]> {
    table().properties(kind)
}

/// Whether something of a type is a resource of its own in AWS's schema, and no part of another.
pub(crate) fn is_resource(kind: &str) -> bool {
    let forms = table().of(kind).map_or(&[][..], |found| &found.forms);
    forms
        .first()
        .is_some_and(|form| matches!(form.to, To::Kind(_)))
}

/// The resources of the instances, which are all of one application, under the providers' own schemas.
pub(crate) fn resources(instances: Vec<Instance>) -> Vec<Resource> {
    let joins = join::Joins::of(&instances);
    let mut made: Vec<Resource> = Vec::with_capacity(instances.len());
    for instance in &instances {
        if !joins.is_joined(&instance.address) {
            make(instance, &joins, &mut made);
        }
    }
    references::translate(&mut made, &instances, &joins);
    made
}

/// What one instance becomes.
fn make(instance: &Instance, joins: &join::Joins<'_>, made: &mut Vec<Resource>) {
    let Some((form, kind)) = own(instance).or_else(|| alone(instance)) else {
        made.push(others::resource(instance));
        return;
    };
    let mut shaped = shaped(instance, form);
    joins.add_to(&instance.address, &mut shaped);
    let properties = map(shaped.properties, &instance.arguments.origin);
    let mut several = match form.each.as_slice() {
        [] => vec![properties],
        keys => convert::each_of(properties, keys),
    }
    .into_iter();
    let first = several.next();
    let mut main = resource(instance, kind, Provider::Aws);
    main.partial = form.alone;
    if let Some(at) = &instance.kept {
        shaped
            .attributes
            .retain(|entry| &*entry.key != "DeletionPolicy");
        shaped.attributes.push(Entry {
            key: Arc::from("DeletionPolicy"),
            key_origin: at.clone(),
            value: Value::text("Retain", at.clone()),
        });
    }
    // Where the table says that the order matters.
    let order = |entry: &Entry| &*entry.key == "CreateBeforeDestroy";
    if let Some(at) = shaped.attributes.iter().position(order) {
        shaped.attributes.remove(at);
        let told = instance.succeeded.clone();
        let told = told.map(|value| build::entry("CreateBeforeDestroy", value));
        shaped.attributes.extend(told);
    }
    main.attributes = map(shaped.attributes, &instance.origin);
    if let Some(first) = first {
        main.properties = first;
    }
    made.push(main);
    let mut also = |kind: &str, id: String, properties: Value| {
        let mut part = resource(instance, kind, Provider::Aws);
        part.id = Arc::from(id);
        part.origin = properties.origin.clone();
        part.properties = properties;
        part.generated = true;
        made.push(part);
    };
    for (i, properties) in several.enumerate() {
        let id = format!("{} ({})", instance.address, i + 2);
        also(kind, id, properties);
    }
    for (kind, name, properties) in shaped.split {
        also(kind, format!("{}.{name}", instance.address), properties);
    }
    if let Some((kind, name, properties)) = implied::beside(instance) {
        also(kind, format!("{}.{name}", instance.address), properties);
    }
}

/// The form by which an instance is a resource of its own, and of which kind.
fn own(instance: &Instance) -> Option<(&'static Form, &'static str)> {
    let forms = &table().of(&instance.kind)?.forms;
    forms.iter().find_map(|form| match form.to {
        To::Kind(kind) if applies(form, instance) => Some((form, kind)),
        _ => None,
    })
}

/// The form by which a part without its whole stands for one, and of which kind.
fn alone(instance: &Instance) -> Option<(&'static Form, &'static str)> {
    let mut forms = table().of(&instance.kind)?.forms.iter();
    let form = forms.find(|form| form.alone && applies(form, instance))?;
    let To::Join(joins) = &form.to else {
        return None;
    };
    let named = |join: &&table::Join| {
        join.keys.iter().any(|(key, _)| {
            let value = instance.arguments.get(key);
            value.is_some_and(|value| !build::absent(value))
        })
    };
    let join = joins.iter().find(named).or(joins.first())?;
    Some((form, join.kind))
}

fn applies(form: &Form, instance: &Instance) -> bool {
    form.when.is_none_or(|(name, value)| {
        let written = instance.arguments.get(name).and_then(Value::as_text);
        written == Some(value)
    })
}

fn shaped(instance: &Instance, form: &Form) -> Shaped {
    let under = matches!(form.to, To::Kind(_)).then_some(form.under);
    let mut made = shape::shaped(
        &instance.arguments,
        &form.rows,
        under,
        &instance.address,
        &instance.origin,
    );
    if form.item {
        let origin = &instance.origin;
        let item = build::entry(form.under, map(made.properties, origin));
        made.properties = Vec::new();
        build::put(
            &mut made.properties,
            &format!("{}[]", form.under),
            item,
            origin,
        );
    }
    made
}

/// A resource of this kind with the arguments as they are written.
fn resource(instance: &Instance, kind: &str, provider: Provider) -> Resource {
    Resource {
        id: instance.address.clone(),
        kind: Arc::from(kind),
        provider,
        properties: instance.arguments.clone(),
        attributes: map(Vec::new(), &instance.origin),
        exists: instance.exists.clone(),
        origin: instance.origin.clone(),
        extent: instance.extent,
        written: ResourceRef {
            address: instance.address.clone(),
            kind: instance.kind.clone(),
            provider: provider.as_str(),
            name: None,
        },
        metadata: None,
        generated: false,
        partial: false,
    }
}

#[cfg(test)]
mod tests;
