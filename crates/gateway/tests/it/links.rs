//! Connections to functions: which are used again, which never, and that nothing is lost or stays
//! behind on those that are.

use crate::fixture::{Records, Stand, quick};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A function that is no more than its words: what it does with a connection is up to the path.
struct Target {
    address: SocketAddr,
    made: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

impl Target {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Self {
            address: listener.local_addr().unwrap(),
            made: Arc::default(),
            open: Arc::default(),
        };
        let (made, open) = (target.made.clone(), target.open.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                made.fetch_add(1, Ordering::SeqCst);
                let open = open.clone();
                tokio::spawn(async move {
                    open.fetch_add(1, Ordering::SeqCst);
                    let _ = speak(stream).await;
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        target
    }

    async fn stand(&self) -> Stand {
        self.stand_with(|_| {}).await
    }

    async fn stand_with(&self, change: impl FnOnce(&mut palisade_gateway::Settings)) -> Stand {
        let mut settings = quick();
        change(&mut settings);
        let url = format!("http://{}", self.address);
        Stand::with(settings, None, |config| {
            config.targets.get_mut("orders").unwrap().urls = vec![(url, 1)];
        })
        .await
    }

    fn made(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }

    /// Waits until so many connections are open.
    async fn has_open(&self, count: usize) {
        for _ in 0..200 {
            if self.open.load(Ordering::SeqCst) == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} are open, not {count}", self.open.load(Ordering::SeqCst));
    }
}

/// A head, up to its empty line, and what came behind it.
async fn head(stream: &mut TcpStream, before: Vec<u8>) -> Option<(String, Vec<u8>)> {
    let mut bytes = before;
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Some((String::from_utf8(bytes).unwrap(), rest));
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await.ok()? {
            0 => return None,
            count => bytes.extend(&more[..count]),
        }
    }
}

/// So many bytes, that are not all alike.
fn pattern(length: usize) -> Vec<u8> {
    b"Ceterum censeo"
        .iter()
        .copied()
        .cycle()
        .take(length)
        .collect()
}

async fn speak(mut stream: TcpStream) -> Option<()> {
    let mut rest = Vec::new();
    loop {
        let (asked, behind) = head(&mut stream, rest).await?;
        rest = behind;
        let path = asked.split(' ').nth(1)?;
        let (_, path) = path.trim_start_matches('/').split_once('/')?;
        let (what, number) = path.split_once('/').unwrap_or((path, "0"));
        let number: usize = number.parse().unwrap();
        let length = asked.to_ascii_lowercase();
        let length = length.split("content-length: ").nth(1);
        let length = length.and_then(|text| text.lines().next());
        let length: usize = length.map_or(0, |text| text.parse().unwrap());
        if what == "early" {
            // Says no before it has read what comes, and reads none of it.
            let no = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno";
            stream.write_all(no).await.ok()?;
            tokio::time::sleep(Duration::from_secs(5)).await;
            return None;
        }
        while rest.len() < length {
            let mut more = [0; 4096];
            match stream.read(&mut more).await.ok()? {
                0 => return None,
                count => rest.extend(&more[..count]),
            }
        }
        let sent = rest.drain(..length).collect::<Vec<u8>>();
        let body = pattern(number);
        let said = match what {
            "echo" => plain("", &sent),
            "plain" | "closed" => plain("", &body),
            "close" => plain("Connection: close\r\n", &body),
            "none" => b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
            "head" => format!("HTTP/1.1 200 OK\r\nContent-Length: {number}\r\n\r\n").into_bytes(),
            "chunked" => {
                let mut said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
                for chunk in body.chunks(1000) {
                    said.extend(format!("{:x}\r\n", chunk.len()).bytes());
                    said.extend(chunk);
                    said.extend(b"\r\n");
                }
                said.extend(b"0\r\n\r\n");
                said
            }
            // Answers, and says more than was asked for.
            "twice" => [plain("", &body), plain("", b"stolen")].concat(),
            "half" => b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec(),
            "continue" => [b"HTTP/1.1 100 Continue\r\n\r\n", &plain("", &body)[..]].concat(),
            other => panic!("{other}"),
        };
        stream.write_all(&said).await.ok()?;
        if matches!(what, "closed" | "half") {
            return None;
        }
    }
}

fn plain(field: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\n{field}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A call over a connection of its own: the status, and the body.
async fn call(stand: &Stand, first: &str, body: &[u8]) -> (String, Vec<u8>) {
    let length = body.len();
    let head = format!(
        "{first} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut stream = stand.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    // Who is answered before all is sent may find the connection closed.
    let _ = stream.write_all(body).await;
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all).await;
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let said = all.split_off(end + 4);
    let head = String::from_utf8(all).unwrap().to_ascii_lowercase();
    let status = head.split(' ').nth(1).unwrap().to_owned();
    match head.contains("transfer-encoding: chunked") {
        true => (status, unchunked(&said)),
        false => (status, said),
    }
}

fn unchunked(mut said: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = said.windows(2).position(|two| two == b"\r\n").unwrap();
        let length = std::str::from_utf8(&said[..end]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            return whole;
        }
        whole.extend(&said[end + 2..end + 2 + length]);
        said = &said[end + 4 + length..];
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_used_again() {
    let target = Target::new().await;
    let stand = target.stand().await;
    for path in [
        "GET /open/plain/11",
        "GET /open/plain/0",
        "GET /open/none",
        "HEAD /open/head/500",
        "GET /open/chunked/0",
        "GET /open/chunked/70000",
        "GET /open/plain/700000",
        "GET /stream/chunked/70000",
        "GET /open/continue/7",
        "GET /open/plain/3",
    ] {
        let (status, body) = call(&stand, path, b"").await;
        let number = path.rsplit('/').next().unwrap().parse().unwrap_or(0);
        match path.contains("none") || path.contains("HEAD") {
            true => assert!(body.is_empty(), "{path}"),
            false => assert!(body == pattern(number), "{path}: {}", body.len()),
        }
        assert!(status == "200" || status == "204", "{path}: {status}");
    }
    assert_eq!(target.made(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_get_what_is_theirs() {
    let target = Target::new().await;
    let stand = Arc::new(target.stand().await);
    let mut tasks = Vec::new();
    for task in 0_usize..16 {
        let stand = stand.clone();
        tasks.push(tokio::spawn(async move {
            for turn in 0_usize..25 {
                let size = (task * 7919 + turn * 104_729) % 200_000;
                let kind = ["plain", "chunked"][turn % 2];
                let (status, body) = call(&stand, &format!("GET /open/{kind}/{size}"), b"").await;
                assert_eq!(status, "200");
                assert!(body == pattern(size), "{kind} {size}: {}", body.len());
                let (open, most) = [("open", 500), ("stream", 200_000)][turn % 2];
                let sent = pattern(size % most);
                let (_, body) = call(&stand, &format!("POST /{open}/echo"), &sent).await;
                assert!(body == sent, "{size}: {}", body.len());
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert!(target.made() <= 16, "{}", target.made());
    let records = stand.settled(800, 800).await;
    assert!(
        Records::codes(&records.outcomes)
            .iter()
            .all(|code| *code == "answered")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_closed_is_not_used() {
    let target = Target::new().await;
    let stand = target.stand().await;
    for path in ["closed/5", "close/5", "plain/5", "closed/5", "plain/5"] {
        let (status, body) = call(&stand, &format!("POST /open/{path}"), b"x").await;
        assert_eq!((status.as_str(), body), ("200", pattern(5)), "{path}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(target.made(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_asked_for_is_nobodys_answer() {
    let target = Target::new().await;
    let stand = target.stand().await;
    for turn in 0..4 {
        let (status, body) = call(&stand, "GET /open/twice/9", b"").await;
        assert_eq!((status.as_str(), body), ("200", pattern(9)), "{turn}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        let (status, body) = call(&stand, "GET /open/plain/4", b"").await;
        assert_eq!((status.as_str(), body), ("200", pattern(4)), "{turn}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_is_told() {
    let target = Target::new().await;
    let stand = target.stand().await;
    let answer = stand.raw("GET /open/half HTTP/1.1\r\nHost: a\r\n\r\n");
    let answer = answer.await.to_ascii_lowercase();
    // What came, and not as if that had been all.
    assert!(answer.contains("content-length: 100"), "{answer}");
    assert!(answer.ends_with("\r\nhalf<end>"), "{answer}");
    let records = stand.settled(1, 1).await;
    assert_eq!(Records::codes(&records.outcomes), ["answer-broken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_may_come_before_the_body_is_sent() {
    let target = Target::new().await;
    let stand = target.stand().await;
    let (status, body) = call(&stand, "POST /stream/early", &pattern(4 << 20)).await;
    assert_eq!((status.as_str(), &body[..]), ("413", &b"no"[..]));
    let (status, _) = call(&stand, "GET /open/plain/1", b"").await;
    assert_eq!(status, "200");
    assert_eq!(target.made(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_leaves_no_connection_behind() {
    let target = Target::new().await;
    let stand = target.stand().await;
    let mut stream = stand.connect().await;
    let head = b"GET /open/plain/50000000 HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(head).await.unwrap();
    stream.read_exact(&mut [0; 10_000]).await.unwrap();
    target.has_open(1).await;
    drop(stream);
    target.has_open(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_uses_is_closed() {
    let target = Target::new().await;
    let stand = target
        .stand_with(|settings| settings.kept = Duration::from_millis(600))
        .await;
    call(&stand, "GET /open/plain/1", b"").await;
    target.has_open(1).await;
    target.has_open(0).await;
    let (status, _) = call(&stand, "GET /open/plain/1", b"").await;
    assert_eq!((status.as_str(), target.made()), ("200", 2));
}
