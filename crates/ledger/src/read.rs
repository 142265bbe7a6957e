//! Going through a ledger from the first event to the last, without changing anything.

use crate::error::{FaultKind, LedgerError};
use crate::store::{self, Found, Segment};
use crate::writer::Parts;
use palisade_tlog::{Hash, leaf_hash};

/// The hashes of all events.
///
/// # Errors
/// The first fault.
pub fn leaves(parts: &Parts) -> Result<Vec<Hash>, LedgerError> {
    let mut leaves = Vec::new();
    for first in store::list(&*parts.disk)? {
        let segment = Segment::open(&*parts.disk, &*parts.keys, first)?;
        let mut frames = segment.frames()?;
        loop {
            let place = frames.fault(FaultKind::Changed);
            match frames.next()? {
                Found::End => break,
                Found::Torn => return Err(place.into()),
                Found::Frame(_, records) => {
                    for record in records {
                        let record = record.map_err(|_| place.clone())?;
                        leaves.push(leaf_hash(record.leaf));
                    }
                }
            }
        }
    }
    Ok(leaves)
}
