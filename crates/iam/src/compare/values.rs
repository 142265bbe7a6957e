//! The values that a condition key can have, as far as the tests on it tell them apart: one value for
//! each way in which the tests can come out, and whether the key can be absent.
//!
//! Every value is a real one, and what a test says of it is what the evaluator says. Only that no way
//! is missing has to be argued, kind by kind: texts by the atoms of their patterns; numbers and dates
//! by their points and the gaps between; addresses by the bounds of the networks.

use super::automaton::{Language, Machine, atoms};
use super::bits::Bits;
use super::budget::{Budget, Exhausted};
use super::search::Mode;
use super::statements::{Key, OperandKey, Statements, operand_keys};
use crate::condition::{Compare, Family, Operand, Quantifier, Test};
use crate::pattern::Text;
use crate::request::{Context, ContextValue};
use crate::truth::Truth;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// What a key can be.
#[derive(Debug)]
pub(super) struct Domain {
    /// The values; one and the same text may stand for several, where variables are open.
    pub values: Vec<Arc<str>>,
    /// What the tests say, in the order of the key's tests.
    pub tests: Vec<Outcomes>,
    /// The key can be absent.
    pub absent: bool,
    /// Why there may be values that are not here.
    pub gap: Option<Gap>,
}

/// Why a list of values may not be whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// The key is read as different kinds of value.
    Mixed,
    /// There are too many ways in which variables can come out.
    Variables,
}

/// What a test says of the values of its key.
#[derive(Debug)]
pub(super) struct Outcomes {
    /// Of which value alone it surely holds.
    pub yes: Bits,
    /// Of which value alone it surely does not hold.
    pub no: Bits,
    /// Whether it holds when the key is absent.
    pub absent: Truth,
    /// Of several values each one must be as the test asks, and not just one.
    pub each: bool,
}

/// Most ways in which the variables of a key's tests are tried with one value.
const MOST_OPEN: usize = 64;

impl Domain {
    /// The values of a key. With `fixed`, variables have the values that are given there, and so has
    /// the key itself; without, tests with variables are open: each may come out as its widest reading
    /// allows, and when only what is sure counts, it is not known.
    pub(super) fn new(
        statements: &Statements<'_>,
        key: &Key<'_>,
        mode: Mode,
        fixed: Option<&Fixed>,
        budget: &mut Budget,
    ) -> Result<Self, Exhausted> {
        let tests: Vec<&Test> = key.tests.iter().map(|t| statements.tests[*t]).collect();
        let empty = Context::default();
        let context = fixed.map_or(&empty, |fixed| &fixed.context);
        let own = fixed.and_then(|fixed| fixed.keys.contains(key.name).then_some(&fixed.context));
        let (values, mut gap) = match own {
            Some(context) => (context.get(key.name).unwrap_or_default().to_vec(), None),
            None => candidates(&tests, fixed.map(|fixed| &fixed.context), budget)?,
        };
        budget.spend(values.len() * tests.len())?;
        let open = if fixed.is_some() {
            Open::default()
        } else {
            Open::of(&tests)
        };
        let mut rows: Vec<(Arc<str>, Vec<Truth>)> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut single = context.clone();
        for value in values {
            single.insert(key.name, ContextValue::Single(value.clone()));
            let (ways, all) = open.ways(&tests, &single, mode);
            if !all {
                gap = Some(Gap::Variables);
            }
            for row in ways {
                // Of values that no test tells apart, the first one is enough.
                if seen.insert(row.clone()) {
                    rows.push((value.clone(), row));
                }
            }
        }
        let mut without = context.clone();
        without.insert(key.name, ContextValue::Many(Vec::new()));
        let outcomes = |(n, test): (usize, &&Test)| Outcomes {
            yes: Bits::of(rows.len(), |row| rows[row].1[n] == Truth::Yes),
            no: Bits::of(rows.len(), |row| rows[row].1[n] == Truth::No),
            absent: test.holds(&without).unwrap_or(Truth::No),
            each: match test.operator.quantifier {
                Quantifier::One => test.operator.compare.is_negated(),
                Quantifier::ForAnyValue => false,
                Quantifier::ForAllValues => true,
            },
        };
        Ok(Self {
            tests: tests.iter().enumerate().map(outcomes).collect(),
            absent: own.is_none_or(|context| context.get(key.name).is_none()),
            values: rows.into_iter().map(|(value, _)| value).collect(),
            gap,
        })
    }
}

/// Values that variables are given for a trial.
#[derive(Clone, Debug, Default)]
pub(super) struct Fixed {
    /// The keys that are given; those that `context` does not have are absent.
    pub keys: BTreeSet<Arc<str>>,
    pub context: Context,
}

/// The tests with variables, as predicates that nothing is known of but what they need at least.
#[derive(Debug, Default)]
struct Open {
    /// For each test its predicate, if it has variables.
    of_test: Vec<Option<usize>>,
    predicates: Vec<Predicate>,
}

#[derive(Debug)]
struct Predicate {
    /// The test without its operands with variables, and without negation.
    least: Test,
    /// The test with variables as wildcards, and without negation.
    most: Test,
    /// A variable without a value makes a statement with a negated test match nothing.
    negated: bool,
}

impl Open {
    fn of(tests: &[&Test]) -> Self {
        let mut open = Self::default();
        let mut ids: BTreeMap<(Compare, Vec<OperandKey<'_>>), usize> = BTreeMap::new();
        for test in tests {
            let has_variables = test.operands.iter().any(|o| variables(o).is_some());
            open.of_test.push(has_variables.then(|| {
                let negated = test.operator.compare.is_negated();
                let compare = positive(test.operator.compare);
                let id = *ids.entry((compare, operand_keys(test))).or_insert_with(|| {
                    open.predicates.push(Predicate::of(test, compare));
                    open.predicates.len() - 1
                });
                open.predicates[id].negated |= negated;
                id
            }));
        }
        open
    }

    /// The ways in which the tests can come out of one value, and whether these are all.
    fn ways(&self, tests: &[&Test], single: &Context, mode: Mode) -> (Vec<Vec<Truth>>, bool) {
        let holds = |test: &Test| test.holds(single).unwrap_or(Truth::No);
        let mut ways: Vec<Vec<Truth>> = vec![
            tests
                .iter()
                .enumerate()
                .map(|(n, test)| match self.of_test.get(n) {
                    Some(Some(_)) => Truth::No,
                    _ => holds(test),
                })
                .collect(),
        ];
        for (id, predicate) in self.predicates.iter().enumerate() {
            // What the predicate says, and whether its variables have values.
            let (least, most) = (holds(&predicate.least), holds(&predicate.most));
            if mode == Mode::Sure {
                for (n, test) in tests
                    .iter()
                    .enumerate()
                    .filter(|(n, _)| self.of_test[*n] == Some(id))
                {
                    let negated = test.operator.compare.is_negated();
                    ways[0][n] = match (negated, least, most) {
                        (_, Truth::Yes, _) => Truth::from(!negated),
                        // A negated test without a value for its variable holds of nothing.
                        (false, _, Truth::No) => Truth::No,
                        _ => Truth::Maybe,
                    };
                }
                continue;
            }
            let mut says = vec![(least, true)];
            if !says.contains(&(most, true)) {
                says.push((most, true));
            }
            if predicate.negated {
                says.push((least, false));
            }
            if ways.len() * says.len() > MOST_OPEN {
                return (ways, false);
            }
            let mut next = Vec::new();
            for way in &ways {
                for (fits, resolved) in &says {
                    let mut way = way.clone();
                    for (n, test) in tests.iter().enumerate() {
                        if self.of_test[n] == Some(id) {
                            way[n] = match (test.operator.compare.is_negated(), resolved) {
                                (true, false) => Truth::No,
                                (negated, _) => fits.negate_if(negated),
                            };
                        }
                    }
                    next.push(way);
                }
            }
            ways = next;
        }
        (ways, true)
    }
}

impl Predicate {
    fn of(test: &Test, compare: Compare) -> Self {
        let mut least = test.clone();
        least.operator.compare = compare;
        least.operator.quantifier = Quantifier::One;
        least.operator.if_exists = false;
        let mut most = least.clone();
        least
            .operands
            .retain(|operand| variables(operand).is_none());
        for operand in &mut most.operands {
            if let Some(text) = variables(operand) {
                *operand = Operand::Text(text.widened());
            }
        }
        Self {
            least,
            most,
            negated: false,
        }
    }
}

fn variables(operand: &Operand) -> Option<&Text> {
    match operand {
        Operand::Text(text) if text.variables().is_some() => Some(text),
        _ => None,
    }
}

fn positive(compare: Compare) -> Compare {
    match compare {
        Compare::StringNotEquals => Compare::StringEquals,
        Compare::StringNotEqualsIgnoreCase => Compare::StringEqualsIgnoreCase,
        Compare::StringNotLike => Compare::StringLike,
        Compare::ArnNotEquals => Compare::ArnEquals,
        Compare::ArnNotLike => Compare::ArnLike,
        other => other,
    }
}

/// Values that tell the tests of one key apart.
fn candidates(
    tests: &[&Test],
    context: Option<&Context>,
    budget: &mut Budget,
) -> Result<(Vec<Arc<str>>, Option<Gap>), Exhausted> {
    let families: BTreeSet<Family> = tests
        .iter()
        .map(|test| test.operator.compare.family())
        .filter(|family| *family != Family::Null)
        .collect();
    let texts = [Family::String, Family::Arn, Family::Binary];
    let has_texts = families.iter().any(|family| texts.contains(family));
    let mut values: Vec<Arc<str>> = Vec::new();
    if has_texts {
        values.extend(text_values(tests, context, budget)?);
    } else if families.contains(&Family::Bool) || families.is_empty() {
        values.extend(["true", "false"].map(Arc::from));
    }
    let points: Vec<&Operand> = tests.iter().flat_map(|test| &test.operands).collect();
    if families.contains(&Family::Numeric) {
        values.extend(numbers(&points));
    }
    if families.contains(&Family::Date) {
        values.extend(dates(&points));
    }
    if families.contains(&Family::Ip) {
        values.extend(addresses(&points));
    }
    let kinds = families.iter().filter(|f| !texts.contains(f));
    // To a text, a truth value is one more pattern.
    let kinds = kinds
        .filter(|f| !(has_texts && **f == Family::Bool))
        .count();
    let gap = (kinds + usize::from(has_texts) > 1).then_some(Gap::Mixed);
    Ok((values, gap))
}

fn text_values(
    tests: &[&Test],
    context: Option<&Context>,
    budget: &mut Budget,
) -> Result<Vec<Arc<str>>, Exhausted> {
    let mut machines: Vec<Machine> = Vec::new();
    for test in tests {
        let compare = test.operator.compare;
        for operand in &test.operands {
            match operand {
                Operand::Text(text) => {
                    let pattern = match context {
                        None => Some(text.widest()),
                        Some(context) => text.resolve(context),
                    };
                    match pattern {
                        None => {}
                        Some(p) if compare.ignores_case() => {
                            machines.push(Machine::ignoring_case(&p));
                        }
                        Some(p) if compare.family() == Family::Arn => {
                            machines.extend(Machine::arn(&p));
                        }
                        Some(p) => machines.push(Machine::new(&p)),
                    }
                }
                Operand::Bool(value) if compare.family() == Family::Bool => {
                    let text = if *value { "true" } else { "false" };
                    machines.push(Machine::ignoring_case(&crate::Pattern::literal(text)));
                }
                _ => {}
            }
        }
    }
    machines.sort_unstable();
    machines.dedup();
    let machines: Vec<&Machine> = machines.iter().collect();
    let atoms = atoms(&machines, &[], Language::Value, budget)?;
    Ok(atoms.into_iter().map(|atom| Arc::from(atom.text)).collect())
}

/// The points that numbers are compared with, and a number in each gap.
fn numbers(operands: &[&Operand]) -> Vec<Arc<str>> {
    let number = |operand: &&Operand| match operand {
        Operand::Number(number) => Some(*number + 0.0),
        _ => None,
    };
    let mut points: Vec<f64> = operands.iter().filter_map(number).collect();
    points.sort_by(f64::total_cmp);
    points.dedup();
    let mut values = Vec::new();
    match (points.first(), points.last()) {
        (Some(first), Some(last)) => {
            values.push(first - first.abs().max(1.0));
            for pair in points.windows(2) {
                // The nearest to a whole number that lies between.
                let middle = pair[0] / 2.0 + pair[1] / 2.0;
                let whole = middle.floor();
                values.push(if whole > pair[0] { whole } else { middle });
            }
            values.push(last + last.abs().max(1.0));
        }
        _ => values.push(1.0),
    }
    values.extend(points);
    values.retain(|value| value.is_finite());
    values
        .iter()
        .map(|value| Arc::from(value.to_string()))
        .collect()
}

/// The points that dates are compared with, and a point in each gap.
fn dates(operands: &[&Operand]) -> Vec<Arc<str>> {
    const DAY: i64 = 86_400_000_000;
    let date = |operand: &&Operand| match operand {
        Operand::Date(date) => Some(*date),
        _ => None,
    };
    let mut points: Vec<i64> = operands.iter().filter_map(date).collect();
    points.sort_unstable();
    points.dedup();
    let mut values = Vec::new();
    match (points.first(), points.last()) {
        (Some(first), Some(last)) => {
            values.extend(first.checked_sub(DAY));
            for pair in points.windows(2) {
                values.push(pair[0] + (pair[1] - pair[0]) / 2);
            }
            values.extend(last.checked_add(DAY));
        }
        _ => values.push(0),
    }
    values.extend(points);
    values.sort_unstable();
    values.dedup();
    values
        .iter()
        .filter_map(|micros| date_text(*micros))
        .collect()
}

/// A point in time as policies write it.
fn date_text(micros: i64) -> Option<Arc<str>> {
    const FIRST: i64 = -62_167_219_200_000_000;
    const AFTER: i64 = 253_402_300_800_000_000;
    if !(FIRST..AFTER).contains(&micros) {
        // Years of other than four digits can only be told in seconds.
        let seconds = micros / 1_000_000;
        return (micros >= AFTER).then(|| Arc::from(seconds.to_string()));
    }
    let (days, of_day) = (
        micros.div_euclid(86_400_000_000),
        micros.rem_euclid(86_400_000_000),
    );
    let (year, month, day) = civil_from_days(days);
    let (seconds, fraction) = (of_day / 1_000_000, of_day % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if fraction == 0 {
        String::new()
    } else {
        format!(".{fraction:06}")
    };
    Some(Arc::from(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"
    )))
}

/// H. Hinnant, "chrono-compatible low-level date algorithms".
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// An address for each stretch between the bounds of networks.
fn addresses(operands: &[&Operand]) -> Vec<Arc<str>> {
    let mut v4 = BTreeSet::from([0_u32]);
    let mut v6 = BTreeSet::from([0_u128]);
    for operand in operands {
        let Operand::Network(network) = operand else {
            continue;
        };
        match (network.first, network.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                v4.insert(first.into());
                v4.extend(u32::from(last).checked_add(1));
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                v6.insert(first.into());
                v6.extend(u128::from(last).checked_add(1));
            }
            _ => {}
        }
    }
    // Addresses that people know come first where they do as well.
    let known = [
        Ipv4Addr::new(203, 0, 113, 7),
        Ipv4Addr::new(198, 51, 100, 7),
        Ipv4Addr::new(10, 0, 0, 7),
    ];
    let v4 = known.into_iter().chain(v4.into_iter().map(Ipv4Addr::from));
    let known = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7);
    let v6 = std::iter::once(known).chain(v6.into_iter().map(Ipv6Addr::from));
    v4.map(|a| Arc::from(a.to_string()))
        .chain(v6.map(|a| Arc::from(a.to_string())))
        .collect()
}

#[cfg(test)]
mod tests;
