//! The files of a contract: read once, joined by `$ref`, never fetched from anywhere.

use palisade_core::{FileId, Problem, ProblemLevel, Sources, Span};
use palisade_syntax::{Data, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Where the other files of a contract come from: a path relative to where the contract is, to bytes.
pub type Files<'f> = &'f dyn Fn(&str) -> Option<Vec<u8>>;

/// More files than this are not read for one contract.
const MAX_FILES: usize = 10_000;

/// Which words a schema may use, and what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `OpenAPI` 3.0: an early draft with `nullable`, and what stands beside `$ref` is ignored.
    OpenApi30,
    /// Drafts up to 7: what stands beside `$ref` is ignored.
    Old,
    /// 2019-09 and 2020-12.
    Modern,
}

#[derive(Debug)]
pub(super) struct Tree {
    path: String,
    pub(super) root: Node,
    pub(super) dialect: Dialect,
}

/// A node, and the file that it is in: references are relative to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'d> {
    pub(super) tree: usize,
    pub(super) node: &'d Node,
}

impl<'d> Place<'d> {
    /// Another node of the same file.
    pub(super) fn with(self, node: &'d Node) -> Self {
        Self { node, ..self }
    }

    pub(super) fn get(self, name: &str) -> Option<Self> {
        self.node.get(name).map(|node| self.with(node))
    }

    pub(super) fn span(self) -> Span {
        self.node.origin.span
    }

    pub(super) fn text(self, name: &str) -> Option<Arc<str>> {
        self.node.get(name)?.scalar_text()
    }

    pub(super) fn is_true(self, name: &str) -> bool {
        self.flag(name) == Some(true)
    }

    pub(super) fn flag(self, name: &str) -> Option<bool> {
        match self.node.get(name)?.data {
            Data::Bool(is) => Some(is),
            _ => None,
        }
    }
}

/// What was found wrong in a contract, in the order of places, each thing once.
pub(super) type Problems = BTreeSet<Problem>;

/// All files of a contract.
#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) sources: Sources,
    pub(super) trees: Vec<Tree>,
    /// Files by path, and by the `$id` that their top has.
    names: BTreeMap<String, usize>,
}

impl Documents {
    /// Reads a file and all that it refers to.
    pub(super) fn read(name: &str, text: &[u8], files: Files<'_>, problems: &mut Problems) -> Self {
        let mut documents = Self::default();
        documents.add(name, text, problems);
        let mut next = 0;
        while next < documents.trees.len() {
            let mut references = Vec::new();
            if let Some(tree) = documents.trees.get(next) {
                file_references(&tree.root, &mut references);
            }
            for (reference, span) in references {
                documents.follow(next, &reference, span, files, problems);
            }
            next += 1;
        }
        documents
    }

    fn follow(
        &mut self,
        tree: usize,
        reference: &str,
        span: Span,
        files: Files<'_>,
        problems: &mut Problems,
    ) {
        let Some(path) = self.path_of(tree, reference) else {
            return;
        };
        if self.names.contains_key(&path) {
            return;
        }
        if self.trees.len() == MAX_FILES {
            problems.insert(self.error(span, format!("more than {MAX_FILES} files; refused")));
        } else if let Some(text) = files(&path) {
            self.add(&path, &text, problems);
        }
    }

    fn add(&mut self, path: &str, text: &[u8], problems: &mut Problems) {
        let text = match palisade_syntax::decode(text) {
            Ok(text) => text,
            Err(error) => {
                let message = error.to_string();
                problems.insert(Problem::file(path, ProblemLevel::Error, message));
                return;
            }
        };
        let file = self.sources.add(path, &*text);
        let parsed = palisade_syntax::parse(file, &text);
        let mut root = Node::default();
        match parsed {
            Ok(document) => {
                for (name, span) in &document.duplicate_keys {
                    let message = format!("`{name}` stands here twice; the later one counts");
                    problems.insert(self.warning(*span, message));
                }
                root = document.root;
                as_yaml_1_2(&mut root, &text, file);
            }
            Err(error) => {
                problems.insert(self.error(error.span, error.message));
            }
        }
        let first = self.trees.first().map_or(Dialect::Modern, |t| t.dialect);
        let dialect = dialect(&root).unwrap_or(first);
        let at = self.trees.len();
        if let Some(id) = root.get("$id").and_then(Node::as_str) {
            self.names.insert(id.trim_end_matches('#').to_owned(), at);
        }
        self.names.insert(path.to_owned(), at);
        self.trees.push(Tree {
            path: path.to_owned(),
            root,
            dialect,
        });
    }

    /// The top of the first file.
    pub(super) fn top(&self) -> Option<Place<'_>> {
        let node = &self.trees.first()?.root;
        Some(Place { tree: 0, node })
    }

    pub(super) fn dialect(&self, place: Place<'_>) -> Dialect {
        self.trees
            .get(place.tree)
            .map_or(Dialect::Modern, |tree| tree.dialect)
    }

    pub(super) fn error(&self, span: Span, message: impl Into<String>) -> Problem {
        Problem::at(&self.sources, span, ProblemLevel::Error, message)
    }

    pub(super) fn warning(&self, span: Span, message: impl Into<String>) -> Problem {
        Problem::at(&self.sources, span, ProblemLevel::Warning, message)
    }

    /// The path of the other file that a reference names; `None` when it names none, or a remote one.
    fn path_of(&self, tree: usize, reference: &str) -> Option<String> {
        let path = reference.split('#').next().unwrap_or("");
        if path.is_empty() || path.contains(':') || path.starts_with('/') || path.contains('\\') {
            return None;
        }
        let mut parts: Vec<&str> = self.trees.get(tree)?.path.split('/').collect();
        parts.pop();
        for part in path.split('/') {
            match part {
                "." | "" => {}
                ".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        Some(parts.join("/"))
    }

    /// The node that a reference leads to, or why there is none.
    pub(super) fn resolve(&self, from: Place<'_>, reference: &str) -> Result<Place<'_>, String> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let tree = if path.is_empty() {
            from.tree
        } else if let Some(tree) = self.names.get(path) {
            *tree
        } else if let Some(local) = self.path_of(from.tree, reference) {
            *self.names.get(&local).ok_or_else(|| {
                format!("`{local}` could not be read; files beside the contract can be referred to")
            })?
        } else {
            return Err(format!(
                "`{reference}` is not a file beside the contract; nothing is fetched from elsewhere"
            ));
        };
        let missing = || format!("nothing stands at `{reference}`");
        let root = &self.trees.get(tree).ok_or_else(missing)?.root;
        let fragment = super::text::decode(fragment, false).ok_or_else(missing)?;
        let mut node = root;
        if let Some(pointer) = fragment.strip_prefix('/') {
            for part in pointer.split('/') {
                let part = part.replace("~1", "/").replace("~0", "~");
                let index = || node.as_seq()?.get(part.parse::<usize>().ok()?);
                node = node.get(&part).or_else(index).ok_or_else(missing)?;
            }
        } else if !fragment.is_empty() {
            node = anchor(root, &fragment).ok_or_else(missing)?;
        }
        Ok(Place { tree, node })
    }

    /// Follows the `$ref`s of a node that is not a schema, a bounded number of them.
    pub(super) fn follow_all<'d>(
        &'d self,
        mut place: Place<'d>,
        problems: &mut Problems,
    ) -> Option<Place<'d>> {
        for _ in 0..32 {
            let Some(reference) = place.node.get("$ref").and_then(Node::as_str) else {
                return Some(place);
            };
            match self.resolve(place, reference) {
                Ok(target) => place = target,
                Err(message) => {
                    problems.insert(self.error(place.span(), message));
                    return None;
                }
            }
        }
        problems.insert(self.error(place.span(), "these references lead in a circle"));
        None
    }
}

/// What a file says of its own dialect.
fn dialect(root: &Node) -> Option<Dialect> {
    if let Some(version) = root.get("openapi").and_then(Node::scalar_text) {
        return Some(if version.starts_with("3.0") {
            Dialect::OpenApi30
        } else {
            Dialect::Modern
        });
    }
    let schema = root.get("$schema")?.as_str()?;
    let old = ["draft-03", "draft-04", "draft-05", "draft-06", "draft-07"];
    Some(if old.iter().any(|draft| schema.contains(draft)) {
        Dialect::Old
    } else {
        Dialect::Modern
    })
}

/// Collects the references that name a file.
fn file_references(node: &Node, into: &mut Vec<(String, Span)>) {
    match &node.data {
        Data::Seq(items) => items.iter().for_each(|item| file_references(item, into)),
        Data::Map(entries) => {
            for entry in entries {
                match entry.value.as_str() {
                    Some(text) if &*entry.key.name == "$ref" && !text.starts_with('#') => {
                        into.push((text.to_owned(), entry.value.origin.span));
                    }
                    _ => file_references(&entry.value, into),
                }
            }
        }
        _ => {}
    }
}

/// The schema that has this `$anchor` (or, before 2019-09, this `$id`).
fn anchor<'d>(node: &'d Node, name: &str) -> Option<&'d Node> {
    let is = |word| node.get(word).and_then(Node::as_str);
    if is("$anchor") == Some(name)
        || is("$dynamicAnchor") == Some(name)
        || is("$id").and_then(|id| id.strip_prefix('#')) == Some(name)
    {
        return Some(node);
    }
    match &node.data {
        Data::Seq(items) => items.iter().find_map(|item| anchor(item, name)),
        Data::Map(entries) => entries.iter().find_map(|e| anchor(&e.value, name)),
        _ => None,
    }
}

/// `OpenAPI` is YAML 1.2, where `no` and `on` are texts (the country, the switch); the tree was read
/// as YAML 1.1. The text that was written tells them apart.
fn as_yaml_1_2(node: &mut Node, text: &str, file: FileId) {
    let written = |span: Span| {
        let range = (span.file == file).then(|| span.range())?;
        let word = text.get(range)?;
        let word_1_1 = ["yes", "no", "on", "off"].iter();
        word_1_1
            .clone()
            .any(|w| w.eq_ignore_ascii_case(word))
            .then(|| Arc::<str>::from(word))
    };
    match &mut node.data {
        Data::Bool(_) => {
            if let Some(word) = written(node.origin.span) {
                node.data = Data::String(word);
            }
        }
        Data::Seq(items) => items
            .iter_mut()
            .for_each(|item| as_yaml_1_2(item, text, file)),
        Data::Map(entries) => {
            for entry in entries {
                if matches!(&*entry.key.name, "true" | "false")
                    && let Some(word) = written(entry.key.origin.span)
                {
                    entry.key.name = word;
                }
                as_yaml_1_2(&mut entry.value, text, file);
            }
        }
        _ => {}
    }
}
