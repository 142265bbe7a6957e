//! Who calls, as functions are told: verified with what the gateway publishes.

use super::clients::http;
use super::stand::{Function, Serving, configured, open};
use crate::Folder;
use palisade_authn::{Jwt, KeySet};
use palisade_guard::config::KEYS_PATH;

/// A function that reaches the gateway alone, and no address of operators, can tell who calls.
#[test]
fn the_keys_and_the_issuer_are_where_callers_are() {
    let function = Function::start();
    for url in [None, Some("https://api.example.com")] {
        let text = configured(&function.address, &open("/orders", "before"));
        let mut text = text.replace("admin = \"127.0.0.1:0\"\n", "");
        if let Some(url) = url {
            text = text.replace("[listen]\n", &format!("[listen]\nurl = \"{url}\"\n"));
        }
        let folder = Folder::new("guard-identity").with("guard.toml", text);
        let serving = Serving::start(&folder);
        assert_eq!(http(&serving.address, "GET /orders/1", "", "").0, 200);
        let (status, keys) = http(&serving.address, &format!("GET {KEYS_PATH}"), "", "");
        assert_eq!(status, 200);
        let (keys, problems) = KeySet::from_json(keys.as_bytes());
        assert!(problems.is_empty(), "{problems:?}");
        let token = function.seen().pop().unwrap().identity;
        let jwt = Jwt::parse(token.as_bytes()).unwrap();
        let own = format!("http://{}", serving.address);
        assert_eq!(jwt.claimed_issuer(), Some(url.unwrap_or(&own)));
        let (kid, algorithm) = (jwt.jws().kid(), jwt.jws().algorithm());
        assert!(keys.find(kid, algorithm).is_ok());
        serving.stop();
    }
}

#[test]
fn a_name_that_leads_nowhere_is_told() {
    let folder = Folder::new("guard-identity-nowhere");
    for (listen, warns) in [
        ("behind = [\"10.0.0.0/24\"]", true),
        (
            "behind = [\"10.0.0.0/24\"]\nurl = \"https://api.example.com\"",
            false,
        ),
        ("", false),
    ] {
        let text = configured("127.0.0.1:9", &open("/orders", "before"));
        let text = text.replace("[listen]\n", &format!("[listen]\n{listen}\n"));
        std::fs::write(folder.0.join("guard.toml"), text).unwrap();
        let run = folder.run(&["guard", "check"]);
        assert_eq!(run.code(), 0, "{}", run.err());
        let said = run
            .out()
            .contains("guard.toml:4: functions are told that `http://127.0.0.1:0`");
        assert_eq!(said, warns, "{}", run.out());
    }
    // What would hide the keys is refused.
    let text = configured("127.0.0.1:9", &open("/orders", "before"));
    let text = text.replace("/orders/{number}", KEYS_PATH);
    std::fs::write(folder.0.join("guard.toml"), text).unwrap();
    let run = folder.run(&["guard", "check"]);
    assert_eq!(run.code(), 2);
    assert!(run.err().contains("is the gateway's own"), "{}", run.err());
}
