//! All proofs of small trees, all of them again with something changed, and hostile sizes.

use super::*;
use crate::naive;
use proptest::prelude::*;

/// Trees up to this size are tested with every pair of sizes.
const ALL: usize = 300;

fn head(leaves: &[Hash]) -> TreeHead {
    TreeHead {
        size: leaves.len() as u64,
        root: naive::root(leaves),
    }
}

/// A tree that answers quickly: the roots of all complete subtrees.
struct Tree(Vec<Vec<Hash>>);

impl Tree {
    fn new(size: usize) -> Self {
        let mut levels = vec![naive::leaves(size)];
        while let Some(above) = levels.last().filter(|level| level.len() > 1) {
            let above = above.chunks_exact(2).map(|p| node_hash(&p[0], &p[1]));
            levels.push(above.collect());
        }
        Self(levels)
    }

    fn head(&mut self, size: u64) -> TreeHead {
        let root = crate::prove::tree_root(self, size).unwrap();
        TreeHead { size, root }
    }
}

impl crate::prove::Roots for Tree {
    type Error = std::convert::Infallible;

    fn root(&mut self, height: u32, index: u64) -> Result<Hash, Self::Error> {
        Ok(self.0[height as usize][usize::try_from(index).unwrap()])
    }
}

#[test]
fn every_leaf_of_every_small_tree_is_included() {
    let mut tree = Tree::new(ALL);
    for size in 1..=ALL as u64 {
        let head = tree.head(size);
        for index in 0..size {
            let leaf = tree.0[0][usize::try_from(index).unwrap()];
            let path = crate::prove::inclusion(&mut tree, index, size).unwrap();
            assert_eq!(verify_inclusion(&leaf, index, &head, &path), Ok(()));
            // Under no other index, and in no tree of another size that needs as many hashes.
            for other in [index + 1, index.wrapping_sub(1), index ^ 2] {
                assert!(verify_inclusion(&leaf, other, &head, &path).is_err());
            }
            if let [shorter @ .., _] = path.as_slice() {
                let found = verify_inclusion(&leaf, index, &head, shorter);
                assert_eq!(found, Err(ProofError::Length(shorter.len())));
            }
            let longer = [path.as_slice(), &[leaf]].concat();
            let found = verify_inclusion(&leaf, index, &head, &longer);
            assert_eq!(found, Err(ProofError::Length(longer.len())));
        }
        let beyond = verify_inclusion(&Hash::EMPTY_ROOT, size, &head, &[]);
        assert_eq!(beyond, Err(ProofError::Index { index: size, size }));
    }
}

#[test]
fn every_small_tree_is_consistent_with_every_larger_one() {
    let mut tree = Tree::new(ALL);
    let heads: Vec<_> = (0..=ALL as u64).map(|size| tree.head(size)).collect();
    for new in &heads {
        for old in &heads {
            if old.size > new.size {
                let shrunk = ProofError::Shrunk {
                    old: old.size,
                    new: new.size,
                };
                assert_eq!(verify_consistency(old, new, &[]), Err(shrunk));
                continue;
            }
            let proof = crate::prove::consistency(&mut tree, old.size, new.size).unwrap();
            assert_eq!(verify_consistency(old, new, &proof), Ok(()));
            let other = |tree: &TreeHead| TreeHead {
                root: Hash::of(b"other"),
                ..*tree
            };
            assert!(verify_consistency(&other(old), new, &proof).is_err());
            // Every tree begins with the empty one.
            let anything = old.size == 0 && new.size != 0;
            let found = verify_consistency(old, &other(new), &proof);
            assert_eq!(found.is_ok(), anything);
            if let [shorter @ .., _] = proof.as_slice() {
                let found = verify_consistency(old, new, shorter);
                assert_eq!(found, Err(ProofError::Length(shorter.len())));
            }
            let longer = [proof.as_slice(), &[new.root]].concat();
            let found = verify_consistency(old, new, &longer);
            assert_eq!(found, Err(ProofError::Length(longer.len())));
        }
    }
}

#[test]
fn the_empty_tree_has_one_root() {
    let empty = head(&[]);
    let leaves = naive::leaves(3);
    let false_empty = TreeHead {
        size: 0,
        root: leaves[0],
    };
    assert_eq!(verify_consistency(&empty, &empty, &[]), Ok(()));
    assert_eq!(verify_consistency(&empty, &head(&leaves), &[]), Ok(()));
    assert!(verify_consistency(&false_empty, &head(&leaves), &[]).is_err());
    assert!(verify_consistency(&false_empty, &false_empty, &[]).is_err());
    assert!(verify_consistency(&empty, &false_empty, &[]).is_err());
}

/// Flips one bit somewhere in a list of hashes.
fn flip(hashes: &mut [Hash], bit: usize) {
    let bit = bit % (hashes.len() * 256);
    hashes[bit / 256].0[bit % 256 / 8] ^= 1 << (bit % 8);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn larger_trees_verify_and_a_flipped_bit_never_does(
        (size, index, bit) in (2u64..=1024).prop_flat_map(|n| (Just(n), 0..n, any::<usize>()))
    ) {
        let mut tree = Tree::new(1024);
        let new = tree.head(size);

        let leaf = tree.0[0][usize::try_from(index).unwrap()];
        let path = crate::prove::inclusion(&mut tree, index, size).unwrap();
        prop_assert_eq!(verify_inclusion(&leaf, index, &new, &path), Ok(()));
        let mut all = path;
        all.extend([leaf, new.root]);
        flip(&mut all, bit);
        if let [path @ .., leaf, root] = all.as_slice() {
            let new = TreeHead { root: *root, ..new };
            prop_assert!(verify_inclusion(leaf, index, &new, path).is_err());
        }

        let old = tree.head(index + 1);
        let proof = crate::prove::consistency(&mut tree, index + 1, size).unwrap();
        prop_assert_eq!(verify_consistency(&old, &new, &proof), Ok(()));
        let mut all = proof;
        all.extend([old.root, new.root]);
        flip(&mut all, bit);
        if let [proof @ .., old_root, new_root] = all.as_slice() {
            let old = TreeHead { root: *old_root, ..old };
            let new = TreeHead { root: *new_root, ..new };
            prop_assert!(verify_consistency(&old, &new, proof).is_err());
        }
    }

    #[test]
    fn hostile_proofs_never_panic(
        sizes in prop::array::uniform2(prop_oneof![
            0u64..10,
            Just(u64::MAX),
            Just(1 << 63),
            (0u32..64).prop_map(|bit| 1 << bit),
            any::<u64>(),
        ]),
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash), 0..200),
        root in any::<[u8; 32]>().prop_map(Hash),
    ) {
        let [old, new] = sizes.map(|size| TreeHead { size, root });
        let consistent = verify_consistency(&old, &new, &proof);
        let trivially = proof.is_empty() && old.size == new.size && old.size != 0;
        prop_assert_eq!(consistent.is_ok(), trivially);
        let included = verify_inclusion(&root, old.size, &new, &proof);
        prop_assert_eq!(included.is_ok(), proof.is_empty() && (old.size, new.size) == (0, 1));
    }
}
