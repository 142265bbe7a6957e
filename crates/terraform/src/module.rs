//! A folder of configuration: its files together, with override files worked in.

use palisade_app::{FileError, Files, resolve};
use palisade_core::{FileId, Problem, ProblemLevel, Sources};
use palisade_syntax::hcl::{Attribute, Block, Body, Expr, HclDocument, parse_hcl, parse_hcl_json};
use palisade_syntax::{Comment, decode};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The files of all modules, as far as they were read, and what was wrong with them.
pub(crate) struct Reading<'f> {
    pub(crate) files: &'f dyn Files,
    pub(crate) sources: Sources,
    pub(crate) comments: Vec<(FileId, Vec<Comment>)>,
    pub(crate) problems: Vec<Problem>,
}

/// What a folder declares.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// The folder, relative to the scanned root; empty for the root itself.
    pub(crate) folder: Arc<str>,
    pub(crate) variables: BTreeMap<Arc<str>, Block>,
    pub(crate) locals: BTreeMap<Arc<str>, Attribute>,
    pub(crate) outputs: BTreeMap<Arc<str>, Block>,
    pub(crate) calls: BTreeMap<Arc<str>, Block>,
    /// By type and name.
    pub(crate) resources: BTreeMap<(Arc<str>, Arc<str>), Block>,
    pub(crate) data: BTreeMap<(Arc<str>, Arc<str>), Block>,
    pub(crate) providers: Vec<Block>,
    /// Where the state is kept (`backend` in `terraform`).
    pub(crate) backends: Vec<Block>,
    /// Values for the variables of a root module: `terraform.tfvars`, `*.auto.tfvars`.
    pub(crate) given: Vec<Attribute>,
}

/// Whether a file is of configuration, by its name.
#[must_use]
pub fn is_configuration(name: &str) -> bool {
    name.ends_with(".tf") || name.ends_with(".tf.json")
}

fn is_override(name: &str) -> bool {
    let stem = name.trim_end_matches(".json").trim_end_matches(".tf");
    stem == "override" || stem.ends_with("_override")
}

fn is_given(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

pub(crate) fn join(folder: &str, name: &str) -> String {
    match folder {
        "" | "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// The path of what the configuration of a folder names by a relative path; nothing when it lies
/// outside of the tree.
pub(crate) fn named_in(folder: &str, path: &str) -> Option<String> {
    // Relative to the folder of any of its files.
    resolve(&join(folder, "main.tf"), path)
}

/// The folders whose modules the configuration of this one calls, as far as that can be told
/// without evaluating it: sources that are written as local paths.
#[must_use]
pub fn calls(folder: &str, files: &dyn Files) -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    let names = files.list(folder).unwrap_or_default();
    for name in names.iter().filter(|name| is_configuration(name)) {
        let mut reading = Reading {
            files,
            sources: Sources::default(),
            comments: Vec::new(),
            problems: Vec::new(),
        };
        let path = join(folder, name);
        let worth = files.read(&path).is_ok_and(|bytes| names_folder(&bytes));
        let Some(body) = worth.then(|| reading.body(&path)).flatten() else {
            continue;
        };
        for block in body.blocks_of("module") {
            let source = block.body.get("source").and_then(Expr::as_text);
            let local = source.filter(|source| is_local(source));
            called.extend(local.and_then(|source| named_in(folder, source)));
        }
    }
    called.remove(folder);
    called
}

/// Whether a text may name a folder as a source of a module.
fn names_folder(bytes: &[u8]) -> bool {
    bytes
        .windows(3)
        .any(|three| matches!(three, b"\"./" | b"\".."))
}

/// Whether the source of a module is a path.
pub(crate) fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../")
}

impl Reading<'_> {
    /// The module of a folder; nothing when no file there is of configuration.
    pub(crate) fn module(&mut self, folder: &str) -> Option<Module> {
        let mut names = self.files.list(folder)?;
        names.sort();
        let configuration = names.iter().filter(|name| is_configuration(name));
        let (overriding, plain): (Vec<&String>, Vec<&String>) =
            configuration.partition(|name| is_override(name));
        if plain.is_empty() && overriding.is_empty() {
            return None;
        }
        let mut module = Module {
            folder: Arc::from(folder),
            ..Module::default()
        };
        for name in plain {
            if let Some(body) = self.body(&join(folder, name)) {
                self.declare(body, false, &mut module);
            }
        }
        for name in overriding {
            if let Some(body) = self.body(&join(folder, name)) {
                self.declare(body, true, &mut module);
            }
        }
        // Later files win: first `terraform.tfvars`, then the automatic ones by name.
        let mut given: Vec<&String> = names.iter().filter(|name| is_given(name)).collect();
        given.sort_by_key(|name| !name.starts_with("terraform.tfvars"));
        for name in given {
            module.given.extend(self.values(&join(folder, name)));
        }
        Some(module)
    }

    /// The values that a file of variables gives.
    pub(crate) fn values(&mut self, path: &str) -> Vec<Attribute> {
        self.body(path)
            .map_or_else(Vec::new, |body| body.attributes)
    }

    fn body(&mut self, path: &str) -> Option<Body> {
        match self.document(path) {
            Ok((file, document)) => {
                self.comments.push((file, document.comments));
                Some(document.body)
            }
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn document(&mut self, path: &str) -> Result<(FileId, HclDocument), Problem> {
        let unreadable = |error: &FileError| {
            Problem::file(path, ProblemLevel::Error, format!("`{path}`: {error}"))
        };
        let bytes = self.files.read(path).map_err(|error| unreadable(&error))?;
        let text = decode(&bytes).map_err(|error| {
            Problem::file(path, ProblemLevel::Error, format!("`{path}` {error}"))
        })?;
        let file = self.sources.add(path, text);
        let text = self.sources.text(file);
        let document = match path.ends_with(".json") {
            true => parse_hcl_json(file, text),
            false => parse_hcl(file, text),
        };
        let document = document.map_err(|error| {
            Problem::at(
                &self.sources,
                error.span,
                ProblemLevel::Error,
                error.message,
            )
        })?;
        Ok((file, document))
    }

    fn declare(&mut self, body: Body, overriding: bool, module: &mut Module) {
        for block in body.blocks {
            let label = |n: usize| block.labels.get(n).map(|label| label.text.clone());
            match (&*block.kind.text, label(0), label(1)) {
                ("locals", ..) => {
                    for attribute in block.body.attributes {
                        module.locals.insert(attribute.name.text.clone(), attribute);
                    }
                }
                ("variable", Some(name), _) => {
                    self.add(&mut module.variables, name, block, overriding);
                }
                ("output", Some(name), _) => {
                    self.add(&mut module.outputs, name, block, overriding);
                }
                ("module", Some(name), _) => self.add(&mut module.calls, name, block, overriding),
                ("resource", Some(kind), Some(name)) => {
                    self.add(&mut module.resources, (kind, name), block, overriding);
                }
                ("data", Some(kind), Some(name)) => {
                    self.add(&mut module.data, (kind, name), block, overriding);
                }
                ("provider", Some(_), _) => module.providers.push(block),
                ("terraform", ..) => {
                    let blocks = block.body.blocks.into_iter();
                    let backends = blocks.filter(|block| &*block.kind.text == "backend");
                    module.backends.extend(backends);
                }
                // `check` blocks may declare data sources of their own.
                ("check", ..) => {
                    for block in block.body.blocks {
                        let label = |n: usize| block.labels.get(n).map(|label| label.text.clone());
                        if let ("data", Some(kind), Some(name)) =
                            (&*block.kind.text, label(0), label(1))
                        {
                            self.add(&mut module.data, (kind, name), block, overriding);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn add<K: Ord>(
        &mut self,
        into: &mut BTreeMap<K, Block>,
        key: K,
        block: Block,
        overriding: bool,
    ) {
        match into.get_mut(&key) {
            Some(known) if overriding => work_in(known, block),
            Some(known) => {
                let first = self.sources.location(known.span);
                let message = format!(
                    "`{}` is declared twice; first at {}:{}, which is the one that counts",
                    block
                        .labels
                        .iter()
                        .map(|l| &*l.text)
                        .collect::<Vec<_>>()
                        .join("."),
                    first.file,
                    first.line
                );
                let problem =
                    Problem::at(&self.sources, block.span, ProblemLevel::Warning, message);
                self.problems.push(problem);
            }
            None => {
                into.insert(key, block);
            }
        }
    }
}

/// Works an override into a block: its attributes count, and its nested blocks replace those of the
/// same kind (Terraform, "Override Files").
fn work_in(block: &mut Block, by: Block) {
    let body = &mut block.body;
    for attribute in by.body.attributes {
        body.attributes
            .retain(|known| known.name.text != attribute.name.text);
        body.attributes.push(attribute);
    }
    body.blocks.retain(|known| {
        !by.body
            .blocks
            .iter()
            .any(|b| b.kind.text == known.kind.text)
    });
    body.blocks.extend(by.body.blocks);
}
