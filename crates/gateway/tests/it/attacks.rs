//! What clients send to be read in two ways, to be somebody else, or to keep us busy: over raw
//! sockets.

use crate::fixture::{Records, Stand, read};
use tokio::io::AsyncWriteExt;

const HEAD: &str = "POST /open/x HTTP/1.1\r\nHost: a\r\n";

/// A second request that would be smuggled.
const HIDDEN: &str = "GET /open/hidden HTTP/1.1\r\nHost: a\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_read_in_two_ways_is_refused_and_the_connection_closed() {
    let stand = Stand::new().await;
    let post = |fields: &str, body: &str| format!("{HEAD}{fields}\r\n{body}");
    let get = |rest: &str| format!("GET /open/x HTTP/1.1\r\n{rest}");
    let mut wrong = Vec::new();
    let cases = [
        // RFC 9112, section 6: the length of a body.
        (
            "CL.TE",
            post(
                "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
                "0\r\n\r\nX",
            ),
        ),
        (
            "TE.CL",
            post(
                "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
                "0\r\n\r\n",
            ),
        ),
        (
            "two lengths",
            post("Content-Length: 0\r\nContent-Length: 40\r\n", HIDDEN),
        ),
        (
            "one length twice",
            post("Content-Length: 0\r\nContent-Length: 0\r\n", ""),
        ),
        ("a list of lengths", post("Content-Length: 0, 0\r\n", "")),
        ("a sign before a length", post("Content-Length: +0\r\n", "")),
        ("a length below nothing", post("Content-Length: -1\r\n", "")),
        (
            "a length in hexadecimal",
            post("Content-Length: 0x0\r\n", ""),
        ),
        (
            "an endless length",
            post("Content-Length: 99999999999999999999999\r\n", ""),
        ),
        (
            "TE.TE",
            post(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                "0\r\n\r\n",
            ),
        ),
        (
            "another encoding",
            post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
        ),
        (
            "a hidden encoding",
            post("Transfer-Encoding: \x0bchunked\r\n", "0\r\n\r\n"),
        ),
        (
            "an encoding with a space",
            post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        ),
        (
            "an encoding in HTTP/1.0",
            "POST /open/x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                .to_owned(),
        ),
        // Section 7.1: chunks.
        (
            "a chunk extension",
            post("Transfer-Encoding: chunked\r\n", "0;a=b\r\n\r\n"),
        ),
        (
            "a bare line feed behind a size",
            post("Transfer-Encoding: chunked\r\n", "0\n\r\n"),
        ),
        (
            "a sign before a size",
            post("Transfer-Encoding: chunked\r\n", "+1\r\na\r\n0\r\n\r\n"),
        ),
        (
            "0x before a size",
            post("Transfer-Encoding: chunked\r\n", "0x1\r\na\r\n0\r\n\r\n"),
        ),
        (
            "a size that overflows",
            post(
                "Transfer-Encoding: chunked\r\n",
                "fffffffffffffffff\r\na\r\n",
            ),
        ),
        (
            "a chunk that is too long",
            post("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n"),
        ),
        (
            "a space behind a size",
            post("Transfer-Encoding: chunked\r\n", "1 \r\na\r\n0\r\n\r\n"),
        ),
        // Section 2.2: ends of lines.
        (
            "bare line feeds",
            "GET /open/x HTTP/1.1\nHost: a\n\n".to_owned(),
        ),
        (
            "a bare line feed in a head",
            get("Host: a\r\nX: y\nZ: 1\r\n\r\n"),
        ),
        (
            "a bare return in a value",
            get("Host: a\r\nX: y\rZ: 1\r\n\r\n"),
        ),
        // Section 5: fields.
        ("obsolete folding", get("Host: a\r\nX: y\r\n z\r\n\r\n")),
        ("a space before the colon", get("Host : a\r\n\r\n")),
        ("a space in a name", get("Host: a\r\nX Y: 1\r\n\r\n")),
        ("no name", get("Host: a\r\n: 1\r\n\r\n")),
        ("no colon", get("Host: a\r\nX\r\n\r\n")),
        ("a space before the first name", get(" Host: a\r\n\r\n")),
        ("NUL in a value", get("Host: a\r\nX: a\0b\r\n\r\n")),
        (
            "a control character in a value",
            get("Host: a\r\nX: a\x08b\r\n\r\n"),
        ),
        ("NUL in a name", get("Host: a\r\nX\0: a\r\n\r\n")),
        ("no ASCII in a name", get("Host: a\r\nX\u{e9}: a\r\n\r\n")),
        // Section 3: what is asked for.
        (
            "authority form",
            "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n".to_owned(),
        ),
        (
            "a fragment",
            "GET /open/x#y HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        ),
        (
            "a space in a path",
            "GET /open/x y HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        ),
        ("no version", "GET /open/x\r\nHost: a\r\n\r\n".to_owned()),
        (
            "another version",
            "GET /open/x HTTP/3.0\r\nHost: a\r\n\r\n".to_owned(),
        ),
        (
            "a version with more digits",
            "GET /open/x HTTP/1.10\r\nHost: a\r\n\r\n".to_owned(),
        ),
        (
            "HTTP/2 in the middle",
            format!("{}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\r\n"),
        ),
        (
            "a method with a colon",
            "GE:T /open/x HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        ),
        // Section 3.2.
        ("no host", get("\r\n")),
        ("two hosts", get("Host: a\r\nHost: a\r\n\r\n")),
        ("a host with a user", get("Host: u@a\r\n\r\n")),
        ("a host with a path", get("Host: a/b\r\n\r\n")),
        ("an empty host", get("Host: \r\n\r\n")),
        (
            "another host in the target",
            "GET http://b/open/x HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        ),
        (
            "a user in the target",
            "GET http://u@a/open/x HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        ),
    ];
    let count = cases.len();
    for (what, bytes) in cases {
        let answer = stand.raw(bytes).await;
        let is_refused = answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.0 400");
        let answers = answer.matches("HTTP/1.").count();
        if !is_refused || !answer.ends_with("<end>") || answers != 1 {
            wrong.push(format!("{what}: {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Each leaves one denial, whoever refused it: hyper, what looks before it, or the chain.
    let records = stand.settled(count, 0).await;
    let codes = Records::codes(&records.decisions);
    let heads = codes
        .iter()
        .filter(|code| **code == "head-malformed")
        .count();
    assert!(heads > count / 2, "{codes:?}");
    assert!(codes.iter().all(|code| *code != "permitted"), "{codes:?}");
    let metrics = stand.metrics().await;
    let said = format!("palisade_guard_denials_total{{code=\"head-malformed\"}} {heads}\n");
    assert!(metrics.contains(&said), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_by_the_chain_leaves_the_connection_open() {
    let stand = Stand::new().await;
    for (what, line, status, code) in [
        (
            "dot segments",
            "GET /open/../secret",
            400,
            "path-dot-segment",
        ),
        (
            "encoded dots",
            "GET /open/%2e%2e/secret",
            400,
            "path-dot-segment",
        ),
        (
            "an encoded slash",
            "GET /open/a%2fb",
            400,
            "path-hidden-slash",
        ),
        (
            "an encoded backslash",
            "GET /open/a%5cb",
            400,
            "path-hidden-slash",
        ),
        (
            "encoded twice",
            "GET /open/%252e%252e",
            400,
            "path-encoded-twice",
        ),
        ("two slashes", "GET //open/x", 400, "path-empty-segment"),
        ("a parameter", "GET /open/x;a=b", 400, "path-parameter"),
        ("asterisk form", "OPTIONS *", 400, "path-relative"),
        ("TRACE", "TRACE /open/x", 405, "no-method"),
        ("a method in lower case", "get /open/x", 405, "no-method"),
        (
            "a method that no route takes",
            "DELETE /open/x",
            405,
            "no-method",
        ),
        ("no route", "GET /other", 404, "no-route"),
        ("no credential", "GET /secret", 401, "no-credential"),
        ("no scope", "GET /scoped", 403, "missing"),
    ] {
        let before = stand.records().await.decisions.len();
        let bytes = format!("{line} HTTP/1.1\r\nHost: a\r\n\r\n");
        let answer = stand.raw(format!("{bytes}{bytes}")).await;
        let expected = format!("HTTP/1.1 {status}");
        assert_eq!(answer.matches(&expected).count(), 2, "{what}: {answer}");
        assert!(
            answer.contains("application/problem+json"),
            "{what}: {answer}"
        );
        let records = stand.records().await;
        let new = &records.decisions[before..];
        assert_eq!(Records::codes(new), [code, code], "{what}");
        // Nothing says why.
        assert!(!answer.contains(code), "{what}: {answer}");
        assert!(answer.contains(&new[0].0), "{what}: {answer}");
    }
    let allow = stand.raw("PUT /secret HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(allow.to_lowercase().contains("allow: get, post"), "{allow}");
    let who = stand.raw("GET /secret HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(who.contains("www-authenticate: ApiKey"), "{who}");
}

#[tokio::test(flavor = "multi_thread")]
async fn backslashes_in_a_path_are_refused() {
    let stand = Stand::new().await;
    let answer = stand.raw("GET /open\\x HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_hears_of_a_caller_from_us_alone() {
    let stand = Stand::new().await;
    let answer = stand
        .raw(
            "GET http://a/open/x?q=1%20&q=2 HTTP/1.1\r\nHost: A\r\n\
            Palisade-Identity: root\r\nPalisade_Identity: root\r\nX-Palisade-User: root\r\n\
            X-Forwarded-For: 10.0.0.1\r\nX_Forwarded_For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\n\
            X-HTTP-Method-Override: DELETE\r\nX-Original-URL: /admin\r\nProxy: http://evil\r\n\
            Connection: palisade-identity, x-forwarded-for, x-mine, host\r\nX-Mine: 1\r\n\
            Keep-Alive: 5\r\nTE: trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\
            Authorization: Bearer x\r\n\r\n",
        )
        .await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("GET /open/x?q=1%20&q=2\n"), "{answer}");
    for gone in [
        "root",
        "10.0.0.1",
        "DELETE",
        "/admin",
        "evil",
        "x-mine",
        "keep-alive: 5",
        "h2c",
        "AAMAAABk",
        "\nte:",
    ] {
        assert!(!answer.contains(gone), "{gone}: {answer}");
    }
    for there in [
        "palisade-identity: anonymous@orders\n",
        "x-forwarded-for: 127.0.0.1\n",
        "x-forwarded-proto: http\n",
        "x-forwarded-host: a\n",
        "forwarded: for=127.0.0.1;host=\"a\";proto=http\n",
        "authorization: Bearer x\n",
        "traceparent: 00-",
        "palisade-correlation: ",
        "x-outer: 1",
    ] {
        assert!(answer.contains(there), "{there}: {answer}");
    }
    assert!(
        answer.contains(&format!("host: {}\n", stand.function)),
        "{answer}"
    );
    assert!(
        !answer.contains("x-inner: 1"),
        "hop by hop of the answer: {answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_have_an_end() {
    let stand = Stand::new().await;
    let many: String = (0..101).map(|n| format!("X-{n}: 1\r\n")).collect();
    let answer = stand
        .raw(format!("GET /open/x HTTP/1.1\r\nHost: a\r\n{many}\r\n"))
        .await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let long = "a".repeat(40 * 1024);
    let answer = stand
        .raw(format!(
            "GET /open/x HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"
        ))
        .await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let answer = stand
        .raw(format!(
            "GET /open/{} HTTP/1.1\r\nHost: a\r\n\r\n",
            "a".repeat(11_000)
        ))
        .await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let records = stand.settled(3, 0).await;
    // What hyper refuses is on record when its connection has ended: in no order.
    let mut codes = Records::codes(&records.decisions);
    codes.sort_unstable();
    assert_eq!(codes, ["head-too-large", "head-too-large", "path-too-long"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_leaves_one_denial_for_what_is_no_request() {
    let stand = Stand::new().await;
    // However much of it comes, and whatever came before.
    let good = "GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n";
    let bad = "GET /open/x HTTP/1.1\r\nHost : a\r\n\r\n";
    let answer = stand.raw(format!("{good}{}", bad.repeat(100))).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
    let records = stand.settled(2, 1).await;
    assert_eq!(
        Records::codes(&records.decisions),
        ["permitted", "head-malformed"]
    );
    // What ends in the middle was not refused: whoever sent it is gone.
    for bytes in ["", "GET /open/x HT", "GET /open/x HTTP/1.1\r\nHost: a\r\n"] {
        let mut stream = stand.connect().await;
        stream.write_all(bytes.as_bytes()).await.unwrap();
    }
    stand.settled(2, 1).await;
    // A request whose body is no body has its own record, and no other.
    let chunks = "Transfer-Encoding: chunked\r\n\r\n0x1\r\n";
    let answer = stand.raw(format!("{HEAD}{chunks}")).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let records = stand.settled(3, 1).await;
    assert_eq!(records.decisions[2].1, "body-broken");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_have_an_end() {
    let stand = Stand::new().await;
    // Said beforehand: refused before anything is read.
    let answer = stand
        .raw(format!(
            "{HEAD}Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n"
        ))
        .await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Not said.
    let chunk = format!("400\r\n{}\r\n", "a".repeat(1024));
    let answer = stand
        .raw(format!(
            "{HEAD}Transfer-Encoding: chunked\r\n\r\n{}",
            chunk.repeat(5)
        ))
        .await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let records = stand.settled(2, 0).await;
    assert_eq!(
        Records::codes(&records.decisions),
        ["too-large", "too-large"]
    );
    // A body on a route that goes through as it comes.
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    let bytes = format!(
        "POST /stream/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        chunk.repeat(130)
    );
    let answer = stand.raw(bytes).await;
    assert!(
        answer.starts_with("HTTP/1.1 413") || answer == "<end>",
        "{answer}"
    );
    let records = stand.settled(3, 1).await;
    assert_eq!(Records::codes(&records.outcomes), ["too-large"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_invited_only_when_it_will_be_read() {
    let stand = Stand::new().await;
    let expecting = |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
    };
    let refused = stand.raw(expecting("/secret")).await;
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
    let mut stream = stand.connect().await;
    stream
        .write_all(expecting("/open/x").as_bytes())
        .await
        .unwrap();
    let invited = read(&mut stream).await;
    assert_eq!(invited, "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"ok").await.unwrap();
    let answer = read(&mut stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("\nok"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_one_behind_the_other_are_answered_in_order() {
    let stand = Stand::new().await;
    let one = "POST /open/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none";
    let two = "POST /open/2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\nX-Trailer: 1\r\n\r\n";
    let three = "GET /open/3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = stand.raw(format!("{one}{two}{three}")).await;
    let places =
        ["POST /open/1", "POST /open/2", "GET /open/3"].map(|line| answer.find(line).unwrap());
    assert!(places.is_sorted(), "{answer}");
    assert!(!answer.contains("x-trailer"), "trailers end here: {answer}");
    stand.settled(3, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_so_many_connections() {
    let stand = Stand::with(palisade_gateway::Settings::default(), None, |config| {
        config.admission.connections = 3;
    })
    .await;
    let mut kept = Vec::new();
    for _ in 0..3 {
        let mut stream = stand.connect().await;
        stream
            .write_all(b"GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .unwrap();
        assert!(read(&mut stream).await.starts_with("HTTP/1.1 200"));
        kept.push(stream);
    }
    assert_eq!(
        stand.raw("GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n").await,
        "<end>"
    );
    assert!(
        stand
            .metrics()
            .await
            .contains("connections_turned_away_total 1")
    );
    kept.pop();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let answer = stand.raw("GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
