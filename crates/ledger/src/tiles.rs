//! The tiles of the tree as files.

use crate::disk::{self, Disk};
use crate::error::LedgerError;
use palisade_tlog::{Tile, TileSource, TileWriter};
use std::collections::BTreeSet;
use std::io;

/// The stored tiles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tiles<'d>(pub(crate) &'d dyn Disk);

impl TileSource for Tiles<'_> {
    type Error = io::Error;

    fn tile(&self, tile: Tile) -> io::Result<Option<Vec<u8>>> {
        const LIMIT: usize = 1 << 20;
        match disk::read(self.0, &tile.path(), LIMIT) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Stores the tiles that the tree has and that are not stored yet; they last once this returns.
pub(crate) fn store(disk: &dyn Disk, tree: &mut TileWriter) -> Result<(), LedgerError> {
    let mut folders = BTreeSet::new();
    for (tile, hashes) in tree.take() {
        let path = tile.path();
        let write = || match disk.create(&path) {
            Ok(mut file) => {
                file.append(&hashes)?;
                file.sync()
            }
            // It was begun before a crash, and no checkpoint counts on it.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                disk::replace(disk, &path, &hashes)
            }
            Err(error) => Err(error),
        };
        write().map_err(LedgerError::disk("writing", &path))?;
        folders.insert(disk::folder_of(&path).to_owned());
    }
    for folder in folders {
        disk.sync_folder(&folder)
            .map_err(LedgerError::disk("writing", &folder))?;
    }
    Ok(())
}
