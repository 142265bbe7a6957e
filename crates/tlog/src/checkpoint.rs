//! Checkpoints: what a log says its tree is. A [`Checkpoint`] is a claim that anybody can make; a
//! [`SignedCheckpoint`] has been signed by the log itself, and only signing or verification makes it.

use crate::key::{KeyName, NoteKey, NoteSecret, Timestamped, WitnessKey};
use crate::note::{Note, NoteError, Signature, Stated, UnverifiedNote};
use crate::proof::TreeHead;
use crate::text;
use std::fmt;
use std::str::FromStr;

/// A checkpoint can't be read or trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is not a note, or not one of the log.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A line is not what it should be.
    #[error("line {line} of the checkpoint is not {expected}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What it should be.
        expected: &'static str,
    },
    /// It is of another log.
    #[error("a checkpoint of the log `{found}`, not of `{expected}`")]
    Origin {
        /// The log that it should be of.
        expected: Origin,
        /// The log that it is of.
        found: Origin,
    },
}

/// What a log is called, everywhere and forever: one line of text, by convention a URL without its
/// scheme.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(Box<str>);

impl Origin {
    /// The origin as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        if is_line(text) {
            return Ok(Self(text.into()));
        }
        let (line, expected) = (1, "an origin: a line of text");
        Err(CheckpointError::Line { line, expected })
    }
}

impl From<&KeyName> for Origin {
    fn from(name: &KeyName) -> Self {
        Self(name.as_str().into())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A log that is known: its origin, and the keys that may sign for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// What it is called.
    pub origin: Origin,
    /// The keys that may sign for it.
    pub keys: Vec<NoteKey>,
}

/// The log that is called as its one key is: what the specification recommends.
impl From<NoteKey> for Log {
    fn from(key: NoteKey) -> Self {
        Self {
            origin: key.name().into(),
            keys: vec![key],
        }
    }
}

/// What somebody says a log's tree is. Its text form is the text of the note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    tree: TreeHead,
    extensions: Vec<Box<str>>,
}

impl Checkpoint {
    /// A checkpoint without extensions.
    #[must_use]
    pub const fn new(origin: Origin, tree: TreeHead) -> Self {
        let extensions = Vec::new();
        Self {
            origin,
            tree,
            extensions,
        }
    }

    /// The log that it is of.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The tree.
    #[must_use]
    pub const fn tree(&self) -> &TreeHead {
        &self.tree
    }

    /// The lines below the tree, which mean nothing here.
    pub fn extensions(&self) -> impl Iterator<Item = &str> {
        self.extensions.iter().map(|line| &**line)
    }

    /// Signs it in the name of the log.
    ///
    /// # Errors
    /// When it is too large for a note.
    pub fn sign(self, secret: &NoteSecret) -> Result<SignedCheckpoint, NoteError> {
        let note = Note::sign(&self.to_string(), secret)?;
        let checkpoint = self;
        Ok(SignedCheckpoint { checkpoint, note })
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Line {
            line: text.split('\n').count(),
            expected: "a line with a newline at its end",
        })?;
        let mut lines = text.split('\n');
        let mut number = 0;
        let mut line = |expected| {
            number += 1;
            let error = CheckpointError::Line {
                line: number,
                expected,
            };
            (lines.next().unwrap_or_default(), error)
        };
        let (origin, _) = line("an origin");
        let origin = origin.parse()?;
        let (size, error) = line("a size: digits without leading zeros");
        let size = text::decimal(size).ok_or(error)?;
        let (root, error) = line("the base64 of a root hash");
        let root = root.parse().map_err(|_| error)?;
        let mut extensions = Vec::new();
        for (line, text) in (4..).zip(lines) {
            if !is_line(text) {
                let expected = "an extension: a line of text";
                return Err(CheckpointError::Line { line, expected });
            }
            extensions.push(text.into());
        }
        Ok(Self {
            origin,
            tree: TreeHead { size, root },
            extensions,
        })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TreeHead { size, root } = self.tree;
        writeln!(f, "{}\n{size}\n{root}", self.origin)?;
        self.extensions().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint that its log has signed. Its text form is the whole note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Reads a checkpoint and verifies that a log has signed it.
    ///
    /// # Errors
    /// When it is not a checkpoint, or not one that this log has signed.
    pub fn open(note: &[u8], log: &Log) -> Result<Self, CheckpointError> {
        Self::verify(UnverifiedNote::parse(note)?, log)
    }

    pub(crate) fn verify(note: UnverifiedNote, log: &Log) -> Result<Self, CheckpointError> {
        let note = note.verify(&log.keys)?;
        let checkpoint: Checkpoint = note.text().parse()?;
        if checkpoint.origin != log.origin {
            return Err(CheckpointError::Origin {
                expected: log.origin.clone(),
                found: checkpoint.origin,
            });
        }
        Ok(Self { checkpoint, note })
    }

    /// What was signed.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The tree that the log says it has.
    #[must_use]
    pub const fn tree(&self) -> &TreeHead {
        &self.checkpoint.tree
    }

    /// The log.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.checkpoint.origin
    }

    /// The keys of the log that have signed it: at least one.
    #[must_use]
    pub fn signers(&self) -> &[NoteKey] {
        self.note.signers()
    }

    /// The cosignatures of the witnesses that are known; those of others are ignored.
    ///
    /// # Errors
    /// When one is in the name of a known witness that did not make it.
    pub fn cosignatures(&self, known: &[WitnessKey]) -> Result<Vec<Cosignature>, NoteError> {
        let found = self.note().statements(known)?;
        let cosignature = |stated: Stated<'_, Timestamped>| Cosignature {
            witness: stated.key.clone(),
            time: stated.statement,
        };
        Ok(found.into_iter().map(cosignature).collect())
    }

    /// Adds a signature below it, for example a witness's answer.
    ///
    /// # Errors
    /// When there are too many.
    pub fn add(&mut self, signature: Signature) -> Result<(), NoteError> {
        self.note.add(signature)
    }

    pub(crate) const fn note(&self) -> &UnverifiedNote {
        self.note.unverified()
    }

    /// Drops the signatures of everybody but the log.
    pub(crate) fn keep_known(&mut self) {
        self.note.keep_known();
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

/// A witness's word, verified, that a checkpoint was the latest one at a time and consistent with
/// all that the witness had seen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// Who says so.
    pub witness: WitnessKey,
    /// When, in seconds since 1970.
    pub time: u64,
}

/// Whether a text can be one line of a note.
fn is_line(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte >= b' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;

    const BEHIND: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn secret(name: &str) -> NoteSecret {
        NoteSecret::from_seed(name.parse().unwrap(), &[7; 32]).unwrap()
    }

    #[test]
    fn a_checkpoint_is_written_as_it_is_read() {
        let checkpoint: Checkpoint = BEHIND.parse().unwrap();
        assert_eq!(checkpoint.origin().as_str(), "example.com/behind-the-sofa");
        assert_eq!(checkpoint.tree().size, 20_852_163);
        assert_eq!(checkpoint.extensions().count(), 0);
        assert_eq!(checkpoint.to_string(), BEHIND);
        let extended = format!("{BEHIND}one\n— two\n");
        let checkpoint: Checkpoint = extended.parse().unwrap();
        assert_eq!(
            checkpoint.extensions().collect::<Vec<_>>(),
            ["one", "— two"]
        );
        assert_eq!(checkpoint.to_string(), extended);
    }

    #[test]
    fn other_texts_are_refused() {
        let root = Hash::EMPTY_ROOT;
        for (text, wrong) in [
            (String::new(), 1),
            (format!("a\n0\n{root}"), 3),
            ("\n".into(), 1),
            (format!("\n0\n{root}\n"), 1),
            ("a\n".into(), 2),
            (format!("a\n-1\n{root}\n"), 2),
            (format!("a\n00\n{root}\n"), 2),
            (format!("a\n18446744073709551616\n{root}\n"), 2),
            ("a\n0\n".into(), 3),
            ("a\n0\nAAAA\n".into(), 3),
            (format!("a\n0\n {root}\n"), 3),
            (format!("a\n0\n{root}\n\n"), 4),
            (format!("a\n0\n{root}\n\nb\n"), 4),
            (format!("a\n0\n{root}\nb\n\n"), 5),
        ] {
            match text.parse::<Checkpoint>() {
                Err(CheckpointError::Line { line, .. }) => assert_eq!(line, wrong, "{text:?}"),
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn only_the_logs_own_signature_opens_it() {
        let secret = secret("example.com/behind-the-sofa");
        let log = Log::from(secret.public().clone());
        let checkpoint: Checkpoint = BEHIND.parse().unwrap();
        let signed = checkpoint.clone().sign(&secret).unwrap();
        assert_eq!(
            SignedCheckpoint::open(signed.to_string().as_bytes(), &log),
            Ok(signed)
        );

        let unknown = Log {
            keys: Vec::new(),
            ..log.clone()
        };
        let note = checkpoint.clone().sign(&secret).unwrap().to_string();
        let found = SignedCheckpoint::open(note.as_bytes(), &unknown);
        assert_eq!(found, Err(NoteError::Unknown.into()));

        let elsewhere = Log {
            origin: "elsewhere".parse().unwrap(),
            ..log.clone()
        };
        let found = SignedCheckpoint::open(note.as_bytes(), &elsewhere);
        let error = CheckpointError::Origin {
            expected: elsewhere.origin,
            found: log.origin.clone(),
        };
        assert_eq!(found, Err(error));

        let grown = note.replace("20852163", "20852164");
        let found = SignedCheckpoint::open(grown.as_bytes(), &log);
        assert!(matches!(
            found,
            Err(CheckpointError::Note(NoteError::Forged { .. }))
        ));

        // A signed text need not be a checkpoint.
        let other = Note::sign("hello\n", &secret).unwrap().to_string();
        let found = SignedCheckpoint::open(other.as_bytes(), &log);
        assert!(matches!(found, Err(CheckpointError::Line { line: 2, .. })));
    }
}
