//! The shortest way to say when one of several things holds.

use crate::Condition;
use std::collections::BTreeSet;

/// More terms than this are told as they are.
const MAX_TERMS: usize = 256;

/// Conditions that hold together.
pub(super) type Term = BTreeSet<Condition>;

/// The same alternatives in fewer words: two that differ only in whether one condition holds are
/// one without it, and one that says more than another one says nothing new.
pub(super) fn shortest(mut terms: BTreeSet<Term>) -> BTreeSet<Term> {
    if terms.len() > MAX_TERMS {
        return terms;
    }
    while let Some((one, other, both)) = terms.iter().find_map(|term| {
        term.iter().find_map(|condition| {
            let mut other = term.clone();
            other.remove(condition);
            let both = other.clone();
            other.insert(condition.negated()?);
            terms.contains(&other).then(|| (term.clone(), other, both))
        })
    }) {
        terms.remove(&one);
        terms.remove(&other);
        terms.insert(both);
    }
    let all = terms.clone();
    terms.retain(|term| {
        let mut others = all.iter().filter(|other| *other != term);
        !others.any(|other| other.is_subset(term))
    });
    terms
}

#[cfg(test)]
mod tests {
    use super::{Term, shortest};
    use crate::Condition;

    /// `a !b` for a that holds together with b that does not.
    fn term(text: &str) -> Term {
        let condition = |word: &str| Condition::Named {
            name: word.trim_start_matches('!').into(),
            holds: !word.starts_with('!'),
        };
        text.split_whitespace().map(condition).collect()
    }

    #[test]
    fn alternatives_are_told_in_few_words() {
        for (terms, expected) in [
            (&["a b", "a !b"][..], &["a"][..]),
            (&["a b", "a !b", "!a b", "!a !b"], &[""]),
            (&["a", "a b"], &["a"]),
            (&["a b", "!a !b"], &["!a !b", "a b"]),
            (&["a b c", "a !b c", "b d"], &["a c", "b d"]),
        ] {
            let found = shortest(terms.iter().map(|text| term(text)).collect());
            let expected = expected.iter().map(|text| term(text)).collect();
            assert_eq!(found, expected, "{terms:?}");
        }
    }
}
