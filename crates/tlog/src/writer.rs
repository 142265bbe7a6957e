//! Writing the tiles of a growing tree. A writer remembers the right edge alone: the partial tile of
//! each level, and the full ones that nobody has taken yet.

use crate::frontier::Frontier;
use crate::hash::{HASH_BYTES, Hash};
use crate::proof::TreeHead;
use crate::prove::Roots;
use crate::reader::{ReadError, TileReader, TileSource};
use crate::tile::{TILE_HEIGHT, TILE_LEVELS, TILE_WIDTH, Tile, hashes_in_level};

const FULL: usize = TILE_WIDTH as usize * HASH_BYTES;

/// Makes the tiles of a tree while it grows.
#[derive(Clone, Debug)]
pub struct TileWriter {
    frontier: Frontier,
    /// The hashes of the partial tile of each level.
    edge: [Vec<u8>; TILE_LEVELS as usize],
    full: Vec<(Tile, Vec<u8>)>,
    taken: u64,
}

impl TileWriter {
    /// A writer of a tree that has no leaves yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            frontier: Frontier::new(),
            edge: Default::default(),
            full: Vec::new(),
            taken: 0,
        }
    }

    /// A writer that goes on with a tree whose tiles are stored. It reads one tile for each level.
    ///
    /// # Errors
    /// When the tiles can't be read, or are not those of that tree.
    pub fn resume<S: TileSource>(source: S, tree: &TreeHead) -> Result<Self, ReadError<S::Error>> {
        let mut reader = TileReader::new(source, tree.size);
        let mut writer = Self::new();
        writer.frontier = Frontier::resume(tree.size, |height, index| reader.root(height, index))?;
        for (level, edge) in (0..).zip(&mut writer.edge) {
            let hashes = hashes_in_level(level, tree.size);
            if !hashes.is_multiple_of(TILE_WIDTH.into()) {
                edge.extend_from_slice(reader.tile(level, hashes / u64::from(TILE_WIDTH))?.1);
            }
        }
        let computed = writer.frontier.root();
        if computed != tree.root {
            let expected = *tree;
            return Err(ReadError::Root { expected, computed });
        }
        writer.taken = tree.size;
        Ok(writer)
    }

    /// The tree so far.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        TreeHead {
            size: self.frontier.size(),
            root: self.frontier.root(),
        }
    }

    /// Adds the hash of the next leaf.
    ///
    /// # Panics
    /// When there are 2^64 - 1 leaves already.
    pub fn push(&mut self, leaf: Hash) {
        let Self {
            frontier,
            edge,
            full,
            ..
        } = self;
        frontier.push_with(leaf, |subtree| {
            if !subtree.height.is_multiple_of(TILE_HEIGHT) {
                return;
            }
            // INVARIANT: heights of subtrees are below 64.
            #[expect(clippy::cast_possible_truncation, reason = "see above")]
            let level = (subtree.height / TILE_HEIGHT) as u8;
            let hashes = &mut edge[usize::from(level)];
            if hashes.is_empty() {
                hashes.reserve_exact(FULL);
            }
            hashes.extend_from_slice(&subtree.hash.0);
            if hashes.len() == FULL {
                let tile = Tile::full(level, subtree.index / u64::from(TILE_WIDTH));
                full.extend(tile.map(|tile| (tile, std::mem::take(hashes))));
            }
        });
    }

    /// The tiles that must be stored since they were last taken, with their hashes: those that
    /// [`tiles_after`](crate::tiles_after) names, in its order.
    #[must_use]
    pub fn take(&mut self) -> Vec<(Tile, Vec<u8>)> {
        let size = self.frontier.size();
        let mut tiles = std::mem::take(&mut self.full);
        for (level, edge) in (0..).zip(&self.edge) {
            let hashes = hashes_in_level(level, size);
            if hashes > hashes_in_level(level, self.taken) {
                let tile = Tile::of_tree(level, hashes / u64::from(TILE_WIDTH), size);
                tiles.extend(tile.map(|tile| (tile, edge.clone())));
            }
        }
        tiles.sort_unstable_by_key(|(tile, _)| *tile);
        self.taken = size;
        tiles
    }
}

impl Default for TileWriter {
    fn default() -> Self {
        Self::new()
    }
}
