//! How much work a comparison may take. Counted in steps rather than in time, so that an answer
//! never depends on how busy the machine is.

/// What is left of the work that is allowed.
#[derive(Debug)]
pub(super) struct Budget {
    allowed: u64,
    left: u64,
}

/// All of the work that is allowed is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

impl Budget {
    pub(super) fn new(allowed: u64) -> Self {
        Self {
            allowed,
            left: allowed,
        }
    }

    /// Does this many steps.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        match self
            .left
            .checked_sub(u64::try_from(steps).unwrap_or(u64::MAX))
        {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Exhausted)
            }
        }
    }

    /// How many steps were done.
    pub(super) fn spent(&self) -> u64 {
        self.allowed - self.left
    }
}
