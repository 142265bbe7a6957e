//! Checking proofs: the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2. They know nothing but
//! what they are given, take any sizes and any number of hashes, and never panic.

use crate::hash::{Hash, node_hash};

/// A tree at a size: how many leaves it has, and what they hash to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeHead {
    /// The number of leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A proof does not show what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The tree has no leaf of this index.
    #[error("a tree of size {size} has no leaf {index}")]
    Index {
        /// The index that was asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The later tree is smaller than the earlier one.
    #[error("a tree of size {old} can't be the start of one of size {new}")]
    Shrunk {
        /// The size of the earlier tree.
        old: u64,
        /// The size of the later tree.
        new: u64,
    },
    /// There is no proof of so many hashes for these sizes.
    #[error("a proof of {0} hashes has the wrong length for these sizes")]
    Length(usize),
    /// The proof leads to a root that is not the one of the tree.
    #[error("the proof leads to the root {computed} at size {size}, not to {expected}")]
    Root {
        /// The size of the tree with the wrong root.
        size: u64,
        /// The root that the tree is said to have.
        expected: Hash,
        /// The root that the proof leads to.
        computed: Hash,
    },
}

/// Checks that the leaf of a hash stands at `index` in a tree.
///
/// # Errors
/// The first reason why the path does not show that.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    tree: &TreeHead,
    path: &[Hash],
) -> Result<(), ProofError> {
    if index >= tree.size {
        return Err(ProofError::Index {
            index,
            size: tree.size,
        });
    }
    let mut position = Position::new(index, tree.size);
    let mut root = *leaf;
    for sibling in path {
        root = match position.step() {
            Some(Side::Left) => node_hash(sibling, &root),
            Some(Side::Right) => node_hash(&root, sibling),
            None => return Err(ProofError::Length(path.len())),
        };
    }
    position.end(path.len())?;
    same(tree, root)
}

/// Checks that a tree begins with all the leaves of an older one. Everything begins with the empty
/// tree, and a tree with itself; there the proof must be empty.
///
/// # Errors
/// The first reason why the proof does not show that.
pub fn verify_consistency(
    old: &TreeHead,
    new: &TreeHead,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old.size > new.size {
        return Err(ProofError::Shrunk {
            old: old.size,
            new: new.size,
        });
    }
    for tree in [old, new] {
        if tree.size == 0 {
            same(tree, Hash::EMPTY_ROOT)?;
        }
    }
    if old.size == 0 || old.size == new.size {
        if !proof.is_empty() {
            return Err(ProofError::Length(proof.len()));
        }
        return if old.size == 0 {
            Ok(())
        } else {
            same(new, old.root)
        };
    }

    // The last leaf of the old tree, at the height where the old tree's rightmost complete subtree
    // has its root. Where that is all of the old tree, the proof leaves it out.
    let mut position = Position::new(old.size - 1, new.size);
    position.rise_while_right();
    let (start, siblings) = if old.size.is_power_of_two() {
        (&old.root, proof)
    } else {
        proof.split_first().ok_or(ProofError::Length(0))?
    };
    let (mut old_root, mut new_root) = (*start, *start);
    for sibling in siblings {
        match position.step() {
            Some(Side::Left) => {
                old_root = node_hash(sibling, &old_root);
                new_root = node_hash(sibling, &new_root);
            }
            Some(Side::Right) => new_root = node_hash(&new_root, sibling),
            None => return Err(ProofError::Length(proof.len())),
        }
    }
    position.end(proof.len())?;
    same(old, old_root)?;
    same(new, new_root)
}

/// Demands that a tree has the root that a proof leads to.
fn same(tree: &TreeHead, computed: Hash) -> Result<(), ProofError> {
    if tree.root == computed {
        return Ok(());
    }
    Err(ProofError::Root {
        size: tree.size,
        expected: tree.root,
        computed,
    })
}

/// Where the next hash of a proof stands beside the node that was reached.
enum Side {
    Left,
    Right,
}

/// A node on the way to the root: its index among the nodes of its level, and the level's last index
/// (`fn` and `sn` in RFC 9162).
struct Position {
    node: u64,
    last: u64,
}

impl Position {
    fn new(leaf: u64, size: u64) -> Self {
        Self {
            node: leaf,
            last: size - 1,
        }
    }

    fn rise(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    /// Rises while the node is a right child.
    fn rise_while_right(&mut self) {
        while self.node & 1 == 1 {
            self.rise();
        }
    }

    /// Goes to the parent that the next sibling gives; `None` at the root.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 {
            Side::Left
        } else if self.node == self.last {
            // The last node of its level has no sibling here: it rises as it is.
            while self.node & 1 == 0 && self.node != 0 {
                self.rise();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.rise();
        Some(side)
    }

    /// Demands that the root is reached.
    fn end(&self, length: usize) -> Result<(), ProofError> {
        if self.last == 0 {
            Ok(())
        } else {
            Err(ProofError::Length(length))
        }
    }
}

#[cfg(test)]
mod tests;
