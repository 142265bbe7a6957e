//! Requests, responses and events held to their contract: `OpenAPI` 3.0 and 3.1, JSON Schema.
//!
//! A [`Contract`] is read once (its problems have places), an [`Operation`] compiled for each route,
//! and many requests held to it. Invariants:
//! - Nothing is fetched: a `$ref` leads into the contract's own files or is a problem.
//! - What cannot be understood is a problem, and until it is mended nothing satisfies it.
//! - Work is bounded by the length of what was sent: patterns are matched in linear time, nesting,
//!   members, items and parameters have limits, duplicate names are refused.
//! - A [`Violation`] tells what the contract expects, never what was sent.
//! - What is dropped is cut out; all else stays as it was written, numbers included.

mod body;
mod contract;
mod document;
mod instance;
mod json;
mod multipart;
mod operation;
mod parameter;
mod schema;
mod shape;
mod text;
mod translate;
mod violation;

pub use contract::{Contract, Listed};
pub use document::Files;
pub use json::JsonLimits;
pub use operation::{Checked, Limits, Operation, Parts, Payload, Rules};
pub use schema::Schema;
pub use shape::Unknown;
pub use violation::{MAX_VIOLATIONS, Spot, Violation, Violations};

#[cfg(test)]
mod tests;
