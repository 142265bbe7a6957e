//! Transparency logs: records that can't be quietly changed, in the formats that C2SP specifies and
//! others verify.
//!
//! Invariants:
//! - Pure: bytes and values in, values out; tiles come through the [`TileSource`] port, the time and
//!   the randomness of keys as values. Knows nothing of Palisade.
//! - What only verification may make, only verification makes: [`Note`], [`SignedCheckpoint`],
//!   [`LogProof`], [`ForkProof`].
//! - The specifications as they are, read strictly: what is read is written again byte for byte.
//! - Hostile input is an error that says what is wrong: never a panic, never unbounded work.
//! - Secret keys are wiped when they are dropped, and no error or debug output shows them.
//!
#![doc = include_str!("../README.md")]

mod audit;
mod bundle;
mod checkpoint;
mod cosignature;
mod fork;
mod frontier;
mod hash;
mod key;
mod log_proof;
#[cfg(test)]
mod naive;
mod note;
mod proof;
mod prove;
mod reader;
#[cfg(test)]
mod test_log;
mod text;
mod tile;
mod witness;
mod writer;

pub use audit::Audit;
pub use bundle::{BundleError, MAX_ENTRY, append_entry, entries};
pub use checkpoint::{Checkpoint, CheckpointError, Cosignature, Log, Origin, SignedCheckpoint};
pub use cosignature::Timestamp;
pub use fork::{Beginning, ForkError, ForkProof};
pub use frontier::{Frontier, Subtree};
pub use hash::{HASH_BYTES, Hash, HashError, leaf_hash, node_hash};
pub use key::{
    Algorithm, KEY_BYTES, KeyError, KeyId, KeyName, NoteKey, NoteSecret, Plain, PublicKey,
    SecretKey, SecretText, Timestamped, WitnessKey, WitnessSecret,
};
pub use log_proof::{LogProof, LogProofError};
pub use note::{
    MAX_NOTE, MAX_SIGNATURES, Note, NoteError, Signature, SignatureError, UnverifiedNote,
};
pub use proof::{ProofError, TreeHead, verify_consistency, verify_inclusion};
pub use reader::{ReadError, TileReader, TileSource};
pub use tile::{TILE_HEIGHT, TILE_LEVELS, TILE_WIDTH, Tile, TilePathError, tiles_after};
pub use witness::{Accepted, AddCheckpoint, Cosigned, Refusal, RequestError, Witness};
pub use writer::TileWriter;
