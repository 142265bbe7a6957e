//! The bytes of a segment: a header, then one encrypted frame for each commit. Nothing here knows
//! of files.
//!
//! ```text
//! segment  header frame*
//! header   "palisade ledger segment 1\n"  first u64  made u64 (ms)  id [16]  deeds u64  deed u8
//! frame    length u32  first u64  count u32  nonce [12]  AES-256-GCM(record*) [length]
//! record   leaf length u32  private length u32  leaf  private
//! ```
//! Numbers are big-endian. A frame is bound to its segment and place: the header of the segment and
//! its own are authenticated with it.

use crate::keys::DataKey;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::fmt;

const MAGIC: &[u8; 26] = b"palisade ledger segment 1\n";
const TAG: usize = 16;
/// More bytes of records a frame does not take.
pub(crate) const MOST_IN_FRAME: usize = 16 << 20;

/// What stands at the beginning of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The index of its first event.
    pub(crate) first: u64,
    /// When it was begun, in milliseconds since 1970.
    pub(crate) made: u64,
    /// What makes it a segment of its own: its key is bound to it.
    pub(crate) id: [u8; 16],
    /// How many of the ledger's own deeds it takes into account: those that were recorded when it
    /// was begun, or when fields were erased from it.
    pub(crate) deeds: u64,
    /// Whether it holds one such deed and nothing else.
    pub(crate) is_deed: bool,
}

impl Header {
    pub(crate) const LENGTH: usize = MAGIC.len() + 8 + 8 + 16 + 8 + 1;

    pub(crate) fn encode(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let parts: [&[u8]; 6] = [
            MAGIC,
            &self.first.to_be_bytes(),
            &self.made.to_be_bytes(),
            &self.id,
            &self.deeds.to_be_bytes(),
            &[self.is_deed.into()],
        ];
        fill(&mut bytes, &parts);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Broken> {
        let rest = match bytes.strip_prefix(MAGIC) {
            Some(rest) => rest,
            // The version is the digit before the line's end.
            None if bytes.starts_with(MAGIC.get(..24).unwrap_or_default()) => {
                return Err(Broken::Version);
            }
            None => return Err(Broken::NoSegment),
        };
        let (first, rest) = rest.split_first_chunk().ok_or(Broken::NoSegment)?;
        let (made, rest) = rest.split_first_chunk().ok_or(Broken::NoSegment)?;
        let (id, rest) = rest.split_first_chunk().ok_or(Broken::NoSegment)?;
        let (deeds, rest) = rest.split_first_chunk().ok_or(Broken::NoSegment)?;
        let is_deed = match rest.first() {
            Some(0) => false,
            Some(1) => true,
            _ => return Err(Broken::NoSegment),
        };
        Ok(Self {
            first: u64::from_be_bytes(*first),
            made: u64::from_be_bytes(*made),
            id: *id,
            deeds: u64::from_be_bytes(*deeds),
            is_deed,
        })
    }
}

/// What stands at the beginning of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    /// The length of what follows.
    pub(crate) length: u32,
    /// The index of its first event.
    pub(crate) first: u64,
    /// How many events it holds.
    pub(crate) count: u32,
    nonce: [u8; NONCE_LEN],
}

impl FrameHeader {
    pub(crate) const LENGTH: usize = 4 + 8 + 4 + NONCE_LEN;

    fn encode(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let parts: [&[u8]; 4] = [
            &self.length.to_be_bytes(),
            &self.first.to_be_bytes(),
            &self.count.to_be_bytes(),
            &self.nonce,
        ];
        fill(&mut bytes, &parts);
        bytes
    }

    /// Nothing when the bytes can't be a frame's.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (first, rest) = rest.split_first_chunk()?;
        let (count, rest) = rest.split_first_chunk()?;
        let header = Self {
            length: u32::from_be_bytes(*length),
            first: u64::from_be_bytes(*first),
            count: u32::from_be_bytes(*count),
            nonce: *rest.first_chunk()?,
        };
        let fits = (TAG..=MOST_IN_FRAME + TAG).contains(&header.body());
        (fits && header.count > 0).then_some(header)
    }

    /// The length of what follows.
    pub(crate) fn body(&self) -> usize {
        usize::try_from(self.length).unwrap_or(usize::MAX)
    }

    /// The index behind its last event.
    pub(crate) fn end(&self) -> Option<u64> {
        self.first.checked_add(u64::from(self.count))
    }
}

fn fill(bytes: &mut [u8], parts: &[&[u8]]) {
    for (place, byte) in bytes.iter_mut().zip(parts.iter().copied().flatten()) {
        *place = *byte;
    }
}

/// Why bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It does not begin like a segment.
    NoSegment,
    /// A segment of another version.
    Version,
    /// A frame does not decrypt: it was changed, moved, or written in part.
    Frame,
    /// A frame decrypts, but its records are not what its header says.
    Records,
}

/// One event as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    /// What the Merkle tree covers.
    pub(crate) leaf: &'a [u8],
    /// What can be erased.
    pub(crate) private: &'a [u8],
}

impl Record<'_> {
    /// How many bytes it takes.
    pub(crate) fn length(&self) -> usize {
        8 + self.leaf.len() + self.private.len()
    }

    /// Adds its bytes.
    pub(crate) fn encode(&self, into: &mut Vec<u8>) {
        // INVARIANT: events are bounded far below 4 GiB before they come here.
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
        into.extend(length(self.leaf));
        into.extend(length(self.private));
        into.extend(self.leaf);
        into.extend(self.private);
    }
}

/// The records of a decrypted frame.
#[derive(Debug)]
pub(crate) struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let rest = std::mem::take(&mut self.rest);
        let split = || {
            let (leaf, rest) = rest.split_first_chunk()?;
            let (private, rest) = rest.split_first_chunk()?;
            let length = |bytes: &[u8; 4]| usize::try_from(u32::from_be_bytes(*bytes)).ok();
            let (leaf, rest) = rest.split_at_checked(length(leaf)?)?;
            let (private, rest) = rest.split_at_checked(length(private)?)?;
            Some((Record { leaf, private }, rest))
        };
        let Some((record, rest)) = split() else {
            return Some(Err(Broken::Records));
        };
        self.rest = rest;
        Some(Ok(record))
    }
}

/// Encrypts and decrypts the frames of one segment.
pub(crate) struct Cipher {
    key: LessSafeKey,
    segment: [u8; Header::LENGTH],
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cipher").finish_non_exhaustive()
    }
}

impl Cipher {
    pub(crate) fn new(key: &DataKey, segment: &Header) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key.bytes());
        Self {
            // INVARIANT: a data key has the length that the algorithm asks for.
            #[expect(clippy::expect_used, reason = "the type has the length")]
            key: LessSafeKey::new(key.expect("32 bytes")),
            segment: segment.encode(),
        }
    }

    fn aad(&self, frame: &FrameHeader) -> Aad<[u8; Header::LENGTH + FrameHeader::LENGTH]> {
        let mut aad = [0; Header::LENGTH + FrameHeader::LENGTH];
        fill(&mut aad, &[&self.segment, &frame.encode()]);
        Aad::from(aad)
    }

    /// Makes a frame of encoded records, in the buffer that holds them behind room for a header.
    ///
    /// A nonce must never be given twice for one key.
    pub(crate) fn seal(&self, frame: &mut Vec<u8>, first: u64, count: u32, nonce: [u8; NONCE_LEN]) {
        let records = frame.len().saturating_sub(FrameHeader::LENGTH);
        let header = FrameHeader {
            // INVARIANT: the writer ends a frame before MOST_IN_FRAME.
            length: u32::try_from(records + TAG).unwrap_or(u32::MAX),
            first,
            count,
            nonce,
        };
        let (room, records) = frame.split_at_mut(FrameHeader::LENGTH);
        fill(room, &[&header.encode()]);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = (self.key).seal_in_place_separate_tag(nonce, self.aad(&header), records);
        // INVARIANT: sealing fails for more than 64 GiB only.
        #[expect(clippy::expect_used, reason = "a frame is at most 16 MiB")]
        frame.extend(tag.expect("a frame is short").as_ref());
    }

    /// The records of a frame, decrypted where they stand.
    pub(crate) fn open<'b>(
        &self,
        header: &FrameHeader,
        body: &'b mut [u8],
    ) -> Result<Records<'b>, Broken> {
        let nonce = Nonce::assume_unique_for_key(header.nonce);
        let rest = self
            .key
            .open_in_place(nonce, self.aad(header), body)
            .map_err(|_| Broken::Frame)?;
        Ok(Records { rest })
    }
}

/// Nonces that no other writer of the same segment gives: eight random bytes for each opening, then
/// a counter.
#[derive(Debug)]
pub(crate) struct Nonces {
    session: [u8; 8],
    next: u32,
}

impl Nonces {
    pub(crate) fn new(session: [u8; 8]) -> Self {
        Self { session, next: 0 }
    }

    /// The next one; nothing when they are used up, and a new segment is due.
    pub(crate) fn next(&mut self) -> Option<[u8; NONCE_LEN]> {
        let counter = self.next;
        self.next = self.next.checked_add(1)?;
        let mut nonce = [0; NONCE_LEN];
        fill(&mut nonce, &[&self.session, &counter.to_be_bytes()]);
        Some(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher() -> (Header, Cipher) {
        let header = Header {
            first: 7,
            made: 1_700_000_000_000,
            id: [3; 16],
            deeds: 5,
            is_deed: true,
        };
        (header, Cipher::new(&DataKey::from([9; 32]), &header))
    }

    fn frame(cipher: &Cipher, events: &[(&[u8], &[u8])]) -> (FrameHeader, Vec<u8>) {
        let mut bytes = vec![0; FrameHeader::LENGTH];
        for (leaf, private) in events {
            Record { leaf, private }.encode(&mut bytes);
        }
        let count = u32::try_from(events.len()).unwrap();
        let nonce = Nonces::new([1; 8]).next().unwrap();
        cipher.seal(&mut bytes, 7, count, nonce);
        let body = bytes.split_off(FrameHeader::LENGTH);
        (FrameHeader::decode(&bytes).unwrap(), body)
    }

    #[test]
    fn what_is_sealed_is_opened() {
        let (header, cipher) = cipher();
        assert_eq!(Header::decode(&header.encode()), Ok(header));
        let events: [(&[u8], &[u8]); 3] = [(b"one", b"x"), (b"", b""), (b"three", b"")];
        let (header, mut body) = frame(&cipher, &events);
        assert_eq!((header.body(), header.end()), (body.len(), Some(10)));
        let opened: Vec<_> = cipher.open(&header, &mut body).unwrap().collect();
        let expected = events.map(|(leaf, private)| Ok(Record { leaf, private }));
        assert_eq!(opened, expected);
    }

    #[test]
    fn every_changed_bit_is_found() {
        let (_, cipher) = cipher();
        let (header, body) = frame(&cipher, &[(b"leaf", b"private")]);
        let whole: Vec<u8> = header.encode().into_iter().chain(body).collect();
        for bit in 0..whole.len() * 8 {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let (head, body) = changed.split_at_mut(FrameHeader::LENGTH);
            let found = FrameHeader::decode(head).is_none_or(|header| {
                header.body() != body.len() || cipher.open(&header, body).is_err()
            });
            assert!(found, "bit {bit}");
        }
    }

    #[test]
    fn a_frame_belongs_to_its_segment() {
        let (header, cipher) = cipher();
        let (frame, mut body) = frame(&cipher, &[(b"leaf", b"")]);
        let other = Header {
            id: [4; 16],
            ..header
        };
        let other = Cipher::new(&DataKey::from([9; 32]), &other);
        assert_eq!(other.open(&frame, &mut body).err(), Some(Broken::Frame));
    }

    #[test]
    fn what_is_no_segment_is_told_from_another_version() {
        assert_eq!(Header::decode(b"PK\x03\x04"), Err(Broken::NoSegment));
        assert_eq!(Header::decode(b""), Err(Broken::NoSegment));
        let later = b"palisade ledger segment 2\nand more than this one knows of";
        assert_eq!(Header::decode(later), Err(Broken::Version));
    }

    #[test]
    fn nonces_end_rather_than_begin_again() {
        let mut nonces = Nonces {
            session: [0; 8],
            next: u32::MAX - 1,
        };
        assert!(nonces.next().is_some());
        assert_eq!(nonces.next(), None);
        assert_eq!(nonces.next(), None);
    }
}
