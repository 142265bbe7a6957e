//! Making proofs. Which complete subtrees a proof is made of is arithmetic on sizes alone; where
//! their roots come from is the caller's: `root(height, index)` tells the root of a complete subtree.

use crate::frontier::heights;
use crate::hash::{Hash, node_hash};
use std::ops::Range;

/// Where the roots of complete subtrees come from.
pub(crate) trait Roots {
    /// Why one can't be told.
    type Error;

    /// The root over the leaves `index * 2^height ..` of which there are `2^height`.
    fn root(&mut self, height: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The root of the tree of `size` leaves.
pub(crate) fn tree_root<R: Roots>(roots: &mut R, size: u64) -> Result<Hash, R::Error> {
    if size == 0 {
        return Ok(Hash::EMPTY_ROOT);
    }
    range_root(roots, 0..size)
}

/// The path from leaf `index` to the root of the tree of `size` leaves; `index < size`.
pub(crate) fn inclusion<R: Roots>(
    roots: &mut R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, R::Error> {
    let mut path = Vec::new();
    let mut range = 0..size;
    while range.end - range.start > 1 {
        let middle = split(&range);
        let other = halve(&mut range, middle, index < middle);
        path.push(range_root(roots, other)?);
    }
    path.reverse();
    Ok(path)
}

/// The proof that the first `old` of `new` leaves are the tree of size `old`; `old <= new`. It is
/// empty when `old` is 0 or `new`.
pub(crate) fn consistency<R: Roots>(
    roots: &mut R,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, R::Error> {
    let mut proof = Vec::new();
    if old == 0 {
        return Ok(proof);
    }
    let mut range = 0..new;
    while range.end != old {
        let middle = split(&range);
        let other = halve(&mut range, middle, old <= middle);
        proof.push(range_root(roots, other)?);
    }
    // A range from the first leaf on is the old tree itself, which the verifier knows.
    if range.start != 0 {
        proof.push(range_root(roots, range)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Where RFC 6962 divides a range of two leaves or more: at the largest power of two within it.
fn split(range: &Range<u64>) -> u64 {
    range.start + (1 << (range.end - range.start - 1).ilog2())
}

/// Keeps the left or the right half of a range; gives the other one.
fn halve(range: &mut Range<u64>, middle: u64, left: bool) -> Range<u64> {
    let (lower, upper) = (range.start..middle, middle..range.end);
    let (kept, other) = if left { (lower, upper) } else { (upper, lower) };
    *range = kept;
    other
}

/// The root over a range that is not empty, and that is a node in the tree: its start is a multiple
/// of a power of two that is not less than its length.
fn range_root<R: Roots>(roots: &mut R, range: Range<u64>) -> Result<Hash, R::Error> {
    let length = range.end - range.start;
    let mut hash = None;
    for height in heights(length) {
        let index = (range.start >> height) + (length >> height) - 1;
        let left = roots.root(height, index)?;
        hash = Some(hash.map_or(left, |right| node_hash(&left, &right)));
    }
    Ok(hash.unwrap_or(Hash::EMPTY_ROOT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::naive;
    use std::convert::Infallible;

    /// Roots by the definition.
    struct Leaves(Vec<Hash>);

    impl Roots for Leaves {
        type Error = Infallible;

        fn root(&mut self, height: u32, index: u64) -> Result<Hash, Infallible> {
            Ok(naive::subtree(&self.0, height, index))
        }
    }

    #[test]
    fn proofs_are_those_of_the_definition() {
        let mut leaves = Leaves(naive::leaves(70));
        for size in 1..=leaves.0.len() {
            let tree = leaves.0[..size].to_vec();
            let n = size as u64;
            assert_eq!(tree_root(&mut leaves, n), Ok(naive::root(&tree)));
            assert_eq!(consistency(&mut leaves, 0, n), Ok(Vec::new()));
            for i in 0..size {
                let path = inclusion(&mut leaves, i as u64, n);
                assert_eq!(path, Ok(naive::path(i, &tree)), "{i} in {size}");
                let proof = consistency(&mut leaves, i as u64 + 1, n);
                assert_eq!(proof, Ok(naive::proof(i + 1, &tree)), "{} in {size}", i + 1);
            }
        }
    }

    #[test]
    fn the_largest_sizes_need_few_roots() {
        struct Count(u32);
        impl Roots for Count {
            type Error = Infallible;
            fn root(&mut self, height: u32, index: u64) -> Result<Hash, Infallible> {
                assert!(u128::from(index + 1) << height <= u128::from(u64::MAX));
                self.0 += 1;
                Ok(Hash::EMPTY_ROOT)
            }
        }
        for size in [u64::MAX, 1 << 63, (1 << 63) + 1] {
            for at in [0, 1, size / 2, size - 2, size - 1] {
                let mut count = Count(0);
                assert!(inclusion(&mut count, at, size).unwrap().len() <= 64);
                assert!(consistency(&mut count, at + 1, size).unwrap().len() <= 65);
                assert!(count.0 <= 256, "{}", count.0);
            }
        }
    }
}
