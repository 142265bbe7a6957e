//! API keys from issue to revocation, and how that is recorded.

use super::clients::{function, http};
use super::stand::{Serving, configured, events, until};
use super::{SECRET, answer, example, guard};
use crate::Folder;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

fn list(folder: &Folder) -> Vec<Value> {
    let said = answer(folder, &["key", "list"], 0, "guard-keys.schema.json");
    said["keys"].as_array().unwrap().clone()
}

/// Whether a gateway would take a key now.
fn is_taken(folder: &Folder, key: &str) -> bool {
    let request =
        format!("method = \"GET\"\npath = \"/orders/17\"\nheaders = {{ x-api-key = \"{key}\" }}\n");
    std::fs::write(folder.0.join("key.toml"), request).unwrap();
    guard(folder, &["explain", "--request", "key.toml"]).code() == 0
}

/// Events of the ledger about keys: what was done, and by its index in words.
fn recorded(folder: &Folder) -> Vec<(String, String)> {
    let events = events(folder, "entity_management").into_iter();
    events
        .map(|event| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&event["status_code"]), text(&event["entity"]["uid"]))
        })
        .filter(|(code, _)| !code.is_empty())
        .collect()
}

#[test]
fn a_key_lives_from_issue_to_revocation() {
    let (folder, first) = example("guard-keys");
    let all = list(&folder);
    let id = all[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&all[0]["state"], &all[0]["scopes"]),
        (&json!("valid"), &json!(["orders:read"]))
    );
    // The environment stands in front: scanners of secrets know the form.
    assert!(
        first.starts_with(&format!("palisade_prod_{id}_")),
        "{first}"
    );
    assert!(is_taken(&folder, &first));
    // With an overlap both hold; the one before that ends.
    let rotated = answer(
        &folder,
        &["key", "rotate", &id, "--days", "30", "--overlap", "1h"],
        0,
        "guard-key.schema.json",
    );
    let second = rotated["key"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    assert!(rotated["previous_until"].is_string());
    assert!(is_taken(&folder, &first) && is_taken(&folder, &second));
    let run = guard(&folder, &["key", "rotate", &id, "--overlap", "0s"]);
    let third = run.out().trim().to_owned();
    assert!(
        !is_taken(&folder, &second) && is_taken(&folder, &third),
        "{}",
        run.err()
    );
    let run = guard(&folder, &["key", "revoke", &id]);
    assert_eq!((run.code(), run.out().as_str()), (0, ""));
    assert!(!is_taken(&folder, &third));
    assert_eq!(list(&folder)[0]["state"], "revoked");
    assert_eq!(guard(&folder, &["key", "rotate", &id]).code(), 2);
    // A list and the store show none of them.
    let store = std::fs::read_to_string(folder.0.join("keys.json")).unwrap();
    let text = guard(&folder, &["key", "list"]).out();
    assert!(text.contains(&id) && text.contains("revoked"), "{text}");
    for key in [&first, &second, &third] {
        let secret = &key[key.len() - 49..];
        assert!(!store.contains(secret) && !text.contains(secret));
    }
    let rights = std::fs::metadata(folder.0.join("keys.json"))
        .unwrap()
        .permissions();
    assert_eq!(rights.mode() & 0o777, 0o600);
}

#[test]
fn no_key_lives_longer_than_the_policy_says() {
    let (folder, _) = example("guard-keys-days");
    let issue = ["key", "issue", "--name", "n"];
    let run = guard(&folder, &[&issue[..], &["--days", "91"]].concat());
    assert_eq!((run.code(), run.out().as_str()), (2, ""));
    assert!(run.err().contains("1 to 90 days"), "{}", run.err());
    assert_eq!(
        guard(&folder, &[&issue[..], &["--days", "0"]].concat()).code(),
        2
    );
    let folder = folder.with("palisade.toml", "[parameters]\nkey-lifetime-days = 7\n");
    let run = guard(&folder, &[&issue[..], &["--days", "8"]].concat());
    assert!(run.err().contains("1 to 7 days"), "{}", run.err());
    assert_eq!(guard(&folder, &issue).code(), 0);
    let id = list(&folder)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        guard(&folder, &["key", "rotate", &id, "--days", "8"]).code(),
        2
    );
}

/// A policy that becomes stricter ends keys that were issued before.
#[test]
fn the_policy_of_today_counts_for_older_keys() {
    let (folder, key) = example("guard-keys-today");
    let store = folder.0.join("keys.json");
    let mut keys: Value = serde_json::from_slice(&std::fs::read(&store).unwrap()).unwrap();
    let secret = &mut keys["keys"][0]["current"];
    for time in ["issued", "expires"] {
        secret[time] = json!(secret[time].as_i64().unwrap() - 8 * 86_400);
    }
    std::fs::write(&store, keys.to_string()).unwrap();
    assert!(is_taken(&folder, &key));
    let issued = list(&folder)[0]["issued"].clone();
    for (days, state) in [(9, "valid"), (7, "expired"), (400, "valid")] {
        let policy = format!("[parameters]\nkey-lifetime-days = {days}\n");
        std::fs::write(folder.0.join("palisade.toml"), policy).unwrap();
        assert_eq!(is_taken(&folder, &key), state == "valid", "{days}");
        let shown = list(&folder).remove(0);
        assert_eq!(shown["state"], state, "{days}");
        assert_eq!(shown["issued"], issued);
        let text = guard(&folder, &["key", "list"]).out();
        assert!(text.contains(shown["expires"].as_str().unwrap()), "{text}");
    }
    std::fs::write(
        folder.0.join("palisade.toml"),
        "[parameters]\nkey-lifetime-day = 7\n",
    )
    .unwrap();
    let run = guard(&folder, &["check"]);
    assert_eq!(run.code(), 2);
    assert!(run.err().contains("key-lifetime-days"), "{}", run.err());
}

/// A gateway that runs holds keys to the policy as it is now, wherever that stands.
#[test]
fn a_gateway_takes_the_policy_anew() {
    let (folder, key) = example("guard-keys-served");
    let write = |name: &str, text: &str| std::fs::write(folder.0.join(name), text).unwrap();
    let company = |days: u32| {
        let text = format!("[parameters]\nkey-lifetime-days = {days}\n");
        write("company.toml", &text);
    };
    let store = folder.0.join("keys.json");
    let mut keys: Value = serde_json::from_slice(&std::fs::read(&store).unwrap()).unwrap();
    let secret = &mut keys["keys"][0]["current"];
    secret["issued"] = json!(secret["issued"].as_i64().unwrap() - 8 * 86_400);
    write("keys.json", &keys.to_string());
    write("palisade.toml", "policy = \"company.toml\"\n");
    company(90);
    let route = "[keys]\nstore = \"keys.json\"\n[[routes]]\npath = \"/orders\"\nmethods = [\"GET\"]\n\
                 function = \"orders\"\ntarget = \"orders\"\nauthenticate = [\"api-key\"]\n\
                 scopes = [\"orders:read\"]\n";
    write("guard.toml", &configured(&function(), route));
    let serving = Serving::start(&folder);
    let field = format!("X-Api-Key: {key}\r\n");
    let call = || http(&serving.address, "GET /orders", &field, "").0;
    assert_eq!(call(), 200);
    for (days, status) in [(7, 401), (30, 200)] {
        company(days);
        until("the policy is not taken", || call() == status);
    }
    write("palisade.toml", "[parameters]\nkey-lifetime-days = 7\n");
    until("the policy is not taken", || call() == 401);
    serving.stop();
}

#[test]
fn wrong_commands_say_what_to_do() {
    let folder = Folder::new("guard-keys-wrong").with(
        "guard.toml",
        "environment = \"dev\"\n[ledger]\ndir = \"ledger\"\n[[sources]]\nkind = \"sqs\"\nfunction = \"f\"\naccounts = [\"111122223333\"]\n",
    );
    for (arguments, code, part) in [
        (&["list"][..], 2, "write `[keys]`"),
        (
            &["list", "--store", "none.json"],
            2,
            "`palisade guard key issue` begins it",
        ),
        (
            &["list", "--store", "s", "--config", "guard.toml"],
            2,
            "cannot be used with",
        ),
        (
            &["issue", "--store", "s.json", "--name", ""],
            2,
            "1 to 128 characters",
        ),
        (
            &["issue", "--store", "no/such/s.json", "--name", "n"],
            2,
            "no/such",
        ),
        (&["revoke", "--store", "none.json", "x"], 2, "begins it"),
        (&["rotate", "x", "--overlap", "soon"], 2, "such as 24h"),
    ] {
        let run = guard(&folder, &[&["key"], arguments].concat());
        assert_eq!(run.code(), code, "{arguments:?}: {}", run.err());
        assert!(run.err().contains(part), "{arguments:?}: {}", run.err());
    }
    // A store alone is recorded nowhere, and that is said.
    let said = answer(
        &folder,
        &["key", "issue", "--store", "s.json", "--name", "n"],
        0,
        "guard-key.schema.json",
    );
    assert_eq!(said["recorded"], "nowhere");
    let run = guard(
        &folder,
        &["key", "revoke", "--store", "s.json", "unknownkey00"],
    );
    assert_eq!(run.code(), 2);
    assert!(run.err().contains("no key has this id"), "{}", run.err());
    let folder = folder.with(
        "s.json",
        format!("{{\"version\": 1, \"keys\": \"{SECRET}\"}}"),
    );
    std::fs::set_permissions(
        folder.0.join("s.json"),
        std::fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    let run = guard(&folder, &["key", "list", "--store", "s.json"]);
    assert_eq!(run.code(), 3, "{}", run.err());
    assert!(!run.err().contains(SECRET));
}

#[test]
fn what_is_done_to_keys_is_recorded_beside_a_gateway_too() {
    let (folder, _) = example("guard-keys-ledger");
    let begin = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        command
            .args(["ledger", "append", "--dir", "ledger"])
            .current_dir(&folder.0);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command.spawn().unwrap()
    };
    // There is no ledger yet: nothing was recorded of the first key.
    let mut first = begin();
    drop(first.stdin.take());
    assert!(first.wait().unwrap().success());
    let mut writer = begin();
    let event = json!({
        "class_uid": 6005, "activity_id": 1, "time": 1_790_000_000_000_u64,
        "actor": {"user": {"uid": "u"}}, "database": {"name": "orders", "type_id": 1},
        "src_endpoint": {"ip": "192.0.2.7"},
    });
    let mut input = writer.stdin.take().unwrap();
    let mut receipts = BufReader::new(writer.stdout.take().unwrap()).lines();
    writeln!(input, "{event}").unwrap();
    receipts.next().unwrap().unwrap();
    // Now somebody else writes to it, as a gateway does.
    let issued = answer(
        &folder,
        &["key", "issue", "--name", "n"],
        0,
        "guard-key.schema.json",
    );
    assert_eq!(issued["recorded"], "later");
    let id = issued["id"].as_str().unwrap();
    let waiting = std::fs::read_dir(folder.0.join("keys.json.events")).unwrap();
    let waiting: Vec<_> = waiting.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(waiting.len(), 1);
    let text = std::fs::read_to_string(&waiting[0]).unwrap();
    assert!(text.contains(id) && !text.contains(issued["key"].as_str().unwrap()));
    drop(input);
    assert!(writer.wait().unwrap().success());
    // The next one takes it up, before its own.
    let run = guard(&folder, &["key", "revoke", id]);
    assert_eq!(run.code(), 0, "{}", run.err());
    let owned = |code: &str| (code.to_owned(), id.to_owned());
    assert_eq!(recorded(&folder), [owned("issued"), owned("revoked")]);
    assert_eq!(
        std::fs::read_dir(folder.0.join("keys.json.events"))
            .unwrap()
            .count(),
        0
    );
}
