//! The ledger's commands, on real files: receipts, proofs, trouble, and what outsiders see.

mod asking;
mod kept;
mod nodes;
mod outsider;
mod published;
mod trouble;

use crate::{Folder, Run};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// An event that can be told from the others.
fn event(number: usize) -> Value {
    json!({
        "class_uid": 6005,
        "activity_id": 1,
        "time": 1_790_000_000_000_u64,
        "actor": {"user": {"uid": format!("u-{number}"), "email_addr": "ada@example.com"}},
        "database": {"name": "orders", "type_id": 1},
        "src_endpoint": {"ip": "192.0.2.7"},
        "metadata": {"correlation_uid": format!("c-{number}")},
    })
}

fn events(numbers: std::ops::Range<usize>) -> String {
    numbers
        .map(|number| format!("{}\n", event(number)))
        .collect()
}

fn command(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.arg("ledger").args(arguments).current_dir(&folder.0);
    command.env_clear();
    command
}

fn ledger(folder: &Folder, arguments: &[&str]) -> Run {
    Run(command(folder, arguments).output().unwrap())
}

/// `ledger append` with an input.
fn append(folder: &Folder, input: impl AsRef<[u8]>, arguments: &[&str]) -> Run {
    let path = folder.0.join("input.jsonl");
    std::fs::write(&path, input).unwrap();
    let mut command = command(folder, &[&["append"], arguments].concat());
    Run(command.stdin(File::open(path).unwrap()).output().unwrap())
}

/// A folder with a ledger `l` that has some events.
fn with_events(name: &str, count: usize) -> Folder {
    let folder = Folder::new(name);
    let run = append(&folder, events(0..count), &["--dir", "l"]);
    assert_eq!(run.code(), 0, "{}", run.err());
    folder.with("receipts", run.out())
}

fn receipts(run: &Run) -> Vec<Value> {
    let lines = run.out();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Runs a command that must fail; its code and what it says.
fn refused(folder: &Folder, arguments: &[&str]) -> (i32, String) {
    let run = ledger(folder, arguments);
    assert_eq!(run.out(), "");
    (run.code(), run.err())
}

#[track_caller]
fn says((code, text): (i32, String), expected: i32, parts: &[&str]) {
    assert_eq!(code, expected, "{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

fn copy(folder: &Folder, from: &str, to: &str) {
    let status = Command::new("cp")
        .args(["-r", from, to])
        .current_dir(&folder.0)
        .status();
    assert!(status.unwrap().success());
}

fn spawn(folder: &Folder, arguments: &[&str]) -> Child {
    let mut command = command(folder, arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Holds JSON against a published schema.
#[track_caller]
fn keeps(schema: &str, json: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    let text = std::fs::read_to_string(path.join(schema)).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(json).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?} {json:#}");
}

/// Runs blocks of the page on the ledger: the first, and the one in which something stands.
fn documented(name: &str, more: &str) -> (Folder, Run) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ledger.md");
    let page = std::fs::read_to_string(path).unwrap();
    let blocks = page.split("```sh\n").skip(1);
    let mut blocks = blocks.map(|block| block.split("```").next().unwrap());
    let mut script = blocks.next().unwrap().to_owned();
    if !script.contains(more) {
        script += blocks.find(|block| block.contains(more)).unwrap();
    }
    let programs = Path::new(env!("CARGO_BIN_EXE_palisade")).parent().unwrap();
    let folder = Folder::new(name);
    let output = Command::new("sh")
        .args(["-ec", &script])
        .current_dir(&folder.0)
        .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
        .output();
    let run = Run(output.unwrap());
    assert_eq!(run.code(), 0, "{}", run.err());
    (folder, run)
}

#[test]
fn the_first_five_minutes_work_as_documented() {
    let (folder, run) = documented("ledger-page", "ledger append");
    assert!(
        run.out().starts_with("verified `example.com/orders-log`\n"),
        "{}",
        run.out()
    );
    let proof = std::fs::read_to_string(folder.0.join("event-0.tlog-proof")).unwrap();
    assert!(proof.starts_with("c2sp.org/tlog-proof@v1\nextra "));
}

#[test]
fn from_events_to_proofs() {
    let folder = Folder::new("ledger-round");
    let run = append(
        &folder,
        events(0..3),
        &["--dir", "l", "--origin", "example.com/log"],
    );
    assert_eq!(run.code(), 0);
    assert!(
        run.err().contains("made the key file `l.key`"),
        "{}",
        run.err()
    );
    let mode = |name: &str| {
        let metadata = std::fs::metadata(folder.0.join(name)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(
        (mode("l.key"), mode("l"), mode("l/checkpoint")),
        (0o600, 0o700, 0o600)
    );
    let first = receipts(&run);
    for (index, receipt) in first.iter().enumerate() {
        assert_eq!(receipt["index"], index);
        assert_eq!(receipt["leaf_hash"].as_str().map(str::len), Some(44));
        assert_eq!(receipt.get("checkpoint"), None);
    }
    let run = ledger(&folder, &["checkpoint", "--dir", "l", "--out", "held"]);
    assert_eq!((run.code(), run.out().as_str()), (0, ""));
    // Again, with the checkpoint in each receipt; nothing is told a second time.
    let second = append(&folder, events(3..5), &["--dir", "l", "--checkpoint"]);
    assert_eq!((second.code(), second.err().as_str()), (0, ""));
    for receipt in receipts(&second) {
        let note = receipt["checkpoint"].as_str().unwrap();
        let size: u64 = note.lines().nth(1).unwrap().parse().unwrap();
        assert!(note.starts_with("example.com/log\n"), "{note}");
        assert!(size > receipt["index"].as_u64().unwrap());
    }
    let folder = folder.with("receipts", second.out());
    let run = ledger(
        &folder,
        &[
            "verify",
            "--dir",
            "l",
            "--checkpoint",
            "held",
            "--receipt",
            "receipts",
            "--format",
            "json",
        ],
    );
    let json = run.json();
    assert_eq!(run.code(), 0, "{json}");
    assert_eq!(json["schema"], "palisade.ledger-verify/1");
    assert_eq!(
        (&json["verified"], &json["events"]),
        (&true.into(), &5.into())
    );
    assert_eq!(json["held"]["receipts"], 2);
    keeps("ledger-verify.schema.json", &json);
    assert!(json["held"]["checkpoints"].as_u64().unwrap() >= 2);
    let text = ledger(&folder, &["verify", "--dir", "l"]);
    assert_eq!(text.code(), 0);
    assert!(
        text.out()
            .contains("a roll-back of the whole folder is not seen")
    );
    let stats = ledger(&folder, &["stats", "--dir", "l", "--format", "json"]).json();
    let expected = json!({
        "schema": "palisade.ledger-stats/1", "events": 5, "expired": 0, "first": 0, "last": 4, "segments": 1,
        "bytes": json["bytes"],
    });
    assert_eq!(stats, expected);
    keeps("ledger-stats.schema.json", &stats);
    let proof = ledger(&folder, &["prove", "--dir", "l", "--index", "2"]);
    assert_eq!(proof.code(), 0);
    assert!(proof.out().starts_with("c2sp.org/tlog-proof@v1\nindex 2\n"));
    let unknown = ["prove", "--dir", "l", "--index", "5"];
    says(
        refused(&folder, &unknown),
        2,
        &["covers the 5 events before index 5"],
    );
    let key = ledger(&folder, &["key", "--dir", "l"]);
    assert!(key.out().starts_with("example.com/log+"));
}

#[test]
fn lines_that_are_no_events_are_told_and_all_others_appended() {
    let folder = Folder::new("ledger-lines");
    let mut input = Vec::new();
    for line in [
        event(0).to_string().into_bytes(),
        b"{\"class_uid\": 1}".to_vec(),
        b"".to_vec(),
        b"  \r".to_vec(),
        b"{\"class_uid\": 6005,".to_vec(),
        b"\xff\xfe".to_vec(),
        vec![b'x'; 5 << 20],
        event(1).to_string().into_bytes(),
        b"[]".to_vec(),
    ] {
        input.extend(line);
        input.push(b'\n');
    }
    // The last line needs no end.
    input.extend(event(2).to_string().into_bytes());
    let run = append(&folder, input, &["--dir", "l"]);
    let indices: Vec<Value> = receipts(&run).iter().map(|r| r["index"].clone()).collect();
    assert_eq!(indices, [0, 1, 2]);
    says(
        (run.code(), run.err()),
        3,
        &[
            "line 2: `/class_uid`: ",
            "line 5: column ",
            "line 6: byte 0 is not UTF-8",
            "line 7: the line has 5242880 bytes; at most 61440 are taken",
            "line 9: the event is no object",
            "5 lines are no events, and were not appended; all others were",
        ],
    );
    assert!(!run.err().contains("line 3:") && !run.err().contains("line 4:"));
    let stats = ledger(&folder, &["stats", "--dir", "l"]);
    assert!(stats.out().contains("events    3\n"), "{}", stats.out());
}

#[test]
fn a_receipt_comes_while_the_input_stays_open() {
    let folder = Folder::new("ledger-open");
    let mut child = spawn(&folder, &["append", "--dir", "l", "--batched"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for index in 0..3 {
        writeln!(input, "{}", event(index)).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let receipt: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(receipt["index"], index);
    }
    // Meanwhile nobody else can write, and everybody can read.
    let locked = refused(&folder, &["append", "--dir", "l"]);
    says(locked, 4, &[&format!("process {} is writing", child.id())]);
    let checkpoint = ledger(&folder, &["checkpoint", "--dir", "l"]);
    assert_eq!(checkpoint.code(), 0);
    assert!(checkpoint.out().starts_with("palisade/l\n"));
    assert_eq!(ledger(&folder, &["verify", "--dir", "l"]).code(), 0);
    drop(input);
    assert!(child.wait().unwrap().success());
    // Who reads the event is told how it was recorded.
    let run = ledger(
        &folder,
        &["prove", "--dir", "l", "--index", "2", "--with-leaf"],
    );
    assert_eq!(run.code(), 0);
    assert!(run.out().contains("\nextra "));
}

#[test]
fn when_nobody_takes_receipts_appending_stops_and_says_so() {
    let folder = Folder::new("ledger-epipe");
    let mut child = spawn(&folder, &["append", "--dir", "l"]);
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{}", event(0)).unwrap();
    // The input stays open: it is not waited for.
    assert_eq!(child.wait().unwrap().code(), Some(4));
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert!(told.contains("nobody takes the receipts"), "{told}");
    let run = ledger(&folder, &["verify", "--dir", "l"]);
    assert!(
        run.out().contains("covered by checkpoint  1\n"),
        "{}",
        run.out()
    );
}

/// Kills a writer with a signal in the midst of work, and holds its receipts against what is there.
fn killed(name: &str, signal: &str, rounds: usize) {
    let folder = Folder::new(name);
    let mut held = String::new();
    for round in 0..rounds {
        let mut child = spawn(&folder, &["append", "--dir", "l"]);
        let mut input = child.stdin.take().unwrap();
        let writing = std::thread::spawn(move || {
            let mut number = 0;
            while writeln!(input, "{}", event(number)).is_ok() {
                number += 1;
            }
        });
        let mut output = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..1 + round * 137 {
            output.read_line(&mut held).unwrap();
        }
        let id = child.id().to_string();
        let status = Command::new("kill").args([signal, &id]).status();
        assert!(status.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), None);
        // What was printed until then.
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        held += rest.rsplit_once('\n').map_or("", |(whole, _)| whole);
        if !held.ends_with('\n') {
            held.push('\n');
        }
        writing.join().unwrap();
        std::fs::write(folder.0.join("held"), &held).unwrap();
        // As it was left, and after opening.
        for _ in 0..2 {
            let run = ledger(&folder, &["verify", "--dir", "l", "--receipt", "held"]);
            assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
            let run = append(&folder, "", &["--dir", "l"]);
            assert_eq!(run.code(), 0, "{}", run.err());
        }
    }
    let stats = ledger(&folder, &["stats", "--dir", "l", "--format", "json"]).json();
    let receipts = held.lines().filter(|line| !line.is_empty()).count();
    assert!(stats["events"].as_u64().unwrap() >= receipts as u64);
    assert!(receipts > 137 * rounds * (rounds - 1) / 2);
}

#[test]
fn what_has_a_receipt_survives_a_kill() {
    killed("ledger-kill", "-KILL", 5);
}

#[test]
fn a_termination_loses_nothing() {
    killed("ledger-terminate", "-TERM", 2);
}
