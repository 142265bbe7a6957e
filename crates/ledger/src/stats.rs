//! How much there is, without reading it: the names of segments, the ledger's own deeds, and the
//! headers of the frames of the last segment.

use crate::deeds::Deeds;
use crate::error::LedgerError;
use crate::prove::last_checkpoint;
use crate::read;
use crate::store::{self, EVENTS, Segment};
use crate::writer::Parts;

/// How much a ledger holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many events were ever appended.
    pub events: u64,
    /// How many of them have expired: they are not there any more.
    pub expired: u64,
    /// The index of the first event that can be read; nothing when there is none.
    pub first: Option<u64>,
    /// The index of the last event; nothing when there is none.
    pub last: Option<u64>,
    /// How many segments the events are in.
    pub segments: u64,
    /// How many bytes these have.
    pub bytes: u64,
}

/// Counts what a ledger holds. No events are decrypted but those of the last commit, and the
/// ledger's own deeds.
///
/// # Errors
/// When it can't be read.
pub fn stats(parts: &Parts) -> Result<Stats, LedgerError> {
    let disk = &*parts.disk;
    let segments = read::segments(disk)?;
    let mut stats = Stats {
        segments: store::len(segments.len()),
        expired: Deeds::read(parts)?.expired(),
        ..Stats::default()
    };
    for first in &segments {
        let path = store::path(*first, EVENTS);
        let length = disk.open(&path).and_then(|file| file.length());
        stats.bytes += length.map_err(LedgerError::disk("reading", &path))?;
    }
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
        stats.events = last_checkpoint(parts)?.tree().size;
        return Ok(stats);
    };
    let segment = Segment::open(disk, &*parts.keys, *last)?;
    let mut frames = segment.frames()?;
    frames.go_to_end()?;
    stats.events = frames.index();
    if stats.events > *first {
        stats.first = Some(*first);
        stats.last = Some(stats.events - 1);
    }
    Ok(stats)
}
