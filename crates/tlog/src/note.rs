//! Signed notes: a text, and signatures below it. A text that nobody known has signed is worth
//! nothing, so it is a type of its own: only verification makes a [`Note`].

use crate::key::{Algorithm, KeyId, KeyName, NoteKey, NoteSecret, PublicKey};
use crate::text;
use std::fmt;
use std::str::FromStr;

/// The size of the largest note that is read or written.
pub const MAX_NOTE: usize = 1_000_000;
/// How many signatures a note can have.
pub const MAX_SIGNATURES: usize = 100;

const PREFIX: &str = "— ";

/// A note can't be read, trusted or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is too large.
    #[error("a note of {0} bytes, where at most {MAX_NOTE} are read")]
    Size(usize),
    /// It is not UTF-8.
    #[error("the note is not UTF-8 from byte {0} on")]
    Utf8(usize),
    /// It has a control character other than a newline.
    #[error("the note has a control character at byte {0}")]
    Control(usize),
    /// No blank line divides the text from signatures.
    #[error("the note has no blank line with signatures after it")]
    Unsigned,
    /// The text does not end as a text does.
    #[error("the text of the note does not end in a newline")]
    Text,
    /// A line among the signatures is not one.
    #[error("line {0} of the signatures is not `— <name> <base64>`")]
    Signature(usize),
    /// There are too many signatures.
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    Signatures,
    /// Nobody known has signed it.
    #[error("the note has no signature by a known key")]
    Unknown,
    /// It is signed in the name of a known key, wrongly.
    #[error("the signature of `{name}` (key id {id}) does not belong to this text")]
    Forged {
        /// The name of the key.
        name: KeyName,
        /// The id of the key.
        id: KeyId,
    },
}

/// One signature below a note. Its text form is its line, without the newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: KeyName,
    id: KeyId,
    bytes: Vec<u8>,
}

impl Signature {
    pub(crate) const fn new(name: KeyName, id: KeyId, bytes: Vec<u8>) -> Self {
        Self { name, id, bytes }
    }

    /// The name of the key that is said to have made it.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of that key.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Whether it is said to be made by a key.
    fn names<A: Algorithm>(&self, key: &PublicKey<A>) -> bool {
        (&self.name, self.id) == (key.name(), key.id())
    }

    /// Whether it is said to be made by the same key as another one.
    fn same_key(&self, other: &Self) -> bool {
        (&self.name, self.id) == (&other.name, other.id)
    }

    /// Reads lines of signatures, each ending in a newline: the end of a note, or what a witness
    /// answers.
    ///
    /// # Errors
    /// When a line is not a signature, or there are none or too many.
    pub fn parse_lines(lines: &str) -> Result<Vec<Self>, NoteError> {
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Unsigned)?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::Signatures);
        }
        let line = |(number, line): (usize, &str)| {
            line.parse()
                .map_err(|SignatureError(())| NoteError::Signature(number))
        };
        (1..).zip(lines.split('\n')).map(line).collect()
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.0.to_be_bytes(), self.bytes.as_slice()].concat();
        write!(f, "{PREFIX}{} {}", self.name, text::encode(&bytes))
    }
}

/// A line is not a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a signature: `— <name> <base64>`")]
pub struct SignatureError(());

impl FromStr for Signature {
    type Err = SignatureError;

    fn from_str(line: &str) -> Result<Self, SignatureError> {
        let parse = || {
            let (name, bytes) = line.strip_prefix(PREFIX)?.split_once(' ')?;
            let bytes = text::decode(bytes)?;
            let (id, bytes) = bytes.split_first_chunk()?;
            let id = KeyId(u32::from_be_bytes(*id));
            // The specification wants n bytes after the id; Go's note wants at least one.
            let bytes = (!bytes.is_empty()).then(|| bytes.to_vec())?;
            Some(Self::new(name.parse().ok()?, id, bytes))
        };
        parse().ok_or(SignatureError(()))
    }
}

/// What a verified signature states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stated<'k, A: Algorithm> {
    /// Whose signature it is.
    pub(crate) key: &'k PublicKey<A>,
    /// What it states beside the text.
    pub(crate) statement: A::Statement,
}

/// A note that was read, and whose signatures nobody has verified: its text is anybody's claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnverifiedNote {
    text: String,
    signatures: Vec<Signature>,
}

impl UnverifiedNote {
    /// Reads a note.
    ///
    /// # Errors
    /// When the bytes are not one.
    pub fn parse(note: &[u8]) -> Result<Self, NoteError> {
        let note = checked(note)?;
        let blank = note.rfind("\n\n").ok_or(NoteError::Unsigned)?;
        let (text, signatures) = note.split_at(blank + 1);
        Ok(Self {
            signatures: Signature::parse_lines(&signatures[1..])?,
            text: text.to_owned(),
        })
    }

    /// The text, with its last newline. Trust nothing in it.
    #[must_use]
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The signatures, none of them verified.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Verifies the signatures of the keys that are known, and ignores all others.
    ///
    /// # Errors
    /// When there is none, or one in the name of a known key that it did not make.
    pub fn verify(self, known: &[NoteKey]) -> Result<Note, NoteError> {
        let mut signers: Vec<NoteKey> = Vec::new();
        for Stated { key, .. } in self.statements(known)? {
            if !signers.contains(key) {
                signers.push(key.clone());
            }
        }
        if signers.is_empty() {
            return Err(NoteError::Unknown);
        }
        Ok(Note {
            note: self,
            signers,
        })
    }

    /// What each signature by a known key states. A signature that says it is by a known key and is
    /// not makes the whole note worthless.
    pub(crate) fn statements<'k, A: Algorithm>(
        &self,
        known: &'k [PublicKey<A>],
    ) -> Result<Vec<Stated<'k, A>>, NoteError> {
        let mut statements = Vec::new();
        for signature in &self.signatures {
            for key in known.iter().filter(|key| signature.names(key)) {
                let statement = A::check(key, &self.text, &signature.bytes);
                let statement = statement.ok_or_else(|| NoteError::Forged {
                    name: signature.name.clone(),
                    id: signature.id,
                })?;
                statements.push(Stated { key, statement });
            }
        }
        Ok(statements)
    }

    /// Drops all signatures but those in the names of these keys.
    pub(crate) fn keep(&mut self, keys: &[NoteKey]) {
        self.signatures
            .retain(|signature| keys.iter().any(|key| signature.names(key)));
    }

    /// Adds a signature, or puts it in the place of an earlier one by the same key.
    pub(crate) fn add(&mut self, signature: Signature) -> Result<(), NoteError> {
        let mut longer = self.clone();
        match longer
            .signatures
            .iter_mut()
            .find(|s| s.same_key(&signature))
        {
            Some(earlier) => *earlier = signature,
            None => longer.signatures.push(signature),
        }
        if longer.signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::Signatures);
        }
        checked(longer.to_string().as_bytes())?;
        *self = longer;
        Ok(())
    }
}

impl fmt::Display for UnverifiedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A note that a known key has signed. Its text form is the whole note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    note: UnverifiedNote,
    signers: Vec<NoteKey>,
}

impl Note {
    /// Signs a text, which ends in a newline.
    ///
    /// # Errors
    /// When the text can't be that of a note.
    pub fn sign(text: &str, secret: &NoteSecret) -> Result<Self, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Text);
        }
        let mut note = UnverifiedNote {
            text: text.to_owned(),
            signatures: Vec::new(),
        };
        let (key, bytes) = (secret.public(), secret.sign(text.as_bytes()));
        note.add(Signature::new(key.name().clone(), key.id(), bytes))?;
        let signers = vec![key.clone()];
        Ok(Self { note, signers })
    }

    /// The text, with its last newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.note.text
    }

    /// The known keys that have signed it: at least one.
    #[must_use]
    pub fn signers(&self) -> &[NoteKey] {
        &self.signers
    }

    pub(crate) const fn unverified(&self) -> &UnverifiedNote {
        &self.note
    }

    /// Drops the signatures of everybody but the known keys.
    pub(crate) fn keep_known(&mut self) {
        self.note.keep(&self.signers);
    }

    /// Adds the signature of a witness to those below the text.
    pub(crate) fn add(&mut self, signature: Signature) -> Result<(), NoteError> {
        self.note.add(signature)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

/// The text of a note whose size and characters are allowed.
fn checked(note: &[u8]) -> Result<&str, NoteError> {
    if note.len() > MAX_NOTE {
        return Err(NoteError::Size(note.len()));
    }
    let text = std::str::from_utf8(note).map_err(|e| NoteError::Utf8(e.valid_up_to()))?;
    let control = |byte: u8| byte < b' ' && byte != b'\n';
    match note.iter().position(|byte| control(*byte)) {
        Some(at) => Err(NoteError::Control(at)),
        None => Ok(text),
    }
}

#[cfg(test)]
mod tests;
