use super::*;

/// What an operator says of a key's values (`None`: absent), compared with operands.
fn check(operator: &str, operands: &[&str], values: Option<&[&str]>, expected: bool) {
    let parsed = Operator::parse(operator).expect(operator);
    assert_eq!(parsed.to_string(), operator);
    let test = Test {
        operator: parsed,
        key: Arc::from("k"),
        written_key: Arc::from("k"),
        operands: operands
            .iter()
            .map(|text| Operand::new(parsed.compare, &Arc::from(*text), Span::default(), true))
            .collect(),
        written: Vec::new(),
        span: Span::default(),
    };
    let context = Context::new(values.map(|values| ("k", values.to_vec())));
    assert_eq!(
        test.holds(&context),
        Some(Truth::from(expected)),
        "{operator} {operands:?} {values:?}"
    );
}

#[test]
fn strings() {
    check("StringEquals", &["a", "b"], Some(&["b"]), true);
    check("StringEquals", &["a*"], Some(&["ab"]), false);
    check("StringEquals", &["a"], Some(&["A"]), false);
    check("StringEqualsIgnoreCase", &["aB"], Some(&["Ab"]), true);
    check("StringNotEqualsIgnoreCase", &["aB"], Some(&["Ab"]), false);
    check("StringLike", &["a*"], Some(&["ab"]), true);
    check("StringNotLike", &["a*", "b"], Some(&["b"]), false);
    check("StringNotEquals", &["a", "b"], Some(&["c"]), true);
    check("BinaryEquals", &["QmluYXJ5"], Some(&["QmluYXJ5"]), true);
}

#[test]
fn numbers_dates_and_addresses() {
    check("NumericLessThan", &["10"], Some(&["9.5"]), true);
    check("NumericLessThan", &["10"], Some(&["x"]), false);
    check("NumericEquals", &["10"], Some(&["10.0"]), true);
    check("NumericNotEquals", &["10", "11"], Some(&["11"]), false);
    check("NumericGreaterThanEquals", &["x"], Some(&["1"]), false);
    let noon = "2026-11-22T12:00:00Z";
    check(
        "DateLessThan",
        &[noon],
        Some(&["2026-11-22T12:59:59.9+01:00"]),
        true,
    );
    check(
        "DateGreaterThan",
        &[noon],
        Some(&["2026-11-22T12:00:00.5Z"]),
        true,
    );
    check("DateEquals", &["1970-01-02"], Some(&["86400"]), true);
    check(
        "DateEquals",
        &["2026-11"],
        Some(&["2026-11-01T00:00Z"]),
        true,
    );
    check(
        "DateEquals",
        &["2026-11-22T12:00:00Zx"],
        Some(&["2026-11-22T12:00:00Z"]),
        false,
    );
    check(
        "IpAddress",
        &["203.0.113.0/24"],
        Some(&["203.0.113.255"]),
        true,
    );
    check("IpAddress", &["0.0.0.0/0"], Some(&["::1"]), false);
    check(
        "NotIpAddress",
        &["2001:db8::/32"],
        Some(&["2001:db9::"]),
        true,
    );
    check("IpAddress", &["10.0.0.1/33"], Some(&["10.0.0.1"]), false);
    check("Bool", &["true"], Some(&["TRUE"]), true);
}

#[test]
fn arns() {
    check(
        "ArnLike",
        &["arn:aws:sns:*:1:t*"],
        Some(&["arn:aws:sns:eu:1:tx"]),
        true,
    );
    check(
        "ArnEquals",
        &["arn:aws:sns:*:1:t*"],
        Some(&["arn:aws:sns:eu:1:tx"]),
        true,
    );
    check(
        "ArnNotLike",
        &["arn:aws:sns:*:t"],
        Some(&["arn:aws:sns:eu:1:t"]),
        true,
    );
}

#[test]
fn absent_keys() {
    for (operator, expected) in [
        ("StringEquals", false),
        ("StringNotEquals", true),
        ("StringEqualsIfExists", true),
        ("StringNotEqualsIfExists", true),
        ("ForAllValues:StringEquals", true),
        ("ForAllValues:StringNotLike", true),
        ("ForAnyValue:StringEquals", false),
        ("ForAnyValue:StringNotEquals", false),
        ("ForAnyValue:StringEqualsIfExists", true),
        ("Bool", false),
        ("NotIpAddress", true),
    ] {
        check(operator, &["true"], None, expected);
    }
    check("Null", &["true"], None, true);
    check("Null", &["false"], None, false);
    check("Null", &["true"], Some(&["x"]), false);
    check("Null", &["false"], Some(&["x"]), true);
    check("Null", &["true"], Some(&[]), true);
}

#[test]
fn several_values() {
    check(
        "ForAllValues:StringEquals",
        &["a", "b"],
        Some(&["a", "b"]),
        true,
    );
    check(
        "ForAllValues:StringEquals",
        &["a"],
        Some(&["a", "b"]),
        false,
    );
    check("ForAnyValue:StringEquals", &["a"], Some(&["a", "b"]), true);
    check(
        "ForAnyValue:StringNotEquals",
        &["a"],
        Some(&["a", "b"]),
        true,
    );
    check(
        "ForAllValues:StringNotEquals",
        &["a"],
        Some(&["a", "b"]),
        false,
    );
    check("StringEquals", &["a"], Some(&["a", "b"]), true);
    check("StringNotEquals", &["a"], Some(&["a", "b"]), false);
}

#[test]
fn operators_that_are_none() {
    for name in [
        "StringEqual",
        "ForSomeValues:StringEquals",
        "NullIfExists",
        "ForAnyValue:Null",
        "",
        "IfExists",
        "ÄIfExists",
    ] {
        assert_eq!(Operator::parse(name), None, "{name}");
    }
    assert!(Operator::parse("stringequalsifexists").is_some());
}
