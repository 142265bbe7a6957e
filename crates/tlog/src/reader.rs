//! Reading a tree from its tiles. What comes out is what the tiles say, which nobody has vouched
//! for: proofs are worth what their verification against a signed checkpoint shows.
//!
//! A reader remembers a few tiles. Any one proof touches two at most in each of the eight levels,
//! and a walk over all leaves one in each, so that no tile is read twice for them.

use crate::hash::{HASH_BYTES, Hash, node_hash};
use crate::proof::{ProofError, TreeHead};
use crate::prove::{self, Roots};
use crate::tile::{TILE_HEIGHT, TILE_WIDTH, Tile};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// How many tiles a reader remembers.
const REMEMBERED: usize = 16;

/// The port to wherever tiles are stored.
pub trait TileSource {
    /// Why a tile can't be told to be there or not: trouble of the storage, not of the tree.
    type Error;

    /// The hashes of a tile, one after the other; `None` if it is not stored.
    ///
    /// # Errors
    /// When the storage can't be read.
    fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, Self::Error>;
}

impl<S: TileSource + ?Sized> TileSource for &S {
    type Error = S::Error;

    fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, S::Error> {
        (**self).tile(tile)
    }
}

/// Tiles in memory.
impl TileSource for BTreeMap<Tile, Vec<u8>> {
    type Error = Infallible;

    fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.get(&tile).cloned())
    }
}

/// A tree can't be read from its tiles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError<E> {
    /// The storage can't be read.
    #[error("a tile can't be read: {0}")]
    Source(E),
    /// A tile that the tree has is not stored.
    #[error("`{0}` is missing")]
    Missing(Tile),
    /// A tile does not have as many hashes as it should.
    #[error("`{tile}` has {found} bytes instead of {}", usize::from(tile.width()) * HASH_BYTES)]
    Length {
        /// The tile.
        tile: Tile,
        /// How many bytes are stored.
        found: usize,
    },
    /// A hash in a tile is not what stands below it hashes to.
    #[error("hash {position} of `{tile}` is {found} instead of {expected}")]
    Hash {
        /// The tile.
        tile: Tile,
        /// Which of its hashes, from 0.
        position: u16,
        /// What it should be.
        expected: Hash,
        /// What it is.
        found: Hash,
    },
    /// The tiles are those of another tree.
    #[error("the tiles lead to the root {computed} at size {}, not to {}", expected.size, expected.root)]
    Root {
        /// The tree that it should be.
        expected: TreeHead,
        /// The root that the tiles lead to.
        computed: Hash,
    },
    /// The tree has another size.
    #[error("there are {size} leaves, not {asked}")]
    Size {
        /// The size that was asked for.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// There is no such proof.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// Reads the tree of some size from its tiles. Earlier sizes are read from the same tiles.
#[derive(Debug)]
pub struct TileReader<S> {
    source: S,
    size: u64,
    remembered: Vec<(Tile, Vec<u8>)>,
    /// The one that was used last.
    recent: usize,
    /// The one that is forgotten next.
    oldest: usize,
}

impl<S: TileSource> TileReader<S> {
    /// A reader of the tree of `size` leaves.
    pub const fn new(source: S, size: u64) -> Self {
        Self {
            source,
            size,
            remembered: Vec::new(),
            recent: 0,
            oldest: 0,
        }
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The hash of a leaf.
    ///
    /// # Errors
    /// When there is no such leaf, or its tile can't be read.
    pub fn leaf(&mut self, index: u64) -> Result<Hash, ReadError<S::Error>> {
        if index >= self.size {
            let size = self.size;
            return Err(ProofError::Index { index, size }.into());
        }
        self.root(0, index)
    }

    /// The root of the tree when it had `size` leaves.
    ///
    /// # Errors
    /// When it never had so many, or a tile can't be read.
    pub fn root_at(&mut self, size: u64) -> Result<Hash, ReadError<S::Error>> {
        self.within(size)?;
        prove::tree_root(self, size)
    }

    /// The proof that leaf `index` is in the tree of `size` leaves.
    ///
    /// # Errors
    /// When it is not, or a tile can't be read.
    pub fn inclusion(&mut self, index: u64, size: u64) -> Result<Vec<Hash>, ReadError<S::Error>> {
        self.within(size)?;
        if index >= size {
            return Err(ProofError::Index { index, size }.into());
        }
        prove::inclusion(self, index, size)
    }

    /// The proof that the tree of `new` leaves begins with the tree of `old` leaves.
    ///
    /// # Errors
    /// When it can't, or a tile can't be read.
    pub fn consistency(&mut self, old: u64, new: u64) -> Result<Vec<Hash>, ReadError<S::Error>> {
        self.within(new)?;
        if old > new {
            return Err(ProofError::Shrunk { old, new }.into());
        }
        prove::consistency(self, old, new)
    }

    fn within(&self, asked: u64) -> Result<(), ReadError<S::Error>> {
        let size = self.size;
        if asked > size {
            return Err(ReadError::Size { asked, size });
        }
        Ok(())
    }

    /// The hashes of the tile at `index` of `level`, as wide as it is in this tree, and that tile.
    pub(crate) fn tile(
        &mut self,
        level: u8,
        index: u64,
    ) -> Result<(Tile, &[u8]), ReadError<S::Error>> {
        let at = |(tile, _): &(Tile, _)| tile.level() == level && tile.index() == index;
        if !self.remembered.get(self.recent).is_some_and(at) {
            self.recent = match self.remembered.iter().position(at) {
                Some(found) => found,
                None => self.read(level, index)?,
            };
        }
        let (tile, hashes) = &self.remembered[self.recent];
        Ok((*tile, hashes))
    }

    /// Reads a tile and tells where it is remembered.
    fn read(&mut self, level: u8, index: u64) -> Result<usize, ReadError<S::Error>> {
        let tile = Tile::of_tree(level, index, self.size).ok_or(ReadError::Size {
            asked: index,
            size: self.size,
        })?;
        let entry = (tile, fetch(&self.source, tile)?);
        if self.remembered.len() < REMEMBERED {
            self.remembered.push(entry);
            return Ok(self.remembered.len() - 1);
        }
        let place = self.oldest;
        self.oldest = (place + 1) % REMEMBERED;
        self.remembered[place] = entry;
        Ok(place)
    }
}

impl<S: TileSource> Roots for TileReader<S> {
    type Error = ReadError<S::Error>;

    fn root(&mut self, height: u32, index: u64) -> Result<Hash, Self::Error> {
        let (level, above) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        // INVARIANT: heights are below 64, so that levels are below 8, and positions below 256.
        #[expect(clippy::cast_possible_truncation, reason = "see above")]
        let (level, start) = (level as u8, (index << above) % u64::from(TILE_WIDTH));
        let (_, hashes) = self.tile(level, index >> (TILE_HEIGHT - above))?;
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let start = start as usize * HASH_BYTES;
        Ok(fold(&hashes[start..start + (HASH_BYTES << above)]))
    }
}

/// Reads a tile from where it is stored. Storage may have dropped a partial tile once the full one
/// was there: that begins with the same hashes.
fn fetch<S: TileSource>(source: &S, tile: Tile) -> Result<Vec<u8>, ReadError<S::Error>> {
    let read = |tile: Tile| match source.tile(tile) {
        Ok(Some(bytes)) if bytes.len() != usize::from(tile.width()) * HASH_BYTES => {
            let found = bytes.len();
            Err(ReadError::Length { tile, found })
        }
        other => other.map_err(ReadError::Source),
    };
    if let Some(bytes) = read(tile)? {
        return Ok(bytes);
    }
    let full = tile.filled().filter(|_| !tile.is_full());
    let mut bytes = match full {
        Some(full) => read(full)?,
        None => None,
    }
    .ok_or(ReadError::Missing(tile))?;
    bytes.truncate(usize::from(tile.width()) * HASH_BYTES);
    Ok(bytes)
}

/// A hash of a tile.
pub(crate) fn hash_at(hashes: &[u8], position: usize) -> Option<Hash> {
    hashes
        .get(position * HASH_BYTES..)?
        .first_chunk()
        .copied()
        .map(Hash)
}

/// The root over a power of two of hashes, 256 at most.
fn fold(hashes: &[u8]) -> Hash {
    if let Ok(hash) = hashes.try_into() {
        return Hash(hash);
    }
    let (left, right) = hashes.split_at(hashes.len() / 2);
    node_hash(&fold(left), &fold(right))
}

#[cfg(test)]
mod tests;
