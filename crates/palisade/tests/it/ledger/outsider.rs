//! What others verify with programs of their own, and what nobody can read.

use super::{append, event, events, ledger, with_events};
use crate::{Folder, Run};
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// Runs the independent implementation; nothing where there is no Python.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(super) fn outsider(folder: &Folder, arguments: &[&str]) -> Option<Run> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outsider.py");
    let run = Command::new("python3")
        .arg(script)
        .args(arguments)
        .current_dir(&folder.0)
        .output();
    if let Ok(output) = run {
        return Some(Run(output));
    }
    let required = std::env::var_os("PALISADE_REQUIRE_TOOLS").is_some_and(|v| v == "1");
    assert!(!required, "python3 is not on the PATH");
    eprintln!("skipped: python3 is not on the PATH");
    None
}

#[test]
fn an_independent_implementation_verifies_a_ledger() {
    // Enough for tiles of two levels.
    let folder = with_events("ledger-outsider", 700);
    let key = ledger(&folder, &["key", "--dir", "l"]).out();
    let key = key.trim_end();
    for index in ["0", "255", "256", "699"] {
        let prove = ["prove", "--dir", "l", "--with-leaf", "--index", index];
        let run = ledger(&folder, &[&prove[..], &["--out", index]].concat());
        assert_eq!(run.code(), 0, "{}", run.err());
    }
    let receipts = std::fs::read_to_string(folder.0.join("receipts")).unwrap();
    for pure in [&["--pure"][..], &[]] {
        let arguments = [pure, &[key, "l", "0", "255", "256", "699"]].concat();
        let Some(run) = outsider(&folder, &arguments) else {
            return;
        };
        assert_eq!(run.code(), 0, "{}", run.err());
        let out = run.out();
        let mut lines = out.lines();
        // Reading the four events that are proved is four more.
        assert!(lines.next().unwrap().starts_with("704 "));
        let mut proved = 0;
        for line in lines {
            let mut parts = line.splitn(3, ' ');
            let (index, hash) = (parts.next().unwrap(), parts.next().unwrap());
            let leaf = parts.next().unwrap();
            // The receipt tells the same, and the proof nothing of the person.
            let receipt = format!(r#"{{"index":{index},"leaf_hash":"{hash}"}}"#);
            assert!(receipts.lines().any(|line| line == receipt), "{receipt}");
            assert!(
                leaf.contains(&format!("c-{index}")) && !leaf.contains("ada@"),
                "{leaf}"
            );
            proved += 1;
        }
        assert_eq!(proved, 4);
    }
    // It sees what is changed: signatures, tiles of both levels, proofs.
    let change = |path: &str, at: usize| {
        let file = folder.0.join(path);
        let whole = std::fs::read(&file).unwrap();
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&file, changed).unwrap();
        let run = outsider(&folder, &["--pure", key, "l", "256"]).unwrap();
        assert_ne!(run.code(), 0, "{path}");
        std::fs::write(&file, whole).unwrap();
    };
    change("l/checkpoint", 12);
    change("l/tile/0/001", 40);
    change("l/tile/0/002.p/192", 40);
    change("l/tile/1/000.p/2", 40);
    change("256", 40);
    assert_eq!(outsider(&folder, &[key, "l", "256"]).unwrap().code(), 0);
}

#[test]
fn nothing_leaks() {
    let folder = Folder::new("ledger-leaks");
    let secret = |place: &str| format!("hunter2-{place}");
    let mut whole = event(0);
    whole["actor"]["user"]["email_addr"] = secret("person").into();
    whole["database"]["name"] = secret("field").into();
    whole["message"] = secret("message").into();
    whole["unmapped"] = json!({"password": secret("free")});
    whole["metadata"]["correlation_uid"] = secret("id").into();
    let mut wrong_type = event(1);
    wrong_type["database"] = secret("type").into();
    let mut wrong_value = event(2);
    wrong_value["database"]["type_id"] = secret("enum").into();
    let mut wrong_class = event(3);
    wrong_class["class_uid"] = secret("class").into();
    let mut unknown = event(4);
    unknown["pasword"] = secret("unknown").into();
    let mut clause = event(5);
    clause["palisade"] = json!({"clauses": [secret("clause")]});
    let mut derived = event(6);
    derived["type_uid"] = secret("derived").into();
    let cut = format!("{{\"class_uid\": 6005, \"message\": \"{}", secret("cut"));
    let twice = format!(
        "{{\"a\": \"{}\", \"a\": \"{}\"}}",
        secret("one"),
        secret("two")
    );
    let word = format!("{{\"message\": {}}}", secret("word"));
    let bare = secret("bare");
    let deep = format!("{}\"{}\"", "[".repeat(50), secret("deep"));
    let mut lines = vec![whole.to_string(), cut, twice, word, bare, deep];
    let others = [
        wrong_type,
        wrong_value,
        wrong_class,
        unknown,
        clause,
        derived,
    ];
    lines.extend(others.iter().map(ToString::to_string));
    lines.push(format!(
        "{{\"message\": \"{}\"}}",
        secret("long").repeat(10_000)
    ));
    let mut input = lines.join("\n").into_bytes();
    input.extend(b"\nhunter2-\xff\n");
    let run = append(&folder, input, &["--dir", "l", "--checkpoint"]);
    std::fs::remove_file(folder.0.join("input.jsonl")).unwrap();
    assert_eq!(run.code(), 3);
    assert!(
        run.err().contains("13 lines are no events"),
        "{}",
        run.err()
    );
    assert_eq!(run.out().lines().count(), 1);
    let folder = folder.with("receipts", run.out());
    let mut said = vec![run];
    // A fault is told without what stands there.
    let log = folder.0.join("l/segments/00000000000000000000.log");
    let bytes = std::fs::read(&log).unwrap();
    for arguments in [
        &["verify", "--dir", "l", "--receipt", "receipts"][..],
        &["verify", "--dir", "l", "--format", "json"],
        &["stats", "--dir", "l"],
        &["prove", "--dir", "l", "--index", "0"],
        &["checkpoint", "--dir", "l"],
    ] {
        said.push(ledger(&folder, arguments));
    }
    let mut changed = bytes;
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&log, changed).unwrap();
    said.push(ledger(&folder, &["verify", "--dir", "l"]));
    assert_eq!(said.last().unwrap().code(), 1);
    for run in &said {
        assert!(!run.out().contains("hunter2"), "{}", run.out());
        assert!(!run.err().contains("hunter2"), "{}", run.err());
    }
    let searched = search(&folder.0, b"hunter2");
    assert!(searched >= 7, "{searched}");
}

/// Looks for a text in every file of a folder; gives how many there are.
fn search(folder: &Path, text: &[u8]) -> usize {
    let mut searched = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            searched += search(&path, text);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(text.len()).any(|window| window == text);
        assert!(!found, "{}", path.display());
        searched += 1;
    }
    searched
}

#[test]
fn the_search_finds_what_is_there() {
    let folder = Folder::new("ledger-search").with("a/b", events(0..1));
    let found = std::panic::catch_unwind(|| search(&folder.0, b"ada@example.com"));
    assert!(found.is_err());
}
