//! How many requests may be under way at once, of a route or of one of its callers. A permit is a
//! value: whatever ends a request (an answer, a refusal, a panic, a client that went away) drops it.
//! There is no queue: who finds no room is refused at once, so nothing piles up.

use super::hash::{Key, Seed};
use crate::lock::lock;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// How many may be under way, of all and of each caller.
#[derive(Debug)]
pub struct Concurrency {
    most: u32,
    most_each: Option<u32>,
    counts: Arc<Counts>,
}

/// What is under way.
#[derive(Debug)]
struct Counts {
    seed: Seed,
    now: AtomicU32,
    /// Callers with something under way: never more than requests are.
    each: Mutex<BTreeMap<Key, u32>>,
}

impl Concurrency {
    /// The stable name of a refusal.
    pub const CODE: &'static str = "too-many-concurrent";

    /// At most so many at once, and of each caller at most so many.
    #[must_use]
    pub fn new(most: u32, most_each: Option<u32>, seed: Seed) -> Self {
        let counts = Counts {
            seed,
            now: AtomicU32::new(0),
            each: Mutex::default(),
        };
        Self {
            most,
            most_each,
            counts: Arc::new(counts),
        }
    }

    /// Shares the counts of the limit of the same name before a reload: what began before it is
    /// still under way.
    #[must_use]
    pub fn after(self, before: &Self) -> Self {
        Self {
            counts: before.counts.clone(),
            ..self
        }
    }

    /// How many are under way.
    #[must_use]
    pub fn under_way(&self) -> u32 {
        self.counts.now.load(Ordering::Relaxed)
    }

    /// Room for one request of the caller that `caller` names, or nothing when there is none.
    #[must_use]
    pub fn enter(&self, caller: &[&str]) -> Option<Permit> {
        let counts = &self.counts;
        counts
            .now
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| {
                (now < self.most).then_some(now + 1)
            })
            .ok()?;
        // From here on dropping the permit gives the room back.
        let mut permit = Permit {
            of: Arc::clone(counts),
            key: None,
        };
        if let Some(most) = self.most_each {
            let key = counts.seed.key(0, caller);
            let mut each = lock(&counts.each);
            let now = each.get(&key).copied().unwrap_or(0);
            if now >= most {
                drop(each);
                return None;
            }
            each.insert(key, now + 1);
            permit.key = Some(key);
        }
        Some(permit)
    }
}

/// Room for one request, until it is dropped.
#[derive(Debug)]
#[must_use = "the room is given back when the permit is dropped"]
pub struct Permit {
    of: Arc<Counts>,
    key: Option<Key>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let mut each = lock(&self.of.each);
            match each.get_mut(&key) {
                Some(now) if *now > 1 => *now -= 1,
                _ => {
                    each.remove(&key);
                }
            }
        }
        self.of.now.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(most: u32, each: Option<u32>) -> Arc<Concurrency> {
        Arc::new(Concurrency::new(most, each, Seed::new([1; 16])))
    }

    #[test]
    fn room_comes_back_however_a_request_ends() {
        let route = of(2, Some(1));
        let first = route.enter(&["alice"]).unwrap();
        assert!(route.enter(&["alice"]).is_none(), "one each");
        assert_eq!(route.under_way(), 1, "a refusal takes no room");
        let second = route.enter(&["bob"]).unwrap();
        assert!(route.enter(&["carol"]).is_none(), "two in all");
        drop(first);
        assert!(route.enter(&["bob"]).is_none());
        let panicked = std::panic::catch_unwind({
            let route = Arc::clone(&route);
            move || {
                let _permit = route.enter(&["alice"]).unwrap();
                panic!("a step panicked");
            }
        });
        assert!(panicked.is_err());
        drop(second);
        assert_eq!(route.under_way(), 0);
        assert!(
            route.counts.each.lock().unwrap().is_empty(),
            "nobody is kept"
        );
    }

    #[tokio::test]
    async fn room_comes_back_from_a_cancelled_task() {
        let route = of(1, Some(1));
        let task = tokio::spawn({
            let route = Arc::clone(&route);
            async move {
                let _permit = route.enter(&["alice"]).unwrap();
                std::future::pending::<()>().await;
            }
        });
        while route.under_way() == 0 {
            tokio::task::yield_now().await;
        }
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(route.under_way(), 0);
        assert!(route.enter(&["alice"]).is_some());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "several threads are the test")]
    fn never_more_than_the_most_over_threads() {
        let route = of(3, Some(2));
        let threads: Vec<_> = (0..4)
            .map(|n: u32| {
                let route = Arc::clone(&route);
                std::thread::spawn(move || {
                    let name = (n % 2).to_string();
                    let mut entered = 0_u32;
                    for _ in 0..20_000 {
                        if let Some(_permit) = route.enter(&[&name]) {
                            assert!(route.under_way() <= 3);
                            entered += 1;
                        }
                    }
                    entered
                })
            })
            .collect();
        let entered: u32 = threads.into_iter().map(|t| t.join().unwrap()).sum();
        assert!(entered > 0);
        assert_eq!(route.under_way(), 0);
        assert!(route.counts.each.lock().unwrap().is_empty());
    }
}
