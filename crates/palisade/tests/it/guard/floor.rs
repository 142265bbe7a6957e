//! TLS 1.2 by an exception of the policy, and never without.

use super::answer;
use super::clients::certificate;
use super::stand::Serving;
use crate::Folder;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const CONFIG: &str = r#"environment = "dev"
[ledger]
dir = "ledger"

[listen]
address = "127.0.0.1:0"
certificate = "chain.pem"
private-key = "key.pem"
min-tls = "1.2"

[targets.orders]
urls = ["http://127.0.0.1:1"]

[[routes]]
path = "/"
methods = ["GET"]
function = "orders"
target = "orders"
public = true
"#;

/// A day so many days from now.
fn day(from_now: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seconds = i64::try_from(now.as_secs()).unwrap() + from_now * 86_400;
    palisade_core::Date::from_unix_seconds(u64::try_from(seconds).unwrap()).to_string()
}

fn exception(clause: &str, resource: &str, expires: &str) -> String {
    format!(
        "[[exception]]\nclause = \"{clause}\"\nresource = \"{resource}\"\nfile = \"guard.toml\"\n\
         reason = \"old terminals\"\ncompensating-control = \"a network of their own\"\n\
         requester = \"ann\"\napprover = \"bob\"\nexpires = \"{expires}\"\n"
    )
}

fn folder(name: &str) -> Option<Folder> {
    let folder = Folder::new(name)
        .with("guard.toml", CONFIG)
        .with("palisade.toml", "");
    certificate(&folder)?;
    Some(folder)
}

#[test]
fn check_and_serve_want_an_exception_that_holds() {
    let Some(mut folder) = folder("guard-floor") else {
        return;
    };
    let (soon, past, far) = (day(2), day(-2), day(5000));
    for (exceptions, said) in [
        (
            String::new(),
            "there is none from `SCSP-3.2` for `guard:listen`",
        ),
        (
            exception("SCSP-3.1", "guard:listen", &soon),
            "there is none",
        ),
        (exception("SCSP-3.2", "Legacy*", &soon), "there is none"),
        (
            exception("SCSP-3.2", "guard:listen", &past),
            "approved by bob, ended on",
        ),
        (
            exception("SCSP-3.2", "guard:listen", &far),
            "later than the policy allows",
        ),
        (
            exception("SCSP-3.2", "guard:listen", &soon).replace("\"bob\"", "\"Ann\""),
            "cannot approve their own exception",
        ),
    ] {
        folder = folder.with("exceptions.toml", exceptions);
        for command in ["check", "serve"] {
            let run = folder.run(&["guard", command]);
            assert_eq!(
                run.code(),
                2,
                "{command} {said}: {}{}",
                run.out(),
                run.err()
            );
            assert!(run.err().contains(said), "{command} {said}: {}", run.err());
            assert!(
                run.err().contains("guard.toml:5: `min-tls"),
                "{}",
                run.err()
            );
        }
    }
    let folder = folder.with(
        "exceptions.toml",
        exception("SCSP-3.2", "guard:listen", &soon),
    );
    let run = folder.run(&["guard", "check"]);
    assert_eq!(run.code(), 0, "{}", run.err());
    assert!(
        run.out().contains("(TLS 1.2 by exception)"),
        "{}",
        run.out()
    );
    let said = answer(&folder, &["check"], 0, "guard-check.schema.json");
    assert_eq!(said["stands"]["listen"]["min_tls"], "1.2");
}

/// Whether a handshake of that version succeeds.
fn speaks(address: &str, version: &str) -> bool {
    let run = Command::new("openssl")
        .args([
            "s_client", "-connect", address, version, "-alpn", "http/1.1",
        ])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    said.contains("ALPN protocol: http/1.1")
}

#[test]
fn an_exception_that_is_taken_back_ends_tls_1_2() {
    let Some(folder) = folder("guard-floor-serve") else {
        return;
    };
    let good = exception("SCSP-3.2", "guard:listen", &day(2));
    let folder = folder.with("exceptions.toml", good);
    let serving = Serving::start(&folder);
    let address = &serving.address;
    assert!(speaks(address, "-tls1_3"));
    assert!(speaks(address, "-tls1_2"));
    assert!(!speaks(address, "-tls1_1"));
    std::fs::remove_file(folder.0.join("exceptions.toml")).unwrap();
    let began = Instant::now();
    while speaks(address, "-tls1_2") {
        assert!(began.elapsed() < Duration::from_secs(30), "taken still");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(speaks(address, "-tls1_3"));
}
