//! Functions, and which function stands behind a reference.

use crate::application::Application;
use crate::resource::Resource;
use crate::value::{Data, Value};
use std::sync::Arc;

/// Code that runs on events.
#[derive(Clone, Debug)]
pub struct Function {
    /// The id of its resource.
    pub id: Arc<str>,
    /// The ids of the roles that it runs as, where they are declared in the application.
    pub roles: Vec<Arc<str>>,
    /// Whether it runs inside a private network.
    pub in_network: bool,
}

pub(super) fn all(app: &Application) -> Vec<Function> {
    app.of_kind("AWS::Lambda::Function")
        .map(|resource| Function {
            id: resource.id.clone(),
            roles: resource
                .references("Role")
                .into_iter()
                .filter(|id| app.resource(id).is_some_and(|r| &*r.kind == "AWS::IAM::Role"))
                .collect(),
            in_network: resource.at("VpcConfig.SubnetIds").iter().any(|leaf| {
                !matches!(&leaf.value.data, Data::Absent | Data::Null)
                    && (leaf.value.as_text().is_some()
                        || !matches!(&leaf.value.data, Data::List(l) if l.items.is_empty() && l.open.is_none()))
            }),
        })
        .collect()
}

/// The functions that a value names, directly or through an alias or a version.
pub(super) fn named(app: &Application, value: &Value) -> Vec<Arc<str>> {
    let mut found = Vec::new();
    value.walk(&mut |value| {
        for (id, _) in value.references() {
            if let Some(function) = function_behind(app, id, 0)
                && !found.contains(&function)
            {
                found.push(function);
            }
        }
        // A physical name: the function that is declared with the same one.
        if let Some(text) = value.as_text()
            && let Some(function) = by_name(app, text)
            && !found.contains(&function.id)
        {
            found.push(function.id.clone());
        }
    });
    found
}

fn function_behind(app: &Application, id: &str, depth: usize) -> Option<Arc<str>> {
    let resource = app.resource(id)?;
    match &*resource.kind {
        "AWS::Lambda::Function" => Some(resource.id.clone()),
        "AWS::Lambda::Alias" | "AWS::Lambda::Version" if depth < 4 => resource
            .references("FunctionName")
            .into_iter()
            .find_map(|id| function_behind(app, &id, depth + 1)),
        _ => None,
    }
}

fn by_name<'a>(app: &'a Application, text: &str) -> Option<&'a Resource> {
    let name = match text.split_once(":function:") {
        Some((_, rest)) => rest.split([':', '/']).next().unwrap_or(rest),
        None => text,
    };
    if name.is_empty() || name.len() > 140 {
        return None;
    }
    app.of_kind("AWS::Lambda::Function")
        .find(|r| r.properties.get("FunctionName").and_then(Value::as_text) == Some(name))
}
