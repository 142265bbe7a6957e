//! The compact form of a signed message (RFC 7515), read strictly: what two readers could
//! understand differently is refused, and nothing in the header is trusted beyond saying which of
//! the configured keys and algorithms is meant.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{
    Algorithm, TokenError, json,
    jwk::{Key, printable},
};

/// How many bytes a token may have.
pub const MAX_TOKEN: usize = 16 * 1024;
/// How many characters a header may have.
const MAX_HEADER: usize = 4 * 1024;
const HEADER_DEPTH: u8 = 8;
/// The longest signature there is: RSA with 8192 bits; and what base64 wants beyond it.
const MAX_SIGNATURE: usize = 1024 + 3;

/// What makes a token that is signed unsafe or something else: keys that the sender brings along
/// or points to (RFC 8725, 2.9 and 3.10), extensions that must be understood, compression,
/// encryption, payloads that are not encoded (RFC 7797).
const REFUSED: [&str; 8] = ["crit", "b64", "jwk", "jku", "x5u", "x5c", "zip", "enc"];

/// A signed message of which nothing is verified yet.
#[derive(Clone)]
pub struct Jws<'a> {
    algorithm: Algorithm,
    kid: Option<String>,
    typ: Option<String>,
    signed: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
}

impl fmt::Debug for Jws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jws")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl<'a> Jws<'a> {
    /// Reads a token.
    ///
    /// # Errors
    /// When it is anything else than three parts of strict base64url, the first of which is a
    /// header that only says what a header should.
    pub fn parse(token: &'a [u8]) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN {
            return Err(TokenError::TooLarge);
        }
        let mut dots = token
            .iter()
            .enumerate()
            .filter_map(|(at, byte)| (*byte == b'.').then_some(at));
        let (first, second) = match (dots.next(), dots.next(), dots.count()) {
            (Some(first), Some(second), 0) => (first, second),
            (Some(_), Some(_), 2) => return Err(TokenError::Encrypted),
            _ => return Err(TokenError::Malformed),
        };
        let (header, signature) = (&token[..first], &token[second + 1..]);
        if header.len() > MAX_HEADER {
            return Err(TokenError::TooLarge);
        }
        let header = json::object(&decoded(header)?, HEADER_DEPTH)?;
        if let Some(name) = REFUSED.into_iter().find(|name| header.contains_key(*name)) {
            return Err(TokenError::HeaderRefused(name));
        }
        let text = |name: &'static str| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if printable(text) => Ok(Some(text.as_str())),
            Some(_) => Err(TokenError::HeaderInvalid(name)),
        };
        let algorithm = text("alg")?.ok_or(TokenError::HeaderInvalid("alg"))?;
        if algorithm.trim().eq_ignore_ascii_case("none") {
            return Err(TokenError::Unsigned);
        }
        Ok(Self {
            algorithm: Algorithm::named(algorithm).ok_or(TokenError::UnknownAlgorithm)?,
            kid: text("kid")?.map(str::to_owned),
            typ: text("typ")?.map(str::to_owned),
            signed: &token[..second],
            payload: &token[first + 1..second],
            signature,
        })
    }

    /// With which algorithm it says that it is signed. To be compared with what is configured.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Which key it says that it is signed with.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Of which type it says that it is.
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// What was signed, once the signature holds.
    ///
    /// # Errors
    /// When the key is for another algorithm or id, or the signature does not hold.
    pub fn verify(&self, key: &Key) -> Result<Vec<u8>, TokenError> {
        if key.algorithm() != self.algorithm
            || self.kid.is_some() && key.kid() != self.kid.as_deref()
        {
            return Err(TokenError::UnknownKey);
        }
        let mut room = [0; MAX_SIGNATURE];
        // Too long for the room: no key makes such a signature.
        let length = URL_SAFE_NO_PAD
            .decode_slice(self.signature, &mut room)
            .map_err(|why| match why {
                base64::DecodeSliceError::DecodeError(_) => TokenError::Encoding,
                base64::DecodeSliceError::OutputSliceTooSmall => TokenError::Signature,
            })?;
        key.verify(self.signed, &room[..length])?;
        self.unverified_payload()
    }

    pub(crate) fn unverified_payload(&self) -> Result<Vec<u8>, TokenError> {
        decoded(self.payload)
    }
}

/// Base64url without padding, white space or stray bits.
pub(crate) fn decoded(text: &[u8]) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| TokenError::Encoding)
}
