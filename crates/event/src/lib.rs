//! Events: what Palisade decided, saw or did, each of a class of the Open Cybersecurity Schema
//! Framework (OCSF), checked, completed, and sealed so that a person's fields can be erased
//! without breaking a proof.
//!
//! ```text
//! JSON ──from_json──▶ Event ──complete──▶ Complete ──seal──▶ leaf + private values
//! Draft ──build────▶                                              │ verify_private, erase, open
//!   └──Form::new──▶ Form ──fill────────────────────────────────────┘
//! ```
//!
//! Invariants:
//! - No IO, no clock, no randomness: time, ids and salts come in as values.
//! - Any bytes give an event or errors, never a panic; work is bounded by the size of the event.
//! - A message never quotes a value.
//! - A leaf never holds a personal value; erasing one changes no leaf.

pub mod activity;
mod canonical;
mod check;
mod class;
mod draft;
mod error;
mod event;
mod form;
mod json;
mod personal;
mod private;
#[cfg(test)]
mod sample;
mod schema;
mod seal;
mod uid;

pub use canonical::canonical;
pub use class::Class;
pub use draft::{Draft, Status, User};
pub use error::EventError;
pub use event::{Complete, Event, LIMIT, Product, Record, Stamp};
pub use form::{Fill, Filled, Form};
pub use private::{
    Private, PrivateError, Subject, erase, open, subjects, verify_encoded, verify_private,
};
pub use seal::{LARGEST_LEAF, Sealed};
pub use uid::uuid;
