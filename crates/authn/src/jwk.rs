//! The keys of an issuer (RFC 7517). What cannot be used safely is left out and named; what is left
//! is fixed to one algorithm per entry, so that a token has nothing to choose.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    digest, hmac,
    signature::{ED25519, ParsedPublicKey, RsaPublicKeyComponents},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::{
    Algorithm, Hmac, TokenError,
    algorithm::{CURVES, RSA},
    json,
};

mod problem;
mod rsa;

pub use problem::{KeyFault, KeyProblem};

/// How many bytes a set may have.
const MAX_SET: usize = 256 * 1024;
/// How many keys of a set are looked at.
const MAX_KEYS: usize = 64;
const SET_DEPTH: u8 = 8;
/// How long an id or a type may be.
const MAX_TEXT: usize = 256;

/// Says which key it is, whatever its issuer calls it: a digest of what it consists of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId([u8; 32]);

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyId")
    }
}

impl KeyId {
    fn of(parts: &[&[u8]]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in parts {
            context.update(part);
        }
        let mut id = [0; 32];
        id.copy_from_slice(context.finish().as_ref());
        Self(id)
    }

    /// As a text; for a public key this is its thumbprint (RFC 7638).
    pub(crate) fn text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// A key and the one algorithm that it is used with.
pub struct Key {
    kid: Option<Box<str>>,
    algorithm: Algorithm,
    id: KeyId,
    verifier: Verifier,
}

/// Public keys come out of sets, secrets out of the configuration; nothing turns one into the
/// other.
enum Verifier {
    Public(ParsedPublicKey),
    Secret(Box<hmac::Key>),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl Key {
    /// What its issuer calls it.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The algorithm that it is used with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Which key it is.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), TokenError> {
        match &self.verifier {
            Verifier::Public(key) => key.verify_sig(message, signature),
            Verifier::Secret(key) => hmac::verify(key, message, signature),
        }
        .map_err(|_| TokenError::Signature)
    }
}

/// The keys that tokens of one issuer may be signed with.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<Arc<Key>>,
}

impl KeySet {
    /// Reads a published set, and says which of its keys are left out and why.
    #[must_use]
    pub fn from_json(bytes: &[u8]) -> (Self, Vec<KeyProblem>) {
        let mut set = Self::default();
        let mut problems = Vec::new();
        match members(bytes) {
            Err(fault) => problems.push(KeyProblem::new(None, fault)),
            Ok(keys) => {
                for (index, key) in keys.iter().enumerate() {
                    let added = match key.as_object() {
                        _ if index >= MAX_KEYS => Err(KeyFault::TooMany),
                        Some(key) => set.add(key),
                        None => Err(KeyFault::Invalid("keys")),
                    };
                    if let Err(fault) = added {
                        problems.push(KeyProblem::new(Some(index), fault));
                        if index >= MAX_KEYS {
                            break;
                        }
                    }
                }
            }
        }
        (set, problems)
    }

    /// Adds a secret from the configuration.
    ///
    /// # Errors
    /// When it is shorter than its algorithm needs (RFC 7518, 3.2), or its id is taken or not
    /// usable as one.
    pub fn add_secret(
        &mut self,
        kid: Option<&str>,
        algorithm: Hmac,
        secret: &[u8],
    ) -> Result<(), KeyFault> {
        if secret.len() < algorithm.least_bytes() {
            return Err(KeyFault::Weak);
        }
        if kid.is_some_and(|kid| !printable(kid)) {
            return Err(KeyFault::Invalid("kid"));
        }
        let key = Key {
            kid: kid.map(Into::into),
            algorithm: algorithm.algorithm(),
            id: KeyId::of(&[algorithm.algorithm().name().as_bytes(), secret]),
            verifier: Verifier::Secret(Box::new(hmac::Key::new(algorithm.primitive(), secret))),
        };
        self.push(key)
    }

    /// The key of that id and algorithm; without an id, the only one of that algorithm.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&Arc<Key>, TokenError> {
        let mut fitting = self.keys.iter().filter(|key| {
            key.algorithm == algorithm && (kid.is_none() || key.kid.as_deref() == kid)
        });
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            (None, _) => Err(TokenError::UnknownKey),
            (Some(_), Some(_)) => Err(TokenError::AmbiguousKey),
        }
    }

    /// Whether the set has that key.
    #[must_use]
    pub fn contains(&self, id: KeyId) -> bool {
        self.keys.iter().any(|key| key.id == id)
    }

    /// Whether no token can be verified with it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys, one entry for each algorithm that a key may be used with.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.keys.iter()
    }

    /// A key that stands in the set twice counts once; two keys of one name are both kept, and
    /// [`Self::find`] takes neither.
    fn push(&mut self, key: Key) -> Result<(), KeyFault> {
        let same = |other: &&Arc<Key>| other.algorithm == key.algorithm && other.kid == key.kid;
        let twin = self.keys.iter().find(same).map(|other| other.id);
        let named = key.kid.is_some();
        if twin == Some(key.id) {
            return Ok(());
        }
        self.keys.push(Arc::new(key));
        match twin {
            Some(_) if named => Err(KeyFault::DuplicateKid),
            _ => Ok(()),
        }
    }

    fn add(&mut self, key: &Map<String, Value>) -> Result<(), KeyFault> {
        let kind = text(key, "kty")?.ok_or(KeyFault::Invalid("kty"))?;
        if kind == "oct" {
            return Err(KeyFault::SecretPublished);
        }
        if key.contains_key("d") {
            return Err(KeyFault::PrivatePublished);
        }
        if text(key, "use")?.is_some_and(|usage| usage != "sig") || !may_verify(key)? {
            return Err(KeyFault::NotForSignatures);
        }
        let kid = text(key, "kid")?;
        if kid.is_some_and(|kid| !printable(kid)) {
            return Err(KeyFault::Invalid("kid"));
        }
        let named = match text(key, "alg")? {
            None => None,
            Some(name) => Some(Algorithm::named(name).ok_or(KeyFault::UnknownAlgorithm)?),
        };
        let (id, verifiers) = match kind {
            "RSA" => rsa(key, named)?,
            "EC" => curve(key)?,
            "OKP" => edwards(key)?,
            _ => return Err(KeyFault::UnknownType),
        };
        let mut outcome = Err(KeyFault::UnknownAlgorithm);
        for (algorithm, verifier) in verifiers {
            if named.is_none_or(|named| named == algorithm) {
                outcome = self.push(Key {
                    kid: kid.map(Into::into),
                    algorithm,
                    id,
                    verifier: Verifier::Public(verifier),
                });
            }
        }
        outcome
    }
}

type Verifiers = (KeyId, Vec<(Algorithm, ParsedPublicKey)>);

fn rsa(key: &Map<String, Value>, named: Option<Algorithm>) -> Result<Verifiers, KeyFault> {
    let (n, e) = (bytes(key, "n")?, bytes(key, "e")?);
    rsa::check(&n.1, &e.1)?;
    let id = thumbprint(&[("e", e.0), ("kty", "RSA"), ("n", n.0)]);
    let parts = RsaPublicKeyComponents { n: &n.1, e: &e.1 };
    let verifiers = RSA
        .iter()
        .filter(|(algorithm, _)| named.is_none_or(|named| named == *algorithm))
        .map(|(algorithm, parameters)| Ok((*algorithm, parts.to_parsed_public_key(parameters)?)))
        .collect::<Result<_, aws_lc_rs::error::KeyRejected>>()
        .map_err(|_| KeyFault::Rejected)?;
    Ok((id, verifiers))
}

fn curve(key: &Map<String, Value>) -> Result<Verifiers, KeyFault> {
    let name = text(key, "crv")?.ok_or(KeyFault::Invalid("crv"))?;
    let curve = CURVES.iter().find(|curve| curve.name == name);
    let curve = curve.ok_or(KeyFault::UnknownCurve)?;
    let (x, y) = (bytes(key, "x")?, bytes(key, "y")?);
    // The full length is asked for (RFC 7518, 6.2.1.2).
    if x.1.len() != curve.bytes || y.1.len() != curve.bytes {
        return Err(KeyFault::Rejected);
    }
    let id = thumbprint(&[("crv", name), ("kty", "EC"), ("x", x.0), ("y", y.0)]);
    let point = [&[4], x.1.as_slice(), y.1.as_slice()].concat();
    let verifier = ParsedPublicKey::new(curve.primitive, point).map_err(|_| KeyFault::Rejected)?;
    Ok((id, vec![(curve.algorithm, verifier)]))
}

fn edwards(key: &Map<String, Value>) -> Result<Verifiers, KeyFault> {
    if text(key, "crv")? != Some("Ed25519") {
        return Err(KeyFault::UnknownCurve);
    }
    let x = bytes(key, "x")?;
    if x.1.len() != 32 {
        return Err(KeyFault::Rejected);
    }
    let id = thumbprint(&[("crv", "Ed25519"), ("kty", "OKP"), ("x", x.0)]);
    let verifier = ParsedPublicKey::new(&ED25519, x.1).map_err(|_| KeyFault::Rejected)?;
    Ok((id, vec![(Algorithm::EdDsa, verifier)]))
}

/// RFC 7638. The members must come in the order of their names, and none of the values needs
/// escapes.
pub(crate) fn thumbprint(members: &[(&str, &str)]) -> KeyId {
    let mut parts: Vec<&[u8]> = Vec::with_capacity(6 * members.len());
    for (index, (name, value)) in members.iter().enumerate() {
        let before: &[u8] = if index == 0 { b"{\"" } else { b",\"" };
        parts.extend([before, name.as_bytes(), b"\":\"", value.as_bytes(), b"\""]);
    }
    parts.push(b"}");
    KeyId::of(&parts)
}

fn members(bytes: &[u8]) -> Result<Vec<Value>, KeyFault> {
    if bytes.len() > MAX_SET {
        return Err(KeyFault::TooLarge);
    }
    let mut set = json::object(bytes, SET_DEPTH).map_err(|fault| match fault {
        TokenError::DuplicateMember => KeyFault::DuplicateMember,
        _ => KeyFault::NotJson,
    })?;
    match set.remove("keys") {
        Some(Value::Array(keys)) => Ok(keys),
        _ => Err(KeyFault::Invalid("keys")),
    }
}

fn may_verify(key: &Map<String, Value>) -> Result<bool, KeyFault> {
    match key.get("key_ops") {
        None => Ok(true),
        Some(Value::Array(operations)) if operations.iter().all(Value::is_string) => {
            Ok(operations.iter().any(|operation| operation == "verify"))
        }
        Some(_) => Err(KeyFault::Invalid("key_ops")),
    }
}

fn text<'a>(key: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, KeyFault> {
    match key.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(KeyFault::Invalid(name)),
    }
}

/// The text of a member and the bytes that it stands for.
fn bytes<'a>(
    key: &'a Map<String, Value>,
    name: &'static str,
) -> Result<(&'a str, Vec<u8>), KeyFault> {
    let text = text(key, name)?.ok_or(KeyFault::Invalid(name))?;
    match URL_SAFE_NO_PAD.decode(text) {
        Ok(bytes) if !bytes.is_empty() => Ok((text, bytes)),
        _ => Err(KeyFault::Invalid(name)),
    }
}

/// Whether a text can be an id: short, not empty, nothing that a log or a terminal would obey.
pub(crate) fn printable(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TEXT && !text.chars().any(char::is_control)
}
