//! Checkpoints that go out: what a witness is asked and told, and what it remembers when the power
//! goes while it answers.

use crate::fixture::{Set, event, parts, small, wait};
use crate::simulated::{Simulated, Trouble};
use palisade_ledger::{
    Evidence, FaultKind, Ledger, LedgerError, Parts, PublishError, Reply, Submission, Turn,
    WitnessStore, last_checkpoint, verify,
};
use palisade_tlog::{SignedCheckpoint, WitnessKey, WitnessSecret};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

fn secret(seed: u8) -> WitnessSecret {
    WitnessSecret::from_seed("witness.example".parse().unwrap(), &[seed; 32]).unwrap()
}

fn store(disk: &Simulated) -> Result<WitnessStore, LedgerError> {
    let clock = Arc::new(Set(AtomicU64::new(1_790_000_000_000)));
    let log = parts(Simulated::default()).signer.key().clone();
    WitnessStore::open(Arc::new(disk.clone()), clock, secret(1), vec![log.into()])
}

/// A ledger that has so many events more.
fn grown(disk: &Simulated, events: std::ops::Range<u64>) -> Parts {
    let parts = parts(disk.clone());
    let (ledger, _) = Ledger::open(parts.clone(), small()).unwrap();
    for number in events {
        wait(ledger.append(event(number))).unwrap();
    }
    parts
}

/// Asks until it is cosigned; the number of questions too.
fn publish(
    parts: &Parts,
    key: &WitnessKey,
    mut witness: impl FnMut(&str) -> Reply,
) -> Result<(SignedCheckpoint, usize), PublishError> {
    let checkpoint = last_checkpoint(parts).unwrap();
    let (mut submission, mut turn) = Submission::begin(parts, checkpoint, key.clone())?;
    let mut asked = 0;
    loop {
        match turn {
            Turn::Done(witnessed) => return Ok((witnessed, asked)),
            Turn::Ask(body) => {
                let reply = witness(&body);
                asked += 1;
                let kind = Some(reply.content_type);
                turn = submission.answered(reply.status, kind, reply.body.as_bytes())?;
            }
        }
    }
}

#[test]
fn a_growing_ledger_is_cosigned_and_each_cosignature_is_kept() {
    let (disk, state) = (Simulated::default(), Simulated::default());
    let witness = store(&state).unwrap();
    let key = secret(1).public().clone();
    for (size, asked) in [(1, 1), (5, 1), (300, 1)] {
        let parts = grown(&disk, last_size(&disk)..size);
        let witnessed = publish(&parts, &key, |body| witness.add_checkpoint(body.as_bytes()));
        let (witnessed, turns) = witnessed.unwrap();
        assert_eq!((witnessed.tree().size, turns), (size, asked));
        let known = std::slice::from_ref(&key);
        let found = witnessed.cosignatures(known).unwrap();
        assert_eq!(found[0].time, 1_790_000_000);
        // The same again asks nobody.
        let again = publish(&parts, &key, |_| panic!("asked again")).unwrap();
        assert_eq!(again, (witnessed, 0));
    }
    // What was kept here is lost: one question more, and it goes on.
    let mut files = disk.files();
    files.retain(|name, _| !name.starts_with("witnessed/"));
    let parts = grown(&Simulated::with(files), 300..301);
    let (_, turns) = publish(&parts, &key, |body| witness.add_checkpoint(body.as_bytes())).unwrap();
    assert_eq!(turns, 2);
}

fn last_size(disk: &Simulated) -> u64 {
    if disk.files().is_empty() {
        return 0;
    }
    last_checkpoint(&parts(disk.clone())).unwrap().tree().size
}

#[test]
fn a_ledger_that_was_rolled_back_or_written_again_is_not_cosigned() {
    let (disk, state) = (Simulated::default(), Simulated::default());
    let witness = store(&state).unwrap();
    let key = secret(1).public().clone();
    let mut alarm = None;
    let mut ask = |parts: &Parts| {
        publish(parts, &key, |body| {
            let reply = witness.add_checkpoint(body.as_bytes());
            alarm = reply.alarm.clone().or(alarm.take());
            reply
        })
    };
    grown(&disk, 0..2);
    let earlier = disk.files();
    ask(&grown(&disk, 2..4)).unwrap();
    let error = ask(&parts(Simulated::with(earlier.clone()))).unwrap_err();
    let rolled = matches!(
        error,
        PublishError::RolledBack {
            seen: 4,
            size: 2,
            ..
        }
    );
    assert!(rolled && error.is_contradiction(), "{error}");
    // Of the same length, and longer: events have ids of their own, so these are others.
    for until in [4, 7] {
        let other = Simulated::with(earlier.clone());
        let error = ask(&grown(&other, 2..until)).unwrap_err();
        assert!(matches!(error, PublishError::Forked { .. }), "{error}");
    }
    assert!(state.files().keys().any(|name| name.ends_with(".refused")));
    // The ledger that it knows goes on.
    ask(&grown(&disk, 4..5)).unwrap();
    assert!(
        alarm
            .unwrap()
            .contains("a tree of 7 events that was not shown to continue")
    );
}

#[test]
fn answers_that_are_none_are_told_and_keep_nothing() {
    let disk = Simulated::default();
    let parts = grown(&disk, 0..3);
    let key = secret(1).public().clone();
    let stranger = store(&Simulated::default()).unwrap();
    let reply = |status, content_type, body: &str| Reply {
        status,
        content_type,
        body: body.to_owned(),
        alarm: None,
    };
    const SIZE: &str = "text/x.tlog.size";
    for (answer, part) in [
        (reply(200, "", ""), "no lines of signatures"),
        (reply(200, "", "planted\n"), "no lines of signatures"),
        (
            reply(200, "", "— other AAAAAAAA\n"),
            "no signature by the key",
        ),
        (reply(409, "text/plain", "1\n"), "a conflict without a size"),
        (reply(409, SIZE, "01\n"), "a conflict without a size"),
        (
            reply(409, SIZE, "99999999999999999999\n"),
            "a conflict without a size",
        ),
        (reply(409, SIZE, "1\n"), "always further on"),
        (reply(409, SIZE, "4\n"), "has seen 4 events"),
        (reply(403, "", "planted"), "another key for this ledger"),
        (reply(404, "", ""), "does not know this ledger"),
        (reply(503, "", ""), "in trouble itself"),
        (reply(302, "", ""), "status 302"),
    ] {
        let error = publish(&parts, &key, |_| answer.clone())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(part) && !error.contains("planted"),
            "{error}"
        );
    }
    // Another key of the same name does not help: it has another id.
    let other = secret(2).public().clone();
    let error = publish(&parts, &other, |body| {
        stranger.add_checkpoint(body.as_bytes())
    });
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("no signature by the key")
    );
    // A signature in its name that it did not make.
    let stranger = store(&Simulated::default()).unwrap();
    let forged = publish(&parts, &key, |body| {
        let mut reply = stranger.add_checkpoint(body.as_bytes());
        let at = reply.body.len() - 20;
        let other = if reply.body.as_bytes()[at] == b'A' {
            "B"
        } else {
            "A"
        };
        reply.body.replace_range(at..=at, other);
        reply
    });
    assert!(forged.unwrap_err().to_string().contains("not by its key"));
    assert!(
        !disk
            .files()
            .keys()
            .any(|name| name.starts_with("witnessed"))
    );
}

#[test]
fn verification_demands_a_witness_and_holds_its_note_against_the_tree() {
    let (disk, state) = (Simulated::default(), Simulated::default());
    let witness = store(&state).unwrap();
    let key = secret(1).public().clone();
    let demand = Evidence {
        witnesses: vec![key.clone()],
        ..Evidence::default()
    };
    let what = |disk: &Simulated, evidence: &Evidence| match verify(&parts(disk.clone()), evidence)
    {
        Ok(_) => None,
        Err(LedgerError::Fault(fault)) => Some(fault.what),
        Err(error) => panic!("{error}"),
    };
    let parts = grown(&disk, 0..3);
    assert_eq!(what(&disk, &demand), Some(FaultKind::Unwitnessed));
    publish(&parts, &key, |body| witness.add_checkpoint(body.as_bytes())).unwrap();
    assert_eq!(what(&disk, &demand), None);
    let note = format!("witnessed/{}", key.id());
    let files = disk.files();
    for bit in 0..files[&note].len() * 8 {
        let mut files = files.clone();
        files.get_mut(&note).unwrap()[bit / 8] ^= 1 << (bit % 8);
        assert!(what(&Simulated::with(files), &demand).is_some(), "{bit}");
    }
    // Where the rest of the folder is an earlier one, the note tells it even when nobody asks.
    let short = Simulated::default();
    grown(&short, 0..2);
    let mut files = short.files();
    files.insert(note.clone(), disk.files()[&note].clone());
    let wrong = what(&Simulated::with(files), &Evidence::default());
    assert_eq!(wrong, Some(FaultKind::Missing));
}

#[test]
fn a_witness_never_cosigns_two_histories_whenever_the_power_goes() {
    let key = secret(1).public().clone();
    let first = Simulated::default();
    grown(&first, 0..2);
    let beginning = first.files();
    let one = grown(&first, 2..4);
    let other = grown(&Simulated::with(beginning.clone()), 2..5);
    let ask = |witness: &WitnessStore, parts: &Parts| {
        publish(parts, &key, |body| witness.add_checkpoint(body.as_bytes()))
    };
    // How many operations there are until it has cosigned.
    let state = Simulated::default();
    ask(
        &store(&state).unwrap(),
        &parts(Simulated::with(beginning.clone())),
    )
    .unwrap();
    let before = state.operations();
    ask(&store(&state).unwrap(), &one).unwrap();
    let operations = state.operations();
    assert!(operations > before + 3, "{before} {operations}");
    let mut given = 0;
    for trouble in [
        Trouble::PowerLoss,
        Trouble::Kill,
        Trouble::Fails,
        Trouble::Full,
    ] {
        for operation in before..=operations {
            for seed in 0..4 {
                let state = Simulated::default();
                ask(
                    &store(&state).unwrap(),
                    &parts(Simulated::with(beginning.clone())),
                )
                .unwrap();
                state.plan(operation, trouble);
                // What is cosigned here must be known later.
                let files = first.files();
                let files = files
                    .into_iter()
                    .filter(|(n, _)| !n.starts_with("witnessed"));
                let one = parts(Simulated::with(files.collect()));
                let cosigned = store(&state).is_ok_and(|witness| {
                    let cosigned = ask(&witness, &one).is_ok();
                    // It does not change its mind while it runs either.
                    assert!(!cosigned || ask(&witness, &other).is_err());
                    cosigned
                });
                given += u32::from(cosigned);
                let mut number = seed;
                let after = state.after_power_loss(&mut |most| {
                    number = number * 5 + 3;
                    number % most.max(1)
                });
                let again = store(&after).unwrap();
                if cosigned {
                    let second = ask(&again, &other);
                    assert!(second.is_err(), "{trouble:?} at {operation}, seed {seed}");
                }
                // Whatever the answer was, the log can go on.
                let files = first.files().into_iter();
                let files = files.filter(|(n, _)| !n.starts_with("witnessed")).collect();
                let goes_on = ask(&again, &parts(Simulated::with(files)));
                assert!(goes_on.is_ok(), "{trouble:?} at {operation}: {goes_on:?}");
            }
        }
    }
    assert!(given > 0);
}
