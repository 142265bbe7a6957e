//! HTTP/2, frame by frame.

use crate::fixture::{Records, Stand, read};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RESET: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const CONTINUATION: u8 = 9;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Fields that stand in no table (RFC 7541, section 6.2.2).
pub(crate) fn fields(of: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in of {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend(text.bytes());
        }
    }
    block
}

pub(crate) const GET: [(&str, &str); 4] = [
    (":method", "GET"),
    (":scheme", "http"),
    (":path", "/open/x"),
    (":authority", "a"),
];

pub(crate) async fn begin(stand: &Stand) -> TcpStream {
    let mut stream = stand.connect().await;
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    stream
}

/// The frames that come until the connection ends, or nothing comes for a while.
async fn frames(stream: &mut TcpStream) -> (Vec<(u8, u32, Vec<u8>)>, bool) {
    let mut frames = Vec::new();
    loop {
        let one = async {
            let mut head = [0; 9];
            stream.read_exact(&mut head).await.ok()?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            stream.read_exact(&mut payload).await.ok()?;
            let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            Some((head[3], id, payload))
        };
        match timeout(Duration::from_millis(400), one).await {
            Ok(Some(frame)) => frames.push(frame),
            Ok(None) => return (frames, true),
            Err(_) => return (frames, false),
        }
    }
}

/// What became of a stream: its status, or that it was reset, or that the connection ended.
async fn ask(stand: &Stand, of: &[(&str, &str)], data: Option<&[u8]>) -> &'static str {
    let mut stream = begin(stand).await;
    let flags = if data.is_some() {
        END_HEADERS
    } else {
        END_HEADERS | END_STREAM
    };
    stream
        .write_all(&frame(HEADERS, flags, 1, &fields(of)))
        .await
        .unwrap();
    if let Some(data) = data {
        stream
            .write_all(&frame(DATA, END_STREAM, 1, data))
            .await
            .unwrap();
    }
    let (frames, is_over) = frames(&mut stream).await;
    let answer = frames
        .iter()
        .find(|(kind, id, _)| *kind == HEADERS && *id == 1);
    match answer.map(|(_, _, block)| block.as_slice()) {
        Some([0x88, ..]) => return "200",
        Some([0x8c, ..]) => return "400",
        Some([0x8d, ..]) => return "404",
        Some(_) => return "another status",
        None => {}
    }
    if frames
        .iter()
        .any(|(kind, id, _)| *kind == RESET && *id == 1)
    {
        return "reset";
    }
    let goes = frames.iter().any(|(kind, _, _)| *kind == GOAWAY);
    if goes || is_over { "over" } else { "nothing" }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests() {
    let stand = Stand::new().await;
    assert_eq!(ask(&stand, &GET, None).await, "200");
    let with = |extra: (&'static str, &'static str)| {
        let mut of = GET.to_vec();
        of.push(extra);
        of
    };
    let without = |name: &str| {
        let mut of = GET.to_vec();
        of.retain(|(other, _)| *other != name);
        of
    };
    let path = |path: &'static str| {
        let mut of = GET.to_vec();
        of[2].1 = path;
        of
    };
    for (what, of, data, expected) in [
        // RFC 9113, section 8.2.2.
        ("connection", with(("connection", "close")), None, "reset"),
        ("upgrade", with(("upgrade", "websocket")), None, "reset"),
        (
            "transfer-encoding",
            with(("transfer-encoding", "chunked")),
            None,
            "reset",
        ),
        ("te", with(("te", "gzip")), None, "reset"),
        // Section 8.2.1.
        (
            "a name in capitals",
            with(("X-A", "1")),
            None,
            "reset or over",
        ),
        (
            "a line feed in a value",
            with(("x-a", "a\nb")),
            None,
            "reset or over",
        ),
        (
            "NUL in a value",
            with(("x-a", "a\0b")),
            None,
            "reset or over",
        ),
        (
            "a colon in a name",
            with(("x:a", "1")),
            None,
            "reset or over",
        ),
        // Section 8.3.
        (
            "a pseudo field that is none",
            with((":x", "1")),
            None,
            "reset or over",
        ),
        (
            "a pseudo field twice",
            with((":path", "/open/y")),
            None,
            "reset or over",
        ),
        ("no method", without(":method"), None, "reset"),
        ("no path", without(":path"), None, "reset"),
        ("no scheme", without(":scheme"), None, "reset"),
        ("no host", without(":authority"), None, "400"),
        ("two hosts", with(("host", "b")), None, "400"),
        ("one host, twice", with(("host", "a")), None, "200"),
        ("an empty path", path(""), None, "reset or over"),
        ("dots", path("/open/../secret"), None, "400"),
        ("a space", path("/open/x y"), None, "reset or over"),
        (
            "a request in a path",
            path("/open/x HTTP/1.1\r\nX: y"),
            None,
            "reset or over",
        ),
        // Section 8.1.1.
        (
            "a length that is another",
            with(("content-length", "5")),
            Some(b"abc".as_slice()),
            "reset or 400",
        ),
        (
            "lengths that differ",
            [with(("content-length", "3")), vec![("content-length", "4")]].concat(),
            Some(b"abc".as_slice()),
            "reset or 400",
        ),
        (
            "a length that is none",
            with(("content-length", "+3")),
            Some(b"abc".as_slice()),
            "reset or 400",
        ),
    ] {
        let answer = ask(&stand, &of, data).await;
        assert!(
            expected.split(" or ").any(|one| one == answer),
            "{what}: {answer}"
        );
    }
    // What h2 answered by itself is on record, once for each connection.
    let mut records = stand.records().await;
    for _ in 0..40 {
        if count(&records, "http2-malformed") >= 15 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        records = stand.records().await;
    }
    assert!(count(&records, "http2-malformed") >= 15, "{records:?}");
    assert_eq!(records.outcomes.len(), 2, "{records:?}");
}

fn count(records: &Records, code: &str) -> usize {
    let codes = Records::codes(&records.decisions);
    codes.into_iter().filter(|other| *other == code).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_limited() {
    let stand = Stand::new().await;
    let mut stream = begin(&stand).await;
    let (frames, _) = frames(&mut stream).await;
    let settings = frames
        .iter()
        .find(|(kind, _, _)| *kind == SETTINGS)
        .unwrap();
    let all: Vec<_> = settings
        .2
        .chunks(6)
        .map(|one| (one[1], u32::from_be_bytes([one[2], one[3], one[4], one[5]])))
        .collect();
    // RFC 9113, section 6.5.2: streams at the same time, and the size of a head.
    assert!(all.contains(&(3, 128)), "{all:?}");
    assert!(all.contains(&(6, 32 * 1024)), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_are_too_large() {
    let stand = Stand::new().await;
    let mut of = GET.to_vec();
    let long = "a".repeat(120);
    of.extend(std::iter::repeat_n(("x-a", long.as_str()), 400));
    let mut stream = begin(&stand).await;
    let block = fields(&of);
    let mut parts = block.chunks(16_000).enumerate().peekable();
    while let Some((place, part)) = parts.next() {
        let kind = if place == 0 { HEADERS } else { CONTINUATION };
        let flags = if parts.peek().is_none() {
            END_HEADERS
        } else {
            0
        };
        let flags = if place == 0 {
            flags | END_STREAM
        } else {
            flags
        };
        if stream
            .write_all(&frame(kind, flags, 1, part))
            .await
            .is_err()
        {
            break;
        }
    }
    let (frames, is_over) = frames(&mut stream).await;
    let refused = frames.iter().any(|(kind, _, block)| match *kind {
        HEADERS => !block.starts_with(&[0x88]),
        RESET | GOAWAY => true,
        _ => false,
    });
    assert!(refused || is_over, "{frames:?}");
    drop(stream);
    let records = stand.settled(1, 0).await;
    assert_eq!(count(&records, "head-too-large"), 1, "{records:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_does_not_become_http_2_later() {
    let stand = Stand::new().await;
    let mut stream = stand.connect().await;
    stream
        .write_all(b"GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    assert!(read(&mut stream).await.starts_with("HTTP/1.1 200"));
    stream.write_all(PREFACE).await.unwrap();
    let answer = read(&mut stream).await;
    // hyper says nothing to what it takes for a client that errs.
    assert_eq!(answer, "<end>");
    let records = stand.settled(2, 1).await;
    assert_eq!(count(&records, "head-malformed"), 1, "{records:?}");
}
