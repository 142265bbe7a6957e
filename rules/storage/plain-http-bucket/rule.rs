//! Buckets that answer requests over plain HTTP.

use crate::prelude::*;
use crate::permissions::{reason_of, verdict};
use palisade_access::{Guard, agree};
use palisade_app::{Condition, Existence};
use palisade_iam::{Effect, Principal, Statement, Truth};

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
    let guards = cx.access().guards_on(&bucket.id);
    let policies = guards.map(|guard| refused(guard, bucket, cx));
    let none = || Verdict::always(Answer::No, &bucket.origin);
    sink.finding(bucket)
        .property("PolicyDocument")
        .message("no policy refuses plain HTTP: a client with the wrong address sends objects in the clear")
        .help("add a bucket policy that denies `s3:*` when `aws:SecureTransport` is `false`")
        .aliases(&["CKV_AWS_379", "S3.5", "S3_BUCKET_SSL_REQUESTS_ONLY"])
        .judge(policies.reduce(Verdict::or).unwrap_or_else(none));
}

/// Whether a policy refuses plain HTTP, under all conditions under which the bucket is there.
fn refused(guard: &Guard, bucket: &Resource, cx: &Context<'_>) -> Verdict {
    let there: &[Condition] = match &bucket.exists {
        Existence::When(conditions) => conditions,
        _ => &[],
    };
    let mut answers: Vec<(Answer, Vec<Condition>)> = Vec::new();
    for (when, policy) in &guard.worlds {
        let statements = policy.statements.iter();
        let answer = statements.map(|statement| refuses_plain(statement, cx));
        let best = answer.reduce(|a, b| match (a, b) {
            (Answer::Yes, _) | (_, Answer::Yes) => Answer::Yes,
            (Answer::No, other) | (other, _) => other,
        });
        answers.push((best.unwrap_or(Answer::No), when.clone()));
    }
    // Where the policy itself is not there.
    let known: Vec<&Condition> = guard.worlds.iter().flat_map(|(when, _)| when).collect();
    for without in known.iter().filter_map(|condition| condition.negated()) {
        let seen = |(_, when): &(Answer, Vec<Condition>)| when.contains(&without);
        if !answers.iter().any(seen) {
            answers.push((Answer::No, vec![without]));
        }
    }
    let answers = answers.iter().filter(|(_, when)| agree(when, there));
    let answers = answers.map(|(answer, when)| (answer.clone(), when.as_slice()));
    verdict(answers.collect(), &bucket.origin)
}

/// Denies everyone to read and to write, when the connection is not encrypted well enough.
fn refuses_plain(statement: &Statement, cx: &Context<'_>) -> Answer {
    let everyone = statement.principals.as_ref().is_none_or(|principals| {
        !principals.except && (principals.items.iter()).any(|item| item.who == Principal::Everyone)
    });
    let denies = statement.effect == Effect::Deny
        && everyone
        && ["s3:getobject", "s3:putobject"]
            .iter()
            .all(|action| statement.matches_action(action) == Truth::Yes);
    let plain = statement.conditions.iter().any(|test| {
        let says = |value: &str| test.written.first().is_some_and(|w| w.eq_ignore_ascii_case(value));
        let operator = test.operator.to_string();
        (*test.key == *"aws:securetransport" && operator.starts_with("Bool") && says("false"))
            || (*test.key == *"s3:tlsversion" && operator.starts_with("NumericLessThan"))
    });
    match denies {
        true if plain => Answer::Yes,
        true if statement.uncertain.is_some() => Answer::Unknown(reason_of(cx.access(), statement)),
        _ => Answer::No,
    }
}
