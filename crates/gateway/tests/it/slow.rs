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
    let records = stand.settled(3, 1).await;
    assert_eq!(
        Records::codes(&records.decisions),
        ["head-slow", "permitted", "head-slow"]
    );
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

/// How an attacker begins, before it goes on as slowly as it can.
const BEGINNINGS: [&str; 3] = [
    "",
    "GET /open/x HTTP/1.1\r\nHost: a\r\nX: ",
    "POST /open/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n",
];

/// Holds a connection as long as it can; a byte now and then, where that is the way.
async fn hold(mut stream: TcpStream, way: usize) {
    let (mut reading, mut writing) = stream.split();
    let drip = async {
        let _ = writing.write_all(BEGINNINGS[way].as_bytes()).await;
        while way > 0 && writing.write_all(b"a").await.is_ok() {
            sleep(Duration::from_millis(200)).await;
        }
        std::future::pending::<()>().await;
    };
    let end = async { while let Ok(1..) = reading.read(&mut [0; 256]).await {} };
    tokio::select! {
        () = drip => {}
        () = end => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_served_while_hundreds_are_slow() {
    let stand = Stand::new().await;
    let mut slow = Vec::new();
    for number in 0..600 {
        let from = u8::try_from(2 + number % 3).unwrap();
        slow.push(tokio::spawn(hold(
            stand.connect_from(from).await,
            number % 3,
        )));
    }
    let mut served = 0;
    let began = Instant::now();
    while slow.iter().any(|task| !task.is_finished()) {
        let answer = stand.connect().await;
        let answer = ask(answer).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        served += 1;
        assert!(began.elapsed() < Duration::from_secs(20), "never cut off");
    }
    assert!(served >= 10, "{served}");
}

async fn ask(mut stream: TcpStream) -> String {
    let asked = b"GET /open/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    stream.write_all(asked).await.unwrap();
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    let read = timeout(Duration::from_secs(10), read).await;
    read.expect("it is answered").unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_takes_its_own_room_and_no_more() {
    let stand = Stand::new().await;
    let mut slow = Vec::new();
    for _ in 0..300 {
        slow.push(tokio::spawn(hold(stand.connect_from(2).await, 0)));
    }
    let answer = ask(stand.connect().await).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let metrics = stand.metrics().await;
    let said = "palisade_guard_connections_turned_away_total 100\n";
    assert!(metrics.contains(said), "{metrics}");
}
