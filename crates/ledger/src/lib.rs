//! An append-only record of events that cannot be quietly changed.
//!
//! Invariants:
//! - An event whose receipt was given survives a kill and a loss of power. After a write or sync
//!   that failed, nothing is acknowledged until the ledger is opened again.
//! - Events have dense indices in one order.
//! - Nothing is written unencrypted but hashes, signed notes and lengths.
//! - Verification never changes a byte.

mod disk;
mod error;
mod keys;
mod segment;
mod store;

pub use disk::{Disk, DiskFile, Folder};
pub use error::{Fault, FaultKind, LedgerError};
pub use keys::{DataKey, KeyError, KeyService, WrappedKey};
