//! Request validators and models as one `OpenAPI` document for each API.

use super::application::{Reading, Way};
use super::limits::is_on;
use palisade_app::to_json;
use palisade_app::value::Value;
use palisade_guard::init::{Contract, Setting, name};
use palisade_guard::validate::{Contract as Document, Rules};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The documents, by the name of their contract.
#[derive(Debug, Default)]
pub(super) struct Contracts(BTreeMap<String, Described>);

#[derive(Debug, Default)]
struct Described {
    paths: Map<String, Json>,
    schemas: Map<String, Json>,
    origin: String,
}

/// What is validated of a request.
#[derive(Default)]
struct Asked {
    /// Name, place, required.
    parameters: Vec<(String, &'static str, bool)>,
    /// The schema, and whether a body is required.
    body: Option<Json>,
}

impl Contracts {
    /// The contract of a way in; nothing when nothing is validated there.
    pub(super) fn of(&mut self, reading: &mut Reading<'_>, way: &Way<'_>) -> Option<Setting> {
        if way.method == "ANY" || !way.path.starts_with('/') {
            return None;
        }
        let api = way.entry.source.as_deref()?;
        let called = match self.0.is_empty() || self.0.contains_key("api") && self.0.len() == 1 {
            true => "api".to_owned(),
            false => name(api),
        };
        let mut schemas = Map::new();
        let asked = match way.described {
            Some((body, operation)) => described(body, operation, &mut schemas),
            None => attached(reading, way, &mut schemas),
        };
        let asked = match asked {
            Ok(Some(asked)) => asked,
            Ok(None) => return None,
            Err(why) => return Some(Setting::Decide(why)),
        };
        let operation = operation(&way.path, asked);
        let method = way.method.to_ascii_lowercase();
        // Alone first: what can't be kept must not spoil the others.
        let alone = document(
            [(way.path.clone(), json!({method.clone(): operation}))]
                .into_iter()
                .collect(),
            &schemas,
        );
        if let Err(why) = kept(&alone, way) {
            return Some(Setting::Decide(format!("the contract: {why}")));
        }
        let origin = reading.at(&way.entry.at);
        let all = self.0.entry(called.clone()).or_insert_with(|| Described {
            origin,
            ..Described::default()
        });
        all.schemas.extend(schemas);
        let path = all
            .paths
            .entry(way.path.clone())
            .or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(method, operation);
        }
        Some(Setting::Known(called))
    }

    /// Puts the documents into the draft.
    pub(super) fn finish(self, reading: &mut Reading<'_>) {
        for (name, all) in self.0 {
            let text = format!("{:#}\n", document(all.paths, &all.schemas));
            let contract = Contract {
                file: format!("contracts/{name}.json"),
                text: Some(text),
                keeps: true,
                origin: format!("validators and models, from {}", all.origin),
            };
            reading.draft.contracts.insert(name, contract);
        }
    }
}

fn document(paths: Map<String, Json>, schemas: &Map<String, Json>) -> Json {
    let mut document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Requests, as the application validates them", "version": "1"},
        "paths": paths,
    });
    if !schemas.is_empty() {
        document["components"] = json!({ "schemas": schemas });
    }
    document
}

/// Whether the guard can hold requests to it.
fn kept(document: &Json, way: &Way<'_>) -> Result<(), String> {
    let (contract, problems) =
        Document::read("contract.json", document.to_string().as_bytes(), &|_| None);
    let compiled = contract.operation(&way.method, &way.path, &Rules::default());
    let (_, more) = compiled.ok_or("the operation is not in it")?;
    match problems.into_iter().chain(more).next() {
        Some(problem) => Err(problem.message),
        None => Ok(()),
    }
}

fn operation(path: &str, asked: Asked) -> Json {
    let mut parameters: Vec<Json> = Vec::new();
    // The places in the path are parameters, whatever is said of them.
    for segment in path.split('/') {
        let place = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
        if let Some(name) = place {
            let name = name.trim_end_matches('+');
            parameters.push(
                json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
            );
        }
    }
    for (name, place, required) in asked.parameters {
        if place != "path" {
            parameters.push(
                json!({"name": name, "in": place, "required": required, "schema": {"type": "string"}}),
            );
        }
    }
    let mut operation = json!({"responses": {"default": {"description": "not looked at"}}});
    if !parameters.is_empty() {
        operation["parameters"] = Json::Array(parameters);
    }
    if let Some(schema) = asked.body {
        operation["requestBody"] = json!({
            "required": true,
            "content": {"application/json": {"schema": schema}},
        });
    }
    operation
}

/// `method.request.querystring.limit` as name and place.
fn parameter(key: &str) -> Option<(String, &'static str)> {
    let rest = key.strip_prefix("method.request.")?;
    let (place, name) = rest.split_once('.')?;
    let place = match place {
        "querystring" => "query",
        "header" => "header",
        "path" => "path",
        _ => return None,
    };
    Some((name.to_owned(), place))
}

/// A method with a validator and models of its own.
fn attached(
    reading: &Reading<'_>,
    way: &Way<'_>,
    schemas: &mut Map<String, Json>,
) -> Result<Option<Asked>, String> {
    let app = reading.app;
    let method = way.resource;
    let mut validators = method.references("RequestValidatorId").into_iter();
    let Some(validator) = validators.find_map(|id| app.resource(&id)) else {
        return Ok(None);
    };
    let mut asked = Asked::default();
    if is_on(validator, "ValidateRequestParameters") {
        let parameters = method.properties.get("RequestParameters");
        for entry in parameters.map_or(&[][..], Value::entries) {
            if let Some((name, place)) = parameter(&entry.key) {
                asked
                    .parameters
                    .push((name, place, entry.value.as_bool() == Some(true)));
            }
        }
    }
    if is_on(validator, "ValidateRequestBody") {
        let models = method.properties.get("RequestModels");
        let model = models.and_then(|models| models.get("application/json"));
        if let Some(model) = model {
            let mut named = model.references().map(|(id, _)| id.clone());
            let resource = named.next().and_then(|id| app.resource(&id)).or_else(|| {
                let text = model.as_text()?;
                app.of_kind("AWS::ApiGateway::Model")
                    .find(|r| r.text("Name") == Some(text))
            });
            let at = reading.at(&model.origin);
            let schema = resource.and_then(|resource| schema(resource.properties.get("Schema")?));
            let schema = match (schema, model.as_text()) {
                (Some(schema), _) => schema,
                (None, Some("Empty")) => json!({}),
                (None, _) => return Err(format!("the contract: the model is not known ({at})")),
            };
            let key = resource.map_or_else(|| "Empty".to_owned(), |r| component(&r.id));
            asked.body = Some(placed(schema, key, schemas));
        }
    }
    Ok((asked.body.is_some() || !asked.parameters.is_empty()).then_some(asked))
}

/// A schema, which may be written as a text.
fn schema(value: &Value) -> Option<Json> {
    match value.as_text() {
        Some(text) => serde_json::from_str(text).ok(),
        None => to_json(value),
    }
}

fn component(id: &str) -> String {
    id.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// Puts a schema among the components, and gives the reference to it.
fn placed(mut schema: Json, key: String, schemas: &mut Map<String, Json>) -> Json {
    if let Some(top) = schema.as_object_mut() {
        top.remove("$schema");
        top.remove("id");
        top.remove("$id");
    }
    let inner = format!("#/components/schemas/{key}/definitions/");
    let whole = format!("#/components/schemas/{key}");
    relate(
        &mut schema,
        &|reference| match reference.strip_prefix("#/definitions/") {
            Some(rest) => Some(format!("{inner}{rest}")),
            None => (reference == "#").then(|| whole.clone()),
        },
    );
    schemas.insert(key, schema);
    json!({ "$ref": whole })
}

fn relate(schema: &mut Json, to: &dyn Fn(&str) -> Option<String>) {
    match schema {
        Json::Array(items) => items.iter_mut().for_each(|item| relate(item, to)),
        Json::Object(members) => {
            for (name, member) in members {
                match member.as_str().filter(|_| name == "$ref").and_then(to) {
                    Some(reference) => *member = Json::String(reference),
                    None => relate(member, to),
                }
            }
        }
        _ => {}
    }
}

/// An operation in the description of an API.
fn described(
    body: &Value,
    operation: &Value,
    schemas: &mut Map<String, Json>,
) -> Result<Option<Asked>, String> {
    let validator = [operation, body].into_iter().find_map(|holder| {
        let name = holder
            .get("x-amazon-apigateway-request-validator")?
            .as_text()?;
        body.get("x-amazon-apigateway-request-validators")?
            .get(name)
    });
    let on = |key: &str| validator.and_then(|v| v.get(key)).and_then(Value::as_bool) == Some(true);
    let (with_body, with_parameters) = (on("validateRequestBody"), on("validateRequestParameters"));
    let mut asked = Asked::default();
    for parameter in operation.get("parameters").map_or(&[][..], Value::items) {
        let text = |key: &str| parameter.get(key).and_then(Value::as_text);
        let required = parameter.get("required").and_then(Value::as_bool) == Some(true);
        let place = match text("in") {
            Some("query") => "query",
            Some("header") => "header",
            Some("path") => "path",
            Some("body") if with_body => {
                asked.body = parameter.get("schema").and_then(to_json);
                continue;
            }
            _ => continue,
        };
        if let Some(name) = text("name").filter(|_| with_parameters) {
            asked.parameters.push((name.to_owned(), place, required));
        }
    }
    if with_body && let Some(content) = operation.get("requestBody").and_then(|b| b.get("content"))
    {
        let json = content
            .get("application/json")
            .and_then(|j| j.get("schema"));
        asked.body = json.and_then(to_json);
    }
    if let Some(schema) = &mut asked.body {
        let definitions = [
            body.get("definitions"),
            body.get("components").and_then(|c| c.get("schemas")),
        ];
        for entry in definitions.into_iter().flatten().flat_map(Value::entries) {
            let Some(mut schema) = to_json(&entry.value) else {
                continue;
            };
            relate(&mut schema, &here);
            schemas.insert(component(&entry.key), schema);
        }
        relate(schema, &here);
    }
    Ok((asked.body.is_some() || !asked.parameters.is_empty()).then_some(asked))
}

/// Definitions of `OpenAPI` 2.0 stand elsewhere in 3.0.
fn here(reference: &str) -> Option<String> {
    let name = reference
        .strip_prefix("#/definitions/")
        .or_else(|| reference.strip_prefix("#/components/schemas/"))?;
    Some(format!("#/components/schemas/{}", component(name)))
}
