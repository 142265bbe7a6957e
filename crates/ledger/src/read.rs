//! Going through events in order, without changing anything. A reader may run beside the writer of
//! another process: it sees what was whole when it looked.

use crate::deeds::Deeds;
use crate::disk::Disk;
use crate::error::{Fault, FaultKind, LedgerError};
use crate::open::is_unfinished;
use crate::segment::Record;
use crate::store::{self, EVENTS, Ended, Next, Segment};
use crate::writer::Parts;
use palisade_event::{Private, open};
use serde_json::Value;

/// An event as it stands in the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// Its index.
    pub(crate) index: u64,
    /// What the tree covers.
    pub(crate) leaf: Vec<u8>,
    /// What is personal in it, as far as it is not erased.
    pub(crate) private: Vec<Private>,
}

impl Stored {
    /// The event with its personal fields; those that were erased are left out and listed under
    /// `palisade`.
    ///
    /// # Errors
    /// When leaf and personal fields don't belong together.
    pub(crate) fn event(&self) -> Result<Value, palisade_event::PrivateError> {
        open(&self.leaf, &self.private)
    }
}

/// The first events of the segments that can be read. The last one may have no header yet: a writer
/// is at it, or a crash came between, and no event of it was acknowledged.
pub(crate) fn segments(disk: &dyn Disk) -> Result<Vec<u64>, LedgerError> {
    let mut segments = store::list(disk)?;
    if let Some(last) = segments.last()
        && is_unfinished(disk, *last)?
    {
        segments.pop();
    }
    Ok(segments)
}

/// Calls `each` for every event from an index on, in order, until it says that it has enough. What
/// has expired is passed over.
///
/// # Errors
/// The first fault, and what `each` fails with.
pub(crate) fn each_record<E: From<LedgerError>>(
    parts: &Parts,
    from: u64,
    mut each: impl FnMut(u64, Record<'_>) -> Result<Next, E>,
) -> Result<(), E> {
    let segments = segments(&*parts.disk)?;
    let begin = segments.partition_point(|first| *first <= from);
    let rest = segments.get(begin.saturating_sub(1)..).unwrap_or_default();
    let mut at = if begin == 0 { from } else { 0 };
    for (number, first) in rest.iter().enumerate() {
        let last = number + 1 == rest.len();
        if at < *first && (number > 0 || begin == 0) {
            is_expired(parts, at, *first)?;
        }
        let segment = Segment::open(&*parts.disk, &*parts.keys, *first)?;
        let mut frames = segment.frames()?;
        frames.skip_to(from)?;
        let ended = frames.each(|index, record| match index < from {
            true => Ok(Next::On),
            false => each(index, record),
        })?;
        match ended {
            Ended::Whole => at = frames.index(),
            Ended::Stopped => return Ok(()),
            // A writer may be at it.
            Ended::Torn if last => return Ok(()),
            Ended::Torn => return Err(LedgerError::from(frames.fault(FaultKind::Changed)).into()),
        }
    }
    Ok(())
}

/// Events that are not there must have expired.
pub(crate) fn is_expired(parts: &Parts, from: u64, to: u64) -> Result<(), LedgerError> {
    if Deeds::read(parts)?.has_expired(from, to) {
        return Ok(());
    }
    Err(LedgerError::Fault(Fault {
        path: store::path(from, EVENTS),
        offset: None,
        index: from,
        what: FaultKind::Removed,
    }))
}

/// One event.
///
/// # Errors
/// When it has expired, and the first fault.
pub(crate) fn read(parts: &Parts, index: u64) -> Result<Option<Stored>, LedgerError> {
    let mut found = None;
    each_record::<LedgerError>(parts, index, |at, record| {
        if at < index {
            return Ok(Next::On);
        }
        if at > index {
            return Err(LedgerError::Expired { index });
        }
        found = Some(stored(at, record)?);
        Ok(Next::Stop)
    })?;
    Ok(found)
}

pub(crate) fn stored(index: u64, record: Record<'_>) -> Result<Stored, LedgerError> {
    let private = Private::decode(record.private);
    let private = private.map_err(|_| LedgerError::Record { index })?;
    Ok(Stored {
        index,
        leaf: record.leaf.to_vec(),
        private,
    })
}
