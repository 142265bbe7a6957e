use super::*;
use palisade_core::Sources;
use proptest::prelude::*;

fn parsed(text: &str) -> (Policy, Vec<Note>, Sources) {
    let mut sources = Sources::default();
    let file = sources.add("policy.json", text);
    let document = palisade_syntax::parse_json(file, text).expect("JSON");
    let (policy, notes) = read_document(&document);
    (policy, notes, sources)
}

/// The messages about a policy, each with the text that it points at.
fn check(text: &str, expected: &[(&str, &str)]) {
    let (_, notes, _) = parsed(text);
    let found: Vec<(String, &str)> = notes
        .iter()
        .map(|note| {
            let help = note.help.as_deref().unwrap_or_default();
            let joint = if help.is_empty() { "" } else { "; " };
            (
                format!("{}{joint}{help}", note.message),
                &text[note.span.range()],
            )
        })
        .collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(m, at)| (m.as_str(), *at)).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_element_is_read() {
    let (policy, notes, _) = parsed(
        r#"{"Version": "2012-10-17", "Id": "x", "Statement": {
            "Sid": "A", "Effect": "Deny",
            "NotPrincipal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:role/r"], "Service": "sns.amazonaws.com",
                             "Federated": "accounts.google.com", "CanonicalUser": "79a59df900b949e5"},
            "NotAction": "S3:Get*", "NotResource": ["arn:aws:s3:::b/${aws:username}"],
            "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a*", "b"]}, "Bool": {"aws:SecureTransport": false}}}}"#,
    );
    assert_eq!(notes, []);
    let [statement] = policy.statements.as_slice() else {
        panic!("one statement");
    };
    assert_eq!(statement.effect, Effect::Deny);
    assert!(statement.actions.except);
    assert_eq!(
        statement.actions.patterns[0].plain(),
        Some(&crate::Pattern::wildcard("s3:get*"))
    );
    let resources = statement.resources.as_ref().expect("resources");
    assert!(resources.except && resources.patterns[0].variables().is_some());
    let principals = statement.principals.as_ref().expect("principals");
    let who: Vec<&Principal> = principals.items.iter().map(|item| &item.who).collect();
    assert!(principals.except);
    assert_eq!(
        who,
        [
            &Principal::Account(Arc::from("111122223333")),
            &Principal::Arn(Arc::from("arn:aws:iam::111122223333:role/r")),
            &Principal::Service(Arc::from("sns.amazonaws.com")),
            &Principal::Federated(Arc::from("accounts.google.com")),
            &Principal::CanonicalUser(Arc::from("79a59df900b949e5")),
        ]
    );
    assert_eq!(statement.conditions.len(), 2);
    assert_eq!(&*statement.conditions[0].key, "aws:tagkeys");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    check(
        r#"{"Version": "2012"}"#,
        &[
            ("the policy has no `Statement`", r#"{"Version": "2012"}"#),
            ("`Version` is `2012-10-17` or `2008-10-17`", r#""2012""#),
        ],
    );
    check(
        r#"{"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}, 1]}"#,
        &[
            ("`Effect` is `Allow` or `Deny`", r#""allow""#),
            ("a statement is a map", "1"),
        ],
    );
    check(
        r#"{"Statement": {"Effect": "Allow", "Actoin": "*", "Action": ["s3", "s3:Get Object"], "Resource": []}}"#,
        &[
            (
                "`Actoin` is not an element of a statement; did you mean `Action`?",
                r#""Actoin""#,
            ),
            (
                "`s3` is not an action; write `service:Action`, such as `s3:GetObject`, or `*`",
                r#""s3""#,
            ),
            (
                "`s3:Get Object` is not an action; write `service:Action`, such as `s3:GetObject`, or `*`",
                r#""s3:Get Object""#,
            ),
            ("`Resource` is empty", "[]"),
        ],
    );
    check(
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEqual": {"a": "b"}, "NumericEquals": {"n": "x"}}}}"#,
        &[
            (
                "`StringEqual` is not a condition operator; did you mean `StringEquals`?",
                r#""StringEqual""#,
            ),
            ("`NumericEquals` can't compare with `x`", r#""x""#),
        ],
    );
    check(
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Action": "s3:*", "Resource": "*", "Principal": {"Aws": "*"}}}"#,
        &[
            (
                "`Action` is written twice; the later one counts; join both into one",
                r#""Action""#,
            ),
            (
                "`Aws` is not a kind of principal; did you mean `AWS`?",
                r#""Aws""#,
            ),
        ],
    );
}

#[test]
fn symbols_are_refused_from_outside_and_read_from_inside() {
    let text =
        "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"\u{F0000}\"}}";
    let (_, notes, _) = parsed(text);
    assert_eq!(notes.len(), 1);
    let document = palisade_syntax::parse_json(palisade_core::FileId::NONE, text).expect("JSON");
    assert_eq!(read_symbolic(&document.root).1, []);
}

#[test]
fn what_is_not_known_may_be_anything() {
    let text = "{\"Version\": \"2012-10-17\", \"Statement\": [\"\u{F8000}\", {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\", \"Condition\": \"\u{F8001}\"}]}";
    let document = palisade_syntax::parse_json(palisade_core::FileId::NONE, text).expect("JSON");
    let (policy, notes) = read_symbolic(&document.root);
    assert_eq!(notes, []);
    let uncertain: Vec<_> = policy.statements.iter().map(|s| s.uncertain).collect();
    assert_eq!(
        uncertain,
        [Some('\u{F8000}'), Some('\u{F8000}'), Some('\u{F8001}')]
    );
}

proptest! {
    #[test]
    fn nothing_breaks_the_reader(text in r#"[{}\[\]",:a-zA-Z0-9*$ ]{0,80}"#) {
        if let Ok(document) = palisade_syntax::parse_json(palisade_core::FileId::NONE, &text) {
            let (_, notes) = read_document(&document);
            for note in notes {
                prop_assert!(note.span.range().end <= text.len());
            }
        }
    }
}
