//! The witness of tlog-witness: it cosigns a log's checkpoint once it is shown that the log has only
//! grown. This is its judgement and its memory; storage, time and HTTP are the caller's.
//!
//! The order of things is in the types: [`Witness::judge`] gives [`Accepted`], that gives
//! [`Cosigned`], whose checkpoint must be stored before [`Witness::record`] hands out the answer.

use crate::checkpoint::{Checkpoint, CheckpointError, Log, Origin, SignedCheckpoint};
use crate::cosignature::{Timestamp, cosign};
use crate::hash::Hash;
use crate::key::WitnessSecret;
use crate::note::{NoteError, UnverifiedNote};
use crate::proof::{ProofError, TreeHead, verify_consistency};
use crate::text;
use std::collections::BTreeMap;
use std::fmt;

/// How many hashes the proof of a request can have.
const MAX_REQUEST_PROOF: usize = 63;

/// The tree of a log that nothing is known of.
const NOTHING: TreeHead = TreeHead {
    size: 0,
    root: Hash::EMPTY_ROOT,
};

/// The body of a request for a cosignature. Its text form is that body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: u64,
    proof: Vec<Hash>,
    note: UnverifiedNote,
}

impl AddCheckpoint {
    /// Asks to cosign a checkpoint after the one of size `old`, with the proof that it continues it.
    #[must_use]
    pub fn new(old: u64, proof: Vec<Hash>, checkpoint: &SignedCheckpoint) -> Self {
        let note = checkpoint.note().clone();
        Self { old, proof, note }
    }

    /// Reads the body of a request.
    fn parse(body: &[u8]) -> Result<Self, RequestError> {
        let blank = body.windows(2).position(|pair| pair == b"\n\n");
        let (head, note) = body.split_at(blank.ok_or(RequestError::Blank)?);
        let head = str::from_utf8(head).map_err(|_| RequestError::Old)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old.and_then(text::decimal).ok_or(RequestError::Old)?;
        let proof = text::hashes(lines).filter(|proof| proof.len() <= MAX_REQUEST_PROOF);
        Ok(Self {
            old,
            proof: proof.ok_or(RequestError::Proof)?,
            note: UnverifiedNote::parse(&note[2..]).map_err(CheckpointError::from)?,
        })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.note)
    }
}

/// The body of a request is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Nothing divides the proof from the checkpoint.
    #[error("no blank line before the checkpoint")]
    Blank,
    /// The first line is wrong.
    #[error("the first line is not `old <size>`")]
    Old,
    /// A line of the proof is wrong.
    #[error("the proof is not at most {MAX_REQUEST_PROOF} lines with a hash in base64 each")]
    Proof,
    /// The checkpoint is none.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Why a witness does not cosign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request can't be read.
    #[error(transparent)]
    Malformed(#[from] RequestError),
    /// The request is for a smaller tree than it says the witness has seen.
    #[error("the old size {old} is above the size {size} of the checkpoint")]
    Backwards {
        /// The old size in the request.
        old: u64,
        /// The size of the checkpoint.
        size: u64,
    },
    /// The checkpoint is of a log that the witness does not serve.
    #[error("the log `{0}` is not known here")]
    UnknownLog(Origin),
    /// The log has not signed the checkpoint.
    #[error(transparent)]
    Untrusted(CheckpointError),
    /// The witness has last seen another size than the request says.
    #[error("the latest checkpoint here has size {0}")]
    Conflict(u64),
    /// The log has signed something that it could not show to continue what it signed before.
    /// The checkpoint is kept here: it may prove that the log misbehaves.
    #[error("{reason}")]
    Inconsistent {
        /// What is wrong.
        reason: ProofError,
        /// What the log has signed.
        checkpoint: Box<SignedCheckpoint>,
    },
}

impl Refusal {
    /// The status of the HTTP answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::Backwards { .. } => 400,
            Self::Untrusted(_) => 403,
            Self::UnknownLog(_) => 404,
            Self::Conflict(_) => 409,
            Self::Inconsistent { .. } => 422,
        }
    }

    /// The type of the HTTP answer's body.
    #[must_use]
    pub const fn content_type(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "text/x.tlog.size",
            _ => "text/plain; charset=utf-8",
        }
    }

    /// The body of the HTTP answer: what is wrong, or for a conflict the size that the witness knows.
    #[must_use]
    pub fn body(&self) -> String {
        match self {
            Self::Conflict(size) => format!("{size}\n"),
            other => format!("{other}\n"),
        }
    }
}

/// A checkpoint that the witness may cosign.
#[derive(Clone, Debug)]
pub struct Accepted {
    old: TreeHead,
    checkpoint: SignedCheckpoint,
}

impl Accepted {
    /// The checkpoint, with the signatures of its log alone.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Cosigns it.
    ///
    /// # Errors
    /// When there is no room for a signature more.
    pub fn cosign(self, secret: &WitnessSecret, time: Timestamp) -> Result<Cosigned, NoteError> {
        let Self {
            old,
            mut checkpoint,
        } = self;
        let signature = cosign(&checkpoint.checkpoint().to_string(), secret, time);
        let answer = format!("{signature}\n");
        checkpoint.add(signature)?;
        Ok(Cosigned {
            old,
            checkpoint,
            answer,
        })
    }
}

/// A checkpoint that is cosigned. Its text must be stored before it is recorded.
#[derive(Clone, Debug)]
pub struct Cosigned {
    old: TreeHead,
    checkpoint: SignedCheckpoint,
    answer: String,
}

impl Cosigned {
    /// The checkpoint with the cosignature: what to store, and to serve to monitors.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }
}

/// A witness: the logs that it serves, and the latest checkpoint of each that it has cosigned.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    logs: BTreeMap<Origin, Log>,
    latest: BTreeMap<Origin, SignedCheckpoint>,
}

impl Witness {
    /// A witness that serves some logs, and has seen nothing of them.
    pub fn new(logs: impl IntoIterator<Item = Log>) -> Self {
        let logs = logs.into_iter().map(|log| (log.origin.clone(), log));
        Self {
            logs: logs.collect(),
            latest: BTreeMap::new(),
        }
    }

    /// Remembers a checkpoint that was stored: the latest one of its log.
    ///
    /// # Errors
    /// When it is not a checkpoint of a log that the witness serves.
    pub fn restore(&mut self, note: &[u8]) -> Result<(), Refusal> {
        let note = UnverifiedNote::parse(note).map_err(|e| Refusal::Untrusted(e.into()))?;
        let checkpoint = self.open(note)?;
        self.latest.insert(checkpoint.origin().clone(), checkpoint);
        Ok(())
    }

    /// The latest checkpoint of a log that the witness has cosigned.
    #[must_use]
    pub fn latest(&self, origin: &Origin) -> Option<&SignedCheckpoint> {
        self.latest.get(origin)
    }

    /// Decides about a request to cosign a checkpoint.
    ///
    /// # Errors
    /// When the witness must not cosign it.
    pub fn judge(&self, body: &[u8]) -> Result<Accepted, Refusal> {
        let AddCheckpoint { old, proof, note } = AddCheckpoint::parse(body)?;
        let mut checkpoint = self.open(note)?;
        checkpoint.keep_known();
        let new = *checkpoint.tree();
        if old > new.size {
            let size = new.size;
            return Err(Refusal::Backwards { old, size });
        }
        let known = self.seen(checkpoint.origin());
        if old != known.size {
            return Err(Refusal::Conflict(known.size));
        }
        match verify_consistency(&known, &new, &proof) {
            Ok(()) => Ok(Accepted {
                old: known,
                checkpoint,
            }),
            Err(reason) => Err(Refusal::Inconsistent {
                reason,
                checkpoint: checkpoint.into(),
            }),
        }
    }

    /// Makes a cosigned and stored checkpoint the latest one. What it gives is the body of the
    /// HTTP answer with status 200.
    ///
    /// # Errors
    /// When another checkpoint has become the latest one since this one was judged.
    pub fn record(&mut self, cosigned: Cosigned) -> Result<String, Refusal> {
        let Cosigned {
            old,
            checkpoint,
            answer,
        } = cosigned;
        let known = self.seen(checkpoint.origin());
        if known != old {
            return Err(Refusal::Conflict(known.size));
        }
        self.latest.insert(checkpoint.origin().clone(), checkpoint);
        Ok(answer)
    }

    /// The latest tree of a log.
    fn seen(&self, origin: &Origin) -> TreeHead {
        self.latest(origin).map_or(NOTHING, |latest| *latest.tree())
    }

    /// Verifies that a checkpoint is one of a log that the witness serves.
    fn open(&self, note: UnverifiedNote) -> Result<SignedCheckpoint, Refusal> {
        let claimed: Checkpoint = note.unverified_text().parse().map_err(RequestError::from)?;
        let log = self.logs.get(claimed.origin());
        let log = log.ok_or_else(|| Refusal::UnknownLog(claimed.origin().clone()))?;
        SignedCheckpoint::verify(note, log).map_err(Refusal::Untrusted)
    }
}

#[cfg(test)]
mod tests;
