//! Segments as files: making one, opening one, going through its frames.

use crate::disk::{self, Disk, DiskFile};
use crate::error::{Fault, FaultKind, LedgerError};
use crate::keys::{DataKey, KeyService, WrappedKey};
use crate::segment::{Broken, Cipher, FrameHeader, Header, Record, Records};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::cell::RefCell;

/// Where segments are.
pub(crate) const FOLDER: &str = "segments";
/// How their names end.
pub(crate) const EVENTS: &str = ".log";
pub(crate) const KEY: &str = ".key";
/// How the name of a key ends that takes the place of the key as soon as its segment has taken the
/// place of the earlier one.
pub(crate) const NEXT_KEY: &str = ".key.next";
const KEY_FORMAT: &str = "palisade ledger key 1";
/// How many bytes are read at once.
const WINDOW: usize = 1 << 20;

/// The path of a file of the segment that begins with an event.
pub(crate) fn path(first: u64, ending: &str) -> String {
    format!("{FOLDER}/{first:020}{ending}")
}

/// The first events of all segments, in order.
pub(crate) fn list(disk: &dyn Disk) -> Result<Vec<u64>, LedgerError> {
    let names = disk
        .list(FOLDER)
        .map_err(LedgerError::disk("reading", FOLDER))?;
    let mut found = Vec::new();
    for name in names {
        let known = [EVENTS, KEY, NEXT_KEY, INDEX].iter().any(|ending| {
            let stem = name.strip_suffix(disk::NEW).unwrap_or(&name);
            stem.strip_suffix(ending).is_some_and(is_number)
        });
        if !known {
            return Err(LedgerError::Foreign {
                path: format!("{FOLDER}/{name}"),
                what: "is not a file of a ledger: move it away",
            });
        }
        if let Some(number) = name.strip_suffix(EVENTS) {
            found.extend(number.parse::<u64>());
        }
    }
    Ok(found)
}

/// How the names of indices end.
pub(crate) const INDEX: &str = ".idx";

fn is_number(name: &str) -> bool {
    name.len() == 20 && name.parse::<u64>().is_ok()
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], LedgerError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| LedgerError::Random)?;
    Ok(bytes)
}

thread_local! {
    /// Random bytes that nobody has been given.
    static AHEAD: RefCell<Vec<[u8; 16]>> = const { RefCell::new(Vec::new()) };
}

/// Sixteen random bytes. Asking for so few costs as much as asking for many: some are kept ahead, in
/// each thread.
///
/// # Errors
/// When the system gives none.
pub fn unguessable() -> Result<[u8; 16], LedgerError> {
    AHEAD.with_borrow_mut(|ahead| match ahead.pop() {
        Some(bytes) => Ok(bytes),
        None => {
            ahead.extend(random::<1024>()?.as_chunks().0);
            ahead.pop().ok_or(LedgerError::Random)
        }
    })
}

/// One segment, open.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) header: Header,
    pub(crate) key: DataKey,
    pub(crate) cipher: Cipher,
    pub(crate) file: Box<dyn DiskFile>,
}

impl Segment {
    /// Begins a segment; it lasts once this returns.
    pub(crate) fn create(
        disk: &dyn Disk,
        keys: &dyn KeyService,
        header: Header,
    ) -> Result<Self, LedgerError> {
        let key = DataKey::from(random()?);
        write_key(disk, keys, &header, &key)?;
        let path = path(header.first, EVENTS);
        let writing = || LedgerError::disk("writing", &path);
        let mut file = disk.create(&path).map_err(writing())?;
        file.append(&header.encode()).map_err(writing())?;
        file.sync().map_err(writing())?;
        disk.sync_folder(FOLDER).map_err(writing())?;
        Ok(Self {
            cipher: Cipher::new(&key, &header),
            header,
            key,
            file,
        })
    }

    /// Opens a segment.
    pub(crate) fn open(
        disk: &dyn Disk,
        keys: &dyn KeyService,
        first: u64,
    ) -> Result<Self, LedgerError> {
        let (file, header) = open_file(disk, first)?;
        let key = read_key(disk, keys, &header)?;
        Ok(Self {
            cipher: Cipher::new(&key, &header),
            header,
            key,
            file,
        })
    }

    /// How many bytes it has.
    pub(crate) fn length(&self) -> Result<u64, LedgerError> {
        let path = path(self.header.first, EVENTS);
        self.file
            .length()
            .map_err(LedgerError::disk("reading", &path))
    }

    /// Goes through the frames from the first on.
    pub(crate) fn frames(&self) -> Result<Frames<'_>, LedgerError> {
        let path = path(self.header.first, EVENTS);
        let length = self
            .file
            .length()
            .map_err(LedgerError::disk("reading", &path))?;
        Ok(Frames {
            segment: self,
            path,
            length,
            offset: len(Header::LENGTH),
            index: self.header.first,
            window: Vec::new(),
            window_at: 0,
        })
    }
}

/// What stands at the beginning of a segment.
pub(crate) fn header(disk: &dyn Disk, first: u64) -> Result<Header, LedgerError> {
    open_file(disk, first).map(|(_, header)| header)
}

fn open_file(disk: &dyn Disk, first: u64) -> Result<(Box<dyn DiskFile>, Header), LedgerError> {
    let path = path(first, EVENTS);
    let reading = || LedgerError::disk("reading", &path);
    let file = disk.open(&path).map_err(reading())?;
    let mut bytes = [0; Header::LENGTH];
    let read = file.read_at(0, &mut bytes).map_err(reading())?;
    match Header::decode(bytes.get(..read).unwrap_or_default()) {
        Ok(header) if header.first == first => Ok((file, header)),
        Err(Broken::Version) => Err(LedgerError::Version { path }),
        _ => Err(LedgerError::Fault(Fault {
            path,
            offset: Some(0),
            index: first,
            what: FaultKind::Changed,
        })),
    }
}

/// A length as a place in a file.
pub(crate) fn len(length: usize) -> u64 {
    // INVARIANT: usize has at most 64 bits.
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// What a segment's key is bound to.
fn context(header: &Header) -> [u8; Header::LENGTH] {
    header.encode()
}

/// Writes down the key of a segment, wrapped; in place of the one there was.
pub(crate) fn write_key(
    disk: &dyn Disk,
    keys: &dyn KeyService,
    header: &Header,
    key: &DataKey,
) -> Result<(), LedgerError> {
    write_key_as(disk, keys, header, key, KEY)
}

/// The same, under another ending.
pub(crate) fn write_key_as(
    disk: &dyn Disk,
    keys: &dyn KeyService,
    header: &Header,
    key: &DataKey,
    ending: &str,
) -> Result<(), LedgerError> {
    let path = path(header.first, ending);
    let wrapped = keys
        .wrap(key, &context(header))
        .map_err(LedgerError::key(&path))?;
    let text = key_text(&wrapped);
    disk::replace(disk, &path, text.as_bytes()).map_err(LedgerError::disk("writing", &path))
}

fn key_text(wrapped: &WrappedKey) -> String {
    let bytes = STANDARD.encode(&wrapped.bytes);
    format!("{KEY_FORMAT}\n{}\n{bytes}\n", wrapped.key_id)
}

/// The key of a segment as it is written down.
pub(crate) fn read_wrapped(
    disk: &dyn Disk,
    first: u64,
    ending: &str,
) -> Result<WrappedKey, LedgerError> {
    const LIMIT: usize = 64 << 10;
    let path = path(first, ending);
    let bytes = disk::read(disk, &path, LIMIT).map_err(LedgerError::disk("reading", &path))?;
    let parsed = || {
        let mut lines = std::str::from_utf8(&bytes).ok()?.lines();
        let format = lines.next()?;
        let (key_id, wrapped) = (lines.next()?, lines.next()?);
        Some((
            format == KEY_FORMAT,
            WrappedKey {
                key_id: key_id.to_owned(),
                bytes: STANDARD.decode(wrapped).ok()?,
            },
        ))
    };
    match parsed() {
        // The same text again: so no bit of it is without meaning.
        Some((true, wrapped)) if key_text(&wrapped).as_bytes() == bytes => Ok(wrapped),
        Some((false, _)) if bytes.starts_with(b"palisade ledger key ") => {
            Err(LedgerError::Version { path })
        }
        _ => Err(LedgerError::Fault(Fault {
            path,
            offset: None,
            index: first,
            what: FaultKind::Changed,
        })),
    }
}

/// The key of a segment. Between two steps of a rewriting it may be the one that comes next.
fn read_key(
    disk: &dyn Disk,
    keys: &dyn KeyService,
    header: &Header,
) -> Result<DataKey, LedgerError> {
    match read_key_as(disk, keys, header, KEY) {
        Err(error @ LedgerError::Key { .. }) => {
            read_key_as(disk, keys, header, NEXT_KEY).map_err(|_| error)
        }
        key => key,
    }
}

/// The key of a segment that stands under an ending.
pub(crate) fn read_key_as(
    disk: &dyn Disk,
    keys: &dyn KeyService,
    header: &Header,
    ending: &str,
) -> Result<DataKey, LedgerError> {
    let wrapped = read_wrapped(disk, header.first, ending)?;
    keys.unwrap(&wrapped, &context(header))
        .map_err(LedgerError::key(&path(header.first, ending)))
}

/// The frames of a segment, one after the other.
#[derive(Debug)]
pub(crate) struct Frames<'s> {
    segment: &'s Segment,
    path: String,
    length: u64,
    offset: u64,
    index: u64,
    window: Vec<u8>,
    window_at: u64,
}

/// What is found at a place of a segment.
#[derive(Debug)]
pub(crate) enum Found<'b> {
    /// A frame, with the index of its first event.
    Frame(u64, Records<'b>),
    /// The end, as it should be.
    End,
    /// Bytes that are no frame, up to the end of the file: what a write leaves behind that was not
    /// finished.
    Torn,
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// With the next event.
    On,
    /// No more.
    Stop,
}

/// Where going through a segment has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Behind its last event.
    Whole,
    /// Before a frame that was not finished.
    Torn,
    /// Where it was told to stop.
    Stopped,
}

impl Frames<'_> {
    /// Calls `each` for every event from the present frame on, until it says that it has enough.
    ///
    /// # Errors
    /// The first fault, and what `each` fails with.
    pub(crate) fn each<E: From<LedgerError>>(
        &mut self,
        mut each: impl FnMut(u64, Record<'_>) -> Result<Next, E>,
    ) -> Result<Ended, E> {
        loop {
            let place = self.fault(FaultKind::Changed);
            match self.next()? {
                Found::End => return Ok(Ended::Whole),
                Found::Torn => return Ok(Ended::Torn),
                Found::Frame(first, records) => {
                    for (index, record) in (first..).zip(records) {
                        let record = record.map_err(|_| LedgerError::from(place.clone()))?;
                        if each(index, record)? == Next::Stop {
                            return Ok(Ended::Stopped);
                        }
                    }
                }
            }
        }
    }

    /// Where the next frame begins.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The index of the next frame's first event.
    pub(crate) fn index(&self) -> u64 {
        self.index
    }

    /// A fault at the present place.
    pub(crate) fn fault(&self, what: FaultKind) -> Fault {
        Fault {
            path: self.path.clone(),
            offset: Some(self.offset),
            index: self.index,
            what,
        }
    }

    /// Goes to a frame that was found before; tells whether it still begins there.
    pub(crate) fn seek(&mut self, offset: u64, index: u64) -> Result<bool, LedgerError> {
        self.offset = offset.min(self.length);
        self.index = index;
        if self.offset == self.length {
            return Ok(offset == self.length);
        }
        let header = self.header()?;
        Ok(header.is_some_and(|header| header.first == index && header.end().is_some()))
    }

    /// Goes over one frame without decrypting it; tells whether there was one.
    pub(crate) fn skip(&mut self) -> Result<bool, LedgerError> {
        let Some(header) = self.header()? else {
            return Ok(false);
        };
        match header.end() {
            Some(end) if header.first == self.index => self.pass(&header, end),
            _ => return Ok(false),
        }
        Ok(self.offset <= self.length)
    }

    /// Goes over frames without decrypting them, as long as they end at or before an event.
    pub(crate) fn skip_to(&mut self, index: u64) -> Result<(), LedgerError> {
        while self.index < index {
            let Some(header) = self.header()? else {
                return Ok(());
            };
            match header.end() {
                Some(end) if end <= index && header.first == self.index => self.pass(&header, end),
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    /// Goes to the last frame, without decrypting those before.
    pub(crate) fn skip_to_last(&mut self) -> Result<(), LedgerError> {
        let mut last = (self.offset, self.index);
        while let Some(header) = self.header()? {
            let behind = self.offset + len(FrameHeader::LENGTH) + u64::from(header.length);
            match header.end() {
                Some(end) if behind <= self.length && header.first == self.index => {
                    last = (self.offset, self.index);
                    self.pass(&header, end);
                }
                _ => break,
            }
        }
        (self.offset, self.index) = last;
        Ok(())
    }

    /// Goes behind the last event. Of those that the last frame holds nobody knows that they are whole
    /// before it is decrypted.
    pub(crate) fn go_to_end(&mut self) -> Result<(), LedgerError> {
        self.skip_to_last()?;
        while let Found::Frame(..) = self.next()? {}
        Ok(())
    }

    /// The next frame, decrypted.
    pub(crate) fn next(&mut self) -> Result<Found<'_>, LedgerError> {
        if self.offset == self.length {
            return Ok(Found::End);
        }
        let Some(header) = self.header()? else {
            return Ok(Found::Torn);
        };
        let body = self.offset + len(FrameHeader::LENGTH);
        let behind = body + u64::from(header.length);
        if behind > self.length {
            return Ok(Found::Torn);
        }
        let end = match header.end() {
            Some(end) if header.first == self.index => end,
            // It may be whole, and stand where it does not belong.
            _ if behind < self.length => return Err(self.fault(FaultKind::Order).into()),
            _ => return Ok(Found::Torn),
        };
        let fault = self.fault(FaultKind::Changed);
        let first = self.index;
        self.load(body, header.body())?;
        let last = behind == self.length;
        self.pass(&header, end);
        let from = usize::try_from(body - self.window_at).unwrap_or(usize::MAX);
        let bytes = self.window.get_mut(from..).unwrap_or_default();
        let bytes = bytes.get_mut(..header.body()).unwrap_or_default();
        match self.segment.cipher.open(&header, bytes) {
            Ok(records) => Ok(Found::Frame(first, records)),
            Err(_) if last => {
                self.offset = body - len(FrameHeader::LENGTH);
                self.index = first;
                Ok(Found::Torn)
            }
            Err(_) => Err(fault.into()),
        }
    }

    fn pass(&mut self, header: &FrameHeader, end: u64) {
        self.offset += len(FrameHeader::LENGTH) + u64::from(header.length);
        self.index = end;
    }

    fn header(&mut self) -> Result<Option<FrameHeader>, LedgerError> {
        self.load(self.offset, FrameHeader::LENGTH)?;
        let from = usize::try_from(self.offset - self.window_at).unwrap_or(usize::MAX);
        Ok(self.window.get(from..).and_then(FrameHeader::decode))
    }

    /// Sees to it that the bytes of a place are in the window, as far as there are any.
    fn load(&mut self, at: u64, count: usize) -> Result<(), LedgerError> {
        let end = at.saturating_add(len(count)).min(self.length);
        let have = self.window_at..=self.window_at + len(self.window.len());
        if have.contains(&at) && have.contains(&end) {
            return Ok(());
        }
        let rest = usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX);
        self.window.resize(count.max(WINDOW).min(rest), 0);
        let read = self
            .segment
            .file
            .read_at(at, &mut self.window)
            .map_err(LedgerError::disk("reading", &self.path))?;
        self.window.truncate(read);
        self.window_at = at;
        Ok(())
    }
}
