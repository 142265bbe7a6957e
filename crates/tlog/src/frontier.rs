//! The right edge of a growing tree: what must be remembered of all leaves so far to know the root
//! now and after more leaves. One hash for each set bit of the size; nothing is allocated.

use crate::hash::{Hash, node_hash};
use std::fmt;

/// A complete subtree: the hash over the leaves `index * 2^height ..` of which there are `2^height`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// How many levels it has above its leaves.
    pub height: u32,
    /// How many subtrees of this height stand left of it.
    pub index: u64,
    /// Its root.
    pub hash: Hash,
}

/// The right edge of a tree of some size.
#[derive(Clone)]
pub struct Frontier {
    size: u64,
    /// At a height whose bit is set in `size`: the root of the complete subtree that ends there.
    /// Elsewhere: of no meaning.
    roots: [Hash; 64],
}

impl Frontier {
    /// The edge of the tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: 0,
            roots: [Hash::EMPTY_ROOT; 64],
        }
    }

    /// The edge of a tree that is there already. `root` tells the root of the complete subtree of a
    /// height and index; it is asked once for each set bit of `size`.
    ///
    /// # Errors
    /// What `root` fails with.
    pub fn resume<E>(
        size: u64,
        mut root: impl FnMut(u32, u64) -> Result<Hash, E>,
    ) -> Result<Self, E> {
        let mut frontier = Self::new();
        frontier.size = size;
        for height in heights(size) {
            frontier.roots[height as usize] = root(height, (size >> height) - 1)?;
        }
        Ok(frontier)
    }

    /// How many leaves there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds the hash of the next leaf.
    ///
    /// # Panics
    /// When there are 2^64 - 1 leaves already.
    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, |_| ());
    }

    /// Adds the hash of the next leaf, and tells of every subtree that it completes, from the leaf
    /// itself upwards.
    ///
    /// # Panics
    /// When there are 2^64 - 1 leaves already.
    #[inline]
    pub fn push_with(&mut self, leaf: Hash, mut completed: impl FnMut(Subtree)) {
        let mut subtree = Subtree {
            height: 0,
            index: self.size,
            hash: leaf,
        };
        completed(subtree);
        while subtree.index & 1 == 1 {
            subtree.hash = node_hash(&self.roots[subtree.height as usize], &subtree.hash);
            subtree.height += 1;
            subtree.index >>= 1;
            completed(subtree);
        }
        self.roots[subtree.height as usize] = subtree.hash;
        self.size += 1;
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        heights(self.size)
            .map(|height| self.roots[height as usize])
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or(Hash::EMPTY_ROOT)
    }
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Frontier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frontier")
            .field("size", &self.size)
            .field("root", &self.root())
            .finish()
    }
}

/// The heights of the complete subtrees that make up a tree, from right to left.
pub(crate) fn heights(size: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).filter(move |height| size >> height & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::naive;
    use std::convert::Infallible;

    #[test]
    fn roots_of_the_reference_implementation() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::new();
        assert_eq!(frontier.root(), Hash::EMPTY_ROOT);
        for (leaf, root) in leaves.iter().zip(roots) {
            frontier.push(crate::leaf_hash(leaf));
            let hex: String = frontier.root().0.map(|b| format!("{b:02x}")).concat();
            assert_eq!(hex, root, "size {}", frontier.size());
        }
    }

    #[test]
    fn grows_and_resumes_as_the_definition_says() {
        let leaves = naive::leaves(1030);
        let mut frontier = Frontier::new();
        for size in 0..leaves.len() {
            assert_eq!(frontier.size(), size as u64);
            if size < 300 || size % 37 == 0 || size > 1020 {
                assert_eq!(frontier.root(), naive::root(&leaves[..size]), "{size}");
                let resumed = Frontier::resume(size as u64, |height, index| {
                    Ok::<_, Infallible>(naive::subtree(&leaves, height, index))
                });
                assert_eq!(resumed.unwrap().root(), frontier.root(), "{size}");
            }
            let mut seen = 0;
            frontier.push_with(leaves[size], |subtree| {
                assert_eq!(subtree.height, seen);
                assert_eq!((subtree.index + 1) << subtree.height, size as u64 + 1);
                let (height, index) = (subtree.height, subtree.index);
                assert_eq!(subtree.hash, naive::subtree(&leaves, height, index));
                seen += 1;
            });
            assert_eq!(seen, (size as u64 + 1).trailing_zeros() + 1);
        }
    }
}
