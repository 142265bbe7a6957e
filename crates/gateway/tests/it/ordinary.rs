//! What well-meaning callers see: answers, streams, WebSockets, retries, reloads; and that each of
//! their requests is on record once.

use crate::fixture::{Records, Stand, config, function, quick, read};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use palisade_guard::config::{BodyMode, Template, WebSocket};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

type Caller = Client<HttpConnector, Full<Bytes>>;

fn caller(is_second: bool) -> Caller {
    Client::builder(TokioExecutor::new())
        .http2_only(is_second)
        .build_http()
}

impl Stand {
    async fn ask(
        &self,
        caller: &Caller,
        method: &str,
        path: &str,
        body: &str,
    ) -> Response<Incoming> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .body(Full::new(Bytes::from(body.to_owned())));
        caller.request(request.unwrap()).await.unwrap()
    }
}

async fn text(response: Response<Incoming>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_go_through() {
    let stand = Stand::new().await;
    for is_second in [false, true] {
        let caller = caller(is_second);
        for path in ["/open/x", "/stream/x"] {
            let response = stand.ask(&caller, "POST", path, "hello").await;
            assert_eq!(response.status(), 200);
            let said = text(response).await;
            assert!(said.starts_with(&format!("POST {path}\n")), "{said}");
            assert!(said.ends_with("\nhello"), "{said}");
            assert!(said.contains("content-length: 5\n"), "{said}");
        }
        let response = stand.ask(&caller, "HEAD", "/open/x", "").await;
        assert_eq!(response.status(), 200);
        let response = stand.ask(&caller, "GET", "/secret", "").await;
        assert_eq!(response.status(), 401);
        let said = text(response).await;
        assert!(
            said.contains(r#""title":"Unauthorized","status":401,"correlation":""#),
            "{said}"
        );
    }
    let records = stand.settled(8, 6).await;
    for (correlation, code) in &records.outcomes {
        assert_eq!(code, "answered");
        let same = |(other, code): &&(String, String)| other == correlation && code == "permitted";
        assert_eq!(records.decisions.iter().filter(same).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_may_speak_http_2() {
    let stand = Stand::with(quick(), None, |config| {
        let target = config.targets.get_mut("orders").unwrap();
        target.urls[0].0 = target.urls[0].0.replace("http://", "h2c://");
    })
    .await;
    let said = text(stand.ask(&caller(false), "POST", "/open/x", "hello").await).await;
    assert!(
        said.starts_with("POST http://") && said.ends_with("\nhello"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_go_both_ways_as_they_come() {
    let stand = Stand::new().await;
    let mut stream = stand.connect().await;
    let head = b"POST /stream/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head).await.unwrap();
    for word in ["one", "two"] {
        stream
            .write_all(format!("3\r\n{word}\r\n").as_bytes())
            .await
            .unwrap();
        let back = read(&mut stream).await;
        assert!(back.contains(word), "{back}");
    }
    assert!(stand.records().await.outcomes.is_empty(), "it runs still");
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    assert!(read(&mut stream).await.ends_with("0\r\n\r\n"));
    stand.settled(1, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_is_on_record() {
    let stand = Stand::new().await;
    // While the function thinks, while it answers, and while the body is awaited.
    for (bytes, waits) in [
        ("GET /open/hang HTTP/1.1\r\nHost: a\r\n\r\n", 300),
        ("GET /stream/endless HTTP/1.1\r\nHost: a\r\n\r\n", 300),
        (
            "POST /open/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
            200,
        ),
    ] {
        let mut stream = stand.connect().await;
        stream.write_all(bytes.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(waits)).await;
    }
    // HTTP/2: the stream is reset.
    let caller = caller(true);
    let asked = stand.ask(&caller, "GET", "/open/hang", "");
    let _ = tokio::time::timeout(Duration::from_millis(300), asked).await;
    let records = stand.settled(4, 3).await;
    let mut outcomes = Records::codes(&records.outcomes);
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["aborted"; 3], "{records:?}");
    let permitted = records
        .decisions
        .iter()
        .filter(|(_, code)| code == "permitted");
    assert_eq!(permitted.count(), 3, "{records:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whenever_they_go_away_what_was_permitted_has_an_outcome() {
    let stand = Stand::new().await;
    for wait in 0..60 {
        let path = ["/open/x", "/stream/endless", "/open/hang", "/secret"][wait % 4];
        let mut stream = stand.connect().await;
        let asked = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        stream.write_all(asked.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_micros(u64::try_from(wait).unwrap() * 100)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let records = stand.records().await;
    let mut permitted: Vec<_> = records
        .decisions
        .iter()
        .filter(|(_, code)| code == "permitted")
        .map(|(id, _)| id)
        .collect();
    let mut ended: Vec<_> = records.outcomes.iter().map(|(id, _)| id).collect();
    permitted.sort_unstable();
    ended.sort_unstable();
    assert_eq!(permitted, ended);
    assert!(
        !ended.is_empty() && records.decisions.len() <= 60,
        "{records:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_decided_once() {
    let stand = std::sync::Arc::new(Stand::new().await);
    let tasks = (0..8).map(|number| {
        let stand = stand.clone();
        tokio::spawn(async move {
            let caller = caller(number % 2 == 0);
            for round in 0..25 {
                let (method, path) = match (round + number) % 5 {
                    0 => ("GET", "/secret"),
                    1 => ("GET", "/none"),
                    2 => ("POST", "/stream/echo"),
                    3 => ("DELETE", "/open/x"),
                    _ => ("POST", "/open/x"),
                };
                text(stand.ask(&caller, method, path, "body").await).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let records = stand.settled(200, 80).await;
    let mut ids: Vec<_> = records.decisions.iter().map(|(id, _)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    let metrics = stand.metrics().await;
    for line in [
        r#"palisade_guard_requests_total{route="/open/{rest+}",status="200",decision="permitted"} 40"#,
        r#"palisade_guard_denials_total{code="no-credential"} 40"#,
        "palisade_guard_latency_seconds_count 200",
        "palisade_guard_unrecorded 0",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_have_an_address_of_their_own() {
    let stand = Stand::new().await;
    for (path, status, said) in [
        ("/healthz", "200", "ok"),
        ("/.well-known/jwks.json", "200", r#"{"keys":[]}"#),
        ("/open/x", "404", ""),
    ] {
        let mut stream = tokio::net::TcpStream::connect(stand.admin).await.unwrap();
        let asked = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        stream.write_all(asked.as_bytes()).await.unwrap();
        let answer = read(&mut stream).await;
        assert!(answer.contains(status) && answer.contains(said), "{answer}");
        let answer = stand.raw(asked).await;
        assert_eq!(answer.contains(" 404 "), path != "/open/x", "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_of_listed_origins_may() {
    let stand = Stand::new().await;
    let ask = |method: &str, path: &str, origin: &str, wants: &str| {
        let wants = match wants {
            "" => String::new(),
            wants => format!("Access-Control-Request-Method: {wants}\r\n"),
        };
        format!("{method} {path} HTTP/1.1\r\nHost: a\r\nOrigin: {origin}\r\n{wants}\r\n")
    };
    let ours = "https://app.example.com";
    let answer = stand.raw(ask("OPTIONS", "/cors", ours, "PUT")).await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    for field in [
        "access-control-allow-origin: https://app.example.com",
        "access-control-allow-methods: PUT",
        "access-control-allow-headers: content-type",
        "access-control-allow-credentials: true",
        "access-control-max-age: 600",
        "vary: Origin",
    ] {
        assert!(answer.contains(field), "{field}: {answer}");
    }
    // It is no invocation: it is counted, and not on record.
    stand.settled(0, 0).await;
    let counted = r#"palisade_guard_requests_total{route="",status="204",decision="preflight"} 1"#;
    let metrics = stand.metrics().await;
    assert!(metrics.contains(counted), "{metrics}");
    let answer = stand.raw(ask("GET", "/cors", ours, "")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(
        answer
            .matches("allow-origin: https://app.example.com\r\n")
            .count(),
        1,
        "{answer}"
    );
    assert!(!answer.contains("allow-origin: *"), "{answer}");
    for (method, path, origin, wants) in [
        (
            "OPTIONS",
            "/cors",
            "https://app.example.com.evil.com",
            "PUT",
        ),
        ("OPTIONS", "/cors", "null", "PUT"),
        ("OPTIONS", "/cors", "https://APP.example.com", "PUT"),
        ("OPTIONS", "/cors", ours, "DELETE"),
        ("OPTIONS", "/open/x", ours, "GET"),
        ("OPTIONS", "/secret", ours, "GET"),
    ] {
        let answer = stand.raw(ask(method, path, origin, wants)).await;
        assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
        assert!(!answer.contains("access-control"), "{answer}");
    }
    // What is refused is on record.
    let records = stand.settled(7, 1).await;
    let codes = Records::codes(&records.decisions);
    assert_eq!(codes[1..], ["no-method"; 6]);
    // So is what comes from where nobody may come from, or can be read in two ways.
    let answer = stand
        .raw(ask("OPTIONS", "/cors", ours, "PUT\r\nHost: b"))
        .await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    stand.settled(8, 1).await;
    let stand = Stand::with(quick(), None, |config| {
        config.admission.deny = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let answer = stand.raw(ask("OPTIONS", "/cors", ours, "PUT")).await;
    assert!(!answer.contains("access-control"), "{answer}");
    stand.settled(1, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn websockets_go_through_where_bodies_do() {
    let stand = Stand::new().await;
    let ask = |path: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
    };
    let mut stream = stand.connect().await;
    stream
        .write_all(ask("/stream/socket").as_bytes())
        .await
        .unwrap();
    let answer = read(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    // Nothing of HTTP holds from here on, nor the time for idle connections.
    for word in ["bare\nline", "\0\r", "third"] {
        stream.write_all(word.as_bytes()).await.unwrap();
        let back = read(&mut stream).await;
        assert_eq!(back, word);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(stand.records().await.outcomes.is_empty());
    drop(stream);
    let records = stand.settled(1, 1).await;
    assert_eq!(Records::codes(&records.outcomes), ["answered"]);
    // Where bodies are held back, none goes through.
    let answer = stand.raw(ask("/open/socket")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(!answer.contains("sec-websocket-key"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn websockets_have_an_end() {
    let times = |idle, life| {
        Stand::with(quick(), None, move |config| {
            config.routes[1].websocket = WebSocket { idle, life };
        })
    };
    // For as long as somebody speaks, and no longer.
    let stand = times(1500, 60_000).await;
    let mut stream = opened(&stand).await;
    let began = Instant::now();
    let mut back = [0; 4];
    while began.elapsed() < Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        stream.write_all(b"ping").await.unwrap();
        stream.read_exact(&mut back).await.unwrap();
    }
    let silent = Instant::now();
    let end = tokio::time::timeout(Duration::from_secs(8), stream.read(&mut back)).await;
    assert!(matches!(end, Ok(Ok(0) | Err(_))), "{end:?}");
    assert!(silent.elapsed() > Duration::from_millis(1200));
    let records = stand.settled(1, 1).await;
    assert_eq!(Records::codes(&records.outcomes), ["websocket-idle"]);
    // However much they speak.
    let stand = times(60_000, 1500).await;
    let mut stream = opened(&stand).await;
    let began = Instant::now();
    while stream.write_all(b"ping").await.is_ok() && stream.read_exact(&mut back).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(began.elapsed() < Duration::from_secs(8), "never cut off");
    }
    let records = stand.settled(1, 1).await;
    assert_eq!(Records::codes(&records.outcomes), ["websocket-life"]);
}

/// A WebSocket that both sides have agreed on.
async fn opened(stand: &Stand) -> tokio::net::TcpStream {
    let mut stream = stand.connect().await;
    let asked = b"GET /stream/socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n";
    stream.write_all(asked).await.unwrap();
    let answer = read(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_does_not_answer() {
    let stand = Stand::with(quick(), None, |config| {
        let mut nowhere = config.targets["orders"].clone();
        nowhere.urls = vec![("http://127.0.0.1:1".to_owned(), 1)];
        config.targets.insert("nowhere".to_owned(), nowhere);
        let mut route = config.routes[0].clone();
        route.path = Template::parse("/nowhere").unwrap();
        route.target = "nowhere".to_owned();
        config.routes.push(route);
        config.targets.get_mut("orders").unwrap().timeout = 300;
    })
    .await;
    let caller = caller(false);
    assert_eq!(
        stand.ask(&caller, "GET", "/open/hang", "").await.status(),
        504
    );
    assert_eq!(
        stand.ask(&caller, "GET", "/nowhere", "").await.status(),
        502
    );
    let records = stand.settled(2, 2).await;
    let codes = Records::codes(&records.outcomes);
    assert_eq!(codes, ["target-late", "target-unreachable"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_is_sent_elsewhere() {
    let stand = Stand::with(quick(), None, |config| {
        let target = config.targets.get_mut("orders").unwrap();
        target.urls.insert(0, ("http://127.0.0.1:1".to_owned(), 1));
    })
    .await;
    let caller = caller(false);
    for _ in 0..4 {
        let response = stand.ask(&caller, "POST", "/open/x", "hello").await;
        assert_eq!(response.status(), 200);
        assert!(text(response).await.ends_with("\nhello"));
    }
    stand.settled(4, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_not_sent_again() {
    // Takes connections, reads, and closes them.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let rude = listener.local_addr().unwrap();
    let taken = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let count = taken.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    let stand = Stand::with(quick(), None, |config| {
        let target = config.targets.get_mut("orders").unwrap();
        target.urls = vec![(format!("http://{rude}"), 1); 2];
    })
    .await;
    let response = stand.ask(&caller(false), "POST", "/open/x", "hello").await;
    assert_eq!(response.status(), 502);
    assert_eq!(taken.load(std::sync::atomic::Ordering::SeqCst), 1);
    let records = stand.settled(1, 1).await;
    assert_eq!(Records::codes(&records.outcomes), ["target-broken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_parted_by_weight_among_those_that_are_well() {
    let other = function().await;
    let sick = function().await;
    let stand = Stand::with(quick(), None, |config| {
        let target = config.targets.get_mut("orders").unwrap();
        target.urls[0].1 = 3;
        target.urls.push((format!("http://{other}"), 1));
        // A function whose path for health never answers is not well.
        target.urls.push((format!("http://{sick}/sick"), 4));
    })
    .await;
    let caller = caller(false);
    let mut counts = [0; 3];
    for _ in 0..16 {
        let said = text(stand.ask(&caller, "GET", "/open/x", "").await).await;
        let hosts = [stand.function, other, sick].map(|host| format!("host: {host}\n"));
        let place = hosts.iter().position(|host| said.contains(host)).unwrap();
        counts[place] += 1;
    }
    assert_eq!(counts, [6, 2, 8]);
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_that_are_not_well_are_left_alone() {
    // Answers its health with 500, and everything else.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sick = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 1024]).await;
                let answer = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                let _ = stream.write_all(answer).await;
            });
        }
    });
    let stand = Stand::with(quick(), None, |config| {
        let target = config.targets.get_mut("orders").unwrap();
        target.urls.push((format!("http://{sick}"), 5));
        target.health = Some("/health".to_owned());
    })
    .await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    let caller = caller(false);
    for _ in 0..6 {
        assert_eq!(stand.ask(&caller, "GET", "/open/x", "").await.status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_configuration_drops_no_connection() {
    let stand = Stand::new().await;
    let mut stream = stand.connect().await;
    let old = b"GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(old).await.unwrap();
    assert!(read(&mut stream).await.starts_with("HTTP/1.1 200"));
    let mut running = stand.connect().await;
    let endless = b"GET /stream/endless HTTP/1.1\r\nHost: a\r\n\r\n";
    running.write_all(endless).await.unwrap();
    assert_ne!(running.read(&mut [0; 64]).await.unwrap(), 0);
    let mut next = config(vec![(format!("http://{}", stand.function), 1)]);
    next.routes = vec![crate::fixture::route("/new", &["GET"], BodyMode::Buffered)];
    let guard = stand.guard.with(next.clone()).unwrap();
    stand.gateway.reload(guard, None).unwrap();
    stream.write_all(old).await.unwrap();
    assert!(read(&mut stream).await.starts_with("HTTP/1.1 404"));
    stream
        .write_all(b"GET /new HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    assert!(read(&mut stream).await.starts_with("HTTP/1.1 200"));
    let mut some = [0; 64];
    for _ in 0..20 {
        let read = running.read(&mut some).await.unwrap();
        assert_ne!(read, 0, "{:?}", stand.records().await);
    }
    // What can't be used changes nothing.
    next.targets.get_mut("orders").unwrap().urls[0].0 = "ftp://a".to_owned();
    let guard = stand.guard.with(next).unwrap();
    assert!(stand.gateway.reload(guard, None).is_err());
    stream
        .write_all(b"GET /new HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    assert!(read(&mut stream).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_end_what_runs() {
    let stand = Stand::new().await;
    let mut stream = stand.connect().await;
    let head = b"POST /stream/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na";
    stream.write_all(head).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let gateway = stand.gateway.clone();
    let stopping = tokio::spawn(async move { gateway.stop(Duration::from_secs(3)).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(tokio::net::TcpStream::connect(stand.address).await.is_err());
    stream.write_all(b"bc").await.unwrap();
    let answer = read(&mut stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("abc<end>"),
        "{answer}"
    );
    assert_eq!(stopping.await.unwrap(), 0);
    let records = stand.settled(1, 1).await;
    assert_eq!(Records::codes(&records.outcomes), ["answered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_what_does_not() {
    let stand = Stand::new().await;
    let mut stream = stand.connect().await;
    let endless = b"GET /stream/endless HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(endless).await.unwrap();
    let caller = caller(true);
    let second = stand.ask(&caller, "GET", "/stream/endless", "").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(stand.gateway.stop(Duration::from_millis(300)).await, 2);
    let records = stand.settled(2, 2).await;
    assert_eq!(Records::codes(&records.outcomes), ["aborted"; 2]);
    assert!(
        second.into_body().collect().await.is_err(),
        "it is no whole answer"
    );
}
