//! The commands of the guard, on the example of `examples/guard` with the built binary.

mod clients;
mod demo;
mod emergency;
mod floor;
mod keys;
mod load;
mod stand;
mod trouble;

use crate::{Folder, Run};
use palisade_authn::{Means, Minter, MintingKey, Principal};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

/// What is planted where a credential would be, and must never be shown.
const SECRET: &str = "pLanted5ecretThatNobodyMaySee";

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => {
                std::fs::copy(&path, &target).unwrap();
            }
        }
    }
}

/// The example, with a store of keys that has one.
fn example(name: &str) -> (Folder, String) {
    let folder = Folder::new(name);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/guard");
    copy(&example, &folder.0);
    for made in ["keys.json", "keys.json.pepper", "keys.json.lock"] {
        let _ = std::fs::remove_file(folder.0.join(made));
    }
    let run = guard(
        &folder,
        &["key", "issue", "--name", "shop", "--scope", "orders:read"],
    );
    assert_eq!(run.code(), 0, "{}", run.err());
    let key = run.out().trim().to_owned();
    (folder, key)
}

fn guard(folder: &Folder, arguments: &[&str]) -> Run {
    folder.run(&[&["guard"], arguments].concat())
}

/// Runs a command with `--format json`, and holds what it says against its schema.
#[track_caller]
fn answer(folder: &Folder, arguments: &[&str], code: i32, schema: &str) -> Value {
    let run = guard(folder, &[arguments, &["--format", "json"]].concat());
    assert_eq!(run.code(), code, "{}\n{}", run.out(), run.err());
    let json = run.json();
    keeps(schema, &json);
    json
}

#[track_caller]
fn keeps(schema: &str, json: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    let text = std::fs::read_to_string(path.join(schema)).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let wrong: Vec<String> = validator.iter_errors(json).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{json:#}");
}

#[test]
fn check_says_what_stands() {
    let (folder, _) = example("guard-check");
    let run = guard(&folder, &["check"]);
    assert_eq!(run.code(), 0, "{}", run.err());
    let out = run.out();
    for part in [
        "guard.toml: environment `prod`",
        "127.0.0.1:8080 (plain text, on this machine)",
        "GET /orders/{id} -> orders: token:staff or api-key; limits each-caller; contract orders; buffered, recorded batched",
        "sqs -> shipping: matched by ARNs arn:aws:sqs:eu-central-1:111122223333:orders-*; recorded before",
        "each-caller: by principal; 100 in 1 s, 50 at once",
        "policies  api, clerks, large-orders, queue, readers",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let said = answer(&folder, &["check"], 0, "guard-check.schema.json");
    assert_eq!(said["problems"], json!([]));
    assert_eq!(said["warnings"], json!([]));
    assert_eq!(said["stands"]["routes"][1]["record"], "before");
    assert_eq!(said["stands"]["routes"][1]["max_body"], 65_536);
}

#[test]
fn check_tells_all_that_is_wrong_with_its_place() {
    let (folder, _) = example("guard-check-wrong");
    let text = std::fs::read_to_string(folder.0.join("guard.toml")).unwrap();
    let folder = folder
        .with(
            "a.toml",
            text.replace("burst = 50", "brust = 50")
                .replace("per = \"principal\"", "per = \"caller\""),
        )
        .with("b.toml", text.replace("staff.jwks.json", "gone.json"))
        .with(
            "policies/orders.cedar",
            "permit (principal, action, resource == Function::\"odrers\");\n",
        );
    let run = guard(&folder, &["check", "--config", "a.toml"]);
    assert_eq!((run.code(), run.out().as_str()), (2, ""));
    assert!(run.err().contains("a.toml:27:1: "), "{}", run.err());
    assert!(run.err().contains("`burst`"), "{}", run.err());
    assert!(run.err().contains("`caller`"), "{}", run.err());
    // Of what it names, too: both at once.
    let run = guard(&folder, &["check", "--config", "b.toml"]);
    assert_eq!(run.code(), 2);
    assert!(
        run.err().contains("gone.json: can't be read"),
        "{}",
        run.err()
    );
    assert!(
        run.err().contains("policies/orders.cedar:1:"),
        "{}",
        run.err()
    );
    let said = answer(
        &folder,
        &["check", "--config", "b.toml"],
        2,
        "guard-check.schema.json",
    );
    assert_eq!(said["stands"], Value::Null);
    assert!(said["problems"].as_array().unwrap().len() >= 2);
    // What is not there at all.
    let run = guard(&folder, &["check", "--config", "none.toml"]);
    assert_eq!(run.code(), 2);
    assert!(run.err().contains("none.toml: "), "{}", run.err());
}

#[test]
fn check_warns_of_functions_that_nobody_can_call() {
    let (folder, _) = example("guard-check-closed");
    let path = folder.0.join("policies/orders.cedar");
    let text = std::fs::read_to_string(&path).unwrap();
    let folder = folder.with(
        "policies/orders.cedar",
        text.replace("Function::\"shipping\"", "Function::\"orders\""),
    );
    let run = guard(&folder, &["check"]);
    assert_eq!(run.code(), 0, "{}", run.err());
    assert!(
        run.out()
            .contains("warning: guard.toml: no policy could permit anybody to call `shipping`"),
        "{}",
        run.out()
    );
    let said = answer(&folder, &["check"], 0, "guard-check.schema.json");
    assert_eq!(said["warnings"].as_array().unwrap().len(), 1);
}

#[test]
fn a_certificate_and_a_key_must_belong_to_each_other() {
    let (folder, _) = example("guard-check-tls");
    let text = std::fs::read_to_string(folder.0.join("guard.toml")).unwrap();
    let text = text.replace(
        "plaintext = true ",
        "certificate = \"chain.pem\"\nprivate-key = \"tls.key\" ",
    );
    let folder = folder
        .with("guard.toml", text)
        .with("chain.pem", "no certificate")
        .with("tls.key", SECRET);
    let run = guard(&folder, &["check"]);
    assert_eq!(run.code(), 2, "{}", run.out());
    assert!(run.err().contains("chain.pem: "), "{}", run.err());
    assert!(!run.err().contains(SECRET));
}

#[test]
fn each_record_of_a_batch_is_decided() {
    let (folder, _) = example("guard-decide");
    let decide = ["decide", "--event", "events/sqs.json"];
    let said = answer(&folder, &decide, 1, "guard-decide.schema.json");
    assert_eq!(said["decision"], "deny");
    let (first, second) = (&said["records"][0], &said["records"][1]);
    assert_eq!(
        (&first["decision"], &first["code"]),
        (&json!("permit"), &json!("permitted"))
    );
    assert_eq!(first["place"], "/Records/0");
    assert_eq!(first["function"], "shipping");
    assert_eq!(first["policies"], json!(["queue"]));
    // Nothing of an event is verified, and the answer says so.
    assert_eq!(first["verified"], json!([]));
    assert_eq!(
        first["matched"],
        json!(["arn, in the list of the source on line 58"])
    );
    assert_eq!(first["unverified"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&second["step"], &second["code"]),
        (&json!("receive"), &json!("arn-not-listed"))
    );
    let text = guard(&folder, &decide);
    assert_eq!(text.code(), 1);
    assert!(
        text.out().contains("/Records/0: permitted to `shipping`"),
        "{}",
        text.out()
    );
    assert!(
        text.out()
            .contains("/Records/1: denied at receive: arn-not-listed"),
        "{}",
        text.out()
    );
    assert!(
        text.out().contains("unverified  that it is from sqs"),
        "{}",
        text.out()
    );
    // Said to be something else.
    let run = guard(
        &folder,
        &["decide", "--event", "events/sqs.json", "--source", "sns"],
    );
    assert_eq!(run.code(), 3, "{}", run.out());
    assert!(run.err().contains("looks like `sqs`"), "{}", run.err());
    // What is not of the schema, and what nothing stands for.
    let event = std::fs::read_to_string(folder.0.join("events/sqs.json")).unwrap();
    let folder = folder
        .with(
            "bad.json",
            event.replace(
                "\\\"amount\\\": 40",
                &format!("\\\"amount\\\": \\\"{SECRET}\\\""),
            ),
        )
        .with("direct.json", "{}")
        .with("none.json", "{");
    let run = guard(&folder, &["decide", "--event", "bad.json"]);
    assert!(
        run.out()
            .contains("denied to `shipping` at validate: invalid"),
        "{}",
        run.out()
    );
    assert!(!run.out().contains(SECRET), "{}", run.out());
    let said = answer(
        &folder,
        &["decide", "--event", "direct.json"],
        1,
        "guard-decide.schema.json",
    );
    assert_eq!(said["records"][0]["code"], "no-route");
    assert_eq!(
        guard(&folder, &["decide", "--event", "none.json"]).code(),
        3
    );
    assert_eq!(
        guard(&folder, &["decide", "--event", "missing.json"]).code(),
        3
    );
}

/// Nothing in a direct invocation says who sent it, and for which function: the answer says so.
#[test]
fn a_direct_invocation_is_trusted_to_the_platform() {
    let source =
        |function: &str| format!("\n[[sources]]\nkind = \"direct\"\nfunction = \"{function}\"\n");
    let config = format!(
        "environment = \"prod\"\n[ledger]\ndir = \"ledger\"\n{}",
        source("nightly")
    );
    let folder = Folder::new("guard-decide-direct")
        .with("guard.toml", config.clone())
        .with("two.toml", format!("{config}{}", source("weekly")))
        .with("event.json", "[{\"anything\": 7}]")
        .with("queue.json", "{\"Records\": [{\"eventSource\": \"aws:sqs\", \"eventSourceARN\": \"a\", \"body\": \"\"}]}")
        .with("twice.json", "{\"a\": {\"b\": 1, \"b\": 2}}");
    let direct = ["decide", "--event", "event.json", "--source", "direct"];
    let said = answer(&folder, &direct, 0, "guard-decide.schema.json");
    let record = &said["records"][0];
    assert_eq!(
        (&record["kind"], &record["function"]),
        (&json!("direct"), &json!("nightly"))
    );
    assert_eq!(
        (&record["verified"], &record["matched"]),
        (&json!([]), &json!([]))
    );
    let trusted = "nothing was verified; the platform's permission to invoke `nightly`";
    assert_eq!(record["trusted"], json!([trusted]));
    assert!(
        guard(&folder, &direct)
            .out()
            .contains("  trusted     nothing was verified;")
    );
    let stands = guard(&folder, &["check"]).out();
    let line = "direct -> nightly: whoever the platform lets invoke it; recorded before";
    assert!(stands.contains(line), "{stands}");
    // What is sent may look like anything; as what it looks like, nothing stands for it.
    let queue = ["decide", "--event", "queue.json"];
    assert_eq!(
        guard(&folder, &[&queue[..], &["--source", "direct"]].concat()).code(),
        0
    );
    assert!(guard(&folder, &queue).out().contains("no-route"));
    // For which function it is, is never guessed.
    for (config, function, code, part) in [
        ("guard.toml", Some("nightly"), 0, "permitted to `nightly`"),
        ("guard.toml", Some("weekly"), 1, "function-not-listed"),
        ("two.toml", None, 1, "function-not-said"),
        ("two.toml", Some("weekly"), 0, "permitted to `weekly`"),
        ("two.toml", Some("daily"), 1, "function-not-listed"),
    ] {
        let mut arguments = [&direct[..], &["--config", config]].concat();
        arguments.extend(function.into_iter().flat_map(|name| ["--function", name]));
        let run = guard(&folder, &arguments);
        assert_eq!(
            run.code(),
            code,
            "{arguments:?}: {}{}",
            run.out(),
            run.err()
        );
        assert!(run.out().contains(part), "{arguments:?}: {}", run.out());
    }
    let run = guard(
        &folder,
        &["decide", "--event", "twice.json", "--source", "direct"],
    );
    assert_eq!(run.code(), 3, "{}", run.out());
    assert!(run.err().contains("twice: line 1, column"), "{}", run.err());
}

/// The function that an event was sent to narrows the sources of other kinds, too.
#[test]
fn sources_of_other_functions_do_not_count() {
    let (folder, _) = example("guard-decide-function");
    let decide = ["decide", "--event", "events/sqs.json", "--function"];
    for (function, code) in [("shipping", "permitted"), ("orders", "function-not-listed")] {
        let said = answer(
            &folder,
            &[&decide[..], &[function]].concat(),
            1,
            "guard-decide.schema.json",
        );
        assert_eq!(said["records"][0]["code"], code);
    }
}

/// The event of an API with a header field more.
fn call(folder: &Folder, name: &str, value: &str) -> String {
    let text = std::fs::read_to_string(folder.0.join("events/apigateway.json")).unwrap();
    let mut event: Value = serde_json::from_str(&text).unwrap();
    event["headers"][name] = value.into();
    event.to_string()
}

#[test]
fn the_call_inside_of_an_event_goes_through_its_route() {
    let (folder, key) = example("guard-decide-call");
    let decide = |event: String| {
        std::fs::write(folder.0.join("event.json"), event).unwrap();
        ["decide", "--event", "event.json", "--source", "apigateway"]
    };
    let arguments = decide(call(&folder, "x-api-key", &key));
    let said = answer(&folder, &arguments, 0, "guard-decide.schema.json");
    let record = &said["records"][0];
    assert_eq!(record["route"], "/orders/{id}");
    assert_eq!(record["principal"]["means"], "api-key");
    assert_eq!(
        record["matched"],
        json!(["account, in the list of the source on line 64"])
    );
    assert!(record["verified"][0].as_str().unwrap().contains("API key"));
    assert!(
        record["unverified"]
            .to_string()
            .contains("address of the caller")
    );
    assert!(!said.to_string().contains(&key));
    // One with another secret.
    let wrong = format!("palisade_prod_{}_{SECRET}", "a".repeat(12));
    let arguments = decide(call(&folder, "x-api-key", &wrong));
    let run = guard(&folder, &arguments);
    assert_eq!(run.code(), 1);
    assert!(
        run.out().contains("at authenticate: api-key-malformed"),
        "{}",
        run.out()
    );
    assert!(!format!("{}{}", run.out(), run.err()).contains(SECRET));
    // None at all.
    let run = guard(&folder, &["decide", "--event", "events/apigateway.json"]);
    assert!(
        run.out().contains("at authenticate: no-credential"),
        "{}",
        run.out()
    );
}

/// An issuer on this machine that publishes one key set.
fn issuer(keys: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut seen: Vec<u8> = Vec::new();
            while !seen.windows(4).any(|w| w == b"\r\n\r\n") {
                let mut some = [0; 1024];
                match stream.read(&mut some).unwrap() {
                    0 => break,
                    n => seen.extend(&some[..n]),
                }
            }
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                keys.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(keys.as_bytes()).unwrap();
        }
    });
    format!("http://{address}/keys")
}

#[test]
fn issuers_are_asked_only_online() {
    let (folder, _) = example("guard-decide-online");
    let key = MintingKey::ed25519(&[7; 32]).unwrap();
    let minter = Minter::new("https://login.example.com", 600, Vec::new(), key);
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = i64::try_from(since.unwrap().as_secs()).unwrap();
    let mut caller = Principal::new(Means::Token, "", "ada");
    caller.roles = vec!["clerk".to_owned()];
    let (token, _) = minter
        .mint(&caller, "https://api.example.com", now)
        .unwrap();
    let event = call(&folder, "authorization", &format!("Bearer {token}"));
    let url = issuer(minter.public_keys(now));
    let text = std::fs::read_to_string(folder.0.join("guard.toml")).unwrap();
    let folder = folder
        .with("guard.toml", text.replace("staff.jwks.json", &url))
        .with("event.json", event);
    let offline = guard(&folder, &["decide", "--event", "event.json"]);
    assert_eq!(offline.code(), 1);
    assert!(
        offline
            .out()
            .contains("at authenticate: issuer-keys-unavailable"),
        "{}",
        offline.out()
    );
    assert!(
        offline.out().contains("not fetched without --online"),
        "{}",
        offline.out()
    );
    let said = answer(
        &folder,
        &["decide", "--event", "event.json", "--online"],
        0,
        "guard-decide.schema.json",
    );
    assert_eq!(said["records"][0]["principal"]["id"], "ada");
    assert!(
        said["records"][0]["verified"][0]
            .as_str()
            .unwrap()
            .contains("token")
    );
    assert!(!said.to_string().contains(&token));
    // An issuer that does not answer is told by its address.
    let text = text.replace("staff.jwks.json", "http://127.0.0.1:1/keys");
    let folder = folder.with("guard.toml", text);
    let run = guard(&folder, &["decide", "--event", "event.json", "--online"]);
    assert_eq!(run.code(), 1);
    assert!(
        run.out()
            .contains("`http://127.0.0.1:1/keys` does not answer"),
        "{}",
        run.out()
    );
}

#[test]
fn a_request_is_explained_step_by_step() {
    let (folder, key) = example("guard-explain");
    let place = ["explain", "--request", "requests/place.toml"];
    let said = answer(&folder, &place, 0, "guard-explain.schema.json");
    assert_eq!(
        (&said["decision"], &said["supposed"]),
        (&json!("permit"), &json!(true))
    );
    assert_eq!(said["policies"], json!(["clerks"]));
    assert_eq!(said["steps"].as_array().unwrap().len(), 5);
    let run = guard(&folder, &["explain", "--request", "requests/large.json"]);
    assert_eq!(run.code(), 1);
    for part in [
        "passed  receive      route `/orders` to function `orders`",
        "supposed, not verified: token `ada` of `https://login.example.com`, roles clerk",
        "denied  authorize    forbidden: forbidden by large-orders",
        "`large-orders` (policies/orders.cedar:10)",
        "the caller is told 403 and no more",
    ] {
        assert!(run.out().contains(part), "{part}\n{}", run.out());
    }
    // With a credential, through the chain itself.
    let request = format!(
        "method = \"GET\"\npath = \"/orders/17\"\naddress = \"192.0.2.7\"\n[headers]\nx-api-key = \"{key}\"\n"
    );
    let folder = folder.with("shown.toml", &request);
    let said = answer(
        &folder,
        &["explain", "--request", "shown.toml"],
        0,
        "guard-explain.schema.json",
    );
    assert_eq!(
        (&said["supposed"], &said["principal"]["scopes"]),
        (&json!(false), &json!(["orders:read"]))
    );
    assert!(!said.to_string().contains(&key));
    // In a year it has expired.
    let folder = folder.with(
        "later.toml",
        format!("time = \"2099-01-01T00:00:00Z\"\n{request}"),
    );
    let said = answer(
        &folder,
        &["explain", "--request", "later.toml"],
        1,
        "guard-explain.schema.json",
    );
    assert_eq!(
        (&said["code"], &said["answer"]),
        (&json!("api-key-expired"), &json!(401))
    );
    // A supposed caller of a kind that the route does not take.
    let folder = folder.with("other.toml", "method = \"GET\"\npath = \"/orders/17\"\nprincipal = { means = \"certificate\", id = \"c\" }\n");
    let said = answer(
        &folder,
        &["explain", "--request", "other.toml"],
        1,
        "guard-explain.schema.json",
    );
    assert_eq!(
        (&said["steps"][1]["step"], &said["code"]),
        (&json!("authenticate"), &json!("no-credential"))
    );
}

#[test]
fn no_credential_is_ever_shown() {
    let (folder, _) = example("guard-secrets");
    for (name, text, code) in [
        (
            "token.toml",
            format!(
                "method = \"GET\"\npath = \"/orders/1\"\nheaders = {{ authorization = \"Bearer {SECRET}\" }}\n"
            ),
            1,
        ),
        (
            "both.toml",
            format!(
                "method = \"GET\"\npath = \"/orders/1\"\nheaders = {{ authorization = \"Bearer {SECRET}\", x-api-key = \"{SECRET}\" }}\n"
            ),
            1,
        ),
        (
            "type.toml",
            format!("method = \"GET\"\npath = \"/orders/1\"\ntls = \"{SECRET}\"\n"),
            3,
        ),
        (
            "open.toml",
            format!("method = \"GET\"\npath = \"/orders/1\"\n[headers]\nx-api-key = \"{SECRET}\n"),
            3,
        ),
        (
            "path.toml",
            format!("method = \"GET\"\npath = \"/../{SECRET}\"\n"),
            3,
        ),
        (
            "body.json",
            format!(
                "{{\"method\": \"POST\", \"path\": \"/orders\", \"body\": {{\"item\": 7, \"secret\": \"{SECRET}\"}}, \"principal\": {{\"means\": \"api-key\", \"id\": \"k\"}}, \"headers\": {{\"content-type\": \"application/json\"}}}}"
            ),
            1,
        ),
    ] {
        std::fs::write(folder.0.join(name), text).unwrap();
        for format in ["text", "json"] {
            let run = guard(&folder, &["explain", "--request", name, "--format", format]);
            assert_eq!(run.code(), code, "{name}: {}{}", run.out(), run.err());
            let all = format!("{}{}", run.out(), run.err());
            assert!(!all.contains(SECRET), "{name}: {all}");
        }
    }
}

#[test]
fn policies_are_held_to_tables() {
    let (folder, _) = example("guard-test");
    // Neither keys nor stores have to be there.
    std::fs::remove_file(folder.0.join("keys.json")).unwrap();
    let run = guard(&folder, &["test", "decisions.toml"]);
    assert_eq!(
        (run.code(), run.out().as_str()),
        (0, "5 cases are as expected\n"),
        "{}",
        run.err()
    );
    let said = answer(
        &folder,
        &["test", "decisions.toml"],
        0,
        "guard-test.schema.json",
    );
    assert_eq!((&said["cases"], &said["failed"]), (&json!(5), &json!(0)));
    let text = std::fs::read_to_string(folder.0.join("decisions.toml")).unwrap();
    let folder = folder
        .with(
            "wrong.toml",
            text.replacen("expect = \"allow\"", "expect = \"deny\"", 1),
        )
        .with("broken.toml", text.replace("\"orders\"", "\"odrers\""));
    let run = guard(&folder, &["test", "decisions.toml", "wrong.toml"]);
    assert_eq!(run.code(), 1);
    assert!(
        run.out()
            .contains("wrong.toml: `a key with the scope reads` differs"),
        "{}",
        run.out()
    );
    assert!(run.out().contains("1 of 10 cases differ"), "{}", run.out());
    let said = answer(
        &folder,
        &["test", "wrong.toml"],
        1,
        "guard-test.schema.json",
    );
    assert_eq!(
        said["tables"][0]["cases"][0]["policies"],
        json!(["readers"])
    );
    let junit = guard(&folder, &["test", "wrong.toml", "--format", "junit"]);
    assert_eq!(junit.code(), 1);
    assert!(
        junit.out().contains("<testsuites") && junit.out().contains("failures=\"1\""),
        "{}",
        junit.out()
    );
    let run = guard(&folder, &["test", "broken.toml"]);
    assert_eq!(run.code(), 2);
    assert!(
        run.err().contains("did you mean `orders`?"),
        "{}",
        run.err()
    );
}
