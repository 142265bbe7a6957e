//! Answers that are held to a contract: what goes out, and what is on record.

use crate::fixture::{Records, Stand, quick, route};
use palisade_guard::config::{BodyMode, ContractFile, Responses, RouteContract, Unknown};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

const CONTRACT: &str = r##"{
  "openapi": "3.1.0",
  "info": {"title": "orders", "version": "1"},
  "paths": {
    "/reported/{kind}": {"$ref": "#/components/pathItems/order"},
    "/enforced/{kind}": {"$ref": "#/components/pathItems/order"}
  },
  "components": {"pathItems": {"order": {
    "parameters": [{"name": "kind", "in": "path", "required": true, "schema": {"type": "string"}}],
    "get": {"responses": {
      "200": {"description": "one", "content": {"application/json": {"schema": {
        "type": "object", "required": ["id"], "additionalProperties": false,
        "properties": {"id": {"type": "integer"}, "note": {"type": "string"}}}}}},
      "204": {"description": "none"},
      "304": {"description": "the same", "content": {"application/json": {"schema": {"type": "object"}}}}}},
    "head": {"responses": {
      "200": {"description": "one", "content": {"application/json": {"schema": {"type": "object"}}}}}}
  }}}
}"##;

/// What the function answers, by the end of the path.
fn canned(kind: &str) -> String {
    let json = |body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    match kind {
        "good" => json(r#"{"id":7}"#),
        "bad" => json(r#"{"id":"seven"}"#),
        "extra" => json(r#"{"id":7,"secret":"x"}"#),
        "large" => json(&format!(r#"{{"id":7,"note":"{}"}}"#, "n".repeat(11 << 20))),
        "html" => json("<p>7</p>").replace("application/json", "text/html"),
        "untyped" => json(r#"{"id":7}"#).replace("Content-Type: application/json\r\n", ""),
        "packed" => json("\x1f").replace("\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n"),
        "broken" => json(r#"{"id":7}"#).replace("Content-Length: 8", "Content-Length: 80"),
        "none" => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "same" => "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n".to_owned(),
        "failed" => json("{}").replace("200 OK", "500 No"),
        "head" => json(r#"{"id":7}"#).replace(r#"{"id":7}"#, ""),
        _ => panic!("{kind}"),
    }
}

async fn function() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                assert!(head.contains("accept-encoding: identity\r\n"), "{head}");
                let path = head.split(' ').nth(1).unwrap();
                let (_, kind) = path.rsplit_once('/').unwrap();
                let answer = canned(kind).replacen("\r\n", "\r\nConnection: close\r\n", 1);
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    address
}

async fn stand(name: &str) -> Stand {
    let file = format!("palisade-responses-{name}-{}.json", std::process::id());
    let file = std::env::temp_dir().join(file);
    std::fs::write(&file, CONTRACT).unwrap();
    let function = function().await;
    let stand = Stand::with(quick(), None, |config| {
        config.targets.get_mut("orders").unwrap().urls = vec![(format!("http://{function}"), 1)];
        let contract = ContractFile::OpenApi(file.to_str().unwrap().to_owned());
        config.contracts.insert("orders".to_owned(), contract);
        let each = [
            ("/reported/{kind}", Responses::Report),
            ("/enforced/{kind}", Responses::Enforce),
        ];
        let routes = each.into_iter().zip(1..).map(|((path, responses), line)| {
            let mut route = route(path, &["GET", "HEAD"], BodyMode::Buffered);
            route.contract = Some(RouteContract {
                name: "orders".to_owned(),
                unknown: Unknown::Refuse,
                responses,
            });
            route.line = line;
            route
        });
        config.routes = routes.collect();
    })
    .await;
    std::fs::remove_file(&file).unwrap();
    stand
}

/// The whole answer.
async fn ask(stand: &Stand, method: &str, path: &str) -> String {
    let mut stream = stand.connect().await;
    let asked = format!("{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut all));
    read.await.expect("it is answered").unwrap();
    String::from_utf8(all).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_reported_or_held_back() {
    let stand = stand("all").await;
    let mut outcomes = 0;
    for (method, kind, status, ends, violation) in [
        ("GET", "good", 200, "\r\n\r\n{\"id\":7}", ""),
        ("GET", "none", 204, "\r\n\r\n", ""),
        ("GET", "same", 304, "\r\n\r\n", ""),
        ("HEAD", "head", 200, "\r\n\r\n", ""),
        ("GET", "bad", 200, "{\"id\":\"seven\"}", "integer"),
        (
            "GET",
            "extra",
            200,
            "{\"id\":7,\"secret\":\"x\"}",
            "only members",
        ),
        ("GET", "html", 200, "<p>7</p>", "application/json"),
        ("GET", "untyped", 200, "{\"id\":7}", "content"),
        ("GET", "packed", 200, "\x1f", "not compressed"),
        (
            "GET",
            "failed",
            500,
            "{}",
            "a status that the contract names",
        ),
    ] {
        for mode in ["reported", "enforced"] {
            let what = format!("{mode} {method} {kind}");
            let answer = ask(&stand, method, &format!("/{mode}/{kind}")).await;
            let (status, ends) = match (mode, violation) {
                ("enforced", what) if !what.is_empty() => (502, "\"}"),
                _ => (status, ends),
            };
            let line = format!("HTTP/1.1 {status} ");
            assert!(answer.starts_with(&line), "{what}: {answer}");
            assert!(answer.ends_with(ends), "{what}: {answer}");
            if status == 502 {
                assert!(
                    answer.contains("application/problem+json"),
                    "{what}: {answer}"
                );
                assert!(!answer.contains("secret"), "{what}: {answer}");
            }
            if method == "HEAD" {
                assert!(answer.contains("content-length: 8\r\n"), "{what}: {answer}");
            }
            outcomes += 1;
            let records = stand.settled(outcomes, outcomes).await;
            assert_eq!(records.outcomes[outcomes - 1].1, "answered", "{what}");
            let detail = &records.details[outcomes - 1];
            let fits = match violation {
                "" => detail.is_empty(),
                violation => detail.contains(violation),
            };
            assert!(fits, "{what}: {detail}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_held_whole_does_not_go_out() {
    let stand = stand("whole").await;
    for mode in ["reported", "enforced"] {
        for kind in ["large", "broken"] {
            let answer = ask(&stand, "GET", &format!("/{mode}/{kind}")).await;
            assert!(answer.starts_with("HTTP/1.1 502 "), "{mode} {kind}");
        }
    }
    let records = stand.settled(4, 4).await;
    assert_eq!(Records::codes(&records.outcomes), ["answer-unchecked"; 4]);
}
