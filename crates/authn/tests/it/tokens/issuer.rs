//! When keys are fetched, and how long they are believed.

use palisade_authn::{Algorithm, Decision, Hmac, IssuerKeys, KeySet, Refresh, Ticket, TokenError};
use proptest::prelude::*;

const HS: Algorithm = Algorithm::Hs256;

fn set(names: &[&str]) -> KeySet {
    let mut set = KeySet::default();
    for name in names {
        let mut secret = [0; 32];
        secret[..name.len()].copy_from_slice(name.as_bytes());
        set.add_secret(Some(name), Hmac::Hs256, &secret).unwrap();
    }
    set
}

fn refresh() -> Refresh {
    Refresh {
        interval: 900,
        cooldown_first: 1,
        cooldown: 10,
        calm: 60,
        timeout: 5,
        retry_first: 1,
        retry_most: 8,
        stale: 3600,
        unknown: 300,
        unknown_most: 4,
    }
}

#[track_caller]
fn fetches(keys: &mut IssuerKeys, kid: &str, now: i64) -> Ticket {
    match keys.decide(Some(kid), HS, now) {
        Decision::Fetch(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn uses(keys: &mut IssuerKeys, kid: &str, now: i64) {
    match keys.decide(Some(kid), HS, now) {
        Decision::Use(key) => assert_eq!(key.kid(), Some(kid)),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refuses(keys: &mut IssuerKeys, kid: &str, now: i64) -> TokenError {
    match keys.decide(Some(kid), HS, now) {
        Decision::Refuse(why) => why,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn waits(keys: &mut IssuerKeys, kid: &str, now: i64) {
    let decision = keys.decide(Some(kid), HS, now);
    assert!(matches!(decision, Decision::Wait), "{decision:?}");
}

/// An issuer whose set was fetched at that time.
fn known(names: &[&str], now: i64) -> IssuerKeys {
    let mut keys = IssuerKeys::new(refresh());
    let ticket = keys.due(now).unwrap();
    assert!(keys.fetched(ticket, set(names), now).is_some());
    keys
}

#[test]
fn the_first_token_fetches_and_the_others_wait() {
    let mut keys = IssuerKeys::new(refresh());
    let ticket = fetches(&mut keys, "a", 0);
    waits(&mut keys, "a", 1);
    waits(&mut keys, "b", 1);
    assert!(keys.due(1).is_none());
    keys.fetched(ticket, set(&["a"]), 2);
    uses(&mut keys, "a", 2);
}

#[test]
fn an_unknown_id_causes_one_fetch() {
    let mut keys = known(&["a"], 0);
    // Not so soon after the last one.
    assert_eq!(refuses(&mut keys, "x", 0), TokenError::UnknownKey);
    let ticket = fetches(&mut keys, "x", 1);
    // Who has a known key does not wait.
    uses(&mut keys, "a", 1);
    keys.fetched(ticket, set(&["a"]), 2);
    for now in 2..302 {
        assert_eq!(refuses(&mut keys, "x", now), TokenError::UnknownKey);
    }
    fetches(&mut keys, "x", 302);
}

#[test]
fn a_key_that_is_newer_than_the_last_fetch_is_there_in_a_second() {
    let mut keys = known(&["a"], 0);
    assert_eq!(refuses(&mut keys, "b", 0), TokenError::UnknownKey);
    let ticket = fetches(&mut keys, "b", 1);
    keys.fetched(ticket, set(&["a", "b"]), 1);
    uses(&mut keys, "b", 1);
    // It takes longer where keys were fetched a moment ago …
    assert_eq!(refuses(&mut keys, "c", 2), TokenError::UnknownKey);
    let ticket = fetches(&mut keys, "c", 3);
    keys.fetched(ticket, set(&["b", "c"]), 3);
    assert_eq!(refuses(&mut keys, "d", 6), TokenError::UnknownKey);
    // … until a minute has passed.
    let ticket = fetches(&mut keys, "d", 63);
    keys.fetched(ticket, set(&["c", "d"]), 63);
    let ticket = fetches(&mut keys, "e", 64);
    keys.fetched(ticket, set(&["d", "e"]), 64);
    uses(&mut keys, "e", 64);
}

#[test]
fn many_unknown_ids_cause_one_fetch_in_a_while() {
    let mut keys = known(&["a"], 0);
    let mut fetched = Vec::new();
    for now in 0..1000 {
        for n in 0..10 {
            if let Decision::Fetch(ticket) = keys.decide(Some(&format!("{now}-{n}")), HS, now) {
                fetched.push(now);
                keys.fetched(ticket, set(&["a"]), now);
            }
        }
        uses(&mut keys, "a", now);
    }
    assert_eq!(fetched[..6], [1, 3, 7, 15, 25, 35]);
    assert_eq!(fetched.len(), 102);
    // And a key that the issuer begins to use is there after no more than that while.
    let mut waited = 0;
    loop {
        match keys.decide(Some("new"), HS, 1000 + waited) {
            Decision::Use(_) => break,
            Decision::Fetch(ticket) => {
                keys.fetched(ticket, set(&["a", "new"]), 1000 + waited);
            }
            _ => waited += 1,
        }
    }
    assert!(waited <= 10);
}

#[test]
fn keys_rotate() {
    let mut keys = known(&["a"], 0);
    assert!(keys.due(899).is_none());
    let ticket = keys.due(900).unwrap();
    uses(&mut keys, "a", 900);
    keys.fetched(ticket, set(&["a", "b"]), 900);
    uses(&mut keys, "a", 901);
    uses(&mut keys, "b", 901);
    let ticket = keys.due(1800).unwrap();
    let now = keys.fetched(ticket, set(&["b"]), 1800).unwrap();
    assert!(now.find(Some("a"), HS).is_err());
    // A key that is gone is not believed, and asked for once.
    fetches(&mut keys, "a", 1810);
}

#[test]
fn failures_wait_longer_and_longer() {
    let mut keys = IssuerKeys::new(refresh());
    let mut at = Vec::new();
    for now in 0..40 {
        match keys.decide(Some("a"), HS, now) {
            Decision::Fetch(ticket) => {
                at.push(now);
                keys.failed(ticket, now);
            }
            Decision::Refuse(why) => assert_eq!(why, TokenError::KeysUnavailable),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(at, [0, 1, 3, 7, 15, 23, 31, 39]);
}

#[test]
fn keys_are_believed_for_a_while_without_the_issuer() {
    let mut keys = known(&["a"], 0);
    for now in 900..=3600 {
        if let Some(ticket) = keys.due(now) {
            keys.failed(ticket, now);
        }
        uses(&mut keys, "a", now);
    }
    let mut refused = 0;
    for now in 3601..3700 {
        match keys.decide(Some("a"), HS, now) {
            Decision::Fetch(ticket) => keys.failed(ticket, now),
            Decision::Refuse(TokenError::KeysUnavailable) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(refused > 0 && keys.keys().is_none());
}

#[test]
fn a_set_without_keys_is_a_failure() {
    let mut keys = known(&["a"], 0);
    let ticket = keys.due(900).unwrap();
    assert!(keys.fetched(ticket, KeySet::default(), 900).is_none());
    uses(&mut keys, "a", 901);
}

/// Who fetched may be gone (its client hung up), and answers may come late.
#[test]
fn a_fetch_that_never_ends_is_given_up() {
    let mut keys = IssuerKeys::new(refresh());
    let lost = fetches(&mut keys, "a", 0);
    waits(&mut keys, "a", 4);
    assert_eq!(refuses(&mut keys, "a", 5), TokenError::KeysUnavailable);
    let second = fetches(&mut keys, "a", 6);
    assert!(keys.fetched(lost, set(&["old"]), 7).is_none());
    waits(&mut keys, "a", 7);
    assert!(keys.fetched(second, set(&["a"]), 8).is_some());
    uses(&mut keys, "a", 8);
}

#[test]
fn a_clock_that_is_set_back_stops_nothing() {
    let mut keys = known(&["a"], 1_000_000);
    uses(&mut keys, "a", 10);
    assert_eq!(refuses(&mut keys, "x", 10), TokenError::UnknownKey);
    let ticket = fetches(&mut keys, "x", 20);
    keys.fetched(ticket, set(&["a"]), 20);
    // The age counts from then on: the keys grow old as usual.
    assert!(keys.due(1000).is_some());
}

#[test]
fn tokens_without_an_id_are_held_to_the_same() {
    let mut keys = known(&["a", "b"], 0);
    let decision = keys.decide(None, HS, 50);
    assert!(matches!(
        decision,
        Decision::Refuse(TokenError::AmbiguousKey)
    ));
    let Decision::Fetch(ticket) = keys.decide(None, Algorithm::Rs256, 50) else {
        panic!("nothing fetched");
    };
    keys.fetched(ticket, set(&["a", "b"]), 50);
    let decision = keys.decide(None, Algorithm::Rs256, 70);
    assert!(matches!(decision, Decision::Refuse(TokenError::UnknownKey)));
}

#[derive(Clone, Debug)]
enum Step {
    Pass(i64),
    Decide(u8),
    Due,
    Answer(Option<u8>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (-20_i64..60).prop_map(Step::Pass),
        (900_i64..4000).prop_map(Step::Pass),
        (0_u8..6).prop_map(Step::Decide),
        Just(Step::Due),
        prop::option::of(0_u8..16).prop_map(Step::Answer),
    ];
    prop::collection::vec(step, 1..200)
}

proptest! {
    /// Whatever happens: only keys of the last set that came are used, never after the stale
    /// limit; one fetch at a time, and not more often than allowed while the clock goes forward;
    /// and nobody waits without a fetch that will end.
    #[test]
    fn holds_to_its_promises(steps in steps()) {
        let refresh = refresh();
        let mut keys = IssuerKeys::new(refresh.clone());
        let mut now = 1000;
        let mut seen = now;
        let mut tickets = Vec::new();
        let mut count = 0;
        // What the last set was and since when it is held.
        let mut held: Option<(u8, i64)> = None;
        // The fetch that counts, and since when.
        let mut underway: Option<(u32, i64)> = None;
        let mut last_end: Option<i64> = None;
        for step in steps {
            if let Step::Pass(seconds) = step {
                now += seconds;
                continue;
            }
            if matches!(step, Step::Answer(_)) && tickets.is_empty() {
                continue;
            }
            if now < seen {
                held = held.map(|(set, since)| (set, since.min(now)));
                underway = underway.map(|(number, since)| (number, since.min(now)));
                last_end = None;
            }
            underway = underway.filter(|(_, since)| now - since < refresh.timeout);
            let began = match step {
                Step::Decide(name) => match keys.decide(Some(&name.to_string()), HS, now) {
                    Decision::Use(key) => {
                        let (set, since) = held.unwrap();
                        prop_assert_eq!(key.kid().unwrap(), name.to_string());
                        prop_assert!(name < 4 && set & (1 << name) != 0);
                        prop_assert!(now - since <= refresh.stale);
                        None
                    }
                    Decision::Fetch(ticket) => Some(ticket),
                    Decision::Wait => {
                        prop_assert!(underway.is_some());
                        None
                    }
                    Decision::Refuse(_) => None,
                },
                Step::Due => keys.due(now),
                Step::Answer(answer) => {
                    let Some((number, ticket)) = tickets.pop() else { continue };
                    let counts = underway.is_some_and(|(counts, _)| counts == number);
                    match answer {
                        Some(bits) if bits != 0 => {
                            let came = keys.fetched(ticket, named(bits), now).is_some();
                            prop_assert_eq!(came, counts);
                            if counts {
                                held = Some((bits, now));
                                last_end = Some(now);
                            }
                        }
                        Some(_) => prop_assert!(keys.fetched(ticket, named(0), now).is_none()),
                        None => keys.failed(ticket, now),
                    }
                    if counts {
                        underway = None;
                    }
                    None
                }
                Step::Pass(_) => None,
            };
            seen = now;
            if let Some(ticket) = began {
                // The one before has ended, or was given up.
                prop_assert!(underway.is_none());
                prop_assert!(last_end.is_none_or(|end| now >= end + refresh.cooldown_first));
                last_end = None;
                count += 1;
                underway = Some((count, now));
                tickets.push((count, ticket));
            }
        }
    }
}

/// The keys whose bits are set.
fn named(bits: u8) -> KeySet {
    let names = ["0", "1", "2", "3"];
    let names = names
        .iter()
        .enumerate()
        .filter(|(n, _)| bits & (1 << n) != 0);
    set(&names.map(|(_, name)| *name).collect::<Vec<_>>())
}
