//! The question whether one side allows what the other does not, in SMT-LIB: actions, resources and
//! text values are strings in regular languages; numbers are reals, dates and addresses integers;
//! a key with several values has a few slots.

use super::generate::{Kind, Layers, Statement, Test};
use std::fmt::Write as _;

/// Slots for the values of one key: one more than tests can ask for at a time in these policies.
const SLOTS: usize = 5;

const ANY_TEXT: &str = r#"(re.* (re.range " " "~"))"#;
const NO_COLON: &str = r#"(re.union (re.range " " "9") (re.range ";" "~"))"#;

/// A script that answers `sat` when the first side allows something that the second does not.
pub(crate) fn question(keys: &[Kind], a: &Layers, b: &Layers) -> String {
    let mut script = String::from(
        r#"(reset)
(declare-const act String)
(declare-const res String)
(define-fun lower () RegLan (re.union (re.range "a" "z") (re.range "0" "9")))
(assert (str.in_re act (re.++ (re.+ (re.union lower (str.to_re "-"))) (str.to_re ":") (re.+ lower))))
"#,
    );
    let _ = writeln!(script, "(assert (str.in_re res {ANY_TEXT}))");
    for (n, key) in keys.iter().enumerate() {
        // A key that is only ever read as a truth value has no other.
        let values = match only_truth(n, a, b) {
            true => r#"(re.union (str.to_re "true") (str.to_re "false"))"#,
            false => ANY_TEXT,
        };
        let _ = writeln!(script, "(declare-const p{n} Bool)");
        let _ = match key {
            Kind::Text | Kind::Arn => {
                writeln!(
                    script,
                    "(declare-const v{n} String)(assert (str.in_re v{n} {values}))"
                )
            }
            Kind::Texts => {
                for slot in 0..SLOTS {
                    let _ = writeln!(
                        script,
                        "(declare-const v{n}_{slot} String)(declare-const u{n}_{slot} Bool)(assert (str.in_re v{n}_{slot} {values}))"
                    );
                }
                // A present key has a value, and several only where a test reads them as a set.
                let single = !tests(n, a, b).any(|test| !test.set.is_empty());
                for slot in 1..SLOTS * usize::from(single) {
                    let _ = writeln!(script, "(assert (not u{n}_{slot}))");
                }
                writeln!(script, "(assert u{n}_0)")
            }
            Kind::Number => writeln!(script, "(declare-const v{n} Real)"),
            Kind::Date => writeln!(script, "(declare-const v{n} Int)"),
            Kind::Bool => writeln!(script, "(declare-const v{n} Bool)"),
            Kind::Address => writeln!(
                script,
                "(declare-const v{n} Int)(declare-const six{n} Bool)(assert (and (<= 0 v{n}) (<= v{n} (ite six{n} {} {}))))",
                u128::MAX,
                u32::MAX
            ),
        };
    }
    let _ = writeln!(script, "(assert {})", allows(keys, a));
    let _ = writeln!(script, "(assert (not {}))", allows(keys, b));
    script.push_str("(check-sat)\n");
    script
}

/// Whether a key is only ever read as a truth value.
fn only_truth(key: usize, a: &Layers, b: &Layers) -> bool {
    tests(key, a, b).all(|test| matches!(test.operator, "Bool" | "Null"))
}

/// The tests of a key on both sides.
fn tests<'a>(key: usize, a: &'a Layers, b: &'a Layers) -> impl Iterator<Item = &'a Test> {
    let statements = a.iter().chain(b).flatten();
    let all = statements.flat_map(|statement| &statement.tests);
    all.filter(move |test| test.key == key)
}

fn all(parts: impl IntoIterator<Item = String>) -> String {
    format!(
        "(and true {})",
        parts.into_iter().collect::<Vec<_>>().join(" ")
    )
}

fn any(parts: impl IntoIterator<Item = String>) -> String {
    format!(
        "(or false {})",
        parts.into_iter().collect::<Vec<_>>().join(" ")
    )
}

fn allows(keys: &[Kind], layers: &Layers) -> String {
    all(layers.iter().map(|layer| {
        let of = |deny: bool| {
            any(layer
                .iter()
                .filter(|s| s.deny == deny)
                .map(|s| matches(keys, s)))
        };
        format!("(and {} (not {}))", of(false), of(true))
    }))
}

fn matches(keys: &[Kind], statement: &Statement) -> String {
    let element = |variable: &str, patterns: &[String], except: bool, fold: bool| {
        let fits = patterns.iter().map(|pattern| {
            let pattern = if fold {
                pattern.to_ascii_lowercase()
            } else {
                pattern.clone()
            };
            like(&pattern, "re.allchar")
        });
        let fits = one_of(variable, fits);
        if except {
            format!("(not {fits})")
        } else {
            fits
        }
    };
    all([
        element("act", &statement.actions, statement.not_action, true),
        element("res", &statement.resources, statement.not_resource, false),
        all(statement.tests.iter().map(|test| holds(keys, test))),
    ])
}

/// Whether a text is of one of some languages.
fn one_of(variable: &str, languages: impl Iterator<Item = String>) -> String {
    let languages: Vec<String> = languages.collect();
    format!(
        "(str.in_re {variable} (re.union re.none {}))",
        languages.join(" ")
    )
}

fn text(text: &str) -> String {
    format!("(str.to_re \"{text}\")")
}

/// A text with wildcards as a regular expression.
fn like(pattern: &str, one: &str) -> String {
    let mut parts = vec![text("")];
    for c in pattern.chars() {
        parts.push(match c {
            '*' => format!("(re.* {one})"),
            '?' => one.to_owned(),
            _ => text(&c.to_string()),
        });
    }
    parts.push(text(""));
    format!("(re.++ {})", parts.join(" "))
}

/// A pattern of an ARN: of six parts, of which only the last one may hold colons.
fn arn_like(pattern: &str) -> String {
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    let parts = match parts.as_slice() {
        ["*"] => vec!["*"; 6],
        six if six.len() == 6 => six.to_vec(),
        _ => return "re.none".to_owned(),
    };
    let mut steps = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            steps.push(text(":"));
        }
        steps.push(like(part, if n < 5 { NO_COLON } else { "re.allchar" }));
    }
    format!("(re.++ {})", steps.join(" "))
}

fn ignoring_case(literal: &str) -> String {
    let mut parts = vec![text(""), text("")];
    for c in literal.chars() {
        let (lower, upper) = (c.to_ascii_lowercase(), c.to_ascii_uppercase());
        parts.push(format!(
            "(re.union {} {})",
            text(&lower.to_string()),
            text(&upper.to_string())
        ));
    }
    format!("(re.++ {})", parts.join(" "))
}

fn holds(keys: &[Kind], test: &Test) -> String {
    let n = test.key;
    if test.operator == "Null" {
        let absent = test.operands[0] == "true";
        return if absent {
            format!("(not p{n})")
        } else {
            format!("p{n}")
        };
    }
    let negated = test.operator.contains("Not");
    let absent = test.if_exists
        || match test.set {
            "" => negated,
            "ForAllValues:" => true,
            _ => false,
        };
    let turned = |formula: String| {
        if negated {
            format!("(not {formula})")
        } else {
            formula
        }
    };
    let present = match keys[n] {
        Kind::Texts => {
            let slot = |slot: usize| fits(keys, test, &format!("v{n}_{slot}"));
            let used = |slot: usize| format!("u{n}_{slot}");
            match test.set {
                "ForAllValues:" => {
                    all((0..SLOTS).map(|s| format!("(=> {} {})", used(s), turned(slot(s)))))
                }
                "ForAnyValue:" => {
                    any((0..SLOTS).map(|s| format!("(and {} {})", used(s), turned(slot(s)))))
                }
                _ => turned(any(
                    (0..SLOTS).map(|s| format!("(and {} {})", used(s), slot(s)))
                )),
            }
        }
        _ => turned(fits(keys, test, &format!("v{n}"))),
    };
    format!("(ite p{n} {present} {absent})")
}

/// Whether a value fits one of the operands.
fn fits(keys: &[Kind], test: &Test, value: &str) -> String {
    let texts =
        |read: &dyn Fn(&str) -> String| one_of(value, test.operands.iter().map(|o| read(o)));
    match (keys[test.key], test.operator) {
        (Kind::Bool, _) => any(test.operands.iter().map(|operand| {
            let is = operand.eq_ignore_ascii_case("true");
            format!("(= {value} {is})")
        })),
        (Kind::Number, operator) => any(test
            .operands
            .iter()
            .map(|o| compared(operator, value, &number(o)))),
        (Kind::Date, operator) => any(test
            .operands
            .iter()
            .map(|o| compared(operator, value, &date(o).to_string()))),
        (Kind::Address, _) => any(test.operands.iter().map(|operand| {
            let (six, first, last) = network(operand);
            let n = test.key;
            format!("(and (= six{n} {six}) (<= {first} {value}) (<= {value} {last}))")
        })),
        (_, "Bool" | "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase") => {
            texts(&ignoring_case)
        }
        (_, "StringLike" | "StringNotLike") => texts(&|operand| like(operand, "re.allchar")),
        (_, operator) if operator.starts_with("Arn") => texts(&arn_like),
        _ => texts(&text),
    }
}

fn compared(operator: &str, value: &str, operand: &str) -> String {
    let sign = match operator {
        o if o.ends_with("LessThan") => "<",
        o if o.ends_with("LessThanEquals") => "<=",
        o if o.ends_with("GreaterThan") => ">",
        o if o.ends_with("GreaterThanEquals") => ">=",
        _ => "=",
    };
    format!("({sign} {value} {operand})")
}

fn number(text: &str) -> String {
    match text {
        "1e1" => "10.0".to_owned(),
        _ => match text.strip_prefix('-') {
            Some(rest) => format!("(- {rest})"),
            None => text.to_owned(),
        },
    }
}

/// Microseconds since 1970, of the dates that occur.
fn date(text: &str) -> i64 {
    const NEW_YEAR_2026: i64 = 1_767_225_600_000_000;
    match text {
        "2026-01-01T00:00:00.000001Z" => NEW_YEAR_2026 + 1,
        "2027" => NEW_YEAR_2026 + 365 * 86_400_000_000,
        _ => NEW_YEAR_2026,
    }
}

/// Whether it is of IPv6, with the first and the last address.
fn network(text: &str) -> (bool, u128, u128) {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, bits.parse().unwrap_or(0)),
        None => (text, 32),
    };
    let of = |first: u128, width: u32| (first, first + (1_u128 << (width - bits)) - 1);
    match address {
        "::" => (true, 0, u128::MAX),
        "2001:db8::" => {
            let (first, last) = of(0x2001_0db8 << 96, 128);
            (true, first, last)
        }
        _ => {
            let parts = address
                .split('.')
                .map(|part| part.parse::<u128>().unwrap_or(0));
            let (first, last) = of(parts.fold(0, |sum, part| sum * 256 + part), 32);
            (false, first, last)
        }
    }
}
