//! Whoever is slow on purpose is shut out, and disturbs nobody.

use crate::fixture::{Records, Stand, read};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

/// Sends byte after byte until the other end closes; how long that took.
async fn drip(stream: &mut TcpStream, bytes: &[u8], pause: Duration) -> Duration {
    let began = Instant::now();
    let mut into = [0; 1024];
    for byte in bytes.iter().cycle() {
        if stream.write_all(&[*byte]).await.is_err() {
            break;
        }
        if let Ok(Ok(0) | Err(_)) = timeout(pause, stream.read(&mut into)).await {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(8), "never closed");
    }
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads() {
    let stand = Stand::new().await;
    let mut stream = stand.connect().await;
    stream
        .write_all(b"GET /open/x HTTP/1.1\r\nX: ")
        .await
        .unwrap();
    let took = drip(&mut stream, b"a", Duration::from_millis(50)).await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    // The second head of a connection, too.
    let mut stream = stand.connect().await;
    stream
        .write_all(b"GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    assert!(read(&mut stream).await.starts_with("HTTP/1.1 200"));
    let took = drip(&mut stream, b"G", Duration::from_millis(50)).await;
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_on_which_nothing_comes() {
    let stand = Stand::new().await;
    for begin in [
        "",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n",
        "GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        let mut stream = stand.connect().await;
        stream.write_all(begin.as_bytes()).await.unwrap();
        let began = Instant::now();
        let mut all = Vec::new();
        timeout(Duration::from_secs(5), stream.read_to_end(&mut all))
            .await
            .unwrap_or_else(|_| panic!("{begin:?} stays open"))
            .ok();
        assert!(began.elapsed() > Duration::from_millis(300), "{begin:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_bodies() {
    let stand = Stand::new().await;
    let head = b"POST /open/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n";
    // Nothing for too long.
    let mut stream = stand.connect().await;
    stream.write_all(head).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    stream.write_all(b"a").await.unwrap();
    sleep(Duration::from_millis(700)).await;
    let answer = read(&mut stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.ends_with("<end>"),
        "{answer}"
    );
    // Always something, and never enough.
    let mut stream = stand.connect().await;
    stream.write_all(head).await.unwrap();
    let took = drip(&mut stream, b"a", Duration::from_millis(50)).await;
    assert!(took < Duration::from_secs(4), "{took:?}");
    let records = stand.settled(2, 0).await;
    assert_eq!(
        Records::codes(&records.decisions),
        ["body-slow", "body-slow"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_read_nothing() {
    let stand = Stand::with(crate::fixture::quick(), None, |config| {
        config.routes[1].most = 64 << 20;
    })
    .await;
    let stream = stand.connect().await;
    let (mut reading, mut writing) = stream.into_split();
    let head = b"POST /stream/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000000\r\n\r\n";
    writing.write_all(head).await.unwrap();
    // The echo fills every buffer on the way; then nobody takes anything.
    let piece = vec![b'a'; 64 * 1024];
    let filling = async { while writing.write_all(&piece).await.is_ok() {} };
    timeout(Duration::from_secs(8), filling)
        .await
        .expect("it is cut off");
    let mut into = vec![0; 1 << 20];
    while let Ok(1..) = reading.read(&mut into).await {}
    let records = stand.settled(1, 1).await;
    assert_eq!(Records::codes(&records.decisions), ["permitted"]);
    assert_ne!(Records::codes(&records.outcomes), ["answered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_not_disturbed() {
    let stand = Stand::new().await;
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut stream = stand.connect().await;
        stream
            .write_all(b"POST /open/x HTTP/1.1\r\nHost: a\r\nX")
            .await
            .unwrap();
        slow.push(stream);
    }
    let answer = stand.raw("GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        stand
            .metrics()
            .await
            .contains("palisade_guard_connections 10")
    );
    drop(slow);
}
