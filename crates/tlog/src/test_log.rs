//! A small log in memory, for the tests of what is built on checkpoints.

use crate::{
    Checkpoint, Hash, Log, NoteSecret, SignedCheckpoint, Tile, TileReader, TileWriter, leaf_hash,
};
use std::collections::BTreeMap;

/// A log that can be made to lie: its leaves are what `salt` makes them.
pub(crate) struct TestLog {
    pub(crate) secret: NoteSecret,
    pub(crate) writer: TileWriter,
    tiles: BTreeMap<Tile, Vec<u8>>,
}

impl TestLog {
    /// The log `name`, with the key that grows from `seed`.
    pub(crate) fn new(name: &str, seed: u8) -> Self {
        Self {
            secret: NoteSecret::from_seed(name.parse().unwrap(), &[seed; 32]).unwrap(),
            writer: TileWriter::new(),
            tiles: BTreeMap::new(),
        }
    }

    /// What others know of it.
    pub(crate) fn log(&self) -> Log {
        self.secret.public().clone().into()
    }

    /// Grows to a size. Leaves of another salt are other leaves.
    pub(crate) fn grow(&mut self, size: u64, salt: &str) -> SignedCheckpoint {
        for index in self.writer.head().size..size {
            self.writer.push(Self::leaf(index, salt));
        }
        self.tiles.extend(self.writer.take());
        self.sign()
    }

    /// The hash of a leaf.
    pub(crate) fn leaf(index: u64, salt: &str) -> Hash {
        leaf_hash(format!("{salt}{index}").as_bytes())
    }

    /// Signs the tree as it is.
    pub(crate) fn sign(&self) -> SignedCheckpoint {
        let origin = self.secret.public().name().into();
        let checkpoint = Checkpoint::new(origin, self.writer.head());
        checkpoint.sign(&self.secret).unwrap()
    }

    /// Reads its tiles.
    pub(crate) fn reader(&self) -> TileReader<&BTreeMap<Tile, Vec<u8>>> {
        TileReader::new(&self.tiles, self.writer.head().size)
    }
}
