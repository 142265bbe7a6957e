//! What is written, and in which order. A commit is one write and one sync; tiles and checkpoints
//! follow behind. After anything that failed nothing more is written.

use crate::clock::Clock;
use crate::disk::{self, Disk};
use crate::error::LedgerError;
use crate::keys::KeyService;
use crate::segment::{FrameHeader, MOST_IN_FRAME, Nonces, Record};
use crate::sign::{self, Signer};
use crate::store::{self, Segment};
use palisade_tlog::{Hash, TileWriter, TreeHead};
use std::sync::Arc;

/// What a ledger needs from outside.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Where its files are.
    pub disk: Arc<dyn Disk>,
    /// What protects the keys of segments.
    pub keys: Arc<dyn KeyService>,
    /// What signs checkpoints.
    pub signer: Arc<dyn Signer>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Sizes and times that may differ from one ledger to the other.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// A segment that has this many bytes takes no more.
    pub segment_bytes: u64,
    /// A segment that is this old, in milliseconds, takes no more: what is kept for a time goes
    /// segment by segment.
    pub segment_age: u64,
    /// A checkpoint is made when the last one is this old, in milliseconds.
    pub checkpoint_interval: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            segment_age: 24 * 60 * 60 * 1000,
            checkpoint_interval: 1000,
        }
    }
}

/// More hashes than these do not wait for a checkpoint.
const MOST_WAITING: usize = 256 << 10;

/// An event that is ready to be written.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) leaf: Vec<u8>,
    pub(crate) private: Vec<u8>,
    pub(crate) hash: Hash,
}

/// The one that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) parts: Parts,
    pub(crate) settings: Settings,
    pub(crate) tree: TileWriter,
    pub(crate) segment: Option<Segment>,
    pub(crate) segment_length: u64,
    pub(crate) nonces: Nonces,
    /// The tree of the last checkpoint, and when it was made.
    pub(crate) checkpoint: (TreeHead, u64),
    /// The bytes of the frame that is being made.
    pub(crate) frame: Vec<u8>,
}

impl Writer {
    /// Makes events last; gives the index of the first. They must fit into one frame.
    pub(crate) fn commit(&mut self, events: &[Sealed]) -> Result<u64, LedgerError> {
        let first = self.tree.head().size;
        self.roll_when_due()?;
        let nonce = match self.nonces.next() {
            Some(nonce) => nonce,
            None => {
                self.nonces = Nonces::new(store::random()?);
                self.nonces.next().ok_or(LedgerError::Random)?
            }
        };
        let segment = match &mut self.segment {
            Some(segment) => segment,
            none => {
                let now = self.parts.clock.now();
                let (disk, keys) = (&*self.parts.disk, &*self.parts.keys);
                let segment = Segment::create(disk, keys, first, now)?;
                self.segment_length = store::len(crate::segment::Header::LENGTH);
                none.insert(segment)
            }
        };
        // One write, so that a frame is never without its header.
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        frame.resize(FrameHeader::LENGTH, 0);
        for event in events {
            let (leaf, private) = (&event.leaf, &event.private);
            Record { leaf, private }.encode(&mut frame);
        }
        let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
        segment.cipher.seal(&mut frame, first, count, nonce);
        let path = store::path(segment.header.first, store::EVENTS);
        let written = segment.file.append(&frame);
        written.map_err(LedgerError::disk("writing", &path))?;
        let synced = segment.file.sync();
        synced.map_err(LedgerError::disk("writing", &path))?;
        self.segment_length += store::len(frame.len());
        self.frame = frame;
        for event in events {
            self.tree.push(event.hash);
        }
        Ok(first)
    }
}
