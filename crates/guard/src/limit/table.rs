//! Buckets of callers in a fixed number of places. Each key has sixteen places that can be its own:
//! two sets of eight, chosen by its hash; it takes one in the second only when the first has none. No place is ever taken from
//! a bucket that is not full again.

use super::hash::{Key, low};
use super::rate::{Rate, Step};
use crate::lock::lock;
use std::sync::{Mutex, MutexGuard};

/// Locks of their own, so that threads seldom meet.
const SHARDS: usize = 64;
const WAYS: usize = 8;

/// On three cache lines of its own.
#[repr(align(64))]
#[derive(Clone, Copy, Debug, Default)]
struct Set {
    keys: [u128; WAYS],
    /// When the bucket is full again.
    full_at: [u64; WAYS],
}

impl Set {
    fn find(&self, key: u128) -> Option<usize> {
        self.keys.iter().position(|k| *k == key)
    }
}

/// On cache lines of its own.
#[repr(align(128))]
#[derive(Debug)]
struct Shard(Mutex<Box<[Set]>>);

/// Where a bucket is.
pub(super) enum Found {
    /// It has a place, and this became of it.
    Place(Step),
    /// Every place is taken by another that is not full again.
    Full,
}

#[derive(Debug)]
pub(super) struct Table {
    shards: Box<[Shard]>,
}

impl Table {
    pub(super) fn new(places: usize) -> Self {
        // Two sets at least, so that a key has two to choose from.
        let sets = places.div_ceil(SHARDS * WAYS).next_power_of_two().max(2);
        let shard = || Shard(Mutex::new(vec![Set::default(); sets].into_boxed_slice()));
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
        }
    }

    pub(super) fn take(&self, key: Key, rate: Rate, now: u64) -> Found {
        let mut sets = self.shard(key);
        let (one, two) = choices(key, sets.len());
        for index in [one, two] {
            let set = &mut sets[index];
            if let Some(way) = set.find(key.0) {
                let step = rate.take(set.full_at[way], now);
                match step {
                    Step::Taken(left)
                    | Step::Refused {
                        put_right: Some(left),
                        ..
                    } => set.full_at[way] = left,
                    Step::Refused { .. } => {}
                }
                return Found::Place(step);
            }
        }
        // The first is the one that is looked into first.
        let free = |index: &usize| sets[*index].full_at.iter().any(|at| *at <= now);
        let Some(index) = [one, two].into_iter().find(free) else {
            return Found::Full;
        };
        let set = &mut sets[index];
        let Some(way) = set.full_at.iter().position(|at| *at <= now) else {
            return Found::Full;
        };
        let step = rate.take(0, now);
        if let Step::Taken(left) = step {
            set.keys[way] = key.0;
            set.full_at[way] = left;
        }
        Found::Place(step)
    }

    pub(super) fn give_back(&self, key: Key, rate: Rate, left: u64) {
        let mut sets = self.shard(key);
        let (one, two) = choices(key, sets.len());
        for index in [one, two] {
            let set = &mut sets[index];
            if let Some(way) = set.find(key.0) {
                set.full_at[way] = rate.give_back(set.full_at[way], left);
                return;
            }
        }
    }

    fn shard(&self, key: Key) -> MutexGuard<'_, Box<[Set]>> {
        lock(&self.shards[bits(key.0 >> 120) % SHARDS].0)
    }
}

/// Two different sets.
fn choices(key: Key, sets: usize) -> (usize, usize) {
    let one = bits(key.0) & (sets - 1);
    let two = bits(key.0 >> 40) & (sets - 1);
    (one, if one == two { two ^ 1 } else { two })
}

fn bits(key: u128) -> usize {
    (low(key) & 0xffff_ffff) as usize
}
