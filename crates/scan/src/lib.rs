//! The driver of `palisade scan`: one file to an application, the rules over it, and all of it
//! together to one report.
//!
//! Invariants:
//! - Pure: files come through the [`Tree`] port, the day comes as a value. The rim may run
//!   [`examine()`] for many files at once; [`Report::of`] puts the parts into one order.
//! - What is said of a template depends on it and on what it brings in, never on what else is
//!   scanned. (A template that another one brings in as a nested stack is judged as a part of
//!   that one.)
//! - Nothing is skipped in silence: what can't be read is a problem, what can't be decided is
//!   unresolved, what is left out is listed.

mod environments;
mod examine;
mod read;
mod report;
mod silence;
mod words;

pub use environments::merge;
pub use examine::{Examined, Settings, Tree, examine};
pub use palisade_terraform::{calls as terraform_calls, is_configuration as is_terraform};
pub use read::{Given, Input, looks_like_application, looks_like_template, read};
pub use report::{EntryPointRow, LeftOut, Report, Stats};
