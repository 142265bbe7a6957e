//! What was wrong with a request or response: where, and what the contract expects there.
//!
//! Nothing here repeats what was sent. A place names only what the contract names: a member that the
//! contract does not know appears as `*`.

use std::fmt;

/// More violations than this are not collected.
pub const MAX_VIOLATIONS: usize = 16;

/// The part of a message that something stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// A part of the path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// The body.
    Body,
    /// The status of a response.
    Status,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path parameter",
            Self::Query => "query parameter",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Body => "body",
            Self::Status => "status",
        })
    }
}

/// One thing that the contract does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The part of the message.
    pub spot: Spot,
    /// The parameter's name as the contract has it; empty for the body.
    pub name: String,
    /// A JSON pointer into the value; empty for all of it.
    pub pointer: String,
    /// What was broken: a keyword of JSON Schema, or one of ours, in kebab case.
    pub keyword: &'static str,
    /// What the contract expects.
    pub expected: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.spot)?;
        if !self.name.is_empty() {
            write!(f, " `{}`", self.name)?;
        }
        if !self.pointer.is_empty() {
            write!(f, " at {}", self.pointer)?;
        }
        write!(f, ": expected {} ({})", self.expected, self.keyword)
    }
}

/// All that was found wrong, at least one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    /// In the order path, query, headers, cookies, body.
    pub list: Vec<Violation>,
    /// Whether there was more than is listed.
    pub more: bool,
}

impl Violations {
    /// The keyword of the first violation.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        self.list.first().map_or("schema", |first| first.keyword)
    }

    pub(super) fn push(&mut self, violation: Violation) {
        if self.list.len() < MAX_VIOLATIONS {
            self.list.push(violation);
        } else {
            self.more = true;
        }
    }

    /// Adds a violation of a whole parameter, or of the whole body when `name` is empty.
    pub(super) fn add(
        &mut self,
        spot: Spot,
        name: &str,
        keyword: &'static str,
        expected: impl Into<String>,
    ) {
        self.push(Violation {
            spot,
            name: name.to_owned(),
            pointer: String::new(),
            keyword,
            expected: expected.into(),
        });
    }

    /// `value` when nothing was wrong.
    pub(super) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.list.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.list.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            violation.fmt(f)?;
        }
        if self.more {
            f.write_str("; and more")?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}
