//! Asking: what is found, who may, and that each reading is recorded.

use super::{event, ledger, refused, says, spawn, with_events};
use crate::Folder;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Command;

fn count(folder: &Folder) -> u64 {
    let stats = ledger(folder, &["stats", "--dir", "l", "--format", "json"]);
    stats.json()["events"].as_u64().unwrap()
}

/// The correlation ids of what a query finds, in its order.
fn found(folder: &Folder, asked: &[&str]) -> Vec<String> {
    let common = ["query", "--dir", "l", "--format", "json"];
    let run = ledger(folder, &[&common, asked].concat());
    assert_eq!(run.code(), 0, "{}", run.err());
    let lines = run.out();
    let events = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    events
        .filter_map(|line| {
            let id = &line["event"]["metadata"]["correlation_uid"];
            id.as_str().map(ToOwned::to_owned)
        })
        .collect()
}

fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_query_finds_what_was_asked_for_and_is_recorded() {
    let folder = with_events("ledger-query", 3);
    assert_eq!(count(&folder), 3);
    for (asked, expected) in [
        (&["--principal", "u-1"][..], &["c-1"][..]),
        (&["--correlation", "c-2"], &["c-2"]),
        (
            &["--principal", "ada@example.com", "--limit", "2"],
            &["c-0", "c-1"],
        ),
        (
            &["--newest", "--limit", "2", "--principal", "ada@example.com"],
            &["c-2", "c-1"],
        ),
        (&["--class", "api_activity"], &[]),
        (
            &["--class", "api_activity,Datastore Activity"],
            &["c-0", "c-1", "c-2"],
        ),
        (
            &["--from", "2026-09-21", "--to", "2026-09-22"],
            &["c-0", "c-1", "c-2"],
        ),
        (
            &["--from", "2026-09-22", "--to", "2026-09-23T00:00:00+02:00"],
            &[],
        ),
        (&["--from", "1s", "--outcome", "failure"], &[]),
        (&["--clause", "SCSP-12.1"], &[]),
    ] {
        let before = count(&folder);
        assert_eq!(found(&folder, asked), expected, "{asked:?}");
        // The reading is an event.
        assert_eq!(count(&folder), before + 1);
    }
    // It tells who read, and not whom they asked for.
    let who = user();
    let readings = [
        "query", "--dir", "l", "--clause", "SCSP-8.4", "--format", "ocsf",
    ];
    let run = ledger(&folder, &readings);
    let text = run.out();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(first["actor"]["user"]["name"], who.as_str());
    assert_eq!(
        first["query_info"]["query_string"],
        "role owner, principal given"
    );
    let text = ledger(&folder, &["query", "--dir", "l", "--correlation", "c-1"]);
    let line = "       1  2026-09-21T14:13:20.000Z  Datastore Activity: Read  ada@example.com\n";
    assert_eq!(text.out(), line);
    let none = ledger(&folder, &["query", "--dir", "l", "--correlation", "c-9"]);
    assert_eq!((none.code(), none.out().as_str()), (0, ""));
    assert_eq!(none.err(), "no event is what was asked for\n");
    let verified = ledger(&folder, &["verify", "--dir", "l"]);
    assert_eq!(verified.code(), 0, "{}", verified.out());
}

#[test]
fn what_can_not_be_asked_is_told() {
    let folder = with_events("ledger-query-wrong", 1);
    let wrong = |asked: &[&str]| {
        let common = ["query", "--dir", "l"];
        refused(&folder, &[&common, asked].concat())
    };
    says(
        wrong(&["--class", "api_activty"]),
        2,
        &["did you mean `api_activity`?"],
    );
    says(
        wrong(&["--from", "yesterday"]),
        2,
        &["2026-11-22T10:00:00Z"],
    );
    says(wrong(&["--clause", "x"]), 2, &["--clause"]);
    says(wrong(&["--outcome", "bad"]), 2, &["success, failure"]);
    assert_eq!(count(&folder), 1);
}

#[test]
fn an_export_is_a_file_for_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = with_events("ledger-export", 2);
    for (format, begin, lines) in [
        ("jsonl", "{\"index\":0,\"event\":{", 2),
        ("csv", "index,time,logged_time,class,", 3),
        ("ocsf", "{\"activity_id\":1,", 2),
    ] {
        let run = ledger(
            &folder,
            &[
                "export",
                "--dir",
                "l",
                "--format",
                format,
                "--principal",
                "ada@example.com",
                "--out",
                format,
            ],
        );
        assert_eq!((run.code(), run.out().as_str()), (0, ""), "{}", run.err());
        assert_eq!(run.err(), format!("wrote 2 events to `{format}`\n"));
        let path = folder.0.join(format);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(begin), "{text}");
        assert_eq!(text.lines().count(), lines);
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_role_decides_and_a_refusal_is_recorded() {
    let me = user();
    let folder = with_events("ledger-roles", 2);
    let configured = |roles: &str| {
        std::fs::write(folder.0.join("palisade.toml"), roles).unwrap();
        count(&folder)
    };
    // Somebody else's.
    let before = configured("[ledger.roles.audit]\nusers = [\"somebody-else\"]\nclasses = [\"*\"]");
    let query = ["query", "--dir", "l"];
    for command in [
        &query[..],
        &["tail", "--dir", "l"],
        &["export", "--dir", "l", "--format", "csv", "--out", "out"],
        &["prove", "--dir", "l", "--index", "0", "--with-leaf"],
    ] {
        let told = [
            &format!("no role lets `{me}` read this ledger")[..],
            "that is recorded",
        ];
        says(refused(&folder, command), 1, &told);
    }
    assert_eq!(count(&folder), before + 4);
    assert!(!folder.0.join("out").exists());
    // Without what is personal.
    configured(&format!(
        "[ledger.roles.audit]\nusers = [\"{me}\"]\nclasses = [\"*\"]"
    ));
    let run = ledger(
        &folder,
        &[
            "query",
            "--dir",
            "l",
            "--correlation",
            "c-0",
            "--format",
            "json",
        ],
    );
    assert!(run.out().contains("\"withheld\""), "{}", run.out());
    assert!(!run.out().contains("ada@example.com"));
    let asked = ["query", "--dir", "l", "--principal", "u-0"];
    says(refused(&folder, &asked), 1, &["can't ask for it"]);
    // Of one class only, in one of two roles.
    configured(&format!(
        "[ledger.roles.audit]\nusers = [\"{me}\"]\nclasses = [\"*\"]\n\
         [ledger.roles.calls]\nusers = [\"{me}\"]\nclasses = [\"api_activity\"]"
    ));
    says(
        refused(&folder, &query),
        1,
        &["several roles", "`audit`, `calls`"],
    );
    let calls = ["query", "--dir", "l", "--role", "calls"];
    assert_eq!(ledger(&folder, &calls).out(), "");
    let other = [&calls[..], &["--class", "datastore_activity"]].concat();
    says(
        refused(&folder, &other),
        1,
        &["does not show events of the class `datastore_activity`"],
    );
    let prove = [
        "prove",
        "--dir",
        "l",
        "--index",
        "0",
        "--with-leaf",
        "--role",
    ];
    says(
        refused(&folder, &[&prove[..], &["calls"]].concat()),
        1,
        &["does not show"],
    );
    assert!(
        ledger(&folder, &[&prove[..], &["audit"]].concat())
            .out()
            .contains("\nextra ")
    );
    // A mistake in the roles lets nobody read.
    configured("[ledger.roles.audit]\nusers = []\nclasses = [\"api_activty\"]");
    says(
        refused(&folder, &query),
        2,
        &["palisade.toml:3:", "api_activity"],
    );
}

#[test]
fn a_tail_goes_on_beside_the_writer() {
    let folder = Folder::new("ledger-tail");
    let mut writer = spawn(&folder, &["append", "--dir", "l"]);
    let mut input = writer.stdin.take().unwrap();
    let mut receipts = BufReader::new(writer.stdout.take().unwrap());
    let mut send = |number: usize| {
        writeln!(input, "{}", event(number)).unwrap();
        receipts.read_line(&mut String::new()).unwrap();
    };
    send(0);
    send(1);
    let common = [
        "tail",
        "--dir",
        "l",
        "--class",
        "datastore_activity",
        "--format",
        "json",
    ];
    let mut tail = spawn(&folder, &[&common[..], &["-f", "-n", "2"]].concat());
    let mut shown = BufReader::new(tail.stdout.take().unwrap());
    let mut next = || {
        let mut line = String::new();
        shown.read_line(&mut line).unwrap();
        serde_json::from_str::<Value>(&line).unwrap()
    };
    // The last but one of three: the reading itself is the last.
    assert_eq!(next()["index"], 1);
    assert_eq!(next()["event"]["activity_name"], "Query");
    send(2);
    assert_eq!(next()["event"]["metadata"]["correlation_uid"], "c-2");
    tail.kill().unwrap();
    tail.wait().unwrap();
    drop(input);
    assert!(writer.wait().unwrap().success());
    assert_eq!(count(&folder), 4);
}

#[test]
fn a_tail_goes_on_when_the_writer_was_killed_and_another_begins() {
    let folder = with_events("ledger-tail-killed", 1);
    let mut tail = spawn(&folder, &["tail", "--dir", "l", "-f", "--format", "json"]);
    let mut shown = BufReader::new(tail.stdout.take().unwrap());
    let mut next = || {
        let mut line = String::new();
        shown.read_line(&mut line).unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        line["index"].as_u64().unwrap()
    };
    // The event, and the reading.
    assert_eq!((next(), next()), (0, 1));
    let mut index = 2;
    for _ in 0..2 {
        let mut writer = spawn(&folder, &["append", "--dir", "l"]);
        let mut input = writer.stdin.take().unwrap();
        let mut receipts = BufReader::new(writer.stdout.take().unwrap());
        writeln!(input, "{}", event(0)).unwrap();
        receipts.read_line(&mut String::new()).unwrap();
        writer.kill().unwrap();
        writer.wait().unwrap();
        assert_eq!(next(), index);
        // A write that was cut short; what is set aside is recorded behind it.
        let segments = std::fs::read_dir(folder.0.join("l/segments")).unwrap();
        let mut logs: Vec<_> = segments.map(|entry| entry.unwrap().path()).collect();
        logs.retain(|path| path.extension().is_some_and(|e| e == "log"));
        let mut last = std::fs::OpenOptions::new()
            .append(true)
            .open(logs.iter().max().unwrap())
            .unwrap();
        last.write_all(&[0, 0, 1, 0, 0]).unwrap();
        assert_eq!(ledger(&folder, &["checkpoint", "--dir", "l"]).code(), 0);
        assert_eq!(next(), index + 1);
        index += 2;
    }
    tail.kill().unwrap();
    tail.wait().unwrap();
}
