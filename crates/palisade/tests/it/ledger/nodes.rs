//! Several ledgers asked as one, copies that are read, and copies made beside a writer.

use super::{append, event, ledger, refused, says, spawn};
use crate::Folder;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::time::Duration;

/// Two gateways, each with the ledger `log` in a folder of its own, and what each did of one request.
fn two(name: &str, origins: [&str; 2]) -> Folder {
    let folder = Folder::new(name);
    for (node, origin) in ["a", "b"].into_iter().zip(origins) {
        let dir = format!("{node}/log");
        let events: String = (0..3)
            .map(|number| {
                let mut event = event(number);
                event["time"] = (1_790_000_000_000_u64
                    + 2 * u64::try_from(number).unwrap()
                    + u64::from(node == "b"))
                .into();
                format!("{event}\n")
            })
            .collect();
        let run = append(&folder, events, &["--dir", &dir, "--origin", origin]);
        assert_eq!(run.code(), 0, "{}", run.err());
    }
    folder
}

const BOTH: [&str; 5] = ["query", "--dir", "a/log", "--dir", "b/log"];

fn events(folder: &Folder, dir: &str) -> u64 {
    let run = ledger(folder, &["stats", "--dir", dir, "--format", "json"]);
    run.json()["events"].as_u64().unwrap()
}

#[test]
fn one_request_is_found_in_the_ledgers_of_all_gateways() {
    let folder = two("ledger-nodes", ["gw-a.example/log", "gw-b.example/log"]);
    let asked = ["--correlation", "c-1", "--format", "json"];
    let run = ledger(&folder, &[&BOTH[..], &asked].concat());
    assert_eq!(run.code(), 0, "{}", run.err());
    let found: Vec<_> = run
        .out()
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["event"]["metadata"]["correlation_uid"], "c-1");
            (
                line["ledger"].as_str().unwrap().to_owned(),
                line["index"].as_u64().unwrap(),
            )
        })
        .collect();
    let expected = ["a", "b"].map(|node| (format!("gw-{node}.example/log"), 1));
    assert_eq!(found, expected);
    // It is recorded in each.
    assert_eq!((events(&folder, "a/log"), events(&folder, "b/log")), (4, 4));
    let first = ["--class", "datastore_activity", "--limit", "4"];
    let text = ledger(&folder, &[&BOTH[..], &first].concat()).out();
    let places: Vec<_> = text
        .lines()
        .map(|line| line.split_once("  20").unwrap().0)
        .collect();
    assert_eq!(
        places,
        [
            "gw-a.example/log         0",
            "gw-b.example/log         0",
            "gw-a.example/log         1",
            "gw-b.example/log         1",
        ]
    );
    let newest = ["--principal", "u-2", "--newest", "--limit", "1"];
    let text = ledger(&folder, &[&BOTH[..], &newest].concat()).out();
    assert!(text.starts_with("gw-b.example/log         2  "), "{text}");
    let export = [
        "export",
        "--dir",
        "b/log",
        "--dir",
        "a/log",
        "--principal",
        "u-0",
    ];
    let csv = ledger(&folder, &[&export[..], &["--format", "csv"]].concat()).out();
    let rows: Vec<_> = csv.split_terminator("\r\n").collect();
    assert!(rows[0].ends_with(",message,ledger"), "{csv}");
    assert!(rows[1].ends_with(",gw-a.example/log") && rows[2].ends_with(",gw-b.example/log"));
}

#[test]
fn ledgers_of_one_name_are_told_apart_and_one_that_refuses_lets_none_be_read() {
    let folder = two("ledger-nodes-same", ["example/log", "example/log"]);
    let json = ["--correlation", "c-1", "--format", "ocsf"];
    let text = ledger(&folder, &[&BOTH[..], &json].concat()).out();
    for (line, dir) in text.lines().zip(["a/log", "b/log"]) {
        let key = ledger(&folder, &["key", "--dir", dir]).out();
        let line: Value = serde_json::from_str(line).unwrap();
        let name = line["palisade"]["ledger"]["name"].as_str().unwrap();
        assert!(key.starts_with(&format!("{name}+")), "{key} {name}");
        assert_eq!(line["palisade"]["ledger"]["index"], 1);
    }
    // Each key file is named in turn, or none.
    std::fs::rename(folder.0.join("b/log.key"), folder.0.join("moved")).unwrap();
    says(
        refused(&folder, &BOTH),
        2,
        &["there is no key file `b/log.key`"],
    );
    let one = [&BOTH[..], &["--key-file", "moved"]].concat();
    says(
        refused(&folder, &one),
        2,
        &["--key-file", "give 2, or none"],
    );
    let keys = ["--key-file", "a/log.key", "--key-file", "moved"];
    assert_eq!(ledger(&folder, &[&BOTH[..], &keys].concat()).code(), 0);
    let swapped = ["--key-file", "moved", "--key-file", "a/log.key"];
    says(
        refused(&folder, &[&BOTH[..], &swapped].concat()),
        2,
        &["is not that of the ledger `a/log`"],
    );
    let twice = ["query", "--dir", "a/log", "--dir", "./a/log"];
    says(
        refused(&folder, &twice),
        2,
        &["`a/log` and `./a/log` are the same ledger"],
    );
    // The roles are those of each ledger.
    let roles = "[ledger.roles.audit]\nusers = [\"somebody-else\"]\nclasses = [\"*\"]";
    std::fs::write(folder.0.join("b/palisade.toml"), roles).unwrap();
    says(
        refused(&folder, &[&BOTH[..], &keys].concat()),
        1,
        &["`b/log`: no role lets", "nothing was read"],
    );
}

#[test]
fn a_copy_made_beside_a_writer_is_whole_read_and_restored() {
    let folder = Folder::new("ledger-beside-copy");
    let mut child = spawn(&folder, &["append", "--dir", "l"]);
    let mut input = child.stdin.take().unwrap();
    let mut receipts = BufReader::new(child.stdout.take().unwrap());
    writeln!(input, "{}", event(0)).unwrap();
    receipts.read_line(&mut String::new()).unwrap();
    // It writes all the time.
    #[expect(clippy::disallowed_methods, reason = "it stands for another process")]
    let writing = std::thread::spawn(move || {
        for number in 1..2000 {
            writeln!(input, "{}", event(number)).unwrap();
        }
        // Whoever drops this ends the writer.
        input
    });
    #[expect(clippy::disallowed_methods, reason = "it stands for another process")]
    let draining = std::thread::spawn(move || receipts.lines().map(Result::unwrap).count());
    let mut sizes = Vec::new();
    // Once it has signed: before, a copy has nothing that is.
    let size = || {
        let note = std::fs::read_to_string(folder.0.join("l/checkpoint")).unwrap();
        note.lines().nth(1).unwrap().parse::<u64>().unwrap()
    };
    while size() == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    for copy in ["one", "two", "three"] {
        let run = ledger(&folder, &["backup", "--dir", "l", "--to", copy]);
        assert_eq!(run.code(), 0, "{}", run.err());
        let place = ["--dir", copy, "--key-file", "l.key"];
        let run = ledger(
            &folder,
            &[&["verify"], &place[..], &["--format", "json"]].concat(),
        );
        assert_eq!(run.code(), 0, "{}", run.out());
        sizes.push(run.json()["events"].as_u64().unwrap());
    }
    assert!(sizes.is_sorted() && sizes[0] >= 1, "{sizes:?}");
    drop(writing.join().unwrap());
    assert!(child.wait().unwrap().success());
    assert_eq!(draining.join().unwrap(), 1999);
    // A copy takes nothing, and says what to do.
    let place = ["--dir", "three", "--key-file", "l.key"];
    let on = |command: &[&'static str]| [&command[..1], &place[..], &command[1..]].concat();
    for command in [
        &["append"][..],
        &["expire"],
        &["hold", "case", "--reason", "x"],
        &["checkpoint"],
    ] {
        says(
            refused(&folder, &on(command)),
            2,
            &["is a copy of a ledger", "`restore`"],
        );
    }
    for command in [
        &["query"][..],
        &["tail"],
        &["prove", "--index", "0", "--with-leaf"],
    ] {
        says(
            refused(&folder, &on(command)),
            2,
            &["`three`: nothing was read", "--record-in"],
        );
        let recorded = [&on(command)[..], &["--record-in", "l"]].concat();
        let run = ledger(&folder, &recorded);
        assert_eq!(run.code(), 0, "{}", run.err());
        assert!(!run.out().is_empty());
    }
    // The ledger itself has the three readings of its copy.
    assert_eq!(events(&folder, "l"), 2000 + 3);
    let restore = [
        "restore",
        "--from",
        "three",
        "--dir",
        "again",
        "--key-file",
        "l.key",
    ];
    assert_eq!(ledger(&folder, &restore).code(), 0);
    let place = ["verify", "--dir", "again", "--key-file", "l.key"];
    assert_eq!(ledger(&folder, &place).code(), 0);
}
