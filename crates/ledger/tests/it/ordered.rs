//! Events are dense and ordered, whoever appends at the same time and whatever the clock says.

use crate::durable::choices;
use crate::fixture::{event, parts, small, wait};
use crate::simulated::Simulated;
use palisade_event::Record;
use palisade_ledger::{Clock, Evidence, Ledger, Parts, Receipt, Settings, verify};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const EACH: u64 = 40;

/// Jumps between 1970, now, and a far future.
#[derive(Debug, Default)]
struct Jumping(AtomicU64);

impl Clock for Jumping {
    fn now(&self) -> u64 {
        let times = [0, 1_790_000_000_000, 1_789_999_999_000, 253_402_300_799_000];
        let turn = self.0.fetch_add(1, Ordering::SeqCst);
        times[choices(turn)(times.len())]
    }
}

/// One after the other, without a runtime.
fn blocking(ledger: &Ledger, from: u64) -> Vec<Receipt> {
    (from..from + EACH)
        .map(|number| ledger.append_blocking(event(number)).unwrap())
        .collect()
}

/// Several on their way at once.
fn submitting(ledger: &Ledger, from: u64) -> Vec<Receipt> {
    let pending: Vec<_> = (from..from + EACH)
        .map(|number| wait(ledger.submit(event(number), Record::Before)).unwrap())
        .collect();
    let receipts = pending.into_iter();
    receipts.map(|one| wait(one.receipt()).unwrap()).collect()
}

#[test]
fn indices_are_dense_and_each_appender_keeps_its_order() {
    let disk = Simulated::default();
    let parts = Parts {
        clock: Arc::new(Jumping::default()),
        ..parts(disk)
    };
    // Segments end by age too, whenever the clock seems to have gone on far enough.
    let settings = Settings {
        segment_age: 1000,
        segment_bytes: 16 << 10,
        checkpoint_interval: 10,
        ..small()
    };
    let (ledger, _) = Ledger::open(parts.clone(), settings).unwrap();
    let all: Vec<Vec<Receipt>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|number| {
                let ledger = &ledger;
                let append = if number % 2 == 0 {
                    blocking
                } else {
                    submitting
                };
                scope.spawn(move || append(ledger, number * EACH))
            })
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap());
        joined.collect()
    });
    drop(ledger);
    for own in &all {
        assert!(own.is_sorted_by(|one, next| one.index < next.index));
    }
    let mut receipts: Vec<Receipt> = all.concat();
    receipts.sort_by_key(|receipt| receipt.index);
    let indices: Vec<u64> = receipts.iter().map(|receipt| receipt.index).collect();
    assert_eq!(indices, (0..6 * EACH).collect::<Vec<_>>());
    let evidence = Evidence {
        receipts,
        ..Evidence::default()
    };
    let verified = verify(&parts, &evidence).unwrap();
    assert_eq!(verified.events, 6 * EACH);
}
