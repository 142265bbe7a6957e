//! The names of the condition operators.

/// A condition operator: what is compared, over which values, and what an absent key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operator {
    /// What is compared.
    pub compare: Compare,
    /// Over which of the key's values.
    pub quantifier: Quantifier,
    /// It holds when the key is absent (`…IfExists`).
    pub if_exists: bool,
}

/// Over which values of a key a test goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantifier {
    /// The key has one value.
    One,
    /// One of its values is enough.
    ForAnyValue,
    /// All of its values must fit; without any, they do.
    ForAllValues,
}

/// What an operator compares.
#[expect(missing_docs, reason = "the names are the operators' own")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compare {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnNotEquals,
    ArnLike,
    ArnNotLike,
    Null,
}

/// What kind of value an operator reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Text, compared character by character.
    String,
    /// Decimal numbers.
    Numeric,
    /// Points in time.
    Date,
    /// `true` or `false`.
    Bool,
    /// Base64.
    Binary,
    /// Addresses and networks.
    Ip,
    /// Text in six parts.
    Arn,
    /// Whether the key is there.
    Null,
}

use Compare as C;

const NAMES: &[(&str, Compare)] = &[
    ("StringEquals", C::StringEquals),
    ("StringNotEquals", C::StringNotEquals),
    ("StringEqualsIgnoreCase", C::StringEqualsIgnoreCase),
    ("StringNotEqualsIgnoreCase", C::StringNotEqualsIgnoreCase),
    ("StringLike", C::StringLike),
    ("StringNotLike", C::StringNotLike),
    ("NumericEquals", C::NumericEquals),
    ("NumericNotEquals", C::NumericNotEquals),
    ("NumericLessThan", C::NumericLessThan),
    ("NumericLessThanEquals", C::NumericLessThanEquals),
    ("NumericGreaterThan", C::NumericGreaterThan),
    ("NumericGreaterThanEquals", C::NumericGreaterThanEquals),
    ("DateEquals", C::DateEquals),
    ("DateNotEquals", C::DateNotEquals),
    ("DateLessThan", C::DateLessThan),
    ("DateLessThanEquals", C::DateLessThanEquals),
    ("DateGreaterThan", C::DateGreaterThan),
    ("DateGreaterThanEquals", C::DateGreaterThanEquals),
    ("Bool", C::Bool),
    ("BinaryEquals", C::BinaryEquals),
    ("IpAddress", C::IpAddress),
    ("NotIpAddress", C::NotIpAddress),
    ("ArnEquals", C::ArnEquals),
    ("ArnNotEquals", C::ArnNotEquals),
    ("ArnLike", C::ArnLike),
    ("ArnNotLike", C::ArnNotLike),
    ("Null", C::Null),
];

impl Operator {
    /// Reads an operator's name, without regard to case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (quantifier, rest) = match name.split_once(':') {
            None => (Quantifier::One, name),
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAnyValue") => {
                (Quantifier::ForAnyValue, rest)
            }
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAllValues") => {
                (Quantifier::ForAllValues, rest)
            }
            Some(_) => return None,
        };
        let find = |name: &str| {
            let found = NAMES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
            found.map(|(_, compare)| *compare)
        };
        let cut = rest.len().saturating_sub("IfExists".len());
        let (compare, if_exists) = match (find(rest), rest.get(cut..)) {
            (Some(compare), _) => (compare, false),
            (None, Some(end)) if end.eq_ignore_ascii_case("IfExists") => {
                (find(&rest[..cut])?, true)
            }
            _ => return None,
        };
        let null = compare == Compare::Null;
        (!null || (!if_exists && quantifier == Quantifier::One)).then_some(Self {
            compare,
            quantifier,
            if_exists,
        })
    }

    /// Whether a test with it holds when the key is absent.
    #[must_use]
    pub fn holds_when_absent(self) -> bool {
        self.if_exists
            || match self.quantifier {
                Quantifier::One => self.compare.is_negated(),
                Quantifier::ForAnyValue => false,
                Quantifier::ForAllValues => true,
            }
    }

    /// The names of all operators without prefix and suffix, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }
}

impl std::fmt::Display for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.quantifier {
            Quantifier::One => "",
            Quantifier::ForAnyValue => "ForAnyValue:",
            Quantifier::ForAllValues => "ForAllValues:",
        })?;
        let name = NAMES.iter().find(|(_, c)| *c == self.compare);
        f.write_str(name.map_or("", |(name, _)| name))?;
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

impl Compare {
    /// Whether it holds for values that fit none of the operands.
    #[must_use]
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            C::StringNotEquals
                | C::StringNotEqualsIgnoreCase
                | C::StringNotLike
                | C::NumericNotEquals
                | C::DateNotEquals
                | C::NotIpAddress
                | C::ArnNotEquals
                | C::ArnNotLike
        )
    }

    /// What kind of value it reads.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            C::StringEquals
            | C::StringNotEquals
            | C::StringEqualsIgnoreCase
            | C::StringNotEqualsIgnoreCase
            | C::StringLike
            | C::StringNotLike => Family::String,
            C::NumericEquals
            | C::NumericNotEquals
            | C::NumericLessThan
            | C::NumericLessThanEquals
            | C::NumericGreaterThan
            | C::NumericGreaterThanEquals => Family::Numeric,
            C::DateEquals
            | C::DateNotEquals
            | C::DateLessThan
            | C::DateLessThanEquals
            | C::DateGreaterThan
            | C::DateGreaterThanEquals => Family::Date,
            C::Bool => Family::Bool,
            C::BinaryEquals => Family::Binary,
            C::IpAddress | C::NotIpAddress => Family::Ip,
            C::ArnEquals | C::ArnNotEquals | C::ArnLike | C::ArnNotLike => Family::Arn,
            C::Null => Family::Null,
        }
    }

    /// Whether `*` and `?` are wildcards in its operands.
    #[must_use]
    pub fn has_wildcards(self) -> bool {
        matches!(self, C::StringLike | C::StringNotLike) || self.family() == Family::Arn
    }

    /// Whether letters are compared without regard to case.
    #[must_use]
    pub fn ignores_case(self) -> bool {
        matches!(
            self,
            C::StringEqualsIgnoreCase | C::StringNotEqualsIgnoreCase
        )
    }

    /// How a number or a date must stand to the operand.
    pub(crate) fn accepts(self, order: std::cmp::Ordering) -> bool {
        match self {
            C::NumericLessThan | C::DateLessThan => order.is_lt(),
            C::NumericLessThanEquals | C::DateLessThanEquals => order.is_le(),
            C::NumericGreaterThan | C::DateGreaterThan => order.is_gt(),
            C::NumericGreaterThanEquals | C::DateGreaterThanEquals => order.is_ge(),
            _ => order.is_eq(),
        }
    }
}
