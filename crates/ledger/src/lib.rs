//! An append-only record of events that cannot be quietly changed.
//!
//! Invariants:
//! - An event whose receipt was given survives a kill and a loss of power. After a write or sync
//!   that failed, nothing is acknowledged until the ledger is opened again.
//! - Events have dense indices in one order.
//! - Nothing is written unencrypted but hashes, signed notes and lengths.
//! - What the ledger removes, erases or wraps with another key is an event of its own before; what
//!   was begun is finished at the next opening. A hold goes before erasure and before expiry.
//! - Verification never changes a byte.

mod access;
mod append;
mod backup;
mod clock;
mod contents;
mod deeds;
mod disk;
mod erase;
mod error;
mod expire;
mod export;
mod finish;
mod hold;
mod index;
mod keys;
mod ledger;
mod nodes;
mod open;
mod own;
mod prove;
mod publish;
mod query;
mod queue;
mod read;
mod reading;
mod rekey;
mod sealing;
mod segment;
mod sign;
mod stats;
mod store;
mod tail;
mod terms;
mod tiles;
mod verify;
mod witness;
mod writer;

pub use access::{Elsewhere, Permit, ReadError, Reader, Refusal, Role, Roles, permit};
pub use backup::{Restored, backup, restore};
pub use clock::{Clock, SystemClock};
pub use deeds::{Erasure, Hold, KeepError, Objection, Scope, Tag, erasures, holds};
pub use disk::{Disk, DiskFile, Folder, Held, Lock};
pub use erase::Erased;
pub use error::{AppendError, Fault, FaultKind, LedgerError};
pub use expire::{Expired, Retention};
pub use export::{Export, Format};
pub use index::index;
pub use keys::{DataKey, KeyError, KeyFile, KeyFileError, KeyService, WrappedKey};
pub use ledger::{Ledger, Pending, Receipt};
pub use nodes::merged;
pub use open::Opened;
pub use prove::{fork, last_checkpoint, prove};
pub use publish::{PublishError, Submission, Turn, join};
pub use query::{Answer, Query};
pub use sign::Signer;
pub use stats::{Stats, stats};
pub use store::unguessable;
pub use tail::Tail;
pub use terms::Outcome;
pub use verify::{Evidence, Verified, verify};
pub use witness::{Reply, WitnessStore, witness_key};
pub use writer::{Parts, Ready, Settings};
