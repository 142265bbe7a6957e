//! Following a ledger over what happens to it: segments that end and expire, writes that are cut
//! short, writers that begin again.

use crate::fixture::{Set, event, parts, permitted, small, wait};
use crate::simulated::Simulated;
use palisade_ledger::{
    Answer, Disk, FaultKind, Ledger, LedgerError, Parts, Query, Retention, Settings, Tail, stats,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const DAY: u64 = 24 * 60 * 60 * 1000;

/// The indices that come next.
fn next(tail: &mut Tail) -> Vec<u64> {
    let (seen, told) = look(tail);
    told.unwrap();
    seen
}

fn look(tail: &mut Tail) -> (Vec<u64>, Result<(), LedgerError>) {
    let mut seen = Vec::new();
    let told = tail.poll(|Answer { index, .. }| {
        seen.push(index);
        Ok(())
    });
    (seen, told)
}

/// What comes after what there is.
fn behind(parts: &Parts) -> Tail {
    let permit = permitted(parts, &Query::default());
    permit.tail(0, |_| Ok::<_, LedgerError>(())).unwrap()
}

fn append(ledger: &Ledger, count: u64) {
    for number in 0..count {
        wait(ledger.append(event(number))).unwrap();
    }
}

#[test]
fn a_tail_goes_on_over_what_expired_before_its_turn() {
    let (disk, clock) = (
        Simulated::default(),
        Arc::new(Set(AtomicU64::new(1_790_000_000_000))),
    );
    let parts = Parts {
        clock: clock.clone(),
        ..parts(disk.clone())
    };
    let settings = Settings {
        segment_age: DAY,
        segment_bytes: 1 << 20,
        ..small()
    };
    let (ledger, _) = Ledger::open(parts.clone(), settings).unwrap();
    append(&ledger, 2);
    let mut tail = behind(&parts);
    let mut lost = behind(&parts);
    for _ in 0..2 {
        clock.0.fetch_add(DAY, Ordering::SeqCst);
        append(&ledger, 2);
    }
    clock.0.fetch_add(366 * DAY, Ordering::SeqCst);
    append(&ledger, 1);
    let kept = disk.files();
    wait(ledger.expire(Retention::new(None, None).unwrap())).unwrap();
    append(&ledger, 1);
    // 0 to 5 went; 7 tells of it.
    assert_eq!(next(&mut tail), [6, 7, 8]);
    append(&ledger, 1);
    assert_eq!(next(&mut tail), [9]);
    // The same segments gone, and nothing tells of it.
    let second = kept.keys().filter(|name| name.ends_with(".log")).nth(1);
    let removed = second.unwrap();
    let now = disk.files();
    for name in now.keys().filter(|name| name.starts_with("segments/")) {
        disk.remove(name).unwrap();
    }
    for (name, bytes) in kept
        .iter()
        .filter(|(name, _)| name.starts_with("segments/"))
    {
        if name != removed {
            disk.create(name).unwrap().append(bytes).unwrap();
        }
    }
    let (seen, told) = look(&mut lost);
    assert_eq!(seen, [4, 5, 6]);
    match told {
        Err(LedgerError::Fault(fault)) => {
            assert_eq!((fault.what, fault.index), (FaultKind::Removed, 2))
        }
        other => panic!("{other:?}"),
    }
    assert!(next(&mut lost).is_empty());
    std::mem::forget(ledger);
}

#[test]
fn a_tail_goes_on_where_a_write_was_cut_short_and_the_writer_began_again() {
    // Whether it begins before or after the write; in one segment, or with a segment for each event.
    for (segment_bytes, early) in [(1 << 20, true), (1 << 20, false), (600, true), (600, false)] {
        let settings = Settings {
            segment_bytes,
            ..small()
        };
        let whole = Simulated::default();
        let (ledger, _) = Ledger::open(parts(whole.clone()), settings).unwrap();
        append(&ledger, 2);
        let two = whole.files();
        append(&ledger, 1);
        let three = whole.files();
        drop(ledger);
        let last = three.keys().rfind(|name| name.ends_with(".log")).unwrap();
        let length = three[last].len();
        let begin = two.get(last).map_or(0, Vec::len);
        // At full length, but not as it should be; and at many lengths.
        let damaged = (length, true);
        for (cut, wrong) in (begin..length)
            .step_by(29)
            .map(|at| (at, false))
            .chain([damaged])
        {
            let mut files = three.clone();
            let bytes = files.get_mut(last).unwrap();
            bytes.truncate(cut);
            if wrong {
                bytes[length - 5] ^= 1;
            }
            let disk = Simulated::with(if early { two.clone() } else { files.clone() });
            let parts = parts(disk.clone());
            let mut tail = behind(&parts);
            assert_eq!(
                (tail.next_index(), stats(&parts).unwrap().events),
                (2, 2),
                "{cut}"
            );
            if early {
                for name in two.keys().chain(files.keys()) {
                    let _ = disk.remove(name);
                }
                for (name, bytes) in &files {
                    disk.create(name).unwrap().append(bytes).unwrap();
                }
            }
            assert!(next(&mut tail).is_empty(), "{cut}");
            let (ledger, opened) = Ledger::open(parts.clone(), settings).unwrap();
            append(&ledger, 2);
            // What was set aside is told in an event of its own.
            let events = 4 + u64::from(opened.set_aside > 0);
            assert_eq!(next(&mut tail), (2..events).collect::<Vec<_>>(), "{cut}");
            drop(ledger);
            assert_eq!(stats(&parts).unwrap().events, events);
            assert!(next(&mut tail).is_empty());
        }
    }
}
