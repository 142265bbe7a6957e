//! The documents of one application: read through the port, parsed, with their comments and with
//! what is wrong with them.

use crate::files::{FileError, Files, resolve};
use palisade_core::{FileId, Problem, ProblemLevel, Sources, Span};
use palisade_syntax::{Comment, Node, SyntaxError, decode, parse};
use std::fmt;

/// What was read for one application.
pub struct Documents<'f> {
    /// Where other files come from.
    pub files: &'f dyn Files,
    /// The texts.
    pub sources: Sources,
    /// Their comments.
    pub comments: Vec<(FileId, Vec<Comment>)>,
    /// What could not be read or understood.
    pub problems: Vec<Problem>,
}

impl fmt::Debug for Documents<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documents")
            .field("sources", &self.sources)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

impl<'f> Documents<'f> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(files: &'f dyn Files) -> Self {
        Self {
            files,
            sources: Sources::default(),
            comments: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Reads a text as a tree.
    ///
    /// # Errors
    /// The first place at which it is not well-formed.
    pub fn parse(&mut self, path: &str, bytes: &[u8]) -> Result<Node, Problem> {
        let text = decode(bytes).map_err(|error| {
            Problem::file(path, ProblemLevel::Error, format!("`{path}` {error}"))
        })?;
        let file = self.sources.add(path, text);
        let text = self.sources.text(file);
        let document = parse(file, text).map_err(|SyntaxError { span, message }| {
            Problem::at(&self.sources, span, ProblemLevel::Error, message)
        })?;
        for (key, span) in &document.duplicate_keys {
            self.problems.push(Problem::at(
                &self.sources,
                *span,
                ProblemLevel::Warning,
                format!("the key `{key}` is written twice in the same map; the last one is used"),
            ));
        }
        if let Some(span) = document.second_document {
            self.problems.push(Problem::at(
                &self.sources,
                span,
                ProblemLevel::Warning,
                "a second YAML document begins here; only the first one is a template",
            ));
        }
        self.comments.push((file, document.comments));
        Ok(document.root)
    }

    /// Notes a problem with a place.
    pub fn problem(&mut self, span: Span, level: ProblemLevel, message: impl Into<String>) {
        self.problems
            .push(Problem::at(&self.sources, span, level, message));
    }

    /// Reads another file as a tree; what is wrong with it is a problem at `span`.
    pub fn load(&mut self, base: &str, location: &str, span: Span) -> Option<(String, Node)> {
        let path = resolve(base, location);
        let bytes = match &path {
            Some(path) => self.files.read(path),
            None => Err(FileError::Outside),
        };
        match (path, bytes) {
            (Some(path), Ok(bytes)) => match self.parse(&path, &bytes) {
                Ok(node) => Some((path, node)),
                Err(problem) => {
                    self.problems.push(problem);
                    None
                }
            },
            (_, Err(error)) => {
                let message = format!("`{location}` is not read: {error}");
                self.problem(span, ProblemLevel::Warning, message);
                None
            }
            (None, Ok(_)) => None,
        }
    }
}
