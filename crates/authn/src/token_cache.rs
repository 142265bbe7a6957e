//! Tokens that have been verified already, so that the next request with one costs a digest and
//! a look-up. Only verified tokens get in, and there is room for so many: strangers cannot fill it.

use std::{collections::BTreeMap, fmt, sync::Arc};

use aws_lc_rs::digest;

use crate::{KeyId, KeySet, Principal, Verified};

/// Verified tokens, found by their SHA-256. When it is full, those that were used least lately go
/// first.
pub struct TokenCache {
    /// What was used lately; when it is half of what may be held, it becomes `older`.
    recent: BTreeMap<[u8; 32], Entry>,
    older: BTreeMap<[u8; 32], Entry>,
    half: usize,
    max_age: i64,
    generation: u64,
}

/// Without the tokens and what they say.
impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache")
            .field("held", &self.len())
            .finish_non_exhaustive()
    }
}

struct Entry {
    principal: Arc<Principal>,
    key: Option<KeyId>,
    since: i64,
    until: i64,
}

/// A token that is not in the cache, and the right to put it there.
#[derive(Debug)]
pub struct Miss {
    digest: TokenDigest,
    generation: u64,
}

/// Stands for a token under one policy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenDigest([u8; 32]);

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest")
    }
}

impl TokenDigest {
    /// The digest of a token that is verified under that policy: what one policy accepts, another
    /// may refuse, so each number must stand for one policy.
    #[must_use]
    pub fn new(policy: u32, token: &[u8]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&policy.to_be_bytes());
        context.update(token);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        Self(bytes)
    }
}

impl TokenCache {
    /// Room for that many tokens, each for at most `max_age` seconds.
    #[must_use]
    pub fn new(capacity: usize, max_age: i64) -> Self {
        Self {
            recent: BTreeMap::new(),
            older: BTreeMap::new(),
            half: capacity.div_ceil(2),
            max_age,
            generation: 0,
        }
    }

    /// The caller that the token stands for.
    ///
    /// # Errors
    /// When it was not verified yet, or too long ago.
    pub fn get(&mut self, digest: TokenDigest, now: i64) -> Result<Arc<Principal>, Miss> {
        let fresh = |entry: &Entry| (entry.since..entry.until).contains(&now);
        if let Some(entry) = self.recent.get(&digest.0)
            && fresh(entry)
        {
            return Ok(Arc::clone(&entry.principal));
        }
        if let Some(entry) = self.older.remove(&digest.0)
            && fresh(&entry)
        {
            let principal = Arc::clone(&entry.principal);
            self.put(digest, entry);
            return Ok(principal);
        }
        Err(Miss {
            digest,
            generation: self.generation,
        })
    }

    /// Keeps a token that was verified after the miss. Not when keys have changed since then: it
    /// may have been verified with one that is gone.
    pub fn insert(&mut self, miss: Miss, verified: Verified, now: i64) -> Arc<Principal> {
        let principal = Arc::new(verified.principal);
        let until = verified.until.min(now.saturating_add(self.max_age));
        if miss.generation == self.generation && until > now && self.half > 0 {
            let entry = Entry {
                principal: Arc::clone(&principal),
                key: verified.key,
                since: now,
                until,
            };
            self.put(miss.digest, entry);
        }
        principal
    }

    /// The keys of an issuer were replaced: forgets what was verified with one that is gone.
    pub fn keys_replaced(&mut self, issuer: &str, keys: &KeySet) {
        self.generation += 1;
        let holds = |entry: &Entry| {
            entry.principal.issuer != issuer || entry.key.is_none_or(|key| keys.contains(key))
        };
        self.recent.retain(|_, entry| holds(entry));
        self.older.retain(|_, entry| holds(entry));
    }

    /// How many tokens are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.recent.len() + self.older.len()
    }

    /// Whether none is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn put(&mut self, digest: TokenDigest, entry: Entry) {
        if self.recent.len() >= self.half && !self.recent.contains_key(&digest.0) {
            self.older = std::mem::take(&mut self.recent);
        }
        self.older.remove(&digest.0);
        self.recent.insert(digest.0, entry);
    }
}
