use super::*;
use proptest::prelude::*;

const WILD: Syntax = Syntax {
    wildcards: true,
    variables: true,
};

fn matched(pattern: &str, text: &str) -> bool {
    Pattern::wildcard(pattern).matches(text) == Truth::Yes
}

#[test]
fn wildcards_match_whole_texts() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("", "", true),
        ("", "a", false),
        ("?", "", false),
        ("?", "ä", true),
        ("a*", "abc", true),
        ("a*c", "abcd", false),
        ("*b*d", "abcd", true),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("**", "x", true),
        ("*a", "aa", true),
        ("*ab", "aab", true),
        ("A", "a", false),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b:c", true),
    ] {
        assert_eq!(matched(pattern, text), expected, "{pattern} {text}");
    }
    assert!(matched(&"*a".repeat(2_000), &"a".repeat(4_000)));
    assert!(!matched(&"*a".repeat(2_000), &"a".repeat(1_999)));
}

#[test]
fn arns_match_part_by_part() {
    let check = |pattern: &str, arn, expected| {
        let pattern = Pattern::wildcard(pattern);
        assert_eq!(
            pattern.matches_arn(arn),
            Truth::from(expected),
            "{pattern:?}"
        );
    };
    check("arn:aws:s3:::*", "arn:aws:s3:::b/k:x", true);
    check("arn:aws:*:b", "arn:aws:s3:::b", false);
    check("arn:aws:sqs:*:1:q", "arn:aws:sqs:eu:1:1:q", false);
    check("arn:*:sqs:*:1:q", "arn:aws:sqs:eu-west-1:1:q", true);
    check("arn:aws:sqs:eu:1:q?", "arn:aws:sqs:eu:1:q1", true);
    check("*", "arn:aws:s3:::b", true);
    check("*", "not an arn", false);
}

#[test]
fn holes_may_match() {
    let hole = crate::symbols::HOLE;
    let pattern = Pattern::wildcard(&format!("arn:{hole}:b"));
    assert_eq!(pattern.matches("arn:aws:b"), Truth::Maybe);
    assert_eq!(pattern.matches("arn:aws:c"), Truth::No);
}

#[test]
fn variables_take_values_of_the_request() {
    let context = Context::new([("aws:username", ["jo*"])]);
    let check = |written: &str, syntax, text: &str, expected: Option<bool>| {
        let understood = Text::new(written, Span::default(), syntax);
        let answer = understood.resolve(&context).map(|p| p.matches(text));
        assert_eq!(answer, expected.map(Truth::from), "{written}");
    };
    check("home/${aws:UserName}/*", WILD, "home/jo*/x", Some(true));
    check("home/${aws:username}/*", WILD, "home/joe/x", Some(false));
    check("${*}${?}${$}", WILD, "*?$", Some(true));
    check("${*}", WILD, "x", Some(false));
    check("${aws:x}", WILD, "x", None);
    check("${aws:x, 'd'}", WILD, "d", Some(true));
    check("${aws:x,d}*", WILD, "dd", Some(true));
    check("${open", WILD, "${open", Some(true));
    let old = Syntax {
        variables: false,
        ..WILD
    };
    check("${aws:username}", old, "${aws:username}", Some(true));
    let literal = Syntax {
        wildcards: false,
        ..WILD
    };
    check("a*${aws:username}", literal, "a*jo*", Some(true));
    check("a*", literal, "ab", Some(false));
}

/// The definition, word for word.
fn slow(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|n| slow(rest, &text[n..])),
        Some((c, rest)) => text
            .split_first()
            .is_some_and(|(t, tail)| (*c == '?' || c == t) && slow(rest, tail)),
    }
}

proptest! {
    #[test]
    fn matching_follows_its_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(matched(&pattern, &text), slow(&chars(&pattern), &chars(&text)));
    }
}
