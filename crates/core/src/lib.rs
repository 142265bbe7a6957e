//! The words that every part of Palisade shares: severity, place, origin, problem, finding,
//! clause id, date.
//!
//! Invariants:
//! - No IO, no clock, no globals: only values and their rules.
//! - A [`Span`] is a byte range of one decoded text; only [`Sources`] turns it into line and column.
//! - A [`Finding`] is complete in itself: it can be written down after the sources are gone.

mod date;
mod finding;
mod id;
mod origin;
mod problem;
mod severity;
mod source;
mod suggest;
mod wildcard;

pub use date::{Date, ParseDateError};
pub use finding::{
    Finding, Fingerprint, Related, ResourceRef, Suppressed, SuppressedBy, Unresolved, Witness,
};
pub use id::{ClauseId, ParseClauseIdError};
pub use origin::{Origin, Via, ViaKind};
pub use problem::{Problem, ProblemLevel};
pub use severity::{Confidence, ParseSeverityError, Severity};
pub use source::{Excerpt, FileId, Location, Sources, Span};
pub use suggest::suggest;
pub use wildcard::fits_wildcards;
