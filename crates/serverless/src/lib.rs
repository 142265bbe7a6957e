//! The Serverless Framework front end: `serverless.yml` (versions 2 to 4) to the same
//! [`Application`](palisade_app::Application) as every other language gives.
//!
//! document → variables resolved on the tree → the `CloudFormation` template that the framework
//! deploys, each node with the place of what the person wrote → `app::cfn`, which evaluates it.
//!
//! Invariants:
//! - Pure and deterministic; other files only through the `Files` port.
//! - Never panics; what is not understood is a problem or an unknown value, never dropped in silence.
//! - Logical ids are those of the framework, so that `resources` and `extensions` may refer to them.

mod build;
mod compose;
mod events;
mod function;
mod make;
mod names;
mod pseudo;
mod role;
mod shared;
mod variables;

use build::Build;
use make::{entry, obj};
use palisade_app::cfn::{self, Outcome};
use palisade_app::{Documents, Files, Language};
use palisade_core::{Origin, Problem, ProblemLevel};
use palisade_syntax::{Data, Node};
use std::collections::BTreeMap;
use variables::Resolver;

/// What is given from outside.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The stage that is deployed to; without one, what the service says, or `dev`.
    pub stage: Option<String>,
    /// Values of `${opt:…}` and `${param:…}`.
    pub parameters: BTreeMap<String, String>,
    /// Values of `${env:…}`; the environment of the machine is never asked.
    pub env: BTreeMap<String, String>,
}

/// Whether a file is one of the framework's, by its name and without parsing it.
#[must_use]
pub fn looks_like(path: &str, bytes: &[u8]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let data = [".yml", ".yaml", ".json"]
        .iter()
        .any(|end| name.ends_with(end));
    if !name.starts_with("serverless") {
        return false;
    }
    is_code(&name) || (data && (contains(bytes, b"provider") || contains(bytes, b"services")))
}

/// Whether it is a service that is written as code.
fn is_code(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ["ts", "js", "cjs", "mjs"]
        .iter()
        .any(|end| name == format!("serverless.{end}"))
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// Reads the service at `path` and everything that it brings in.
#[must_use]
pub fn read(path: &str, bytes: &[u8], files: &dyn Files, options: &Options) -> Outcome {
    let broken = |level, message: String| Outcome::Broken(Problem::file(path, level, message));
    if is_code(path) {
        return broken(
            ProblemLevel::Error,
            format!(
                "`{path}` is code and is not read; export it (`serverless print > serverless.yml`), or package the service and scan `.serverless`"
            ),
        );
    }
    let mut documents = Documents::new(files);
    let mut root = match documents.parse(path, bytes) {
        Ok(root) => root,
        Err(problem) => return Outcome::Broken(problem),
    };
    if root.get("services").is_some() && root.get("provider").is_none() {
        return Outcome::NotTemplate("a list of services, which are read by themselves");
    }
    if root.get("service").is_none() || root.get("provider").is_none() {
        return Outcome::NotTemplate("a document without `service` and `provider`");
    }
    cfn::long_form::to_long_form(&mut root);
    let composed = compose::parameters(path, files);
    let mut resolver = Resolver::new(&mut documents, options, path, &root, composed);
    let stage = resolver.stage(&root.origin);
    let mut resolved = resolver.resolve(&root);
    if build::uses_plugin(&resolved, pseudo::PLUGIN) {
        pseudo::resolve(&mut resolved);
    }
    let symbols = std::mem::take(&mut resolver.symbols);
    let mut build = Build::new(resolved, stage);
    if let Some(cloud) = build.cloud().filter(|cloud| *cloud != "aws") {
        let message =
            format!("`{path}` is deployed to `{cloud}`; only services for `aws` are read");
        return broken(ProblemLevel::Warning, message);
    }
    build.make();
    let mut template = build.template();
    let declared: Vec<_> = symbols
        .into_iter()
        .map(|(name, span)| {
            let origin = Origin::at(span);
            let mut parameter = obj!(&origin; "Type" => "String");
            if &*name == variables::STAGE && build.stage.as_str().is_some() {
                parameter.insert("Default", build.stage.clone());
            }
            entry(name, parameter, &origin)
        })
        .collect();
    match template.get_mut("Parameters").and_then(Node::as_map_mut) {
        Some(parameters) => parameters.extend(declared),
        None => template.insert("Parameters", Node::new(Data::Map(declared), root.origin)),
    }
    for (span, message) in &build.problems {
        documents.problem(*span, ProblemLevel::Warning, message.as_str());
    }
    let given = cfn::Options {
        parameters: build.stack_parameters().into_iter().collect(),
    };
    let tree = cfn::Tree {
        path,
        root: template,
        documents,
        language: Language::Serverless,
        owners: build.owners,
    };
    let (mut application, problems) = cfn::read_tree(tree, &given);
    // Files with resources are a part of this service, and no templates of their own.
    let sources = &application.sources;
    let resources = |text: &str| text.contains("Resources") && text.contains("AWS::");
    let mut brought: Vec<_> = sources
        .files()
        .filter(|(id, file)| ***file != *path && resources(sources.text(*id)))
        .map(|(_, file)| file.clone())
        .collect();
    brought.sort();
    brought.dedup();
    application.nested = brought;
    Outcome::Application(Box::new(application), problems)
}

impl Build {
    /// Makes everything that the framework makes.
    fn make(&mut self) {
        self.begin_roles();
        self.deployment_bucket();
        self.layers();
        for function in self.functions.clone().iter() {
            self.function_resources(function);
        }
        self.all_events();
        self.finish_roles();
        self.note_plugins();
    }
}

#[cfg(test)]
mod tests;
