//! Break-glass access, from the file of grants to everybody who has to hear of its use.

use super::clients::{function, http};
use super::stand::{Serving, events};
use super::{answer, example};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// So many seconds from now, as a grant writes it.
fn time(seconds: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let at = i64::try_from(now.as_secs()).unwrap() + seconds;
    let date = palisade_core::Date::from_unix_seconds(u64::try_from(at).unwrap());
    let (hour, minute) = (at / 3600 % 24, at / 60 % 60);
    format!("{date}T{hour:02}:{minute:02}:{:02}Z", at % 60)
}

fn grant(id: &str, until: &str) -> String {
    format!(
        "[[grant]]\nid = \"INC-7\"\nprincipal = {{ means = \"api-key\", id = \"{id}\" }}\n\
         functions = [\"orders\"]\nreason = \"payments are stuck\"\nrequester = \"ada\"\n\
         approver = \"bob\"\nfrom = \"{}\"\nuntil = \"{until}\"\n",
        time(-60)
    )
}

#[test]
fn a_call_under_a_grant_is_loud_and_a_grant_ends() {
    let (folder, key) = example("guard-emergency");
    let keys = answer(&folder, &["key", "list"], 0, "guard-keys.schema.json");
    let id = keys["keys"][0]["id"].as_str().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.0.join(name), text).unwrap();
    write(
        "emergency.cedar",
        "@id(\"emergency\")\npermit (principal, action in Action::\"http\", resource == Function::\"orders\")\n\
         when { context.breakGlass };\n",
    );
    write(
        "guard.toml",
        &format!(
            "environment = \"test\"\npolicies = [\"emergency.cedar\"]\ngrants = \"grants.toml\"\n\
             [ledger]\ndir = \"ledger\"\n[keys]\nstore = \"keys.json\"\n\
             [listen]\naddress = \"127.0.0.1:0\"\nplaintext = true\nadmin = \"127.0.0.2:0\"\n\
             [targets.orders]\nurls = [\"http://{}\"]\n\
             [[routes]]\npath = \"/orders\"\nmethods = [\"POST\"]\nfunction = \"orders\"\n\
             target = \"orders\"\nauthenticate = [\"api-key\"]\n",
            function()
        ),
    );
    write("grants.toml", "");
    let serving = Serving::start(&folder);
    // The first line that has the first words has all the others.
    let said = |words: &[&str]| {
        let line = serving.says(words[0]);
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
        line
    };
    let call = || {
        http(
            &serving.address,
            "POST /orders",
            &format!("X-Api-Key: {key}\r\n"),
            "{}",
        )
        .0
    };
    assert_eq!(call(), 403);
    // What has no reason is not taken, and nothing is opened by it.
    write(
        "grants.toml",
        &grant(id, &time(60)).replace("payments are stuck", " "),
    );
    said(&["needs `reason`", "can't be taken"]);
    assert_eq!(call(), 403);
    // Nor what holds for longer than a working day.
    write("grants.toml", &grant(id, &time(86_400)));
    said(&["480 are the most", "can't be taken"]);
    // Nor what is for a function that does not exist.
    let strange = grant(id, &time(60)).replace("[\"orders\"]", "[\"order\"]");
    write("grants.toml", &strange);
    said(&["did you mean `orders`", "can't be taken"]);
    // And then what is in order.
    let until = time(12);
    write("grants.toml", &grant(id, &until));
    said(&["took `guard.toml` anew"]);
    said(&[
        "BREAK-GLASS grant `INC-7` for api-key",
        id,
        "payments are stuck",
        "asked for by ada, approved by bob",
    ]);
    let check = answer(&folder, &["check"], 0, "guard-check.schema.json");
    assert_eq!(check["stands"]["grants"][0]["approver"], "bob");
    assert_eq!(call(), 200);
    let used = said(&[
        "BREAK-GLASS grant `INC-7` used",
        "1 calls permitted, 0 denied",
    ]);
    for word in [id, "payments are stuck", "ada", "bob", &until[..16]] {
        assert!(used.contains(word), "{used}");
    }
    let (_, metrics) = http(&serving.admin(), "GET /metrics", "", "");
    let counted = "palisade_guard_break_glass_total{grant=\"INC-7\",decision=\"permitted\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
    // It ends by itself.
    let mut tries = 0;
    while call() == 200 {
        tries += 1;
        assert!(tries < 300, "the grant does not end");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(call(), 403);
    // Or with whoever gave it.
    let other = grant(id, &time(60)).replace("INC-7", "INC-9");
    write("grants.toml", &other);
    said(&["BREAK-GLASS grant `INC-9` for api-key"]);
    write("grants.toml", "");
    said(&["BREAK-GLASS grant `INC-9` was withdrawn"]);
    assert_eq!(call(), 403);
    assert_eq!(serving.times("was withdrawn"), 1, "what has ended is not");
    drop(serving);
    let managed = events(&folder, "entity_management");
    let events = events(&folder, "api_activity");
    let decided = |code: &str| {
        events
            .iter()
            .filter(|e| e["status_code"] == code)
            .collect::<Vec<_>>()
    };
    let permitted = decided("permitted");
    assert_eq!(permitted.len(), tries + 1);
    for event in permitted {
        assert_eq!(event["severity"], "High", "{event:#}");
        assert_eq!(event["authorizations"][0]["policy"]["name"], "emergency");
        let grant = &event["palisade"]["grant"];
        assert_eq!(grant["uid"], "INC-7");
        assert_eq!(grant["reason"], "payments are stuck");
        assert_eq!(grant["requester"], json!({"uid": "ada"}));
        assert_eq!(grant["approver"], json!({"uid": "bob"}));
        assert!(grant["until"].as_i64() > event["time"].as_i64());
    }
    let answered = decided("answered");
    assert_eq!(answered.len(), tries + 1);
    for event in answered {
        assert_eq!(event["severity"], "High", "{event:#}");
        assert_eq!(event["palisade"]["grant"]["uid"], "INC-7");
    }
    // That it was given is on record, once, before anything was done under it.
    let what = |event: &Value| (event["status_code"].clone(), event["entity"]["uid"].clone());
    let grants = managed
        .iter()
        .filter(|event| event["entity"]["type"] == "break-glass grant");
    let grants: Vec<&Value> = grants.collect();
    assert_eq!(
        grants.iter().map(|event| what(event)).collect::<Vec<_>>(),
        [
            ("granted", "INC-7"),
            ("granted", "INC-9"),
            ("withdrawn", "INC-9")
        ]
        .map(|(code, uid)| (json!(code), json!(uid)))
    );
    assert_eq!(grants[2]["activity_id"], 4);
    let given = grants[0];
    assert_eq!(given["activity_id"], 1);
    assert_eq!(given["severity"], "High");
    assert_eq!(given["entity"]["uid"], "INC-7");
    let grant = &given["palisade"]["grant"];
    assert_eq!(grant["reason"], "payments are stuck");
    assert_eq!(grant["requester"], json!({"uid": "ada"}));
    assert_eq!(grant["approver"], json!({"uid": "bob"}));
    assert_eq!(grant["caller"], json!({"uid": id}));
    assert_eq!(grant["functions"], json!(["orders"]));
    let first = events.iter().find(|e| e["status_code"] == "permitted");
    assert!(given["time"].as_i64() <= first.unwrap()["time"].as_i64());
    for event in decided("forbidden") {
        assert_ne!(event["severity"], "High");
        assert_eq!(event["palisade"]["grant"], Value::Null);
    }
}
