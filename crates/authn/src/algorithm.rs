//! How a token may be signed. The list is closed: what is not in it (`none` above all) cannot be
//! asked for, and an algorithm belongs to one family of keys, so that a public key can never serve
//! as the secret of an HMAC (RFC 8725, 2.1 and 3.1).

use aws_lc_rs::{
    hmac,
    signature::{self, EcdsaVerificationAlgorithm, RsaParameters},
};

/// An algorithm of RFC 7518 or RFC 8037 that a token may be signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// Ed25519.
    EdDsa,
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

/// RFC 9864's name for what `EdDSA` is here.
const ED25519: &str = "Ed25519";

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
    ];

    /// As `alg` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// The algorithm of that exact name, one of [`Algorithm::names`].
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            ED25519 => Some(Self::EdDsa),
            _ => Self::ALL.into_iter().find(|a| a.name() == name),
        }
    }

    /// All names of algorithms.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let other = |a| (a == Self::EdDsa).then_some(ED25519);
        Self::ALL
            .into_iter()
            .flat_map(move |a| [Some(a.name()), other(a)])
            .flatten()
    }

    /// Whether its key is a secret that both sides know: see [`Hmac`].
    #[must_use]
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }
}

/// An algorithm whose key is a secret that both sides know. Such keys come from the configuration
/// only, never out of what an issuer publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hmac {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

impl Hmac {
    /// The same among all algorithms.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Self::Hs256 => Algorithm::Hs256,
            Self::Hs384 => Algorithm::Hs384,
            Self::Hs512 => Algorithm::Hs512,
        }
    }

    /// How many bytes its secret must have at least (RFC 7518, 3.2).
    #[must_use]
    pub const fn least_bytes(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
        }
    }

    pub(crate) const fn primitive(self) -> hmac::Algorithm {
        match self {
            Self::Hs256 => hmac::HMAC_SHA256,
            Self::Hs384 => hmac::HMAC_SHA384,
            Self::Hs512 => hmac::HMAC_SHA512,
        }
    }
}

/// What an RSA key can verify. The parameters refuse keys below 2048 bits.
pub(crate) static RSA: [(Algorithm, &RsaParameters); 6] = [
    (Algorithm::Rs256, &signature::RSA_PKCS1_2048_8192_SHA256),
    (Algorithm::Rs384, &signature::RSA_PKCS1_2048_8192_SHA384),
    (Algorithm::Rs512, &signature::RSA_PKCS1_2048_8192_SHA512),
    (Algorithm::Ps256, &signature::RSA_PSS_2048_8192_SHA256),
    (Algorithm::Ps384, &signature::RSA_PSS_2048_8192_SHA384),
    (Algorithm::Ps512, &signature::RSA_PSS_2048_8192_SHA512),
];

/// A curve for ECDSA. A key on it has one algorithm (RFC 7518, 3.4).
#[derive(Debug)]
pub(crate) struct Curve {
    pub(crate) name: &'static str,
    pub(crate) bytes: usize,
    pub(crate) algorithm: Algorithm,
    pub(crate) primitive: &'static EcdsaVerificationAlgorithm,
}

pub(crate) static CURVES: [Curve; 3] = [
    Curve {
        name: "P-256",
        bytes: 32,
        algorithm: Algorithm::Es256,
        primitive: &signature::ECDSA_P256_SHA256_FIXED,
    },
    Curve {
        name: "P-384",
        bytes: 48,
        algorithm: Algorithm::Es384,
        primitive: &signature::ECDSA_P384_SHA384_FIXED,
    },
    Curve {
        name: "P-521",
        bytes: 66,
        algorithm: Algorithm::Es512,
        primitive: &signature::ECDSA_P521_SHA512_FIXED,
    },
];
