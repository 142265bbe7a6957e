//! The quick answer: what stands word for word on the other side needs no search. Of texts that are
//! not known nobody knows that they are the same, unless they are of one and the same document.

use super::statements::{Statements, TextKey};
use crate::policy::{Effect, Element, Principal, Statement};
use std::collections::BTreeSet;

/// A statement as it counts, wherever it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    actions: (bool, Vec<TextKey<'a>>),
    resources: Option<(bool, Vec<TextKey<'a>>)>,
    principals: Option<(bool, BTreeSet<&'a Principal>)>,
    condition: usize,
    /// Which one it is, when something of it is not known.
    itself: Option<*const Statement>,
}

/// Whether the other side repeats every grant of a side, and adds no denial.
pub(super) fn within(statements: &Statements<'_>, side: usize) -> bool {
    let layers = |side: usize| 0..statements.layers(side).len();
    let keys = |side, layer, effect| -> BTreeSet<Key<'_>> {
        statements
            .of(side, layer, effect)
            .map(|n| key(statements, n))
            .collect()
    };
    let other = 1 - side;
    if layers(other).is_empty() {
        return false;
    }
    if !keys(other, None, Effect::Deny).is_subset(&keys(side, None, Effect::Deny)) {
        return false;
    }
    let own: Vec<_> = layers(side)
        .map(|layer| keys(side, Some(layer), Effect::Allow))
        .collect();
    layers(other).all(|layer| {
        let granted = keys(other, Some(layer), Effect::Allow);
        own.iter().any(|layer| layer.is_subset(&granted))
    })
}

fn key<'a>(statements: &Statements<'a>, entry: usize) -> Key<'a> {
    let entry = &statements.entries[entry];
    let statement = entry.statement;
    let texts = |element: &'a Element| {
        let mut texts: Vec<TextKey<'a>> = element.patterns.iter().map(TextKey::of).collect();
        texts.sort_unstable();
        texts.dedup();
        (element.except, texts)
    };
    let principals = statement.principals.as_ref();
    Key {
        actions: texts(&statement.actions),
        resources: statement.resources.as_ref().map(texts),
        principals: principals.map(|of| (of.except, of.items.iter().map(|i| &i.who).collect())),
        condition: entry.condition,
        itself: (!super::witness::holes(statement).is_empty())
            .then_some(std::ptr::from_ref(statement)),
    }
}
