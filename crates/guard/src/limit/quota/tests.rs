use super::super::store::FileStore;
use super::*;
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// 2026-11-23T12:00:00Z.
const NOW: i64 = 1_795_435_200;

/// A store that can fail, and outlives what uses it.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    numbers: Mutex<BTreeMap<Counter, u64>>,
    broken: AtomicBool,
    writes: AtomicUsize,
}

impl QuotaStore for Memory {
    fn read(&self, counter: Counter) -> Result<u64, StoreError> {
        Ok(lock(&self.0.numbers).get(&counter).copied().unwrap_or(0))
    }

    fn write(&self, numbers: &[(Counter, u64)]) -> Result<(), StoreError> {
        if self.0.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Io("full".to_owned()));
        }
        self.0.writes.fetch_add(1, Ordering::SeqCst);
        lock(&self.0.numbers).extend(numbers.iter().copied());
        Ok(())
    }

    fn forget(&self, window: Window, period: u32) -> Result<(), StoreError> {
        lock(&self.0.numbers).retain(|c, _| c.window != window || c.period >= period);
        Ok(())
    }
}

fn over(store: &Memory, room: usize) -> Quotas {
    Quotas::new(Box::new(store.clone()), Seed::new([5; 16]), room)
}

/// How many of `asked` pass.
fn pass(quotas: &Quotas, now: i64, quota: &Quota, who: &str, asked: u64) -> u64 {
    let key = quotas.key(quota, &[who]);
    (0..asked)
        .filter(|_| {
            matches!(
                quotas.take_durably(now, &[(quota, key)]),
                Ok(QuotaAnswer::Taken { .. })
            )
        })
        .count() as u64
}

#[test]
fn periods_are_of_the_calendar_in_utc() {
    for (window, now, left) in [
        (Window::Day, NOW, 12 * 3_600),
        (Window::Day, NOW + 12 * 3_600 - 1, 1),
        (Window::Day, NOW + 12 * 3_600, 86_400),
        (Window::Month, NOW, 7 * 86_400 + 12 * 3_600),
        // The last second of 2026, and the first of February in a leap year.
        (Window::Month, 1_798_761_599, 1),
        (Window::Month, 1_832_976_000, 29 * 86_400),
        (Window::Day, -5, 86_400),
    ] {
        assert_eq!(window.left(now), left, "{window:?} {now}");
        let next = now.max(0) + left;
        assert_eq!(window.period(next), window.period(now) + 1);
        assert_eq!(window.period(next - 1), window.period(now));
    }
}

#[test]
fn a_quota_is_used_up_and_begins_anew() {
    let store = Memory::default();
    let quotas = over(&store, 100);
    let day = Quota::new("day", 1_000, Window::Day);
    assert_eq!(pass(&quotas, NOW, &day, "a", 1_500), 1_000);
    assert_eq!(pass(&quotas, NOW, &day, "b", 10), 10);
    let key = quotas.key(&day, &["a"]);
    assert_eq!(
        quotas.take(NOW, &[(&day, key)]),
        QuotaAnswer::Refused {
            quota: 0,
            retry_after_ms: 12 * 3_600 * 1_000
        }
    );
    assert_eq!(pass(&quotas, NOW + 86_400, &day, "a", 1_500), 1_000);
    // A clock that goes back over midnight does not give the day before again.
    assert_eq!(pass(&quotas, NOW, &day, "a", 1_500), 0);
    assert_eq!(pass(&quotas, NOW + 86_400, &day, "a", 1_500), 0);
}

#[test]
fn all_are_taken_or_none() {
    let store = Memory::default();
    let quotas = over(&store, 100);
    let (day, month) = (
        Quota::new("d", 10, Window::Day),
        Quota::new("m", 4, Window::Month),
    );
    let wants = [
        (&day, quotas.key(&day, &["a"])),
        (&month, quotas.key(&month, &["a"])),
    ];
    for left in (0..4).rev() {
        let answer = quotas.take_durably(NOW, &wants).unwrap();
        assert_eq!(
            answer,
            QuotaAnswer::Taken {
                remaining: Some(left)
            }
        );
    }
    for _ in 0..20 {
        let answer = quotas.take_durably(NOW, &wants).unwrap();
        assert!(matches!(answer, QuotaAnswer::Refused { quota: 1, .. }));
    }
    assert_eq!(pass(&quotas, NOW, &day, "a", 20), 6);
}

#[test]
fn a_crash_gives_nothing_back_and_a_stop_everything() {
    let store = Memory::default();
    let quota = Quota::new("q", 5_000, Window::Month);
    assert_eq!(quota.block(), 50);
    assert_eq!(pass(&over(&store, 100), NOW, &quota, "a", 120), 120);
    // Crashed: 120 were used, 150 reserved.
    let quotas = over(&store, 100);
    assert_eq!(pass(&quotas, NOW, &quota, "a", 30), 30);
    quotas.release().unwrap();
    // Stopped: 150 and 30 are gone, nothing else.
    assert_eq!(
        pass(&over(&store, 100), NOW, &quota, "a", 10_000),
        5_000 - 180
    );
}

#[test]
fn a_store_that_fails_gives_nothing() {
    let store = Memory::default();
    let quotas = over(&store, 100);
    let quota = Quota::new("q", 1_000, Window::Day);
    assert_eq!(pass(&quotas, NOW, &quota, "a", 1), 1);
    store.0.broken.store(true, Ordering::SeqCst);
    // What was reserved before may be used; then nothing.
    assert_eq!(pass(&quotas, NOW, &quota, "a", 100), 9);
    let key = quotas.key(&quota, &["b"]);
    let error = quotas.take_durably(NOW, &[(&quota, key)]).unwrap_err();
    assert_eq!(error.code(), "quota-store-io");
    assert!(quotas.tend(NOW).is_err());
    store.0.broken.store(false, Ordering::SeqCst);
    assert_eq!(pass(&quotas, NOW, &quota, "a", 2_000), 990);
    assert_eq!(pass(&quotas, NOW, &quota, "b", 2_000), 1_000);
}

#[test]
fn memory_is_bounded_and_who_is_left_out_keeps_the_count() {
    let store = Memory::default();
    let quotas = over(&store, 64);
    let quota = Quota::new("q", 3, Window::Day);
    for round in 0..5 {
        for n in 0..500 {
            let passed = pass(&quotas, NOW + round, &quota, &n.to_string(), 1);
            assert_eq!(passed, u64::from(round < 3), "{n} in round {round}");
        }
        let held: usize = quotas.shards.iter().map(|s| lock(s).len()).sum();
        assert!(held <= 64, "{held}");
    }
}

#[test]
fn tending_reserves_ahead_and_forgets_what_is_past() {
    let store = Memory::default();
    let quotas = over(&store, 1_000);
    let quota = Quota::new("q", 10_000, Window::Day);
    pass(&quotas, NOW, &quota, "a", 60);
    quotas.tend(NOW).unwrap();
    let writes = store.0.writes.load(Ordering::SeqCst);
    // 60 of 100 were used: now 160 are reserved, and nothing has to be written for the next 100.
    assert_eq!(pass(&quotas, NOW, &quota, "a", 100), 100);
    assert_eq!(store.0.writes.load(Ordering::SeqCst), writes);
    quotas.tend(NOW + 86_400).unwrap();
    assert_eq!(lock(&store.0.numbers).len(), 1, "yesterday is kept");
    quotas.tend(NOW + 2 * 86_400).unwrap();
    assert!(lock(&store.0.numbers).is_empty());
    assert!(quotas.shards.iter().all(|s| lock(s).is_empty()));
}

#[test]
fn threads_together_get_the_quota_exactly() {
    let store = Memory::default();
    let quotas = over(&store, 8);
    let quota = Quota::new("q", 3_000, Window::Day);
    let passed = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (quotas, quota, passed) = (&quotas, &quota, &passed);
            scope.spawn(move || {
                for n in 0..1_000 {
                    passed.fetch_add(pass(quotas, NOW, quota, "all", 1), Ordering::SeqCst);
                    if n % 50 == 0 {
                        // Others come and push counts out, and the second goes by.
                        pass(quotas, NOW, quota, &format!("{thread} {n}"), 1);
                        quotas.tend(NOW).unwrap();
                    }
                }
            });
        }
    });
    let rest = pass(&quotas, NOW, &quota, "all", 5_000);
    assert_eq!(passed.into_inner() + rest, 3_000);
}

struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("palisade-{name}-{}.redb", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_file_keeps_counts_over_a_restart() {
    let file = File::new("restart");
    let quota = Quota::new("q", 20, Window::Day);
    for expected in [15, 5, 0] {
        // Other random bytes at each start: the first ones stay.
        let store = FileStore::open(&file.0, [u8::try_from(expected).unwrap(); 16]).unwrap();
        let seed = store.seed();
        let quotas = Quotas::new(Box::new(store), seed, 100);
        assert_eq!(pass(&quotas, NOW, &quota, "a", 15), expected);
        quotas.tend(NOW).unwrap();
        quotas.release().unwrap();
    }
    let store = FileStore::open(&file.0, [0; 16]).unwrap();
    let quotas = Quotas::new(Box::new(store), Seed::new([1; 16]), 100);
    quotas.tend(NOW + 5 * 86_400).unwrap();
    drop(quotas);
    let store = FileStore::open(&file.0, [0; 16]).unwrap();
    let seed = store.seed();
    let quotas = Quotas::new(Box::new(store), seed, 100);
    assert_eq!(pass(&quotas, NOW, &quota, "a", 1), 1, "forgotten");
}

#[test]
fn files_that_are_none_say_so() {
    let file = File::new("locked");
    let _open = FileStore::open(&file.0, [0; 16]).unwrap();
    assert_eq!(
        FileStore::open(&file.0, [0; 16]).unwrap_err().code(),
        "quota-store-locked"
    );
    let file = File::new("garbage");
    std::fs::write(&file.0, "this is not a store at all\n".repeat(1_000)).unwrap();
    assert_eq!(
        FileStore::open(&file.0, [0; 16]).unwrap_err().code(),
        "quota-store-corrupt"
    );
    let file = File::new("cut");
    drop(FileStore::open(&file.0, [0; 16]).unwrap());
    let whole = std::fs::metadata(&file.0).unwrap().len();
    let cut = std::fs::OpenOptions::new()
        .write(true)
        .open(&file.0)
        .unwrap();
    cut.set_len(whole / 2).unwrap();
    drop(cut);
    assert_eq!(
        FileStore::open(&file.0, [0; 16]).unwrap_err().code(),
        "quota-store-corrupt"
    );
    let missing = std::env::temp_dir().join("palisade-no-such-folder/q.redb");
    assert_eq!(
        FileStore::open(&missing, [0; 16]).unwrap_err().code(),
        "quota-store-io"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// However often it crashes: never more than the quota, and at most a block less for each crash.
    #[test]
    fn crashes_never_give_more(most in 1_u64..2_000, runs in prop::collection::vec((0_u64..700, any::<bool>()), 1..8)) {
        let store = Memory::default();
        let quota = Quota::new("q", most, Window::Day);
        let (mut used, mut crashes) = (0, 0);
        for (asked, tended) in runs {
            let quotas = over(&store, 4);
            used += pass(&quotas, NOW, &quota, "a", asked);
            if tended {
                quotas.tend(NOW).unwrap();
            }
            crashes += 1;
        }
        used += pass(&over(&store, 4), NOW, &quota, "a", most);
        prop_assert!(used <= most);
        prop_assert!(used + crashes * quota.block() >= most, "{} of {}", used, most);
    }
}
