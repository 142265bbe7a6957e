//! Keys of signed notes: their names, ids and texts. The type of a key says what its signatures
//! mean, so that a witness's cosignature is never taken for a log's own signature.

use crate::hash::Hash;
use crate::text;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use zeroize::Zeroizing;

/// The bytes of an Ed25519 public key, and of the seed of a secret one.
pub const KEY_BYTES: usize = 32;
/// The bytes of an Ed25519 signature.
pub(crate) const SIGNATURE_BYTES: usize = 64;

/// What a secret key's text begins with, so that nobody takes it for a public one.
const SECRET_PREFIX: &str = "PRIVATE+KEY+";

/// A key that signs the text of a note as it stands: a log's.
pub type NoteKey = PublicKey<Plain>;
/// The secret half of a [`NoteKey`].
pub type NoteSecret = SecretKey<Plain>;
/// A key that signs checkpoints together with the time: a witness's (cosignature/v1).
pub type WitnessKey = PublicKey<Timestamped>;
/// The secret half of a [`WitnessKey`].
pub type WitnessSecret = SecretKey<Timestamped>;

/// What the signatures of a key are made over, and what they state.
pub trait Algorithm: Sized + sealed::Sealed {
    /// The byte that stands for it in keys and key ids.
    const BYTE: u8;
    /// What a signature states beside the text.
    type Statement: Clone + std::fmt::Debug + Eq;

    /// What a signature over a text states; `None` if it is not one of this key.
    #[doc(hidden)]
    fn check(key: &PublicKey<Self>, text: &str, signature: &[u8]) -> Option<Self::Statement>;
}

pub(crate) mod sealed {
    //! Keeps algorithms to those of this crate.

    /// Can't be named, and so not be implemented, outside of this crate.
    pub trait Sealed {}
}

/// Ed25519 over the text of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plain {}

/// Ed25519 over the text of a checkpoint and the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timestamped {}

impl sealed::Sealed for Plain {}
impl sealed::Sealed for Timestamped {}

impl Algorithm for Plain {
    const BYTE: u8 = 0x01;
    type Statement = ();

    fn check(key: &PublicKey<Self>, text: &str, signature: &[u8]) -> Option<()> {
        key.signed(text.as_bytes(), signature).then_some(())
    }
}

/// A text is not a key, or not one of the kind that is needed. Keys are never quoted here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A name that keys can't have.
    #[error("a key's name is not empty, and has no spaces, control characters or `+`")]
    Name,
    /// Not the form of a public key.
    #[error("not a verifier key: `<name>+<key id in 8 hex digits>+<base64>`")]
    Public,
    /// Not the form of a secret key.
    #[error("not a signer key: `PRIVATE+KEY+<name>+<key id in 8 hex digits>+<base64>`")]
    Secret,
    /// A key for signatures of another kind.
    #[error("a key with signatures of type {found:#04x}, where {expected:#04x} is needed")]
    Algorithm {
        /// The type that is needed.
        expected: u8,
        /// The type that the key has.
        found: u8,
    },
    /// The id is not the one of this key under this name.
    #[error("the key id {0} does not belong to this name and key")]
    Id(KeyId),
}

/// The name of a key, by convention a URL without its scheme.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyName(Box<str>);

impl KeyName {
    /// The name as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        let refused = |c: char| c.is_whitespace() || c < ' ' || c == '+';
        if name.is_empty() || name.contains(refused) {
            return Err(KeyError::Name);
        }
        Ok(Self(name.into()))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Tells keys of one name apart. It is short: it finds a key, and proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(pub u32);

impl KeyId {
    /// The id of a public key under a name.
    fn new(name: &KeyName, algorithm: u8, key: &[u8; KEY_BYTES]) -> Self {
        let text = [name.0.as_bytes(), b"\n", &[algorithm], key].concat();
        let [a, b, c, d, ..] = Hash::of(&text).0;
        Self(u32::from_be_bytes([a, b, c, d]))
    }

    fn parse(text: &str) -> Option<Self> {
        let id = Self(u32::from_str_radix(text, 16).ok()?);
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A key that verifies signatures. Its text form is the *vkey* of signed notes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey<A> {
    name: KeyName,
    id: KeyId,
    bytes: [u8; KEY_BYTES],
    algorithm: PhantomData<A>,
}

impl<A: Algorithm> PublicKey<A> {
    /// The key of an Ed25519 public key under a name.
    #[must_use]
    pub fn new(name: KeyName, bytes: [u8; KEY_BYTES]) -> Self {
        Self {
            id: KeyId::new(&name, A::BYTE, &bytes),
            name,
            bytes,
            algorithm: PhantomData,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The Ed25519 public key.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }

    /// Whether these bytes are a signature of this key over a message.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        signature.len() == SIGNATURE_BYTES
            && UnparsedPublicKey::new(&ED25519, &self.bytes)
                .verify(message, signature)
                .is_ok()
    }
}

impl<A: Algorithm> FromStr for PublicKey<A> {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, bytes) = parse::<A>(text, KeyError::Public)?;
        let key = Self::new(name, bytes);
        if key.id == id {
            Ok(key)
        } else {
            Err(KeyError::Id(id))
        }
    }
}

impl<A: Algorithm> fmt::Display for PublicKey<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = text::encode(&[&[A::BYTE], &self.bytes[..]].concat());
        write!(f, "{}+{}+{key}", self.name, self.id)
    }
}

impl<A: Algorithm> fmt::Debug for PublicKey<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// A key that signs. It is wiped from memory when it is dropped, and never shown by accident.
pub struct SecretKey<A> {
    public: PublicKey<A>,
    seed: Zeroizing<Vec<u8>>,
    pair: Ed25519KeyPair,
}

impl<A: Algorithm> SecretKey<A> {
    /// The key that grows from 32 bytes, which nobody else may know.
    ///
    /// # Errors
    /// When the cryptographic library refuses the seed, which it does for no seed known.
    pub fn from_seed(name: KeyName, seed: &[u8; KEY_BYTES]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Secret)?;
        let public = pair.public_key().as_ref().try_into();
        let public = public.map_err(|_| KeyError::Secret)?;
        Ok(Self {
            public: PublicKey::new(name, public),
            seed: Zeroizing::new(seed.to_vec()),
            pair,
        })
    }

    /// Reads the text of a signer key.
    ///
    /// # Errors
    /// When the text is not one, or one for signatures of another kind.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_prefix(SECRET_PREFIX).ok_or(KeyError::Secret)?;
        let (name, id, seed) = parse::<A>(text, KeyError::Secret)?;
        let key = Self::from_seed(name, &Zeroizing::new(seed))?;
        if key.public.id == id {
            Ok(key)
        } else {
            Err(KeyError::Id(id))
        }
    }

    /// The text of the signer key, for the place where secrets are kept.
    #[must_use]
    pub fn to_text(&self) -> SecretText {
        let bytes = Zeroizing::new([&[A::BYTE], &self.seed[..]].concat());
        let key = Zeroizing::new(text::encode(&bytes));
        let (name, id) = (&self.public.name, self.public.id);
        let parts = [
            SECRET_PREFIX,
            name.as_str(),
            "+",
            &id.to_string(),
            "+",
            &key,
        ];
        SecretText(Zeroizing::new(parts.concat()))
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub const fn public(&self) -> &PublicKey<A> {
        &self.public
    }

    /// Signs a message.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl<A: Algorithm> fmt::Debug for SecretKey<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey of {}+{}", self.public.name, self.public.id)
    }
}

/// The text of a secret key: wiped when dropped, and shown only on demand.
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// The text itself. It must go nowhere but to where secrets are kept.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText")
    }
}

/// Name, id and key of `<name>+<id>+<base64 of algorithm and key>`.
fn parse<A: Algorithm>(
    text: &str,
    malformed: KeyError,
) -> Result<(KeyName, KeyId, [u8; KEY_BYTES]), KeyError> {
    let parts = || {
        let (name, rest) = text.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let key = Zeroizing::new(text::decode(key)?);
        Some((name.parse().ok()?, KeyId::parse(id)?, key))
    };
    let Some((name, id, key)) = parts() else {
        return Err(malformed);
    };
    match key.split_first() {
        Some((algorithm, key)) if *algorithm == A::BYTE => match key.try_into() {
            Ok(key) => Ok((name, id, key)),
            Err(_) => Err(malformed),
        },
        Some((found, _)) => Err(KeyError::Algorithm {
            expected: A::BYTE,
            found: *found,
        }),
        None => Err(malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const SECRET: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    /// Every part of a text, and every text with one character made the next one, is refused.
    fn refuses_mangled<T>(text: &str, parse: impl Fn(&str) -> Result<T, KeyError>) {
        for (i, j) in (0..=text.len()).flat_map(|i| (i..=text.len()).map(move |j| (i, j))) {
            assert_eq!(parse(&text[i..j]).is_ok(), (i, j) == (0, text.len()));
        }
        for i in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[i] += 1;
            assert!(parse(std::str::from_utf8(&bytes).unwrap()).is_err());
        }
    }

    #[test]
    fn keys_of_others_are_read() {
        for text in [
            PETER,
            "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
            "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        ] {
            let key: NoteKey = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
            let same = NoteKey::new(key.name().clone(), *key.bytes());
            assert_eq!(same, key);
        }
        let secret = NoteSecret::parse(SECRET).unwrap();
        assert_eq!(secret.public(), &PETER.parse().unwrap());
        assert_eq!(secret.to_text().expose(), SECRET);
    }

    #[test]
    fn mangled_keys_are_refused() {
        refuses_mangled(PETER, NoteKey::from_str);
        refuses_mangled(SECRET, NoteSecret::parse);
        for (text, error) in [
            // A key of the wrong length, with its right id.
            (
                "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
                KeyError::Public,
            ),
            (
                "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                KeyError::Algorithm {
                    expected: 1,
                    found: 0x65,
                },
            ),
            (&PETER.replace("c74f", "C74F"), KeyError::Public),
            (&PETER.replace("c74f20a3", "+c74f20a"), KeyError::Public),
            (
                &PETER.replace("c74f20a3", "c74f20a4"),
                KeyError::Id(KeyId(0xc74f_20a4)),
            ),
        ] {
            assert_eq!(text.parse::<NoteKey>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_key_of_one_kind_is_not_one_of_another() {
        let peter: NoteKey = PETER.parse().unwrap();
        let witness = WitnessKey::new(peter.name().clone(), *peter.bytes());
        assert_ne!(witness.id(), peter.id());
        assert_eq!(witness.to_string().parse(), Ok(witness.clone()));
        let (expected, found) = (1, 4);
        let other = KeyError::Algorithm { expected, found };
        assert_eq!(witness.to_string().parse::<NoteKey>(), Err(other));
    }

    #[test]
    fn names_are_checked() {
        for name in ["a", "example.com/log", "Prüfer", "a-b_c:d", "\u{7f}"] {
            assert_eq!(name.parse::<KeyName>().unwrap().as_str(), name);
        }
        for name in [
            "",
            " ",
            "a b",
            "a+b",
            "a\n",
            "a\u{a0}b",
            "a\u{2003}",
            "\t",
            "a\u{1}",
        ] {
            assert_eq!(name.parse::<KeyName>(), Err(KeyError::Name), "{name:?}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let secret = NoteSecret::parse(SECRET).unwrap();
        let shown = format!("{secret:?} {:?}", secret.to_text());
        assert_eq!(shown, "SecretKey of PeterNeumann+c74f20a3 SecretText");
        let broken = NoteSecret::parse(&SECRET[..SECRET.len() - 4])
            .map(|_| ())
            .unwrap_err();
        assert!(!broken.to_string().contains("EKFA"));
    }
}
