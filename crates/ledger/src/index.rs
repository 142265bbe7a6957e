//! What a segment that has ended holds, in few bytes, so that a query need not read it: when its
//! events happened, of which classes they are, and a Bloom filter of what they can be found by.
//!
//! It is a cache, `segments/<first>.idx`: whoever needs one that is missing, damaged or of another
//! state of the segment makes it anew, and verification does not look at it. It is encrypted with a
//! key of its own that comes from the segment's, and the filter holds keyed hashes, so that it tells
//! nothing to whoever can't read the segment.
//!
//! ```text
//! file   "palisade ledger index 1\n"  nonce [12]  AES-256-GCM(body)
//! body   length of the segment u64  events u64  time min, max i64  logged time min, max i64
//!        classes u8  class u32 …  filter
//! ```

use crate::disk::{self, Disk};
use crate::error::{FaultKind, LedgerError};
use crate::keys::DataKey;
use crate::query::{self, View};
use crate::sealing;
use crate::store::{self, Ended, INDEX, Next, Segment};
use crate::terms::{self, Field};
use crate::writer::Parts;
use aws_lc_rs::hmac;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

const MAGIC: &[u8] = b"palisade ledger index 1\n";
/// So many bits of the filter for each value, and so many of them set, make one false answer in a
/// hundred.
const BITS: usize = 10;
const PROBES: u64 = 7;
/// A filter takes no more bytes; beyond that it says yes more often.
const MOST: usize = 1 << 20;
/// And no fewer: bits must be many for hashes to spread.
const LEAST: usize = 64;

/// What a segment holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Index {
    /// How long the segment was: another length is another content.
    length: u64,
    /// How many events it has.
    pub(crate) events: u64,
    /// When the first and the last of them happened.
    pub(crate) time: (i64, i64),
    /// When the first and the last of them were logged.
    pub(crate) logged: (i64, i64),
    /// Their classes.
    pub(crate) classes: BTreeSet<u32>,
    filter: Vec<u8>,
}

/// The hash of a term under the key of one segment.
type Term = [u8; 16];

/// Hashes terms for one segment.
pub(crate) struct Terms(hmac::Key);

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Terms(…)")
    }
}

/// A key for one purpose, from a segment's.
fn derive(key: &DataKey, purpose: &[u8]) -> DataKey {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.bytes());
    let tag = hmac::sign(&key, purpose);
    // INVARIANT: a tag of SHA-256 has 32 bytes.
    #[expect(clippy::expect_used, reason = "the algorithm has the length")]
    DataKey::from(<[u8; 32]>::try_from(tag.as_ref()).expect("32 bytes"))
}

impl Terms {
    pub(crate) fn new(segment: &Segment) -> Self {
        let key = derive(&segment.key, b"palisade ledger index terms");
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.bytes()))
    }

    fn hash(&self, field: Field, text: &str) -> Term {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&[field.byte()]);
        context.update(text.as_bytes());
        let tag = context.sign();
        tag.as_ref().first_chunk().copied().unwrap_or_default()
    }
}

/// The bits of a term in a filter of so many bytes.
fn places(term: &Term, bytes: usize) -> impl Iterator<Item = (usize, u8)> {
    let bits = store::len(bytes) * 8;
    let number = u128::from_be_bytes(*term);
    let (one, other) = (number >> 64, number & u128::from(u64::MAX));
    (0..PROBES).filter_map(move |probe| {
        let place = (one + u128::from(probe) * other).checked_rem(u128::from(bits))?;
        Some((usize::try_from(place / 8).ok()?, 1 << (place % 8)))
    })
}

/// The hashes of terms, each once, without taking much more room than that.
#[derive(Default)]
struct Distinct {
    terms: Vec<Term>,
    sorted: usize,
}

impl Distinct {
    fn push(&mut self, term: Term) {
        self.terms.push(term);
        if self.terms.len() >= 2 * self.sorted + (1 << 16) {
            self.sort();
        }
    }

    fn sort(&mut self) {
        self.terms.sort_unstable();
        self.terms.dedup();
        self.sorted = self.terms.len();
    }

    fn filter(mut self) -> Vec<u8> {
        self.sort();
        let mut filter = vec![0_u8; (self.terms.len() * BITS).div_ceil(8).clamp(LEAST, MOST)];
        for term in &self.terms {
            for (byte, bit) in places(term, filter.len()) {
                if let Some(byte) = filter.get_mut(byte) {
                    *byte |= bit;
                }
            }
        }
        filter
    }
}

impl Index {
    /// Whether an event with a term may be in the segment; no is sure.
    pub(crate) fn may_hold(&self, terms: &Terms, field: Field, text: &str) -> bool {
        let term = terms.hash(field, text);
        !self.filter.is_empty()
            && places(&term, self.filter.len())
                .all(|(byte, bit)| self.filter.get(byte).is_some_and(|byte| byte & bit != 0))
    }

    /// Reads a segment; gives up when it is told to stop.
    fn build(segment: &Segment, stop: &AtomicBool) -> Result<Option<Self>, LedgerError> {
        let hashing = Terms::new(segment);
        let mut index = Self {
            length: segment.length()?,
            events: 0,
            time: (i64::MAX, i64::MIN),
            logged: (i64::MAX, i64::MIN),
            classes: BTreeSet::new(),
            filter: Vec::new(),
        };
        let mut distinct = Distinct::default();
        let mut frames = segment.frames()?;
        let ended = frames.each::<LedgerError>(|at, record| {
            if stop.load(Ordering::Relaxed) {
                return Ok(Next::Stop);
            }
            let event = query::view(at, record, View::Whole)?;
            let (time, logged) = (terms::time(&event), terms::logged_time(&event));
            index.events += 1;
            index.time = (index.time.0.min(time), index.time.1.max(time));
            index.logged = (index.logged.0.min(logged), index.logged.1.max(logged));
            index
                .classes
                .extend(u32::try_from(terms::class(&event)).ok());
            terms::each_term(&event, |field, text| {
                distinct.push(hashing.hash(field, text));
            });
            Ok(Next::On)
        })?;
        match ended {
            Ended::Whole => {}
            Ended::Stopped => return Ok(None),
            Ended::Torn => return Err(frames.fault(FaultKind::Changed).into()),
        }
        index.filter = distinct.filter();
        Ok(Some(index))
    }

    fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        body.extend(self.length.to_be_bytes());
        body.extend(self.events.to_be_bytes());
        for time in [self.time.0, self.time.1, self.logged.0, self.logged.1] {
            body.extend(time.to_be_bytes());
        }
        // INVARIANT: there are few classes.
        body.push(u8::try_from(self.classes.len()).unwrap_or(u8::MAX));
        for class in &self.classes {
            body.extend(class.to_be_bytes());
        }
        body.extend(&self.filter);
        body
    }

    fn decode(mut body: &[u8]) -> Option<Self> {
        let mut number = || {
            let (bytes, rest) = body.split_first_chunk::<8>()?;
            body = rest;
            Some(*bytes)
        };
        let (length, events) = (number()?, number()?);
        let times = [number()?, number()?, number()?, number()?];
        let [from, to, logged_from, logged_to] = times.map(i64::from_be_bytes);
        let (count, rest) = body.split_first()?;
        let (classes, filter) = rest.split_at_checked(usize::from(*count) * 4)?;
        let classes = classes.as_chunks().0.iter().copied();
        Some(Self {
            length: u64::from_be_bytes(length),
            events: u64::from_be_bytes(events),
            time: (from, to),
            logged: (logged_from, logged_to),
            classes: classes.map(u32::from_be_bytes).collect(),
            filter: filter.to_vec(),
        })
    }
}

fn key(segment: &Segment) -> DataKey {
    derive(&segment.key, b"palisade ledger index")
}

/// The stored index of a segment; nothing when there is none, or not one of its present state.
fn load(disk: &dyn Disk, segment: &Segment) -> Option<Index> {
    let path = store::path(segment.header.first, INDEX);
    let bytes = disk::read(disk, &path, MOST + 4096).ok()?;
    let sealed = bytes.strip_prefix(MAGIC)?.to_vec();
    // An index belongs to its segment.
    let body = sealing::unseal(key(segment).bytes(), sealed, &segment.header.encode())?;
    let index = Index::decode(&body)?;
    (index.length == segment.length().ok()?).then_some(index)
}

fn save(disk: &dyn Disk, segment: &Segment, index: &Index) -> Result<(), LedgerError> {
    let (key, context) = (key(segment), segment.header.encode());
    let sealed = sealing::seal(key.bytes(), &index.encode(), &context);
    let bytes = [MAGIC, &sealed.ok_or(LedgerError::Random)?].concat();
    let path = store::path(segment.header.first, INDEX);
    disk::replace(disk, &path, &bytes).map_err(LedgerError::disk("writing", &path))
}

/// What segments hold that take no more events. An index that is missing is made, and stored where
/// that can be done: who may only read does without. Nothing when told to stop.
fn load_or_make(
    disk: &dyn Disk,
    segment: &Segment,
    stop: &AtomicBool,
) -> Result<Option<Index>, LedgerError> {
    if let Some(index) = load(disk, segment) {
        return Ok(Some(index));
    }
    let index = Index::build(segment, stop)?;
    if let Some(index) = &index {
        let _ = save(disk, segment, index);
    }
    Ok(index)
}

/// What a segment holds that takes no more events.
pub(crate) fn of(disk: &dyn Disk, segment: &Segment) -> Result<Option<Index>, LedgerError> {
    load_or_make(disk, segment, &AtomicBool::new(false))
}

/// What the thread that makes indices is told of the ledger's writer.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// How many events were appended.
    pub(crate) appended: AtomicU64,
    /// Whether the ledger is being closed; the thread is to be unparked then.
    pub(crate) stop: AtomicBool,
}

/// As long as more than so many events come in this time, no index is made: those who append need
/// the processor, and a query that comes before makes what it needs itself.
const BUSY: u64 = 2000;
const LOOK: Duration = Duration::from_secs(1);

impl Pace {
    /// Waits until few events come. False when told to stop.
    #[expect(clippy::disallowed_methods, reason = "nothing but when depends on it")]
    fn is_quiet(&self) -> bool {
        let mut before = self.appended.load(Ordering::Relaxed);
        loop {
            let look = Instant::now() + LOOK;
            while let Some(left) = look.checked_duration_since(Instant::now()) {
                if self.stop.load(Ordering::Relaxed) {
                    return false;
                }
                std::thread::park_timeout(left);
            }
            let now = self.appended.load(Ordering::Relaxed);
            if now - before <= BUSY {
                return true;
            }
            before = now;
        }
    }
}

/// Makes the indices that are not there, and those of segments that are told to end, until the
/// writer has ended. What is left out then, or fails, is made by whoever needs it.
pub(crate) fn keep_up(parts: &Parts, ended: &Receiver<u64>, pace: &Pace) {
    let stop = &pace.stop;
    let make = |first| {
        let segment = Segment::open(&*parts.disk, &*parts.keys, first)?;
        load_or_make(&*parts.disk, &segment, stop)
    };
    for first in missing(parts).unwrap_or_default() {
        if !pace.is_quiet() {
            return;
        }
        let _ = make(first);
    }
    while let Ok(first) = ended.recv()
        && pace.is_quiet()
    {
        let _ = make(first);
    }
}

/// The segments that have ended and have no index.
fn missing(parts: &Parts) -> Result<Vec<u64>, LedgerError> {
    let names = parts.disk.list(store::FOLDER);
    let names: BTreeSet<String> = names
        .map_err(LedgerError::disk("reading", store::FOLDER))?
        .into_iter()
        .collect();
    let mut segments = store::list(&*parts.disk)?;
    segments.pop();
    segments.retain(|first| {
        let path = store::path(*first, INDEX);
        path.rsplit_once('/')
            .is_none_or(|(_, name)| !names.contains(name))
    });
    Ok(segments)
}

/// Makes the indices that are missing or damaged; gives how many there were.
///
/// # Errors
/// When a segment can't be read, or an index not be written.
pub fn index(parts: &Parts) -> Result<u64, LedgerError> {
    let mut segments = store::list(&*parts.disk)?;
    segments.pop();
    let mut made = 0;
    for first in segments {
        let segment = Segment::open(&*parts.disk, &*parts.keys, first)?;
        if load(&*parts.disk, &segment).is_none()
            && let Some(index) = Index::build(&segment, &AtomicBool::new(false))?
        {
            save(&*parts.disk, &segment, &index)?;
            made += 1;
        }
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        Terms(hmac::Key::new(hmac::HMAC_SHA256, &[3; 32]))
    }

    fn index(names: impl Iterator<Item = String>) -> Index {
        let mut distinct = Distinct::default();
        for name in names {
            distinct.push(terms().hash(Field::Principal, &name));
        }
        Index {
            length: 9,
            events: 3,
            time: (-1, 5),
            logged: (6, 7),
            classes: [6003, 2004].into(),
            filter: distinct.filter(),
        }
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let index = index(["ada".to_owned()].into_iter());
        let body = index.encode();
        assert_eq!(Index::decode(&body), Some(index));
        for length in 0..50 {
            assert_eq!(Index::decode(&body[..length]), None);
        }
    }

    #[test]
    fn a_filter_never_denies_what_it_holds_and_seldom_claims_what_it_does_not() {
        let index = index((0..1000).chain(0..1000).map(|number| format!("u-{number}")));
        assert_eq!(index.filter.len(), 1250);
        let (mut held, mut claimed) = (0, 0);
        for number in 0..2000 {
            let may = index.may_hold(&terms(), Field::Principal, &format!("u-{number}"));
            *(if number < 1000 {
                &mut held
            } else {
                &mut claimed
            }) += u32::from(may);
        }
        assert_eq!(held, 1000);
        assert!(claimed < 30, "{claimed}");
        // The same text is another term in another field.
        assert!(!index.may_hold(&terms(), Field::Function, "u-1"));
        let empty = self::index(std::iter::empty());
        assert!(!empty.may_hold(&terms(), Field::Principal, "u-1"));
    }
}
