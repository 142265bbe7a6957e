//! What an issuer is asked about opaque tokens (RFC 7662). Strangers decide how many different ones
//! they send: so many questions run at the same time, so many wait for their turn, and what the issuer
//! has just called invalid is not asked again.

use super::{Lack, unverifiable};
use crate::config::Introspection;
use crate::lock::lock;
use crate::percent;
use crate::reason::Reason;
use palisade_authn::TokenDigest;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use zeroize::Zeroizing;

/// So many questions run at the same time, for each issuer.
pub(super) const QUESTIONS: usize = 32;
/// So many wait for their turn; whoever comes then is refused at once …
pub(super) const WAITING: usize = 256;
/// … and whoever has waited for so long.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many tokens that the issuer has called invalid are remembered …
pub(super) const REFUSED: usize = 8_192;
/// … for so many seconds.
const REFUSED_FOR: i64 = 10;

/// Where opaque tokens are asked about.
pub(super) struct Asked {
    pub(super) url: String,
    pub(super) authorization: Zeroizing<String>,
    /// What did not work when it was asked last.
    pub(super) lack: Lack,
    /// Room for whoever asks or waits.
    room: Semaphore,
    questions: Semaphore,
    refused: Mutex<Refused>,
}

/// The right to ask.
pub(super) struct Turn<'a> {
    _question: SemaphorePermit<'a>,
    _room: SemaphorePermit<'a>,
}

impl Asked {
    pub(super) fn new(place: &Introspection, secret: &str) -> Self {
        Self {
            url: place.url.clone(),
            authorization: basic(place, secret),
            lack: Lack::default(),
            room: Semaphore::new(QUESTIONS + WAITING),
            questions: Semaphore::new(QUESTIONS),
            refused: Mutex::new(Refused::new(REFUSED)),
        }
    }

    pub(super) async fn turn(&self) -> Result<Turn<'_>, Reason> {
        let busy = || unverifiable("introspection-busy");
        let room = self.room.try_acquire().map_err(|_| busy())?;
        let turn = tokio::time::timeout(PATIENCE, self.questions.acquire()).await;
        Ok(Turn {
            _question: turn.map_err(|_| busy())?.map_err(|_| busy())?,
            _room: room,
        })
    }

    /// What the issuer has just said against a token.
    pub(super) fn known(&self, token: TokenDigest, now: i64) -> Result<(), Reason> {
        lock(&self.refused).get(token, now).map_or(Ok(()), Err)
    }

    /// Remembers a refusal; that nobody could tell is none.
    pub(super) fn note(&self, token: TokenDigest, reason: &Reason, now: i64) {
        if matches!(reason, Reason::Credential { .. }) {
            lock(&self.refused).put(token, reason.clone(), now);
        }
    }
}

/// Tokens that were refused, found by their digest. When it is full, the oldest half goes.
struct Refused {
    recent: BTreeMap<TokenDigest, (i64, Reason)>,
    older: BTreeMap<TokenDigest, (i64, Reason)>,
    half: usize,
}

impl Refused {
    fn new(capacity: usize) -> Self {
        Self {
            recent: BTreeMap::new(),
            older: BTreeMap::new(),
            half: capacity.div_ceil(2),
        }
    }

    fn get(&self, token: TokenDigest, now: i64) -> Option<Reason> {
        let found = self.recent.get(&token).or_else(|| self.older.get(&token));
        let (since, reason) = found?;
        let until = since.saturating_add(REFUSED_FOR);
        (*since..until).contains(&now).then(|| reason.clone())
    }

    fn put(&mut self, token: TokenDigest, reason: Reason, now: i64) {
        if self.recent.len() >= self.half && !self.recent.contains_key(&token) {
            self.older = std::mem::take(&mut self.recent);
        }
        self.older.remove(&token);
        self.recent.insert(token, (now, reason));
    }
}

/// HTTP Basic (RFC 7617) with what RFC 6749, section 2.3.1 adds: both are encoded as in a form.
fn basic(place: &Introspection, secret: &str) -> Zeroizing<String> {
    use base64::Engine as _;
    let mut pair = Zeroizing::new(String::with_capacity(
        3 * (place.client.len() + secret.len()) + 1,
    ));
    form_encoded(&place.client, &mut pair);
    pair.push(':');
    form_encoded(secret, &mut pair);
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair.as_bytes());
    Zeroizing::new(format!("Basic {encoded}"))
}

/// As forms have it (RFC 6749, appendix B).
fn form_encoded(text: &str, into: &mut String) {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"-._*".contains(&byte);
    for (number, word) in text.split(' ').enumerate() {
        if number > 0 {
            into.push('+');
        }
        percent::encode(word, stays, into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_authn::Means;

    #[test]
    fn refusals_are_remembered_within_bounds() {
        let mut refused = Refused::new(8);
        let reason = Reason::Credential {
            means: Means::Token,
            code: "token-inactive",
        };
        let digest = |number: u32| TokenDigest::new(number, b"token");
        for number in 0..100 {
            refused.put(digest(number), reason.clone(), 1000);
            assert!(refused.recent.len() + refused.older.len() <= 8);
        }
        assert_eq!(refused.get(digest(99), 1009), Some(reason));
        assert_eq!(refused.get(digest(99), 1010), None);
        assert_eq!(refused.get(digest(99), 999), None, "a clock that jumped");
        assert_eq!(refused.get(digest(1), 1000), None);
    }
}
