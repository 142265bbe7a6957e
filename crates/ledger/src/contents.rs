//! What segments hold, as verification needs it: read, decrypted and hashed on all cores, handed
//! over one after the other.

use crate::error::{Fault, FaultKind, LedgerError};
use crate::store::{self, EVENTS, Found, Segment};
use crate::writer::Parts;
use palisade_event::verify_encoded;
use palisade_tlog::{Hash, leaf_hash};
use std::sync::mpsc;

/// A segment that has been read, up to the first thing that is wrong in it.
#[derive(Debug)]
pub(crate) struct Contents {
    /// The index of its first event.
    pub(crate) first: u64,
    /// How many bytes it has.
    pub(crate) bytes: u64,
    /// How many personal fields are erased.
    pub(crate) erased: u64,
    /// The hashes of its events.
    pub(crate) leaves: Vec<Hash>,
    /// Where the frames begin: the index of the first event, and the byte in the file.
    pub(crate) frames: Vec<(u64, u64)>,
    /// How it ends, or what is wrong behind the last of the hashes.
    pub(crate) end: Result<End, LedgerError>,
}

/// How a segment ends.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// Behind its last event.
    Whole,
    /// In bytes that are no frame.
    Torn(Fault),
}

impl Contents {
    fn read(parts: &Parts, first: u64) -> Result<Self, LedgerError> {
        let segment = Segment::open(&*parts.disk, &*parts.keys, first)?;
        let length = segment.file.length();
        let mut contents = Self {
            first,
            bytes: length.map_err(LedgerError::disk("reading", &store::path(first, EVENTS)))?,
            erased: 0,
            leaves: Vec::new(),
            frames: Vec::new(),
            end: Ok(End::Whole),
        };
        contents.end = contents.fill(&segment);
        Ok(contents)
    }

    fn fill(&mut self, segment: &Segment) -> Result<End, LedgerError> {
        let mut frames = segment.frames()?;
        loop {
            let place = frames.fault(FaultKind::Changed);
            let offset = frames.offset();
            let records = match frames.next()? {
                Found::End => return Ok(End::Whole),
                Found::Torn => return Ok(End::Torn(place)),
                Found::Frame(_, records) => records,
            };
            self.frames.push((self.next(), offset));
            for record in records {
                let record = record.map_err(|_| place.clone())?;
                let erased = verify_encoded(record.leaf, record.private).map_err(|_| Fault {
                    what: FaultKind::Personal,
                    index: self.next(),
                    ..place.clone()
                })?;
                self.erased += store::len(erased);
                self.leaves.push(leaf_hash(record.leaf));
            }
        }
    }

    /// The index of the event behind the last hash.
    fn next(&self) -> u64 {
        self.first + store::len(self.leaves.len())
    }
}

/// Calls `each` for every segment in order, with what it holds or why that can't be read. Behind
/// the first error no more is read.
pub(crate) fn read_ahead(
    parts: &Parts,
    segments: &[u64],
    mut each: impl FnMut(u64, Result<Contents, LedgerError>) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(segments.len());
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..threads)
            .map(|number| {
                // One waits while the next is read, so that memory is bounded.
                let (sender, receiver) = mpsc::sync_channel(0);
                scope.spawn(move || {
                    for first in segments.iter().skip(number).step_by(threads) {
                        if sender.send(Contents::read(parts, *first)).is_err() {
                            break;
                        }
                    }
                });
                receiver
            })
            .collect();
        for (first, reader) in segments.iter().zip(readers.iter().cycle()) {
            match reader.recv() {
                Ok(contents) => each(*first, contents)?,
                // INVARIANT: a reader goes before its last segment only when it panics, and then
                // the scope does too.
                Err(_) => break,
            }
        }
        Ok(())
    })
}
