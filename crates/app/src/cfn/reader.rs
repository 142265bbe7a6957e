//! Files to an application: sections, transforms, resources, nested stacks, local files.
//!
//! Must never read anything but through the [`Files`] port, nor give up on a template because a
//! part of it is broken.

use super::expand;
use super::long_form::to_long_form;
use super::sam::{self, SamOptions};
use super::scope::{self, Assumptions, Scope};
use crate::application::{Application, Language};
use crate::documents::Documents;
use crate::files::{Files, resolve};
use crate::resource::{Existence, Provider, Resource};
use crate::value::{Data, Entry, Map, Value};
use palisade_core::{Origin, Problem, ProblemLevel, ResourceRef, Span, ViaKind};
use palisade_syntax::{Data as NodeData, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Stacks are nested at most this deep.
const MAX_STACK_DEPTH: usize = 8;
/// A root template brings in at most this many nested stacks.
const MAX_STACKS: usize = 200;

/// What is given from outside.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values of the root template's parameters.
    pub parameters: BTreeMap<String, String>,
}

/// What a file turned out to be.
#[derive(Debug)]
pub enum Outcome {
    /// A template.
    Application(Box<Application>, Vec<Problem>),
    /// Well-formed, but not a template; says what it is instead.
    NotTemplate(&'static str),
    /// Not readable.
    Broken(Problem),
}

/// Reads the template at `path` and everything that it brings in.
#[must_use]
pub fn read(path: &str, bytes: &[u8], files: &dyn Files, options: &Options) -> Outcome {
    let mut documents = Documents::new(files);
    let root = match documents.parse(path, bytes) {
        Ok(root) => root,
        Err(problem) => return Outcome::Broken(problem),
    };
    if let Some(what) = not_a_template(&root) {
        return Outcome::NotTemplate(what);
    }
    let (application, problems) = read_tree(
        Tree {
            path,
            root,
            documents,
            language: Language::CloudFormation,
            owners: BTreeMap::new(),
        },
        options,
    );
    Outcome::Application(Box::new(application), problems)
}

/// A template that another front end made.
#[derive(Debug)]
pub struct Tree<'a> {
    /// Path of the file that it was made from.
    pub path: &'a str,
    /// The template, with the places of what the person wrote.
    pub root: Node,
    /// What was read for it.
    pub documents: Documents<'a>,
    /// What the person wrote it in.
    pub language: Language,
    /// By logical id: how the owner of a resource wrote it, where it is not in `Resources`.
    pub owners: BTreeMap<Arc<str>, Owner>,
}

/// Reads a template that is a tree already, and everything that it brings in.
#[must_use]
pub fn read_tree(tree: Tree<'_>, options: &Options) -> (Application, Vec<Problem>) {
    let mut reader = Reader {
        documents: tree.documents,
        owners: tree.owners,
        resources: Vec::new(),
        stacks: 0,
        language: tree.language,
        nested: BTreeSet::new(),
    };
    let (root, path) = (tree.root, tree.path);
    let origin = Origin::default();
    let given = options
        .parameters
        .iter()
        .map(|(name, value)| {
            let value = Value::text(value.as_str(), origin.clone());
            (Arc::from(name.as_str()), value)
        })
        .collect();
    let outputs = reader.template(root, path, "", &given, &mut vec![path.to_owned()]);
    let mut application = Application::new(
        Arc::from(path),
        reader.language,
        reader.documents.sources,
        reader.documents.comments,
        reader.nested.into_iter().map(Arc::from).collect(),
        reader.resources,
    );
    for output in outputs.values() {
        output.walk(&mut |value| {
            let ids = value.references().map(|(id, _)| id.clone());
            application.given_out.extend(ids);
        });
    }
    (application, reader.documents.problems)
}

/// Why a well-formed document is not a template; nothing when it is one.
fn not_a_template(root: &Node) -> Option<&'static str> {
    match &root.data {
        NodeData::Null => return Some("an empty document"),
        NodeData::Seq(_) => return Some("a list"),
        NodeData::Map(_) => {}
        _ => return Some("a single value"),
    }
    let typed = |node: &Node| {
        let kind = node.get("Type").and_then(Node::as_str);
        kind.is_some_and(|kind| kind.contains("::"))
    };
    let resources = root.get("Resources");
    let declared = resources.and_then(Node::as_map).is_some_and(|entries| {
        entries
            .iter()
            .any(|e| typed(&e.value) || e.key.name.starts_with("Fn::"))
    });
    let marked = root.entry("AWSTemplateFormatVersion").is_some()
        || root.get("Transform").is_some_and(|t| !t.is_null());
    if declared || (marked && resources.is_some()) {
        return None;
    }
    Some(if marked {
        "a template without resources"
    } else {
        "a document without `Resources`"
    })
}

/// Where a nested stack's template is, when the template says so with a plain text: the location,
/// and the place where it says so.
fn local_template(resource: &Node) -> Option<(String, Span)> {
    let properties = resource.get("Properties");
    let location = match resource.get("Type")?.as_str()? {
        "AWS::CloudFormation::Stack" => {
            let asset = resource.at(&["Metadata", "aws:asset:path"]);
            asset.or_else(|| properties?.get("TemplateURL"))?
        }
        "AWS::Serverless::Application" => properties?.get("Location")?,
        _ => return None,
    };
    let text = location.as_str()?;
    let local = !text.contains("://") && !text.is_empty();
    local.then(|| (text.to_owned(), location.origin.span))
}

struct Reader<'f> {
    documents: Documents<'f>,
    owners: BTreeMap<Arc<str>, Owner>,
    resources: Vec<Resource>,
    stacks: usize,
    language: Language,
    nested: BTreeSet<String>,
}

impl Reader<'_> {
    /// Evaluates one template and gives its outputs.
    fn template(
        &mut self,
        mut root: Node,
        path: &str,
        prefix: &str,
        given: &BTreeMap<Arc<str>, Value>,
        chain: &mut Vec<String>,
    ) -> BTreeMap<Arc<str>, Value> {
        to_long_form(&mut root);
        expand::includes(&mut root, &mut |location, span| {
            self.documents
                .load(path, location, span)
                .map(|(_, node)| node)
        });
        self.unroll_loops(&mut root, given);
        let mut written = Written::of(&root);
        if prefix.is_empty() {
            written.adopt(std::mem::take(&mut self.owners));
        }
        let plain = self.language == Language::CloudFormation;
        if written.cdk && plain {
            self.language = Language::Cdk;
        }
        if uses_sam(&root) {
            if plain {
                self.language = Language::Sam;
            }
            let parameters = given
                .iter()
                .filter_map(|(name, value)| {
                    let text = value.as_text()?;
                    Some((name.to_string(), Node::string(text, value.origin.clone())))
                })
                .collect();
            let (transformed, problems) = sam::transform(
                root,
                &SamOptions {
                    parameters,
                    ..SamOptions::default()
                },
            );
            for problem in problems {
                self.documents
                    .problem(problem.span, ProblemLevel::Warning, problem.message);
            }
            root = transformed;
        }
        let resources = root.get("Resources").and_then(Node::as_map);
        let resources = resources.unwrap_or_default();
        let conditions = root.get("Conditions").and_then(Node::as_map);
        let mut scope = Scope {
            prefix: prefix.to_owned(),
            parameters: scope::parameters(&root, given),
            mappings: root.get("Mappings"),
            conditions: conditions
                .unwrap_or_default()
                .iter()
                .map(|e| (e.key.name.clone(), &e.value))
                .collect(),
            resources: resources.iter().map(|e| e.key.name.clone()).collect(),
            outputs: BTreeMap::new(),
        };
        for entry in stacks_in_order(resources) {
            if let Some(outputs) = self.stack(entry, &scope, path, chain) {
                scope.outputs.insert(entry.key.name.clone(), outputs);
            }
        }
        for entry in resources {
            if let Some(resource) = self.resource(entry, &scope, &written, path) {
                self.resources.push(resource);
            }
        }
        let outputs = root.get("Outputs").and_then(Node::as_map);
        outputs
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| {
                let node = entry.value.get("Value")?;
                let value = scope.eval(node, &Assumptions::default());
                Some((entry.key.name.clone(), value))
            })
            .collect()
    }

    fn unroll_loops(&mut self, root: &mut Node, given: &BTreeMap<Arc<str>, Value>) {
        let parameters = scope::parameters(root, given);
        expand::loops(root, &|collection| {
            if let Some(items) = collection.as_seq() {
                return items.iter().map(Node::scalar_text).collect();
            }
            let name = collection
                .single()
                .filter(|entry| &*entry.key.name == "Ref")?
                .value
                .as_str()?;
            let parameter = parameters.get(name)?;
            let text = match &parameter.given {
                Some(value) => Arc::from(value.as_text()?),
                None => parameter.default.as_ref()?.scalar_text()?,
            };
            Some(text.split(',').map(|item| Arc::from(item.trim())).collect())
        });
    }

    fn resource(
        &mut self,
        entry: &palisade_syntax::Entry,
        scope: &Scope<'_>,
        written: &Written,
        path: &str,
    ) -> Option<Resource> {
        let node = &entry.value;
        let name = &entry.key.name;
        let Some(kind) = node.get("Type").and_then(Node::as_str) else {
            let message = if name.starts_with("Fn::") {
                format!("`{name}` is not expanded: what it makes is not known")
            } else {
                format!("resource `{name}` has no `Type`; it is not checked")
            };
            self.documents
                .problem(entry.key.origin.span, ProblemLevel::Warning, message);
            return None;
        };
        let mut assumed = Assumptions::default();
        let mut exists = Existence::Always;
        if let Some(condition) = node.get("Condition").and_then(Node::as_str) {
            exists = match scope.condition(condition, &assumed) {
                Some(true) => Existence::Always,
                Some(false) => Existence::Never,
                None => Existence::When(scope::when(condition)),
            };
            assumed = scope.assume(condition, true, &assumed);
        }
        let mut properties = match node.get("Properties") {
            Some(properties) => scope.eval(properties, &assumed),
            None => Value::new(Data::Map(Map::default()), entry.key.origin.clone()),
        };
        if let Data::Null = properties.data {
            properties.data = Data::Map(Map::default());
        }
        self.local_files(kind, &mut properties, path);
        let attributes = node.as_map().unwrap_or_default();
        let attributes = attributes
            .iter()
            .filter(|e| {
                !matches!(
                    &*e.key.name,
                    "Type" | "Properties" | "Metadata" | "Condition"
                )
            })
            .map(|e| Entry {
                key: e.key.name.clone(),
                key_origin: e.key.origin.clone(),
                value: scope.eval(&e.value, &assumed),
            })
            .collect();
        let attributes = Map {
            entries: attributes,
            open: None,
        };
        let owner = written.owner(name, entry.key.origin.span);
        let (address, written_kind, extent) = owner.map_or_else(
            || (name.clone(), Arc::from(kind), node.origin.span),
            |owner| (owner.name.clone(), owner.kind.clone(), owner.extent),
        );
        let metadata = node.get("Metadata");
        let construct = metadata
            .and_then(|m| m.get("aws:cdk:path"))
            .and_then(Node::as_str);
        Some(Resource {
            id: scope.id(name),
            kind: Arc::from(kind),
            provider: Provider::Aws,
            properties,
            attributes: Value::new(Data::Map(attributes), node.origin.clone()),
            exists,
            origin: entry.key.origin.clone(),
            extent,
            written: ResourceRef {
                address,
                kind: written_kind,
                provider: Provider::Aws.as_str(),
                name: construct.map(Arc::from),
            },
            metadata: metadata
                .cloned()
                .or_else(|| owner.and_then(|owner| owner.metadata.clone())),
            generated: owner.is_none_or(|owner| match owner.generated {
                Some(generated) => generated,
                None => owner.name != *name,
            }),
            partial: false,
        })
    }

    /// Reads a nested stack whose template is a local file, and gives its outputs.
    fn stack(
        &mut self,
        entry: &palisade_syntax::Entry,
        scope: &Scope<'_>,
        path: &str,
        chain: &mut Vec<String>,
    ) -> Option<BTreeMap<Arc<str>, Value>> {
        let (location, span) = local_template(&entry.value)?;
        if chain.len() >= MAX_STACK_DEPTH || self.stacks >= MAX_STACKS {
            let message = format!(
                "nested stack `{}` is not read: more than {MAX_STACK_DEPTH} levels or {MAX_STACKS} stacks",
                entry.key.name
            );
            self.documents.problem(span, ProblemLevel::Error, message);
            return None;
        }
        if resolve(path, &location).is_some_and(|path| chain.contains(&path)) {
            let message = format!("`{location}` brings itself in; it is not read again");
            self.documents.problem(span, ProblemLevel::Error, message);
            return None;
        }
        let (child, root) = self.documents.load(path, &location, span)?;
        if let Some(what) = not_a_template(&root) {
            let message = format!("`{location}` is {what}, not a template");
            self.documents.problem(span, ProblemLevel::Error, message);
            return None;
        }
        let step = ViaKind::Module(entry.key.name.clone());
        let parameters = entry.value.at(&["Properties", "Parameters"]);
        let given = parameters
            .and_then(Node::as_map)
            .unwrap_or_default()
            .iter()
            .map(|e| {
                let mut value = scope.eval(&e.value, &Assumptions::default());
                value.origin = value.origin.through(step.clone(), e.key.origin.span);
                (e.key.name.clone(), value)
            })
            .collect();
        self.stacks += 1;
        self.nested.insert(child.clone());
        chain.push(child.clone());
        let prefix = format!("{}{}/", scope.prefix, entry.key.name);
        let outputs = self.template(root, &child, &prefix, &given, chain);
        chain.pop();
        Some(outputs)
    }

    /// Brings bodies that stand in local files into the properties that they are the body of.
    fn local_files(&mut self, kind: &str, properties: &mut Value, path: &str) {
        let (at, into) = match kind {
            "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api" => ("BodyS3Location", "Body"),
            "AWS::StepFunctions::StateMachine" => ("DefinitionS3Location", "Definition"),
            _ => return,
        };
        let Some(location) = properties.get(at) else {
            return;
        };
        let Some(text) = location.as_text().filter(|text| !text.contains("://")) else {
            return;
        };
        let (text, origin) = (text.to_owned(), location.origin.clone());
        let Some((_, mut node)) = self.documents.load(path, &text, origin.span) else {
            return;
        };
        to_long_form(&mut node);
        let step = ViaKind::Include(Arc::from(text));
        let value = Value::plain(&node, &|at| at.through(step.clone(), origin.span));
        if let Data::Map(map) = &mut properties.data {
            map.entries.push(Entry {
                key: Arc::from(into),
                key_origin: origin,
                value,
            });
        }
    }
}

fn uses_sam(root: &Node) -> bool {
    const SAM: &str = "AWS::Serverless-2016-10-31";
    let named = |node: &Node| {
        node.as_str() == Some(SAM) || node.get("Name").and_then(Node::as_str) == Some(SAM)
    };
    root.get("Transform")
        .is_some_and(|transform| match transform.as_seq() {
            Some(items) => items.iter().any(named),
            None => named(transform),
        })
}

/// Nested stacks, those first whose outputs others take as parameters.
fn stacks_in_order(resources: &[palisade_syntax::Entry]) -> Vec<&palisade_syntax::Entry> {
    let stacks: BTreeMap<&str, &palisade_syntax::Entry> = resources
        .iter()
        .filter(|entry| local_template(&entry.value).is_some())
        .map(|entry| (&*entry.key.name, entry))
        .collect();
    let mut ordered = Vec::with_capacity(stacks.len());
    let mut seen = BTreeSet::new();
    for name in stacks.keys().copied() {
        visit_stack(name, &stacks, &mut seen, &mut ordered, 0);
    }
    ordered
}

fn visit_stack<'n>(
    name: &'n str,
    stacks: &BTreeMap<&'n str, &'n palisade_syntax::Entry>,
    seen: &mut BTreeSet<&'n str>,
    ordered: &mut Vec<&'n palisade_syntax::Entry>,
    depth: usize,
) {
    if depth > MAX_STACKS || !seen.insert(name) {
        return;
    }
    let Some(entry) = stacks.get(name) else {
        return;
    };
    let mut needed = Vec::new();
    outputs_used(&entry.value, &mut needed);
    for other in needed {
        if let Some((other, _)) = stacks.get_key_value(other) {
            visit_stack(other, stacks, seen, ordered, depth + 1);
        }
    }
    ordered.push(entry);
}

fn outputs_used<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
    match &node.data {
        NodeData::Seq(items) => items.iter().for_each(|n| outputs_used(n, found)),
        NodeData::Map(entries) => {
            for entry in entries {
                if &*entry.key.name == "Fn::GetAtt"
                    && let Some(name) = entry.value.as_seq().and_then(|s| s.first()?.as_str())
                {
                    found.push(name);
                } else {
                    outputs_used(&entry.value, found);
                }
            }
        }
        NodeData::String(text) => found.extend(
            super::text::substitution(text)
                .into_iter()
                .filter_map(|piece| piece.err()?.split_once(".Outputs."))
                .map(|(name, _)| name),
        ),
        _ => {}
    }
}

/// What the person wrote, before transforms: to name the owner of what a transform makes.
struct Written {
    owners: Vec<Owner>,
    by_name: BTreeMap<Arc<str>, usize>,
    /// The owners stand one behind the other in one file.
    in_order: bool,
    cdk: bool,
}

/// How the owner of a resource wrote it.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The address that they would type.
    pub name: Arc<str>,
    /// The type's name in their language.
    pub kind: Arc<str>,
    /// All of the lines that were written for it.
    pub extent: Span,
    /// Whether it was made on behalf of another resource. Not said: when it is named otherwise.
    pub generated: Option<bool>,
    /// Its metadata.
    pub metadata: Option<Node>,
}

impl Written {
    fn of(root: &Node) -> Self {
        let resources = root.get("Resources").and_then(Node::as_map);
        let owners: Vec<Owner> = resources
            .unwrap_or_default()
            .iter()
            .map(|entry| {
                let key = entry.key.origin.span;
                let end = entry.value.origin.span.end.max(key.end);
                Owner {
                    name: entry.key.name.clone(),
                    kind: entry
                        .value
                        .get("Type")
                        .and_then(Node::as_str)
                        .map_or_else(|| Arc::from(""), Arc::from),
                    extent: Span { end, ..key },
                    generated: None,
                    metadata: entry.value.get("Metadata").cloned(),
                }
            })
            .collect();
        let cdk = owners.iter().any(|owner| {
            let metadata = owner.metadata.as_ref();
            metadata.is_some_and(|m| m.get("aws:cdk:path").is_some())
        });
        let mut by_name = BTreeMap::new();
        for (i, owner) in owners.iter().enumerate() {
            by_name.entry(owner.name.clone()).or_insert(i);
        }
        let in_order = owners.windows(2).all(|pair| {
            let (a, b) = (pair[0].extent, pair[1].extent);
            a.file == b.file && a.end <= b.start
        });
        Self {
            owners,
            by_name,
            in_order,
            cdk,
        }
    }

    /// What is known better of some.
    fn adopt(&mut self, owners: BTreeMap<Arc<str>, Owner>) {
        if !owners.is_empty() {
            self.in_order = false;
        }
        for (name, owner) in owners {
            match self
                .by_name
                .get(&name)
                .and_then(|i| self.owners.get_mut(*i))
            {
                Some(known) => {
                    *known = Owner {
                        metadata: owner.metadata.or_else(|| known.metadata.take()),
                        ..owner
                    }
                }
                None => {
                    self.by_name.insert(name, self.owners.len());
                    self.owners.push(owner);
                }
            }
        }
    }

    /// The written resource of this name, or else the one that holds the place.
    fn owner(&self, name: &str, place: Span) -> Option<&Owner> {
        if let Some(i) = self.by_name.get(name) {
            return self.owners.get(*i);
        }
        let holds = |owner: &&Owner| {
            owner.extent.file == place.file
                && owner.extent.start <= place.start
                && place.start < owner.extent.end
        };
        if !self.in_order {
            return self.owners.iter().find(holds);
        }
        let begin_before = |owner: &Owner| owner.extent.start <= place.start;
        let behind = self.owners.partition_point(begin_before);
        self.owners.get(behind.checked_sub(1)?).filter(holds)
    }
}
