//! Short-lived tokens that Palisade signs itself: by them a function behind the gateway learns who
//! is calling, and can check it with the published keys. A bare header would say the same to
//! anybody who can reach the function.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, Signature,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::{Algorithm, Principal, jwk::thumbprint};

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// The bytes are not a private key of that kind.
    #[error("not a private key of its kind")]
    Key,
    /// The cryptography refused.
    #[error("signing failed")]
    Signing,
}

impl MintError {
    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Key => "minting-key",
            Self::Signing => "minting-signing",
        }
    }
}

/// A private key for signing tokens.
pub struct MintingKey {
    pair: Pair,
    kid: String,
    public: Value,
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl fmt::Debug for MintingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MintingKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl MintingKey {
    /// An Ed25519 key from 32 random bytes.
    ///
    /// # Errors
    /// When the cryptography refuses.
    pub fn ed25519(random: &[u8; 32]) -> Result<Self, MintError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(random).map_err(|_| MintError::Key)?;
        Ok(Self::new(Pair::EdDsa(pair)))
    }

    /// A P-256 key from 32 random bytes.
    ///
    /// # Errors
    /// When the number is not below the order of the curve (once in 2^32 times): take others.
    pub fn p256(random: &[u8; 32]) -> Result<Self, MintError> {
        // RFC 5915: version 1, the number, the curve.
        const HEAD: [u8; 7] = [0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20];
        const CURVE: [u8; 12] = [
            0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
        ];
        let der = Zeroizing::new([&HEAD[..], random, &CURVE].concat());
        EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &der)
            .map(|pair| Self::new(Pair::Es256(pair)))
            .map_err(|_| MintError::Key)
    }

    /// A key of either kind from PKCS#8.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, MintError> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(bytes) {
            return Ok(Self::new(Pair::EdDsa(pair)));
        }
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes)
            .map(|pair| Self::new(Pair::Es256(pair)))
            .map_err(|_| MintError::Key)
    }

    fn new(pair: Pair) -> Self {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (kid, mut public) = match &pair {
            Pair::EdDsa(pair) => {
                let x = text(pair.public_key().as_ref());
                let kid = thumbprint(&[("crv", "Ed25519"), ("kty", "OKP"), ("x", &x)]);
                (kid, json!({"kty": "OKP", "crv": "Ed25519", "x": x}))
            }
            Pair::Es256(pair) => {
                // An uncompressed point: 4, x, y.
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                let (x, y) = (text(x), text(y));
                let kid = thumbprint(&[("crv", "P-256"), ("kty", "EC"), ("x", &x), ("y", &y)]);
                (kid, json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}))
            }
        };
        let kid = kid.text();
        public["use"] = "sig".into();
        public["kid"] = kid.as_str().into();
        let mut key = Self { pair, kid, public };
        key.public["alg"] = key.algorithm().name().into();
        key
    }

    /// What it is called: its thumbprint (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// How it signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Es256(_) => Algorithm::Es256,
            Pair::EdDsa(_) => Algorithm::EdDsa,
        }
    }

    /// Its public part, as a key of a set.
    #[must_use]
    pub fn public(&self) -> &Value {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, MintError> {
        match &self.pair {
            Pair::Es256(pair) => pair.sign(&SystemRandom::new(), message),
            Pair::EdDsa(pair) => pair.try_sign(message),
        }
        .map_err(|_| MintError::Signing)
    }

    /// A signed token of these claims.
    fn token(&self, claims: &Value) -> Result<String, MintError> {
        let header = json!({"alg": self.algorithm().name(), "typ": "JWT", "kid": self.kid});
        let mut token = URL_SAFE_NO_PAD.encode(header.to_string());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut token);
        let signature = self.sign(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
        Ok(token)
    }
}

/// Signs tokens, and says with which keys they can be checked. A new key is published before it
/// signs, and an old one until its last token has expired.
#[derive(Debug)]
pub struct Minter {
    issuer: String,
    lifetime: u32,
    /// Claims of the caller's own token that are passed on.
    passed_on: Vec<String>,
    current: MintingKey,
    next: Option<MintingKey>,
    retired: Vec<(Value, i64)>,
}

impl Minter {
    /// Signs as `issuer`, for `lifetime` seconds, and passes on those claims of the caller's.
    #[must_use]
    pub fn new(
        issuer: impl Into<String>,
        lifetime: u32,
        passed_on: Vec<String>,
        key: MintingKey,
    ) -> Self {
        Self {
            issuer: issuer.into(),
            lifetime,
            passed_on,
            current: key,
            next: None,
            retired: Vec::new(),
        }
    }

    /// A token that says who is calling, for one audience, and when it expires. It does not outlive what the caller has
    /// shown.
    ///
    /// # Errors
    /// When the cryptography refuses.
    pub fn mint(
        &self,
        caller: &Principal,
        audience: &str,
        now: i64,
    ) -> Result<(String, i64), MintError> {
        let end = now.saturating_add(i64::from(self.lifetime));
        let end = caller
            .expires
            .map_or(end, |expires| end.min(expires.max(now + 1)));
        let passed_on: Map<String, Value> = self
            .passed_on
            .iter()
            .filter_map(|name| Some((name.clone(), caller.claims.get(name)?.clone())))
            .collect();
        let token = self.current.token(&json!({
            "iss": self.issuer,
            "sub": caller.id,
            "aud": audience,
            "iat": now,
            "exp": end,
            "means": caller.means.name(),
            "idp": caller.issuer,
            "scope": caller.scopes.join(" "),
            "roles": caller.roles,
            "claims": passed_on,
        }))?;
        Ok((token, end))
    }

    /// Whether tokens for these two would differ in their times alone.
    #[must_use]
    pub fn says_the_same(&self, one: &Principal, other: &Principal) -> bool {
        one.means == other.means
            && one.id == other.id
            && one.issuer == other.issuer
            && one.scopes == other.scopes
            && one.roles == other.roles
            && (self.passed_on.iter()).all(|name| one.claims.get(name) == other.claims.get(name))
    }

    /// Signs as somebody else from now on.
    pub fn issued_by(&mut self, issuer: impl Into<String>) {
        self.issuer = issuer.into();
    }

    /// Publishes the key that will sign after the next [`Self::rotate`].
    pub fn announce(&mut self, next: MintingKey) {
        self.next = Some(next);
    }

    /// The announced key signs from now on; the one before stays published until `overlap` seconds
    /// after its last token has expired. Says whether there was one.
    pub fn rotate(&mut self, overlap: u32, now: i64) -> bool {
        let Some(next) = self.next.take() else {
            return false;
        };
        let last = std::mem::replace(&mut self.current, next);
        let until = now
            .saturating_add(i64::from(self.lifetime))
            .saturating_add(i64::from(overlap));
        self.retired.retain(|(_, until)| *until > now);
        self.retired.push((last.public, until));
        true
    }

    /// The set of keys to publish.
    #[must_use]
    pub fn public_keys(&self, now: i64) -> String {
        let retired = self.retired.iter().filter(|(_, until)| *until > now);
        let keys: Vec<&Value> = std::iter::once(&self.current.public)
            .chain(self.next.as_ref().map(|key| &key.public))
            .chain(retired.map(|(public, _)| public))
            .collect();
        json!({ "keys": keys }).to_string()
    }
}
