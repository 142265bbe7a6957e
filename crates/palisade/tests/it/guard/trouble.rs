//! What becomes of calls when something around the gateway does not work: the table of
//! docs/guard.md, tried.

use super::stand::{Caller, Ended, Function, Load, Serving, configured, open, records, until};
use crate::Folder;
use palisade_authn::{Means, Minter, MintingKey, Principal};
use serde_json::json;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[test]
fn a_full_disk_under_the_ledger() {
    let function = Function::start();
    let routes = [open("/before", "before"), open("/batched", "batched")];
    let folder = Folder::new("guard-full").with(
        "guard.toml",
        configured(&function.address, &routes.concat()),
    );
    // 64 KiB.
    let mut serving = Serving::start_with_room(&folder, 128);
    let mut caller = Caller::new(&serving.address);
    let admin = serving.admin();
    let mut health = Caller::new(&admin);
    assert_eq!(caller.get("/before/1"), Ended::Answered(200));
    assert_eq!(caller.get("/batched/1"), Ended::Answered(200));
    assert_eq!(health.get("/healthz"), Ended::Answered(200));
    let load = Load::start(&serving.address, 4, &["/before", "/batched"]);
    until("the disk is never full", || {
        caller.get("/before/2") == Ended::Answered(503)
    });
    // From the first refusal on nothing is forwarded, however it is to be recorded.
    load.more(20);
    let (ends, _) = load.end();
    assert!(ends.contains_key(&Ended::Answered(503)), "{ends:?}");
    let seen = function.seen();
    for path in ["/before/3", "/batched/3", "/nowhere"] {
        assert_eq!(caller.get(path), Ended::Answered(503), "{path}");
    }
    assert_eq!(function.seen().len(), seen.len());
    let said = serving.says("the ledger: nothing is admitted from now on");
    assert!(said.contains("make room"), "{said}");
    assert_eq!(health.get("/healthz"), Ended::Answered(503));
    serving.terminate();
    assert_eq!(serving.ended().code(), Some(4));
    serving.says("records were not written");
    assert_eq!(serving.times("the ledger: nothing"), 1);

    // There is room again.
    let serving = Serving::start(&folder);
    let mut caller = Caller::new(&serving.address);
    assert_eq!(caller.get("/before/4"), Ended::Answered(200));
    assert_eq!(caller.get("/batched/4"), Ended::Answered(200));
    serving.stop();
    let records = records(&folder);
    for seen in function.seen() {
        let decision = records.decisions.get(&seen.correlation);
        let is_on_record = decision.is_some_and(|code| code == "permitted");
        assert!(
            is_on_record || seen.path.starts_with("/batched/"),
            "{seen:?}"
        );
    }
}

#[test]
fn functions_that_do_not_answer() {
    let function = Function::start();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = gone.local_addr().unwrap();
    drop(gone);
    let more = format!(
        "[targets.gone]\nurls = [\"http://{nobody}\"]\n\
         [targets.late]\nurls = [\"http://{}\"]\ntimeout = \"1s\"\n{}{}{}{}",
        function.address,
        open("/gone", "batched").replace("target = \"orders\"", "target = \"gone\""),
        open("/hang", "before").replace("target = \"orders\"", "target = \"late\""),
        open("/cut", "before"),
        open("/drop", "before"),
    );
    let folder = Folder::new("guard-dead").with("guard.toml", configured(&function.address, &more));
    let serving = Serving::start(&folder);
    let get = |path: &str| Caller::new(&serving.address).get(path);
    assert_eq!(get("/gone/1"), Ended::Answered(502));
    assert_eq!(get("/gone/2"), Ended::Answered(502));
    serving.says(&format!(
        "the target `gone` at http://{nobody}: takes no connection"
    ));
    assert_eq!(get("/hang/1"), Ended::Answered(504));
    assert_eq!(get("/cut/1"), Ended::Cut);
    assert_eq!(get("/drop/1"), Ended::Answered(502));
    assert_eq!(serving.times("the target"), 1, "once, and of no other");
    serving.stop();
    let records = records(&folder);
    let mut codes: Vec<&String> = records.outcomes.values().collect();
    codes.sort();
    let expected = [
        "answer-broken",
        "target-broken",
        "target-late",
        "target-unreachable",
        "target-unreachable",
    ];
    assert_eq!(codes, expected);
    assert!(records.decisions.values().all(|code| code == "permitted"));
    assert_eq!(records.decisions.len(), 5);
}

/// An issuer that can be made not to answer.
struct Issuer {
    url: String,
    is_down: Arc<AtomicBool>,
    keys: Arc<Mutex<String>>,
}

impl Issuer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Self {
            url: url.clone(),
            is_down: Arc::default(),
            keys: Arc::default(),
        };
        let (is_down, keys) = (issuer.is_down.clone(), issuer.keys.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if !is_down.load(Ordering::SeqCst) {
                    let keys = keys.lock().unwrap().clone();
                    publish(stream, &url, &keys);
                }
            }
        });
        issuer
    }

    fn minter(&self, key: u8) -> Minter {
        let key = MintingKey::ed25519(&[key; 32]).unwrap();
        Minter::new(self.url.clone(), 3600, Vec::new(), key)
    }
}

fn publish(mut stream: TcpStream, url: &str, keys: &str) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = reader.lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let body = match first.contains("/keys") {
        true => keys.to_owned(),
        false => json!({ "issuer": url, "jwks_uri": format!("{url}/keys") }).to_string(),
    };
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_secs()).unwrap()
}

/// A header field with a token that was never seen before.
fn bearer(minter: &Minter, id: usize) -> String {
    let mut caller = Principal::new(Means::Token, "", "ada");
    caller.scopes.push(id.to_string());
    let token = minter
        .mint(&caller, "orders", now())
        .map(|(token, _)| token);
    format!("Authorization: Bearer {}\r\n", token.unwrap())
}

fn with_token(function: &Function, issuer: &str, keys: &str) -> String {
    let more = format!(
        "[issuers.staff]\nissuer = \"{issuer}\"\naudiences = [\"orders\"]\n{keys}\
         [[routes]]\npath = \"/orders\"\nmethods = [\"GET\"]\nfunction = \"orders\"\n\
         target = \"orders\"\nauthenticate = [\"token:staff\"]\nroles = []\n"
    );
    let config = configured(&function.address, &more);
    format!("policies = [\"all.cedar\"]\n{config}")
}

const ALL: &str = "permit (principal, action, resource);\n";

#[test]
fn an_issuer_that_cannot_be_reached() {
    let (function, issuer) = (Function::start(), Issuer::start());
    let minter = issuer.minter(1);
    *issuer.keys.lock().unwrap() = minter.public_keys(now());
    issuer.is_down.store(true, Ordering::SeqCst);
    let config = with_token(&function, &issuer.url, "");
    let folder = Folder::new("guard-unreached")
        .with("guard.toml", &config)
        .with("all.cedar", ALL);
    let serving = Serving::start(&folder);
    let mut caller = Caller::new(&serving.address);
    // Nobody has to call for it to be told.
    let (down, well) = (
        "the keys of the issuer `staff`: `http://",
        "the keys of the issuer `staff`: well again",
    );
    serving.says(down);
    for id in 0..3 {
        let ended = caller.get_with("/orders", &bearer(&minter, id));
        assert_eq!(ended, Ended::Answered(503));
    }
    issuer.is_down.store(false, Ordering::SeqCst);
    serving.says(well);
    assert_eq!(
        caller.get_with("/orders", &bearer(&minter, 3)),
        Ended::Answered(200)
    );
    // It goes again: what is known holds, after another configuration, too.
    issuer.is_down.store(true, Ordering::SeqCst);
    let other = config.replace("timeout = \"20s\"", "timeout = \"19s\"");
    let changed = config.replace(
        "audiences = [\"orders\"]",
        "audiences = [\"orders\", \"bills\"]",
    );
    for (turn, text) in [other, changed].iter().enumerate() {
        std::fs::write(folder.0.join("new"), text).unwrap();
        std::fs::rename(folder.0.join("new"), folder.0.join("guard.toml")).unwrap();
        until("it is not taken", || serving.times("anew") > turn);
        let ended = caller.get_with("/orders", &bearer(&minter, 4 + turn));
        assert_eq!(ended, Ended::Answered(200));
    }
    // A key that nobody knows has it asked, ten seconds after it was asked last.
    assert_eq!((serving.times(down), serving.times(well)), (1, 1));
    let stranger = issuer.minter(2);
    until("it is not told again", || {
        let ended = caller.get_with("/orders", &bearer(&stranger, 9));
        assert_eq!(ended, Ended::Answered(401));
        std::thread::sleep(Duration::from_millis(200));
        serving.times(down) == 2
    });
    assert_eq!(
        caller.get_with("/orders", &bearer(&minter, 10)),
        Ended::Answered(200)
    );
    serving.stop();
}

#[test]
fn a_store_of_api_keys_that_is_gone_for_a_while() {
    let function = Function::start();
    let more = "[keys]\nstore = \"keys.json\"\n\
        [[routes]]\npath = \"/orders\"\nmethods = [\"GET\"]\nfunction = \"orders\"\n\
        target = \"orders\"\nauthenticate = [\"api-key\"]\n";
    let config = configured(&function.address, more);
    let folder = Folder::new("guard-key-store")
        .with(
            "guard.toml",
            format!("policies = [\"all.cedar\"]\n{config}"),
        )
        .with("all.cedar", ALL);
    let run = folder.run(&["guard", "key", "issue", "--name", "shop"]);
    assert_eq!(run.code(), 0, "{}", run.err());
    let key = format!("x-api-key: {}\r\n", run.out().trim());
    let serving = Serving::start(&folder);
    let mut caller = Caller::new(&serving.address);
    let mut get = || caller.get_with("/orders", &key);
    assert_eq!(get(), Ended::Answered(200));
    let (here, away) = (folder.0.join("keys.json"), folder.0.join("away"));
    std::fs::rename(&here, &away).unwrap();
    serving.says("the store of API keys: ");
    assert_eq!(get(), Ended::Answered(200));
    std::fs::rename(&away, &here).unwrap();
    serving.says("the store of API keys: well again");
    assert_eq!(get(), Ended::Answered(200));
    assert_eq!(serving.times("the store of API keys: "), 2);
    serving.stop();
}

#[test]
fn a_file_of_keys_that_changes_is_taken() {
    let (function, issuer) = (Function::start(), Issuer::start());
    let (old, new) = (issuer.minter(1), issuer.minter(2));
    let keys = "keys = \"staff.json\"\n";
    let folder = Folder::new("guard-key-file")
        .with("guard.toml", with_token(&function, &issuer.url, keys))
        .with("all.cedar", ALL)
        .with("staff.json", old.public_keys(now()));
    let serving = Serving::start(&folder);
    let mut caller = Caller::new(&serving.address);
    let mut get = |minter, id| caller.get_with("/orders", &bearer(minter, id));
    assert_eq!(get(&old, 1), Ended::Answered(200));
    assert_eq!(get(&new, 1), Ended::Answered(401));
    std::fs::write(folder.0.join("new"), new.public_keys(now())).unwrap();
    std::fs::rename(folder.0.join("new"), folder.0.join("staff.json")).unwrap();
    serving.says("anew");
    assert_eq!(get(&new, 1), Ended::Answered(200));
    // Also of a token that was seen before.
    assert_eq!(get(&old, 1), Ended::Answered(401));
    serving.stop();
}
