//! Floods: whoever sends them is cut off after a stated number, and nobody else is refused meanwhile.

use crate::fixture::{Records, Stand, quick, read};
use crate::second::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, GET, HEADERS, PREFACE, RESET, SETTINGS, fields,
    frame,
};
use hyper::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use palisade_authn::{Means, Minter, MintingKey, Principal};
use palisade_gateway::settings::FAULTS;
use palisade_guard::config::{Accept, Issuer};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const WINDOW_UPDATE: u8 = 8;

/// Somebody who calls again and again until the flood is over, and has to be answered each time.
struct Caller {
    is_over: Arc<AtomicBool>,
    calls: JoinHandle<usize>,
}

impl Caller {
    fn new(stand: &Arc<Stand>, asked: String) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let (stand, until) = (stand.clone(), is_over.clone());
        let calls = tokio::spawn(async move {
            let mut stream = stand.connect().await;
            let mut count = 0;
            while !until.load(Ordering::Relaxed) || count < 5 {
                stream.write_all(asked.as_bytes()).await.unwrap();
                let mut head = [0; 15];
                let read = timeout(Duration::from_secs(10), stream.read_exact(&mut head));
                read.await.expect("it is answered").unwrap();
                assert_eq!(&head, b"HTTP/1.1 200 OK");
                // The rest of the answer.
                let mut rest = [0; 4096];
                while let Ok(Ok(1..)) =
                    timeout(Duration::from_millis(20), stream.read(&mut rest)).await
                {
                }
                count += 1;
            }
            count
        });
        Self { is_over, calls }
    }

    async fn end(self) -> usize {
        self.is_over.store(true, Ordering::Relaxed);
        self.calls.await.unwrap()
    }
}

fn plain() -> String {
    "GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()
}

async fn begin(stand: &Stand) -> TcpStream {
    let mut stream = stand.connect_from(2).await;
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    stream
}

/// Writes until the other end closes; how many frames went away.
async fn flood(
    stream: &mut TcpStream,
    pause: Duration,
    mut next: impl FnMut(u32) -> Vec<u8>,
) -> u32 {
    let mut count = 0;
    let (mut reading, mut writing) = stream.split();
    let end = async {
        let mut into = [0; 4096];
        while let Ok(1..) = reading.read(&mut into).await {}
    };
    let write = async {
        while writing.write_all(&next(count)).await.is_ok() {
            count += 1;
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            } else if count % 64 == 0 {
                tokio::task::yield_now().await;
            }
        }
    };
    timeout(Duration::from_secs(20), async {
        tokio::select! {
            () = end => {}
            () = write => {}
        }
    })
    .await
    .expect("it is cut off");
    count
}

fn hanging() -> Vec<u8> {
    let mut of = GET;
    of[2].1 = "/open/hang";
    fields(&of)
}

/// A request that is given up as soon as it is asked for.
fn given_up(block: &[u8], count: u32) -> Vec<u8> {
    let id = count * 2 + 1;
    let mut bytes = frame(HEADERS, END_HEADERS | END_STREAM, id, block);
    bytes.extend(frame(RESET, 0, id, &8u32.to_be_bytes()));
    bytes
}

/// What is on record of a flood besides the callers that were served: its requests, and why its
/// connection ended.
async fn told(stand: &Stand, served: usize) -> (usize, Vec<String>) {
    let mut records = stand.records().await;
    let refusals = |records: &Records| {
        let codes = records.decisions.iter().map(|(_, code)| code.clone());
        codes
            .filter(|code| code.starts_with("http2-"))
            .collect::<Vec<_>>()
    };
    for _ in 0..40 {
        let permitted = Records::codes(&records.decisions);
        let permitted = permitted.iter().filter(|code| **code == "permitted");
        if permitted.count() == records.outcomes.len() && !refusals(&records).is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        records = stand.records().await;
    }
    let refusals = refusals(&records);
    let requests = records.decisions.len() - refusals.len() - served;
    (requests, refusals)
}

#[tokio::test(flavor = "multi_thread")]
async fn resets_at_once() {
    // CVE-2023-44487: each stream is given up as soon as it is asked for.
    let stand = Arc::new(Stand::new().await);
    let caller = Caller::new(&stand, plain());
    let block = hanging();
    let mut stream = begin(&stand).await;
    flood(&mut stream, Duration::ZERO, |count| given_up(&block, count)).await;
    let served = caller.end().await;
    let (requests, refusals) = told(&stand, served).await;
    // `settings::RESETS` that nobody has looked at, and those that somebody has.
    assert!(requests <= 40, "{requests}");
    assert_eq!(refusals, ["http2-flood"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn resets_that_we_are_made_to_send() {
    // CVE-2025-8671: a body that is longer than it should be, for which we reset the stream.
    let stand = Arc::new(Stand::new().await);
    let caller = Caller::new(&stand, plain());
    let mut block = hanging();
    block.extend(fields(&[("content-length", "1")]));
    let mut stream = begin(&stand).await;
    flood(&mut stream, Duration::ZERO, |count| {
        let id = count * 2 + 1;
        let mut bytes = frame(HEADERS, END_HEADERS, id, &block);
        bytes.extend(frame(DATA, END_STREAM, id, b"longer"));
        bytes
    })
    .await;
    let served = caller.end().await;
    let (requests, refusals) = told(&stand, served).await;
    // `settings::OWN_RESETS`, and a few that were on their way.
    assert!(requests <= 140, "{requests}");
    // One record, of the resets or of the end of the connection: whichever was sent first.
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    // A window that grows by nothing is the end at once.
    let mut stream = begin(&stand).await;
    let mut nothing = frame(HEADERS, END_HEADERS, 1, &hanging());
    nothing.extend(frame(WINDOW_UPDATE, 0, 1, &0u32.to_be_bytes()));
    stream.write_all(&nothing).await.unwrap();
    assert!(read(&mut stream).await.ends_with("<end>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn resets_after_a_while() {
    // Slow enough for each request to reach its function; and deaf to being asked to go.
    let stand = Arc::new(Stand::new().await);
    let caller = Caller::new(&stand, plain());
    let block = hanging();
    let mut stream = begin(&stand).await;
    flood(&mut stream, Duration::from_millis(4), |count| {
        let mut bytes = Vec::new();
        if let Some(before) = count.checked_sub(1) {
            bytes = frame(RESET, 0, before * 2 + 1, &8u32.to_be_bytes());
        }
        bytes.extend(frame(
            HEADERS,
            END_HEADERS | END_STREAM,
            count * 2 + 1,
            &block,
        ));
        bytes
    })
    .await;
    let served = caller.end().await;
    let mut requests = 0;
    for _ in 0..40 {
        let records = stand.records().await;
        requests = records.decisions.len() - served;
        if records.outcomes.len() == records.decisions.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let most = usize::try_from(2 * FAULTS).unwrap();
    assert!((most / 2..=most + 20).contains(&requests), "{requests}");
}

#[tokio::test(flavor = "multi_thread")]
async fn continuations() {
    let stand = Arc::new(Stand::new().await);
    let caller = Caller::new(&stand, plain());
    let first = frame(HEADERS, END_STREAM, 1, &fields(&GET));
    let more = fields(&[("x-a", &"a".repeat(100))]);
    // CVE-2024-27316: a head that never ends, of full frames, and of empty ones.
    for more in [more.as_slice(), &[]] {
        let mut stream = begin(&stand).await;
        stream.write_all(&first).await.unwrap();
        flood(&mut stream, Duration::ZERO, |_| {
            frame(CONTINUATION, 0, 1, more)
        })
        .await;
        // As many as may come, and one more: the answer has come by then.
        let mut stream = begin(&stand).await;
        stream.write_all(&first).await.unwrap();
        for _ in 0..5 {
            let frame = frame(CONTINUATION, 0, 1, more);
            stream.write_all(&frame).await.unwrap();
        }
        assert!(!read(&mut stream).await.ends_with("<end>"));
        stream
            .write_all(&frame(CONTINUATION, 0, 1, more))
            .await
            .unwrap();
        assert!(read(&mut stream).await.ends_with("<end>"));
    }
    let served = caller.end().await;
    let (requests, refusals) = told(&stand, served).await;
    assert_eq!((requests, refusals), (0, vec!["http2-flood".to_owned(); 4]));
}

fn minter() -> Minter {
    let key = MintingKey::ed25519(&[7; 32]).unwrap();
    Minter::new("https://login.example.com", 3600, Vec::new(), key)
}

/// A gateway that takes tokens at `/secret`, and a request with one that holds, and one with one
/// that does not.
#[expect(
    clippy::disallowed_methods,
    reason = "the gateway has the real clock, and tokens are valid by it"
)]
async fn with_tokens(name: &str) -> (Arc<Stand>, String, String) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_secs()).unwrap();
    let mut caller = Principal::new(Means::Token, "", "ada");
    caller.scopes = vec!["read".to_owned()];
    let good = minter().mint(&caller, "orders", now).unwrap().0;
    let file = format!("palisade-floods-{name}-{}.json", std::process::id());
    let file = std::env::temp_dir().join(file);
    std::fs::write(&file, minter().public_keys(now)).unwrap();
    let issuer = Issuer {
        issuer: "https://login.example.com".to_owned(),
        audiences: vec!["orders".to_owned()],
        audience_claim: palisade_guard::config::AudienceClaim::Aud,
        certificate_bound: false,
        algorithms: vec![palisade_authn::Algorithm::EdDsa],
        types: Vec::new(),
        keys: Some(file.to_str().unwrap().to_owned()),
        max_lifetime: None,
        subject: "sub".to_owned(),
        introspection: None,
        skew: 60,
        roles: None,
        require: BTreeMap::new(),
    };
    let stand = Stand::with(quick(), None, |config| {
        config.issuers.insert("staff".to_owned(), issuer);
        config.routes[2].accepts = vec![Accept::Token("staff".to_owned())];
        config.routes[2].scopes = vec!["read".to_owned()];
    })
    .await;
    std::fs::remove_file(&file).unwrap();
    // The signature of another token.
    let other = minter().mint(&caller, "orders", now + 1).unwrap().0;
    let (said, signature) = (
        good.rsplit_once('.').unwrap(),
        other.rsplit_once('.').unwrap(),
    );
    let bad = format!("{}.{}", said.0, signature.1);
    (Arc::new(stand), good, bad)
}

fn bearing(token: &str) -> String {
    format!("GET /secret HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_tokens() {
    let (stand, good, bad) = with_tokens("one").await;
    let caller = Caller::new(&stand, bearing(&good));
    let mut stream = stand.connect_from(2).await;
    let asked = bearing(&bad);
    let mut answers = Vec::new();
    // One behind the other, without waiting for answers.
    let many = asked.repeat(usize::try_from(FAULTS).unwrap() + 50);
    stream.write_all(many.as_bytes()).await.unwrap();
    let read = timeout(Duration::from_secs(30), stream.read_to_end(&mut answers));
    let _ = read.await.expect("it is cut off");
    let answers = String::from_utf8_lossy(&answers);
    let refused = answers.matches("HTTP/1.1 401").count();
    assert_eq!(refused, usize::try_from(FAULTS).unwrap());
    assert!(caller.end().await >= 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_tokens_over_http_2() {
    let (stand, good, bad) = with_tokens("two").await;
    let caller = Caller::new(&stand, bearing(&good));
    let stream = TokioIo::new(stand.connect_from(2).await);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
            .await
            .unwrap();
    let served = tokio::spawn(connection);
    let mut refused = 0;
    loop {
        let request =
            Request::get("http://a/secret").header("authorization", format!("Bearer {bad}"));
        let request = request.body(String::new()).unwrap();
        let asked = async {
            sender.ready().await?;
            sender.send_request(request).await
        };
        match timeout(Duration::from_secs(10), asked).await.unwrap() {
            Ok(response) => assert_eq!(response.status(), 401),
            Err(_) => break,
        }
        refused += 1;
        assert!(refused <= 2 * FAULTS, "never cut off");
    }
    assert!((FAULTS..FAULTS + 5).contains(&refused), "{refused}");
    drop(sender);
    let _ = timeout(Duration::from_secs(5), served)
        .await
        .expect("it ends");
    assert!(caller.end().await >= 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_front_is_not_cut_off() {
    let stand = Stand::with(quick(), None, |config| {
        let listen = config.listen.as_mut().unwrap();
        listen.plaintext = true;
        listen.behind = vec!["127.0.0.0/8".parse().unwrap()];
        config.routes[2].accepts = vec![Accept::Token("staff".to_owned())];
        config.issuers.insert("staff".to_owned(), hs256());
    })
    .await;
    let count = usize::try_from(FAULTS).unwrap() + 10;
    let asked = "GET /secret HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\nAuthorization: Bearer x\r\n\r\n";
    let mut stream = stand.connect().await;
    stream
        .write_all(asked.repeat(count).as_bytes())
        .await
        .unwrap();
    let mut answers = String::new();
    while answers.matches("HTTP/1.1 401").count() < count {
        let more = timeout(Duration::from_secs(20), read(&mut stream))
            .await
            .unwrap();
        assert!(!more.ends_with("<end>"), "{more}");
        answers += &more;
    }
}

/// An issuer whose keys nobody has to find.
fn hs256() -> Issuer {
    Issuer {
        issuer: "https://login.example.com".to_owned(),
        audiences: vec!["orders".to_owned()],
        audience_claim: palisade_guard::config::AudienceClaim::Aud,
        certificate_bound: false,
        algorithms: vec![palisade_authn::Algorithm::EdDsa],
        types: Vec::new(),
        keys: Some("https://login.example.com/keys".to_owned()),
        max_lifetime: None,
        subject: "sub".to_owned(),
        introspection: None,
        skew: 60,
        roles: None,
        require: BTreeMap::new(),
    }
}
