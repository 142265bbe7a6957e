//! What a serverless application is, whatever language it is written in.
//!
//! Two layers. **Resources**: everything that a template declares, under the provider's own type
//! and property names, with [`Value`]s that say what is known and why the rest is not. **The
//! graph**: provider-neutral views over the resources: functions, entry points, identities,
//! stores, channels, log sinks.
//!
//! Invariants:
//! - Pure: other files come through the [`Files`] port, nothing else comes from outside.
//! - Broken input is data: reading gives an application and problems, and never fails as a whole
//!   because of a part.
//! - A front end never knows which rules exist; nothing here judges.
//! - The same input gives the same model, whatever else is scanned.

pub mod account;
mod application;
pub mod cfn;
pub mod combine;
mod documents;
mod files;
pub mod graph;
mod json;
pub mod json_text;
pub mod lookup;
mod resource;
mod secrets;
pub mod value;

pub use application::{Application, Language};
pub use documents::Documents;
pub use files::{FileError, Files, resolve};
pub use json::{dump, to_json};
pub use lookup::{Answer, Branch, Leaf, Verdict};
pub use resource::{Existence, Provider, Resource};
pub use secrets::Secrets;
pub use value::{Condition, Data, Part, Reason, ReasonKind, Value};
