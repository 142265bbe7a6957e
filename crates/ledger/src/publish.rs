//! Checkpoints go out: what a witness is asked, and what its answer is worth. Whoever calls this
//! carries requests and answers; a running writer is not disturbed.
//!
//! What a witness has cosigned stands in `witnessed`, a note for each, so that it can be shown and
//! the next request need not ask how far the witness is.

use crate::disk;
use crate::error::LedgerError;
use crate::open::tile_error;
use crate::sign;
use crate::tiles::Tiles;
use crate::writer::Parts;
use palisade_tlog::{
    AddCheckpoint, Signature, SignedCheckpoint, TileReader, UnverifiedNote, WitnessKey,
};
use std::io;

/// The folder of what witnesses have cosigned.
pub(crate) const FOLDER: &str = "witnessed";
/// A witness may be further on than was thought, again and again while others publish too.
const MOST_TURNS: u32 = 4;

/// Why a witness has not cosigned a checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The witness has seen a longer ledger.
    #[error(
        "the witness `{witness}` has seen {seen} events of this ledger, and now it has {size}: events were removed, or an earlier copy took its place"
    )]
    RolledBack {
        /// The witness.
        witness: String,
        /// How many events it has seen.
        seen: u64,
        /// How many there are.
        size: u64,
    },
    /// The witness has seen another ledger.
    #[error(
        "the witness `{witness}` says that this ledger does not continue what it has seen: its history was written again"
    )]
    Forked {
        /// The witness.
        witness: String,
    },
    /// The witness does not do it, for a reason of its own.
    #[error("the witness `{witness}` does not cosign (status {status}): {what}")]
    Refused {
        /// The witness.
        witness: String,
        /// The status of its answer.
        status: u16,
        /// What that means.
        what: &'static str,
    },
    /// The answer is none.
    #[error("the witness `{witness}` does not answer as a witness does: {what}")]
    Answer {
        /// The witness.
        witness: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The ledger's own files don't allow it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl PublishError {
    /// Whether the ledger is not what the witness has seen.
    #[must_use]
    pub const fn is_contradiction(&self) -> bool {
        matches!(self, Self::RolledBack { .. } | Self::Forked { .. })
    }
}

/// What is to be done with a witness.
#[derive(Debug)]
pub enum Turn {
    /// Ask it with this body, and bring its answer.
    Ask(String),
    /// It has cosigned: this is the checkpoint with its cosignature.
    Done(SignedCheckpoint),
}

/// A checkpoint on its way to a witness.
#[derive(Debug)]
pub struct Submission<'p> {
    parts: &'p Parts,
    witness: WitnessKey,
    checkpoint: SignedCheckpoint,
    turns: u32,
}

impl<'p> Submission<'p> {
    /// Begins with a checkpoint of the ledger.
    ///
    /// # Errors
    /// When the ledger's files can't be read, or are not what was signed.
    pub fn begin(
        parts: &'p Parts,
        checkpoint: SignedCheckpoint,
        witness: WitnessKey,
    ) -> Result<(Self, Turn), PublishError> {
        let submission = Self {
            parts,
            witness,
            checkpoint,
            turns: 0,
        };
        let last = last(parts, &submission.witness)?;
        let turn = match last {
            Some(last) if last.checkpoint() == submission.checkpoint.checkpoint() => {
                Turn::Done(last)
            }
            Some(last) => submission.ask(last.tree().size)?,
            None => submission.ask(0)?,
        };
        Ok((submission, turn))
    }

    /// Takes the witness's answer. A cosignature is kept before this returns.
    ///
    /// # Errors
    /// When there is no cosignature.
    pub fn answered(
        &mut self,
        status: u16,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Turn, PublishError> {
        self.turns += 1;
        let witness = self.witness.name().to_string();
        let refused = |what| PublishError::Refused {
            witness: witness.clone(),
            status,
            what,
        };
        match status {
            200 => Ok(Turn::Done(self.cosigned(body)?)),
            409 if self.turns < MOST_TURNS => {
                let is_size = content_type.is_some_and(|t| t.starts_with("text/x.tlog.size"));
                let size = is_size.then(|| size(body)).flatten();
                self.ask(size.ok_or_else(|| self.strange("a conflict without a size"))?)
            }
            409 => Err(refused(
                "it is always further on: is something else publishing?",
            )),
            422 => Err(PublishError::Forked { witness }),
            403 => Err(refused("it has another key for this ledger")),
            404 => Err(refused(
                "it does not know this ledger, or the URL is not its own",
            )),
            429 => Err(refused("it is asked too often")),
            500.. => Err(refused("it is in trouble itself")),
            _ => Err(refused("it does not take the request")),
        }
    }

    fn ask(&self, old: u64) -> Result<Turn, PublishError> {
        let size = self.checkpoint.tree().size;
        if old > size {
            return Err(PublishError::RolledBack {
                witness: self.witness.name().to_string(),
                seen: old,
                size,
            });
        }
        let mut tiles = TileReader::new(Tiles(&*self.parts.disk), size);
        let proof = match old {
            // The specification wants none from nothing.
            0 => Vec::new(),
            old => tiles
                .consistency(old, size)
                .map_err(|error| tile_error(error, old))?,
        };
        let request = AddCheckpoint::new(old, proof, &self.checkpoint);
        Ok(Turn::Ask(request.to_string()))
    }

    fn cosigned(&self, body: &[u8]) -> Result<SignedCheckpoint, PublishError> {
        let lines = str::from_utf8(body).ok();
        let lines = lines.and_then(|lines| Signature::parse_lines(lines).ok());
        let lines = lines.ok_or_else(|| self.strange("no lines of signatures"))?;
        let mut checkpoint = self.checkpoint.clone();
        let own =
            |line: &Signature| (line.name(), line.id()) == (self.witness.name(), self.witness.id());
        for line in lines.into_iter().filter(own) {
            let added = checkpoint.add(line);
            added.map_err(|_| self.strange("too many signatures"))?;
        }
        match checkpoint.cosignatures(std::slice::from_ref(&self.witness)) {
            Ok(found) if !found.is_empty() => {}
            Ok(_) => return Err(self.strange("no signature by the key that is configured")),
            Err(_) => return Err(self.strange("a signature that is not by its key")),
        }
        let path = path(&self.witness);
        disk::replace(&*self.parts.disk, &path, checkpoint.to_string().as_bytes())
            .map_err(LedgerError::disk("writing", &path))?;
        Ok(checkpoint)
    }

    fn strange(&self, what: &'static str) -> PublishError {
        PublishError::Answer {
            witness: self.witness.name().to_string(),
            what,
        }
    }
}

/// Adds to one note of a checkpoint what another has of the same.
pub fn join(into: &mut SignedCheckpoint, witnessed: &SignedCheckpoint) {
    let Ok(note) = UnverifiedNote::parse(witnessed.to_string().as_bytes()) else {
        return;
    };
    for signature in note.signatures() {
        // There is no room for more than a hundred.
        let _ = into.add(signature.clone());
    }
}

/// The last checkpoint that a witness has cosigned, as far as is known here.
pub(crate) fn last(
    parts: &Parts,
    witness: &WitnessKey,
) -> Result<Option<SignedCheckpoint>, LedgerError> {
    let path = path(witness);
    let bytes = match disk::read(&*parts.disk, &path, sign::LIMIT) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(LedgerError::disk("reading", &path)(error)),
    };
    let log = sign::log(&*parts.signer);
    let checkpoint = SignedCheckpoint::open(&bytes, &log).ok();
    // What is not that is worth nothing: the witness is asked again.
    Ok(checkpoint.filter(|checkpoint| {
        let found = checkpoint.cosignatures(std::slice::from_ref(witness));
        found.is_ok_and(|found| !found.is_empty())
    }))
}

/// The file of what a witness has cosigned.
pub(crate) fn path(witness: &WitnessKey) -> String {
    format!("{FOLDER}/{}", witness.id())
}

/// The size in the answer of a conflict.
fn size(body: &[u8]) -> Option<u64> {
    let text = str::from_utf8(body).ok()?.strip_suffix('\n')?;
    let canonical = text == "0" || !text.starts_with('0');
    let digits = canonical && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}
