//! The tiles of the tree as files.

use crate::disk::{self, Disk};
use crate::error::LedgerError;
use palisade_tlog::{Tile, TileSource, TileWriter};
use std::collections::BTreeSet;
use std::io;

/// The stored tiles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tiles<'d>(pub(crate) &'d dyn Disk);

impl Tiles<'_> {
    /// A tile that was found to be there.
    pub(crate) fn stored(&self, tile: Tile) -> io::Result<Vec<u8>> {
        self.tile(tile)?
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

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
    let (mut folders, mut full) = (BTreeSet::new(), Vec::new());
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
        full.extend(tile.is_full().then_some(tile));
    }
    for folder in folders {
        disk.sync_folder(&folder)
            .map_err(LedgerError::disk("writing", &folder))?;
    }
    // Whoever asks for a part of a full tile takes the full one (tlog-tiles).
    for tile in full {
        for (part, _) in parts(disk, tile)? {
            disk.remove(&part)
                .map_err(LedgerError::disk("removing", &part))?;
        }
    }
    Ok(())
}

/// The stored parts of a tile, which checkpoints were made with before it was full: their paths and
/// widths.
pub(crate) fn parts(disk: &dyn Disk, tile: Tile) -> Result<Vec<(String, u16)>, LedgerError> {
    let folder = tile
        .filled()
        .map(|full| format!("{}.p", full.path()))
        .unwrap_or_default();
    let names = disk.list(&folder);
    let mut found = Vec::new();
    for name in names.map_err(LedgerError::disk("reading", &folder))? {
        let path = format!("{folder}/{name}");
        match path.parse::<Tile>() {
            Ok(part) => found.push((path, part.width())),
            Err(_) if name.ends_with(disk::NEW) => {}
            Err(_) => {
                return Err(LedgerError::Foreign {
                    path,
                    what: "is not a tile: move it away",
                });
            }
        }
    }
    Ok(found)
}
