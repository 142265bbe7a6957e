//! The client and the server against each other, and each against somebody who misbehaves.

#![expect(clippy::unwrap_used, reason = "tests")]

use palisade_cloud::{Answer, Asked, Client, HttpError, Identity, Limits, Options, serve};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const LIMITS: Limits = Limits {
    connections: 4,
    time: Duration::from_millis(600),
    body: 1000,
};

/// Tells what was asked.
fn echo(asked: &Asked) -> Answer {
    let body = String::from_utf8_lossy(&asked.body);
    match asked.method.as_str() {
        "GET" if asked.path == "/large" => Answer::text(200, "x".repeat(5000)),
        "GET" | "POST" => Answer::text(200, format!("{} {} {body}", asked.method, asked.path)),
        _ => Answer::text(405, "no\n"),
    }
}

struct Server {
    port: u16,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn server(identity: Option<Identity>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = oneshot::channel();
    let stopped = async {
        let _ = stopped.await;
    };
    let task = tokio::spawn(serve(listener, identity, LIMITS, echo, stopped));
    Server { port, stop, task }
}

fn client(options: Options) -> Client {
    Client::new(Options {
        timeout: Duration::from_secs(2),
        most_body: 2000,
        ..options
    })
    .unwrap()
}

/// Says something in a connection; what comes back.
async fn raw(port: u16, text: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(text).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is reset has nothing more to say.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn requests_are_answered_until_the_end() {
    let server = server(None).await;
    let client = client(Options::default());
    let url = format!("http://127.0.0.1:{}", server.port);
    let answer = client.get(&format!("{url}/a?b"), &[]).await.unwrap();
    assert_eq!((answer.status, &*answer.body), (200, &b"GET /a "[..]));
    let plain = "text/plain; charset=utf-8";
    assert_eq!(answer.header("content-type"), Some(plain));
    let answer = client
        .post(&url, "text/plain", "body", &[("x-a", "b")])
        .await;
    assert_eq!(&*answer.unwrap().body, b"POST / body");
    // What is being asked when it stops is answered.
    let mut stream = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    let head = b"POST /late HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n";
    stream.write_all(head).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stream.write_all(b"last").await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.ends_with("POST /late last"), "{text}");
    server.task.await.unwrap();
    let error = client.get(&url, &[]).await.unwrap_err();
    assert!(matches!(error, HttpError::Connection { .. }), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_server_proves_who_it_is() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    let server = server(Some(identity)).await;
    let url = format!("https://localhost:{}/x", server.port);
    let trusting = client(Options {
        ca: Some(certificate.clone().into_bytes()),
        ..Options::default()
    });
    let answer = trusting.get(&url, &[]).await.unwrap();
    assert_eq!(&*answer.body, b"GET /x ");
    let error = client(Options::default()).get(&url, &[]).await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("issued by nobody who is trusted here"),
        "{error}"
    );
    // The same certificate under another name is somebody else's.
    let other = format!("https://127.0.0.1:{}/x", server.port);
    let error = trusting.get(&other, &[]).await.unwrap_err().to_string();
    assert!(error.contains("not valid for name"), "{error}");
    let another = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for (chain, key) in [
        (&certificate, &another),
        (&key, &key),
        (&certificate, &certificate),
    ] {
        assert!(Identity::from_pem(chain.as_bytes(), key.as_bytes()).is_err());
    }
    let wrong = Options {
        ca: Some(b"none".to_vec()),
        ..Options::default()
    };
    assert!(Client::new(wrong).is_err());
}

#[tokio::test]
async fn an_answer_has_a_time_a_size_and_no_redirect() {
    let server = server(None).await;
    let client = client(Options::default());
    let large = format!("http://127.0.0.1:{}/large?token=planted", server.port);
    let error = client.get(&large, &[]).await.unwrap_err();
    assert!(matches!(error, HttpError::Large { most: 2000, .. }));
    assert!(!error.to_string().contains("planted"), "{error}");
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let error = client.get(&url, &[]).await.unwrap_err();
    assert!(
        matches!(error, HttpError::Time { seconds: 2, .. }),
        "{error}"
    );
    // Bytes that trickle don't lengthen it; neither is a redirect followed.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for reply in [
            "HTTP/1.1 302 F\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 ",
        ] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            stream.write_all(reply.as_bytes()).await.unwrap();
            if reply.ends_with(' ') {
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    });
    let answer = client.get(&url, &[]).await.unwrap();
    assert_eq!(
        (answer.status, answer.header("location")),
        (302, Some("/b"))
    );
    let error = client.get(&url, &[]).await.unwrap_err();
    assert!(matches!(error, HttpError::Time { .. }), "{error}");
}

#[tokio::test]
async fn what_must_not_be_asked_is_not() {
    let client = client(Options::default());
    for (url, part) in [
        ("http://192.0.2.1/", "over a network it must be `https://`"),
        ("http://127.0.0.1.example/", "over a network"),
        ("ftp://127.0.0.1/", "it must be `https://`"),
        ("https://planted:secret@127.0.0.1/", "don't belong in a URL"),
        ("/path", "write it as"),
        ("https://", "write it as"),
        ("not a url", "write it as"),
        ("", "write it as"),
    ] {
        let error = client.get(url, &[]).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, HttpError::Url { .. }), "{url}: {text}");
        assert!(text.contains(part) && !text.contains("planted"), "{text}");
    }
    for header in [("a b", "c"), ("authorization", "planted\n")] {
        let error = client.get("http://127.0.0.1:1/", &[header]).await;
        let text = error.unwrap_err().to_string();
        assert!(
            text.contains(header.0) && !text.contains("planted"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn hostile_requests_end() {
    let server = server(None).await;
    let port = server.port;
    let large = [
        &b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 900000\r\n\r\n"[..],
        &[b'x'; 900_000],
    ];
    let chunked = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n";
    let chunked = [&chunked[..], &[b'x'; 1001], b"\r\n0\r\n\r\n"];
    let headers = "a: b\r\n".repeat(1000);
    for (sent, expected) in [
        (large.concat(), "HTTP/1.1 413 "),
        (chunked.concat(), "HTTP/1.1 413 "),
        (
            b"DELETE / HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
            "HTTP/1.1 405 ",
        ),
        (b"\x16\x03\x01\0\xff\xff\r\n\r\n".to_vec(), "HTTP/1.1 400 "),
        (
            format!("GET / HTTP/1.1\r\n{headers}\r\n").into_bytes(),
            "HTTP/1.1 431 ",
        ),
        // Half a request, and nothing more: silence at the end of the time.
        (
            b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nx".to_vec(),
            "",
        ),
        (b"POST / HT".to_vec(), ""),
        (Vec::new(), ""),
    ] {
        let answer = tokio::time::timeout(LIMITS.time * 4, raw(port, &sent))
            .await
            .unwrap();
        let what = String::from_utf8_lossy(&sent[..sent.len().min(60)]);
        assert!(answer.starts_with(expected), "{what}: {answer}");
        assert!(
            !expected.is_empty() || answer.is_empty() || answer.contains(" 408 "),
            "{answer}"
        );
    }
    // Those who say nothing keep others waiting no longer than the time.
    let mut idle = Vec::new();
    for _ in 0..LIMITS.connections {
        idle.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let answer = client(Options::default())
        .get(&format!("http://127.0.0.1:{port}/"), &[])
        .await;
    assert_eq!(answer.unwrap().status, 200);
}
