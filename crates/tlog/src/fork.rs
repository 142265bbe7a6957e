//! Proof that a log forked: it has signed two trees of which one does not begin with the other. It
//! convinces anybody who has the log's key. A [`ForkProof`] exists only if it holds.

use crate::checkpoint::{CheckpointError, Log, SignedCheckpoint};
use crate::hash::Hash;
use crate::proof::{ProofError, TreeHead, verify_consistency};
use crate::text;
use std::fmt;

const HEADER: &str = "tlog-fork/v1";

/// Something does not prove that a log forked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForkError {
    /// The two checkpoints are of different logs.
    #[error("the checkpoints are of different logs")]
    Origin,
    /// No one key has signed both checkpoints.
    #[error("no one key has signed both checkpoints")]
    Key,
    /// The earlier tree is what the later one begins with.
    #[error("the checkpoints agree")]
    Agree,
    /// The later tree is not shown to begin with anything.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// A checkpoint can't be read or trusted.
    #[error("the {which} checkpoint: {error}")]
    Checkpoint {
        /// Which of them.
        which: &'static str,
        /// What is wrong.
        error: CheckpointError,
    },
    /// The text is not that of such a proof.
    #[error("line {line} is not {expected}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What it should be.
        expected: &'static str,
    },
}

/// What the later tree begins with: not what the log had signed as its earlier tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// The root of the later tree when it had the earlier one's size.
    pub root: Hash,
    /// The proof that the later tree begins so.
    pub proof: Vec<Hash>,
}

/// Two checkpoints that one key has signed, and that can't both be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkProof {
    earlier: SignedCheckpoint,
    later: SignedCheckpoint,
    beginning: Beginning,
}

impl ForkProof {
    /// Proves the fork between two checkpoints of the same size.
    ///
    /// # Errors
    /// When they don't prove one.
    pub fn of_one_size(a: SignedCheckpoint, b: SignedCheckpoint) -> Result<Self, ForkError> {
        let (root, proof) = (b.tree().root, Vec::new());
        Self::new(a, b, Beginning { root, proof })
    }

    /// Proves the fork between two checkpoints with what the later tree begins with: its root at the
    /// earlier size, and the proof of that.
    ///
    /// # Errors
    /// When they don't prove one.
    pub fn new(
        earlier: SignedCheckpoint,
        later: SignedCheckpoint,
        beginning: Beginning,
    ) -> Result<Self, ForkError> {
        if earlier.origin() != later.origin() {
            return Err(ForkError::Origin);
        }
        let both = |key| later.signers().contains(key);
        if !earlier.signers().iter().any(both) {
            return Err(ForkError::Key);
        }
        let shown = TreeHead {
            size: earlier.tree().size,
            root: beginning.root,
        };
        verify_consistency(&shown, later.tree(), &beginning.proof)?;
        if shown == *earlier.tree() {
            return Err(ForkError::Agree);
        }
        Ok(Self {
            earlier,
            later,
            beginning,
        })
    }

    /// Reads a proof, and verifies that it proves a fork of a log.
    ///
    /// # Errors
    /// When it does not.
    pub fn open(proof: &[u8], log: &Log) -> Result<Self, ForkError> {
        let expected = |line, expected| ForkError::Line { line, expected };
        let blank = proof.windows(2).position(|pair| pair == b"\n\n");
        let (head, notes) = proof.split_at(blank.unwrap_or(proof.len()));
        let head = str::from_utf8(head).unwrap_or_default();
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(expected(1, "`tlog-fork/v1`"));
        }
        let length = lines.next().and_then(|line| line.strip_prefix("earlier "));
        let length = length
            .and_then(text::decimal)
            .and_then(|n| usize::try_from(n).ok());
        let length = length.ok_or(expected(2, "`earlier <bytes>`"))?;
        let root = lines.next().and_then(|line| line.strip_prefix("root "));
        let root = root.and_then(|root| root.parse().ok());
        let root = root.ok_or(expected(3, "`root <base64>`"))?;
        let hashes = text::hashes(lines);
        let proof = hashes.ok_or(expected(4, "the hashes of a proof, and a blank line"))?;
        let notes = notes.get(2..).unwrap_or_default();
        let (earlier, later) = notes.split_at(length.min(notes.len()));
        let open = |which, note| {
            let opened = SignedCheckpoint::open(note, log);
            opened.map_err(|error| ForkError::Checkpoint { which, error })
        };
        let (earlier, later) = (open("earlier", earlier)?, open("later", later)?);
        Self::new(earlier, later, Beginning { root, proof })
    }

    /// The checkpoint of the smaller tree.
    #[must_use]
    pub const fn earlier(&self) -> &SignedCheckpoint {
        &self.earlier
    }

    /// The checkpoint that contradicts it.
    #[must_use]
    pub const fn later(&self) -> &SignedCheckpoint {
        &self.later
    }

    /// What the later tree begins with.
    #[must_use]
    pub const fn beginning(&self) -> &Beginning {
        &self.beginning
    }
}

impl fmt::Display for ForkProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Beginning { root, proof } = &self.beginning;
        let earlier = self.earlier.to_string();
        write!(f, "{HEADER}\nearlier {}\nroot {root}\n", earlier.len())?;
        proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{earlier}{}", self.later)
    }
}

#[cfg(test)]
mod tests;
