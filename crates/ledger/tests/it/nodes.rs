//! Several ledgers as one, and ledgers that take no events: copies, and what can't be written.

use crate::fixture::{on_medium, parts, permitted, small, wait};
use crate::simulated::Simulated;
use palisade_event::{Class, Draft, Event, User, activity};
use palisade_ledger::{
    Answer, Elsewhere, Evidence, Ledger, LedgerError, Parts, Query, ReadError, Reader, Roles,
    backup, merged, permit, restore, verify,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An event that happened at a time, for one correlation id or another.
fn at(time: i64) -> Event {
    let user = User {
        name: "ada",
        ..User::default()
    };
    Draft::new(Class::DatastoreActivity, activity::datastore::READ, time)
        .actor(&user)
        .set("database.name", "orders")
        .set("database.type_id", 1)
        .set("src_endpoint.ip", "192.0.2.7")
        .correlation(if time % 2 == 0 { "even" } else { "odd" })
        .build()
        .unwrap()
}

fn ledger(times: impl IntoIterator<Item = i64>) -> (Simulated, Parts) {
    let disk = Simulated::default();
    let parts = parts(disk.clone());
    let (ledger, _) = Ledger::open(parts.clone(), small()).unwrap();
    for time in times {
        wait(ledger.append(at(time))).unwrap();
    }
    (disk, parts)
}

/// The ledger's number, the index, the time.
type Found = Vec<(usize, u64, i64)>;

/// What is found in all of them, and the fault that was told.
fn found(ledgers: &[&Parts], query: &Query) -> (Found, Option<(usize, LedgerError)>) {
    let permits = ledgers.iter().map(|parts| permitted(parts, query));
    let mut found = Vec::new();
    let all = merged(permits.collect(), |number, Answer { index, event }| {
        found.push((number, index, event["time"].as_i64().unwrap()));
        Ok::<_, LedgerError>(())
    });
    (found, all.err())
}

#[test]
fn several_ledgers_answer_by_time_then_ledger_then_index() {
    let (_, one) = ledger([1, 4, 4, 9]);
    let (_, two) = ledger([2, 4, 3, 8]);
    let (_, three) = ledger([]);
    let of = |query: &Query| {
        let (found, fault) = found(&[&one, &two, &three], query);
        assert!(fault.is_none(), "{fault:?}");
        found
    };
    let all = [
        (0, 0, 1),
        (1, 0, 2),
        (0, 1, 4),
        (0, 2, 4),
        (1, 1, 4),
        // Its ledger recorded it behind the one before.
        (1, 2, 3),
        (1, 3, 8),
        (0, 3, 9),
    ];
    assert_eq!(of(&Query::default()), all);
    // The limit is that of all together.
    let limited = |limit, newest_first| Query {
        limit: Some(limit),
        newest_first,
        ..Query::default()
    };
    assert_eq!(of(&limited(3, false)), all[..3]);
    assert_eq!(of(&limited(3, true)), [(0, 3, 9), (1, 3, 8), (0, 2, 4)]);
    let odd = Query {
        correlation: Some("odd".to_owned()),
        ..Query::default()
    };
    assert_eq!(of(&odd), [(0, 0, 1), (1, 2, 3), (0, 3, 9)]);
    assert_eq!(found(&[], &odd).0, []);
}

#[test]
fn many_events_of_several_ledgers_wait_for_their_turn() {
    let (_, one) = ledger((0..200).map(|n| 2 * n));
    let (_, two) = ledger((0..200).map(|n| 2 * n + 1));
    let (found, fault) = found(&[&one, &two], &Query::default());
    assert!(fault.is_none());
    let times: Vec<i64> = found.iter().map(|(_, _, time)| *time).collect();
    assert_eq!(times, (0..400).collect::<Vec<_>>());
    // Who fails is asked no more.
    let permits = [&one, &two].map(|parts| permitted(parts, &Query::default()));
    let mut seen = 0;
    let failed = merged(permits.into(), |_, _| {
        seen += 1;
        if seen == 3 {
            Err(LedgerError::Random)
        } else {
            Ok(())
        }
    });
    assert!(
        matches!(failed, Err((0, LedgerError::Random))),
        "{failed:?}"
    );
    assert_eq!(seen, 3);
}

#[test]
fn a_fault_in_one_ledger_is_told_after_what_the_others_have() {
    let (_, one) = ledger([1, 5]);
    let (disk, _) = ledger([2, 3, 4, 6]);
    let mut files = disk.files();
    let second = files.keys().filter(|name| name.ends_with(".log")).nth(1);
    let second = second.unwrap().clone();
    files.remove(&second);
    let two = parts(Simulated::with(files));
    let (found, fault) = found(&[&one, &two], &Query::default());
    assert!(
        matches!(fault, Some((1, LedgerError::Fault(_)))),
        "{fault:?}"
    );
    assert!(
        found.contains(&(0, 1, 5)) && found.contains(&(1, 3, 6)),
        "{found:?}"
    );
}

/// The readings that a ledger has recorded: of which ledger, and by whom.
fn readings(parts: &Parts) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let read = permitted(parts, &Query::default()).query(|Answer { event, .. }| {
        let text = |part: &serde_json::Value| part.as_str().unwrap_or_default().to_owned();
        if event["activity_name"] == "Query" {
            found.push((
                text(&event["database"]["name"]),
                text(&event["actor"]["user"]["name"]),
            ));
        }
        Ok::<_, LedgerError>(())
    });
    read.unwrap();
    found
}

#[test]
fn a_copy_takes_no_events_and_is_read_on_a_record_elsewhere() {
    let (_, live) = ledger([1, 2]);
    let copy = Simulated::default();
    assert_eq!(backup(&live, &copy).unwrap(), 2);
    let before = copy.files();
    let opened = Ledger::open(parts(copy.clone()), small());
    assert!(matches!(opened, Err(LedgerError::Copy)), "{opened:?}");
    let (_, records) = ledger([]);
    let reader = |principal: &str| Reader {
        principal: principal.to_owned(),
        role: None,
    };
    let (hers, his) = (Roles::owner("olga"), Roles::owner("bob"));
    let query = Query::default();
    for medium in [parts(copy.clone()), on_medium(&live)] {
        let ask =
            |elsewhere, who: &str| permit(&medium, elsewhere, small(), &his, &reader(who), &query);
        let nowhere = ask(None, "bob");
        assert!(matches!(nowhere, Err(ReadError::Nowhere(_))), "{nowhere:?}");
        // The roles are those of where it is recorded.
        let elsewhere = Elsewhere {
            parts: &records,
            roles: &hers,
        };
        let refused = ask(Some(elsewhere), "bob");
        assert!(matches!(refused, Err(ReadError::Refused(_))), "{refused:?}");
        let mut count = 0;
        let read = ask(Some(elsewhere), "olga").unwrap().query(|_| {
            count += 1;
            Ok::<_, LedgerError>(())
        });
        read.unwrap();
        assert_eq!(count, 2);
    }
    let both = ["bob", "olga"].map(|who| ("example.com/ledger".to_owned(), who.to_owned()));
    assert_eq!(readings(&records), [both.clone(), both].concat());
    let logs = |files: &BTreeMap<String, Vec<u8>>| {
        let files = files.clone().into_iter();
        files
            .filter(|(name, _)| !name.ends_with(".idx"))
            .collect::<Vec<_>>()
    };
    assert_eq!(logs(&copy.files()), logs(&before));
    // What can record its readings does so, whatever else there is.
    let elsewhere = Elsewhere {
        parts: &records,
        roles: &hers,
    };
    permit(
        &live,
        Some(elsewhere),
        small(),
        &his,
        &reader("bob"),
        &query,
    )
    .unwrap();
    assert_eq!(readings(&live).len(), 1);
    assert_eq!(readings(&records).len(), 4);
    // Only what is restored goes on.
    let to = Arc::new(Simulated::default());
    restore(&parts(copy), to.clone(), small(), &[]).unwrap();
    drop(Ledger::open(parts((*to).clone()), small()).unwrap());
}

#[test]
fn a_copy_beside_the_writer_of_another_process_is_whole() {
    let (disk, live) = ledger([1, 2]);
    // The third is recorded, and no checkpoint covers it yet.
    let (ledger, _) = Ledger::open(live, small()).unwrap();
    wait(ledger.append(at(3))).unwrap();
    let files = disk.files();
    drop(ledger);
    let last = files.keys().rfind(|name| name.ends_with(".log")).unwrap();
    let whole = files[last].len();
    for (length, events) in [
        (whole, 3),
        (whole - 1, 2),
        (whole - 40, 2),
        (80, 2),
        (67, 2),
        (9, 2),
    ] {
        let mut files = files.clone();
        files.get_mut(last).unwrap().truncate(length);
        files.insert("lock".to_owned(), b"7".to_vec());
        let copy = Simulated::default();
        let from = parts(Simulated::with(files));
        assert_eq!(backup(&from, &copy).unwrap(), events, "{length}");
        let verified = verify(&parts(copy.clone()), &Evidence::default()).unwrap();
        assert_eq!(verified.events, events);
        assert!(!copy.files().contains_key("lock"));
    }
}
