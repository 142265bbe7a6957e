//! Values to try for policy variables. `true` never comes from here: that needs all values, and is
//! found with variables as open questions. But a request must have values, so a few are tried: a
//! fresh one, those that other texts have at the same place, those that tests tell apart, and none.

use super::budget::{Budget, Exhausted};
use super::search::Mode;
use super::statements::Statements;
use super::values::{Domain, Fixed};
use crate::condition::Operand;
use crate::pattern::{Piece, Text, Token};
use crate::request::ContextValue;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most values that are tried for one key, and most combinations of them.
const MOST_VALUES: usize = 6;
const MOST_TRIALS: usize = 32;

/// The texts with variables.
pub(super) fn texts<'a>(statements: &Statements<'a>) -> impl Iterator<Item = &'a Text> {
    let elements = statements
        .entries
        .iter()
        .filter_map(|e| e.statement.resources.as_ref());
    let resources = elements.flat_map(|element| &element.patterns);
    let operands = statements.tests.iter().flat_map(|test| &test.operands);
    let operands = operands.filter_map(|operand| match operand {
        Operand::Text(text) => Some(text),
        _ => None,
    });
    resources
        .chain(operands)
        .filter(|text| text.variables().is_some())
}

/// The keys of all variables.
pub(super) fn variables(statements: &Statements<'_>) -> BTreeSet<Arc<str>> {
    texts(statements).flat_map(keys).cloned().collect()
}

fn keys(text: &Text) -> impl Iterator<Item = &Arc<str>> {
    text.variables()
        .unwrap_or_default()
        .iter()
        .filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key),
            Piece::Token(_) => None,
        })
}

/// The combinations of values that are tried, the likelier ones first.
pub(super) fn all(
    statements: &Statements<'_>,
    variables: &BTreeSet<Arc<str>>,
    budget: &mut Budget,
) -> Result<Vec<Fixed>, Exhausted> {
    let mut values: BTreeMap<&Arc<str>, Vec<Option<Arc<str>>>> = BTreeMap::new();
    for key in variables {
        // The second one for where the first is not fresh.
        values.insert(key, vec![Some(fresh(key)), Some(Arc::from("x7-q"))]);
    }
    for text in texts(statements) {
        for (key, value) in elsewhere(statements, text) {
            add(values.entry(key).or_default(), Some(value));
        }
    }
    for key in &statements.keys {
        if let Some(values) = values.get_mut(key.name) {
            let domain = Domain::new(statements, key, Mode::Possible, None, budget)?;
            for value in domain.values {
                add(values, Some(value));
            }
        }
    }
    for values in values.values_mut() {
        values.truncate(MOST_VALUES - 1);
        values.push(None);
    }
    // In the order of how many keys have another than their first value, and how far from it.
    let mut all = vec![(0, Fixed::default())];
    for (key, values) in values {
        let mut next = Vec::new();
        for (distance, fixed) in &all {
            for (at, value) in values.iter().enumerate() {
                let mut fixed = fixed.clone();
                fixed.keys.insert(key.clone());
                if let Some(value) = value {
                    fixed
                        .context
                        .insert(key, ContextValue::Single(value.clone()));
                }
                next.push((distance + at, fixed));
            }
        }
        next.sort_by_key(|(distance, _)| *distance);
        next.truncate(MOST_TRIALS);
        budget.spend(next.len())?;
        all = next;
    }
    Ok(all.into_iter().map(|(_, fixed)| fixed).collect())
}

fn add(values: &mut Vec<Option<Arc<str>>>, value: Option<Arc<str>>) {
    if values.len() < MOST_VALUES && !values.contains(&value) {
        values.push(value);
    }
}

/// A value as the key might have it.
fn fresh(key: &str) -> Arc<str> {
    Arc::from(match key {
        "aws:username" => "alice",
        "aws:userid" => "AIDAEXAMPLEUSERID",
        "aws:principalaccount" | "aws:sourceaccount" | "aws:resourceaccount" => "123456789012",
        "aws:principalorgid" | "aws:resourceorgid" => "o-example123",
        "aws:requestedregion" => "us-east-1",
        _ if key.ends_with("arn") => "arn:aws:iam::123456789012:role/Example",
        _ => "example",
    })
}

/// The values that other texts have at the place of a text's first variable.
fn elsewhere<'a>(statements: &Statements<'a>, text: &'a Text) -> Vec<(&'a Arc<str>, Arc<str>)> {
    let pieces = text.variables().unwrap_or_default();
    let before: Vec<Token> = pieces
        .iter()
        .map_while(|piece| match piece {
            Piece::Token(token) => Some(*token),
            Piece::Variable { .. } => None,
        })
        .collect();
    let Some(Piece::Variable { key, .. }) = pieces.get(before.len()) else {
        return Vec::new();
    };
    let after = match pieces.get(before.len() + 1) {
        Some(Piece::Token(token)) => Some(*token),
        _ => None,
    };
    let elements = statements
        .entries
        .iter()
        .filter_map(|e| e.statement.resources.as_ref());
    let resources = elements.flat_map(|element| &element.patterns);
    let operands = statements.tests.iter().flat_map(|test| &test.operands);
    let operands = operands.filter_map(|operand| match operand {
        Operand::Text(text) => Some(text),
        _ => None,
    });
    let mut found = Vec::new();
    for other in resources.chain(operands) {
        let Some(rest) = other
            .plain()
            .and_then(|p| p.tokens().strip_prefix(before.as_slice()))
        else {
            continue;
        };
        let value: String = rest
            .iter()
            .map_while(|token| match token {
                Token::Char(c) if Some(*token) != after => Some(*c),
                _ => None,
            })
            .collect();
        if !value.is_empty() && found.len() < MOST_VALUES {
            found.push((key, Arc::from(value)));
        }
    }
    found
}
