//! How the result of a scan is written: for people, for CI, for other programs.
//!
//! Invariants:
//! - Pure: a report in, text out. No colours are decided here: the caller says whether to use them.
//! - The same report gives the same bytes.
//! - No format leaves out a finding, a problem or something unresolved that another shows.

pub mod coverage;
mod json;

pub use json::json;
