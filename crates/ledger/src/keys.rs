//! The port to keys: what encrypts the keys of segments, and what signs checkpoints. A key file
//! answers it by default, a vault or a key service of a cloud where there is one.

pub(crate) mod file;

pub use file::{KeyFile, KeyFileError};

use std::fmt;
use zeroize::Zeroizing;

/// The key of one segment. It is never written as it is and never shown.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for DataKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// A data key that only the key service can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// The key that it is wrapped with.
    pub key_id: String,
    /// What the service made of it.
    pub bytes: Vec<u8>,
}

/// Wraps the keys of segments, and answers for what must be kept secret for longer than they live.
pub trait KeyService: fmt::Debug + Send + Sync {
    /// The id of the key that is used for new segments.
    fn active(&self) -> &str;

    /// Encrypts a data key with the active key. The context must be given again to unwrap it.
    ///
    /// # Errors
    /// When the service does not answer, or does not have the key.
    fn wrap(&self, key: &DataKey, context: &[u8]) -> Result<WrappedKey, KeyError>;

    /// Decrypts a data key.
    ///
    /// # Errors
    /// When the service does not answer, does not have the key, or the key or its context was
    /// changed.
    fn unwrap(&self, wrapped: &WrappedKey, context: &[u8]) -> Result<DataKey, KeyError>;

    /// A keyed hash that stays the same when keys rotate: the name that a person's data is found
    /// under once the name itself is erased.
    ///
    /// # Errors
    /// When the service does not answer.
    fn tag(&self, subject: &[u8]) -> Result<[u8; 32], KeyError>;
}

/// Why a key can't be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The service does not have it.
    #[error(
        "there is no key `{0}`: it may have been removed from the key file, or this is another ledger's key file"
    )]
    Unknown(String),
    /// It does not fit what it was given.
    #[error(
        "the key `{0}` does not open this: what was wrapped was changed, or belongs to another segment"
    )]
    Refused(String),
    /// The service does not answer.
    #[error("the key service did not answer: {0}")]
    Unavailable(String),
}
