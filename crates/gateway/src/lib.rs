//! The HTTP adapter of guard: a gateway that stands before functions, wherever they run.
//!
//! Invariants:
//! - Only what the guard has admitted is forwarded, and with the path, method and body that it was
//!   admitted with.
//! - What was admitted lives until the last byte of its answer: whoever goes away before is on
//!   record as gone.
//! - What can be read in two ways is refused, never repaired.
//! - Nobody but the gateway tells a function who calls and from where.
//! - Everything that a caller can make grow has an end: heads, bodies, connections, streams, pauses.

mod admin;
mod answer;
mod body;
mod connection;
mod error;
mod forward;
mod frames;
mod gateway;
mod headers;
mod identity;
mod incoming;
mod invoke;
mod link;
mod metrics;
mod pool;
mod scan;
pub mod settings;
mod slots;
mod tls;
mod websocket;
mod wire;

pub use error::GatewayError;
pub use gateway::{Gateway, Parts};
pub use identity::{Identity, Minted};
pub use settings::Settings;
pub use tls::{CLAUSES as TLS_CLAUSES, Floor, Tls};
