//! What is written, and in which order. A commit is one write and one sync; tiles and checkpoints
//! follow behind. After anything that failed nothing more may be written: the caller drops the
//! writer, and opening begins from what is on the disk.

use crate::clock::Clock;
use crate::deeds::Deeds;
use crate::disk::{self, Disk, Held};
use crate::error::LedgerError;
use crate::index::Pace;
use crate::keys::KeyService;
use crate::ledger::Halt;
use crate::segment::{FrameHeader, Header, MOST_IN_FRAME, Nonces, Record};
use crate::sign::{self, Signer};
use crate::store::{self, Segment};
use crate::tiles;
use palisade_event::Product;
use palisade_tlog::{Hash, TileWriter};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;

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
    /// What events come from that don't say so themselves.
    pub product: Arc<Product>,
}

/// Sizes and times that may differ from one ledger to the other.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// A segment that has this many bytes takes no more.
    pub segment_bytes: u64,
    /// A segment that is this old, in milliseconds, takes no more: events are kept and removed
    /// segment by segment.
    pub segment_age: u64,
    /// A checkpoint is made when the last one is this old, in milliseconds.
    pub checkpoint_interval: u64,
    /// What nobody waits for is written so many milliseconds later at most, together with what comes
    /// meanwhile.
    pub batch_window: u64,
    /// Whether the index of a segment is made as soon as it ends, in a thread of its own; else by
    /// the first query.
    pub index: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            segment_age: 24 * 60 * 60 * 1000,
            checkpoint_interval: 1000,
            batch_window: 10,
            index: true,
        }
    }
}

/// So many events may be added before a checkpoint is made, whatever the time.
const MOST_UNSIGNED: u64 = 256 << 10;

/// An event that is ready to be written.
#[derive(Debug)]
pub struct Ready {
    pub(crate) leaf: Vec<u8>,
    pub(crate) private: Vec<u8>,
    pub(crate) hash: Hash,
}

impl Ready {
    /// How many bytes it takes in a frame.
    pub(crate) fn length(&self) -> usize {
        let (leaf, private) = (&self.leaf, &self.private);
        Record { leaf, private }.length()
    }
}

/// The segment that is written to.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) segment: Segment,
    pub(crate) length: u64,
}

/// The one that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) parts: Parts,
    pub(crate) settings: Settings,
    pub(crate) tree: TileWriter,
    /// None before the first event.
    pub(crate) current: Option<Current>,
    /// What the ledger has recorded of its own deeds.
    pub(crate) deeds: Deeds,
    nonces: Nonces,
    /// How many events the last checkpoint covers.
    signed: u64,
    signed_at: u64,
    /// Where it is said that it has stopped.
    pub(crate) halt: Arc<Halt>,
    /// Who is told of a segment that has ended.
    pub(crate) ended: Option<Sender<u64>>,
    /// Who makes indices is told how much there is to do.
    pub(crate) pace: Arc<Pace>,
    /// The bytes of the frame that is being made.
    frame: Vec<u8>,
    /// Keeps other writers away.
    _held: Box<dyn Held>,
}

impl Writer {
    /// A writer that goes on behind the last event; `signed` is how many the last checkpoint covers.
    pub(crate) fn new(
        parts: Parts,
        settings: Settings,
        held: Box<dyn Held>,
        tree: TileWriter,
        current: Option<Current>,
        signed: u64,
    ) -> Result<Self, LedgerError> {
        Ok(Self {
            signed_at: parts.clock.now(),
            parts,
            settings,
            tree,
            current,
            deeds: Deeds::default(),
            nonces: Nonces::new(store::random()?),
            signed,
            halt: Arc::default(),
            ended: None,
            pace: Arc::default(),
            frame: Vec::new(),
            _held: held,
        })
    }

    /// How many events there are.
    pub(crate) fn size(&self) -> u64 {
        self.tree.head().size
    }

    /// Makes events last; gives the index of the first.
    pub(crate) fn commit(&mut self, events: &[Ready]) -> Result<u64, LedgerError> {
        self.end_segment_when_due()?;
        self.write(events, false)
    }

    /// Makes one event last that tells of a deed of the ledger's own. It has a segment to itself,
    /// which is never removed.
    pub(crate) fn commit_deed(&mut self, event: Ready) -> Result<u64, LedgerError> {
        self.end_segment()?;
        let index = self.write(&[event], true)?;
        self.end_segment()?;
        Ok(index)
    }

    fn write(&mut self, events: &[Ready], is_deed: bool) -> Result<u64, LedgerError> {
        debug_assert!(events.iter().map(Ready::length).sum::<usize>() <= MOST_IN_FRAME);
        let first = self.size();
        let nonce = self.nonce()?;
        let current = match &mut self.current {
            Some(current) => current,
            none => {
                let (disk, keys) = (&*self.parts.disk, &*self.parts.keys);
                let header = Header {
                    first,
                    made: self.parts.clock.now(),
                    id: store::random()?,
                    deeds: self.deeds.count,
                    is_deed,
                };
                none.insert(Current {
                    segment: Segment::create(disk, keys, header)?,
                    length: store::len(Header::LENGTH),
                })
            }
        };
        // One write, so that a frame is never without its header.
        self.frame.clear();
        self.frame.resize(FrameHeader::LENGTH, 0);
        for event in events {
            let (leaf, private) = (&event.leaf, &event.private);
            Record { leaf, private }.encode(&mut self.frame);
        }
        let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
        let segment = &mut current.segment;
        segment.cipher.seal(&mut self.frame, first, count, nonce);
        let path = store::path(segment.header.first, store::EVENTS);
        let written = segment.file.append(&self.frame);
        written.map_err(LedgerError::disk("writing", &path))?;
        let synced = segment.file.sync();
        synced.map_err(LedgerError::disk("writing", &path))?;
        current.length += store::len(self.frame.len());
        let count = store::len(events.len());
        self.pace.appended.fetch_add(count, Ordering::Relaxed);
        for event in events {
            self.tree.push(event.hash);
        }
        Ok(first)
    }

    fn nonce(&mut self) -> Result<[u8; 12], LedgerError> {
        if let Some(nonce) = self.nonces.next() {
            return Ok(nonce);
        }
        self.nonces = Nonces::new(store::random()?);
        self.nonces.next().ok_or(LedgerError::Random)
    }

    /// A segment that is full or old takes no more; the next event begins another one.
    pub(crate) fn end_segment_when_due(&mut self) -> Result<(), LedgerError> {
        let now = self.parts.clock.now();
        let due = self.current.as_ref().is_some_and(|current| {
            let age = now.saturating_sub(current.segment.header.made);
            current.length >= self.settings.segment_bytes || age >= self.settings.segment_age
        });
        if due {
            self.end_segment()?;
        }
        Ok(())
    }

    /// Lets the next event begin another segment. A checkpoint covers the one that ends, so that
    /// opening need not look behind the last.
    pub(crate) fn end_segment(&mut self) -> Result<(), LedgerError> {
        self.checkpoint()?;
        if let (Some(current), Some(ended)) = (self.current.take(), &self.ended) {
            // An index is a cache: whoever is told may be gone.
            let _ = ended.send(current.segment.header.first);
        }
        Ok(())
    }

    /// In how many milliseconds a checkpoint is due; nothing when the last one covers all.
    pub(crate) fn checkpoint_due(&self) -> Option<u64> {
        let unsigned = self.size() - self.signed;
        if unsigned == 0 {
            return None;
        }
        if unsigned >= MOST_UNSIGNED {
            return Some(0);
        }
        let now = self.parts.clock.now();
        // A clock that was set back must not put it off for long.
        let age = now.checked_sub(self.signed_at).unwrap_or(u64::MAX);
        Some(self.settings.checkpoint_interval.saturating_sub(age))
    }

    /// Stores the tiles and signs the tree as it is, unless that has been done.
    pub(crate) fn checkpoint(&mut self) -> Result<(), LedgerError> {
        let head = self.tree.head();
        if head.size == self.signed {
            return Ok(());
        }
        tiles::store(&*self.parts.disk, &mut self.tree)?;
        sign::write_checkpoint(&*self.parts.disk, &*self.parts.signer, &head)?;
        self.signed = head.size;
        self.signed_at = self.parts.clock.now();
        Ok(())
    }

    /// The last checkpoint, as it is published.
    pub(crate) fn last_checkpoint(&self) -> Result<String, LedgerError> {
        let bytes = disk::read(&*self.parts.disk, sign::CHECKPOINT, sign::LIMIT);
        let bytes = bytes.map_err(LedgerError::disk("reading", sign::CHECKPOINT))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
