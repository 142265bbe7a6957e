//! Ids of different things are different types.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The id of a clause of the policy, such as `SCSP-3.1`: capitals, a dash, numbers with dots.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClauseId(Arc<str>);

/// The text is not a clause id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a clause id; clause ids look like `SCSP-3.1`")]
pub struct ParseClauseIdError {
    text: String,
}

impl ClauseId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The document that the clause is of (`SCSP` in `SCSP-3.1`).
    #[must_use]
    pub fn document(&self) -> &str {
        self.0.split_once('-').map_or(&*self.0, |(d, _)| d)
    }

    fn numbers(&self) -> impl Iterator<Item = u32> {
        let numbers = self.0.split_once('-').map_or("", |(_, n)| n);
        numbers.split('.').filter_map(|n| n.parse().ok())
    }
}

/// Numeric order within a document: `SCSP-2.1` before `SCSP-10.1`.
impl Ord for ClauseId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.document()
            .cmp(other.document())
            .then_with(|| self.numbers().cmp(other.numbers()))
            .then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for ClauseId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for ClauseId {
    type Err = ParseClauseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let valid = text.split_once('-').is_some_and(|(document, numbers)| {
            !document.is_empty()
                && document
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
                && numbers
                    .split('.')
                    .all(|n| !n.is_empty() && n.len() < 10 && n.bytes().all(|b| b.is_ascii_digit()))
        });
        if valid {
            Ok(Self(Arc::from(text)))
        } else {
            Err(ParseClauseIdError {
                text: text.to_owned(),
            })
        }
    }
}

impl TryFrom<String> for ClauseId {
    type Error = ParseClauseIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ClauseId> for String {
    fn from(id: ClauseId) -> Self {
        id.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clause_ids_sort_by_number() {
        let mut ids: Vec<ClauseId> = ["SCSP-10.1", "SCSP-2.1", "BPSS-3.17", "SCSP-2.10"]
            .iter()
            .map(|t| t.parse().unwrap())
            .collect();
        ids.sort();
        let text: Vec<_> = ids.iter().map(ClauseId::as_str).collect();
        assert_eq!(text, ["BPSS-3.17", "SCSP-2.1", "SCSP-2.10", "SCSP-10.1"]);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "SCSP", "scsp-1.1", "SCSP-", "SCSP-1.", "SCSP-1.x"] {
            assert!(text.parse::<ClauseId>().is_err(), "{text}");
        }
    }
}
