//! Rates with bursts, by the generic cell rate algorithm (ITU-T I.371): a bucket is one number, the
//! time at which it will be full again. Exact on integers; nothing is counted in windows.

use super::hash::{Key, Seed, space};
use super::table::{Found, Table};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SECOND: u64 = 1_000_000_000;

/// A time so far ahead that only a clock which went back explains it. Threads read the clock before
/// they take, so small differences are usual.
const SLACK: u64 = 2 * SECOND;

/// The time that a rate counts requests for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
}

impl Per {
    const fn nanoseconds(self) -> u64 {
        match self {
            Self::Second => SECOND,
            Self::Minute => 60 * SECOND,
            Self::Hour => 3_600 * SECOND,
        }
    }
}

/// A rate that cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// Nothing would ever pass.
    #[error("a rate must let at least one request through; to close a route, remove its policy")]
    Zero,
    /// A bucket without room lets nothing through.
    #[error("a burst must be at least 1: it counts the request itself")]
    NoBurst,
    /// More than can be told apart.
    #[error("a rate is at most 1,000,000 requests a second, a burst at most 1,000,000")]
    TooMany,
}

impl RateError {
    /// A stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zero => "rate-zero",
            Self::NoBurst => "rate-no-burst",
            Self::TooMany => "rate-too-many",
        }
    }
}

/// So many requests in a time, and so many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Nanoseconds between two requests at full rate.
    interval: u64,
    burst: u32,
}

impl Rate {
    /// `count` requests per second, minute or hour; `burst` at once.
    ///
    /// # Errors
    /// When it would let nothing through, or is finer than a microsecond.
    pub const fn new(count: u32, per: Per, burst: u32) -> Result<Self, RateError> {
        if count == 0 {
            return Err(RateError::Zero);
        }
        if burst == 0 {
            return Err(RateError::NoBurst);
        }
        if count as u64 * 1_000 > per.nanoseconds() || burst > 1_000_000 {
            return Err(RateError::TooMany);
        }
        Ok(Self {
            interval: per.nanoseconds().div_ceil(count as u64),
            burst,
        })
    }

    /// How many may come at once: the quota that `RateLimit` headers tell.
    #[must_use]
    pub const fn burst(self) -> u32 {
        self.burst
    }

    /// How many seconds a full burst takes to come back, rounded up: the window that `RateLimit`
    /// headers tell.
    #[must_use]
    pub const fn window_seconds(self) -> u64 {
        self.interval
            .saturating_mul(self.burst as u64)
            .div_ceil(SECOND)
    }

    /// How far ahead of the time a bucket may be and still let one through.
    const fn tolerance(self) -> u64 {
        self.interval.saturating_mul(self.burst as u64 - 1)
    }

    /// What becomes of a bucket that is full again at `full_at` when one more comes.
    pub(super) fn take(self, full_at: u64, now: u64) -> Step {
        let most = now
            .saturating_add(self.tolerance())
            .saturating_add(self.interval);
        let gone_back = full_at > most.saturating_add(SLACK);
        let full_at = if gone_back { most } else { full_at };
        let wait = full_at.saturating_sub(now).saturating_sub(self.tolerance());
        if wait > 0 {
            return Step::Refused {
                wait,
                put_right: gone_back.then_some(full_at),
            };
        }
        Step::Taken(full_at.max(now).saturating_add(self.interval))
    }

    /// The bucket without the one that was taken when it was left at `left`; unchanged when it has
    /// been empty since, since then that one no longer counts.
    pub(super) fn give_back(self, full_at: u64, left: u64) -> u64 {
        match full_at.checked_sub(left) {
            Some(since) if since.is_multiple_of(self.interval) => full_at - self.interval,
            _ => full_at,
        }
    }

    fn standing(self, limit: usize, full_at: u64, now: u64) -> Standing {
        let debt = full_at.saturating_sub(now);
        let left = self
            .tolerance()
            .saturating_add(self.interval)
            .saturating_sub(debt)
            / self.interval;
        Standing {
            limit,
            quota: self.burst,
            remaining: u32::try_from(left).unwrap_or(self.burst).min(self.burst),
            reset_ms: debt.div_ceil(1_000_000),
        }
    }
}

/// What becomes of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is full again at this time.
    Taken(u64),
    /// So many nanoseconds too early. When the clock went back, what the bucket must be now.
    Refused { wait: u64, put_right: Option<u64> },
}

/// One configured limit.
#[derive(Debug)]
pub struct Limit {
    rate: Rate,
    space: u64,
    /// The one bucket of a limit that all share; of others the bucket of those that find no place.
    shared: Arc<AtomicU64>,
}

impl Limit {
    /// A limit. Its name tells its buckets from those of others; over a reload the same name keeps
    /// them.
    #[must_use]
    pub fn new(name: &str, rate: Rate) -> Self {
        Self {
            rate,
            space: space(name),
            shared: Arc::default(),
        }
    }

    /// What it allows.
    #[must_use]
    pub const fn rate(&self) -> Rate {
        self.rate
    }

    /// Shares the bucket of the limit of the same name before a reload: requests that began with
    /// that one go on to count.
    #[must_use]
    pub fn after(self, before: &Self) -> Self {
        Self {
            shared: before.shared.clone(),
            ..self
        }
    }

    fn take_shared(&self, now: u64) -> Step {
        let mut step = self.rate.take(0, now);
        // Refused is an update, too, when it puts right what a clock that went back left.
        let _ = self
            .shared
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |full_at| {
                step = self.rate.take(full_at, now);
                match step {
                    Step::Taken(left) => Some(left),
                    Step::Refused { put_right, .. } => put_right,
                }
            });
        step
    }

    fn give_back_shared(&self, left: u64) {
        let _ = self
            .shared
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |full_at| {
                Some(self.rate.give_back(full_at, left))
            });
    }
}

/// A limit and whose bucket is meant.
#[derive(Clone, Copy, Debug)]
pub struct Take<'a> {
    limit: &'a Limit,
    key: Option<Key>,
}

impl<'a> Take<'a> {
    /// The one bucket of all callers: of a route, or of everything.
    #[must_use]
    pub const fn shared(limit: &'a Limit) -> Self {
        Self { limit, key: None }
    }
}

/// How a caller stands with the limit that is nearest: what `RateLimit` headers tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which of those that were asked for.
    pub limit: usize,
    /// How many may come at once at best.
    pub quota: u32,
    /// How many may still come at once.
    pub remaining: u32,
    /// Milliseconds until as many as the quota may come.
    pub reset_ms: u64,
}

/// Whether a request may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may, and each limit has counted it. Nothing when no limit was asked for.
    Taken(Option<Standing>),
    /// It may not, and no limit has counted it.
    Refused {
        /// Which of those that were asked for stands against it.
        limit: usize,
        /// Milliseconds until it would pass if nothing else came; at least 1.
        retry_after_ms: u64,
        /// The table was full, and the caller shares a bucket with all others that found no place.
        crowded: bool,
    },
}

impl Answer {
    /// The stable name of a refusal.
    pub const CODE: &'static str = "rate-limited";

    /// Whether it may pass.
    #[must_use]
    pub const fn passed(self) -> bool {
        matches!(self, Self::Taken(_))
    }
}

/// The buckets of all limits.
///
/// Its table has a fixed number of places. A bucket that is full again says nothing, so its place is
/// free. When a new caller finds every place that could be its own taken by buckets that still say
/// something, it shares one bucket **per limit** with all others in that situation, at the rate of one
/// caller. So a flood of new keys is slowed to one caller's rate as soon as the table is full, and no
/// caller that is being limited is ever forgotten for it. The price: while the flood lasts, honest
/// callers whose bucket was full again share that one bucket, too. How many places are needed: the
/// number of callers that come within the time in which a bucket fills again, and as much again.
#[derive(Debug)]
pub struct Limiter {
    seed: Seed,
    table: Table,
    crowded: AtomicU64,
}

impl Limiter {
    /// Room for `places` buckets (24 bytes each, taken at once), rounded up.
    #[must_use]
    pub fn new(places: usize, seed: Seed) -> Self {
        Self {
            seed,
            table: Table::new(places),
            crowded: AtomicU64::new(0),
        }
    }

    /// The bucket of a caller, named by `parts`.
    #[must_use]
    pub fn by<'a>(&self, limit: &'a Limit, parts: &[&str]) -> Take<'a> {
        Take {
            limit,
            key: Some(self.seed.key(limit.space, parts)),
        }
    }

    /// The bucket of a source address; of a /64 network for IPv6.
    #[must_use]
    pub fn by_address<'a>(&self, limit: &'a Limit, address: IpAddr) -> Take<'a> {
        Take {
            limit,
            key: Some(self.seed.address(limit.space, address)),
        }
    }

    /// How often a caller found no place of its own.
    #[must_use]
    pub fn crowded(&self) -> u64 {
        self.crowded.load(Ordering::Relaxed)
    }

    /// Takes one from each bucket, or from none. `now` in nanoseconds of a monotonic clock. A clock
    /// that goes forward fills buckets once; one that goes back by more than two seconds leaves them
    /// empty, not longer than one interval.
    #[must_use]
    pub fn take(&self, now: u64, takes: &[Take<'_>]) -> Answer {
        let all = || takes.iter().enumerate();
        // A caller's own buckets first: who is refused by them never touches those that all share.
        let mut order = all()
            .filter(|(_, take)| take.key.is_some())
            .chain(all().filter(|(_, take)| take.key.is_none()));
        self.rest(now, &mut order, None)
    }

    fn rest<'t>(
        &self,
        now: u64,
        order: &mut impl Iterator<Item = (usize, &'t Take<'t>)>,
        nearest: Option<Standing>,
    ) -> Answer {
        let Some((index, Take { limit, key })) = order.next() else {
            return Answer::Taken(nearest);
        };
        let (place, step) = match key {
            None => (None, limit.take_shared(now)),
            Some(key) => match self.table.take(*key, limit.rate, now) {
                Found::Place(step) => (Some(*key), step),
                Found::Full => (None, limit.take_shared(now)),
            },
        };
        let crowded = key.is_some() && place.is_none();
        if crowded {
            self.crowded.fetch_add(1, Ordering::Relaxed);
        }
        let left = match step {
            Step::Taken(left) => left,
            Step::Refused { wait, .. } => {
                return Answer::Refused {
                    limit: index,
                    retry_after_ms: wait.div_ceil(1_000_000),
                    crowded,
                };
            }
        };
        let standing = limit.rate.standing(index, left, now);
        let nearest = match nearest {
            Some(nearest) if nearest.remaining <= standing.remaining => nearest,
            _ => standing,
        };
        let answer = self.rest(now, order, Some(nearest));
        if !answer.passed() {
            match place {
                Some(key) => self.table.give_back(key, limit.rate, left),
                None => limit.give_back_shared(left),
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests;
