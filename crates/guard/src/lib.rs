//! The chain that every invocation passes before it reaches a function. Nothing here knows of HTTP.

pub mod config;
mod path;
mod reason;
mod request;

pub use path::{LONGEST as LONGEST_PATH, Path, PathError};
pub use reason::{Answer, Reason, Step};
pub use request::{Call, Entry, Headers, Occurrence, Peer, Request, SourceKind};
