//! The chain that every invocation passes before it reaches a function. Nothing here knows of HTTP.
//!
//! Invariants:
//! - Only what has passed every step can be admitted: each step is made by the one before.
//! - A decision is on record before it takes effect; whatever ends half-way is on record too.
//! - A step that cannot decide denies; what has no route and no source is refused.
//! - Nothing that a caller sent stands in a reason.

mod asked;
pub mod authorize;
mod chain;
mod compiled;
pub mod config;
pub mod events;
mod guard;
pub mod init;
mod issuers;
pub mod keys;
pub mod limit;
mod lock;
mod path;
mod percent;
mod reason;
mod record;
mod request;
mod routes;
mod sources;
mod steps;
mod suppose;
pub mod validate;

pub use asked::Asked;
pub use chain::{
    Admitted, Authenticated, Authorized, Body, Checked, Denied, Limited, Received, Refusal,
    Validated,
};
pub use guard::{Guard, Parts, Random, Trouble};
pub use issuers::{Fetch, FetchError, Fetched};
pub use path::{LONGEST as LONGEST_PATH, Path, PathError};
pub use reason::{Answer, Reason, Step};
pub use record::Outcome;
pub use request::{Call, Entry, Headers, Occurrence, Peer, Request, SourceKind};
pub use suppose::Supposed;
