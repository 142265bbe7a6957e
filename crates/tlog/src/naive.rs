//! RFC 6962, section 2.1, word for word: recursive, slow and plainly right. Tests hold the rest of
//! the crate against it.

use crate::hash::{Hash, leaf_hash, node_hash};

/// The hashes of `count` different leaves.
pub(crate) fn leaves(count: usize) -> Vec<Hash> {
    (0..count)
        .map(|i| leaf_hash(format!("leaf {i}").as_bytes()))
        .collect()
}

/// `MTH(D[n])`.
pub(crate) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The root of the complete subtree of a height and index.
pub(crate) fn subtree(leaves: &[Hash], height: u32, index: u64) -> Hash {
    let start = usize::try_from(index << height).unwrap();
    root(&leaves[start..start + (1 << height)])
}

/// `PATH(m, D[n])`.
pub(crate) fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, other) = if index < k {
        (path(index, left), right)
    } else {
        (path(index - k, right), left)
    };
    path.push(root(other));
    path
}

/// `PROOF(m, D[n])` for m > 0.
pub(crate) fn proof(old: usize, leaves: &[Hash]) -> Vec<Hash> {
    subproof(old, leaves, true)
}

fn subproof(old: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if known {
            Vec::new()
        } else {
            vec![root(leaves)]
        };
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, other) = if old <= k {
        (subproof(old, left, known), right)
    } else {
        (subproof(old - k, right, false), left)
    };
    proof.push(root(other));
    proof
}

/// The largest power of two that is smaller than `len`.
fn split(len: usize) -> usize {
    len.next_power_of_two() / 2
}
