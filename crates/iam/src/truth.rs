//! Three answers: policies made from templates hold texts that nobody knows before deployment, and
//! "maybe" must never turn into a guess.

/// The answer to a question that may depend on something unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold, whatever the unknown parts are.
    No,
    /// It depends on what is not known.
    Maybe,
    /// It holds, whatever the unknown parts are.
    Yes,
}

impl Truth {
    /// Holds when both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Holds when either holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// Holds when every one of them holds; of none, it does.
    pub fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::Yes;
        for truth in truths {
            all = all.and(truth);
            if all == Self::No {
                break;
            }
        }
        all
    }

    /// Holds when one of them holds; of none, it does not.
    pub fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Self::No;
        for truth in truths {
            any = any.or(truth);
            if any == Self::Yes {
                break;
            }
        }
        any
    }

    /// The same, or its opposite.
    #[must_use]
    pub fn negate_if(self, negated: bool) -> Self {
        if negated { !self } else { self }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}
