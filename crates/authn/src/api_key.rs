//! API keys that Palisade issues: `palisade_<environment>_<id>_<secret><checksum>`.
//!
//! The prefix and the checksum let scanners of secrets find a leaked key without asking anybody,
//! and let a mistyped one be refused without looking it up. The id names the record; the record
//! holds only a hash of the whole key under a pepper that is kept elsewhere, so that neither alone
//! makes a key. A key ends: never later than the policy's days after it was issued, whatever the
//! record says.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::hex::{hash_of_hex, hex};
use crate::{Means, Principal};

#[cfg(test)]
mod tests;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID: usize = 12;
/// 43 letters of 62: 256 bits.
const SECRET: usize = 43;
const CHECKSUM: usize = 6;
const MAX_ENVIRONMENT: usize = 16;
const DAY: i64 = 86_400;

/// A key as its holder has it.
pub struct ApiKey {
    text: Zeroizing<String>,
    id: std::ops::Range<usize>,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey")
    }
}

impl ApiKey {
    /// Makes a key of an id, with a new secret.
    fn of(environment: Option<&str>, id: &str, random: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(100));
        text.push_str("palisade_");
        if let Some(environment) = environment {
            text.push_str(environment);
            text.push('_');
        }
        let start = text.len();
        text.push_str(id);
        text.push('_');
        letters::<SECRET>(random, &mut text);
        let sum = checksum(text.as_bytes());
        text.extend(sum.map(char::from));
        let id = start..start + id.len();
        Self { text, id }
    }

    /// Reads a key; only its one spelling.
    ///
    /// # Errors
    /// It is not a key, or one with a mistake in it.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix("palisade_").ok_or(KeyError::Malformed)?;
        let mut parts = rest.rsplitn(3, '_');
        let (Some(tail), Some(id)) = (parts.next(), parts.next()) else {
            return Err(KeyError::Malformed);
        };
        let environment_fits = parts.next().is_none_or(is_environment);
        let letters = |text: &str, length| {
            text.len() == length && text.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if !environment_fits || !letters(id, ID) || !letters(tail, SECRET + CHECKSUM) {
            return Err(KeyError::Malformed);
        }
        let (checked, sum) = text.as_bytes().split_at(text.len() - CHECKSUM);
        if checksum(checked) != sum {
            return Err(KeyError::Checksum);
        }
        let end = text.len() - tail.len() - 1;
        Ok(Self {
            text: Zeroizing::new(text.to_owned()),
            id: end - ID..end,
        })
    }

    /// The id of the key's record. It comes from the caller, and may name no record.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text.get(self.id.clone()).unwrap_or_default()
    }

    /// The whole key, to be shown once to whom it is given.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

/// Whether keys may name such an environment.
fn is_environment(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=MAX_ENVIRONMENT).contains(&text.len()) && text.bytes().all(fits)
}

/// Letters at random. Eight bytes make one, so that all are as likely.
fn letters<const N: usize>(random: &mut dyn FnMut(&mut [u8]), out: &mut String) {
    let mut bytes = Zeroizing::new([[0_u8; 8]; N]);
    random(bytes.as_flattened_mut());
    out.extend(bytes.iter().map(|bytes| letter(u64::from_le_bytes(*bytes))));
}

fn letter(number: u64) -> char {
    let index = usize::try_from(number % 62).unwrap_or_default();
    char::from(ALPHABET[index])
}

/// CRC-32 (as in zlib) in six letters, the most significant first.
fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let mut rest = u64::from(!crc);
    let mut sum = [b'0'; CHECKSUM];
    for place in sum.iter_mut().rev() {
        *place = ALPHABET[usize::try_from(rest % 62).unwrap_or_default()];
        rest /= 62;
    }
    sum
}

/// What is kept apart from the records and goes into every hash.
#[derive(Clone)]
pub struct Pepper(hmac::Key);

impl Pepper {
    /// A pepper of 32 bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(HMAC_SHA256, bytes))
    }

    fn hash(&self, key: &ApiKey) -> KeyHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(hmac::sign(&self.0, key.text.as_bytes()).as_ref());
        KeyHash(hash)
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper")
    }
}

/// What is kept of a key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct KeyHash([u8; 32]);

impl KeyHash {
    fn is(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl TryFrom<String> for KeyHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let hash = hash_of_hex(text.as_bytes());
        hash.map(Self)
            .ok_or("a hash of 64 hexadecimal digits is due")
    }
}

impl From<KeyHash> for String {
    fn from(hash: KeyHash) -> Self {
        hex(&hash.0)
    }
}

/// One secret of a key, and how long it lasts.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySecret {
    hash: KeyHash,
    /// When it was issued, in seconds since 1970.
    pub issued: i64,
    /// From when it is no longer taken.
    pub expires: i64,
}

impl KeySecret {
    /// When it ends, by what it says and by what the policy allows today.
    #[must_use]
    pub fn end(&self, rules: KeyRules) -> i64 {
        let longest = self.issued.saturating_add(i64::from(rules.max_days) * DAY);
        self.expires.min(longest)
    }
}

impl std::fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeySecret")
            .field("issued", &self.issued)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// A key as the store has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRecord {
    /// The id in the key.
    pub id: String,
    /// Whose key it is, for people.
    pub name: String,
    /// The environment in the key's prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// What roles its holder has.
    pub roles: Vec<String>,
    /// What its holder may ask for.
    pub scopes: Vec<String>,
    /// When it was first issued, in seconds since 1970.
    pub created: i64,
    /// The secret that holds.
    pub current: KeySecret,
    /// The one before it, until its overlap has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<KeySecret>,
    /// Since when the key is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<i64>,
}

/// A key to be issued.
#[derive(Clone, Debug, Default)]
pub struct NewKey {
    /// Whose key it is, for people.
    pub name: String,
    /// A word for the prefix (`live`, `test`): up to 16 small letters and digits.
    pub environment: Option<String>,
    /// What roles its holder has.
    pub roles: Vec<String>,
    /// What its holder may ask for.
    pub scopes: Vec<String>,
    /// For how many days it is valid.
    pub days: u32,
}

/// What the policy says of keys.
#[derive(Clone, Copy, Debug)]
pub struct KeyRules {
    /// For how many days a secret may be valid at most.
    pub max_days: u32,
}

impl KeyRules {
    fn end(self, days: u32, now: i64) -> Result<i64, KeyIssueError> {
        if days == 0 || days > self.max_days {
            return Err(KeyIssueError::Lifetime {
                max_days: self.max_days,
            });
        }
        Ok(now.saturating_add(i64::from(days) * DAY))
    }
}

/// Why a key was not issued or rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyIssueError {
    /// It would be valid for too long, or not at all.
    #[error("a key is valid for 1 to {max_days} days by the policy")]
    Lifetime {
        /// What the policy allows.
        max_days: u32,
    },
    /// The name of the holder is not fit to be shown.
    #[error("the name of a key is 1 to 128 characters without control characters")]
    Name,
    /// The environment is not fit for the prefix.
    #[error("the environment of a key is 1 to 16 small letters and digits")]
    Environment,
    /// The key was revoked or has expired.
    #[error("the key was revoked or has expired; issue another")]
    Ended,
}

/// Why a key is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not of the form of a key.
    #[error("this is not an API key of Palisade")]
    Malformed,
    /// There is a mistake in it.
    #[error("the checksum of the API key is wrong")]
    Checksum,
    /// No such key was issued.
    #[error("the API key is not known")]
    Unknown,
    /// There is such a key, with another secret.
    #[error("the secret of the API key is wrong")]
    Secret,
    /// It has been revoked.
    #[error("the API key was revoked")]
    Revoked,
    /// It was rotated, and the overlap has ended.
    #[error("the API key was rotated, and the time for both has ended")]
    Superseded,
    /// It has expired.
    #[error("the API key has expired")]
    Expired,
}

impl KeyError {
    /// The stable name of the reason, for records and operators.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "api-key-malformed",
            Self::Checksum => "api-key-checksum",
            Self::Unknown => "api-key-unknown",
            Self::Secret => "api-key-secret",
            Self::Revoked => "api-key-revoked",
            Self::Superseded => "api-key-superseded",
            Self::Expired => "api-key-expired",
        }
    }
}

impl KeyRecord {
    /// Issues a key. The key is shown once; the record is kept.
    ///
    /// # Errors
    /// The policy or the form of keys does not allow it.
    pub fn issue(
        new: NewKey,
        rules: KeyRules,
        pepper: &Pepper,
        random: &mut dyn FnMut(&mut [u8]),
        now: i64,
    ) -> Result<(ApiKey, Self), KeyIssueError> {
        let expires = rules.end(new.days, now)?;
        let length = new.name.chars().count();
        if !(1..=128).contains(&length) || new.name.chars().any(char::is_control) {
            return Err(KeyIssueError::Name);
        }
        if !new.environment.as_deref().is_none_or(is_environment) {
            return Err(KeyIssueError::Environment);
        }
        let mut id = String::with_capacity(ID);
        letters::<ID>(random, &mut id);
        let key = ApiKey::of(new.environment.as_deref(), &id, random);
        let record = Self {
            id,
            name: new.name,
            environment: new.environment,
            roles: new.roles,
            scopes: new.scopes,
            created: now,
            current: KeySecret {
                hash: pepper.hash(&key),
                issued: now,
                expires,
            },
            previous: None,
            revoked: None,
        };
        Ok((key, record))
    }

    /// Gives the key a new secret, valid at once for so many days. The old one stays valid for so
    /// many seconds, but not longer than it would have been; one before that ends now.
    ///
    /// # Errors
    /// The policy does not allow it, or the key has ended.
    pub fn rotate(
        &mut self,
        days: u32,
        overlap: u32,
        rules: KeyRules,
        pepper: &Pepper,
        random: &mut dyn FnMut(&mut [u8]),
        now: i64,
    ) -> Result<ApiKey, KeyIssueError> {
        let expires = rules.end(days, now)?;
        if self.revoked.is_some() || self.current.expires <= now {
            return Err(KeyIssueError::Ended);
        }
        let key = ApiKey::of(self.environment.as_deref(), &self.id, random);
        let next = KeySecret {
            hash: pepper.hash(&key),
            issued: now,
            expires,
        };
        let mut old = std::mem::replace(&mut self.current, next);
        old.expires = old.expires.min(now.saturating_add(i64::from(overlap)));
        self.previous = Some(old);
        Ok(key)
    }

    /// Ends the key, at once and for good.
    pub fn revoke(&mut self, now: i64) {
        self.revoked.get_or_insert(now);
    }
}

/// Verifies a key with its record, or with the knowledge that it has none; that takes as long.
///
/// # Errors
/// The key is not the record's, or no longer valid. What became of a key is told of the right key
/// only.
pub fn verify(
    key: &ApiKey,
    record: Option<&KeyRecord>,
    rules: KeyRules,
    pepper: &Pepper,
    now: i64,
) -> Result<Principal, KeyError> {
    let hash = pepper.hash(key);
    let record = record
        .filter(|record| record.id == key.id())
        .ok_or(KeyError::Unknown)?;
    let (secret, ended) = if record.current.hash.is(&hash) {
        (&record.current, KeyError::Expired)
    } else {
        let previous = record.previous.as_ref();
        let previous = previous.filter(|secret| secret.hash.is(&hash));
        (previous.ok_or(KeyError::Secret)?, KeyError::Superseded)
    };
    if record.revoked.is_some() {
        return Err(KeyError::Revoked);
    }
    let end = secret.end(rules);
    if end <= now {
        return Err(ended);
    }
    let mut principal = Principal::new(Means::ApiKey, "", record.id.as_str());
    principal.roles.clone_from(&record.roles);
    principal.scopes.clone_from(&record.scopes);
    principal.expires = Some(end);
    let name = Value::from(record.name.as_str());
    principal.claims.insert("name".to_owned(), name);
    if let Some(environment) = record.environment.as_deref() {
        let environment = Value::from(environment);
        principal
            .claims
            .insert("environment".to_owned(), environment);
    }
    Ok(principal)
}
