//! Trouble, and somebody who changes things: each a clear message and the right exit code.

use super::{append, copy, events, keeps, ledger, refused, says, with_events};
use crate::Folder;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

const VERIFY: [&str; 3] = ["verify", "--dir", "l"];

#[test]
fn what_is_changed_is_found_and_named() {
    let folder = with_events("ledger-changed", 3);
    let log = folder.0.join("l/segments/00000000000000000000.log");
    let mut bytes = std::fs::read(&log).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&log, bytes).unwrap();
    let run = ledger(&folder, &VERIFY);
    says(
        (run.code(), run.out()),
        1,
        &["not verified: `segments/00000000000000000000.log` at byte"],
    );
    let run = ledger(&folder, &[&VERIFY[..], &["--format", "json"]].concat());
    let json = run.json();
    assert_eq!((run.code(), &json["verified"]), (1, &false.into()));
    assert_eq!(json["fault"]["what"], "changed");
    assert_eq!(json["fault"]["path"], "segments/00000000000000000000.log");
    keeps("ledger-verify.schema.json", &json);
    assert!(json["fault"]["offset"].is_u64() && json["fault"]["index"].is_u64());
    // The key of a segment is a part of it.
    let folder = with_events("ledger-changed-key", 1);
    let key = folder.0.join("l/segments/00000000000000000000.key");
    let text = std::fs::read_to_string(&key).unwrap();
    let (head, wrapped) = text.trim_end().rsplit_once('\n').unwrap();
    let turned: String = wrapped.chars().rev().filter(|c| *c != '=').collect();
    let padding = "=".repeat(wrapped.len() - turned.len());
    std::fs::write(&key, format!("{head}\n{turned}{padding}\n")).unwrap();
    assert_eq!(ledger(&folder, &VERIFY).code(), 1);
}

#[test]
fn a_roll_back_of_the_folder_is_seen_with_something_from_outside() {
    let folder = with_events("ledger-roll-back", 2);
    copy(&folder, "l", "earlier");
    append(&folder, events(2..4), &["--dir", "l"]);
    ledger(&folder, &["checkpoint", "--dir", "l", "--out", "held"]);
    let verify = |arguments: &[&str]| {
        let common = ["verify", "--dir", "earlier", "--key-file", "l.key"];
        let run = ledger(&folder, &[&common, arguments].concat());
        (run.code(), run.out())
    };
    says(
        verify(&[]),
        0,
        &["a roll-back of the whole folder is not seen"],
    );
    let missing = "events that are known to have been recorded are not there";
    says(verify(&["--checkpoint", "held"]), 1, &[missing]);
    // And what it held then does not show it.
    says(verify(&["--receipt", "receipts"]), 0, &[]);
}

#[test]
fn two_histories_give_a_proof_of_the_fork() {
    let folder = with_events("ledger-fork", 2);
    copy(&folder, "l", "m");
    let m = ["--dir", "m", "--key-file", "l.key"];
    append(&folder, events(2..4), &["--dir", "l"]);
    append(&folder, events(7..9), &m);
    let out = |name| ["--out", name];
    ledger(
        &folder,
        &[&["checkpoint"], &m[..], &out("same-size")].concat(),
    );
    ledger(&folder, &["checkpoint", "--dir", "l", "--out", "own"]);
    let verify = |checkpoint: &str, more: &[&str]| {
        let given = ["--checkpoint", checkpoint];
        let run = ledger(&folder, &[&VERIFY[..], &given, more].concat());
        (run.code(), run.out())
    };
    let proof = || std::fs::read_to_string(folder.0.join("proof"));
    says(verify("own", &["--fork-proof", "proof"]), 0, &[]);
    assert!(proof().is_err());
    let parts = [
        "not verified: `the checkpoint that was given`",
        "the ledger forked",
        "--fork-proof",
    ];
    says(verify("same-size", &[]), 1, &parts);
    says(
        verify("same-size", &["--fork-proof", "proof"]),
        1,
        &["`proof` proves it"],
    );
    assert!(proof().unwrap().starts_with("tlog-fork/v1\n"));
    // The proof of different sizes is made from tiles.
    append(&folder, events(4..6), &["--dir", "l"]);
    let json = verify("same-size", &["--fork-proof", "proof", "--format", "json"]).1;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["fault"]["what"], &json["verified"]),
        (&"root".into(), &false.into())
    );
    keeps("ledger-verify.schema.json", &json);
    assert_eq!(json["fork"]["earlier"]["size"], 4);
    assert_eq!(json["fork"]["later"]["size"], 6);
    let proof = proof().unwrap();
    assert!(proof.contains("\npalisade/l\n4\n") && proof.contains("\npalisade/l\n6\n"));
    // Two that are given contradict each other, whatever the folder says.
    let both = ["--checkpoint", "own", "--checkpoint", "same-size"];
    assert_eq!(ledger(&folder, &[&VERIFY[..], &both].concat()).code(), 1);
}

#[test]
fn what_is_held_against_a_ledger_must_be_of_it() {
    let folder = with_events("ledger-held", 2);
    append(&folder, events(0..1), &["--dir", "other"]);
    ledger(
        &folder,
        &["checkpoint", "--dir", "other", "--out", "other.held"],
    );
    // Of the same name, with another key.
    append(&folder, events(0..1), &["--dir", "n/l"]);
    ledger(
        &folder,
        &["checkpoint", "--dir", "n/l", "--out", "namesake"],
    );
    ledger(&folder, &["checkpoint", "--dir", "l", "--out", "own"]);
    let own = std::fs::read_to_string(folder.0.join("own")).unwrap();
    let folder = folder
        .with("forged", own.replace("\n2\n", "\n3\n"))
        .with("text", "no note\n")
        .with("no-receipt", "{\"index\": 1}\n");
    let verify =
        |option: &str, file: &str| refused(&folder, &[&VERIFY[..], &[option, file]].concat());
    let other = "is a checkpoint of `palisade/other`, and this ledger is `palisade/l`";
    says(verify("--checkpoint", "other.held"), 1, &[other]);
    says(
        verify("--checkpoint", "namesake"),
        1,
        &["another ledger of the same name"],
    );
    says(
        verify("--checkpoint", "forged"),
        1,
        &["`forged`", "does not belong to this text"],
    );
    says(
        verify("--checkpoint", "text"),
        3,
        &["`text` is not a checkpoint"],
    );
    says(verify("--checkpoint", "nowhere"), 2, &["`nowhere`"]);
    says(
        verify("--receipt", "no-receipt"),
        3,
        &["`no-receipt:1` is not a receipt"],
    );
    // A receipt that was changed, or is another ledger's.
    let receipts = std::fs::read_to_string(folder.0.join("receipts")).unwrap();
    let swapped = receipts.replace("\"index\":0", "\"index\":1");
    let first = swapped.lines().next().unwrap().to_owned();
    let folder = folder.with("swapped", swapped).with("first", first);
    let run = ledger(&folder, &[&VERIFY[..], &["--receipt", "first"]].concat());
    says(
        (run.code(), run.out()),
        1,
        &["the event is not the one that was recorded"],
    );
    let both = refused(&folder, &[&VERIFY[..], &["--receipt", "swapped"]].concat());
    says(both, 1, &["two receipts contradict each other"]);
}

#[test]
fn keys_that_are_missing_wrong_or_open_to_others() {
    let folder = with_events("ledger-keys", 1);
    append(&folder, events(0..1), &["--dir", "other"]);
    for subcommand in ["append", "verify", "stats", "checkpoint", "key"] {
        let missing = [subcommand, "--dir", "l", "--key-file", "gone"];
        says(
            refused(&folder, &missing),
            2,
            &["there is no key file `gone`"],
        );
    }
    assert!(!folder.0.join("gone").exists());
    for subcommand in ["append", "stats", "checkpoint"] {
        let wrong = [subcommand, "--dir", "l", "--key-file", "other.key"];
        let parts = [
            "`other.key` is not that of the ledger `l`",
            "signed by `palisade/l+",
        ];
        says(refused(&folder, &wrong), 2, &parts);
    }
    let run = ledger(
        &folder,
        &["verify", "--dir", "l", "--key-file", "other.key"],
    );
    says(
        (run.code(), run.out()),
        1,
        &["is the key file that of this ledger?"],
    );
    let name = ["append", "--dir", "l", "--origin", "another"];
    says(refused(&folder, &name), 2, &["is called `palisade/l`"]);
    let path = folder.0.join("l.key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    says(
        refused(&folder, &VERIFY),
        2,
        &["others than its owner can read", "chmod 600"],
    );
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    // A ledger that is begun again does not pass for the first one.
    std::fs::remove_dir_all(folder.0.join("other")).unwrap();
    let run = append(&folder, events(0..1), &["--dir", "other"]);
    says(
        (run.code(), run.err()),
        0,
        &["`other.key` was there already", "began the ledger"],
    );
    std::fs::write(&path, "{}").unwrap();
    says(refused(&folder, &VERIFY), 3, &["`l.key` is not a key file"]);
}

#[test]
fn a_passphrase_protects_the_key_file() {
    let folder = Folder::new("ledger-passphrase")
        .with("right", "correct horse\n")
        .with("wrong", "battery staple\n")
        .with("empty", "\n");
    let given = |file| ["--dir", "l", "--passphrase-file", file];
    assert_eq!(append(&folder, events(0..1), &given("right")).code(), 0);
    let verify = |file| [&["verify"], &given(file)[..]].concat();
    assert_eq!(ledger(&folder, &verify("right")).code(), 0);
    let wrong = refused(&folder, &verify("wrong"));
    assert!(!wrong.1.contains("battery"));
    says(
        wrong,
        2,
        &["the passphrase does not open the key file `l.key`"],
    );
    says(
        refused(&folder, &VERIFY),
        2,
        &["asks for a passphrase: --passphrase-file"],
    );
    says(
        refused(&folder, &verify("empty")),
        2,
        &["`empty`: its first line"],
    );
    says(refused(&folder, &verify("nowhere")), 2, &["`nowhere`"]);
    let key = std::fs::read_to_string(folder.0.join("l.key")).unwrap();
    assert!(key.contains("argon2id") && !key.contains("PRIVATE+KEY"));
}

#[test]
fn a_folder_that_is_something_else() {
    let folder = with_events("ledger-foreign", 1)
        .with("photos/cat.jpg", "cat")
        .with("file", "");
    let foreign = append(&folder, events(0..1), &["--dir", "photos"]);
    says(
        (foreign.code(), foreign.err()),
        2,
        &["`photos` is not empty and not a ledger", "cat.jpg"],
    );
    assert!(!folder.0.join("photos.key").exists());
    let name = ["append", "--dir", "n", "--origin", "with space"];
    says(
        refused(&folder, &name),
        2,
        &["can't be the name of a ledger"],
    );
    says(
        refused(&folder, &["append", "--dir", "/"]),
        2,
        &["--key-file"],
    );
    says(
        refused(&folder, &["append", "--dir", "file"]),
        2,
        &["`file`"],
    );
    for subcommand in ["stats", "checkpoint"] {
        let nowhere = [subcommand, "--dir", "nowhere"];
        says(
            refused(&folder, &nowhere),
            2,
            &["`nowhere` is not the folder of a ledger"],
        );
    }
    says(
        refused(&folder, &["verify", "--dir", "nowhere"]),
        2,
        &["there is no folder `nowhere`"],
    );
    assert!(!folder.0.join("nowhere").exists());
    // A strange file among its own.
    let folder = folder.with("l/segments/notes.txt", "mine");
    let strange = refused(&folder, &VERIFY);
    says(
        strange,
        3,
        &["`segments/notes.txt` is not a file of a ledger"],
    );
    std::fs::remove_file(folder.0.join("l/segments/notes.txt")).unwrap();
    // Half a copy.
    std::fs::remove_file(folder.0.join("l/ledger")).unwrap();
    let half = refused(&folder, &["append", "--dir", "l"]);
    says(half, 1, &["has parts of a ledger", "was removed"]);
}

#[test]
fn a_newer_version_is_refused() {
    let folder = with_events("ledger-version", 1);
    let log = folder.0.join("l/segments/00000000000000000000.log");
    let mut bytes = std::fs::read(&log).unwrap();
    assert_eq!(bytes[24], b'1');
    bytes[24] = b'2';
    std::fs::write(&log, bytes).unwrap();
    for subcommand in ["verify", "stats", "append"] {
        let run = refused(&folder, &[subcommand, "--dir", "l"]);
        says(
            run,
            3,
            &["another version of the format", "use a newer Palisade"],
        );
    }
}

#[test]
fn a_disk_that_takes_no_more() {
    let folder = with_events("ledger-full", 1);
    std::fs::write(folder.0.join("many"), events(0..2000)).unwrap();
    // Files may have 200 blocks of 512 or 1024 bytes.
    let script = r#"trap '' XFSZ; ulimit -f 200; exec "$0" ledger append --dir l < many"#;
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_palisade")])
        .current_dir(&folder.0)
        .output()
        .unwrap();
    let run = crate::Run(output);
    says(
        (run.code(), run.err()),
        4,
        &["the ledger has stopped, because writing failed"],
    );
    let count = run.out().lines().count();
    assert!(count < 2000, "{count}");
    // What was acknowledged is there, before and after opening again, and it goes on.
    let folder = folder.with("held", run.out());
    let verify = || ledger(&folder, &[&VERIFY[..], &["--receipt", "held"]].concat());
    assert_eq!(verify().code(), 0, "{}", verify().out());
    let run = append(&folder, events(0..1), &["--dir", "l"]);
    assert_eq!(run.code(), 0, "{}", run.err());
    assert_eq!(verify().code(), 0);
}

#[test]
fn a_folder_that_can_not_be_written() {
    let folder = with_events("ledger-read-only", 1);
    let set = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(folder.0.join("l"), permissions).unwrap();
    };
    set(0o500);
    // The super-user writes all the same, except where the kernel itself says no.
    if std::fs::write(folder.0.join("l/x"), "").is_ok() {
        let new = ["append", "--dir", "/proc/l", "--key-file", "new.key"];
        says(refused(&folder, &new), 4, &["`/proc/l`"]);
    } else {
        let new = ["append", "--dir", "l/l"];
        says(
            refused(&folder, &new),
            4,
            &["writing the key file `l/l.key`"],
        );
    }
    // Reading needs no right to write.
    assert_eq!(ledger(&folder, &VERIFY).code(), 0);
    set(0o700);
}
