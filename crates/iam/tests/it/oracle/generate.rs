//! Random policies: small enough for a solver, and close enough to each other that both answers are
//! common. Everything of the language that has an exact answer occurs.

use std::fmt::Write as _;

/// A stream of random numbers (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap_or(1).max(1);
        usize::try_from(self.next() % n).unwrap_or_default()
    }

    /// True once in `n` times.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    fn some(&mut self, from: &[&str], most: usize) -> Vec<String> {
        (0..=self.below(most))
            .map(|_| self.pick(from).to_owned())
            .collect()
    }
}

/// Two sides and the keys that they test.
pub(crate) struct Pair {
    pub(crate) keys: Vec<Kind>,
    pub(crate) a: Layers,
    pub(crate) b: Layers,
}

/// A list of statements for each layer.
pub(crate) type Layers = Vec<Vec<Statement>>;

#[derive(Clone)]
pub(crate) struct Statement {
    pub(crate) deny: bool,
    pub(crate) not_action: bool,
    pub(crate) actions: Vec<String>,
    pub(crate) not_resource: bool,
    pub(crate) resources: Vec<String>,
    pub(crate) tests: Vec<Test>,
}

#[derive(Clone)]
pub(crate) struct Test {
    pub(crate) set: &'static str,
    pub(crate) operator: &'static str,
    pub(crate) if_exists: bool,
    pub(crate) key: usize,
    pub(crate) operands: Vec<String>,
}

/// What a key holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Texts,
    Arn,
    Number,
    Date,
    Bool,
    Address,
}

// Short texts: a solver takes long for long ones, and they show no more.
const ACTIONS: &[&str] = &[
    "*", "*:*", "s:*", "s:g*", "s:go", "s:p*", "s:*o", "s:?o", "*:g*", "s:po", "i:*", "i:pr",
    "S:GO", "?:*", "a-b:c1", "*:*o*", "s:g?",
];
const RESOURCES: &[&str] = &[
    "*", "r:*", "r:b/*", "r:b", "r:b/x", "r:b?", "*:b/*", "*/x", "*b*", "r:b/*/x", "?*", "R:b", "",
];
const LITERALS: &[&str] = &["a", "b", "A", "ab", "", "a*", "true", "x:y"];
const PATTERNS: &[&str] = &[
    "*", "a*", "*b", "?", "a?", "a", "b", "*a*", "?*", "", "A*", "x:*",
];
const ARNS: &[&str] = &[
    "a:w:i::1:r*",
    "a:w:i::*:ra",
    "a:*:i::1:ra",
    "*",
    "a:w:i::1:ra",
    "a:w:*",
    "a:w:*:*:*:*",
    "a:w:i::?:*",
    "*:*:*:*:*:*a",
];
const ARN_TEXTS: &[&str] = &["a:w:i::1:ra", "a:w:i:*", "*", "a", "a:w:i::1:r*", "*:a"];
const NUMBERS: &[&str] = &["0", "1", "1.5", "10", "-3", "1e1", "10.0"];
const DATES: &[&str] = &[
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.000001Z",
    "1767225600",
    "2025-12-31T23:00:00-01:00",
    "2027",
];
const ADDRESSES: &[&str] = &[
    "10.0.0.0/8",
    "10.0.0.0/9",
    "10.128.0.0/9",
    "0.0.0.0/0",
    "10.0.0.1",
    "::/0",
    "2001:db8::/32",
    "10.0.0.0/31",
    "128.0.0.0/1",
    "0.0.0.0/1",
];

const TEXT_OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "BinaryEquals",
    "Bool",
];
const ARN_OPERATORS: &[&str] = &[
    "ArnLike",
    "ArnEquals",
    "ArnNotLike",
    "ArnNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEquals",
];
const NUMBER_OPERATORS: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const DATE_OPERATORS: &[&str] = &[
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
];

pub(crate) fn pair(random: &mut Random) -> Pair {
    const KINDS: &[&Kind] = &[
        &Kind::Text,
        &Kind::Text,
        &Kind::Texts,
        &Kind::Texts,
        &Kind::Arn,
        &Kind::Number,
        &Kind::Date,
        &Kind::Bool,
        &Kind::Address,
    ];
    let keys: Vec<Kind> = (0..=random.below(3)).map(|_| *random.pick(KINDS)).collect();
    let a = layers(random, &keys);
    // Half of the time the other side is the same one with some changes.
    let b = if random.once_in(2) {
        layers(random, &keys)
    } else {
        changed(random, &keys, &a)
    };
    Pair { keys, a, b }
}

fn layers(random: &mut Random, keys: &[Kind]) -> Layers {
    let count = if random.once_in(4) {
        2 + random.below(2)
    } else {
        1
    };
    (0..count)
        .map(|_| {
            let mut statements: Vec<Statement> = (0..=random.below(3))
                .map(|_| statement(random, keys))
                .collect();
            // A layer that only denies is dull.
            statements[0].deny &= random.once_in(8);
            statements
        })
        .collect()
}

fn changed(random: &mut Random, keys: &[Kind], layers: &Layers) -> Layers {
    let mut layers = layers.clone();
    for _ in 0..=random.below(2) {
        let at = random.below(layers.len());
        let layer = &mut layers[at];
        let n = random.below(layer.len());
        match random.below(9) {
            0 => layer.push(statement(random, keys)),
            1 if layer.len() > 1 => {
                layer.remove(n);
            }
            2 => layer[n].actions = random.some(ACTIONS, 3),
            3 => layer[n].resources = random.some(RESOURCES, 3),
            4 => layer[n].tests.push(test(random, keys)),
            5 => {
                layer[n].tests.pop();
            }
            6 => layer[n].actions.push(random.pick(ACTIONS).to_owned()),
            7 => {
                // A statement in two halves.
                let mut half = layer[n].clone();
                half.tests = vec![test(random, keys)];
                let mut other = half.clone();
                other.tests[0] = opposite(&half.tests[0]);
                half.tests.extend(layer[n].tests.clone());
                other.tests.extend(layer[n].tests.clone());
                layer[n] = half;
                layer.push(other);
            }
            _ => {
                if let Some(test) = layer[n].tests.first_mut() {
                    test.if_exists = !test.if_exists && test.operator != "Null";
                } else {
                    layer[n].deny = !layer[n].deny;
                }
            }
        }
    }
    layers
}

/// A test that holds about where the other one does not.
fn opposite(test: &Test) -> Test {
    const PAIRS: &[(&str, &str)] = &[
        ("StringEquals", "StringNotEquals"),
        ("StringLike", "StringNotLike"),
        ("ArnLike", "ArnNotLike"),
        ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        ("NumericLessThan", "NumericGreaterThanEquals"),
        ("NumericEquals", "NumericNotEquals"),
        ("DateLessThan", "DateGreaterThanEquals"),
        ("DateEquals", "DateNotEquals"),
        ("IpAddress", "NotIpAddress"),
        ("ForAnyValue:", "ForAllValues:"),
        ("NumericGreaterThan", "NumericLessThanEquals"),
    ];
    let turn = |name: &'static str| {
        let found = PAIRS.iter().find_map(|(a, b)| {
            if *a == name {
                Some(*b)
            } else {
                (*b == name).then_some(*a)
            }
        });
        found.unwrap_or(name)
    };
    let mut other = test.clone();
    other.operator = turn(test.operator);
    other.set = turn(test.set);
    if test.operator == "Null" || (test.operator == "Bool" && test.set.is_empty()) {
        other.operands = vec![
            if test.operands[0] == "true" {
                "false"
            } else {
                "true"
            }
            .to_owned(),
        ];
    }
    other
}

fn statement(random: &mut Random, keys: &[Kind]) -> Statement {
    Statement {
        deny: random.once_in(3),
        not_action: random.once_in(8),
        actions: random.some(ACTIONS, 3),
        not_resource: random.once_in(8),
        resources: random.some(RESOURCES, 3),
        tests: (0..random.below(3)).map(|_| test(random, keys)).collect(),
    }
}

fn test(random: &mut Random, keys: &[Kind]) -> Test {
    let key = random.below(keys.len());
    let kind = keys[key];
    if random.once_in(8) {
        return Test {
            set: "",
            operator: "Null",
            if_exists: false,
            key,
            operands: vec![random.pick(&["true", "false"]).to_owned()],
        };
    }
    let operator = match kind {
        Kind::Text | Kind::Texts => random.pick(TEXT_OPERATORS),
        Kind::Arn => random.pick(ARN_OPERATORS),
        Kind::Number => random.pick(NUMBER_OPERATORS),
        Kind::Date => random.pick(DATE_OPERATORS),
        Kind::Bool => "Bool",
        Kind::Address => random.pick(&["IpAddress", "NotIpAddress"]),
    };
    let operands = match (kind, operator) {
        (_, "Bool") => random.some(&["true", "false", "TRUE"], 1),
        (Kind::Text | Kind::Texts, "StringLike" | "StringNotLike") => random.some(PATTERNS, 3),
        (Kind::Text | Kind::Texts, _) => random.some(LITERALS, 3),
        (Kind::Arn, name) if name.starts_with("Arn") => random.some(ARNS, 3),
        (Kind::Arn, _) => random.some(ARN_TEXTS, 2),
        (Kind::Number, _) => random.some(NUMBERS, 2),
        (Kind::Date, _) => random.some(DATES, 2),
        (Kind::Bool, _) => random.some(&["true", "false"], 1),
        (Kind::Address, _) => random.some(ADDRESSES, 2),
    };
    let set = match kind {
        Kind::Texts => random.pick(&[
            "ForAnyValue:",
            "ForAllValues:",
            "ForAnyValue:",
            "ForAllValues:",
            "",
        ]),
        _ => "",
    };
    Test {
        set,
        operator,
        if_exists: random.once_in(4),
        key,
        operands,
    }
}

/// A policy document for each layer. The names of the keys stand in the pair; tests of a document
/// with the same operator and key would be one entry of JSON, so each gets a spelling of its own.
pub(crate) fn json(layers: &Layers) -> Vec<String> {
    layers.iter().map(|layer| document(layer)).collect()
}

fn document(statements: &[Statement]) -> String {
    let mut text = String::from(r#"{"Version": "2012-10-17", "Statement": ["#);
    for (n, statement) in statements.iter().enumerate() {
        let comma = if n > 0 { ", " } else { "" };
        let effect = if statement.deny { "Deny" } else { "Allow" };
        let action = if statement.not_action {
            "NotAction"
        } else {
            "Action"
        };
        let resource = if statement.not_resource {
            "NotResource"
        } else {
            "Resource"
        };
        let _ = write!(
            text,
            r#"{comma}{{"Effect": "{effect}", "{action}": {:?}, "{resource}": {:?}, "Condition": {{"#,
            statement.actions, statement.resources
        );
        for (n, test) in statement.tests.iter().enumerate() {
            let comma = if n > 0 { ", " } else { "" };
            let suffix = if test.if_exists { "IfExists" } else { "" };
            let name = spelled(&format!("{}{}{suffix}", test.set, test.operator), n);
            let _ = write!(
                text,
                r#"{comma}"{name}": {{"k:Key{}": {:?}}}"#,
                test.key, test.operands
            );
        }
        text.push_str("}}");
    }
    text.push_str("]}");
    text
}

/// The same name in another mixture of upper and lower case, for each `n`.
fn spelled(name: &str, n: usize) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter_mut().enumerate().take(4) {
        if n >> at & 1 == 1 {
            *letter = if letter.is_ascii_uppercase() {
                letter.to_ascii_lowercase()
            } else {
                letter.to_ascii_uppercase()
            };
        }
    }
    letters.into_iter().collect()
}
