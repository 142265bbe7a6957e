//! Values as JSON: plain for values that are wholly known, and with everything that is known of
//! them for `--dump-model` (schema: `schemas/model.schema.json`).

use crate::application::Application;
use crate::resource::{Existence, Resource};
use crate::secrets::Secrets;
use crate::value::{Data, Part, Value};
use palisade_core::{Origin, Sources};
use serde_json::{Map, Value as Json, json};

/// The JSON of a value that is wholly known; nothing when a part of it is not.
#[must_use]
pub fn to_json(value: &Value) -> Option<Json> {
    Some(match &value.data {
        Data::Null | Data::Absent => Json::Null,
        Data::Bool(value) => json!(value),
        Data::Number(number) => serde_json::from_str(&number.text).unwrap_or(json!(number.value)),
        Data::Text(text) => json!(&**text),
        Data::List(list) if list.open.is_none() => {
            Json::Array(list.items.iter().map(to_json).collect::<Option<_>>()?)
        }
        Data::Map(map) if map.open.is_none() => Json::Object(
            map.entries
                .iter()
                .map(|entry| Some((entry.key.to_string(), to_json(&entry.value)?)))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

/// What writing a model needs to know of its texts.
#[derive(Clone, Copy)]
struct Texts<'a> {
    sources: &'a Sources,
    secrets: &'a Secrets,
}

/// The whole model of an application, without the secrets.
#[must_use]
pub fn dump(application: &Application, secrets: &Secrets) -> Json {
    let sources = &application.sources;
    let texts = Texts { sources, secrets };
    let mut model = json!({
        "root": &*application.root,
        "language": application.language.as_str(),
        "files": sources.files().map(|(_, path)| &**path).collect::<Vec<_>>(),
        "resources": application
            .resources()
            .map(|resource| dump_resource(resource, texts))
            .collect::<Vec<_>>(),
        "graph": crate::graph::dump(application),
    });
    secrets.scrub_json(&mut model);
    model
}

fn dump_resource(resource: &Resource, texts: Texts<'_>) -> Json {
    let exists = match &resource.exists {
        Existence::Always => json!("always"),
        Existence::Never => json!("never"),
        Existence::When(conditions) => {
            json!({"when": conditions.iter().map(ToString::to_string).collect::<Vec<_>>()})
        }
    };
    json!({
        "id": &*resource.id,
        "kind": &*resource.kind,
        "provider": resource.provider.as_str(),
        "exists": exists,
        "generated": resource.generated,
        "written": &resource.written,
        "origin": dump_origin(&resource.origin, texts.sources),
        "properties": dump_value(&resource.properties, texts),
    })
}

fn dump_origin(origin: &Origin, sources: &Sources) -> Json {
    let place = sources.location(origin.span);
    let mut json = json!({"file": &*place.file, "line": place.line, "column": place.column});
    let steps: Vec<Json> = origin
        .steps()
        .map(|step| {
            let place = sources.location(step.span);
            json!({"through": step.kind.to_string(), "file": &*place.file, "line": place.line})
        })
        .collect();
    if !steps.is_empty() {
        json["via"] = Json::Array(steps);
    }
    json
}

/// One value: `state` says what is known of it, the other members what is known.
fn dump_value(value: &Value, texts: Texts<'_>) -> Json {
    let mut object = Map::new();
    let mut set = |key: &str, value: Json| object.insert(key.to_owned(), value);
    match &value.data {
        Data::Text(_) | Data::Number(_) | Data::Symbolic(_)
            if texts.secrets.hides(&value.origin) =>
        {
            set("state", json!("secret"));
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_) => {
            set("state", json!("known"));
            set("value", to_json(value).unwrap_or(Json::Null));
        }
        Data::Symbolic(parts) => {
            set("state", json!("symbolic"));
            set("parts", parts.iter().map(dump_part).collect());
        }
        Data::List(list) => {
            set("state", json!("list"));
            set(
                "items",
                list.items.iter().map(|v| dump_value(v, texts)).collect(),
            );
            if let Some(reason) = &list.open {
                set("open", json!(reason.to_string()));
            }
        }
        Data::Map(map) => {
            set("state", json!("map"));
            let entries = map
                .entries
                .iter()
                .map(|e| (e.key.to_string(), dump_value(&e.value, texts)))
                .collect();
            set("entries", Json::Object(entries));
            if let Some(reason) = &map.open {
                set("open", json!(reason.to_string()));
            }
        }
        Data::OneOf(alternatives) => {
            set("state", json!("one-of"));
            let alternatives = alternatives
                .iter()
                .map(|a| json!({"when": a.when.to_string(), "value": dump_value(&a.value, texts)}))
                .collect();
            set("alternatives", alternatives);
        }
        Data::Absent => {
            set("state", json!("absent"));
        }
        Data::Unknown(reason) => {
            set("state", json!("unknown"));
            set("reason", json!(reason.to_string()));
            set("kind", json!(reason.kind.as_str()));
        }
    }
    set("origin", dump_origin(&value.origin, texts.sources));
    Json::Object(object)
}

fn dump_part(part: &Part) -> Json {
    match part {
        Part::Literal(text) => json!({"literal": &**text}),
        Part::Reference {
            resource,
            attribute,
        } => json!({"resource": &**resource, "attribute": &**attribute}),
        Part::Parameter { name, secret } => json!({"parameter": &**name, "secret": secret}),
        Part::Pseudo(name) => json!({"pseudo": &**name}),
        Part::Dynamic { service, key } => json!({"lookup": &**service, "key": &**key}),
        Part::Hole(reason) => json!({"hole": reason.to_string()}),
    }
}
