//! The statements of both sides in one list, and what they ask of the context: tests that are
//! written more than once are one test, and so are whole conditions.

use super::{Layer, Side, StatementRef};
use crate::condition::{Operand, Test};
use crate::pattern::{Pattern, Text};
use crate::policy::{Effect, Statement};
use crate::symbols::is_hole;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A statement with its place.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub side: usize,
    pub at: StatementRef,
    pub statement: &'a Statement,
    /// Its condition, in [`Statements::conditions`].
    pub condition: usize,
}

/// Everything that is compared.
#[derive(Debug)]
pub(super) struct Statements<'a> {
    pub sides: [&'a Side; 2],
    pub entries: Vec<Entry<'a>>,
    /// The different tests.
    pub tests: Vec<&'a Test>,
    /// The different conditions: sets of tests, in order.
    pub conditions: Vec<Vec<usize>>,
    /// The keys that are tested.
    pub keys: Vec<Key<'a>>,
    /// The key of each test.
    pub key_of: Vec<usize>,
}

/// A condition key that is tested.
#[derive(Debug)]
pub(super) struct Key<'a> {
    pub name: &'a Arc<str>,
    pub written: &'a Arc<str>,
    pub tests: Vec<usize>,
    /// It may have several values: some test has a set operator.
    pub many: bool,
}

/// A text as it counts, wherever it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TextKey<'a> {
    Plain(&'a Pattern),
    WithVariables(&'a str),
}

impl<'a> TextKey<'a> {
    pub(super) fn of(text: &'a Text) -> Self {
        match text.plain() {
            Some(pattern) => Self::Plain(pattern),
            None => Self::WithVariables(&text.written),
        }
    }
}

impl TextKey<'_> {
    pub(super) fn has_hole(&self) -> bool {
        match self {
            Self::Plain(pattern) => pattern.has_hole(),
            Self::WithVariables(text) => text.contains(is_hole),
        }
    }
}

/// An operand as it counts, wherever it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OperandKey<'a> {
    Text(TextKey<'a>),
    Number(u64),
    Date(i64),
    Bool(bool),
    Network(crate::condition::Network),
    Invalid,
    Unknown(char),
}

/// Operands as they count: in any order, each once.
pub(super) fn operand_keys(test: &Test) -> Vec<OperandKey<'_>> {
    let key = |operand| match operand {
        &Operand::Number(number) => OperandKey::Number((number + 0.0).to_bits()),
        Operand::Text(text) => OperandKey::Text(TextKey::of(text)),
        Operand::Date(date) => OperandKey::Date(*date),
        Operand::Bool(value) => OperandKey::Bool(*value),
        Operand::Network(network) => OperandKey::Network(*network),
        Operand::Invalid(_) => OperandKey::Invalid,
        Operand::Unknown(hole) => OperandKey::Unknown(*hole),
    };
    let mut keys: Vec<OperandKey<'_>> = test.operands.iter().map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

impl<'a> Statements<'a> {
    pub(super) fn new(sides: [&'a Side; 2]) -> Self {
        let mut all = Self {
            sides,
            entries: Vec::new(),
            tests: Vec::new(),
            conditions: Vec::new(),
            keys: Vec::new(),
            key_of: Vec::new(),
        };
        let mut tests = BTreeMap::new();
        let mut conditions = BTreeMap::new();
        let mut keys = BTreeMap::new();
        for (side, policies) in sides.into_iter().enumerate() {
            for (at, statement) in policies.statements() {
                let mut condition: Vec<usize> = statement
                    .conditions
                    .iter()
                    .map(|test| {
                        let id = (&test.key, test.operator, operand_keys(test));
                        *tests.entry(id).or_insert_with(|| all.test(test, &mut keys))
                    })
                    .collect();
                condition.sort_unstable();
                condition.dedup();
                let next = conditions.len();
                let condition = *conditions.entry(condition).or_insert(next);
                all.entries.push(Entry {
                    side,
                    at,
                    statement,
                    condition,
                });
            }
        }
        let mut ordered: Vec<(usize, Vec<usize>)> = conditions
            .into_iter()
            .map(|(tests, n)| (n, tests))
            .collect();
        ordered.sort_unstable();
        all.conditions = ordered.into_iter().map(|(_, tests)| tests).collect();
        all
    }

    fn test(&mut self, test: &'a Test, keys: &mut BTreeMap<&'a Arc<str>, usize>) -> usize {
        let id = self.tests.len();
        self.tests.push(test);
        let key = *keys.entry(&test.key).or_insert_with(|| {
            self.keys.push(Key {
                name: &test.key,
                written: &test.written_key,
                tests: Vec::new(),
                many: false,
            });
            self.keys.len() - 1
        });
        self.key_of.push(key);
        self.keys[key].tests.push(id);
        self.keys[key].many |= test.operator.quantifier != crate::condition::Quantifier::One;
        id
    }

    /// The layers of a side.
    pub(super) fn layers(&self, side: usize) -> &'a [Layer] {
        &self.sides[side].layers
    }

    /// The entries of one effect in a layer of a side, or in all of its layers.
    pub(super) fn of(
        &self,
        side: usize,
        layer: Option<usize>,
        effect: Effect,
    ) -> impl Iterator<Item = usize> {
        let is = move |entry: &Entry<'_>| {
            entry.side == side
                && entry.statement.effect == effect
                && layer.is_none_or(|layer| entry.at.layer == layer)
        };
        (self.entries.iter().enumerate()).filter_map(move |(n, entry)| is(entry).then_some(n))
    }
}
