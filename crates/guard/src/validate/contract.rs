//! An `OpenAPI` document: read once, its operations listed, each compiled when a route asks for it.

use super::document::{Documents, Files, Place, Problems};
use super::operation::{Operation, Rules};
use palisade_core::{Location, Problem};
use palisade_syntax::Node;
use std::collections::BTreeMap;

/// An operation as the document declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// In upper case.
    pub method: String,
    /// The path as it is written: `/pets/{petId}`.
    pub template: String,
    /// `operationId`.
    pub id: Option<String>,
    /// Alternatives, each a set of schemes with their scopes that must hold together. Empty when
    /// nothing is asked for; an empty set among the alternatives means that it is optional.
    pub security: Vec<Vec<(String, Vec<String>)>>,
    /// `x-…` of the operation, as they stand.
    pub extensions: Vec<(String, Node)>,
    /// Where it is declared.
    pub location: Location,
}

/// A document that was read.
#[derive(Debug)]
pub struct Contract {
    documents: Documents,
    operations: Vec<Listed>,
}

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

impl Contract {
    /// Reads a document, in JSON or YAML, with the files beside it that it refers to. The schemas are
    /// looked at when an operation is asked for.
    #[must_use]
    pub fn read(name: &str, text: &[u8], files: Files<'_>) -> (Self, Vec<Problem>) {
        let mut problems = Problems::new();
        let documents = Documents::read(name, text, files, &mut problems);
        let operations = list(&documents, &mut problems);
        let contract = Self {
            documents,
            operations,
        };
        (contract, problems.into_iter().collect())
    }

    /// All operations, in the order in which they are written.
    #[must_use]
    pub fn operations(&self) -> &[Listed] {
        &self.operations
    }

    /// The top of the document: what is asked of it raw (`servers`, `x-…`).
    #[must_use]
    pub fn root(&self) -> Option<&Node> {
        self.documents.top().map(|top| top.node)
    }

    /// The security schemes by name, as they stand.
    #[must_use]
    pub fn security_schemes(&self) -> BTreeMap<&str, &Node> {
        let mut problems = Problems::new();
        let schemes = self.documents.top().and_then(|top| {
            let components = top.get("components")?;
            components.get("securitySchemes")
        });
        let mut list = BTreeMap::new();
        if let Some(schemes) = schemes {
            for entry in schemes.node.as_map().unwrap_or_default() {
                let at = schemes.with(&entry.value);
                if let Some(at) = self.documents.follow_all(at, &mut problems) {
                    list.insert(&*entry.key.name, at.node);
                }
            }
        }
        list
    }

    /// Compiles one operation. None when the document does not have it. Problems say what could not be
    /// understood: nothing satisfies that part.
    #[must_use]
    pub fn operation(
        &self,
        method: &str,
        template: &str,
        rules: &Rules,
    ) -> Option<(Operation, Vec<Problem>)> {
        let mut problems = Problems::new();
        let (path, operation) = self.find(method, template, &mut problems)?;
        let mut rules = rules.clone();
        // Keys that stand in the query are the authentication's.
        for scheme in self.security_schemes().values() {
            let text = |name| scheme.get(name).and_then(Node::as_str);
            if text("type") == Some("apiKey") && text("in") == Some("query") {
                rules.known_query.extend(text("name").map(str::to_owned));
            }
        }
        let operation = Operation::read(
            &self.documents,
            &mut problems,
            path,
            operation,
            template,
            rules,
        );
        Some((operation, problems.into_iter().collect()))
    }

    fn find(
        &self,
        method: &str,
        template: &str,
        problems: &mut Problems,
    ) -> Option<(Place<'_>, Place<'_>)> {
        let path = self.documents.top()?.get("paths")?.get(template)?;
        let path = self.documents.follow_all(path, problems)?;
        let operation = path.get(&method.to_ascii_lowercase())?;
        let operation = self.documents.follow_all(operation, problems)?;
        Some((path, operation))
    }
}

fn list(documents: &Documents, problems: &mut Problems) -> Vec<Listed> {
    let mut operations = Vec::new();
    let Some(top) = documents.top() else {
        return operations;
    };
    match top.text("openapi").as_deref() {
        Some(version) if version.starts_with("3.0") || version.starts_with("3.1") => {}
        Some(version) if version.starts_with("3.2") => {
            let message = "OpenAPI 3.2 is read as 3.1; what is new in it is not seen";
            problems.insert(documents.warning(top.span(), message));
        }
        _ => {
            let message = "not an OpenAPI 3.0 or 3.1 document: it says no such version";
            problems.insert(documents.error(top.span(), message));
            return operations;
        }
    }
    let dialect = top.text("jsonSchemaDialect");
    if dialect.is_some_and(|d| !d.contains("oas/3.1") && !d.contains("2020-12")) {
        let message = "another dialect of JSON Schema; the schemas are read as 2020-12";
        problems.insert(documents.warning(top.span(), message));
    }
    let default = top.get("security");
    let paths = top.get("paths");
    for entry in paths
        .and_then(|paths| paths.node.as_map())
        .unwrap_or_default()
    {
        if entry.key.name.starts_with("x-") {
            continue;
        }
        let Some(path) = documents.follow_all(top.with(&entry.value), problems) else {
            continue;
        };
        for method in path.node.as_map().unwrap_or_default() {
            if !METHODS.contains(&&*method.key.name) {
                continue;
            }
            // Not in the specification, but in use: an operation that is only a reference.
            let Some(operation) = documents.follow_all(path.with(&method.value), problems) else {
                continue;
            };
            let map = operation.node.as_map().unwrap_or_default();
            let extensions = map
                .iter()
                .filter(|e| e.key.name.starts_with("x-"))
                .map(|e| (e.key.name.to_string(), e.value.clone()));
            operations.push(Listed {
                method: method.key.name.to_ascii_uppercase(),
                template: entry.key.name.to_string(),
                id: operation.text("operationId").map(|id| id.to_string()),
                security: security(operation.get("security").or(default)),
                extensions: extensions.collect(),
                location: documents.sources.location(method.key.origin.span),
            });
        }
    }
    operations
}

fn security(place: Option<Place<'_>>) -> Vec<Vec<(String, Vec<String>)>> {
    let alternatives = place.and_then(|place| place.node.as_seq());
    let scopes = |node: &Node| {
        let scopes = node.as_seq().unwrap_or_default().iter();
        scopes
            .filter_map(|s| Some(s.as_str()?.to_owned()))
            .collect()
    };
    let one = |node: &Node| {
        let schemes = node.as_map().unwrap_or_default().iter();
        schemes
            .map(|e| (e.key.name.to_string(), scopes(&e.value)))
            .collect()
    };
    alternatives.unwrap_or_default().iter().map(one).collect()
}
