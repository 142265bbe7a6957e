use super::*;
use proptest::prelude::*;
use std::sync::atomic::AtomicUsize;

const MS: u64 = 1_000_000;
const START: u64 = 1_000 * SECOND;

fn rate(count: u32, per: Per, burst: u32) -> Rate {
    Rate::new(count, per, burst).unwrap()
}

fn limiter(places: usize) -> Limiter {
    Limiter::new(places, Seed::new([3; 16]))
}

#[test]
fn rates_that_cannot_be_kept_are_refused() {
    for (count, per, burst, expected) in [
        (0, Per::Second, 1, Some("rate-zero")),
        (1, Per::Second, 0, Some("rate-no-burst")),
        (1_000_001, Per::Second, 1, Some("rate-too-many")),
        (1, Per::Hour, 1_000_001, Some("rate-too-many")),
        (1_000_000, Per::Second, 1_000_000, None),
        (u32::MAX, Per::Hour, 1, Some("rate-too-many")),
        (1, Per::Hour, 1_000_000, None),
    ] {
        let got = Rate::new(count, per, burst).err().map(RateError::code);
        assert_eq!(got, expected, "{count} {per:?} {burst}");
    }
}

#[test]
fn a_thousand_in_ten_seconds_plus_the_burst() {
    let limiter = limiter(1_000);
    let limit = Limit::new("orders", rate(100, Per::Second, 50));
    let mut passed = 0;
    // Ten times as many as may pass, a millisecond apart.
    for n in 0..10_000 {
        let take = limiter.by(&limit, &["key-1"]);
        passed += u32::from(limiter.take(START + n * MS, &[take]).passed());
    }
    assert_eq!(
        passed,
        1_000 + 50 - 1,
        "the last falls due as the ten seconds end"
    );
}

#[test]
fn the_answer_tells_what_headers_need() {
    let limiter = limiter(1_000);
    let limit = Limit::new("orders", rate(60, Per::Minute, 3));
    assert_eq!(
        (limit.rate().burst(), limit.rate().window_seconds()),
        (3, 3)
    );
    let at = |ms: u64| limiter.take(START + ms * MS, &[limiter.by(&limit, &["k"])]);
    let taken = |remaining, reset_ms| {
        Answer::Taken(Some(Standing {
            limit: 0,
            quota: 3,
            remaining,
            reset_ms,
        }))
    };
    assert_eq!(at(0), taken(2, 1_000));
    assert_eq!(at(0), taken(1, 2_000));
    assert_eq!(at(500), taken(0, 2_500));
    let refused = |retry_after_ms| Answer::Refused {
        limit: 0,
        retry_after_ms,
        crowded: false,
    };
    assert_eq!(at(500), refused(500));
    assert_eq!(at(999), refused(1));
    assert_eq!(at(1_000), taken(0, 3_000));
    assert_eq!(at(60_000), taken(2, 1_000));
    assert_eq!(limiter.take(START, &[]), Answer::Taken(None));
}

#[test]
fn all_are_taken_or_none() {
    let limiter = limiter(1_000);
    let caller = Limit::new("caller", rate(10, Per::Second, 10));
    let address = Limit::new("address", rate(10, Per::Second, 5));
    let route = Limit::new("route", rate(10, Per::Second, 2));
    let ip: IpAddr = "192.0.2.1".parse().unwrap();
    let all = |name: &str| {
        limiter.take(
            START,
            &[
                Take::shared(&route),
                limiter.by(&caller, &[name]),
                limiter.by_address(&address, ip),
            ],
        )
    };
    assert!(all("a").passed());
    // The one with the least left is told: the route, asked for first.
    assert!(matches!(
        all("a"),
        Answer::Taken(Some(Standing {
            limit: 0,
            remaining: 0,
            ..
        }))
    ));
    for _ in 0..20 {
        assert!(matches!(
            all("a"),
            Answer::Refused {
                limit: 0,
                retry_after_ms: 100,
                ..
            }
        ));
    }
    // Of the caller's ten two were used, of the address' five two.
    let mut left = 0;
    while limiter.take(START, &[limiter.by(&caller, &["a"])]).passed() {
        left += 1;
    }
    assert_eq!(left, 8);
    let mut left = 0;
    while limiter
        .take(START, &[limiter.by_address(&address, ip)])
        .passed()
    {
        left += 1;
    }
    assert_eq!(left, 3);
}

#[test]
fn keys_and_limits_are_apart() {
    let limiter = limiter(1_000);
    let one = Limit::new("one", rate(1, Per::Hour, 1));
    let two = Limit::new("two", rate(1, Per::Hour, 1));
    for limit in [&one, &two] {
        for key in ["a", "b"] {
            assert!(limiter.take(START, &[limiter.by(limit, &[key])]).passed());
            assert!(!limiter.take(START, &[limiter.by(limit, &[key])]).passed());
        }
    }
}

#[test]
fn a_reload_keeps_what_was_used() {
    let limiter = limiter(1_000);
    let before = Limit::new("all", rate(1, Per::Hour, 1));
    assert!(limiter.take(START, &[Take::shared(&before)]).passed());
    assert!(limiter.take(START, &[limiter.by(&before, &["a"])]).passed());
    let after = Limit::new("all", rate(1, Per::Hour, 1)).after(&before);
    assert!(!limiter.take(START, &[Take::shared(&after)]).passed());
    assert!(!limiter.take(START, &[limiter.by(&after, &["a"])]).passed());
}

/// A flood of keys never seen again: memory does not grow, active callers stay limited, and all the
/// newcomers together get what one caller gets.
#[test]
fn a_flood_of_keys_forgets_nobody() {
    let limiter = limiter(1_024);
    let limit = Limit::new("address", rate(1, Per::Minute, 5));
    let victim = |now| limiter.take(now, &[limiter.by(&limit, &["victim"])]);
    for _ in 0..5 {
        assert!(victim(START).passed());
    }
    let mut passed = 0;
    for n in 0..50_000_u64 {
        let key = n.to_string();
        passed += u64::from(
            limiter
                .take(START + n * 1_000, &[limiter.by(&limit, &[&key])])
                .passed(),
        );
        assert!(
            n % 100 != 0 || !victim(START + n * 1_000).passed(),
            "still limited"
        );
    }
    assert!(passed <= 1_024 + 5, "{passed}");
    assert!(passed >= 1_000, "two choices fill the table: {passed}");
    assert_eq!(limiter.crowded(), 50_000 - (passed - 5));
    assert!(matches!(
        limiter.take(START + SECOND, &[limiter.by(&limit, &["newcomer"])]),
        Answer::Refused { crowded: true, .. }
    ));
    // When their buckets are full again, their places are free again.
    let later = START + 61 * SECOND;
    assert!(matches!(
        limiter.take(later, &[limiter.by(&limit, &["newcomer"])]),
        Answer::Taken(Some(Standing { remaining: 4, .. }))
    ));
}

#[test]
fn clocks_that_jump_neither_open_nor_close_for_long() {
    let limiter = limiter(1_000);
    let limit = Limit::new("l", rate(10, Per::Second, 10));
    for key in [None, Some("a")] {
        let burst = |now| {
            let take = key.map_or(Take::shared(&limit), |key| limiter.by(&limit, &[key]));
            (0..100)
                .filter(|_| limiter.take(now, &[take]).passed())
                .count()
        };
        assert_eq!(burst(START), 10);
        // A day forward: a burst, no more.
        let day = START + 86_400 * SECOND;
        assert_eq!(burst(day), 10);
        // And back: not closed for a day, but for one interval; not open either.
        assert_eq!(burst(START), 0);
        assert_eq!(burst(START + 100 * MS), 1);
        assert_eq!(burst(START + SECOND), 9);
        // A little back, as threads see it: as if it stood still.
        assert_eq!(burst(START + SECOND - MS), 0);
        assert_eq!(burst(START + 2 * SECOND), 10);
    }
    // The ends of time.
    let _ = limiter.take(0, &[limiter.by(&limit, &["z"])]);
    let _ = limiter.take(u64::MAX, &[limiter.by(&limit, &["z"])]);
    let _ = limiter.take(0, &[limiter.by(&limit, &["z"])]);
}

#[test]
fn threads_together_get_what_one_would() {
    let limiter = limiter(10_000);
    let caller = Limit::new("caller", rate(100, Per::Second, 20));
    let all = Limit::new("all", rate(150, Per::Second, 30));
    let clock = AtomicU64::new(START);
    let passed = [AtomicUsize::new(0), AtomicUsize::new(0)];
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (limiter, caller, all, clock, passed) = (&limiter, &caller, &all, &clock, &passed);
            scope.spawn(move || {
                loop {
                    // Ten seconds go by, 20 microseconds with each request.
                    let now = clock.fetch_add(20_000, Ordering::Relaxed);
                    if now >= START + 10 * SECOND {
                        return;
                    }
                    // Both ask as often, however long a thread is kept from running.
                    let turn = usize::try_from(now / 20_000 % 2).unwrap();
                    let key = ["a", "b"][turn];
                    let takes = [limiter.by(caller, &[key]), Take::shared(all)];
                    if limiter.take(now, &takes).passed() {
                        passed[turn].fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let [a, b] = passed.map(AtomicUsize::into_inner);
    let within = |got: usize, most: usize| got * 100 >= most * 98 && got * 100 <= most * 102;
    assert!(within(a + b, 1_530), "{a} + {b} of all");
    assert!(a <= 1_020 + 20 && b <= 1_020 + 20, "{a}, {b}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// In no stretch of time do more pass than the burst and what the rate gives in it; and whoever
    /// waits as long as told passes.
    #[test]
    fn never_more_than_the_rate_and_the_burst(
        count in 1_u32..5_000,
        per in prop_oneof![Just(Per::Second), Just(Per::Minute), Just(Per::Hour)],
        burst in 1_u32..200,
        steps in prop::collection::vec(0_u64..2_000_000_000, 1..300),
    ) {
        let limiter = limiter(1_000);
        let rate = rate(count, per, burst);
        let limit = Limit::new("l", rate);
        let mut now = START;
        let mut times = Vec::new();
        for step in steps {
            now += step / u64::from(count);
            match limiter.take(now, &[limiter.by(&limit, &["k"])]) {
                Answer::Taken(_) => times.push(now),
                Answer::Refused { retry_after_ms, .. } => {
                    prop_assert!(retry_after_ms > 0);
                    now += retry_after_ms * MS;
                    prop_assert!(limiter.take(now, &[limiter.by(&limit, &["k"])]).passed());
                    times.push(now);
                }
            }
        }
        for (i, first) in times.iter().enumerate() {
            for (j, last) in times.iter().enumerate().skip(i) {
                let given = (last - first) / rate.interval + u64::from(burst);
                prop_assert!((j - i + 1) as u64 <= given);
            }
        }
    }

    /// Whoever always asks gets all that the rate gives, within 2 %.
    #[test]
    fn a_busy_caller_gets_its_rate(count in 10_u32..2_000, burst in 2_u32..100, gap in 1_u64..400_000) {
        let limiter = limiter(1_000);
        let limit = Limit::new("l", rate(count, Per::Second, burst));
        let (mut now, mut passed) = (START, 0_u64);
        while now < START + 2 * SECOND {
            passed += u64::from(limiter.take(now, &[limiter.by(&limit, &["k"])]).passed());
            now += gap;
        }
        let due = u64::from(count) * 2 + u64::from(burst);
        let asked = 2 * SECOND / gap;
        prop_assume!(asked > due);
        prop_assert!(passed <= due && (passed + 1) * 100 >= due * 98, "{} of {}", passed, due);
    }

    #[test]
    fn no_times_panic(times in prop::collection::vec(any::<u64>(), 1..50)) {
        let limiter = limiter(1);
        let limit = Limit::new("l", rate(1, Per::Hour, 1_000_000));
        for now in times {
            let key = (now % 100).to_string();
            let _ = limiter.take(now, &[limiter.by(&limit, &[&key]), Take::shared(&limit)]);
        }
    }
}
