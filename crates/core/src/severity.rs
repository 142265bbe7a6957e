//! How bad a finding is, and how sure we are of it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How bad it is when the finding is true. Ordered: `Info < Low < Medium < High < Critical`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing needs to be done.
    Info,
    /// Weakens a second line of defence, or hygiene.
    Low,
    /// A control that the policy asks for is missing, but nothing is open yet.
    Medium,
    /// One further mistake away from a loss, or exposed to many.
    High,
    /// Anyone can use it now, and something of value lies behind it.
    Critical,
}

impl Severity {
    /// All levels, the least severe first.
    pub const ALL: [Self; 5] = [
        Self::Info,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// The level's name as it is written in options and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One level up, `Critical` at most.
    #[must_use]
    pub fn raised(self) -> Self {
        match self {
            Self::Info => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text names no severity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a severity; use info, low, medium, high or critical")]
pub struct ParseSeverityError {
    text: String,
}

impl FromStr for Severity {
    type Err = ParseSeverityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| ParseSeverityError {
                text: text.to_owned(),
            })
    }
}

/// How likely it is that a finding is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint from names or shapes.
    Low,
    /// True unless something outside the scanned files changes it.
    Medium,
    /// Follows from what is written and from the provider's documentation.
    High,
}

impl Confidence {
    /// The level's name as it is written in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
