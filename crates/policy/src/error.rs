//! What is wrong in a file that a person wrote for Palisade. Every error has a place, says what is
//! wrong there, and where it can, what to write instead.

use palisade_core::{Problem, ProblemLevel, suggest};
use std::fmt;
use std::sync::Arc;

/// One mistake in a configuration, policy or exceptions file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    file: Arc<str>,
    line: u32,
    column: u32,
    message: String,
    help: Option<String>,
}

impl ConfigError {
    /// A mistake at a byte offset of a text.
    pub(crate) fn at(
        file: &Arc<str>,
        text: &str,
        offset: usize,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            file: file.clone(),
            line: clip(before.matches('\n').count() + 1),
            column: clip(before[line_start..].chars().count() + 1),
            message: message.into(),
            help,
        }
    }

    /// The file, as it was named.
    #[must_use]
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The column in characters, from 1.
    #[must_use]
    pub fn column(&self) -> u32 {
        self.column
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            message,
            help,
        } = self;
        write!(f, "{file}:{line}:{column}: {message}")?;
        match help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl From<ConfigError> for Problem {
    fn from(error: ConfigError) -> Self {
        let message = match &error.help {
            Some(help) => format!("{}; {help}", error.message),
            None => error.message,
        };
        Self {
            file: error.file,
            line: Some(error.line),
            column: Some(error.column),
            level: ProblemLevel::Configuration,
            message,
        }
    }
}

/// The help line for a word that is not known: the nearest one, or nothing.
#[must_use]
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    suggest(word, candidates).map(|word| format!("did you mean `{word}`?"))
}
