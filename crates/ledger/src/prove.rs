//! Proofs that are handed out: of one event, and of a ledger that signed two histories. They are
//! made from tiles and the last checkpoint, without reading events.

use crate::error::LedgerError;
use crate::open::tile_error;
use crate::sign;
use crate::tiles::Tiles;
use crate::writer::Parts;
use palisade_tlog::{Beginning, ForkProof, LogProof, ReadError, SignedCheckpoint, TileReader};
use std::io;

/// The checkpoint that was signed last.
///
/// # Errors
/// When there is none, or not one of this ledger.
pub fn last_checkpoint(parts: &Parts) -> Result<SignedCheckpoint, LedgerError> {
    let checkpoint = sign::read_checkpoint(&*parts.disk, &*parts.signer)?;
    Ok(checkpoint.ok_or_else(sign::no_checkpoint)?)
}

/// Proves to anybody who has the ledger's verifier key that an event is in it; nothing when the
/// last checkpoint does not cover it.
///
/// # Errors
/// The first wrong tile on the way, or why it can't be read.
pub fn prove(parts: &Parts, index: u64) -> Result<Option<LogProof>, LedgerError> {
    let checkpoint = last_checkpoint(parts)?;
    let size = checkpoint.tree().size;
    if index >= size {
        return Ok(None);
    }
    let mut tiles = TileReader::new(Tiles(&*parts.disk), size);
    let wrong = |error| tile_error(error, index);
    let leaf = tiles.leaf(index).map_err(wrong)?;
    let path = tiles.inclusion(index, size).map_err(wrong)?;
    let proof = LogProof::new(&leaf, index, path, checkpoint);
    Ok(Some(proof.map_err(|error| wrong(error.into()))?))
}

/// Looks for a proof that the ledger signed two histories: among checkpoints that others hold, and
/// between them and the last one in the folder.
///
/// Nothing is found where the tiles of the later history are not at hand.
///
/// # Errors
/// When the ledger's own checkpoint can't be read.
pub fn fork(parts: &Parts, held: &[SignedCheckpoint]) -> Result<Option<ForkProof>, LedgerError> {
    let own = last_checkpoint(parts)?;
    for (number, one) in held.iter().enumerate() {
        let others = held.iter().skip(number + 1).chain([&own]);
        for other in others.filter(|other| other.tree().size == one.tree().size) {
            if let Ok(proof) = ForkProof::of_one_size(one.clone(), other.clone()) {
                return Ok(Some(proof));
            }
        }
    }
    // Where two contradict each other, at least one contradicts the tree of the folder; where that
    // is the folder's own, tiles show what it begins with.
    for earlier in held {
        if earlier.tree().size >= own.tree().size {
            continue;
        }
        let Ok(beginning) = beginning(parts, earlier.tree().size, own.tree().size) else {
            continue;
        };
        if let Ok(proof) = ForkProof::new(earlier.clone(), own.clone(), beginning) {
            return Ok(Some(proof));
        }
    }
    Ok(None)
}

/// What the folder's tree was at an earlier size, with the proof.
fn beginning(parts: &Parts, earlier: u64, size: u64) -> Result<Beginning, ReadError<io::Error>> {
    let mut tiles = TileReader::new(Tiles(&*parts.disk), size);
    Ok(Beginning {
        root: tiles.root_at(earlier)?,
        proof: tiles.consistency(earlier, size)?,
    })
}
