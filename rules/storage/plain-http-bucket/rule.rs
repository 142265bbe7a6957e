//! Buckets that answer requests over plain HTTP.

use crate::prelude::*;
use palisade_app::graph::{Effect, Grant, Principal};

pub(crate) static RULE: Rule = Rule {
    id: "plain-http-bucket",
    title: "the bucket answers requests over plain HTTP",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-3.2", "BPSS-1.2"],
    cwe: Some(319),
    aliases: &["CKV_AWS_379", "S3.5", "S3_BUCKET_SSL_REQUESTS_ONLY"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::S3::Bucket"],
        check,
    },
};

fn check(bucket: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut answer = Answer::No;
    for grant in cx.app.graph().grants_on(&bucket.id) {
        match refuses_plain(grant) {
            Answer::No => {}
            Answer::Yes => {
                answer = Answer::Yes;
                break;
            }
            unknown => answer = unknown,
        }
    }
    sink.finding(bucket)
        .property("PolicyDocument")
        .message("no policy refuses plain HTTP: a client with the wrong address sends objects in the clear")
        .help("add a bucket policy that denies `s3:*` when `aws:SecureTransport` is `false`")
        .aliases(&["CKV_AWS_379", "S3.5", "S3_BUCKET_SSL_REQUESTS_ONLY"])
        .judge(Verdict::always(answer, &bucket.origin));
}

/// Denies everyone to read and to write, when the connection is not encrypted well enough.
fn refuses_plain(grant: &Grant) -> Answer {
    let tests = |key: &str, says: &dyn Fn(&str, &str) -> bool| {
        grant.conditions.iter().any(|test| {
            let first = test.values.first().and_then(Value::as_text);
            test.key.eq_ignore_ascii_case(key)
                && first.is_some_and(|value| says(&test.operator, value))
        })
    };
    let plain = tests("aws:SecureTransport", &|operator, value| {
        operator.starts_with("Bool") && value.eq_ignore_ascii_case("false")
    });
    let old = tests("s3:TlsVersion", &|operator, _| {
        operator.starts_with("NumericLessThan")
    });
    let denies = grant.effect == Effect::Deny
        && grant.principals.contains(&Principal::Anyone)
        && grant.covers("s3:GetObject")
        && grant.covers("s3:PutObject");
    match &grant.conditions_open {
        _ if !denies => Answer::No,
        _ if plain || old => Answer::Yes,
        Some(reason) => Answer::Unknown(reason.clone()),
        None => Answer::No,
    }
}
