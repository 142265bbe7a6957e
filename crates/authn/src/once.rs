//! What may be used once only: signatures of requests, ids of tokens. Bounded: when there is no
//! more room for what is still valid, the answer is no.

use std::collections::{BTreeMap, BTreeSet};

/// Remembers what was used, for as long as it could be used again.
pub struct Once {
    capacity: usize,
    used: BTreeMap<[u8; 32], i64>,
    by_end: BTreeSet<(i64, [u8; 32])>,
}

impl std::fmt::Debug for Once {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Once")
            .field("used", &self.used.len())
            .finish_non_exhaustive()
    }
}

/// Why something may not be used (again).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnceError {
    /// It was used before.
    #[error("the same request was made before")]
    Again,
    /// There is no room to remember it.
    #[error("too many requests that may come once only are still valid")]
    Full,
}

impl OnceError {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Again => "request-replayed",
            Self::Full => "replay-memory-full",
        }
    }
}

impl Once {
    /// Remembers up to so many.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self {
            capacity,
            used: BTreeMap::new(),
            by_end: BTreeSet::new(),
        }
    }

    /// Uses something that is valid until (and including) that second.
    ///
    /// # Errors
    /// It was used before, or cannot be remembered.
    pub fn take(&mut self, what: [u8; 32], until: i64, now: i64) -> Result<(), OnceError> {
        while let Some((end, old)) = self.by_end.first().copied()
            && end < now
        {
            self.by_end.pop_first();
            self.used.remove(&old);
        }
        if self.used.contains_key(&what) {
            return Err(OnceError::Again);
        }
        if self.used.len() >= self.capacity {
            return Err(OnceError::Full);
        }
        self.used.insert(what, until);
        self.by_end.insert((until, what));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_while_it_is_valid_and_never_without_memory() {
        let mut once = Once::new(2);
        assert_eq!(once.take([1; 32], 100, 50), Ok(()));
        assert_eq!(once.take([1; 32], 100, 50), Err(OnceError::Again));
        assert_eq!(once.take([1; 32], 100, 100), Err(OnceError::Again));
        assert_eq!(once.take([2; 32], 200, 100), Ok(()));
        assert_eq!(once.take([3; 32], 300, 100), Err(OnceError::Full));
        assert_eq!(once.take([3; 32], 300, 101), Ok(()));
        assert_eq!(once.take([2; 32], 200, 101), Err(OnceError::Again));
    }
}
