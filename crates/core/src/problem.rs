//! What could not be read or understood: data, not an error.

use crate::{Sources, Span};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How much a problem matters to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemLevel {
    /// The input was read, but something in it is not as it should be.
    Warning,
    /// A setting or comment meant for Palisade is wrong.
    Configuration,
    /// Some input could not be read, so the verdict is not complete.
    Error,
}

/// Something that could not be read, with its place and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Path relative to the scanned root.
    pub file: Arc<str>,
    /// Line, from 1, where the place is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column, from 1, where the place is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// How much it matters.
    pub level: ProblemLevel,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl Problem {
    /// A problem with a whole file.
    pub fn file(
        path: impl Into<Arc<str>>,
        level: ProblemLevel,
        message: impl Into<String>,
    ) -> Self {
        Self {
            file: path.into(),
            line: None,
            column: None,
            level,
            message: message.into(),
        }
    }

    /// A problem at a place in a text.
    pub fn at(
        sources: &Sources,
        span: Span,
        level: ProblemLevel,
        message: impl Into<String>,
    ) -> Self {
        let location = sources.location(span);
        Self {
            file: location.file,
            line: Some(location.line),
            column: Some(location.column),
            level,
            message: message.into(),
        }
    }
}
