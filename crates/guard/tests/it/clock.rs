//! What becomes of calls when the clock of the machine jumps.

use crate::chain::{ANSWERED, admit};
use crate::fixture::{Records, call, route, text};
use crate::issuers::{NOW, Told, guarded, minter, settle, token_at};
use palisade_guard::limit::{FileStore, Quotas};
use palisade_guard::{Guard, Reason};
use std::sync::Arc;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A whole call; the code of its end.
async fn get(guard: &Guard, token: &str) -> &'static str {
    let mut request = call("GET", "/orders");
    if !token.is_empty() {
        let bearer = format!("Bearer {token}");
        request.headers.push("authorization", bearer);
    }
    match admit(guard, request, b"").await {
        Ok(admitted) => {
            admitted.finish(&ANSWERED);
            "permitted"
        }
        Err(denied) => {
            let code = denied.reason().code();
            let _ = denied.record().await;
            code
        }
    }
}

#[tokio::test]
async fn tokens_are_judged_by_the_clock_as_it_is() {
    let (mut records, told, minter) = (Records::new("clock-tokens"), Told::new(99), minter(1));
    told.publish("/keys", &minter);
    let guard = guarded(&mut records, &told, "");
    let token = token_at(&minter, "1", NOW);
    let mut codes = Vec::new();
    // A jump is not made up for by what is remembered of a token.
    for jump in [0, 2 * HOUR, -2 * HOUR, -HOUR, HOUR] {
        records.jump(jump);
        codes.push(get(&guard, &token).await);
    }
    let expected = [
        "permitted",
        "token-expired",
        "permitted",
        "token-issued-in-future",
        "permitted",
    ];
    assert_eq!(codes, expected);
    // Keys that were fetched too long ago are fetched again; those of a time that is still to come
    // hold.
    settle().await;
    told.asked();
    records.jump(3 * DAY);
    let later = token_at(&minter, "2", NOW + 3 * DAY);
    assert_eq!(get(&guard, &later).await, "permitted");
    assert_eq!(told.asked(), ["/keys"]);
    records.jump(-3 * DAY);
    assert_eq!(get(&guard, &token).await, "permitted");
    assert_eq!(told.asked(), [""; 0]);
    // All of it is on record, in the order in which it was, with the times that the clock told.
    let events = records.events().await;
    let decisions = events.iter().filter(|event| event["action_id"].is_u64());
    let times: Vec<(i64, &str)> = decisions
        .map(|event| {
            let time = event["time"].as_i64().unwrap() / 1000 - NOW;
            (time, text(event, "/status_code"))
        })
        .collect();
    let expected = [
        (0, "permitted"),
        (2 * HOUR, "token-expired"),
        (0, "permitted"),
        (-HOUR, "token-issued-in-future"),
        (0, "permitted"),
        (3 * DAY, "permitted"),
        (0, "permitted"),
    ];
    assert_eq!(times, expected);
}

#[tokio::test]
async fn rates_recover_from_any_jump() {
    for (name, per) in [("all", "all"), ("each", "address")] {
        let records = Records::new(&format!("clock-rate-{name}"));
        let limits = format!("\n[limits.some]\nper = \"{per}\"\nrate = \"6/min\"\nburst = 3\n");
        let route = route("/orders", "[\"GET\"]", "public = true\nlimits = [\"some\"]");
        let guard = records.guard(&format!("{limits}{route}"), &[]);
        // How many pass at once.
        let burst = async || {
            let mut passed = 0;
            while get(&guard, "").await == "permitted" {
                passed += 1;
                assert!(passed < 10, "no limit");
            }
            passed
        };
        assert_eq!(burst().await, 3);
        // Forward: one burst, and no more.
        records.jump(30 * DAY);
        assert_eq!(burst().await, 3);
        // Back: none for one interval, however far; then it goes on at its rate.
        for jump in [-DAY, -20 * DAY] {
            records.jump(jump);
            assert_eq!(burst().await, 0);
            let waits = admit(&guard, call("GET", "/orders"), b"")
                .await
                .unwrap_err();
            let Reason::Limited { retry_after, .. } = waits.reason() else {
                panic!("{:?}", waits.reason());
            };
            assert!(*retry_after <= 10_000, "{retry_after}");
            records.jump(10);
            assert_eq!(burst().await, 1);
        }
        // A second or two back is a clock that is set right: no more than that is waited longer.
        records.jump(30);
        assert_eq!(burst().await, 3);
        records.jump(-2);
        assert_eq!(burst().await, 0);
        records.jump(12);
        assert_eq!(burst().await, 1);
    }
}

#[tokio::test]
async fn quotas_belong_to_the_day_that_the_clock_says() {
    let mut records = Records::new("clock-quotas");
    let store = FileStore::open(&records.folder().join("quotas.db"), [1; 16]).unwrap();
    let seed = store.seed();
    records.quotas = Arc::new(Quotas::new(Box::new(store), seed, 64));
    let route = route("/orders", "[\"GET\"]", "public = true\nlimits = [\"some\"]");
    let limits = "\n[limits.some]\nper = \"address\"\nday = 2\n";
    let guard = records.guard(&format!("quotas = \"q\"{limits}{route}"), &[]);
    let all = async || {
        guard.tend();
        let mut passed = 0;
        while get(&guard, "").await == "permitted" {
            passed += 1;
            assert!(passed < 10, "no limit");
        }
        passed
    };
    assert_eq!(all().await, 2);
    // Another day is another quota; the day before is still known.
    records.jump(DAY);
    assert_eq!(all().await, 2);
    records.jump(-DAY);
    assert_eq!(all().await, 0);
    // Days that lie further back are forgotten: a clock that was far ahead gives their quota anew.
    records.jump(3 * DAY);
    assert_eq!(all().await, 2);
    records.jump(-3 * DAY);
    assert_eq!(all().await, 2);
    assert_eq!(all().await, 0);
}
