//! The Merkle tree over the events, as far as a writer needs it: its right edge, and the tiles that
//! are not on the disk yet.

use crate::disk::{self, Disk};
use crate::error::LedgerError;
use palisade_tlog::{Frontier, Hash, TILE_HEIGHT, TILE_LEVELS, TILE_WIDTH, Tile, TreeHead};
use std::collections::BTreeSet;
use std::io;

/// A growing tree.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    frontier: Frontier,
    /// For each level the tile that is not full yet: its hashes.
    rows: [Vec<Hash>; TILE_LEVELS as usize],
    /// Full tiles that are not on the disk yet.
    full: Vec<(Tile, Vec<Hash>)>,
}

impl Tree {
    /// The tree of a size whose tiles are on the disk.
    pub(crate) fn resume(disk: &dyn Disk, size: u64) -> Result<Self, LedgerError> {
        let tiles = Tiles(disk);
        let mut rows: [Vec<Hash>; TILE_LEVELS as usize] = Default::default();
        for (level, row) in (0..TILE_LEVELS).zip(&mut rows) {
            let hashes = size
                .checked_shr(TILE_HEIGHT * u32::from(level))
                .unwrap_or(0);
            let tile = Tile::of_tree(level, hashes / u64::from(TILE_WIDTH), size);
            if let Some(tile) = tile.filter(|tile| !tile.is_full()) {
                *row = tiles.read(tile)?;
            }
        }
        Ok(Self {
            frontier: tiles.frontier(size)?,
            rows,
            full: Vec::new(),
        })
    }

    pub(crate) fn head(&self) -> TreeHead {
        TreeHead {
            size: self.size(),
            root: self.frontier.root(),
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Adds the hash of the next event.
    pub(crate) fn push(&mut self, leaf: Hash) {
        let Self {
            frontier,
            rows,
            full,
        } = self;
        frontier.push_with(leaf, |subtree| {
            if subtree.height % TILE_HEIGHT != 0 {
                return;
            }
            let level = subtree.height / TILE_HEIGHT;
            let (Some(row), Ok(level)) = (rows.get_mut(level as usize), u8::try_from(level)) else {
                return;
            };
            row.push(subtree.hash);
            if row.len() == usize::from(TILE_WIDTH) {
                let hashes = std::mem::take(row);
                let index = subtree.index / u64::from(TILE_WIDTH);
                full.extend(Tile::full(level, index).map(|tile| (tile, hashes)));
            }
        });
    }

    /// How many hashes wait to be written.
    pub(crate) fn waiting(&self) -> usize {
        self.full.len() * usize::from(TILE_WIDTH)
    }

    /// Writes every tile that the tree has at its present size and that is not there yet; they last
    /// once this returns.
    pub(crate) fn write(&mut self, disk: &dyn Disk) -> Result<(), LedgerError> {
        let mut folders = BTreeSet::new();
        for (tile, hashes) in &self.full {
            folders.insert(write_tile(disk, *tile, hashes)?);
        }
        for (level, row) in (0..TILE_LEVELS).zip(&self.rows) {
            let before = self.size() >> (TILE_HEIGHT * u32::from(level)) >> TILE_HEIGHT;
            let width = u16::try_from(row.len()).unwrap_or(TILE_WIDTH);
            if let Some(tile) = Tile::new(level, before, width) {
                folders.insert(write_tile(disk, tile, row)?);
            }
        }
        for folder in folders {
            disk.sync_folder(&folder)
                .map_err(LedgerError::disk("writing", &folder))?;
        }
        self.full.clear();
        Ok(())
    }
}

/// Writes a tile; its folder is to be synced. A tile that was begun and never counted is replaced.
fn write_tile(disk: &dyn Disk, tile: Tile, hashes: &[Hash]) -> Result<String, LedgerError> {
    let path = tile.path();
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    let write = || match disk.create(&path) {
        Ok(mut file) => {
            file.append(&bytes)?;
            file.sync()
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            disk::replace(disk, &path, &bytes)
        }
        Err(error) => Err(error),
    };
    write().map_err(LedgerError::disk("writing", &path))?;
    Ok(disk::folder_of(&path).to_owned())
}
