//! What is signed: the description that makes a folder a ledger, and checkpoints.

use crate::disk::{self, Disk};
use crate::error::{Fault, FaultKind, LedgerError};
use crate::keys::KeyError;
use palisade_tlog::{Checkpoint, Log, Note, NoteKey, SignedCheckpoint, TreeHead, UnverifiedNote};
use std::fmt;
use std::io;

/// The file that says what the folder is.
pub(crate) const DESCRIPTION: &str = "ledger";
/// The file with the last checkpoint.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The largest of either.
pub(crate) const LIMIT: usize = 64 << 10;

const FORMAT: &str = "palisade ledger 1";

/// Signs in the name of the ledger. The key need not be on this machine.
pub trait Signer: fmt::Debug + Send + Sync {
    /// What its signatures are verified with. The name of the key is the origin of the log.
    fn key(&self) -> &NoteKey;

    /// Signs a text.
    ///
    /// # Errors
    /// When the key can't be reached.
    fn sign(&self, text: &str) -> Result<Note, KeyError>;
}

/// Says that a folder is a ledger, whose, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    /// When it was begun, in milliseconds since 1970.
    pub(crate) made: u64,
}

impl Description {
    /// Reads it; nothing where there is none.
    pub(crate) fn read(disk: &dyn Disk, signer: &dyn Signer) -> Result<Option<Self>, LedgerError> {
        let Some(note) = read(disk, DESCRIPTION, signer)? else {
            return Ok(None);
        };
        let origin = signer.key().name().as_str();
        let mut lines = note.text().lines();
        let (format, whose, made) = (lines.next(), lines.next(), lines.next());
        if format != Some(FORMAT) {
            return Err(LedgerError::Version {
                path: DESCRIPTION.to_owned(),
            });
        }
        match made.and_then(|made| made.strip_prefix("made ")?.parse().ok()) {
            Some(made) if whose == Some(origin) => Ok(Some(Self { made })),
            _ => Err(fault(DESCRIPTION, FaultKind::Changed).into()),
        }
    }

    /// Writes it.
    pub(crate) fn write(
        disk: &dyn Disk,
        signer: &dyn Signer,
        made: u64,
    ) -> Result<(), LedgerError> {
        let origin = signer.key().name();
        write(
            disk,
            DESCRIPTION,
            signer,
            &format!("{FORMAT}\n{origin}\nmade {made}\n"),
        )
    }
}

/// The last checkpoint; nothing where there is none.
pub(crate) fn read_checkpoint(
    disk: &dyn Disk,
    signer: &dyn Signer,
) -> Result<Option<SignedCheckpoint>, LedgerError> {
    let Some(note) = read(disk, CHECKPOINT, signer)? else {
        return Ok(None);
    };
    let checkpoint = SignedCheckpoint::open(note.to_string().as_bytes(), &log(signer));
    let checkpoint = checkpoint.map_err(|_| fault(CHECKPOINT, FaultKind::Changed))?;
    Ok(Some(checkpoint))
}

/// The log that a ledger is.
pub(crate) fn log(signer: &dyn Signer) -> Log {
    signer.key().clone().into()
}

/// Signs a tree, in place of the last checkpoint.
pub(crate) fn write_checkpoint(
    disk: &dyn Disk,
    signer: &dyn Signer,
    tree: &TreeHead,
) -> Result<(), LedgerError> {
    let checkpoint = Checkpoint::new(signer.key().name().into(), *tree);
    write(disk, CHECKPOINT, signer, &checkpoint.to_string())
}

/// What a folder with a ledger always has is not there.
pub(crate) fn no_checkpoint() -> Fault {
    fault(CHECKPOINT, FaultKind::Removed)
}

fn fault(path: &str, what: FaultKind) -> Fault {
    Fault {
        path: path.to_owned(),
        offset: None,
        index: 0,
        what,
    }
}

/// A note that the ledger itself has signed, and that is written as it would write it.
fn read(disk: &dyn Disk, path: &str, signer: &dyn Signer) -> Result<Option<Note>, LedgerError> {
    let bytes = match disk::read(disk, path, LIMIT) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(LedgerError::disk("reading", path)(error)),
    };
    let known = std::slice::from_ref(signer.key());
    let note = UnverifiedNote::parse(&bytes).and_then(|note| note.verify(known));
    match note {
        Ok(note) if note.to_string().as_bytes() == bytes => Ok(Some(note)),
        _ => Err(fault(path, FaultKind::Signature).into()),
    }
}

fn write(disk: &dyn Disk, path: &str, signer: &dyn Signer, text: &str) -> Result<(), LedgerError> {
    let note = signer.sign(text).map_err(LedgerError::key(path))?;
    disk::replace(disk, path, note.to_string().as_bytes())
        .map_err(LedgerError::disk("writing", path))
}
