use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Questions {
    let document = parse_json(FileId::default(), text).expect("JSON");
    read_questions(&document)
}

/// The messages about a question, each with the text that it points at.
fn check(text: &str, expected: &[(&str, &str)]) {
    let mut found = Vec::new();
    for question in read(text).items {
        for note in question.notes {
            let help = note.help.map(|h| format!("; {h}")).unwrap_or_default();
            let message = format!("{}{help}", note.message);
            found.push((message, text[note.span.range()].to_owned()));
        }
    }
    let found: Vec<(&str, &str)> = found.iter().map(|(m, at)| (&**m, &**at)).collect();
    assert_eq!(found, expected);
}

const ALLOW: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;

#[test]
fn every_member_is_read() {
    let text = format!(
        r#"{{"policies": {{"identity": [{ALLOW}, {ALLOW:?}], "resource": {ALLOW}, "boundary": [], "session": null,
            "scp": [[{ALLOW}], []], "rcp": [[{ALLOW}]], "endpoint": {ALLOW}, "public_access_block": {{"RestrictPublicBuckets": true}}}},
           "request": {{"principal": "arn:aws:iam::111122223333:user/u", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
            "resource_account": 111122223333, "context": {{"aws:MultiFactorAuthPresent": true, "aws:TagKeys": ["a", "b"], "s3:max-keys": 10}}}}}}"#
    );
    let questions = read(&text);
    let [question] = questions.items.as_slice() else {
        panic!("one question");
    };
    assert!(!questions.listed && question.notes.is_empty());
    let policies = &question.policies;
    assert_eq!(policies.identity.len(), 2);
    // Places aside, both are the same.
    assert_eq!(policies.identity[1].statements[0].actions.patterns.len(), 1);
    assert_eq!(policies.boundary, Some(Vec::new()));
    assert_eq!(
        policies.scp.iter().map(Vec::len).collect::<Vec<_>>(),
        [1, 0]
    );
    assert!(policies.resource.is_some() && policies.session.is_none());
    assert_eq!((policies.rcp.len(), policies.endpoint.len()), (1, 1));
    assert!(policies.public_access_block.restrict_public_buckets);
    let request = question.answerable().expect("a request");
    assert_eq!(request.resource_account.as_deref(), Some("111122223333"));
    let context = &request.context;
    assert_eq!(context.single("aws:multifactorauthpresent"), Some("true"));
    assert_eq!(context.get("aws:tagkeys").map(<[_]>::len), Some(2));
    assert_eq!(context.single("s3:max-keys"), Some("10"));
}

#[test]
fn a_list_is_a_list_even_of_one() {
    let one =
        r#"{"request": {"principal": "anonymous", "action": "s3:GetObject", "resource": "*"}}"#;
    assert!(read(&format!("[{one}]")).listed);
    assert!(!read(one).listed);
    assert_eq!(read("[]").items, []);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    check(
        "1",
        &[("a question is a map of `policies`, `request`", "1")],
    );
    check(
        r#"[{"policys": {}, "request": {"principle": "x", "action": "s3:Get*", "resource": 1, "context": []}}]"#,
        &[
            (
                "`policys` is not a member of a question; did you mean `policies`?",
                r#""policys""#,
            ),
            (
                "the request has no `principal`",
                r#"{"principle": "x", "action": "s3:Get*", "resource": 1, "context": []}"#,
            ),
            (
                "`principle` is not a member of `request`; did you mean `principal`?",
                r#""principle""#,
            ),
            (
                "`s3:Get*` is not an action; write one action, such as `s3:GetObject`",
                r#""s3:Get*""#,
            ),
            ("`context` is a map of condition keys", "[]"),
        ],
    );
    check(
        r#"{"policies": {"scp": [{}], "identity": ["{", 2], "public_access_block": {"All": true, "BlockPublicAcls": 1}}, "request": {"principal": "bob", "action": "a:b", "resource": "*", "context": {"a": 1, "A": {}}}}"#,
        &[
            (
                "`scp` is a list of levels, and each level a list of policies; write [[{…}], [{…}]], from the root of the organisation to the account",
                "[{}]",
            ),
            (
                "the text in place of a policy is not valid JSON: Unterminated object",
                r#""{""#,
            ),
            ("a policy is a map with `Statement`", "2"),
            ("`All` is not a member of `public_access_block`", r#""All""#),
            ("`BlockPublicAcls` is `true` or `false`", "1"),
            (
                "`bob` is not a caller; write an ARN, a service (`lambda.amazonaws.com`), an identity provider, or `anonymous`",
                r#""bob""#,
            ),
            ("`A` is a text", "{}"),
        ],
    );
    check(
        r#"[{"request": {"principal": "anonymous", "action": "a:b", "resource": "*", "resource": "x", "context": {"a": "1", "A": "2"}}}, {"policies": []}]"#,
        &[
            (
                "`resource` is written twice; the later one counts",
                r#""resource""#,
            ),
            ("`A` is written twice; the later one counts", r#""A""#),
            ("the question has no `request`", r#"{"policies": []}"#),
            (
                "`policies` is a map of `identity`, `resource`, `boundary`, `session`, `scp`, `rcp`, `endpoint`, `public_access_block`",
                "[]",
            ),
        ],
    );
}

#[test]
fn a_policy_alone_is_the_callers() {
    let node = |text: &str| parse_json(FileId::default(), text).expect("JSON").root;
    let (policies, notes) = read_policy_or_policies(&node(ALLOW));
    assert_eq!((policies.identity.len(), notes.len()), (1, 0));
    let (policies, notes) = read_policy_or_policies(&node(&format!(
        r#"{{"boundary": [{ALLOW}], "identity": []}}"#
    )));
    assert_eq!((policies.identity.len(), notes.len()), (0, 0));
    assert_eq!(policies.boundary.map(|b| b.len()), Some(1));
}

proptest! {
    #[test]
    fn nothing_breaks_the_reader(text in r#"(\{"(policies|request|resource)": )?[{}\[\]",:a-z0-9* ]{0,60}\}*"#) {
        if let Ok(document) = parse_json(FileId::default(), &text) {
            for question in read_questions(&document).items {
                prop_assert!(question.answerable().is_none() || question.request.is_some());
            }
        }
    }
}
