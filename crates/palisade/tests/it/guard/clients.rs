//! The gateway as others meet it: tokens of a real OpenID Connect issuer (oidc-provider, of npm),
//! and calls that AWS's own library signs (boto3, of PyPI).

use super::stand::{Serving, until};
use crate::Folder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that runs beside a test, and ends with it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Says that a test is skipped; it must not be where tools are required.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn missing(what: &str) {
    let required = std::env::var_os("PALISADE_REQUIRE_TOOLS").is_some_and(|v| v == "1");
    assert!(!required, "{what}");
    eprintln!("skipped: {what} (`.ci/run` brings it)");
}

/// What stands behind some words in the first line that has them.
fn said(from: impl std::io::Read + Send + 'static, words: &str) -> Option<String> {
    let mut lines = BufReader::new(from).lines().map_while(Result::ok);
    let found = lines.find_map(|line| Some(line.split_once(words)?.1.trim().to_owned()));
    // Who writes on must not find a closed pipe.
    std::thread::spawn(move || lines.for_each(drop));
    found
}

/// The issuer, and its address; nothing where it is not installed.
fn issuer() -> Option<(Running, String)> {
    let child = Command::new("node")
        .arg(beside("tests/clients/issuer.mjs"))
        .arg("0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let started = child.ok().and_then(|mut child| {
        let address = said(child.stdout.take()?, "issuer at http://");
        let running = Running(child);
        Some((running, address?))
    });
    if started.is_none() {
        missing("node with oidc-provider in target/tools is not there");
    }
    started
}

/// A function that gives back what it gets. Its address.
pub(super) fn function() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || echo(stream.unwrap()));
        }
    });
    address
}

fn echo(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if line.trim().is_empty() {
            break;
        }
        let line = line.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    let head = format!("{head}Content-Length: {length}\r\n\r\n");
    let _ = stream.write_all(&[head.as_bytes(), &body].concat());
}

/// Sends a request, and gives the status and the body of the answer.
pub(super) fn http(address: &str, first: &str, fields: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let timeout = Some(Duration::from_secs(30));
    stream.set_read_timeout(timeout).unwrap();
    let length = body.len();
    let head = format!("{first} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    let text = format!("{head}{fields}Content-Length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.get(9..12).and_then(|status| status.parse().ok());
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (
        status.unwrap_or_else(|| panic!("{answer}")),
        body.to_owned(),
    )
}

/// A client of the issuer.
struct Shop<'a> {
    issuer: &'a str,
    gateway: &'a str,
}

impl Shop<'_> {
    fn post(&self, path: &str, form: &str) -> String {
        // shop:shop-secret
        let fields = "Authorization: Basic c2hvcDpzaG9wLXNlY3JldA==\r\n\
                      Content-Type: application/x-www-form-urlencoded\r\n";
        let (status, body) = http(self.issuer, &format!("POST {path}"), fields, form);
        assert_eq!(status, 200, "{body}");
        body
    }

    fn token(&self, resource: &str) -> String {
        self.token_with(resource, "&scope=orders:read")
    }

    fn token_with(&self, resource: &str, more: &str) -> String {
        let form = format!("grant_type=client_credentials&resource=https://{resource}{more}");
        let answer: Value = serde_json::from_str(&self.post("/token", &form)).unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// What the gateway answers to a token.
    fn call(&self, token: &str) -> u16 {
        let fields = format!("Authorization: Bearer {token}\r\n");
        http(self.gateway, "GET /orders/7", &fields, "").0
    }

    /// How often the issuer was asked for a path.
    fn asked(&self, path: &str) -> u64 {
        let (_, counts) = http(self.issuer, "GET /try/asked", "", "");
        let counts: Value = serde_json::from_str(&counts).unwrap();
        counts[path].as_u64().unwrap_or(0)
    }
}

/// The configuration of docs/guard.md, with other addresses.
fn documented(issuer: &str, function: &str) -> String {
    let page = std::fs::read_to_string(beside("../../docs/guard.md")).unwrap();
    let section = page.split("\n## A real issuer\n").nth(1).unwrap();
    let block = section.split("```toml\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    for address in ["127.0.0.1:8080", "127.0.0.1:3000", "127.0.0.1:9000"] {
        assert!(block.contains(address), "{block}");
    }
    block
        .replace("127.0.0.1:8080", "127.0.0.1:0")
        .replace("127.0.0.1:3000", issuer)
        .replace("127.0.0.1:9000", function)
}

/// Heads of tokens that name keys `forged-0` to `forged-3`.
const FORGED: [&str; 4] = [
    "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImZvcmdlZC0wIn0",
    "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImZvcmdlZC0xIn0",
    "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImZvcmdlZC0yIn0",
    "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImZvcmdlZC0zIn0",
];

#[test]
fn tokens_of_a_real_issuer() {
    let Some((running, issuer)) = issuer() else {
        return;
    };
    let folder = Folder::new("guard-issuer")
        .with("guard.toml", documented(&issuer, &function()))
        .with("introspection.secret", "a+b c:d%41/=\n");
    let began = Instant::now();
    let serving = Serving::start(&folder);
    let shop = Shop {
        issuer: &issuer,
        gateway: &serving.address,
    };
    let orders = "orders.example.com";

    let first = shop.token(orders);
    let discovery = "/.well-known/openid-configuration";
    assert_eq!(shop.call(&first), 200);
    assert_eq!((shop.asked(discovery), shop.asked("/jwks")), (1, 1));

    assert_eq!(
        http(&serving.address, "GET /orders/7", "", "").0,
        401,
        "no token"
    );
    assert_eq!(shop.call(&shop.token("bills.example.com")), 401, "audience");
    assert_eq!(shop.call(&shop.token_with(orders, "")), 403, "no scope");
    let (_, signed) = first.split_once('.').unwrap();
    let changed = format!("{}AAAA", &first[..first.len() - 4]);
    assert_eq!(shop.call(&changed), 401, "another signature");
    let brief = shop.token("orders.example.com/brief");
    assert_eq!(shop.call(&brief), 200);

    // Opaque tokens: the issuer is asked, once.
    let asked = "/token/introspection";
    let opaque = shop.token("orders.example.com/opaque");
    assert_eq!((shop.call(&opaque), shop.call(&opaque)), (200, 200));
    assert_eq!(shop.asked(asked), 1);
    let revoked = shop.token("orders.example.com/opaque");
    shop.post("/token/revocation", &format!("token={revoked}"));
    assert_eq!(shop.call(&revoked), 401, "revoked");
    assert_eq!(shop.call("nobody-gave-this"), 401, "unknown");
    assert_eq!(shop.asked(asked), 3);

    // The issuer begins to sign with another key. Strangers that name keys of their own don't have
    // the issuer asked again and again.
    http(&issuer, "POST /try/rotate", "", "");
    let second = shop.token(orders);
    let forge = || {
        for head in FORGED {
            assert_eq!(shop.call(&format!("{head}.{signed}")), 401, "forged");
        }
    };
    forge();
    let asked = shop.asked("/jwks");
    assert!(asked <= fetches(began), "{asked}");
    until_taken(&shop, &second);
    assert_eq!(shop.call(&first), 200, "the old key is still published");
    forge();
    let asked = shop.asked("/jwks");
    assert!(asked <= fetches(began), "{asked}");
    until("it does not expire", || shop.call(&brief) == 401);

    // It withdraws both, and publishes one of which nobody had heard.
    http(&issuer, "POST /try/replace", "", "");
    let third = shop.token(orders);
    until_taken(&shop, &third);
    for (name, token) in [("first", &first), ("second", &second)] {
        assert_eq!(shop.call(token), 401, "{name}");
    }
    assert_eq!(shop.asked(discovery), 1);

    // It is gone: keys that are known hold on, and what only it can tell is refused.
    let fourth = shop.token(orders);
    let unasked = shop.token("orders.example.com/opaque");
    drop(running);
    assert_eq!(shop.call(&fourth), 200);
    assert_eq!(shop.call(&unasked), 503);
}

/// How often keys may have been fetched since the gateway began: 1, 2, 4, 8 and then 10 seconds lie
/// between two fetches.
fn fetches(began: Instant) -> u64 {
    // The gateway counts whole seconds.
    let seconds = began.elapsed().as_secs() + 1;
    let first = [0, 1, 3, 7, 15].iter().filter(|at| **at <= seconds);
    u64::try_from(first.count()).unwrap() + seconds.saturating_sub(15) / 10
}

/// Calls until a token with a new key is taken: ten seconds after keys were fetched last, at most.
fn until_taken(shop: &Shop<'_>, token: &str) {
    let began = Instant::now();
    while shop.call(token) != 200 {
        assert!(began.elapsed() < Duration::from_secs(12));
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A Python that has boto3.
fn python() -> Option<PathBuf> {
    let tools = beside("../../target/tools/bin/python3");
    let found = [tools, PathBuf::from("python3")]
        .into_iter()
        .find(|python| {
            let mut asked = Command::new(python);
            let asked = asked.args(["-c", "import boto3"]).stderr(Stdio::null());
            asked.status().is_ok_and(|status| status.success())
        });
    if found.is_none() {
        missing("boto3 is not there, on the PATH or in target/tools");
    }
    found
}

/// Makes the gateway's certificate.
pub(super) fn certificate(folder: &Folder) -> Option<()> {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
        .args([
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-subj",
            "/CN=gateway",
        ])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-keyout", "key.pem", "-out", "chain.pem"])
        .current_dir(&folder.0)
        .stderr(Stdio::null())
        .status();
    if made.is_ok_and(|status| status.success()) {
        return Some(());
    }
    missing("openssl is not on the PATH");
    None
}

/// What calls of boto3 are answered by a gateway for that service.
fn answers(kind: &str, routes: &[(&str, &str)]) -> Option<BTreeMap<String, String>> {
    let python = python()?;
    let mut config = format!(
        "environment = \"dev\"\n\
         [ledger]\ndir = \"ledger\"\n\
         [listen]\naddress = \"127.0.0.1:0\"\ncertificate = \"chain.pem\"\nprivate-key = \"key.pem\"\n\
         [targets.orders]\nurls = [\"http://{}\"]\n\
         [aws]\ncredentials = \"callers.toml\"\nregions = [\"eu-west-1\", \"eu-central-1\"]\n\
         service = \"{kind}\"\npresigned = \"15min\"\n",
        function()
    );
    for (method, path) in routes {
        config += &format!(
            "[[routes]]\npath = \"{path}\"\nmethods = [\"{method}\"]\nfunction = \"orders\"\n\
             target = \"orders\"\nauthenticate = [\"aws-signature\"]\nroles = [\"caller\"]\n"
        );
    }
    let caller = |id: &str, arn: &str, more: &str| {
        format!(
            "[[credential]]\naccess-key-id = \"{id}\"\n\
             secret-access-key = \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"\n\
             account = \"111122223333\"\narn = \"{arn}\"\nroles = [\"caller\"]\n{more}"
        )
    };
    let session = |year: &str| {
        format!(
            "session-token = \"IQoJb3JpZ2luX2VjEXAMPLE/+==\"\nexpires = \"{year}-01-01T00:00:00Z\"\n"
        )
    };
    let role = "arn:aws:sts::111122223333:assumed-role/shop/ada";
    let callers = [
        caller(
            "AKIAIOSFODNN7EXAMPLE",
            "arn:aws:iam::111122223333:user/ada",
            "",
        ),
        caller("ASIAIOSFODNN7EXAMPLE", role, &session("2100")),
        caller("ASIAIOSFODNN8EXAMPLE", role, &session("2020")),
    ]
    .concat();
    let folder = Folder::new(&format!("guard-aws-{kind}"))
        .with("guard.toml", config)
        .with("callers.toml", callers);
    certificate(&folder)?;
    let serving = Serving::start(&folder);
    let run = Command::new(python)
        .arg(beside("tests/clients/aws_caller.py"))
        .args([kind, &format!("https://{}", serving.address), "chain.pem"])
        .current_dir(&folder.0)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{errors}");
    let out = String::from_utf8(run.stdout).unwrap();
    let lines = out.lines().filter_map(|line| line.split_once(' '));
    Some(lines.map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
}

#[track_caller]
fn answered(mut answers: BTreeMap<String, String>, expected: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for (status, names) in expected {
        for name in *names {
            let got = answers.remove(*name).unwrap_or_default();
            if got != *status {
                wrong.push(format!("{name}: {got}, not {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(answers.is_empty(), "{answers:?}");
}

#[test]
fn boto3_invokes_a_function() {
    let invocations = "/2015-03-31/functions/{name}/invocations";
    let Some(answers) = answers("lambda", &[("POST", invocations)]) else {
        return;
    };
    let taken = ["by-name", "by-arn", "qualified", "event", "session"];
    let refused = [
        "wrong-secret",
        "unknown-key",
        "other-region",
        "session-token",
        "other-session",
        "no-session",
        "ended-session",
        "changed-body",
        "changed-header",
        "changed-path",
    ];
    answered(answers, &[("200", &taken), ("401", &refused)]);
}

#[test]
fn botocore_signs_calls_of_an_api() {
    let routes = [("GET", "/orders/{id}"), ("POST", "/orders")];
    let Some(answers) = answers("execute-api", &routes) else {
        return;
    };
    let taken = [
        "get",
        "query",
        "parameters",
        "path",
        "plain-path",
        "post",
        "presigned",
        "presigned-query",
        "presigned-session",
    ];
    let refused = [
        "presigned-other-session",
        "presigned-no-session",
        "presigned-ended-session",
        "presigned-too-long",
        "wrong-secret",
        "other-region",
        "other-service",
        "old",
        "unsigned-body",
        "changed-query",
        "added-query",
        "changed-path",
        "changed-presigned",
        "changed-body",
    ];
    let tls = [
        ("TLSv1.3", &["tls-1.3"][..]),
        ("TLSV1_ALERT_PROTOCOL_VERSION", &["tls-1.2"]),
    ];
    let expected = [("200", &taken[..]), ("401", &refused), tls[0], tls[1]];
    answered(answers, &expected);
}
