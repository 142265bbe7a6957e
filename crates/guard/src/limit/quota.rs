//! Quotas of a day or a month (UTC) that survive a restart.
//!
//! What was used is counted in memory; what may be used is **reserved durably ahead**, a block at a
//! time. So a crash never gives anybody more than the quota, and loses at most the rest of one block
//! for each caller ([`Quota::block`]: a hundredth of the quota, at least 1 and at most 1,000). A clean
//! stop ([`Quotas::release`]) loses nothing.
//!
//! [`Quotas::take`] never touches the disk. Where nothing is reserved it says so; the caller then has
//! [`Quotas::reserve`] write (on a thread that may wait), and asks again. [`Quotas::tend`], called at
//! intervals, reserves ahead for whoever is busy, so that this is rare. When the store fails, nothing
//! more is reserved and requests are refused: a quota that cannot be kept is not given.

use super::hash::{Key, Seed, space};
use crate::lock::lock;
use palisade_core::Date;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard};

const DAY: i64 = 86_400;
const SHARDS: usize = 16;

/// The time that a quota is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Window {
    /// A calendar day in UTC.
    Day,
    /// A calendar month in UTC.
    Month,
}

impl Window {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Day, Self::Month];

    /// The period that a time falls in: a number that grows from one to the next.
    fn period(self, now: i64) -> u32 {
        let days = now.max(0) / DAY;
        match self {
            Self::Day => u32::try_from(days).unwrap_or(u32::MAX),
            Self::Month => {
                let (year, month) = day(days).year_and_month();
                u32::from(year) * 12 + u32::from(month) - 1
            }
        }
    }

    /// Seconds until the next period begins.
    fn left(self, now: i64) -> i64 {
        let today = now.max(0) / DAY;
        let next = match self {
            Self::Day => today + 1,
            Self::Month => {
                let (year, month) = day(today).year_and_month();
                let (year, month) = if month == 12 {
                    (year + 1, 1)
                } else {
                    (year, month + 1)
                };
                Date::new(year, month, 1)
                    .and_then(|first| i64::try_from(first.unix_days()).ok())
                    .unwrap_or(today + 1)
            }
        };
        (next * DAY - now.max(0)).max(1)
    }
}

fn day(days: i64) -> Date {
    Date::from_unix_seconds(u64::try_from(days * DAY).unwrap_or(0))
}

/// A configured quota.
#[derive(Clone, Debug)]
pub struct Quota {
    most: u64,
    window: Window,
    space: u64,
}

impl Quota {
    /// At most so many in each period. The name tells its counts from those of other quotas: over a
    /// restart, too.
    #[must_use]
    pub fn new(name: &str, most: u64, window: Window) -> Self {
        Self {
            most,
            window,
            space: space(name),
        }
    }

    /// How many are reserved ahead, and so lost at most by a crash.
    #[must_use]
    pub fn block(&self) -> u64 {
        (self.most / 100).clamp(1, 1_000)
    }
}

/// What a store keeps a number for: one caller's use of one quota in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counter {
    /// The quota's window.
    pub window: Window,
    /// The period, growing.
    pub period: u32,
    /// The quota and the caller.
    pub key: Key,
}

impl Counter {
    /// The key as a store writes it.
    #[must_use]
    pub const fn number(self) -> u128 {
        self.key.0
    }
}

/// What a store could not do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has it.
    #[error(
        "the file of quotas is in use by another process; stop it, or give this one a file of its own"
    )]
    Locked,
    /// It is no such store, or damaged.
    #[error("the file of quotas is damaged or not one: {0}; move it away to begin anew")]
    Corrupt(String),
    /// Written by another version.
    #[error("the file of quotas has format {0}, which this version does not know")]
    Version(u64),
    /// The disk failed, is full, or forbids it.
    #[error("the file of quotas cannot be read or written: {0}")]
    Io(String),
    /// It was asked again and again, and others were always before.
    #[error("a quota could not be reserved: too many ask at once")]
    Busy,
}

impl StoreError {
    /// A stable name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Locked => "quota-store-locked",
            Self::Corrupt(_) => "quota-store-corrupt",
            Self::Version(_) => "quota-store-version",
            Self::Io(_) => "quota-store-io",
            Self::Busy => "quota-store-busy",
        }
    }
}

/// Where numbers outlive the process.
pub trait QuotaStore: Send + Sync + fmt::Debug {
    /// The number written last, 0 when there is none.
    ///
    /// # Errors
    /// When it cannot be told.
    fn read(&self, counter: Counter) -> Result<u64, StoreError>;

    /// Writes all numbers or none. They last when this returns.
    ///
    /// # Errors
    /// When they may not last.
    fn write(&self, numbers: &[(Counter, u64)]) -> Result<(), StoreError>;

    /// Drops what belongs to periods before `period`.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn forget(&self, window: Window, period: u32) -> Result<(), StoreError>;
}

/// Whether a request is within its quotas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaAnswer {
    /// It is, and each has counted it.
    Taken {
        /// What is left of the one with the least left; nothing when there is no quota.
        remaining: Option<u64>,
    },
    /// One is used up; none has counted it.
    Refused {
        /// Which of those that were asked for.
        quota: usize,
        /// Milliseconds until its next period.
        retry_after_ms: u64,
    },
    /// Not known yet: [`Quotas::reserve`] has to be called first. None has counted it.
    Unreserved,
}

impl QuotaAnswer {
    /// The stable name of a refusal.
    pub const CODE: &'static str = "quota-exceeded";
}

/// `used <= reserved` always; `reserved` is never more than what the store holds.
#[derive(Clone, Copy, Debug)]
struct Count {
    window: Window,
    period: u32,
    used: u64,
    reserved: u64,
    most: u64,
    block: u64,
    /// When it was last asked for.
    last: i64,
}

impl Count {
    const fn counter(&self, key: Key) -> Counter {
        Counter {
            window: self.window,
            period: self.period,
            key,
        }
    }

    /// As much as may be reserved without ever losing more than a block.
    fn ahead(&self) -> u64 {
        self.used.saturating_add(self.block).min(self.most)
    }
}

type Shard = BTreeMap<Key, Count>;

/// The counts of all quotas.
#[derive(Debug)]
pub struct Quotas {
    store: Box<dyn QuotaStore>,
    seed: Seed,
    shards: [Mutex<Shard>; SHARDS],
    /// How many counts a shard holds at most; others are only in the store.
    room: usize,
    /// Held by whoever writes, so that memory never gets ahead of the store.
    writing: Mutex<()>,
}

impl Quotas {
    /// Counts over a store. At most about `room` of them are in memory; the others are read again when
    /// they are needed. `seed` must be the same at each start: it belongs to the store.
    #[must_use]
    pub fn new(store: Box<dyn QuotaStore>, seed: Seed, room: usize) -> Self {
        Self {
            store,
            seed,
            shards: Default::default(),
            room: room.div_ceil(SHARDS).max(1),
            writing: Mutex::default(),
        }
    }

    /// Whose count is meant.
    #[must_use]
    pub fn key(&self, quota: &Quota, caller: &[&str]) -> Key {
        self.seed.key(quota.space, caller)
    }

    /// Takes one of each quota, or of none. `now` in seconds since 1970. Does not wait for a disk.
    #[must_use]
    pub fn take(&self, now: i64, wants: &[(&Quota, Key)]) -> QuotaAnswer {
        self.rest(now, wants, 0, None)
    }

    fn rest(
        &self,
        now: i64,
        wants: &[(&Quota, Key)],
        at: usize,
        least: Option<u64>,
    ) -> QuotaAnswer {
        let Some((quota, key)) = wants.get(at) else {
            return QuotaAnswer::Taken { remaining: least };
        };
        let period = quota.window.period(now);
        let left = {
            let mut shard = self.shard(*key);
            match shard.get_mut(key) {
                Some(count) if count.period == period => {
                    count.last = now;
                    // A reload may have changed the quota.
                    (count.most, count.block) = (quota.most, quota.block());
                    if count.used >= quota.most {
                        return QuotaAnswer::Refused {
                            quota: at,
                            retry_after_ms: u64::try_from(quota.window.left(now))
                                .unwrap_or(1)
                                .saturating_mul(1_000),
                        };
                    }
                    if count.used >= count.reserved {
                        return QuotaAnswer::Unreserved;
                    }
                    count.used += 1;
                    quota.most - count.used
                }
                _ => return QuotaAnswer::Unreserved,
            }
        };
        let least = least.map_or(left, |least| least.min(left));
        let answer = self.rest(now, wants, at + 1, Some(least));
        if !matches!(answer, QuotaAnswer::Taken { .. }) {
            let mut shard = self.shard(*key);
            // Not when another period began in between: its count does not hold this one.
            if let Some(count) = shard.get_mut(key).filter(|count| count.period == period) {
                count.used = count.used.saturating_sub(1);
            }
        }
        answer
    }

    /// Reserves a block of each quota that has none left. Waits for the disk.
    ///
    /// # Errors
    /// When the store fails; the request is then to be refused.
    pub fn reserve(&self, now: i64, wants: &[(&Quota, Key)]) -> Result<(), StoreError> {
        let _writing = lock(&self.writing);
        let mut numbers = Vec::new();
        let mut left_out = Vec::new();
        for (quota, key) in wants {
            let period = quota.window.period(now);
            let known = self.shard(*key).get(key).copied();
            match known {
                Some(count) if count.period == period => {
                    if count.used >= count.reserved && count.used < quota.most {
                        numbers.push((count.counter(*key), count.ahead()));
                    }
                }
                // Of another period, or not in memory: what the store says was reserved counts as used.
                _ => {
                    let mut count = Count {
                        window: quota.window,
                        period,
                        used: 0,
                        reserved: 0,
                        most: quota.most,
                        block: quota.block(),
                        last: now,
                    };
                    count.used = self.store.read(count.counter(*key))?;
                    count.reserved = count.used;
                    let mut shard = self.shard(*key);
                    if let Some(before) = shard.remove(key) {
                        numbers.push((before.counter(*key), before.used));
                    } else if shard.len() >= self.room {
                        left_out.extend(freeze_oldest(&mut shard));
                    }
                    shard.insert(*key, count);
                    if count.used < quota.most {
                        numbers.push((count.counter(*key), count.ahead()));
                    }
                }
            }
        }
        numbers.extend(
            left_out
                .iter()
                .map(|(key, count)| (count.counter(*key), count.used)),
        );
        if !numbers.is_empty() {
            self.store.write(&numbers)?;
        }
        self.raise(&numbers);
        for (key, count) in left_out {
            let mut shard = self.shard(key);
            if shard
                .get(&key)
                .is_some_and(|now| now.used == count.used && now.reserved == count.used)
            {
                shard.remove(&key);
            }
        }
        Ok(())
    }

    /// [`Quotas::take`] that reserves where it has to, and so may wait for the disk.
    ///
    /// # Errors
    /// When the store fails; the request is then to be refused.
    pub fn take_durably(
        &self,
        now: i64,
        wants: &[(&Quota, Key)],
    ) -> Result<QuotaAnswer, StoreError> {
        // Others may use up what was reserved before it is taken here.
        for _ in 0..1_000 {
            match self.take(now, wants) {
                QuotaAnswer::Unreserved => self.reserve(now, wants)?,
                answer => return Ok(answer),
            }
        }
        Err(StoreError::Busy)
    }

    /// To be called at intervals (a second): reserves ahead for callers that have used half of their
    /// block, and drops what belongs to past periods. Waits for the disk.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tend(&self, now: i64) -> Result<(), StoreError> {
        let _writing = lock(&self.writing);
        let mut numbers = Vec::new();
        for shard in &self.shards {
            let mut shard = lock(shard);
            shard.retain(|_, count| count.period >= kept(count.window, now));
            numbers.extend(
                shard
                    .iter()
                    .filter(|(_, count)| count.period == count.window.period(now))
                    .map(|(key, count)| (count, count.counter(*key)))
                    .filter(|(count, _)| {
                        count.ahead() > count.reserved
                            && count.reserved - count.used.min(count.reserved) <= count.block / 2
                    })
                    .map(|(count, counter)| (counter, count.ahead())),
            );
        }
        if !numbers.is_empty() {
            self.store.write(&numbers)?;
        }
        self.raise(&numbers);
        for window in Window::ALL {
            self.store.forget(window, kept(window, now))?;
        }
        Ok(())
    }

    /// For a clean stop: gives back what was reserved and not used. Waits for the disk.
    ///
    /// # Errors
    /// When the store fails; what was reserved then counts as used.
    pub fn release(&self) -> Result<(), StoreError> {
        let _writing = lock(&self.writing);
        let mut numbers = Vec::new();
        for shard in &self.shards {
            for (key, count) in lock(shard).iter_mut() {
                if count.used < count.reserved {
                    // What comes from now on has to reserve again.
                    count.reserved = count.used;
                    numbers.push((count.counter(*key), count.used));
                }
            }
        }
        if numbers.is_empty() {
            return Ok(());
        }
        self.store.write(&numbers)
    }

    /// Lets what was just written be used.
    fn raise(&self, numbers: &[(Counter, u64)]) {
        for (counter, number) in numbers {
            let mut shard = self.shard(counter.key);
            if let Some(count) = shard
                .get_mut(&counter.key)
                .filter(|count| count.period == counter.period)
            {
                count.reserved = count.reserved.max(*number);
            }
        }
    }

    fn shard(&self, key: Key) -> MutexGuard<'_, Shard> {
        lock(&self.shards[usize::from(key.0.to_le_bytes()[0]) % SHARDS])
    }
}

/// The first period that is kept: the one before this, should the clock go back a little.
fn kept(window: Window, now: i64) -> u32 {
    window.period(now).saturating_sub(1)
}

/// The count that was not asked for the longest, with what is reserved of it given back.
fn freeze_oldest(shard: &mut Shard) -> Option<(Key, Count)> {
    let (key, count) = shard.iter_mut().min_by_key(|(_, count)| count.last)?;
    count.reserved = count.used;
    Some((*key, *count))
}

#[cfg(test)]
mod tests;
