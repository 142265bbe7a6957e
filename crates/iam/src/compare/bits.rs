//! Sets of small numbers: of statements, and of values. They are what a comparison handles most, so
//! they are words rather than trees.

/// A set of numbers below a length that all sets of one kind share.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bits(Box<[u64]>);

impl Bits {
    /// The empty set of numbers below `length`.
    pub(super) fn none(length: usize) -> Self {
        Self(vec![0; length.div_ceil(64)].into_boxed_slice())
    }

    /// All numbers below `length`.
    pub(super) fn all(length: usize) -> Self {
        let mut all = Self(vec![u64::MAX; length.div_ceil(64)].into_boxed_slice());
        if let Some(last) = all.0.last_mut()
            && !length.is_multiple_of(64)
        {
            *last = (1 << (length % 64)) - 1;
        }
        all
    }

    /// The numbers below `length` for which something holds.
    pub(super) fn of(length: usize, mut holds: impl FnMut(usize) -> bool) -> Self {
        let mut bits = Self::none(length);
        for n in 0..length {
            if holds(n) {
                bits.insert(n);
            }
        }
        bits
    }

    pub(super) fn insert(&mut self, n: usize) {
        self.0[n / 64] |= 1 << (n % 64);
    }

    pub(super) fn remove(&mut self, n: usize) {
        self.0[n / 64] &= !(1 << (n % 64));
    }

    pub(super) fn contains(&self, n: usize) -> bool {
        self.0[n / 64] >> (n % 64) & 1 == 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many words it takes: what an operation on it costs.
    pub(super) fn words(&self) -> usize {
        self.0.len()
    }

    /// What is in both.
    pub(super) fn and(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// What is in either.
    pub(super) fn or(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// What is in this one alone.
    pub(super) fn without(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    fn zip(&self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        let pairs = self.0.iter().zip(&*other.0);
        Self(pairs.map(|(a, b)| join(*a, *b)).collect())
    }

    /// Whether something is in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&*other.0).any(|(a, b)| a & b != 0)
    }

    /// Whether all of it is in the other.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&*other.0).all(|(a, b)| a & !b == 0)
    }

    /// The smallest number in both.
    pub(super) fn first_in(&self, other: &Self) -> Option<usize> {
        self.and(other).iter().next()
    }

    /// The numbers, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then_some(rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(at * 64 + usize::try_from(bit).ok()?)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_numbers() {
        let mut bits = Bits::none(130);
        for n in [0, 63, 64, 129] {
            bits.insert(n);
        }
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 64, 129]);
        bits.remove(63);
        assert!(!bits.contains(63) && bits.contains(64));
        assert!(bits.is_within(&Bits::all(130)) && !Bits::all(130).is_within(&bits));
        assert_eq!(Bits::all(130).iter().count(), 130);
        assert_eq!(Bits::all(128).iter().count(), 128);
        let odd = Bits::of(130, |n| n % 2 == 1);
        assert_eq!(bits.first_in(&odd), Some(129));
        assert_eq!(bits.or(&odd).iter().count(), 67);
        assert!(bits.meets(&odd) && !bits.and(&odd).is_empty());
    }
}
