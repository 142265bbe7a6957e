//! Laws that need no oracle, on random policies with all that the language has.

use super::*;
use proptest::prelude::*;

fn text(options: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(options).prop_map(str::to_owned)
}

fn texts(options: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(text(options), 1..4).prop_map(|texts| format!("{texts:?}"))
}

fn condition() -> impl Strategy<Value = String> {
    let test = |operators: &'static [&'static str],
                key: &'static str,
                values: &'static [&'static str]| {
        (text(operators), texts(values))
            .prop_map(move |(operator, values)| format!(r#""{operator}": {{"{key}": {values}}}"#))
    };
    prop_oneof![
        3 => Just(String::new()),
        2 => test(
            &["StringEquals", "StringNotEquals", "StringLike", "StringNotLikeIfExists", "StringEqualsIgnoreCase"
            ],
            "aws:username",
            &["a", "b*", "*", "true", "A"],
        ),
        2 => test(
            &["ForAnyValue:StringLike", "ForAllValues:StringEquals", "ForAnyValue:StringNotLike", "StringEquals"],
            "aws:TagKeys",
            &["a", "b", "a*", "${aws:username}"],
        ),
        1 => test(&["Null"], "aws:username", &["true", "false"]),
        1 => test(&["NumericLessThan", "NumericNotEqualsIfExists"], "s3:max-keys", &["1", "10"]),
        1 => test(&["IpAddress", "NotIpAddress"], "aws:SourceIp", &["10.0.0.0/8", "0.0.0.0/0", "::/0"]),
        1 => test(&["ArnLike", "ArnNotEquals"], "aws:SourceArn", &["arn:aws:s3:::*", "*", "arn:*:sns:*:1:${aws:username}"]),
    ]
}

fn statement() -> impl Strategy<Value = String> {
    (
        text(&["Allow", "Allow", "Deny"]),
        text(&["Action", "Action", "Action", "NotAction"]),
        texts(&["*", "s3:*", "s3:Get*", "s3:GetObject", "iam:PassRole", "*:?et*"]),
        text(&["Resource", "Resource", "Resource", "NotResource"]),
        texts(&["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b", "*b*", "arn:aws:s3:::${aws:username}/*", "arn:*:*:*:*:x"]),
        condition(),
    )
        .prop_map(|(effect, action, actions, resource, resources, condition)| {
            format!(r#"{{"Effect": "{effect}", "{action}": {actions}, "{resource}": {resources}, "Condition": {{{condition}}}}}"#)
        })
}

fn statements() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(statement(), 0..5)
}

fn side(statements: &[String]) -> Side {
    document(&statements.join(","))
}

fn is_deny(statement: &str) -> bool {
    statement.contains("Deny")
}

/// The same statement without the lists of its actions: a statement for each.
fn split(statement: &str) -> Vec<String> {
    let (before, rest) = statement.split_once("Action\": [").expect("a list");
    let (actions, after) = rest.split_once(']').expect("an end");
    if before.ends_with("Not") {
        return vec![statement.to_owned()];
    }
    let one = |action: &str| format!("{before}Action\": [{action}]{after}");
    actions.split(", ").map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_side_is_within_itself_and_more(a in statements(), more in statements()) {
        let grants: Vec<String> = more.iter().filter(|s| !is_deny(s)).cloned().collect();
        prop_assert_eq!(checked(&side(&a), &side(&a)).verdict(), Verdict::Equal);
        prop_assert_eq!(checked(&side(&a), &side(&[a.clone(), grants].concat())).a_in_b.holds, Some(true));
    }

    #[test]
    fn less_is_within_more(a in statements(), denial in statement()) {
        let denial = denial.replace("\"Allow\"", "\"Deny\"");
        let denied = side(&[a.clone(), vec![denial]].concat());
        prop_assert_eq!(checked(&denied, &side(&a)).a_in_b.holds, Some(true));
        // A further layer never allows more.
        let mut bounded = side(&a);
        bounded.layers.extend(denied.layers);
        prop_assert_eq!(checked(&bounded, &side(&a)).a_in_b.holds, Some(true));
    }

    #[test]
    fn the_way_of_writing_does_not_matter(a in statements()) {
        let mut turned = a.clone();
        turned.reverse();
        prop_assert_eq!(checked(&side(&a), &side(&turned)).verdict(), Verdict::Equal);
        let parts: Vec<String> = a.iter().flat_map(|s| split(s)).collect();
        let verdict = checked(&side(&a), &side(&parts)).verdict();
        // The verbatim answer does not see this one; variables may leave it open, but never wrong.
        let open = a.iter().any(|s| s.contains("${"));
        prop_assert!(verdict == Verdict::Equal || (open && verdict == Verdict::Unknown), "{verdict:?}");
    }

    #[test]
    fn a_not_form_is_a_denial(actions in texts(&["s3:*", "s3:Get*", "*:?et*", "iam:PassRole"]), condition in condition()) {
        let rest = format!(r#""Resource": "*", "Condition": {{{condition}}}"#);
        let not = document(&format!(r#"{{"Effect": "Allow", "NotAction": {actions}, {rest}}}"#));
        let all = format!(r#"{{"Effect": "Allow", "Action": "*", {rest}}}"#);
        let denied = document(&format!(r#"{all}, {{"Effect": "Deny", "Action": {actions}, "Resource": "*"}}"#));
        prop_assert_eq!(checked(&not, &denied).verdict(), Verdict::Equal);
    }

    #[test]
    fn containment_is_transitive(a in statements(), b in statements(), c in statements()) {
        let (a, c) = (side(&a), side(&c));
        let union = |x: &Side| {
            let mut union = x.clone();
            union.layers.extend(side(&b).layers);
            union
        };
        // Bounded by the same on the way: of three in a chain, the first is within the last.
        let (bounded, both) = (union(&a), union(&c));
        let holds = |x: &Side, y: &Side| checked(x, y).a_in_b.holds;
        if holds(&bounded, &both) == Some(true) && holds(&both, &c) == Some(true) {
            prop_assert_ne!(holds(&bounded, &c), Some(false));
        }
        prop_assert_ne!(holds(&both, &c), Some(false));
    }
}
