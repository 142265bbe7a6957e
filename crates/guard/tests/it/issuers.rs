//! When issuers are asked, and what becomes of it.

use crate::fixture::{Records, call, route};
use palisade_authn::{Means, Minter, MintingKey, Principal};
use palisade_guard::{Fetch, FetchError, Fetched, Guard};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

const ISSUER: &str = "https://login.example.com";
pub(crate) const NOW: i64 = 1_790_000_000;

/// An issuer that answers what it was told to.
#[derive(Debug)]
pub(crate) struct Told {
    answers: Mutex<Vec<(String, String)>>,
    asked: Mutex<Vec<String>>,
    /// How many questions may be answered.
    gate: Semaphore,
}

impl Told {
    pub(crate) fn new(gate: usize) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::default(),
            asked: Mutex::default(),
            gate: Semaphore::new(gate),
        })
    }

    pub(crate) fn publish(&self, place: &str, minter: &Minter) {
        let url = format!("{ISSUER}{place}");
        let discovery = json!({ "issuer": ISSUER, "jwks_uri": url });
        *self.answers.lock().unwrap() = vec![
            (
                format!("{ISSUER}/.well-known/openid-configuration"),
                discovery.to_string(),
            ),
            (url, minter.public_keys(NOW)),
        ];
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Fetch for Told {
    fn get<'f>(&'f self, url: &'f str) -> Fetched<'f> {
        let path = url.strip_prefix(ISSUER).unwrap_or(url);
        self.asked.lock().unwrap().push(path.to_owned());
        Box::pin(async move {
            self.gate.acquire().await.unwrap().forget();
            let answers = self.answers.lock().unwrap();
            let found = answers.iter().find(|(place, _)| place == url);
            let found = found.map(|(_, a)| a.clone().into_bytes());
            found.ok_or_else(|| FetchError(format!("`{url}` does not answer")))
        })
    }

    fn post_form<'f>(&'f self, url: &'f str, _: String, authorization: &'f str) -> Fetched<'f> {
        self.asked.lock().unwrap().push(authorization.to_owned());
        self.get(url)
    }
}

pub(crate) fn guarded(records: &mut Records, told: &Arc<Told>, more: &str) -> Guard {
    records.fetch = Some(told.clone());
    let issuer = format!(
        "\n[issuers.staff]\nissuer = \"{ISSUER}\"\naudiences = [\"orders\"]\nroles = \"roles\"\n{more}"
    );
    let keys = "authenticate = [\"token:staff\"]\nroles = [\"clerk\"]";
    let route = route("/orders", r#"["GET"]"#, keys);
    records.guard(
        &format!("{issuer}{route}"),
        &[("secret", "a+b c:d%41/=é\n".as_bytes())],
    )
}

pub(crate) fn minter(key: u8) -> Minter {
    let key = MintingKey::ed25519(&[key; 32]).unwrap();
    Minter::new(ISSUER, 3600, Vec::new(), key)
}

fn token(minter: &Minter, id: &str) -> String {
    token_at(minter, id, NOW)
}

pub(crate) fn token_at(minter: &Minter, id: &str, at: i64) -> String {
    let mut caller = Principal::new(Means::Token, "", "ada");
    caller.roles = vec!["clerk".to_owned()];
    caller.scopes.push(id.to_owned());
    minter.mint(&caller, "orders", at).unwrap().0
}

async fn shown(guard: &Guard, token: &str) -> Result<(), &'static str> {
    shown_over(guard, token, &[]).await
}

/// Over a connection with these certificates.
async fn shown_over(
    guard: &Guard,
    token: &str,
    certificates: &[&[u8]],
) -> Result<(), &'static str> {
    let mut request = call("GET", "/orders");
    request.peer.certificates = certificates.iter().map(|der| der.to_vec()).collect();
    request
        .headers
        .push("authorization", format!("Bearer {token}"));
    let received = guard.receive(request).map_err(|d| d.reason().code())?;
    let authenticated = received.authenticate(None).await;
    authenticated.map(drop).map_err(|d| d.reason().code())
}

/// What runs beside comes to its end.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

#[tokio::test]
async fn a_caller_that_hangs_up_keeps_keys_from_nobody() {
    let (mut records, told, minter) = (Records::new("hangs-up"), Told::new(0), minter(1));
    told.publish("/keys", &minter);
    let guard = guarded(&mut records, &told, "");
    let first = token(&minter, "1");
    let gone = tokio::time::timeout(Duration::from_millis(20), shown(&guard, &first));
    gone.await.unwrap_err();
    let second = token(&minter, "2");
    let (result, ()) = tokio::join!(shown(&guard, &second), async {
        settle().await;
        told.gate.add_permits(2);
    });
    assert_eq!(result, Ok(()));
    let asked = told.asked();
    assert_eq!(asked, ["/.well-known/openid-configuration", "/keys"]);
}

#[tokio::test]
async fn a_key_that_the_issuer_withdrew_is_gone_after_a_while() {
    let (mut records, told) = (Records::new("withdrawn"), Told::new(99));
    let (old, new) = (minter(1), minter(2));
    told.publish("/keys", &old);
    let guard = guarded(&mut records, &told, "");
    assert_eq!(shown(&guard, &token(&old, "1")).await, Ok(()));
    told.publish("/keys", &new);
    let later = |seconds: u64| records.clock.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    later(800);
    assert_eq!(shown(&guard, &token(&old, "1")).await, Ok(()));
    settle().await;
    assert_eq!(told.asked().len(), 2, "no question is due");
    later(101);
    // Nobody waits for the answer; it counts from then on, for tokens that were seen before, too.
    assert_eq!(shown(&guard, &token(&old, "2")).await, Ok(()));
    settle().await;
    assert_eq!(told.asked(), ["/keys"]);
    for id in ["1", "2", "3"] {
        assert!(shown(&guard, &token(&old, id)).await.is_err(), "{id}");
    }
    assert_eq!(shown(&guard, &token(&new, "4")).await, Ok(()));
}

#[tokio::test]
async fn keys_that_have_moved_are_found_again() {
    let (mut records, told) = (Records::new("moved"), Told::new(99));
    let (old, new) = (minter(1), minter(2));
    told.publish("/keys", &old);
    let guard = guarded(&mut records, &told, "");
    assert_eq!(shown(&guard, &token(&old, "1")).await, Ok(()));
    told.publish("/moved", &new);
    records.clock.0.fetch_add(11_000, Ordering::SeqCst);
    assert!(shown(&guard, &token(&new, "2")).await.is_err());
    records.clock.0.fetch_add(2_000, Ordering::SeqCst);
    assert_eq!(shown(&guard, &token(&new, "2")).await, Ok(()));
    let discovery = "/.well-known/openid-configuration";
    assert_eq!(
        told.asked(),
        [discovery, "/keys", "/keys", discovery, "/moved"]
    );
}

#[tokio::test]
async fn a_revoked_opaque_token_is_gone_after_half_a_minute() {
    let (mut records, told) = (Records::new("opaque"), Told::new(99));
    let place = format!("{ISSUER}/ask");
    let more = format!(
        "[issuers.staff.introspection]\nurl = \"{place}\"\nclient = \"pali sade\"\nsecret-file = \"secret\"\n"
    );
    let guard = guarded(&mut records, &told, &more);
    let answer = |answer: serde_json::Value| {
        *told.answers.lock().unwrap() = vec![(place.clone(), answer.to_string())];
    };
    answer(json!({ "active": true, "sub": "ada", "exp": NOW + 600, "roles": ["clerk"] }));
    assert_eq!(shown(&guard, "opaque-1").await, Ok(()));
    // RFC 6749, section 2.3.1: both are encoded before they are joined.
    let basic = "Basic cGFsaStzYWRlOmElMkJiK2MlM0FkJTI1NDElMkYlM0QlQzMlQTk=";
    assert_eq!(told.asked(), [basic, "/ask"]);
    answer(json!({ "active": false }));
    records.clock.0.fetch_add(29_000, Ordering::SeqCst);
    assert_eq!(shown(&guard, "opaque-1").await, Ok(()));
    assert_eq!(shown(&guard, "opaque-2").await, Err("token-inactive"));
    records.clock.0.fetch_add(2_000, Ordering::SeqCst);
    assert_eq!(shown(&guard, "opaque-1").await, Err("token-inactive"));
}

/// RFC 8705, section 3: also of a token that was seen before, with the right certificate.
#[tokio::test]
async fn a_token_that_is_bound_to_a_certificate_comes_with_it() {
    // The SHA-256 of `the certificate`.
    const HASH: &str = "peKvyIIvZTgeZgE2oXjYQEw0eF8gzLDcB6eMo-2lqiE";
    let (mut records, told) = (Records::new("bound"), Told::new(99));
    let place = format!("{ISSUER}/ask");
    let asked = format!(
        "[issuers.staff.introspection]\nurl = \"{place}\"\nclient = \"palisade\"\nsecret-file = \"secret\"\n"
    );
    let guard = guarded(&mut records, &told, &asked);
    let answer = |cnf: serde_json::Value| {
        let mut answer =
            json!({ "active": true, "sub": "ada", "exp": NOW + 600, "roles": ["clerk"] });
        if !cnf.is_null() {
            answer["cnf"] = cnf;
        }
        *told.answers.lock().unwrap() = vec![(place.clone(), answer.to_string())];
    };
    let (right, wrong): (&[u8], &[u8]) = (b"the certificate", b"another");
    answer(json!({ "x5t#S256": HASH }));
    for _ in 0..2 {
        assert_eq!(shown_over(&guard, "bound", &[right]).await, Ok(()));
        for certificates in [&[][..], &[wrong], &[wrong, right]] {
            let told = shown_over(&guard, "bound", certificates).await;
            assert_eq!(told, Err("token-certificate"));
        }
    }
    answer(json!({ "jkt": HASH }));
    assert_eq!(
        shown_over(&guard, "key", &[right]).await,
        Err("token-claim-refused")
    );
    answer(json!(null));
    assert_eq!(shown_over(&guard, "free", &[wrong]).await, Ok(()));
}

#[tokio::test]
async fn operators_learn_what_issuers_do_not_answer() {
    let (mut records, told, minter) = (Records::new("unreached"), Told::new(99), minter(1));
    let guard = guarded(&mut records, &told, "");
    guard.tend();
    assert_eq!(guard.unreached(), [], "nothing was asked yet");
    settle().await;
    let place = format!("{ISSUER}/.well-known/openid-configuration");
    let trouble = guard.unreached();
    assert_eq!(trouble.len(), 1, "{trouble:?}");
    assert!(guard.tend().contains(&trouble[0]));
    assert_eq!(trouble[0].about, "the keys of the issuer `staff`");
    assert_eq!(trouble[0].what, format!("`{place}` does not answer"));
    // Nor is it asked again at once, whoever calls.
    let unavailable = Err("issuer-keys-unavailable");
    assert_eq!(shown(&guard, &token(&minter, "1")).await, unavailable);
    assert_eq!(told.asked().len(), 1);
    // An answer that is of no use is one that there is none.
    let document = json!({ "issuer": "https://other.example.com", "jwks_uri": "https://a.b/c" });
    *told.answers.lock().unwrap() = vec![(place, document.to_string())];
    records.jump(2);
    guard.tend();
    settle().await;
    let trouble = guard.unreached();
    assert!(trouble[0].what.contains("another issuer"), "{trouble:?}");
    told.publish("/keys", &minter);
    records.jump(3);
    guard.tend();
    settle().await;
    assert_eq!(guard.unreached(), []);
    assert_eq!(shown(&guard, &token(&minter, "1")).await, Ok(()));
}

#[tokio::test]
async fn what_is_known_of_an_issuer_stays() {
    let (mut records, told) = (Records::new("issuer-stays"), Told::new(99));
    let (known, new) = (minter(1), minter(2));
    told.publish("/keys", &known);
    let guard = guarded(&mut records, &told, "");
    assert_eq!(shown(&guard, &token(&known, "1")).await, Ok(()));
    told.asked();
    told.answers.lock().unwrap().clear();
    let skew = guard.config().clone();
    let more = "skew = \"20s\"\n";
    for config in [skew, guarded(&mut records, &told, more).config().clone()] {
        let next = guard.with(config).unwrap();
        // Keys that are known hold; nor can strangers have the issuer asked more often than before.
        assert_eq!(shown(&next, &token(&known, "2")).await, Ok(()));
        let unknown = Err("token-key-unknown");
        assert_eq!(shown(&next, &token(&new, "3")).await, unknown);
        assert_eq!(told.asked(), [""; 0]);
    }
    // Keys of another place are other keys.
    let more = format!("keys = \"{ISSUER}/other\"\n");
    let other = guarded(&mut records, &told, &more).config().clone();
    let unavailable = Err("issuer-keys-unavailable");
    let next = guard.with(other).unwrap();
    assert_eq!(shown(&next, &token(&known, "4")).await, unavailable);
    assert_eq!(told.asked(), ["/other"]);
}

/// Asks the issuer about opaque tokens.
const OPAQUE: &str = "[issuers.staff.introspection]\nurl = \"https://login.example.com/ask\"\nclient = \"palisade\"\nsecret-file = \"secret\"\n";

fn asked_about(told: &Told, answer: serde_json::Value) {
    *told.answers.lock().unwrap() = vec![(format!("{ISSUER}/ask"), answer.to_string())];
}

/// How many times the issuer was asked about a token since the last time that this was asked.
fn questions(told: &Told) -> usize {
    told.asked().iter().filter(|place| *place == "/ask").count()
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_opaque_tokens_asks_so_many_questions_at_a_time() {
    let (mut records, told) = (Records::new("opaque-flood"), Told::new(0));
    let guard = guarded(&mut records, &told, OPAQUE);
    asked_about(&told, json!({ "active": false }));
    let flood = (0..400).map(|number| {
        let guard = guard.clone();
        tokio::spawn(async move { shown(&guard, &format!("opaque-{number}")).await })
    });
    let flood: Vec<_> = flood.collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(questions(&told), 32);
    // Who found no room was refused at once: nobody knows whether the token is good.
    let ended = flood.iter().filter(|task| task.is_finished()).count();
    assert_eq!(ended, 400 - 32 - 256);
    // Who has waited for too long, too; the first ones still wait for the issuer.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(questions(&told), 0);
    told.gate.add_permits(1000);
    let mut codes = std::collections::BTreeMap::new();
    for task in flood {
        let code = task.await.unwrap().unwrap_err();
        *codes.entry(code).or_insert(0) += 1;
    }
    let codes: Vec<_> = codes.into_iter().collect();
    assert_eq!(codes, [("introspection-busy", 368), ("token-inactive", 32)]);
    // It is over with the flood.
    asked_about(
        &told,
        json!({ "active": true, "sub": "ada", "exp": NOW + 600, "roles": ["clerk"] }),
    );
    assert_eq!(shown(&guard, "good").await, Ok(()));
}

#[tokio::test]
async fn what_an_issuer_has_refused_is_not_asked_again_at_once() {
    let (mut records, told) = (Records::new("opaque-again"), Told::new(99));
    let guard = guarded(&mut records, &told, OPAQUE);
    asked_about(&told, json!({ "active": false }));
    for _ in 0..3 {
        assert_eq!(shown(&guard, "bad").await, Err("token-inactive"));
    }
    assert_eq!(questions(&told), 1);
    records.clock.0.fetch_add(10_000, Ordering::SeqCst);
    assert_eq!(shown(&guard, "bad").await, Err("token-inactive"));
    assert_eq!(questions(&told), 1);
    // That it could not be reached is no refusal.
    told.answers.lock().unwrap().clear();
    for _ in 0..2 {
        let code = shown(&guard, "other").await;
        assert_eq!(code, Err("introspection-unavailable"));
    }
    assert_eq!(questions(&told), 2);
}

#[tokio::test]
async fn one_opaque_token_sent_many_times_at_once_is_asked_about_a_few_times() {
    let (mut records, told) = (Records::new("opaque-same"), Told::new(0));
    let guard = guarded(&mut records, &told, OPAQUE);
    asked_about(
        &told,
        json!({ "active": true, "sub": "ada", "exp": NOW + 600, "roles": ["clerk"] }),
    );
    let same = (0..100).map(|_| {
        let guard = guard.clone();
        tokio::spawn(async move { shown(&guard, "good").await })
    });
    let same: Vec<_> = same.collect();
    settle().await;
    told.gate.add_permits(1000);
    for task in same {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    assert_eq!(questions(&told), 32);
}
