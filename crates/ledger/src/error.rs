//! What can go wrong with a ledger.

use crate::keys::KeyError;
use palisade_event::EventError;
use std::io;
use std::sync::Arc;

/// Why a ledger can't be opened, written or read. No message holds any of an event's values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The disk does not do it.
    #[error("{doing} `{path}`: {source}")]
    Disk {
        /// `writing`, `reading`.
        doing: &'static str,
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// Another process writes it.
    #[error("process {process} is writing to this ledger; only one can")]
    Locked {
        /// Its id, as it wrote it down.
        process: String,
    },
    /// It is a copy.
    #[error("this is a copy of a ledger, and takes no events: `restore` makes a ledger of it")]
    Copy,
    /// The file is of another version.
    #[error(
        "`{path}` was written by another version of the format; this one reads version 1: use a newer Palisade"
    )]
    Version {
        /// The file.
        path: String,
    },
    /// A file is not what its place asks for.
    #[error("`{path}` {what}")]
    Foreign {
        /// The file.
        path: String,
        /// What is the matter with it.
        what: &'static str,
    },
    /// A key can't be had.
    #[error("opening `{path}`: {source}")]
    Key {
        /// What it is for.
        path: String,
        /// Why.
        source: KeyError,
    },
    /// What is on the disk is not what was written.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// An earlier write or sync failed.
    #[error(
        "the ledger has stopped, because writing failed: {reason}. What was acknowledged is safe; make room or mend the disk, and open it again"
    )]
    Stopped {
        /// What failed.
        reason: String,
    },
    /// The source of random numbers does not answer.
    #[error("the system gives no random numbers")]
    Random,
    /// An event decrypts, but is not one.
    #[error("event {index} is not what an event looks like; `ledger verify` tells more")]
    Record {
        /// Its index.
        index: u64,
    },
    /// An event was removed because its time was over.
    #[error(
        "event {index} has expired: its segment was removed when its time was over; its hash is still there, and can be proved"
    )]
    Expired {
        /// Its index.
        index: u64,
    },
    /// An event of the ledger's own is not one: its name or product is not what events can hold.
    #[error("the ledger can't record what it did: {reason}")]
    Own {
        /// What is wrong with the event.
        reason: String,
    },
}

/// What is done first of all to a ledger that is written.
pub(crate) const LOCKING: &str = "locking";

/// Why an event was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The event does not fit.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The ledger can't take it.
    #[error(transparent)]
    Ledger(#[from] Arc<LedgerError>),
}

/// The first place at which a ledger is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`{}: {what}", .offset.map(|offset| format!(" at byte {offset}")).unwrap_or_default())]
pub struct Fault {
    /// The file.
    pub path: String,
    /// The byte in it, where it is about one.
    pub offset: Option<u64>,
    /// The first event that is concerned.
    pub index: u64,
    /// What is wrong.
    pub what: FaultKind,
}

/// What is wrong at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// A frame does not decrypt.
    #[error("the bytes were changed, moved or cut off")]
    Changed,
    /// A frame does not begin where the one before ended.
    #[error("events are missing, or stand in another order")]
    Order,
    /// A segment is not there, and no expiry says why.
    #[error("events were removed")]
    Removed,
    /// A leaf is not the one that the tree was built with.
    #[error("the event is not the one that was recorded")]
    Event,
    /// A personal field is not the one that the leaf was made with.
    #[error("a personal field is not the one that was recorded")]
    Personal,
    /// A tile is not what the events give.
    #[error("the tile is not that of the events")]
    Tile,
    /// The events don't give the root of a checkpoint.
    #[error("the events are not those of the checkpoint")]
    Root,
    /// There are fewer events than a checkpoint or receipt tells of.
    #[error("events that are known to have been recorded are not there")]
    Missing,
    /// A segment is not there, and the expiry that says why was not allowed.
    #[error("events were removed before their time, or under a hold")]
    Early,
    /// A segment is older than an erasure that concerns it.
    #[error("personal fields that were erased are there; opening the ledger erases them again")]
    Unerased,
    /// A witness has not cosigned what it should have.
    #[error("there is no checkpoint of this ledger that the witness has cosigned")]
    Unwitnessed,
    /// A note's signature is not that of the ledger.
    #[error("it is not signed by the ledger's key")]
    Signature,
}

impl FaultKind {
    /// A short name that programs can rely on.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Order => "order",
            Self::Removed => "removed",
            Self::Event => "event",
            Self::Personal => "personal",
            Self::Tile => "tile",
            Self::Root => "root",
            Self::Missing => "missing",
            Self::Signature => "signature",
            Self::Unwitnessed => "unwitnessed",
            Self::Early => "early",
            Self::Unerased => "unerased",
        }
    }
}

impl LedgerError {
    /// Whether a ledger can't be opened for writing because of what it is, or where it is.
    #[must_use]
    pub fn takes_no_events(&self) -> bool {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        match self {
            Self::Copy => true,
            Self::Disk { doing, source, .. } => {
                *doing == LOCKING && matches!(source.kind(), PermissionDenied | ReadOnlyFilesystem)
            }
            _ => false,
        }
    }

    pub(crate) fn disk(doing: &'static str, path: &str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Disk {
            doing,
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn key(path: &str) -> impl FnOnce(KeyError) -> Self {
        move |source| Self::Key {
            path: path.to_owned(),
            source,
        }
    }
}
