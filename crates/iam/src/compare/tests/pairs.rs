//! Pairs with the verdict that follows from the documentation of the policy language.

use super::*;

const READ: &str =
    r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}"#;

fn allow(rest: &str) -> String {
    format!(r#"{{"Effect": "Allow", {rest}}}"#)
}

fn deny(rest: &str) -> String {
    format!(r#"{{"Effect": "Deny", {rest}}}"#)
}

fn check(a: &str, b: &str, expected: Verdict) {
    let (a_side, b_side) = (document(a), document(b));
    let comparison = checked(&a_side, &b_side);
    assert_eq!(comparison.verdict(), expected, "{a}\n{b}\n{comparison:#?}");
    let turned = match expected {
        Verdict::Narrower => Verdict::Wider,
        Verdict::Wider => Verdict::Narrower,
        same => same,
    };
    assert_eq!(checked(&b_side, &a_side).verdict(), turned);
    assert_eq!(checked(&a_side, &a_side).verdict(), Verdict::Equal);
}

/// `b` is everything, with this condition.
fn with(condition: &str) -> String {
    allow(&format!(
        r#""Action": "*", "Resource": "*", "Condition": {{{condition}}}"#
    ))
}

#[test]
fn actions_and_resources() {
    let wide = allow(r#""Action": "s3:Get*", "Resource": "*""#);
    check(READ, &wide, Verdict::Narrower);
    check(
        &wide,
        &allow(r#""Action": "S3:gEt*", "Resource": ["*", "arn:aws:s3:::b"]"#),
        Verdict::Equal,
    );
    check(
        &wide,
        &allow(r#""Action": "s3:Get?*", "Resource": "*""#),
        Verdict::Wider,
    );
    check(
        &allow(r#""Action": "s3:*", "Resource": "*""#),
        &allow(r#""Action": "s3:?*", "Resource": "*""#),
        Verdict::Equal,
    );
    check(
        &allow(r#""Action": "*", "Resource": "*""#),
        &allow(r#""Action": "*:*", "Resource": "**""#),
        Verdict::Equal,
    );
    check(
        READ,
        &allow(r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::B/*""#),
        Verdict::Incomparable,
    );
    check(
        &allow(r#""Action": "s3:a", "Resource": "*""#),
        &allow(r#""NotAction": "s3:a", "Resource": "*""#),
        Verdict::Incomparable,
    );
    check(
        &allow(r#""NotAction": "iam:*", "Resource": "*""#),
        &format!(
            "{},{}",
            allow(r#""Action": "*", "Resource": "*""#),
            deny(r#""Action": "iam:*", "Resource": "*""#)
        ),
        Verdict::Equal,
    );
    check(
        &allow(r#""Action": "a:*", "NotResource": "x*""#),
        &format!(
            "{},{}",
            allow(r#""Action": "a:*", "Resource": "*""#),
            deny(r#""Action": "a:b", "Resource": "x*""#)
        ),
        Verdict::Narrower,
    );
    check(
        &allow(r#""Action": "a:?", "Resource": "?*""#),
        &allow(r#""Action": ["a:?"], "Resource": ["*"]"#),
        Verdict::Narrower,
    );
    check(
        READ,
        r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#,
        Verdict::Wider,
    );
    check(
        READ,
        &format!(
            "{READ},{}",
            deny(r#""Action": "s3:PutObject", "Resource": "*""#)
        ),
        Verdict::Equal,
    );
    check(
        READ,
        &format!(
            "{READ},{}",
            deny(r#""Action": "s3:Get*", "Resource": "*/secret""#)
        ),
        Verdict::Wider,
    );
    check("", READ, Verdict::Narrower);
    check("", "", Verdict::Equal);
    // Every letter and digit by its own is all actions of one letter.
    let each: Vec<String> = ('a'..='z')
        .chain('0'..='9')
        .map(|c| format!("\"a:{c}\""))
        .collect();
    check(
        &allow(&format!(
            r#""Action": [{}], "Resource": "*""#,
            each.join(",")
        )),
        &allow(r#""Action": "a:?", "Resource": "*""#),
        Verdict::Equal,
    );
}

#[test]
fn text_conditions() {
    let all = allow(r#""Action": "*", "Resource": "*""#);
    check(
        &with(r#""StringEquals": {"k": "v"}"#),
        &all,
        Verdict::Narrower,
    );
    check(
        &with(r#""StringEquals": {"k": "v"}"#),
        &with(r#""StringLike": {"K": "v*"}"#),
        Verdict::Narrower,
    );
    check(
        &with(r#""StringEquals": {"k": "v"}"#),
        &with(r#""StringEqualsIfExists": {"k": "v"}"#),
        Verdict::Narrower,
    );
    check(
        &with(r#""StringNotEquals": {"k": "v"}"#),
        &with(r#""StringNotEqualsIfExists": {"k": "v"}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""StringEquals": {"k": "V"}"#),
        &with(r#""StringEqualsIgnoreCase": {"k": "v"}"#),
        Verdict::Narrower,
    );
    check(
        &with(r#""StringEqualsIgnoreCase": {"k": "v"}"#),
        &with(r#""StringEquals": {"k": ["v", "V"]}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""StringLike": {"k": "*"}"#),
        &with(r#""Null": {"k": "false"}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""StringLike": {"k": "?*"}"#),
        &with(r#""Null": {"k": "false"}"#),
        Verdict::Narrower,
    );
    check(
        &format!(
            "{},{}",
            with(r#""StringEquals": {"k": "v"}"#),
            with(r#""StringNotEquals": {"k": "v"}"#)
        ),
        &all,
        Verdict::Equal,
    );
    check(
        &with(r#""StringEquals": {"k": "v"}, "StringNotEquals": {"k": "v"}"#),
        "",
        Verdict::Equal,
    );
    check(
        &with(r#""StringEquals": {"k": ["a", "b"]}"#),
        &format!(
            "{},{}",
            with(r#""StringEquals": {"k": "a"}"#),
            with(r#""StringEquals": {"k": "b"}"#)
        ),
        Verdict::Equal,
    );
    check(
        &with(r#""StringEquals": {"k": "a", "l": "b"}"#),
        &with(r#""StringEquals": {"k": "a"}"#),
        Verdict::Narrower,
    );
    check(
        &with(r#""StringEquals": {"k": "a"}"#),
        &with(r#""StringEquals": {"l": "a"}"#),
        Verdict::Incomparable,
    );
    check(
        &format!(
            "{all},{}",
            deny(
                r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}"#
            )
        ),
        &all,
        Verdict::Narrower,
    );
    check(
        &format!(
            "{all},{}",
            deny(
                r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}"#
            )
        ),
        &with(r#""BoolIfExists": {"aws:SecureTransport": "true"}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""Bool": {"k": "true"}"#),
        &with(r#""StringEqualsIgnoreCase": {"k": "TRUE"}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""BinaryEquals": {"k": "QQ=="}"#),
        &with(r#""StringEquals": {"k": "QQ=="}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""ArnLike": {"k": "arn:aws:*:b"}"#),
        "",
        Verdict::Equal,
    );
    check(
        &with(r#""ArnLike": {"k": "arn:aws:sns:*:*:t"}"#),
        &with(r#""StringLike": {"k": "arn:aws:sns:*:*:t"}"#),
        Verdict::Narrower,
    );
    check(
        &with(r#""ArnEquals": {"k": "arn:aws:sns:*:*:t"}"#),
        &with(r#""ArnLike": {"k": "arn:aws:sns:*:*:t"}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""ArnLike": {"k": "arn:aws:s3:::*"}"#),
        &with(r#""ArnLike": {"k": "*"}"#),
        Verdict::Narrower,
    );
}

#[test]
fn other_kinds_of_values() {
    check(
        &with(r#""NumericLessThan": {"k": "10"}"#),
        &with(r#""NumericLessThanEquals": {"k": "10.0"}"#),
        Verdict::Narrower,
    );
    check(
        &with(r#""NumericLessThan": {"k": "10"}"#),
        &with(r#""NumericLessThanEquals": {"k": "9.99"}"#),
        Verdict::Wider,
    );
    check(
        &format!(
            "{},{}",
            with(r#""NumericLessThan": {"k": "1"}"#),
            with(r#""NumericGreaterThanEquals": {"k": "1"}"#)
        ),
        &with(r#""Null": {"k": "false"}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""NumericNotEquals": {"k": ["1", "2"]}"#),
        &with(r#""NumericNotEquals": {"k": "1"}"#),
        Verdict::Narrower,
    );
    check(
        &with(r#""DateLessThan": {"k": "2026-01-01"}"#),
        &with(r#""DateLessThan": {"k": "2026-01-01T00:00:01Z"}"#),
        Verdict::Narrower,
    );
    check(
        &with(r#""DateGreaterThan": {"k": "2025-12-31T23:59:59.999999Z"}"#),
        &with(r#""DateGreaterThanEquals": {"k": "2026-01-01"}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""IpAddress": {"k": "10.0.0.0/8"}"#),
        &with(r#""IpAddress": {"k": ["10.0.0.0/9", "10.128.0.0/9"]}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""IpAddress": {"k": "10.0.0.0/8"}"#),
        &with(r#""IpAddress": {"k": "10.0.0.0/9"}"#),
        Verdict::Wider,
    );
    check(
        &with(r#""IpAddress": {"k": ["0.0.0.0/0", "::/0"]}"#),
        &with(r#""Null": {"k": "false"}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""NotIpAddress": {"k": "0.0.0.0/0"}"#),
        &with(r#""NotIpAddress": {"k": "10.0.0.0/8"}"#),
        Verdict::Narrower,
    );
    check(
        &with(r#""Bool": {"k": ["true", "false"]}"#),
        &with(r#""Null": {"k": "false"}"#),
        Verdict::Equal,
    );
    check(
        &with(r#""Bool": {"k": "true"}"#),
        &with(r#""Bool": {"k": "false"}"#),
        Verdict::Incomparable,
    );
    check(
        &with(r#""Null": {"k": "true"}"#),
        &with(r#""Null": {"k": ["true", "false"]}"#),
        Verdict::Narrower,
    );
}

#[test]
fn several_values() {
    check(
        &with(r#""ForAllValues:StringEquals": {"k": ["a", "b"]}"#),
        &with(r#""ForAllValues:StringEquals": {"k": "a"}"#),
        Verdict::Wider,
    );
    check(
        &with(r#""ForAnyValue:StringEquals": {"k": ["a", "b"]}"#),
        &with(r#""ForAnyValue:StringEquals": {"k": "a"}"#),
        Verdict::Wider,
    );
    check(
        &with(r#""ForAllValues:StringEquals": {"k": "a"}"#),
        &with(r#""ForAnyValue:StringEquals": {"k": "a"}"#),
        Verdict::Incomparable,
    );
    check(
        &with(r#""ForAllValues:StringEquals": {"k": "a"}, "Null": {"k": "false"}"#),
        &with(r#""ForAnyValue:StringEquals": {"k": "a"}"#),
        Verdict::Narrower,
    );
    // A value of each, which needs two.
    check(
        &with(r#""ForAnyValue:StringEquals": {"k": "a"}, "ForAnyValue:StringLike": {"k": "b"}"#),
        &with(r#""ForAnyValue:StringEquals": {"k": "a"}"#),
        Verdict::Narrower,
    );
    check(
        &with(r#""ForAllValues:StringNotEquals": {"k": "a"}"#),
        &format!(
            "{},{}",
            allow(r#""Action": "*", "Resource": "*""#),
            deny(
                r#""Action": "*", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"k": "a"}}"#
            )
        ),
        Verdict::Equal,
    );
}

#[test]
fn variables() {
    let home = allow(r#""Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}/*""#);
    check(
        &home,
        &allow(r#""Action": "s3:*", "Resource": "arn:aws:s3:::b/*""#),
        Verdict::Narrower,
    );
    check(
        &home,
        &allow(r#""Action": "s3:*", "Resource": "arn:aws:s3:::b/alice/*""#),
        Verdict::Incomparable,
    );
    check(&format!("{home},{READ}"), &home, Verdict::Wider);
    check(
        &format!(
            "{home},{}",
            deny(r#""Action": "s3:*", "Resource": "arn:aws:s3:::b/bob/*""#)
        ),
        &home,
        Verdict::Narrower,
    );
    check(
        &format!(
            "{},{}",
            allow(r#""Action": "s3:*", "Resource": "*""#),
            deny(r#""Action": "s3:*", "Resource": "arn:aws:s3:::b/bob/*""#)
        ),
        &home,
        Verdict::Incomparable,
    );
    let own = with(r#""StringEquals": {"aws:ResourceTag/owner": "${aws:username}"}"#);
    check(
        &own,
        &with(r#""Null": {"aws:ResourceTag/owner": "false"}"#),
        Verdict::Narrower,
    );
    check(&format!("{own},{READ}"), &own, Verdict::Wider);
    check(
        &own,
        &with(r#""StringEquals": {"aws:ResourceTag/owner": "bob"}"#),
        Verdict::Incomparable,
    );
    // A literal dollar, and a text of the older version, are no variables.
    check(
        &allow(r#""Action": "a:b", "Resource": "${$}{x}""#),
        r#"{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "${x}"}}"#,
        Verdict::Equal,
    );
}

#[test]
fn principals() {
    let who = |principal: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "s3:GetObject", "Resource": "*"}}"#
        )
    };
    let role = who(r#"{"AWS": "arn:aws:iam::111122223333:role/r"}"#);
    let session = who(r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/r/s"}"#);
    check(&session, &role, Verdict::Narrower);
    check(&role, &who(r#""*""#), Verdict::Narrower);
    check(&role, &who(r#"{"AWS": "111122223333"}"#), Verdict::Narrower);
    check(
        &role,
        &who(r#"{"Service": "lambda.amazonaws.com"}"#),
        Verdict::Incomparable,
    );
    check(
        &who(r#"{"AWS": "111122223333"}"#),
        &who(r#"{"AWS": "arn:aws:iam::111122223333:root"}"#),
        Verdict::Equal,
    );
    check(
        &who(r#"{"AWS": ["111122223333", "*"]}"#),
        &who(r#""*""#),
        Verdict::Equal,
    );
}

#[test]
fn layers() {
    let side = |layers: &[&str]| Side {
        layers: layers
            .iter()
            .flat_map(|layer| document(layer).layers)
            .collect(),
    };
    let all = allow(r#""Action": "*", "Resource": "*""#);
    let s3 = allow(r#""Action": "s3:*", "Resource": "*""#);
    let bounded = side(&[&all, &s3]);
    assert_eq!(checked(&bounded, &document(&s3)).verdict(), Verdict::Equal);
    assert_eq!(
        checked(&bounded, &document(&all)).verdict(),
        Verdict::Narrower
    );
    assert_eq!(checked(&bounded, &side(&[])).verdict(), Verdict::Wider);
    assert_eq!(checked(&side(&[]), &side(&[])).verdict(), Verdict::Equal);
    let denied = side(&[
        &s3,
        &format!("{all},{}", deny(r#""Action": "s3:Put*", "Resource": "*""#)),
    ]);
    assert_eq!(checked(&denied, &bounded).verdict(), Verdict::Narrower);
}

#[test]
fn what_is_not_known() {
    let hole = "\u{F8000}";
    let symbol = "\u{F0000}";
    let on = |resource: &str| {
        allow(&format!(
            r#""Action": "s3:GetObject", "Resource": "{resource}""#
        ))
    };
    let of = |a: &str, b: &str| checked(&document(a), &document(b));
    // A hole is any text, so everything covers it, and it covers nothing for sure.
    let comparison = of(&on(hole), &on("*"));
    assert_eq!(
        (comparison.a_in_b.holds, comparison.b_in_a.holds),
        (Some(true), None)
    );
    assert_eq!(comparison.b_in_a.unknown, [Reason::Hole('\u{F8000}')]);
    assert_eq!(
        of(&on(&format!("b/{hole}")), &on("a*")).verdict(),
        Verdict::Unknown
    );
    // Two holes may be two texts, even for the same reason; a document is always itself.
    assert_eq!(of(&on(hole), &on(hole)).verdict(), Verdict::Unknown);
    let one = document(&on(hole));
    assert_eq!(checked(&one, &one).verdict(), Verdict::Equal);
    let mut both = one.clone();
    both.layers[0]
        .policies
        .extend(document(&on("arn:x")).layers.remove(0).policies);
    assert_eq!(checked(&one, &both).a_in_b.holds, Some(true));
    // A symbol is a text of its own.
    assert_eq!(of(&on(symbol), &on("*")).verdict(), Verdict::Narrower);
    assert_eq!(
        of(&on(symbol), &on("\u{F0001}")).verdict(),
        Verdict::Incomparable
    );
    assert_eq!(
        of(&on(symbol), &on(&format!("{symbol}/*"))).verdict(),
        Verdict::Incomparable
    );
    // Different kinds of value on one key: a witness is one, but nothing is proved without.
    let ip = with(r#""IpAddress": {"k": "10.0.0.0/8"}"#);
    let text = with(r#""StringLike": {"k": "10.*"}"#);
    assert_eq!(
        of(&ip, &text).a_in_b.unknown,
        [Reason::MixedKinds(Arc::from("k"))]
    );
    assert_eq!(of(&ip, &text).b_in_a.holds, Some(false));
}

#[test]
fn the_budget_ends_it() {
    let options = Options {
        budget: 50,
        ..Options::default()
    };
    let answer = subset(&document(READ), &document(""), options);
    assert_eq!((answer.holds, answer.unknown), (None, vec![Reason::Budget]));
}

#[test]
fn what_exists() {
    let options = Options {
        universe: Universe::Catalogue(crate::Catalogue::builtin()),
        ..Options::default()
    };
    let of = |a: &str, b: &str| compare(&document(a), &document(b), options);
    let get = |resource: &str| {
        allow(&format!(
            r#""Action": "s3:GetObject", "Resource": {resource}"#
        ))
    };
    // No action begins so.
    let none = of(&allow(r#""Action": "s3:Foo*", "Resource": "*""#), "");
    assert_eq!(none.verdict(), Verdict::Equal);
    // Actions on objects take no bucket.
    let objects = of(
        &get(r#"["arn:aws:s3:::b", "arn:aws:s3:::b/*"]"#),
        &get(r#""arn:aws:s3:::b/*""#),
    );
    assert_eq!(objects.verdict(), Verdict::Equal);
    // Actions without resources ask for `*`.
    let list = |resource: &str| {
        allow(&format!(
            r#""Action": "s3:ListAllMyBuckets", "Resource": "{resource}""#
        ))
    };
    assert_eq!(of(&list("arn:aws:s3:::*"), "").verdict(), Verdict::Equal);
    assert_eq!(
        of(&list("*"), &list("arn:aws:s3:::*")).verdict(),
        Verdict::Wider
    );
    // All actions that exist and match are named.
    let wider = of(
        &allow(r#""Action": "sqs:*Message", "Resource": "arn:aws:sqs:*:*:q""#),
        &allow(r#""Action": "sqs:SendMessage", "Resource": "*""#),
    );
    assert_eq!(wider.verdict(), Verdict::Incomparable);
    let names: Vec<&str> = wider.a_in_b.new[0].actions.iter().map(|a| &**a).collect();
    assert_eq!(names, ["sqs:DeleteMessage", "sqs:ReceiveMessage"]);
    let request = wider.a_in_b.witness.expect("a witness").request;
    assert_eq!(&*request.resource, "arn:aws:sqs:us-east-1:123456789012:q");
    let all = allow(r#""NotAction": "iam:*", "Resource": "*""#);
    let comparison = of(&all, &allow(r#""Action": "s3:*", "Resource": "*""#));
    assert_eq!(comparison.verdict(), Verdict::Wider);
}
