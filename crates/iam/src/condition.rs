//! Condition operators, and whether a test holds for a request.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for
//! multivalued context keys". What the provider leaves open is settled here, and written down in
//! `docs/permissions.md`.

mod operand;
mod operator;

pub use operand::{Network, Operand, parse_date, parse_number};
pub use operator::{Compare, Family, Operator, Quantifier};

use crate::request::Context;
use crate::truth::Truth;
use palisade_core::Span;
use std::sync::Arc;

/// One test: an operator, a key and what its value is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// How it is compared.
    pub operator: Operator,
    /// The context key, in lower case.
    pub key: Arc<str>,
    /// The context key, as written.
    pub written_key: Arc<str>,
    /// What it is compared with: one of them is enough, and for a negated operator none may fit.
    pub operands: Vec<Operand>,
    /// The same, as written.
    pub written: Vec<Arc<str>>,
    /// Where the key was written.
    pub span: Span,
}

impl Test {
    /// Whether it holds. A policy variable that has no value in the request fits no value; under a
    /// negated operator the answer is nothing, and the whole statement does not match.
    #[must_use]
    pub fn holds(&self, context: &Context) -> Option<Truth> {
        let present = context.get(&self.key);
        if self.operator.compare == Compare::Null {
            return Some(self.null(present.is_none()));
        }
        let Some(values) = present else {
            return Some(Truth::from(self.operator.holds_when_absent()));
        };
        let negated = self.operator.compare.is_negated();
        let fits = |value: &str| -> Option<Truth> {
            let mut any = Truth::No;
            for operand in &self.operands {
                match operand.fits(self.operator.compare, value, context) {
                    Some(fits) => any = any.or(fits),
                    None if negated => return None,
                    None => {}
                }
            }
            Some(any)
        };
        // Without a set operator, a value of several fits when one of them does.
        let (all, negate_each, negate_result) = match self.operator.quantifier {
            Quantifier::One => (false, false, negated),
            Quantifier::ForAnyValue => (false, negated, false),
            Quantifier::ForAllValues => (true, negated, false),
        };
        let mut result = Truth::from(all);
        for value in values {
            let fits = fits(value)?.negate_if(negate_each);
            result = if all {
                result.and(fits)
            } else {
                result.or(fits)
            };
        }
        Some(result.negate_if(negate_result))
    }

    fn null(&self, absent: bool) -> Truth {
        Truth::any(self.operands.iter().map(|operand| match operand {
            Operand::Bool(asked) => Truth::from(*asked == absent),
            Operand::Unknown(_) => Truth::Maybe,
            _ => Truth::No,
        }))
    }
}

#[cfg(test)]
mod tests;
