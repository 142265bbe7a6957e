//! One file of many small compressed texts, each of which is unpacked alone.
//!
//! ```text
//! magic (8)  SHA-256 of all that follows (32)  length of the directory, packed and unpacked (4 + 4)
//! directory  frames, one after the other
//! ```
//!
//! The directory is text, sorted: `SECTION NAME UNPACKED PACKED` per frame, in the order of the
//! frames. Directory and frames are Zstandard frames; those of a section share the dictionary
//! `dictionary SECTION` where there is one, because texts of one kind repeat each other. Lengths in
//! the header are little-endian.
//!
//! Nothing here trusts the bytes: lengths are checked before anything is allocated.

use ruzstd::decoding::{Dictionary, FrameDecoder};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

const MAGIC: &[u8; 8] = b"PALIAM1\n";
const HEADER: usize = MAGIC.len() + 32 + 4 + 4;

/// No text in a catalogue is longer; a file that says so is broken or made to harm.
const LONGEST: usize = 4 << 20;

/// Why bytes are no catalogue.
#[derive(Debug, thiserror::Error)]
#[error("this is no catalogue of IAM actions: {reason}")]
pub struct CatalogueError {
    reason: &'static str,
}

/// The bytes, and what of them was looked at already.
pub(super) struct Container {
    bytes: Cow<'static, [u8]>,
    directory: OnceLock<Directory>,
    /// One decoder per section, with its dictionary; kept, because reading a dictionary costs more
    /// than unpacking a text.
    decoders: Mutex<BTreeMap<Box<str>, FrameDecoder>>,
}

/// By section and name.
type Directory = BTreeMap<(Box<str>, Box<str>), Frame>;

#[derive(Clone, Copy, Debug)]
struct Frame {
    start: usize,
    packed: usize,
    unpacked: usize,
}

impl Container {
    /// Bytes that are known to be whole, such as those in the binary.
    pub(super) fn unchecked(bytes: Cow<'static, [u8]>) -> Self {
        Self {
            bytes,
            directory: OnceLock::new(),
            decoders: Mutex::default(),
        }
    }

    /// Bytes from outside.
    pub(super) fn checked(bytes: Vec<u8>) -> Result<Self, CatalogueError> {
        let no = |reason| Err(CatalogueError { reason });
        if !bytes.starts_with(MAGIC.get(..6).unwrap_or(MAGIC)) {
            return no("it does not begin as one");
        }
        if !bytes.starts_with(MAGIC) {
            return no("it is of another version of the format");
        }
        let (Some(digest), Some(content)) = (bytes.get(8..40), bytes.get(40..)) else {
            return no("it is cut short");
        };
        if Sha256::digest(content).as_slice() != digest {
            return no("it is damaged, its checksum is another");
        }
        let container = Self::unchecked(Cow::Owned(bytes));
        match container.unpack("about", "aws") {
            Some(_) => Ok(container),
            None => no("what it is about is missing"),
        }
    }

    fn directory(&self) -> &Directory {
        self.directory
            .get_or_init(|| self.read_directory().unwrap_or_default())
    }

    fn read_directory(&self) -> Option<Directory> {
        let length = |at: usize| {
            let bytes = self.bytes.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(bytes)).ok()
        };
        let own = Frame {
            start: HEADER,
            packed: length(HEADER - 8)?,
            unpacked: length(HEADER - 4)?,
        };
        let mut start = HEADER.checked_add(own.packed)?;
        let mut frames = BTreeMap::new();
        for line in self.text(&mut FrameDecoder::new(), own)?.lines() {
            let mut fields = line.split(' ');
            let name = (fields.next()?.into(), fields.next()?.into());
            let unpacked = fields.next()?.parse().ok()?;
            let packed = fields.next()?.parse().ok()?;
            frames.insert(
                name,
                Frame {
                    start,
                    packed,
                    unpacked,
                },
            );
            start = start.checked_add(packed)?;
        }
        Some(frames)
    }

    fn text(&self, decoder: &mut FrameDecoder, frame: Frame) -> Option<String> {
        String::from_utf8(self.decode(decoder, frame)?).ok()
    }

    fn decode(&self, decoder: &mut FrameDecoder, frame: Frame) -> Option<Vec<u8>> {
        let end = frame.start.checked_add(frame.packed)?;
        let packed = self.bytes.get(frame.start..end)?;
        if frame.unpacked > LONGEST {
            return None;
        }
        decoder.set_max_window_size(u64::try_from(LONGEST).ok()?);
        let mut out = vec![0; frame.unpacked];
        let written = decoder.decode_all(packed, &mut out).ok()?;
        (written == frame.unpacked).then_some(out)
    }

    /// The names in a section, sorted.
    pub(super) fn names(&self, section: &str) -> impl Iterator<Item = &str> {
        self.directory()
            .range((Box::from(section), Box::default())..)
            .map_while(move |((in_section, name), _)| {
                (**in_section == *section).then_some(name.as_ref())
            })
    }

    /// Where the frame lies.
    #[cfg(test)]
    pub(super) fn place(&self, section: &str, name: &str) -> std::ops::Range<usize> {
        let frame = self.directory()[&(Box::from(section), Box::from(name))];
        frame.start..frame.start + frame.packed
    }

    /// The text of that name.
    pub(super) fn unpack(&self, section: &str, name: &str) -> Option<String> {
        let frame = |section: &str, name: &str| {
            let name = (Box::from(section), Box::from(name));
            self.directory().get(&name).copied()
        };
        let text = frame(section, name)?;
        let mut decoders = self.decoders.lock().unwrap_or_else(PoisonError::into_inner);
        if !decoders.contains_key(section) {
            let mut decoder = FrameDecoder::new();
            if let Some(shared) = frame("dictionary", section) {
                let raw = self.decode(&mut FrameDecoder::new(), shared)?;
                decoder.add_dict(Dictionary::decode_dict(&raw).ok()?).ok()?;
            }
            decoders.insert(section.into(), decoder);
        }
        self.text(decoders.get_mut(section)?, text)
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Container")
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
