//! What the ledger does to itself: holds, expiry, erasure, new keys, copies; each cut short at every
//! operation of the disk.

use crate::durable::choices;
use crate::fixture::{Keys, Set, event, parts, permitted, read, small, wait};
use crate::simulated::{Simulated, Trouble};
use palisade_event::{Class, Draft, Event, Record, User, activity};
use palisade_ledger::{
    DataKey, Disk, DiskFile, Erased, Evidence, Expired, FaultKind, Folder, KeepError, KeyError,
    KeyFile, KeyService, Ledger, LedgerError, Lock, Objection, Parts, Query, Receipt, Retention,
    Scope, Settings, WrappedKey, erasures, holds, restore, verify,
};
use palisade_tlog::{SignedCheckpoint, Tile, TileReader, verify_inclusion};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

const THEN: i64 = 1_790_000_000_000;
const DAY: i64 = 24 * 60 * 60 * 1000;
const YEAR: i64 = 366 * DAY;
const ADA: &str = "ada@example.com";

/// The surroundings, some time later.
fn later(disk: &Simulated, by: i64) -> Parts {
    let clock = Set((THEN + by).cast_unsigned().into());
    Parts {
        clock: Arc::new(clock),
        ..parts(disk.clone())
    }
}

fn open(parts: Parts) -> Ledger {
    Ledger::open(parts, small()).unwrap().0
}

/// An event of somebody else.
fn grace() -> Event {
    let user = User {
        uid: "g-1",
        name: "grace",
        email: "grace@example.com",
    };
    Draft::new(Class::DatastoreActivity, activity::datastore::READ, THEN)
        .actor(&user)
        .set("database.name", "orders")
        .set("database.type_id", 1)
        .set("src_endpoint.ip", "198.51.100.9")
        .build()
        .unwrap()
}

/// Three events of ada's and one of grace's, each in a segment, and what outsiders hold of them.
fn begun() -> (Simulated, Evidence) {
    let disk = Simulated::default();
    let ledger = open(parts(disk.clone()));
    let events = [event(0), event(1), grace(), event(3)];
    let receipts: Vec<Receipt> = events.map(|e| wait(ledger.append(e)).unwrap()).into();
    let checkpoint = wait(ledger.checkpoint()).unwrap();
    let log = ledger.parts().signer.key().clone().into();
    let evidence = Evidence {
        checkpoints: vec![SignedCheckpoint::open(checkpoint.as_bytes(), &log).unwrap()],
        receipts,
        ..Evidence::default()
    };
    drop(ledger);
    (disk, evidence)
}

fn names(disk: &Simulated, ending: &str) -> Vec<String> {
    let files = disk.files();
    let names = files.into_keys().filter(|name| name.ends_with(ending));
    names.collect()
}

fn log(first: u64) -> String {
    format!("segments/{first:020}.log")
}

fn fault(parts: &Parts, evidence: &Evidence) -> (FaultKind, u64) {
    match verify(parts, evidence) {
        Err(LedgerError::Fault(fault)) => (fault.what, fault.index),
        other => panic!("{other:?}"),
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, KeepError>) -> Objection {
    match result {
        Err(KeepError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// How many events hold a text, decrypted.
fn holding(parts: &Parts, text: &str) -> usize {
    let mut found = 0;
    let counted = permitted(parts, &Query::default()).query(|answer| {
        found += usize::from(answer.event.to_string().contains(text));
        Ok::<_, LedgerError>(())
    });
    counted.unwrap();
    found
}

#[test]
fn a_hold_is_in_force_until_it_is_released() {
    let (disk, evidence) = begun();
    let ledger = open(parts(disk.clone()));
    let scope = Scope::subject(&Keys, "u-1").unwrap();
    let index = wait(ledger.hold("case-7", "asked for by the court", scope.clone())).unwrap();
    assert_eq!(index, 4);
    let taken = wait(ledger.hold("case-7", "", Scope::All));
    assert_eq!(refused(taken), Objection::Taken("case-7".to_owned()));
    assert_eq!(
        refused(wait(ledger.hold("a b", "", Scope::All))),
        Objection::Name
    );
    let turned = Scope::Time { from: 2, to: 1 };
    assert_eq!(refused(wait(ledger.hold("t", "", turned))), Objection::Time);
    // A refusal does not stop the ledger.
    wait(ledger.append(event(5))).unwrap();
    drop(ledger);
    let found = holds(&parts(disk.clone())).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&*found[0].name, &*found[0].reason),
        ("case-7", "asked for by the court")
    );
    assert_eq!((&found[0].scope, found[0].index), (&scope, 4));
    let ledger = open(parts(disk.clone()));
    wait(ledger.release("case-7", "closed")).unwrap();
    assert!(holds(ledger.parts()).unwrap().is_empty());
    let unknown = wait(ledger.release("case-7", ""));
    assert_eq!(refused(unknown), Objection::Unknown("case-7".to_owned()));
    drop(ledger);
    let verified = verify(&parts(disk.clone()), &evidence).unwrap();
    assert_eq!((verified.events, verified.expired), (7, 0));
    // Without the event of the hold or of its release the ledger neither verifies nor opens.
    for first in [4, 6] {
        let mut files = disk.files();
        files.remove(&log(first)).unwrap();
        let without = Simulated::with(files);
        assert!(verify(&parts(without.clone()), &Evidence::default()).is_err());
        assert!(holds(&parts(without.clone())).is_err() || first == 6);
        assert!(Ledger::open(parts(without), small()).is_err());
    }
}

#[test]
fn an_event_from_outside_that_looks_like_a_deed_is_none() {
    let (disk, _) = begun();
    let ledger = open(parts(disk.clone()));
    wait(ledger.hold("case", "", Scope::All)).unwrap();
    let released = Draft::new(Class::EntityManagement, activity::entity::DISABLE, THEN)
        .set("entity.name", "case")
        .set("entity.type", "palisade ledger deed 1")
        .set("entity.type_id", 99)
        .set("entity.uid", r#"{"release":{"name":"case"}}"#);
    wait(ledger.append(released.build().unwrap())).unwrap();
    drop(ledger);
    open(parts(disk.clone()));
    assert_eq!(holds(&parts(disk)).unwrap().len(), 1);
}

#[test]
fn expired_segments_go_and_what_they_held_can_still_be_proved() {
    let (disk, evidence) = begun();
    let ledger = open(later(&disk, YEAR));
    wait(ledger.append(event(4))).unwrap();
    let expired = wait(ledger.expire(Retention::default())).unwrap();
    let gone = Expired {
        segments: 4,
        events: 4,
        held: 0,
    };
    assert_eq!(expired, gone);
    // Asked again, there is nothing to do and nothing is recorded.
    assert_eq!(
        wait(ledger.expire(Retention::default())).unwrap(),
        Expired::default()
    );
    wait(ledger.append(event(6))).unwrap();
    drop(ledger);
    assert_eq!(names(&disk, ".log"), [log(4), log(5), log(6)]);
    assert_eq!(names(&disk, ".key").len(), 3);
    let parts = later(&disk, YEAR);
    let verified = verify(&parts, &evidence).unwrap();
    assert_eq!(
        (verified.events, verified.expired, verified.segments),
        (7, 4, 3)
    );
    assert!(matches!(
        read(&parts, 2),
        Err(LedgerError::Expired { index: 2 })
    ));
    assert!(read(&parts, 4).unwrap().is_some());
    assert!(read(&parts, 7).unwrap().is_none());
    // An event that is gone is proved with its hash and the tiles.
    let files = disk.files();
    let tiles = files
        .iter()
        .filter_map(|(path, bytes)| Some((path.parse().ok()?, bytes.clone())));
    let tiles: BTreeMap<Tile, Vec<u8>> = tiles.collect();
    let proof = TileReader::new(tiles, 7).inclusion(2, 7).unwrap();
    let receipt = &evidence.receipts[2];
    verify_inclusion(&receipt.leaf_hash, 2, &verified.checkpoint, &proof).unwrap();
    // A receipt of another event is refused, though the event is gone.
    let mut other = evidence.clone();
    other.receipts[1].leaf_hash = receipt.leaf_hash;
    assert_eq!(fault(&parts, &other), (FaultKind::Event, 1));
    // What was not expired is missed, and so is the event that tells of the expiry.
    for (first, what) in [(4, FaultKind::Removed), (5, FaultKind::Removed)] {
        let mut files = disk.files();
        files.remove(&log(first)).unwrap();
        let parts = later(&Simulated::with(files), YEAR);
        assert_eq!(fault(&parts, &Evidence::default()).0, what, "{first}");
    }
}

#[test]
fn nothing_goes_before_its_time_or_under_a_hold() {
    let (disk, _) = begun();
    let expire = |by, scope: Option<Scope>| {
        let disk = Simulated::with(disk.files());
        let ledger = open(later(&disk, by));
        wait(ledger.append(event(4))).unwrap();
        if let Some(scope) = scope {
            wait(ledger.hold("case", "", scope)).unwrap();
        }
        let expired = wait(ledger.expire(Retention::default())).unwrap();
        (expired.segments, expired.held)
    };
    assert_eq!(expire(365 * DAY - 1, None), (0, 0));
    assert_eq!(expire(365 * DAY, None), (4, 0));
    assert_eq!(expire(YEAR, Some(Scope::All)), (0, 4));
    let time = |from, to| Some(Scope::Time { from, to });
    assert_eq!(expire(YEAR, time(THEN - DAY, THEN)), (0, 4));
    assert_eq!(expire(YEAR, time(THEN + 1, THEN + DAY)), (4, 0));
    let subject = Scope::subject(&Keys, "grace@example.com").unwrap();
    assert_eq!(expire(YEAR, Some(subject)), (3, 1));
    let short = Objection::Retention {
        asked: 30,
        least: 365,
    };
    assert_eq!(Retention::new(Some(30), None), Err(short));
    assert_eq!(Retention::new(Some(400), Some(90)).unwrap().days(), 400);
    assert_eq!(Retention::new(None, Some(90)).unwrap().days(), 90);
}

#[test]
fn erasing_leaves_nothing_of_one_person_and_all_of_the_others() {
    let (disk, evidence) = begun();
    let before = disk.files();
    assert_eq!(holding(&parts(disk.clone()), ADA), 3);
    let root = verify(&parts(disk.clone()), &evidence).unwrap().root;
    let ledger = open(parts(disk.clone()));
    let erased = wait(ledger.erase(ADA, "asked for")).unwrap();
    let all = Erased {
        events: 3,
        fields: 12,
        segments: 3,
    };
    assert_eq!(erased, all);
    assert_eq!(wait(ledger.erase(ADA, "")).unwrap(), Erased::default());
    assert_eq!(refused(wait(ledger.erase("", ""))), Objection::Nobody);
    let named = format!("{ADA} asked for it");
    assert_eq!(refused(wait(ledger.erase(ADA, &named))), Objection::Reason);
    drop(ledger);
    let parts = parts(disk.clone());
    assert_eq!((holding(&parts, ADA), holding(&parts, "192.0.2.7")), (0, 0));
    assert_eq!(holding(&parts, "grace@example.com"), 1);
    // Nor does the record of the erasure, nor any file as it is.
    let files = disk.files();
    let found = |bytes: &Vec<u8>| bytes.windows(ADA.len()).any(|w| w == ADA.as_bytes());
    assert!(!files.values().any(found));
    // Proofs are the same: the leaves did not change.
    let verified = verify(&parts, &evidence).unwrap();
    assert!(verified.erased >= 12, "{}", verified.erased);
    assert_eq!(evidence.checkpoints[0].tree().root, root);
    // The others' segment was not touched; the rewritten ones have other keys.
    for (first, same) in [(0, false), (1, false), (2, true), (3, false)] {
        assert_eq!(files[&log(first)] == before[&log(first)], same);
        let key = log(first).replace(".log", ".key");
        assert_eq!(files[&key] == before[&key], same);
    }
    let event = read(&parts, 1).unwrap().unwrap();
    assert!(
        event["palisade"]["erased"]
            .to_string()
            .contains("/actor/user/email_addr")
    );
    assert_eq!(event["database"]["name"], "orders");
}

#[test]
fn a_hold_goes_before_erasure() {
    let (disk, _) = begun();
    let time = |from, to| Scope::Time { from, to };
    let subject = |name| Scope::subject(&Keys, name).unwrap();
    for (scope, is_held) in [
        (Scope::All, true),
        (subject(ADA), true),
        // Another name of the same person.
        (subject("u-3"), true),
        (subject("g-1"), false),
        (time(THEN, THEN), true),
        (time(0, THEN - 1), false),
    ] {
        let disk = Simulated::with(disk.files());
        let ledger = open(parts(disk.clone()));
        wait(ledger.hold("case-7", "", scope.clone())).unwrap();
        let result = wait(ledger.erase(ADA, ""));
        if is_held {
            assert_eq!(
                refused(result),
                Objection::Held("case-7".to_owned()),
                "{scope:?}"
            );
            drop(ledger);
            assert_eq!(holding(&parts(disk.clone()), ADA), 3);
            let ledger = open(parts(disk));
            wait(ledger.release("case-7", "")).unwrap();
            assert_eq!(wait(ledger.erase(ADA, "")).unwrap().events, 3);
        } else {
            assert_eq!(result.unwrap().events, 3, "{scope:?}");
        }
    }
}

#[test]
fn a_segment_from_before_an_erasure_is_found_and_erased_again() {
    let (disk, evidence) = begun();
    let before = disk.files();
    let ledger = open(parts(disk.clone()));
    wait(ledger.erase(ADA, "")).unwrap();
    drop(ledger);
    let mut files = disk.files();
    for name in [log(1), log(1).replace(".log", ".key")] {
        files.insert(name.clone(), before[&name].clone());
    }
    let disk = Simulated::with(files);
    assert_eq!(
        fault(&parts(disk.clone()), &evidence),
        (FaultKind::Unerased, 1)
    );
    drop(open(parts(disk.clone())));
    assert_eq!(holding(&parts(disk.clone()), ADA), 0);
    verify(&parts(disk), &evidence).unwrap();
}

/// Keys of which one is active.
#[derive(Debug)]
struct Rotating(Vec<&'static str>);

impl KeyService for Rotating {
    fn active(&self) -> &str {
        self.0[0]
    }
    fn wrap(&self, key: &DataKey, context: &[u8]) -> Result<WrappedKey, KeyError> {
        let key_id = self.0[0].to_owned();
        let bytes = Keys
            .wrap(key, &[key_id.as_bytes(), context].concat())?
            .bytes;
        Ok(WrappedKey { key_id, bytes })
    }
    fn unwrap(&self, wrapped: &WrappedKey, context: &[u8]) -> Result<DataKey, KeyError> {
        let id = &wrapped.key_id;
        if !self.0.contains(&id.as_str()) {
            return Err(KeyError::Unknown(id.clone()));
        }
        let masked = WrappedKey {
            key_id: "test".to_owned(),
            bytes: wrapped.bytes.clone(),
        };
        Keys.unwrap(&masked, &[id.as_bytes(), context].concat())
    }
    fn tag(&self, subject: &[u8]) -> Result<[u8; 32], KeyError> {
        Keys.tag(subject)
    }
}

fn with_keys(disk: &Simulated, keys: &[&'static str]) -> Parts {
    Parts {
        keys: Arc::new(Rotating(keys.to_vec())),
        ..parts(disk.clone())
    }
}

fn begun_with_one_key() -> Simulated {
    let disk = Simulated::default();
    let ledger = open(with_keys(&disk, &["one"]));
    for number in 0..3 {
        wait(ledger.append(event(number))).unwrap();
    }
    disk
}

#[test]
fn new_keys_leave_segments_as_they_are() {
    let disk = begun_with_one_key();
    let before = disk.files();
    let ledger = open(with_keys(&disk, &["two", "one"]));
    assert_eq!(wait(ledger.rekey()).unwrap(), 3);
    assert_eq!(wait(ledger.rekey()).unwrap(), 0);
    drop(ledger);
    for first in 0..3 {
        assert_eq!(disk.files()[&log(first)], before[&log(first)]);
    }
    let verified = verify(&with_keys(&disk, &["two"]), &Evidence::default()).unwrap();
    assert_eq!(verified.events, 4);
    assert!(verify(&with_keys(&disk, &["one"]), &Evidence::default()).is_err());
}

#[test]
fn a_flipped_bit_is_found_where_much_was_removed_and_erased_too() {
    let (disk, _) = begun();
    let ledger = open(later(&disk, 10 * DAY));
    wait(ledger.append(event(4))).unwrap();
    wait(ledger.erase("u-4", "")).unwrap();
    drop(ledger);
    let ledger = open(later(&disk, YEAR));
    assert_eq!(
        wait(ledger.expire(Retention::default())).unwrap().segments,
        4
    );
    let scope = Scope::subject(&Keys, "g-1").unwrap();
    wait(ledger.hold("case", "", scope)).unwrap();
    drop(ledger);
    let files = disk.files();
    let check = |files| verify(&later(&Simulated::with(files), YEAR), &Evidence::default());
    let verified = check(files.clone()).unwrap();
    assert_eq!((verified.events, verified.expired), (8, 4));
    for (name, bytes) in &files {
        // Every bit takes long; all of a byte's are met at some byte.
        for bit in (0..bytes.len() * 8).step_by(19) {
            let mut files = files.clone();
            files.get_mut(name).unwrap()[bit / 8] ^= 1 << (bit % 8);
            assert!(check(files).is_err(), "bit {bit} of {name}");
        }
    }
}

/// Segments that take many events.
fn large() -> Settings {
    Settings {
        segment_bytes: 1 << 20,
        ..small()
    }
}

#[test]
fn a_segment_goes_when_its_last_event_may() {
    for (by, segments) in [(YEAR, 0), (YEAR + 10 * DAY, 1)] {
        let disk = Simulated::default();
        for begin in [0, 10 * DAY] {
            let ledger = Ledger::open(later(&disk, begin), large()).unwrap().0;
            wait(ledger.append(event(0))).unwrap();
        }
        let ledger = Ledger::open(later(&disk, by), large()).unwrap().0;
        // What is written to is not removed.
        let expired = wait(ledger.expire(Retention::default())).unwrap();
        assert_eq!(expired.segments, 0);
        wait(ledger.hold("case", "", Scope::All)).unwrap();
        wait(ledger.release("case", "")).unwrap();
        let expired = wait(ledger.expire(Retention::default())).unwrap();
        assert_eq!((expired.segments, expired.events), (segments, 2 * segments));
    }
}

#[test]
fn a_deed_has_its_segment_to_itself() {
    let disk = Simulated::default();
    for number in 0..2 {
        let ledger = Ledger::open(parts(disk.clone()), large()).unwrap().0;
        wait(ledger.append(event(number))).unwrap();
        let name = format!("case-{number}");
        let scope = Scope::subject(&Keys, "g-1").unwrap();
        wait(ledger.hold(&name, "", scope)).unwrap();
    }
    assert_eq!(names(&disk, ".log"), [log(0), log(1), log(2), log(3)]);
    let ledger = Ledger::open(parts(disk.clone()), large()).unwrap().0;
    wait(ledger.append(event(4))).unwrap();
    assert_eq!(wait(ledger.erase(ADA, "")).unwrap().events, 3);
    drop(ledger);
    assert_eq!(holds(&parts(disk.clone())).unwrap().len(), 2);
    verify(&parts(disk.clone()), &Evidence::default()).unwrap();
    // A hold that somebody took away is missed before anything is removed or erased.
    for first in [1, 3] {
        let mut files = disk.files();
        files.remove(&log(first)).unwrap();
        files.remove(&log(5)).unwrap();
        let files = Simulated::with(files);
        assert!(holds(&parts(files)).is_err(), "{first}");
    }
}

/// Lets `work` run into trouble at each of its operations, and `check` what is left after each
/// kind of crash; it is told whether the work was reported done.
fn cut_short(
    begin: &Simulated,
    parts: impl Fn(&Simulated) -> Parts,
    work: impl Fn(&Ledger) -> bool,
    check: impl Fn(Simulated, bool),
) {
    let run = |trouble: Option<(u64, Trouble)>| {
        let disk = Simulated::with(begin.files());
        let (ledger, _) = Ledger::open(parts(&disk), small()).unwrap();
        let before = disk.operations();
        if let Some((at, trouble)) = trouble {
            disk.plan(before + at, trouble);
        }
        let done = work(&ledger);
        let operations = disk.operations() - before;
        drop(ledger);
        (disk, done, operations)
    };
    let (disk, done, operations) = run(None);
    assert!(done && operations > 5);
    check(disk, true);
    for at in 1..=operations {
        let (disk, done, _) = run(Some((at, Trouble::Kill)));
        check(disk.after_kill(), done);
        for trouble in [Trouble::PowerLoss, Trouble::Fails, Trouble::Full] {
            let (disk, done, _) = run(Some((at, trouble)));
            for seed in 0..4 {
                check(disk.after_power_loss(&mut choices(at * 100 + seed)), done);
            }
        }
    }
}

#[test]
fn an_erasure_that_was_cut_short_is_finished() {
    let (begin, evidence) = begun();
    let work = |ledger: &Ledger| wait(ledger.erase(ADA, "")).is_ok();
    cut_short(
        &begin,
        |disk| parts(disk.clone()),
        work,
        |disk, done| {
            // Even before the ledger is opened again every event can be read.
            for index in 0..4 {
                assert!(read(&parts(disk.clone()), index).unwrap().is_some());
            }
            drop(open(parts(disk.clone())));
            let parts = parts(disk.clone());
            verify(&parts, &evidence).unwrap();
            let recorded = erasures(&parts).unwrap().len();
            assert!(recorded == 1 || !done);
            // All of it is gone once it is recorded, and nothing before.
            assert_eq!(holding(&parts, ADA), if recorded == 1 { 0 } else { 3 });
            assert_eq!(holding(&parts, "grace@example.com"), 1);
            assert!(names(&disk, ".next").is_empty() && names(&disk, ".new").is_empty());
        },
    );
}

#[test]
fn an_expiry_that_was_cut_short_is_finished() {
    let (begin, evidence) = begun();
    drop({
        let ledger = open(later(&begin, YEAR));
        wait(ledger.append(event(4))).unwrap();
        ledger
    });
    let parts = |disk: &Simulated| later(disk, YEAR);
    let work = |ledger: &Ledger| wait(ledger.expire(Retention::default())).is_ok();
    cut_short(&begin, parts, work, |disk, done| {
        // Whatever was done, the rest is whole.
        verify(&parts(&disk), &evidence).unwrap();
        let ledger = open(parts(&disk));
        wait(ledger.append(event(9))).unwrap();
        drop(ledger);
        let verified = verify(&parts(&disk), &evidence).unwrap();
        assert!(verified.expired == 4 || (!done && verified.expired == 0));
        assert_eq!(names(&disk, ".key").len(), names(&disk, ".log").len());
    });
}

#[test]
fn a_hold_that_was_confirmed_is_in_force_after_any_crash() {
    let (begin, evidence) = begun();
    let work = |ledger: &Ledger| wait(ledger.hold("case", "", Scope::All)).is_ok();
    cut_short(
        &begin,
        |disk| parts(disk.clone()),
        work,
        |disk, done| {
            let ledger = open(parts(disk.clone()));
            let count = holds(ledger.parts()).unwrap().len();
            assert!(count == 1 || (!done && count == 0));
            wait(ledger.append(event(9))).unwrap();
            wait(ledger.release("case", ""))
                .is_ok()
                .then_some(())
                .or((count == 0).then_some(()))
                .unwrap();
            drop(ledger);
            verify(&parts(disk), &evidence).unwrap();
        },
    );
}

#[test]
fn new_keys_that_were_cut_short_leave_each_segment_one_that_opens_it() {
    let begin = begun_with_one_key();
    let both = |disk: &Simulated| with_keys(disk, &["two", "one"]);
    let work = |ledger: &Ledger| wait(ledger.rekey()).is_ok();
    cut_short(&begin, both, work, |disk, done| {
        let ledger = open(both(&disk));
        verify(&both(&disk), &Evidence::default()).unwrap();
        let rest = wait(ledger.rekey()).unwrap();
        assert!(rest == 0 || !done);
        drop(ledger);
        verify(&with_keys(&disk, &["two"]), &Evidence::default()).unwrap();
    });
}

#[test]
fn a_copy_is_a_ledger_again() {
    let (disk, evidence) = begun();
    let ledger = open(parts(disk.clone()));
    wait(ledger.append(event(4))).unwrap();
    let copy = Simulated::default();
    assert_eq!(wait(ledger.backup(&copy)).unwrap(), 5);
    // Writing went on, and something was erased.
    wait(ledger.append(event(5))).unwrap();
    let taken = wait(ledger.backup(&copy));
    assert!(matches!(refused(taken), Objection::Occupied(_)));
    wait(ledger.erase(ADA, "")).unwrap();
    let newer = wait(ledger.checkpoint()).unwrap();
    drop(ledger);
    let erased = erasures(&parts(disk.clone())).unwrap();

    let from = parts(copy.clone());
    assert_eq!(verify(&from, &evidence).unwrap().events, 5);
    assert_eq!(holding(&from, ADA), 4);
    let to = Simulated::default();
    let restored = restore(&from, Arc::new(to.clone()), small(), &erased).unwrap();
    assert_eq!((restored.events, restored.erasures), (5, 1));
    let now = parts(to.clone());
    assert_eq!(verify(&now, &evidence).unwrap().events, 7);
    assert_eq!(
        (holding(&now, ADA), holding(&now, "grace@example.com")),
        (0, 1)
    );
    // Over a ledger nothing is restored.
    let again = restore(&from, Arc::new(to.clone()), small(), &[]);
    assert!(matches!(refused(again), Objection::Occupied(_)));
    // Who holds a later checkpoint sees that the ledger was set back.
    let log = now.signer.key().clone().into();
    let later = Evidence {
        checkpoints: vec![SignedCheckpoint::open(newer.as_bytes(), &log).unwrap()],
        ..Evidence::default()
    };
    verify(&parts(disk), &later).unwrap();
    assert_eq!(fault(&now, &later).0, FaultKind::Root);
}

/// A disk on which each new file lets something happen.
struct Busy<F>(Simulated, F);

impl<F> std::fmt::Debug for Busy<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<F: Fn() + Send + Sync> Disk for Busy<F> {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.0.list(folder)
    }
    fn create(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        (self.1)();
        self.0.create(path)
    }
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.0.open(path)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.0.remove(path)
    }
    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.0.sync_folder(folder)
    }
    fn lock(&self) -> io::Result<Lock> {
        self.0.lock()
    }
}

#[test]
fn a_copy_is_whole_though_writing_goes_on() {
    let (disk, evidence) = begun();
    let settings = Settings {
        segment_bytes: 2500,
        checkpoint_interval: 0,
        ..small()
    };
    let ledger = Ledger::open(parts(disk.clone()), settings).unwrap().0;
    for number in 4..300 {
        let ready = ledger.ready(event(number), Record::Batched).unwrap();
        wait(ledger.append_batched(ready)).unwrap();
    }
    let writing = || assert!(wait(ledger.append(event(9))).is_ok());
    let copy = Simulated::default();
    assert_eq!(
        wait(ledger.backup(&Busy(copy.clone(), writing))).unwrap(),
        300
    );
    assert_eq!(verify(&parts(copy), &evidence).unwrap().events, 300);
    // What is erased meanwhile must not be in the copy.
    let erasing = || assert!(wait(ledger.erase("u-1", "")).is_ok());
    let copy = Simulated::default();
    let result = wait(ledger.backup(&Busy(copy.clone(), erasing)));
    assert_eq!(refused(result), Objection::Meanwhile);
    assert!(!copy.files().contains_key("checkpoint"));
}

#[test]
fn restoring_that_was_cut_short_is_done_again() {
    let (disk, evidence) = begun();
    let ledger = open(parts(disk.clone()));
    let copy = Simulated::default();
    wait(ledger.backup(&copy)).unwrap();
    wait(ledger.erase(ADA, "")).unwrap();
    drop(ledger);
    let erased = erasures(&parts(disk)).unwrap();
    let run =
        |to: &Simulated| restore(&parts(copy.clone()), Arc::new(to.clone()), small(), &erased);
    let to = Simulated::default();
    run(&to).unwrap();
    let mut whole = 0;
    for at in 1..=to.operations() {
        let to = Simulated::default();
        to.plan(at, Trouble::PowerLoss);
        let done = run(&to).is_ok();
        for seed in 0..4 {
            let to = to.after_power_loss(&mut choices(at * 100 + seed));
            let is_empty = to.files().is_empty();
            // Only what is restored to the end is a ledger: nothing that was erased comes back.
            if !is_empty && Ledger::open(parts(to.clone()), small()).is_ok() {
                verify(&parts(to.clone()), &evidence).unwrap();
                assert_eq!(holding(&parts(to), ADA), 0, "{at}");
                whole += 1;
            } else {
                assert!(!done);
                assert!(is_empty || matches!(run(&to), Err(KeepError::Refused(_))));
            }
        }
    }
    assert!(whole > 0);
}

#[test]
fn half_a_copy_is_refused() {
    let (disk, _) = begun();
    let ledger = open(parts(disk));
    let whole = Simulated::default();
    wait(ledger.backup(&whole)).unwrap();
    for at in 1..=whole.operations() {
        let copy = Simulated::default();
        copy.plan(at, Trouble::Kill);
        assert!(wait(ledger.backup(&copy)).is_err(), "{at}");
        let copy = copy.after_kill();
        let is_whole = copy.files() == whole.files();
        let to = Arc::new(Simulated::default());
        let result = restore(&parts(copy), to.clone(), small(), &[]);
        assert_eq!(result.is_ok(), is_whole, "{at}: {result:?}");
        assert_eq!(to.files().is_empty(), !is_whole);
    }
    // What says that it is a copy keeps it from being written to.
    for name in whole.files().keys().filter(|name| *name != "copy") {
        let mut files = whole.files();
        files.remove(name);
        let from = parts(Simulated::with(files));
        let result = restore(&from, Arc::new(Simulated::default()), small(), &[]);
        assert!(result.is_err(), "{name}");
    }
}

#[test]
fn on_a_real_disk_with_a_key_file() {
    let folder = std::env::temp_dir().join(format!("palisade-kept-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let key = folder.join("ledger.key");
    let disk = |name: &str| Arc::new(Folder::new(&folder.join(name)).unwrap());
    let with = |keys: KeyFile, name: &str| {
        let keys = Arc::new(keys);
        Parts {
            disk: disk(name),
            signer: keys.clone(),
            keys,
            ..parts(Simulated::default())
        }
    };
    let read_keys = || KeyFile::read(&key, None).unwrap();
    let created = KeyFile::create(&key, "example.com/kept", None).unwrap();
    let ledger = open(with(created, "ledger"));
    for number in 0..3 {
        wait(ledger.append(event(number))).unwrap();
    }
    wait(ledger.erase("u-1", "")).unwrap();
    drop(ledger);
    let mut rotated = read_keys();
    rotated.rotate().unwrap();
    let ledger = open(with(rotated, "ledger"));
    assert_eq!(wait(ledger.rekey()).unwrap(), 4);
    drop(ledger);
    read_keys().forget_others().unwrap();
    let ledger = open(with(read_keys(), "ledger"));
    assert_eq!(wait(ledger.backup(&*disk("copy"))).unwrap(), 5);
    drop(ledger);
    let from = with(read_keys(), "copy");
    let restored = restore(&from, disk("restored"), small(), &[]).unwrap();
    assert_eq!((restored.events, restored.erasures), (5, 0));
    let now = with(read_keys(), "restored");
    assert_eq!(verify(&now, &Evidence::default()).unwrap().events, 6);
    assert_eq!((holding(&now, "u-1"), holding(&now, "u-2")), (0, 1));
    std::fs::remove_dir_all(&folder).unwrap();
}
