//! Holds, expiry, erasure, new keys and copies, on real folders.

use super::{append, command, event, events, keeps, ledger, refused, says, with_events};
use crate::{Folder, Run};
use palisade_event::{Event, LIMIT, Product};
use palisade_ledger::{Clock, KeyFile, Ledger, Parts, Settings, SystemClock};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const ADA: &str = "ada@example.com";
const DAY: u64 = 24 * 60 * 60 * 1000;

#[derive(Debug)]
struct Set(AtomicU64);

impl Clock for Set {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A ledger as the library opens it.
fn parts(folder: &Folder, name: &str, clock: Arc<dyn Clock>) -> Parts {
    let key = folder.0.join("l.key");
    let keys = match key.exists() {
        true => KeyFile::read(&key, None),
        false => KeyFile::create(&key, "palisade/l", None),
    };
    let keys = Arc::new(keys.unwrap());
    Parts {
        disk: Arc::new(palisade_ledger::Folder::new(&folder.0.join(name)).unwrap()),
        keys: keys.clone(),
        signer: keys,
        clock,
        product: Arc::new(Product {
            name: "Palisade".to_owned(),
            vendor_name: "Palisade".to_owned(),
            version: "0".to_owned(),
        }),
    }
}

/// How many events of a ledger hold a text, decrypted. It stays as it is: a copy is read.
fn holding(folder: &Folder, name: &str, text: &str) -> usize {
    let copy = ["--dir", "holding", "--key-file", "l.key"];
    let _ = std::fs::remove_dir_all(folder.0.join("holding"));
    let backup = [
        "backup",
        "--dir",
        name,
        "--to",
        "holding",
        "--key-file",
        "l.key",
    ];
    does(folder, &backup);
    assert_eq!(append(folder, "", &["--dir", "records"]).code(), 0);
    let asked = ["--record-in", "records", "--format", "json"];
    let run = ledger(folder, &[&["query"], &copy[..], &asked].concat());
    assert_eq!(run.code(), 0, "{}", run.err());
    run.out().lines().filter(|line| line.contains(text)).count()
}

fn stats(folder: &Folder, name: &str) -> Value {
    let place = ["--dir", name, "--key-file", "l.key"];
    let run = ledger(folder, &[&["stats"], &place[..], &["-f", "json"]].concat());
    assert_eq!(run.code(), 0, "{}", run.err());
    let json = run.json();
    keeps("ledger-stats.schema.json", &json);
    json
}

#[track_caller]
fn verified(folder: &Folder, name: &str, more: &[&str]) -> Value {
    let place = ["verify", "--dir", name, "--key-file", "l.key", "-f", "json"];
    let run = ledger(folder, &[&place[..], more].concat());
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    keeps("ledger-verify.schema.json", &run.json());
    run.json()
}

/// Runs a command that must do it; what it tells.
#[track_caller]
fn does(folder: &Folder, arguments: &[&str]) -> String {
    let run = ledger(folder, arguments);
    assert_eq!(run.code(), 0, "{}", run.err());
    assert_eq!(run.out(), "");
    run.err()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// A ledger with an event per day, some of them long ago.
fn of_days(name: &str, ages: &[u64]) -> Folder {
    let folder = Folder::new(name);
    let now = SystemClock.now();
    let clock = Arc::new(Set(AtomicU64::new(0)));
    let settings = Settings {
        segment_age: DAY,
        ..Settings::default()
    };
    clock.0.store(now - ages[0] * DAY, Ordering::SeqCst);
    let (ledger, _) = Ledger::open(parts(&folder, "l", clock.clone()), settings).unwrap();
    for (number, age) in ages.iter().enumerate() {
        clock.0.store(now - age * DAY, Ordering::SeqCst);
        let mut event = event(number);
        event["time"] = (now - age * DAY).into();
        let event = Event::from_json(event.to_string().as_bytes(), LIMIT).unwrap();
        wait(ledger.append(event)).unwrap();
    }
    drop(ledger);
    folder
}

const OLD: [u64; 4] = [500, 400, 380, 10];

#[test]
fn what_is_over_goes_and_the_counts_tell_the_truth() {
    let folder = of_days("ledger-expire", &OLD);
    let held = ledger(&folder, &["checkpoint", "--dir", "l"]);
    let folder = folder.with("held", held.out());
    let before = stats(&folder, "l");
    assert_eq!(
        (&before["events"], &before["first"]),
        (&4.into(), &0.into())
    );
    let expire = ["expire", "--dir", "l"];
    let told = does(&folder, &[&expire[..], &["--dry-run"]].concat());
    assert!(told.contains("3 events in 3 segments would go"), "{told}");
    assert_eq!(stats(&folder, "l"), before);
    // More than the policy's may be asked for.
    let told = does(&folder, &[&expire[..], &["--days", "450"]].concat());
    assert!(told.contains("1 event in 1 segment went"), "{told}");
    let told = does(&folder, &expire);
    assert!(told.contains("2 events in 2 segments went"), "{told}");
    let after = stats(&folder, "l");
    for (name, expected) in [("events", 6), ("expired", 3), ("first", 3), ("last", 5)] {
        assert_eq!(after[name], expected, "{name} in {after}");
    }
    assert_eq!(after["segments"], 3);
    let text = ledger(&folder, &["stats", "--dir", "l"]).out();
    assert!(text.contains("expired   3\nthere     3 to 5\n"), "{text}");
    // What is gone can still be proved.
    let found = verified(&folder, "l", &["--checkpoint", "held"]);
    assert_eq!(
        (&found["events"], &found["expired"]),
        (&6.into(), &3.into())
    );
    let prove = ["prove", "--dir", "l", "--index", "1"];
    assert_eq!(ledger(&folder, &prove).code(), 0);
    let shown = refused(&folder, &[&prove[..], &["--with-leaf"]].concat());
    assert_ne!(shown.0, 0);
    says(shown.clone(), shown.0, &["event 1 has expired"]);
    let told = does(&folder, &expire);
    assert!(told.contains("nothing went"), "{told}");
}

#[test]
fn nothing_goes_earlier_than_the_policy_says() {
    let folder = of_days("ledger-policy", &OLD);
    let earlier = refused(&folder, &["expire", "--dir", "l", "--days", "364"]);
    says(
        earlier,
        1,
        &[
            "kept for 365 days, not 364",
            "SCSP-8.3",
            "`log-retention-days`",
        ],
    );
    let folder = folder.with("palisade.toml", "[parameters]\nlog-retention-days = 450\n");
    let earlier = refused(&folder, &["expire", "--dir", "l", "--days", "365"]);
    says(earlier, 1, &["kept for 450 days, not 365"]);
    let told = does(&folder, &["expire", "--dir", "l"]);
    assert!(
        told.contains("1 event in 1 segment went: all older than 450 days"),
        "{told}"
    );
}

#[test]
fn a_hold_goes_before_expiry_and_erasure() {
    let folder = of_days("ledger-hold", &OLD);
    let place = ["--dir", "l"];
    let hold =
        |more: &[&'static str]| [&["hold"], &place[..], &["--reason", "case 7"], more].concat();
    says(
        refused(&folder, &["hold", "--dir", "l", "x", "--reason", ""]),
        2,
        &["--reason"],
    );
    let told = does(&folder, &hold(&["case-7"]));
    assert!(
        told.contains("the hold `case-7` is in force (event 4): everything"),
        "{told}"
    );
    says(
        refused(&folder, &hold(&["case-7"])),
        2,
        &["a hold `case-7` already"],
    );
    says(
        refused(&folder, &hold(&["a b"])),
        2,
        &["the name of a hold"],
    );
    let told = does(&folder, &["expire", "--dir", "l"]);
    assert!(
        told.contains("3 segments are as old under a hold"),
        "{told}"
    );
    assert_eq!(stats(&folder, "l")["expired"], 0);
    let erase = [
        "erase",
        "--dir",
        "l",
        "--subject",
        ADA,
        "--reason",
        "asked for",
    ];
    says(
        refused(&folder, &erase),
        1,
        &["the hold `case-7` covers it"],
    );
    assert_eq!(holding(&folder, "l", ADA), 4);
    // Other scopes, and the list.
    says(
        refused(
            &folder,
            &hold(&["times", "--from", "yesterday", "--to", "2026-03-01"]),
        ),
        2,
        &["a time is a day"],
    );
    does(
        &folder,
        &hold(&["times", "--from", "2001-03-01", "--to", "2001-03-02"]),
    );
    says(
        refused(&folder, &hold(&["person", "--subject", "case"])),
        2,
        &["the reason names the subject"],
    );
    does(&folder, &hold(&["person", "--subject", "u-1"]));
    let list = ["hold", "--dir", "l", "--list"];
    let text = ledger(&folder, &list).out();
    assert!(text.contains("times\n  covers  what happened or was recorded from 2001-03-01T00:00:00Z to 2001-03-02T23:59:59Z\n"), "{text}");
    let json = ledger(&folder, &[&list[..], &["--format", "json"]].concat()).json();
    keeps("ledger-holds.schema.json", &json);
    let names: Vec<_> = json["holds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| &h["name"])
        .collect();
    assert_eq!(names, ["case-7", "person", "times"]);
    assert!(!json.to_string().contains("u-1"), "{json}");
    let release = |name: &'static str| ["release", "--dir", "l", name, "--reason", "over"];
    says(
        refused(&folder, &release("case-8")),
        2,
        &["there is no hold `case-8`"],
    );
    does(&folder, &release("case-7"));
    // The one person's event is in one of three.
    let told = does(&folder, &["expire", "--dir", "l"]);
    assert!(told.contains("2 events in 2 segments went"), "{told}");
    assert!(told.contains("1 segment is as old under a hold"), "{told}");
    does(&folder, &release("person"));
    assert!(does(&folder, &["expire", "--dir", "l"]).contains("1 event in 1 segment went"));
    assert_eq!(ledger(&folder, &erase).code(), 0);
    verified(&folder, "l", &[]);
}

#[test]
fn what_is_erased_is_nowhere_and_all_is_proved() {
    let folder = with_events("ledger-erase", 3);
    assert_eq!(holding(&folder, "l", ADA), 3);
    let held = ledger(&folder, &["checkpoint", "--dir", "l"]);
    let folder = folder.with("held", held.out());
    says(
        refused(
            &folder,
            &["erase", "--dir", "l", "--subject", ADA, "--reason", ADA],
        ),
        2,
        &["the reason names the subject"],
    );
    // From standard input: it is in no list of processes.
    let folder = folder.with("who", format!("{ADA}\n"));
    let arguments = [
        "erase",
        "--dir",
        "l",
        "--subject-file",
        "-",
        "--reason",
        "asked for",
    ];
    let mut erase = command(&folder, &arguments);
    let run = Run(erase
        .stdin(File::open(folder.0.join("who")).unwrap())
        .output()
        .unwrap());
    assert_eq!((run.code(), run.out().as_str()), (0, ""), "{}", run.err());
    assert!(
        run.err()
            .contains("erased 9 fields in 3 events; 1 segment was"),
        "{}",
        run.err()
    );
    assert!(!run.err().contains(ADA));
    assert_eq!(
        (
            holding(&folder, "l", ADA),
            holding(&folder, "l", "192.0.2.7")
        ),
        (0, 0)
    );
    assert_eq!(holding(&folder, "l", "orders"), 3);
    let found = verified(
        &folder,
        "l",
        &["--checkpoint", "held", "--receipt", "receipts"],
    );
    assert_eq!(found["erased"], 9);
    // Nobody is there any more.
    std::fs::write(folder.0.join("who"), format!("{ADA}\n")).unwrap();
    let arguments = [
        "erase",
        "--dir",
        "l",
        "--subject-file",
        "who",
        "--reason",
        "again",
    ];
    assert!(does(&folder, &arguments).contains("nothing was erased"));
    says(
        refused(&folder, &["erase", "--dir", "l", "--reason", "whose?"]),
        2,
        &["--subject"],
    );
    says(
        refused(
            &folder,
            &[
                "erase",
                "--dir",
                "l",
                "--subject-file",
                "none",
                "--reason",
                "x",
            ],
        ),
        2,
        &["`none`: "],
    );
}

#[test]
fn an_old_backup_comes_back_without_whom_was_erased() {
    let folder = with_events("ledger-copies", 3);
    let told = does(&folder, &["backup", "--dir", "l", "--to", "copy"]);
    assert!(told.contains("copied 3 events to `copy`"), "{told}");
    says(
        refused(&folder, &["backup", "--dir", "l", "--to", "copy"]),
        2,
        &["is there already: take an empty folder"],
    );
    for inside in ["l", "l/copy", "copy/../l/x/y"] {
        let arguments = ["backup", "--dir", "l", "--to", inside];
        says(
            refused(&folder, &arguments),
            2,
            &["is in the folder of the ledger"],
        );
    }
    // Then somebody is erased, and others come.
    does(
        &folder,
        &[
            "erase",
            "--dir",
            "l",
            "--subject",
            "u-1",
            "--reason",
            "asked for",
        ],
    );
    assert_eq!(append(&folder, events(3..4), &["--dir", "l"]).code(), 0);
    does(&folder, &["erasures", "--dir", "l", "--out", "erasures"]);
    let list: Value =
        serde_json::from_slice(&std::fs::read(folder.0.join("erasures")).unwrap()).unwrap();
    keeps("ledger-erasures.schema.json", &list);
    assert_eq!(list["erasures"].as_array().unwrap().len(), 1);
    assert!(!list.to_string().contains("u-1"), "{list}");
    let held = ledger(&folder, &["checkpoint", "--dir", "l"]);
    let folder = folder.with("held", held.out());
    let restore = |dir, more: &[&'static str]| {
        let place = [
            "restore",
            "--from",
            "copy",
            "--dir",
            dir,
            "--key-file",
            "l.key",
        ];
        [&place[..], more].concat()
    };
    let told = does(&folder, &restore("again", &[]));
    assert!(
        told.contains("restored 3 events in `again`; 0 erasures were"),
        "{told}"
    );
    assert!(told.contains("without --erasures"), "{told}");
    assert_eq!(holding(&folder, "again", "u-1"), 1);
    says(
        refused(&folder, &restore("again", &[])),
        2,
        &["is there already"],
    );
    let told = does(&folder, &restore("new", &["--erasures", "erasures"]));
    assert!(told.contains("1 erasure was applied again"), "{told}");
    assert_eq!(
        (
            holding(&folder, "new", "u-1"),
            holding(&folder, "new", "u-2")
        ),
        (0, 1)
    );
    verified(&folder, "new", &["--receipt", "receipts"]);
    // That the ledger was set back is seen with what was signed later.
    let run = ledger(
        &folder,
        &[
            "verify",
            "--dir",
            "new",
            "--key-file",
            "l.key",
            "--checkpoint",
            "held",
        ],
    );
    assert_eq!(run.code(), 1, "{}", run.out());
    // It goes on.
    let place = ["--dir", "new", "--key-file", "l.key"];
    assert_eq!(append(&folder, events(9..10), &place).code(), 0);
    // Half a copy, and lists that are none.
    std::fs::remove_file(folder.0.join("copy/checkpoint")).unwrap();
    let half = refused(&folder, &restore("half", &[]));
    assert_ne!(half.0, 0, "{}", half.1);
    let folder = folder.with("none", "{}").with(
        "other",
        list.to_string().replace("palisade/l", "palisade/m"),
    );
    let wrong = restore("half", &["--erasures", "none"]);
    says(
        refused(&folder, &wrong),
        3,
        &["is not what `palisade ledger erasures` prints"],
    );
    let wrong = restore("half", &["--erasures", "other"]);
    says(
        refused(&folder, &wrong),
        2,
        &["of another ledger: this one is `palisade/l`"],
    );
}

#[test]
fn new_keys_open_what_there_is_and_old_ones_are_forgotten_when_asked() {
    let folder = with_events("ledger-rekey", 3);
    let log = folder.0.join("l/segments/00000000000000000000.log");
    let before = std::fs::read(&log).unwrap();
    std::fs::copy(folder.0.join("l.key"), folder.0.join("old.key")).unwrap();
    does(&folder, &["backup", "--dir", "l", "--to", "copy"]);
    let told = does(&folder, &["rekey", "--dir", "l"]);
    assert!(told.contains("the keys of 1 segment are"), "{told}");
    assert!(told.contains("stay in the key file"), "{told}");
    assert_eq!(std::fs::read(&log).unwrap(), before);
    // The segment of events and that of the first new key.
    let told = does(&folder, &["rekey", "--dir", "l", "--forget"]);
    assert!(told.contains("the keys of 2 segments are"), "{told}");
    verified(&folder, "l", &["--receipt", "receipts"]);
    assert_eq!(append(&folder, events(3..4), &["--dir", "l"]).code(), 0);
    // What was copied before opens with the key file from before, and what is there does not.
    let with = |dir, key| {
        let run = ledger(&folder, &["verify", "--dir", dir, "--key-file", key]);
        run.code()
    };
    assert_eq!((with("copy", "old.key"), with("l", "l.key")), (0, 0));
    assert_ne!(with("copy", "l.key"), 0);
    assert_ne!(with("l", "old.key"), 0);
}

#[test]
fn nothing_is_kept_or_removed_beside_another_writer() {
    let folder = with_events("ledger-beside", 1);
    let key = || std::fs::read(folder.0.join("l.key")).unwrap();
    let before = key();
    let mut child = super::spawn(&folder, &["append", "--dir", "l"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    writeln!(input, "{}", event(1)).unwrap();
    output.read_line(&mut String::new()).unwrap();
    for arguments in [
        &["rekey", "--dir", "l"][..],
        &["expire", "--dir", "l"],
        &["hold", "--dir", "l", "case", "--reason", "x"],
    ] {
        says(
            refused(&folder, arguments),
            4,
            &["is writing to this ledger"],
        );
    }
    assert_eq!(key(), before);
    let list = ledger(&folder, &["hold", "--dir", "l", "--list"]);
    assert_eq!(list.out(), "no hold is in force\n");
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn keeping_works_as_documented() {
    let (_folder, run) = super::documented("ledger-keeping", "ledger hold");
    for told in ["erased 3 fields in 1 event;", "1 erasure was applied again"] {
        assert!(run.err().contains(told), "{}", run.err());
    }
    assert_eq!(
        run.out()
            .matches("verified `example.com/orders-log`")
            .count(),
        2
    );
}
