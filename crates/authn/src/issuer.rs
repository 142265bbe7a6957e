//! When an issuer's keys are fetched, and how long they are believed. It fetches nothing itself: it
//! is told the time and what came of a fetch, and says what to do. However strange the tokens are
//! that strangers send, an issuer is asked at most once in a while.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::{Algorithm, Key, KeySet, TokenError};

/// When keys are fetched. All in seconds.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// How old the set becomes before it is fetched again.
    pub interval: i64,
    /// How long lies between a fetch and the next at least, where there was none for `calm`; it
    /// doubles with each further one …
    pub cooldown_first: i64,
    /// … up to this, whatever strangers ask for.
    pub cooldown: i64,
    /// How long nothing has to be fetched for that.
    pub calm: i64,
    /// After how long a fetch that has not answered counts as failed.
    pub timeout: i64,
    /// How long to wait after the first failure; it doubles with each further one …
    pub retry_first: i64,
    /// … up to this.
    pub retry_most: i64,
    /// For how long keys are believed while the issuer cannot be reached.
    pub stale: i64,
    /// For how long an id that the issuer did not know is not asked for again.
    pub unknown: i64,
    /// How many such ids are remembered.
    pub unknown_most: usize,
}

impl Default for Refresh {
    fn default() -> Self {
        Self {
            interval: 900,
            cooldown_first: 1,
            cooldown: 10,
            calm: 60,
            timeout: 10,
            retry_first: 1,
            retry_most: 120,
            stale: 24 * 3600,
            unknown: 300,
            unknown_most: 256,
        }
    }
}

/// A fetch that is under way. Who holds it must say what came of it.
#[derive(Debug)]
pub struct Ticket(u64);

/// What to do with a token.
#[derive(Debug)]
pub enum Decision {
    /// Verify it with this key.
    Use(Arc<Key>),
    /// Fetch the key set, say what came of it, and ask again.
    Fetch(Ticket),
    /// Somebody is fetching: wait for that, and ask again.
    Wait,
    /// Refuse it.
    Refuse(TokenError),
}

/// The keys of one issuer.
pub struct IssuerKeys {
    refresh: Refresh,
    held: Option<Held>,
    fetch: Option<Fetch>,
    next_ticket: u64,
    /// Until when no fetch may begin.
    not_before: i64,
    /// How long nothing was to be fetched after the last fetch.
    pause: i64,
    failures: u32,
    /// Ids that the issuer did not have, and until when that is believed.
    unknown: BTreeMap<Box<str>, i64>,
    last_seen: i64,
}

/// Without the ids that strangers asked for.
impl fmt::Debug for IssuerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerKeys")
            .field("keys", &self.keys())
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Held {
    keys: Arc<KeySet>,
    since: i64,
}

struct Fetch {
    ticket: u64,
    since: i64,
    asked_for: Option<Box<str>>,
}

impl IssuerKeys {
    /// An issuer whose keys are not known yet.
    #[must_use]
    pub fn new(refresh: Refresh) -> Self {
        Self {
            refresh,
            held: None,
            fetch: None,
            next_ticket: 0,
            not_before: i64::MIN,
            pause: 0,
            failures: 0,
            unknown: BTreeMap::new(),
            last_seen: i64::MIN,
        }
    }

    /// The same for who goes on with it: keys and times, without what is under way.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            refresh: self.refresh.clone(),
            held: self.held.clone(),
            fetch: None,
            unknown: self.unknown.clone(),
            ..*self
        }
    }

    /// What to do with a token that names this key and algorithm.
    pub fn decide(&mut self, kid: Option<&str>, algorithm: Algorithm, now: i64) -> Decision {
        self.settle(now);
        let missing = match &self.held {
            None => TokenError::KeysUnavailable,
            Some(held) => match held.keys.find(kid, algorithm) {
                Ok(key) => return Decision::Use(Arc::clone(key)),
                Err(TokenError::UnknownKey) => TokenError::UnknownKey,
                Err(other) => return Decision::Refuse(other),
            },
        };
        let name = kid.unwrap_or_default();
        if self.held.is_some() && self.unknown.contains_key(name) {
            return Decision::Refuse(missing);
        }
        if self.fetch.is_some() {
            return Decision::Wait;
        }
        match self.begin(Some(name), now) {
            Some(ticket) => Decision::Fetch(ticket),
            None => Decision::Refuse(missing),
        }
    }

    /// Whether the set should be fetched in the background now: at the start, and when it is old.
    pub fn due(&mut self, now: i64) -> Option<Ticket> {
        self.settle(now);
        let young = |held: &Held| now.saturating_sub(held.since) < self.refresh.interval;
        if self.fetch.is_some() || self.held.as_ref().is_some_and(young) {
            return None;
        }
        self.begin(None, now)
    }

    /// The key set came. A set without a usable key counts as a failure. Gives the set where it
    /// now holds, so that what was verified with keys that are gone can be forgotten.
    pub fn fetched(&mut self, ticket: Ticket, keys: KeySet, now: i64) -> Option<Arc<KeySet>> {
        self.settle(now);
        if keys.is_empty() {
            self.failed(ticket, now);
            return None;
        }
        // An answer to a fetch that was given up might be older than what is held.
        let fetch = self.fetch.take_if(|fetch| fetch.ticket == ticket.0)?;
        self.failures = 0;
        let last = self.held.as_ref().map(|held| held.since);
        let is_calm = last.is_none_or(|last| now.saturating_sub(last) >= self.refresh.calm);
        self.pause = match is_calm {
            true => self.refresh.cooldown_first,
            false => self.pause.saturating_mul(2).min(self.refresh.cooldown),
        };
        self.not_before = now.saturating_add(self.pause);
        if let Some(name) = fetch.asked_for {
            let known = keys.iter().any(|key| key.kid() == Some(&name));
            if !known && self.unknown.len() < self.refresh.unknown_most {
                let until = now.saturating_add(self.refresh.unknown);
                self.unknown.insert(name, until);
            }
        }
        let keys = Arc::new(keys);
        self.held = Some(Held {
            keys: Arc::clone(&keys),
            since: now,
        });
        Some(keys)
    }

    /// The key set could not be had.
    pub fn failed(&mut self, ticket: Ticket, now: i64) {
        self.settle(now);
        if self
            .fetch
            .take_if(|fetch| fetch.ticket == ticket.0)
            .is_some()
        {
            self.back_off(now);
        }
    }

    /// The keys that hold now.
    #[must_use]
    pub fn keys(&self) -> Option<&Arc<KeySet>> {
        self.held.as_ref().map(|held| &held.keys)
    }

    fn begin(&mut self, asked_for: Option<&str>, now: i64) -> Option<Ticket> {
        if now < self.not_before {
            return None;
        }
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.fetch = Some(Fetch {
            ticket,
            since: now,
            asked_for: asked_for.map(Into::into),
        });
        Some(Ticket(ticket))
    }

    fn back_off(&mut self, now: i64) {
        let doubled = 1_i64.checked_shl(self.failures.min(32)).unwrap_or(i64::MAX);
        let wait = self.refresh.retry_first.saturating_mul(doubled);
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.saturating_add(wait.min(self.refresh.retry_most));
    }

    /// What time alone changes. A clock that was set back makes nothing wait for longer than it
    /// would have at most.
    fn settle(&mut self, now: i64) {
        if now < self.last_seen {
            let longest = self.refresh.cooldown.max(self.refresh.retry_most);
            self.not_before = self.not_before.min(now.saturating_add(longest));
            if let Some(held) = &mut self.held {
                held.since = held.since.min(now);
            }
            if let Some(fetch) = &mut self.fetch {
                fetch.since = fetch.since.min(now);
            }
            let latest = now.saturating_add(self.refresh.unknown);
            for until in self.unknown.values_mut() {
                *until = (*until).min(latest);
            }
        }
        self.last_seen = now;
        let since = self.fetch.as_ref().map(|fetch| fetch.since);
        if since.is_some_and(|since| now.saturating_sub(since) >= self.refresh.timeout) {
            self.fetch = None;
            self.back_off(now);
        }
        let stale = |held: &mut Held| now.saturating_sub(held.since) > self.refresh.stale;
        drop(self.held.take_if(stale));
        if !self.unknown.is_empty() {
            self.unknown.retain(|_, until| *until > now);
        }
    }
}
