//! What is wrong with an event.
//!
//! A message never quotes a value, for a value may be a secret or a person's: it names places,
//! types and lengths, and says what to do.

use std::fmt;

/// Names longer than this are cut in messages.
const LONGEST_NAME: usize = 64;

/// One thing that is wrong with an event, where it is, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventError {
    path: String,
    position: Option<(usize, usize)>,
    problem: String,
    help: String,
}

impl EventError {
    pub(crate) fn new(
        path: &Path<'_>,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            path: path.pointer(),
            position: None,
            problem: problem.into(),
            help: help.into(),
        }
    }

    pub(crate) fn at(mut self, line: usize, column: usize) -> Self {
        self.position = Some((line, column));
        self
    }

    /// Where, as a JSON pointer (RFC 6901); empty for the event as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Line and column, both from 1, where the text is not JSON.
    #[must_use]
    pub fn position(&self) -> Option<(usize, usize)> {
        self.position
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What to do.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.position {
            write!(f, "line {line}, column {column}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        write!(f, "{}; {}", self.problem, self.help)
    }
}

impl std::error::Error for EventError {}

/// A place in an event while it is walked: costs nothing until an error needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    Top,
    Member(&'a Path<'a>, &'a str),
    Element(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Top => String::new(),
            Self::Member(above, name) => {
                let name = shown(name).replace('~', "~0").replace('/', "~1");
                format!("{}/{name}", above.pointer())
            }
            Self::Element(above, index) => format!("{}/{index}", above.pointer()),
        }
    }
}

/// A name as a message shows it: cut, and nothing in it that a terminal obeys.
pub(crate) fn shown(name: &str) -> String {
    let end = name.char_indices().nth(LONGEST_NAME);
    let cut = end.map_or(name, |(end, _)| &name[..end]);
    let mut text = String::with_capacity(cut.len());
    for c in cut.chars() {
        match c {
            '`'
            | '\u{80}'..='\u{9f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => text.push('\u{fffd}'),
            c if c.is_ascii_control() => text.push('\u{fffd}'),
            c => text.push(c),
        }
    }
    if end.is_some() {
        text.push('…');
    }
    text
}

/// Several names for a message: `` `a`, `b` ``.
pub(crate) fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_json_pointer() {
        let (top, list) = (Path::Top, "a/b~c");
        let member = Path::Member(&top, list);
        assert_eq!(Path::Top.pointer(), "");
        assert_eq!(Path::Element(&member, 3).pointer(), "/a~1b~0c/3");
    }

    #[test]
    fn names_are_cut_and_tame() {
        assert_eq!(
            shown("a\u{1b}[31m`b\u{202e}"),
            "a\u{fffd}[31m\u{fffd}b\u{fffd}"
        );
        assert_eq!(shown(&"é".repeat(65)), "é".repeat(64) + "…");
    }
}
