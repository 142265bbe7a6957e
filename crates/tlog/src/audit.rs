//! Checking all tiles of a tree against its leaves, in one pass and with little memory: every hash
//! of every tile is compared with what stands below it, and the first wrong one is named.

use crate::frontier::Frontier;
use crate::hash::Hash;
use crate::proof::TreeHead;
use crate::reader::{ReadError, TileReader, TileSource, hash_at};
use crate::tile::{TILE_HEIGHT, TILE_WIDTH};

/// Compares the tiles of a tree with its leaves, which come in one by one from the first.
#[derive(Debug)]
pub struct Audit<S> {
    reader: TileReader<S>,
    frontier: Frontier,
}

impl<S: TileSource> Audit<S> {
    /// An audit of the tree of `size` leaves.
    pub const fn new(source: S, size: u64) -> Self {
        Self {
            reader: TileReader::new(source, size),
            frontier: Frontier::new(),
        }
    }

    /// The right edge of the tree over the leaves so far.
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Compares the hash of the next leaf, and every hash of a tile that it completes.
    ///
    /// # Errors
    /// When one is wrong, when a tile can't be read, when there are more leaves than the tree has.
    /// The audit has ended then.
    pub fn push(&mut self, leaf: Hash) -> Result<(), ReadError<S::Error>> {
        let (reader, seen) = (&mut self.reader, self.frontier.size());
        if seen >= reader.size() {
            return Err(ReadError::Size {
                asked: seen.saturating_add(1),
                size: reader.size(),
            });
        }
        let mut result = Ok(());
        self.frontier.push_with(leaf, |subtree| {
            if result.is_ok() && subtree.height.is_multiple_of(TILE_HEIGHT) {
                // INVARIANT: heights of subtrees are below 64.
                #[expect(clippy::cast_possible_truncation, reason = "see above")]
                let level = (subtree.height / TILE_HEIGHT) as u8;
                result = compare(reader, level, subtree.index, subtree.hash);
            }
        });
        result
    }

    /// The tree, after all of its leaves: what its tiles are now known to say. Whether that is the
    /// tree that was signed is still to be asked.
    ///
    /// # Errors
    /// When leaves are missing.
    pub fn finish(self) -> Result<TreeHead, ReadError<S::Error>> {
        let (asked, size) = (self.reader.size(), self.frontier.size());
        if size != asked {
            return Err(ReadError::Size { asked, size });
        }
        let root = self.frontier.root();
        Ok(TreeHead { size, root })
    }
}

/// Compares a hash with the one that is stored at `index` of a level.
fn compare<S: TileSource>(
    reader: &mut TileReader<S>,
    level: u8,
    index: u64,
    expected: Hash,
) -> Result<(), ReadError<S::Error>> {
    let width = u64::from(TILE_WIDTH);
    // INVARIANT: a remainder by 256 is below it.
    #[expect(clippy::cast_possible_truncation, reason = "see above")]
    let position = (index % width) as u16;
    let (tile, hashes) = reader.tile(level, index / width)?;
    match hash_at(hashes, position.into()) {
        Some(found) if found == expected => Ok(()),
        Some(found) => Err(ReadError::Hash {
            tile,
            position,
            expected,
            found,
        }),
        None => Err(ReadError::Missing(tile)),
    }
}
