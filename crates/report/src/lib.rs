//! How the result of a scan is written: for people, for CI, for other programs; and how rules are
//! explained.
//!
//! Invariants:
//! - Pure: a report in, text out. No colours are decided here: the caller says whether to use them.
//! - The same report gives the same bytes.
//! - Every finding counts in every format. Where text is shortened it says so, and says how to see
//!   the rest.
//! - Source lines are shown without secrets.
//! - Text of templates and names of files are never trusted: no format lets them move a cursor,
//!   start a line, give a command to a CI system, or become markup.

mod clean;
pub mod coverage;
pub mod explain;
pub mod github;
mod group;
pub mod html;
pub mod iam;
mod json;
pub mod junit;
mod line;
pub mod markdown;
mod mask;
mod paint;
pub mod rules;
pub mod sarif;
mod sections;
pub mod text;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod testing;

pub use clean::line as one_line;
pub use json::{json, render as render_json};
pub use sections::{Policy, SectionOf, SectionState};
pub use text::Style;
