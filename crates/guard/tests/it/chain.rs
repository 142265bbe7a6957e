//! One decision for each invocation, and one outcome for each that was admitted.

use crate::fixture::{Records, call, public, text};
use palisade_guard::{
    Admitted, Answer, Body, Denied, Entry, Guard, Headers, Occurrence, Outcome, Peer, Reason,
    Request, SourceKind,
};
use serde_json::{Value, json};

pub(crate) async fn admit(
    guard: &Guard,
    request: Request,
    body: &[u8],
) -> Result<Admitted, Denied> {
    let received = guard.receive(request)?;
    let limited = received.authenticate(Some(body)).await?.limit()?;
    let validated = limited.validate(Body::Whole(body.to_vec()))?;
    validated.authorize()?.admit().await
}

pub(crate) const ANSWERED: Outcome = Outcome::Answered {
    status: Some(200),
    bytes: 2,
    violations: Vec::new(),
};

#[tokio::test]
async fn a_decision_before_and_an_outcome_after() {
    let records = Records::new("before-after");
    let guard = records.guard(&public("/orders/{id}", r#"["GET"]"#), &[]);
    let mut request = call("GET", "/orders/7");
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    request.headers.push("Traceparent", trace);
    let admitted = admit(&guard, request, b"").await.unwrap();
    let before = records.events().await;
    assert_eq!(
        before.len(),
        1,
        "the decision is on record before anything is forwarded"
    );
    let correlation = admitted.correlation().to_owned();
    admitted.finish(&ANSWERED);
    let events = records.events().await;
    let [decision, outcome] = events.as_slice() else {
        panic!("{events:?}")
    };
    for (place, expected) in [
        ("/status_code", "permitted"),
        ("/status", "Success"),
        ("/action", "Allowed"),
        ("/api/operation", "orders"),
        ("/palisade/means", "anonymous"),
        ("/palisade/route", "/orders/{id}"),
        ("/palisade/record", "before"),
        ("/http_request/url/path", "/orders/7"),
        ("/src_endpoint/ip", "203.0.113.7"),
        ("/trace/uid", "0af7651916cd43dd8448eb211c80319c"),
        ("/metadata/correlation_uid", &correlation),
    ] {
        assert_eq!(text(decision, place), expected, "{place} of {decision:#}");
    }
    assert_eq!(
        decision.pointer("/palisade/clauses"),
        Some(&json!(["SCSP-6.4", "SCSP-8.1"]))
    );
    assert_eq!(text(outcome, "/status_code"), "answered");
    assert_eq!(text(outcome, "/metadata/correlation_uid"), correlation);
    assert_eq!(outcome.pointer("/http_response/code"), Some(&json!(200)));
}

#[tokio::test]
async fn a_denial_is_on_record_before_it_is_answered() {
    let records = Records::new("denied");
    let guard = records.guard(&public("/orders", r#"["GET", "PUT"]"#), &[]);
    let denied = admit(&guard, call("POST", "/orders"), b"")
        .await
        .unwrap_err();
    assert_eq!(denied.reason(), &Reason::NoMethod);
    let refusal = denied.record().await;
    assert_eq!(refusal.answer, Answer::Method);
    assert_eq!(refusal.methods, ["GET", "PUT"]);
    let events = records.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(text(&events[0], "/status_code"), "no-method");
    assert_eq!(text(&events[0], "/palisade/step"), "receive");
    assert_eq!(text(&events[0], "/action"), "Denied");
    assert_eq!(
        text(&events[0], "/metadata/correlation_uid"),
        refusal.correlation
    );
}

#[tokio::test]
async fn what_is_dropped_on_its_way_is_on_record() {
    let records = Records::new("dropped");
    let guard = records.guard(&public("/orders", r#"["GET"]"#), &[]);
    let step = |event: &Value| {
        let code = text(event, "/status_code").to_owned();
        (code, text(event, "/palisade/step").to_owned())
    };
    let request = || call("GET", "/orders");
    drop(guard.receive(request()).unwrap());
    drop(
        guard
            .receive(request())
            .unwrap()
            .authenticate(None)
            .await
            .unwrap(),
    );
    drop(
        admit(&guard, request(), b"more than sixteen bytes")
            .await
            .unwrap_err(),
    );
    drop(admit(&guard, request(), b"").await.unwrap());
    // A step that panics takes its task with it.
    let panicking = guard.clone();
    let panicked = tokio::spawn(async move {
        let _received = panicking.receive(call("GET", "/orders")).unwrap();
        panic!("a step failed");
    });
    assert!(panicked.await.is_err());
    // And so does one that is cancelled.
    let cancelled = guard.clone();
    let task = tokio::spawn(async move {
        let _received = cancelled.receive(call("GET", "/orders")).unwrap();
        std::future::pending::<()>().await;
    });
    tokio::task::yield_now().await;
    task.abort();
    assert!(task.await.is_err());
    let events: Vec<_> = records.events().await.iter().map(step).collect();
    let aborted = |step: &str| ("aborted".to_owned(), step.to_owned());
    assert_eq!(
        events,
        [
            aborted("authenticate"),
            aborted("limit"),
            aborted("validate"),
            ("permitted".to_owned(), String::new()),
            aborted(""),
            aborted("authenticate"),
            aborted("authenticate"),
        ]
    );
}

fn occurrence(kind: SourceKind, arn: &str) -> Request {
    let Value::Object(origin) = json!({"arn": arn, "account": "123456789012"}) else {
        unreachable!("an object");
    };
    Request {
        entry: Entry::Event(Occurrence {
            kind,
            origin,
            id: None,
            function: None,
        }),
        peer: Peer::default(),
        headers: Headers::default(),
    }
}

#[tokio::test]
async fn an_event_needs_a_source_that_stands_in_a_list() {
    let records = Records::new("sources");
    let listed = "arn:aws:sqs:eu-west-1:123456789012:orders";
    let source =
        format!("[[sources]]\nkind = \"sqs\"\nfunction = \"orders\"\narns = [\"{listed}\"]\n");
    let guard = records.guard(&source, &[]);
    let admitted = admit(&guard, occurrence(SourceKind::Sqs, listed), b"{}").await;
    admitted.unwrap().finish(&Outcome::Answered {
        status: None,
        bytes: 0,
        violations: Vec::new(),
    });
    let other = occurrence(SourceKind::Sqs, "arn:aws:sqs:eu-west-1:123456789012:others");
    let denied = admit(&guard, other, b"{}").await.unwrap_err();
    assert_eq!(denied.reason().code(), "arn-not-listed");
    let _ = denied.record().await;
    let none = admit(&guard, occurrence(SourceKind::Sns, listed), b"{}")
        .await
        .unwrap_err();
    assert_eq!(none.reason(), &Reason::NoRoute);
    let _ = none.record().await;
    let events = records.events().await;
    assert_eq!(events.len(), 4);
    assert_eq!(text(&events[0], "/palisade/means"), "event-source");
    assert_eq!(text(&events[0], "/palisade/source"), "sqs");
}

#[tokio::test]
async fn without_a_record_nothing_is_admitted() {
    let records = Records::new("unrecorded");
    let guard = records.guard(&public("/orders", r#"["GET"]"#), &[]);
    admit(&guard, call("GET", "/orders"), b"")
        .await
        .unwrap()
        .finish(&ANSWERED);
    records.break_disk();
    let denied = admit(&guard, call("GET", "/orders"), b"")
        .await
        .unwrap_err();
    assert_eq!(denied.reason(), &Reason::NotRecorded);
    assert_eq!(denied.record().await.answer, Answer::Unavailable);
}

#[tokio::test]
async fn without_a_record_nothing_is_admitted_that_would_not_wait_for_it() {
    let records = Records::new("unrecorded-batched");
    let batched = public("/orders", r#"["GET"]"#) + "record = \"batched\"\n";
    let guard = records.guard(&batched, &[]);
    let first = admit(&guard, call("GET", "/orders"), b"").await.unwrap();
    first.finish(&ANSWERED);
    assert_eq!(records.events().await.len(), 2);
    assert_eq!((guard.stopped(), guard.unrecorded()), (None, 0));
    records.break_disk();
    // Nobody knows yet: what is admitted until the next commit fails is lost.
    let lost = admit(&guard, call("GET", "/orders"), b"").await.unwrap();
    let ledger = records.ledger.clone();
    tokio::task::spawn_blocking(move || {
        // The writer counts what is lost a moment after it has stopped.
        while ledger.stopped().is_none() || ledger.lost() == 0 {
            std::thread::yield_now();
        }
    })
    .await
    .unwrap();
    lost.finish(&ANSWERED);
    for _ in 0..3 {
        let denied = admit(&guard, call("GET", "/orders"), b"")
            .await
            .unwrap_err();
        assert_eq!(denied.reason(), &Reason::NotRecorded);
        assert_eq!(denied.record().await.answer, Answer::Unavailable);
    }
    let stopped = guard.stopped().unwrap();
    assert!(stopped.what.contains("make room"), "{stopped:?}");
    assert!(guard.tend().contains(&stopped));
    assert_eq!(records.ledger.lost(), 1);
    // With the outcome, and what became of those that were refused.
    assert_eq!(guard.unrecorded(), 5);
}

#[tokio::test]
async fn what_is_not_on_record_yet_is_never_more_than_two_commits() {
    let records = Records::new("slow-disk");
    let batched = public("/orders", r#"["GET"]"#) + "record = \"batched\"\n";
    let guard = records.guard(&batched, &[]);
    records.hold_disk(true);
    // What waits is bounded: 8 MiB, at about 1 KiB for each.
    let mut admitted = Vec::new();
    while let Ok(next) = timeout(admit(&guard, call("GET", "/orders"), b"")).await {
        admitted.push(next.unwrap());
        assert!(admitted.len() < 20_000, "no bound");
    }
    assert!(admitted.len() > 500, "{}", admitted.len());
    records.hold_disk(false);
    let next = timeout(admit(&guard, call("GET", "/orders"), b"")).await;
    next.unwrap().unwrap().finish(&ANSWERED);
}

async fn timeout<T>(future: impl Future<Output = T>) -> Result<T, tokio::time::error::Elapsed> {
    tokio::time::timeout(std::time::Duration::from_secs(2), future).await
}
