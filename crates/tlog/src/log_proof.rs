//! A proof that stands alone (tlog-proof): that one record is in a log, with the checkpoint that says
//! so. It can be verified offline with nothing but the log's key. A [`LogProof`] exists only if it
//! holds.

use crate::checkpoint::{CheckpointError, Log, SignedCheckpoint};
use crate::hash::Hash;
use crate::proof::{ProofError, verify_inclusion};
use crate::text;
use std::fmt;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Something does not prove that a record is in a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogProofError {
    /// The text is not that of such a proof.
    #[error("the proof has no line {0} where one belongs")]
    Line(&'static str),
    /// The checkpoint can't be read or trusted.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The record is not in the tree.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// Proof that a record is in a log. Its text form is that of tlog-proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProof {
    index: u64,
    path: Vec<Hash>,
    checkpoint: SignedCheckpoint,
    extra: Option<Vec<u8>>,
}

impl LogProof {
    /// The proof that a leaf stands at `index` in the tree of a checkpoint.
    ///
    /// # Errors
    /// When the path does not show that.
    pub fn new(
        leaf: &Hash,
        index: u64,
        path: Vec<Hash>,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, ProofError> {
        verify_inclusion(leaf, index, checkpoint.tree(), &path)?;
        Ok(Self {
            index,
            path,
            checkpoint,
            extra: None,
        })
    }

    /// The same proof with something beside it that nothing vouches for.
    #[must_use]
    pub fn with_extra(mut self, extra: Vec<u8>) -> Self {
        self.extra = Some(extra);
        self
    }

    /// Reads a proof, and verifies that it shows a leaf to be in a log.
    ///
    /// # Errors
    /// When it does not.
    pub fn open(proof: &[u8], log: &Log, leaf: &Hash) -> Result<Self, LogProofError> {
        let blank = proof.windows(2).position(|pair| pair == b"\n\n");
        let (head, note) = proof.split_at(blank.unwrap_or(proof.len()));
        let mut lines = str::from_utf8(head)
            .unwrap_or_default()
            .split('\n')
            .peekable();
        if lines.next() != Some(HEADER) {
            return Err(LogProofError::Line("`c2sp.org/tlog-proof@v1`"));
        }
        let extra = lines.peek().and_then(|line| line.strip_prefix("extra "));
        let extra = match extra {
            Some(extra) => {
                let extra = text::decode(extra).ok_or(LogProofError::Line("`extra <base64>`"))?;
                lines.next();
                Some(extra)
            }
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(text::decimal);
        let index = index.ok_or(LogProofError::Line("`index <number>`"))?;
        let path = text::hashes(lines).ok_or(LogProofError::Line("of a hash in base64"))?;
        let note = note.get(2..).unwrap_or_default();
        let checkpoint = SignedCheckpoint::open(note, log)?;
        let proof = Self::new(leaf, index, path, checkpoint)?;
        Ok(Self { extra, ..proof })
    }

    /// Where the record stands.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The path from the record's leaf to the root.
    #[must_use]
    pub fn path(&self) -> &[Hash] {
        &self.path
    }

    /// The checkpoint of the tree that the record is in.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// What stands beside the proof, and must not be trusted for it.
    #[must_use]
    pub fn unverified_extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }
}

impl fmt::Display for LogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", text::encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests;
