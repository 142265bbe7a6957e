//! Every reason for which an invocation can end, reached through the chain; and beside it the
//! invocation that is admitted, so that the reason is what made the difference.

use crate::fixture::{Records, call, route, text};
use palisade_authn::{Means, Minter, MintingKey, Principal};
use palisade_guard::keys::KeyStore;
use palisade_guard::{
    Admitted, Body, Denied, Entry, Guard, Headers, Occurrence, Outcome, Path, Peer, Reason,
    Request, SourceKind, Step,
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

const NOW: i64 = 1_790_000_000;

const POLICIES: &str = r#"
@id("members may order")
permit (principal in Role::"member", action in Action::"http", resource == Function::"orders");

@id("queues may deliver")
permit (principal is EventSource, action == Action::"event", resource == Function::"orders");

@id("nobody from the example network")
forbid (principal, action in Action::"http", resource)
when { context.network.ip.isInRange(ip("198.51.100.0/24")) };

@id("amounts are counted")
forbid (principal, action in Action::"http", resource)
when { context.request.body has amount && context.request.body.amount * 9223372036854775807 > 1 };
"#;

const SCHEMA: &str = r#"{"type": "object", "required": ["order"],
    "properties": {"order": {"type": "integer"}, "amount": {"type": "integer"}}}"#;

fn config() -> String {
    let tokens = "authenticate = [\"token:id\"]";
    let routes = [
        route("/open", "[\"GET\"]", "public = true"),
        route("/limited", "[\"GET\"]", "public = true\nlimits = [\"few\"]"),
        route(
            "/scope",
            "[\"GET\"]",
            &format!("{tokens}\nscopes = [\"orders\"]"),
        ),
        route(
            "/role",
            "[\"GET\"]",
            &format!("{tokens}\nroles = [\"admin\"]"),
        ),
        route("/orders", "[\"POST\"]", tokens).replace("max-body = 16", "contract = \"order\""),
        route(
            "/keys",
            "[\"GET\"]",
            "authenticate = [\"api-key\", \"token:id\"]\nroles = [\"member\"]",
        ),
        route(
            "/far",
            "[\"GET\"]",
            "authenticate = [\"token:far\"]\nroles = [\"member\"]",
        ),
        route("/counted", "[\"GET\"]", "public = true\nlimits = [\"day\"]"),
        route("/many", "[\"GET\"]", "public = true\nlimits = [\"one\"]"),
    ];
    format!(
        r#"policies = ["orders.cedar"]
quotas = "quotas.db"
[admission]
deny = ["192.0.2.0/24"]
[issuers.id]
issuer = "https://id.example.com"
audiences = ["orders"]
keys = "keys.jwks.json"
roles = "roles"
[issuers.far]
issuer = "https://far.example.com"
audiences = ["orders"]
roles = "roles"
[keys]
store = "keys.json"
[limits.few]
per = "address"
rate = "1/h"
burst = 1
[limits.day]
per = "all"
day = 100
[limits.one]
per = "address"
concurrent = 1
[contracts.order]
schema = "order.schema.json"
[functions.orders]
body = {{ amount = {{ pointer = "/amount", type = "long" }} }}
{}
[[sources]]
kind = "sqs"
function = "orders"
arns = ["arn:aws:sqs:eu-west-1:123456789012:orders"]
"#,
        routes.concat()
    )
}

/// An issuer of tokens, whose clock is the test's.
fn minter(issuer: &str) -> Minter {
    let key = MintingKey::ed25519(&[7; 32]).unwrap();
    Minter::new(issuer, 300, Vec::new(), key)
}

fn token(issuer: &str, roles: &[&str], scopes: &[&str], now: i64) -> String {
    let mut caller = Principal::new(Means::Token, "", "ada");
    caller.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    caller.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    minter(issuer).mint(&caller, "orders", now).unwrap().0
}

struct Case {
    request: Request,
    body: &'static [u8],
}

/// A call with header fields.
fn with(method: &str, path: &str, headers: &[(&str, &str)]) -> Case {
    let mut request = call(method, path);
    for (name, value) in headers {
        request.headers.push(*name, *value);
    }
    Case { request, body: b"" }
}

fn bearer(method: &str, path: &str, token: &str) -> Case {
    with(
        method,
        path,
        &[("authorization", &format!("Bearer {token}"))],
    )
}

fn from(mut case: Case, address: &str) -> Case {
    case.request.peer.address = Some(address.parse().unwrap());
    case
}

fn saying(case: Case, body: &'static [u8]) -> Case {
    Case { body, ..case }
}

fn queue(arn: &str) -> Case {
    let mut origin = Map::new();
    origin.insert("arn".to_owned(), Value::from(arn));
    let kind = SourceKind::Sqs;
    let occurrence = Occurrence {
        kind,
        origin,
        id: None,
        function: None,
    };
    let request = Request {
        entry: Entry::Event(occurrence),
        peer: Peer::default(),
        headers: Headers::default(),
    };
    Case {
        request,
        body: b"{}",
    }
}

async fn ask(guard: &Guard, case: Case) -> Result<Admitted, Denied> {
    let received = guard.receive(case.request)?;
    let limited = received.authenticate(Some(case.body)).await?.limit()?;
    let validated = limited.validate(Body::Whole(case.body.to_vec()))?;
    validated.authorize()?.admit().await
}

/// Which reason it is: no reason may be added without its case here.
fn number(reason: &Reason) -> usize {
    match reason {
        Reason::Path(_) => 0,
        Reason::NoRoute => 1,
        Reason::NoMethod => 2,
        Reason::Address => 3,
        Reason::TooLarge { .. } => 4,
        Reason::NoCredential => 5,
        Reason::SeveralCredentials => 6,
        Reason::Credential { .. } => 7,
        Reason::Unverifiable { .. } => 8,
        Reason::Source { .. } => 9,
        Reason::Limited { .. } => 10,
        Reason::Invalid { .. } => 11,
        Reason::Missing { .. } => 12,
        Reason::Forbidden { .. } => 13,
        Reason::Policy { .. } => 14,
        Reason::NotRecorded => 15,
        Reason::Aborted => 16,
        Reason::Malformed { .. } => 17,
        Reason::Uncounted => 18,
    }
}

/// Reached where a whole disk fails, and where a step is dropped: tests of their own.
const ELSEWHERE: [usize; 2] = [15, 16];

#[tokio::test]
async fn each_reason_is_given_where_it_is_due() {
    let records = Records::new("reasons");
    let folder = records.folder();
    let mut random = |bytes: &mut [u8]| bytes.fill(9);
    let store = KeyStore::open(folder.join("keys.json"), &mut random).unwrap();
    let new = palisade_authn::api_key::NewKey {
        name: "shop".to_owned(),
        roles: vec!["member".to_owned()],
        days: 30,
        ..Default::default()
    };
    let rules = palisade_authn::api_key::KeyRules { max_days: 90 };
    let key = store.issue(new, rules, &mut random, NOW).unwrap();
    let published = minter("https://id.example.com").public_keys(NOW);
    let guard = records.guard(
        &config(),
        &[
            ("keys.jwks.json", published.as_bytes()),
            ("orders.cedar", POLICIES.as_bytes()),
            ("order.schema.json", SCHEMA.as_bytes()),
        ],
    );
    records
        .clock
        .0
        .store(u64::try_from(NOW).unwrap() * 1000, Ordering::SeqCst);
    let id = "https://id.example.com";
    let member = token(id, &["member"], &["orders"], NOW);
    let stranger = token("https://far.example.com", &["member"], &[], NOW);
    let guest = token(id, &[], &[], NOW);
    let old = token(id, &["member"], &["orders"], NOW - 3600);
    let admitted = [
        with("GET", "/open", &[]),
        with("GET", "/limited", &[]),
        bearer("GET", "/scope", &member),
        with("GET", "/keys", &[("x-api-key", key.reveal())]),
        bearer("GET", "/keys", &member),
        saying(bearer("POST", "/orders", &member), b"{\"order\": 7}"),
        queue("arn:aws:sqs:eu-west-1:123456789012:orders"),
    ];
    let mut count = 0;
    for case in admitted {
        let described = format!("{:?}", case.request.entry);
        match ask(&guard, case).await {
            Ok(admitted) => admitted.finish(&Outcome::Answered {
                status: Some(200),
                bytes: 0,
                violations: Vec::new(),
            }),
            Err(denied) => panic!("{described}: {:?}", denied.reason()),
        }
        count += 2;
    }
    let holder = ask(&guard, with("GET", "/many", &[])).await.unwrap();
    let broken = with("GET", "/keys", &[("x-api-key", "palisade_nothing")]);
    let both = with(
        "GET",
        "/keys",
        &[
            ("x-api-key", key.reveal()),
            ("authorization", &format!("Bearer {member}")),
        ],
    );
    let refused = [
        ("no-route", with("GET", "/nothing", &[])),
        ("no-method", with("DELETE", "/open", &[])),
        ("address", from(with("GET", "/open", &[]), "192.0.2.9")),
        (
            "too-large",
            saying(with("GET", "/open", &[]), b"seventeen bytes, no"),
        ),
        ("no-credential", with("GET", "/scope", &[])),
        (
            "no-credential",
            with("GET", "/scope", &[("authorization", "Basic YTpi")]),
        ),
        ("several-credentials", both),
        ("api-key-malformed", broken),
        ("token-expired", bearer("GET", "/scope", &old)),
        ("token-issuer", bearer("GET", "/scope", &stranger)),
        ("issuer-keys-unavailable", bearer("GET", "/far", &stranger)),
        (
            "arn-not-listed",
            queue("arn:aws:sqs:eu-west-1:123456789012:others"),
        ),
        ("limited", with("GET", "/limited", &[])),
        ("limited", with("GET", "/many", &[])),
        ("not-counted", with("GET", "/counted", &[])),
        ("invalid", saying(bearer("POST", "/orders", &member), b"{}")),
        (
            "invalid",
            saying(
                bearer("POST", "/orders", &member),
                b"{\"order\": 7, \"order\": 8}",
            ),
        ),
        ("missing", bearer("GET", "/scope", &guest)),
        ("missing", bearer("GET", "/role", &member)),
        (
            "forbidden",
            saying(bearer("POST", "/orders", &guest), b"{\"order\": 7}"),
        ),
        (
            "forbidden",
            saying(
                from(bearer("POST", "/orders", &member), "198.51.100.7"),
                b"{\"order\": 7}",
            ),
        ),
        (
            "policy-error",
            saying(
                bearer("POST", "/orders", &member),
                b"{\"order\": 7, \"amount\": 2}",
            ),
        ),
    ];
    let mut seen: BTreeSet<usize> = ELSEWHERE.into();
    let mut codes = Vec::new();
    for (code, case) in refused {
        let described = format!("{:?}", case.request.entry);
        let Err(denied) = ask(&guard, case).await else {
            panic!("{described} is admitted, not {code}");
        };
        assert_eq!(denied.reason().code(), code, "{described}");
        seen.insert(number(denied.reason()));
        let _ = denied.record().await;
        codes.push(code);
    }
    // What an adapter refuses before it is a request.
    for (code, reason) in [
        (
            "path-dot-segment",
            Reason::Path(Path::parse("/a/../b").unwrap_err()),
        ),
        (
            "host-missing",
            Reason::Malformed {
                code: "host-missing",
            },
        ),
    ] {
        seen.insert(number(&reason));
        let _ = guard.refuse(call("GET", "/a"), reason).record().await;
        codes.push(code);
    }
    assert_eq!(seen, (0..=18).collect());
    drop(holder);
    let events = records.events().await;
    let denied = events
        .iter()
        .filter(|event| text(event, "/action") == "Denied");
    let on_record: Vec<&str> = denied.map(|event| text(event, "/status_code")).collect();
    assert_eq!(on_record, codes);
    assert_eq!(
        events.len(),
        count + 2 + codes.len(),
        "no more and no fewer"
    );
    for event in events
        .iter()
        .filter(|event| text(event, "/action") == "Denied")
    {
        let step = text(event, "/palisade/step");
        let step = Step::ALL
            .into_iter()
            .find(|known| known.name() == step)
            .unwrap();
        let named = event["palisade"]["clauses"].as_array().unwrap();
        let named: Vec<&str> = named.iter().filter_map(Value::as_str).collect();
        let due = step.clauses().iter().chain(&["SCSP-6.4", "SCSP-8.1"]);
        assert_eq!(named, due.copied().collect::<Vec<_>>());
    }
    let all = serde_json::to_string(&events).unwrap();
    for secret in [member.as_str(), stranger.as_str(), key.reveal()] {
        assert!(!all.contains(secret), "a credential is on record");
    }
    let forbidden = events.iter().find(|event| {
        event
            .pointer("/authorizations/0/decision")
            .is_some_and(|decision| decision == "deny")
    });
    let name = forbidden.map(|event| text(event, "/authorizations/0/policy/name"));
    assert_eq!(name, Some("nobody from the example network"));
}
