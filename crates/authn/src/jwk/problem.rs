//! Why keys of a published set are left out. An operator should learn of each.

use std::fmt;

/// Something in a published set that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyProblem {
    index: Option<usize>,
    fault: KeyFault,
}

impl KeyProblem {
    pub(super) fn new(index: Option<usize>, fault: KeyFault) -> Self {
        Self { index, fault }
    }

    /// Which key of the set it is about, counted from nought; none where it is the whole set.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// What is wrong.
    #[must_use]
    pub fn fault(&self) -> KeyFault {
        self.fault
    }
}

impl fmt::Display for KeyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "key {index} of the set: {}", self.fault),
            None => write!(f, "the key set: {}", self.fault),
        }
    }
}

/// Why a key or a set is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The document is longer than allowed.
    #[error("longer than allowed; not read")]
    TooLarge,
    /// It is not a JSON object, or one that is nested too deep.
    #[error("not a JSON object; not used")]
    NotJson,
    /// A member stands in it twice.
    #[error("a member stands in it twice; not used")]
    DuplicateMember,
    /// There are more keys than are looked at.
    #[error("there are more keys than are looked at; this and those after it are not used")]
    TooMany,
    /// A member is missing or not of its type.
    #[error("`{0}` is missing or not valid; not used")]
    Invalid(&'static str),
    /// The type of key is unknown.
    #[error("a type of key that tokens are not verified with; not used")]
    UnknownType,
    /// The curve is unknown.
    #[error("a curve that tokens are not verified with; not used")]
    UnknownCurve,
    /// The key's algorithm is unknown, or not one of its type.
    #[error("an algorithm that is unknown or does not fit the key; not used")]
    UnknownAlgorithm,
    /// It is meant for something else.
    #[error("not meant for verifying signatures; not used")]
    NotForSignatures,
    /// It is shorter than it must be, or made in a way that is broken.
    #[error("too weak; not used")]
    Weak,
    /// It is not a key of its kind: a point that is not on the curve, an exponent that is none.
    #[error("not a valid key; not used")]
    Rejected,
    /// A secret was published: everybody could sign with it.
    #[error("a symmetric key was published, so anybody can sign with it; not used")]
    SecretPublished,
    /// A private key was published: everybody could sign with it.
    #[error("a private key was published, so anybody can sign with it; not used")]
    PrivatePublished,
    /// Another key has the same id and algorithm.
    #[error("another key has the same id; neither is used")]
    DuplicateKid,
}

impl KeyFault {
    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "keys-too-large",
            Self::NotJson => "keys-not-json",
            Self::DuplicateMember => "keys-duplicate-member",
            Self::TooMany => "keys-too-many",
            Self::Invalid(_) => "key-invalid",
            Self::UnknownType => "key-type-unknown",
            Self::UnknownCurve => "key-curve-unknown",
            Self::UnknownAlgorithm => "key-algorithm-unknown",
            Self::NotForSignatures => "key-not-for-signatures",
            Self::Weak => "key-weak",
            Self::Rejected => "key-rejected",
            Self::SecretPublished => "key-secret-published",
            Self::PrivatePublished => "key-private-published",
            Self::DuplicateKid => "key-duplicate-id",
        }
    }
}
