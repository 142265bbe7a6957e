//! Plans and states: what `terraform show -json` writes of either, and a state's own file.
//!
//! Everything in them is evaluated; what only the cloud will decide is missing from a plan, whose
//! configuration tells what it refers to.

use crate::aws;
use crate::evaluate::insert;
use crate::instance::Instance;
use palisade_app::cfn::Outcome;
use palisade_app::value::{List, Map};
use palisade_app::{Application, Data, Existence, Language, Part, Reason, ReasonKind, Value};
use palisade_core::{Origin, Problem, ProblemLevel, Sources};
use palisade_syntax::{Data as NodeData, Node, decode, parse_json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whether a text may be a plan or a state, without parsing it.
#[must_use]
pub fn looks_like_plan(bytes: &[u8]) -> bool {
    let has = |needle: &str| {
        let needle = needle.as_bytes();
        bytes.windows(needle.len()).any(|window| window == needle)
    };
    bytes.trim_ascii_start().starts_with(b"{")
        && has("\"terraform_version\"")
        && (has("\"planned_values\"") || has("\"root_module\"") || has("\"lineage\""))
}

/// Reads a plan or a state.
#[must_use]
pub fn read_plan(path: &str, bytes: &[u8]) -> Outcome {
    let broken =
        |message: String| Outcome::Broken(Problem::file(path, ProblemLevel::Error, message));
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(error) => return broken(format!("`{path}` {error}")),
    };
    let mut sources = Sources::default();
    let file = sources.add(path, text);
    let document = match parse_json(file, sources.text(file)) {
        Ok(document) => document,
        Err(error) => {
            let level = ProblemLevel::Error;
            return Outcome::Broken(Problem::at(&sources, error.span, level, error.message));
        }
    };
    let root = &document.root;
    let mut found = Found::default();
    if let Some(module) = root.at(&["planned_values", "root_module"]) {
        if let Some(module) = root.at(&["configuration", "root_module"]) {
            found.configuration(module, "");
        }
        if let Some(providers) = root.at(&["configuration", "provider_config"]) {
            found.providers(providers);
        }
        found.module(module, "");
    } else if let Some(module) = root.at(&["values", "root_module"]) {
        found.module(module, "");
    } else if let Some(resources) = root.get("resources").and_then(Node::as_seq) {
        found.state(resources);
    } else {
        return Outcome::NotTemplate("a document without planned or known resources");
    }
    let resources = aws::resources(found.finished());
    let application = Application::new(
        Arc::from(path),
        Language::Terraform,
        sources,
        vec![(file, document.comments)],
        Vec::new(),
        resources,
    );
    Outcome::Application(Box::new(application), Vec::new())
}

#[derive(Default)]
struct Found<'n> {
    instances: Vec<Instance>,
    /// The expressions of each block, by its address without indices.
    written: BTreeMap<String, &'n Node>,
}

impl<'n> Found<'n> {
    fn configuration(&mut self, module: &'n Node, prefix: &str) {
        for resource in items(module.get("resources")) {
            if let (Some(address), Some(expressions)) =
                (text(resource, "address"), resource.get("expressions"))
            {
                self.written
                    .insert(format!("{prefix}{address}"), expressions);
            }
        }
        let calls = module.get("module_calls").and_then(Node::as_map);
        for call in calls.unwrap_or_default() {
            if let Some(module) = call.value.get("module") {
                self.configuration(module, &format!("{prefix}module.{}.", call.key.name));
            }
        }
    }

    /// The literal arguments of the provider blocks.
    fn providers(&mut self, configurations: &Node) {
        for found in configurations.as_map().unwrap_or_default() {
            let Some(name) = text(&found.value, "name") else {
                continue;
            };
            let mut map = Map::default();
            let expressions = found.value.get("expressions").and_then(Node::as_map);
            for argument in expressions.unwrap_or_default() {
                if let Some(constant) = argument.value.get("constant_value") {
                    let at = argument.key.origin.clone();
                    insert(&mut map, argument.key.name.clone(), at, plain(constant));
                }
            }
            let origin = found.key.origin.clone();
            self.instances.push(Instance {
                address: Arc::from(format!("provider.{}", found.key.name)),
                kind: Arc::from(format!("provider.{name}")),
                arguments: Value::new(Data::Map(map), origin.clone()),
                kept: None,
                succeeded: None,
                exists: Existence::Always,
                origin,
                extent: found.value.origin.span,
            });
        }
    }

    fn module(&mut self, module: &Node, prefix: &str) {
        for resource in items(module.get("resources")) {
            let known = (text(resource, "address"), text(resource, "type"));
            let (Some(address), Some(kind)) = known else {
                continue;
            };
            if text(resource, "mode") != Some("data") {
                self.add(address, kind, resource, resource.get("values"));
            }
        }
        for child in items(module.get("child_modules")) {
            let address = text(child, "address").unwrap_or(prefix);
            self.module(child, address);
        }
    }

    /// The resources of a state's own file.
    fn state(&mut self, resources: &[Node]) {
        for resource in resources {
            let known = (text(resource, "type"), text(resource, "name"));
            let (Some(kind), Some(name)) = known else {
                continue;
            };
            if text(resource, "mode") == Some("data") {
                continue;
            }
            let module = text(resource, "module").map_or(String::new(), |m| format!("{m}."));
            for instance in items(resource.get("instances")) {
                let index = match instance.get("index_key").map(|key| &key.data) {
                    Some(NodeData::String(key)) => format!("[\"{key}\"]"),
                    Some(NodeData::Number(number)) => format!("[{}]", number.text),
                    _ => String::new(),
                };
                let address = format!("{module}{kind}.{name}{index}");
                self.add(&address, kind, resource, instance.get("attributes"));
            }
        }
    }

    fn add(&mut self, address: &str, kind: &str, resource: &Node, values: Option<&Node>) {
        let at = resource.entry("address").or_else(|| resource.entry("name"));
        let origin = at.map_or_else(|| resource.origin.clone(), |e| e.value.origin.clone());
        let mut arguments = match values {
            Some(values) => plain(values),
            None => Value::new(Data::Map(Map::default()), origin.clone()),
        };
        // With those that the provider gives to everything.
        let tags = arguments.entry("tags_all").cloned();
        if let (Data::Map(map), Some(tags)) = (&mut arguments.data, tags)
            && matches!(tags.value.data, Data::Map(_))
        {
            insert(map, Arc::from("tags"), tags.key_origin, tags.value);
        }
        self.instances.push(Instance {
            address: Arc::from(address),
            kind: Arc::from(kind),
            arguments,
            kept: None,
            succeeded: None,
            exists: Existence::Always,
            origin,
            extent: resource.origin.span,
        });
    }

    /// The instances, with references where values are not known yet.
    fn finished(self) -> Vec<Instance> {
        let Self {
            mut instances,
            written,
        } = self;
        let known: BTreeSet<Arc<str>> = instances.iter().map(|i| i.address.clone()).collect();
        for instance in &mut instances {
            let Some(expressions) = written.get(&without_indices(&instance.address)) else {
                continue;
            };
            let prefix = match instance.address.rfind(&*instance.kind) {
                Some(at) => instance.address[..at].to_owned(),
                None => String::new(),
            };
            refer(&mut instance.arguments, expressions, &prefix, &known);
        }
        instances
    }
}

/// Fills in what expressions refer to where there is no value.
fn refer(value: &mut Value, expressions: &Node, prefix: &str, known: &BTreeSet<Arc<str>>) {
    let origin = value.origin.clone();
    match (&mut value.data, &expressions.data) {
        (Data::Map(map), NodeData::Map(entries)) => {
            for entry in entries {
                let name = &entry.key.name;
                let found = map.entries.iter_mut().find(|e| e.key == *name);
                if let Some(found) = found.filter(|e| e.value.data != Data::Absent) {
                    refer(&mut found.value, &entry.value, prefix, known);
                    continue;
                }
                if let Some(value) = reference(&entry.value, prefix, known, &origin) {
                    insert(map, name.clone(), entry.key.origin.clone(), value);
                }
            }
        }
        (Data::List(list), NodeData::Seq(items)) => {
            for (value, expressions) in list.items.iter_mut().zip(items) {
                refer(value, expressions, prefix, known);
            }
        }
        _ => {}
    }
}

/// What an expression refers to: one attribute of one thing, or something that is not known.
fn reference(
    expression: &Node,
    prefix: &str,
    known: &BTreeSet<Arc<str>>,
    origin: &Origin,
) -> Option<Value> {
    let references = expression.get("references")?.as_seq()?;
    let names: Vec<&str> = references.iter().filter_map(Node::as_str).collect();
    let first = names.first()?;
    // Each thing is named with its attribute and without.
    let others = names.iter().any(|name| !first.starts_with(name));
    let parts: Vec<&str> = first.splitn(3, '.').collect();
    let part = match parts.as_slice() {
        [kind, name, attribute]
            if !others && known.contains(&*format!("{prefix}{kind}.{name}")) =>
        {
            Part::Reference {
                resource: Arc::from(format!("{prefix}{kind}.{name}")),
                attribute: Arc::from(*attribute),
            }
        }
        _ if !others => Part::Parameter {
            name: Arc::from(format!("{prefix}{first}")),
            secret: false,
        },
        _ => Part::Hole(Reason::new(
            ReasonKind::Attribute,
            format!("known after apply, from {}", names.join(", ")),
        )),
    };
    Some(Value::symbol(part, origin.clone()))
}

/// `module.a[0].aws_x.y["z"]` without what is in brackets.
fn without_indices(address: &str) -> String {
    let (mut plain, mut quoted, mut inside) = (String::new(), false, false);
    for letter in address.chars() {
        match letter {
            '"' => quoted = !quoted,
            '[' if !quoted => inside = true,
            ']' if !quoted => inside = false,
            _ if inside => {}
            _ => plain.push(letter),
        }
    }
    plain
}

/// What is written; what providers write for "not set" is absent.
fn plain(node: &Node) -> Value {
    let data = match &node.data {
        NodeData::Null => Data::Absent,
        NodeData::Bool(value) => Data::Bool(*value),
        NodeData::Number(number) => Data::Number(number.clone()),
        NodeData::String(text) if text.is_empty() => Data::Absent,
        NodeData::String(text) => Data::Text(text.clone()),
        NodeData::Seq(items) => Data::List(List {
            items: items.iter().map(plain).collect(),
            open: None,
        }),
        NodeData::Map(entries) => {
            let mut map = Map::default();
            for entry in entries {
                let unset = matches!(&entry.value.data, NodeData::Seq(items) if items.is_empty());
                if !unset {
                    let at = entry.key.origin.clone();
                    insert(&mut map, entry.key.name.clone(), at, plain(&entry.value));
                }
            }
            Data::Map(map)
        }
    };
    Value::new(data, node.origin.clone())
}

fn items(node: Option<&Node>) -> &[Node] {
    node.and_then(Node::as_seq).unwrap_or_default()
}

fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    node.get(name).and_then(Node::as_str)
}
