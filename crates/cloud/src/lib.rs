//! Control-plane HTTP: all requests that Palisade itself makes, and the few that it answers beside
//! those of the application that it guards.
//!
//! Invariants:
//! - Every request has an end: a total time and a limit on what is read, in both directions.
//! - Nothing goes unencrypted over a network, unless somebody allowed it by name.
//! - No redirect is followed.
//! - No message holds a body, a header's value, a query or what else may be a credential.

mod client;
mod error;
mod serve;
mod tls;

pub use client::{Client, Options, Response};
pub use error::HttpError;
pub use serve::{Answer, Asked, Limits, serve};
pub use tls::{Identity, TlsError};
