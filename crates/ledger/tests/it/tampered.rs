//! What somebody changes is found, and the place is named.

use crate::fixture::{event, parts, small, wait};
use crate::simulated::Simulated;
use palisade_ledger::{Evidence, Fault, FaultKind, Ledger, LedgerError, Receipt, verify};
use palisade_tlog::SignedCheckpoint;
use std::collections::BTreeMap;

type Files = BTreeMap<String, Vec<u8>>;

/// A small ledger of several segments, closed; its files, and what outsiders hold.
fn ledger() -> (Files, Evidence) {
    let (_, files, evidence) = ledger_twice();
    (files, evidence)
}

/// The same, and before that its files as they were after two events.
fn ledger_twice() -> (Files, Files, Evidence) {
    let disk = Simulated::default();
    let (ledger, _) = Ledger::open(parts(disk.clone()), small()).unwrap();
    let append = |number| wait(ledger.append(event(number))).unwrap();
    let mut receipts: Vec<Receipt> = (0..2).map(append).collect();
    let checkpoint = wait(ledger.checkpoint()).unwrap();
    let earlier = disk.files();
    receipts.extend((2..4).map(append));
    drop(ledger);
    let log = parts(disk.clone()).signer.key().clone().into();
    let evidence = Evidence {
        checkpoints: vec![SignedCheckpoint::open(checkpoint.as_bytes(), &log).unwrap()],
        receipts,
        ..Evidence::default()
    };
    (earlier, disk.files(), evidence)
}

fn check(files: Files, evidence: &Evidence) -> Result<u64, LedgerError> {
    let verified = verify(&parts(Simulated::with(files)), evidence)?;
    Ok(verified.events)
}

fn fault(files: Files, evidence: &Evidence) -> Fault {
    match check(files, evidence) {
        Err(LedgerError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let (files, _) = ledger();
    // Nobody outside holds anything.
    let nothing = Evidence::default();
    assert_eq!(check(files.clone(), &nothing).unwrap(), 4);
    let mut flips = 0;
    for (name, bytes) in &files {
        for bit in 0..bytes.len() * 8 {
            let mut files = files.clone();
            files.get_mut(name).unwrap()[bit / 8] ^= 1 << (bit % 8);
            let result = check(files, &nothing);
            assert!(result.is_err(), "bit {bit} of {name}: {result:?}");
            flips += 1;
        }
    }
    assert!(flips > 20_000, "{flips}");
}

#[test]
fn verification_changes_nothing() {
    let (files, evidence) = ledger();
    let disk = Simulated::with(files.clone());
    verify(&parts(disk.clone()), &evidence).unwrap();
    assert_eq!((disk.files(), disk.operations()), (files, 0));
}

#[test]
fn a_changed_tile_is_told_from_a_changed_event() {
    let (mut files, evidence) = ledger();
    let tile = "tile/0/000.p/4";
    files.get_mut(tile).unwrap()[40] ^= 1;
    let fault = fault(files, &evidence);
    assert_eq!((fault.path.as_str(), fault.index), (tile, 1));
    assert_eq!(fault.what, FaultKind::Tile);
}

#[test]
fn events_that_are_removed_moved_or_put_in_are_found() {
    let (files, evidence) = ledger();
    let segments: Vec<String> = files
        .keys()
        .filter(|n| n.ends_with(".log"))
        .cloned()
        .collect();
    assert_eq!(segments.len(), 4);
    // A segment goes, with its key and without.
    for (number, segment) in (0..).zip(&segments) {
        for key in [false, true] {
            let mut files = files.clone();
            files.remove(segment);
            if key {
                files.remove(&segment.replace(".log", ".key"));
            }
            let fault = fault(files, &Evidence::default());
            let what = if number == 3 {
                FaultKind::Missing
            } else {
                FaultKind::Removed
            };
            assert_eq!((fault.what, fault.index), (what, number));
        }
    }
    // Two change their places.
    let mut swapped = files.clone();
    let (one, other) = (files[&segments[1]].clone(), files[&segments[2]].clone());
    swapped.insert(segments[1].clone(), other);
    swapped.insert(segments[2].clone(), one);
    assert_eq!(fault(swapped, &evidence).index, 1);
    // A frame is written twice.
    let mut doubled = files.clone();
    let segment = doubled.get_mut(&segments[3]).unwrap();
    let frame = segment[67..].to_vec();
    segment.extend(&frame);
    segment.extend(&frame);
    assert_eq!(fault(doubled, &evidence).what, FaultKind::Order);
    assert_eq!(check(files, &evidence).unwrap(), 4);
}

#[test]
fn a_roll_back_of_the_folder_is_found_by_whoever_holds_something_later() {
    let (earlier, _, evidence) = ledger_twice();
    // It is whole in itself, and so is what outsiders held then.
    assert_eq!(check(earlier.clone(), &Evidence::default()).unwrap(), 2);
    let held_then = Evidence {
        receipts: evidence.receipts[..2].to_vec(),
        ..evidence.clone()
    };
    assert_eq!(check(earlier.clone(), &held_then).unwrap(), 2);
    let fault = fault(earlier, &evidence);
    assert_eq!((fault.what, fault.index), (FaultKind::Missing, 2));
}

#[test]
fn another_history_under_the_same_key_is_found() {
    let (_, evidence) = ledger();
    let (other, _) = ledger();
    // The events have other ids and salts, and so other leaves.
    let only = |receipts: bool| Evidence {
        checkpoints: if receipts {
            Vec::new()
        } else {
            evidence.checkpoints.clone()
        },
        receipts: if receipts {
            evidence.receipts.clone()
        } else {
            Vec::new()
        },
        ..Evidence::default()
    };
    assert_eq!(fault(other.clone(), &only(true)).what, FaultKind::Event);
    assert_eq!(fault(other, &only(false)).what, FaultKind::Root);
}
