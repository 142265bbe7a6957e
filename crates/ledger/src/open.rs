//! From what is on the disk to a writer: what the last checkpoint covers is taken as it is, what
//! came after it is read again, and what a write left unfinished is set aside.

use crate::append;
use crate::backup;
use crate::deeds::Deeds;
use crate::disk::{self, Disk, Lock, NEW};
use crate::error::{Fault, FaultKind, LOCKING, LedgerError};
use crate::finish;
use crate::own;
use crate::segment::Header;
use crate::sign::{self, Description};
use crate::store::{self, EVENTS, Ended, FOLDER, Frames, Next, Segment};
use crate::tiles::Tiles;
use crate::writer::{Current, Parts, Settings, Writer};
use palisade_event::Record;
use palisade_tlog::{ReadError, TileWriter, TreeHead, leaf_hash};
use std::io;

/// Where bytes are kept that were set aside.
pub(crate) const TORN: &str = "torn";
/// How the names of those end of which the ledger has no event yet.
pub(crate) const UNRECORDED: &str = ".unrecorded";

/// What opening found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The ledger was begun.
    pub created: bool,
    /// How many events there are.
    pub events: u64,
    /// How many of them came after the last checkpoint.
    pub after_checkpoint: u64,
    /// How many bytes of an unfinished write were set aside.
    pub set_aside: u64,
}

/// Opens a ledger for writing, or begins one.
pub(crate) fn open(parts: Parts, settings: Settings) -> Result<(Writer, Opened), LedgerError> {
    backup::is_whole(&*parts.disk)?;
    backup::is_no_copy(&*parts.disk)?;
    open_restored(parts, settings)
}

/// The same, while the ledger is being restored.
pub(crate) fn open_restored(
    parts: Parts,
    settings: Settings,
) -> Result<(Writer, Opened), LedgerError> {
    let disk = &*parts.disk;
    let held = match disk.lock().map_err(LedgerError::disk(LOCKING, "lock"))? {
        Lock::Taken(held) => held,
        Lock::Busy(process) => return Err(LedgerError::Locked { process }),
    };
    for folder in ["", FOLDER, TORN] {
        remove_unfinished(disk, folder)?;
    }
    let mut opened = Opened::default();
    let segments = store::list(disk)?;
    if Description::read(disk, &*parts.signer)?.is_none() {
        begin(&parts, &segments)?;
        opened.created = true;
    }
    let signed = sign::read_checkpoint(disk, &*parts.signer)?;
    let signed = *signed.ok_or_else(sign::no_checkpoint)?.tree();
    let mut tree = resume(disk, &signed)?;
    let current = replay(&parts, &segments, &signed, &mut tree, &mut opened)?;
    opened.events = tree.head().size;
    opened.after_checkpoint = opened.events - signed.size;
    let mut writer = Writer::new(parts, settings, held, tree, current, signed.size)?;
    // A crash may have left tiles of this size that are not whole: this writes them again.
    writer.checkpoint()?;
    leave_segment(&mut writer)?;
    writer.deeds = Deeds::read(&writer.parts)?;
    finish::finish(&writer.parts, &writer.deeds)?;
    record_set_aside(&mut writer)?;
    Ok((writer, opened))
}

/// Does not go on with a segment that has no event yet, nor with one that has the one event it is
/// for.
fn leave_segment(writer: &mut Writer) -> Result<(), LedgerError> {
    let Some(current) = &writer.current else {
        return Ok(());
    };
    let header = current.segment.header;
    if current.length <= store::len(Header::LENGTH) {
        writer.current = None;
        remove_segment(&*writer.parts.disk, header.first)?;
    } else if header.is_deed {
        writer.end_segment()?;
    }
    Ok(())
}

/// Appends an event for whatever was set aside and has none yet.
fn record_set_aside(writer: &mut Writer) -> Result<(), LedgerError> {
    let disk = writer.parts.disk.clone();
    let names = disk.list(TORN);
    for name in names.map_err(LedgerError::disk("reading", TORN))? {
        let Some(recorded) = name.strip_suffix(UNRECORDED) else {
            continue;
        };
        let path = format!("{TORN}/{name}");
        let rename = LedgerError::disk("writing", &path);
        let length = disk.open(&path).and_then(|file| file.length());
        let length = length.map_err(LedgerError::disk("reading", &path))?;
        let event = own::set_aside(&writer.parts, recorded, length)?;
        let ready = append::ready(&writer.parts, event, Record::Before);
        writer.commit(&[ready.map_err(|error| LedgerError::Own {
            reason: error.to_string(),
        })?])?;
        let renamed = disk.rename(&path, &format!("{TORN}/{recorded}"));
        renamed
            .and_then(|()| disk.sync_folder(TORN))
            .map_err(rename)?;
    }
    Ok(())
}

/// Removes what was never given its name.
fn remove_unfinished(disk: &dyn Disk, folder: &str) -> Result<(), LedgerError> {
    let names = disk.list(folder);
    for name in names.map_err(LedgerError::disk("reading", folder))? {
        if name.ends_with(NEW) {
            let path = match folder {
                "" => name,
                _ => format!("{folder}/{name}"),
            };
            disk.remove(&path)
                .map_err(LedgerError::disk("removing", &path))?;
        }
    }
    Ok(())
}

/// Begins a ledger in an empty folder: first the checkpoint over nothing, then what says that this
/// is a ledger.
fn begin(parts: &Parts, segments: &[u64]) -> Result<(), LedgerError> {
    let disk = &*parts.disk;
    let earlier = sign::read_checkpoint(disk, &*parts.signer)?;
    if !segments.is_empty() || earlier.is_some_and(|earlier| earlier.tree().size > 0) {
        return Err(LedgerError::Fault(Fault {
            path: sign::DESCRIPTION.to_owned(),
            offset: None,
            index: 0,
            what: FaultKind::Removed,
        }));
    }
    let empty = TileWriter::new().head();
    sign::write_checkpoint(disk, &*parts.signer, &empty)?;
    Description::write(disk, &*parts.signer, parts.clock.now())
}

/// The tree of the last checkpoint, from its tiles.
fn resume(disk: &dyn Disk, signed: &TreeHead) -> Result<TileWriter, LedgerError> {
    TileWriter::resume(Tiles(disk), signed).map_err(|error| tile_error(error, signed.size))
}

/// A tile that can't be read, or is not the right one.
pub(crate) fn tile_error(error: ReadError<io::Error>, index: u64) -> LedgerError {
    let (path, what) = match error {
        ReadError::Source(source) => return LedgerError::disk("reading", "tile")(source),
        ReadError::Missing(tile) => (tile.path(), FaultKind::Removed),
        ReadError::Length { tile, .. } | ReadError::Hash { tile, .. } => {
            (tile.path(), FaultKind::Tile)
        }
        ReadError::Root { .. } => (sign::CHECKPOINT.to_owned(), FaultKind::Root),
        ReadError::Size { .. } | ReadError::Proof(_) => {
            (sign::CHECKPOINT.to_owned(), FaultKind::Missing)
        }
    };
    LedgerError::Fault(Fault {
        path,
        offset: None,
        index,
        what,
    })
}

/// Reads the events behind the last checkpoint; gives the segment to go on with.
fn replay(
    parts: &Parts,
    segments: &[u64],
    signed: &TreeHead,
    tree: &mut TileWriter,
    opened: &mut Opened,
) -> Result<Option<Current>, LedgerError> {
    let disk = &*parts.disk;
    let begin = segments.partition_point(|first| *first <= signed.size);
    let mut rest = segments.get(begin.saturating_sub(1)..).unwrap_or_default();
    let mut current = None;
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        let last = rest.is_empty();
        if last && is_unfinished(disk, first)? && first >= signed.size {
            opened.set_aside += set_aside(disk, first, 0, first)?;
            remove_segment(disk, first)?;
            break;
        }
        let mut segment = Segment::open(disk, &*parts.keys, first)?;
        let mut frames = segment.frames()?;
        if first > tree.head().size {
            return Err(frames.fault(FaultKind::Removed).into());
        }
        frames.skip_to(signed.size)?;
        let torn = read_on(&mut frames, tree)?;
        let (end, index) = (frames.offset(), frames.index());
        if index < signed.size || (torn && !last) {
            let what = if torn {
                FaultKind::Changed
            } else {
                FaultKind::Missing
            };
            return Err(frames.fault(what).into());
        }
        drop(frames);
        if torn {
            opened.set_aside += set_aside(disk, first, end, index)?;
            let path = store::path(first, EVENTS);
            let mut cut = || -> io::Result<()> {
                segment.file.truncate(end)?;
                segment.file.sync()
            };
            cut().map_err(LedgerError::disk("writing", &path))?;
        }
        current = Some(Current {
            segment,
            length: end,
        });
    }
    let size = tree.head().size;
    if current.is_none() && size > 0 && segments.last().is_none_or(|first| *first > size) {
        return Err(LedgerError::Fault(Fault {
            path: FOLDER.to_owned(),
            offset: None,
            index: 0,
            what: FaultKind::Removed,
        }));
    }
    Ok(current)
}

/// Adds the events of the remaining frames to the tree, as far as it does not have them; tells
/// whether the segment ends in a frame that was not finished.
fn read_on(frames: &mut Frames<'_>, tree: &mut TileWriter) -> Result<bool, LedgerError> {
    let ended = frames.each::<LedgerError>(|index, record| {
        if index == tree.head().size {
            tree.push(leaf_hash(record.leaf));
        }
        Ok(Next::On)
    })?;
    Ok(ended == Ended::Torn)
}

/// Whether a segment was being made when writing ended: its header is not there yet, so that none
/// of its events was acknowledged.
pub(crate) fn is_unfinished(disk: &dyn Disk, first: u64) -> Result<bool, LedgerError> {
    let path = store::path(first, EVENTS);
    let read = || -> io::Result<bool> {
        let file = disk.open(&path)?;
        let mut header = [0; Header::LENGTH + 1];
        let read = file.read_at(0, &mut header)?;
        let bytes = header.get(..read).unwrap_or_default();
        Ok(read <= Header::LENGTH && Header::decode(bytes).is_err())
    };
    read().map_err(LedgerError::disk("reading", &path))
}

/// Keeps the end of a segment's file apart, so that nothing is lost; gives how many bytes it has.
fn set_aside(disk: &dyn Disk, segment: u64, from: u64, index: u64) -> Result<u64, LedgerError> {
    let path = store::path(segment, EVENTS);
    let reading = || LedgerError::disk("reading", &path);
    let file = disk.open(&path).map_err(reading())?;
    let length = file.length().map_err(reading())?.saturating_sub(from);
    if length == 0 {
        return Ok(0);
    }
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
    file.read_at(from, &mut bytes).map_err(reading())?;
    let taken = disk
        .list(TORN)
        .map_err(LedgerError::disk("reading", TORN))?;
    let name = (0_u32..)
        .map(|attempt| format!("{index:020}-{attempt}"))
        .find(|name| !taken.iter().any(|taken| taken.starts_with(name.as_str())))
        .unwrap_or_default();
    let aside = format!("{TORN}/{name}{UNRECORDED}");
    disk::replace(disk, &aside, &bytes).map_err(LedgerError::disk("writing", &aside))?;
    Ok(length)
}

/// Removes a segment that has no events.
fn remove_segment(disk: &dyn Disk, first: u64) -> Result<(), LedgerError> {
    let path = store::path(first, EVENTS);
    let remove = || -> io::Result<()> {
        disk.remove(&path)?;
        disk.sync_folder(FOLDER)
    };
    remove().map_err(LedgerError::disk("removing", &path))
}
