//! Copies of a ledger, and ledgers from copies. The checkpoint is copied last: a copy without one
//! is half a copy.
//!
//! A copy is an earlier state of the ledger. Nothing in it can tell that there was a later one; who
//! holds a later checkpoint or receipt sees it.

use crate::deeds::{self, Deed, Deeds, Erasure, KeepError, Objection};
use crate::disk::{Disk, folder_of};
use crate::erase::{self, Holds};
use crate::error::LedgerError;
use crate::keys::WrappedKey;
use crate::ledger::Ledger;
use crate::open;
use crate::prove::last_checkpoint;
use crate::read;
use crate::segment::Header;
use crate::sign;
use crate::store::{self, EVENTS, FOLDER, KEY, Segment};
use crate::tiles::Tiles;
use crate::verify::{Evidence, verify};
use crate::writer::{Parts, Settings};
use palisade_tlog::{HASH_BYTES, TileSource as _, TreeHead, tiles_after};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

/// How much is copied at once.
const PIECE: usize = 1 << 20;

/// Is there until a ledger is restored to the end, and all erasures are applied.
const UNFINISHED: &str = "restoring";

/// Is there in a copy: whatever were written to it would be another history than the ledger's.
const COPY: &str = "copy";

/// Refuses to write to a copy.
pub(crate) fn is_no_copy(disk: &dyn Disk) -> Result<(), LedgerError> {
    match disk.open(COPY) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(LedgerError::disk("reading", COPY)(error)),
        Ok(_) => Err(LedgerError::Copy),
    }
}

/// Refuses what restoring left when it was interrupted.
pub(crate) fn is_whole(disk: &dyn Disk) -> Result<(), LedgerError> {
    match disk.open(UNFINISHED) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(LedgerError::disk("reading", UNFINISHED)(error)),
        Ok(_) => Err(LedgerError::Foreign {
            path: UNFINISHED.to_owned(),
            what: "says that restoring was interrupted: empty the folder, and restore again",
        }),
    }
}

/// What a copy is made of.
struct Plan {
    /// The segments.
    segments: BTreeMap<u64, Part>,
    tree: TreeHead,
    checkpoint: String,
}

/// What is copied of a segment.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    header: Header,
    key: WrappedKey,
    /// As many bytes as there are events; another process may be writing behind.
    length: u64,
}

impl Ledger {
    /// Signs what there is, and copies it as [`backup`] does.
    ///
    /// # Errors
    /// As there, and when the ledger has stopped.
    pub async fn backup(&self, to: &dyn Disk) -> Result<u64, KeepError> {
        is_free(to)?;
        self.checkpoint().await?;
        backup(self.parts(), to)
    }
}

/// Copies a ledger as it is now to an empty place, while writing goes on, in whatever process; gives
/// the number of events in the copy. It holds no key that opens it: keep the key file elsewhere.
///
/// # Errors
/// When there is something already, when segments are removed, erased from or given new keys
/// meanwhile, when either disk does not do it.
pub fn backup(parts: &Parts, to: &dyn Disk) -> Result<u64, KeepError> {
    is_free(to)?;
    let count = Deeds::read(parts)?.count;
    let (plan, events) = plan(parts)?;
    write(to, COPY, &[])?;
    let copied = copy(&*parts.disk, &plan, to);
    // A deed is recorded before anything is done, and may be done long after.
    let is_same = |(first, part): (&u64, &Part)| {
        read_part(parts, *first, part.length).is_ok_and(|now| now == *part)
    };
    if Deeds::read(parts)?.count != count || !plan.segments.iter().all(is_same) {
        return Err(Objection::Meanwhile.into());
    }
    copied?;
    finish(&plan, to)?;
    Ok(events)
}

/// What restoring did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// How many events the copy has.
    pub events: u64,
    /// How many erasures were applied again.
    pub erasures: u64,
}

/// Makes a ledger from a copy, which is verified before. Erasures that are newer than the copy (see
/// [`erasures`](crate::erasures)) are applied again. That it was restored is recorded.
///
/// Events that came after the copy are not there, and nothing in the ledger itself can show that
/// there were any. Whoever holds a later checkpoint or receipt sees it: `verify` then says that
/// events are missing or others.
///
/// # Errors
/// When the copy is not whole, when there is a ledger already, when either disk does not do it.
pub fn restore(
    from: &Parts,
    to: Arc<dyn Disk>,
    settings: Settings,
    erasures: &[Erasure],
) -> Result<Restored, KeepError> {
    is_whole(&*from.disk)?;
    is_free(&*to)?;
    verify(from, &Evidence::default())?;
    let (plan, _) = plan(from)?;
    write(&*to, UNFINISHED, &[])?;
    let sync = || {
        to.sync_folder("")
            .map_err(LedgerError::disk("writing", UNFINISHED))
    };
    sync()?;
    copy(&*from.disk, &plan, &*to)?;
    finish(&plan, &*to)?;
    let parts = Parts {
        disk: to.clone(),
        ..from.clone()
    };
    let (mut writer, opened) = open::open_restored(parts, settings)?;
    let known: BTreeSet<_> = writer.deeds.erasures().map(|e| (e.index, e.tag)).collect();
    let mut restored = Restored {
        events: opened.events,
        erasures: 0,
    };
    let deed = Deed::Restore {
        events: opened.events,
    };
    deeds::record(&mut writer, &deed, "")?;
    let newer = erasures
        .iter()
        .filter(|e| !known.contains(&(e.index, e.tag.clone())));
    for tag in newer.map(|erasure| &erasure.tag).collect::<BTreeSet<_>>() {
        erase::erase(&mut writer, tag, "applied again", Holds::Past)?;
        restored.erasures += 1;
    }
    writer.checkpoint()?;
    to.remove(UNFINISHED)
        .map_err(LedgerError::disk("removing", UNFINISHED))?;
    sync()?;
    Ok(restored)
}

/// Nothing is ever written over.
fn is_free(to: &dyn Disk) -> Result<(), KeepError> {
    for folder in ["", FOLDER, open::TORN] {
        let names = to
            .list(folder)
            .map_err(LedgerError::disk("reading", folder))?;
        if let Some(name) = names.into_iter().next() {
            return Err(Objection::Occupied(name).into());
        }
    }
    Ok(())
}

/// What is to be copied, and how many events that are.
fn plan(parts: &Parts) -> Result<(Plan, u64), LedgerError> {
    let disk = &*parts.disk;
    // Read before the segments: these can only be more.
    let checkpoint = last_checkpoint(parts)?;
    let mut segments = BTreeMap::new();
    let mut events = checkpoint.tree().size;
    let listed = read::segments(disk)?;
    for first in &listed {
        let path = store::path(*first, EVENTS);
        let file = disk.open(&path).and_then(|file| file.length());
        let mut length = file.map_err(LedgerError::disk("reading", &path))?;
        if Some(first) == listed.last() {
            let segment = Segment::open(disk, &*parts.keys, *first)?;
            let mut frames = segment.frames()?;
            frames.go_to_end()?;
            (length, events) = (frames.offset(), frames.index());
        }
        if length > store::len(Header::LENGTH) {
            segments.insert(*first, read_part(parts, *first, length)?);
        }
    }
    let plan = Plan {
        segments,
        tree: *checkpoint.tree(),
        checkpoint: checkpoint.to_string(),
    };
    Ok((plan, events))
}

fn read_part(parts: &Parts, first: u64, length: u64) -> Result<Part, LedgerError> {
    let disk = &*parts.disk;
    Ok(Part {
        header: store::header(disk, first)?,
        key: store::read_wrapped(disk, first, KEY)?,
        length,
    })
}

/// Copies all but the checkpoint.
fn copy(from: &dyn Disk, plan: &Plan, to: &dyn Disk) -> Result<(), LedgerError> {
    let mut folders = BTreeSet::from([FOLDER.to_owned()]);
    for (first, part) in &plan.segments {
        copy_file(from, &store::path(*first, EVENTS), Some(part.length), to)?;
        copy_file(from, &store::path(*first, KEY), None, to)?;
    }
    for tile in tiles_after(0, plan.tree.size) {
        let path = tile.path();
        let read = || -> io::Result<Vec<u8>> {
            let tiles = Tiles(from);
            match (tiles.tile(tile)?, tile.filled()) {
                (Some(hashes), _) => Ok(hashes),
                // It has become full since.
                (None, Some(full)) => {
                    let mut hashes = tiles.stored(full)?;
                    hashes.truncate(usize::from(tile.width()) * HASH_BYTES);
                    Ok(hashes)
                }
                (None, None) => Err(io::ErrorKind::NotFound.into()),
            }
        };
        let hashes = read().map_err(LedgerError::disk("reading", &path))?;
        write(to, &path, &hashes)?;
        folders.insert(folder_of(&path).to_owned());
    }
    copy_file(from, sign::DESCRIPTION, None, to)?;
    for folder in folders {
        to.sync_folder(&folder)
            .map_err(LedgerError::disk("writing", &folder))?;
    }
    Ok(())
}

/// What makes it a whole copy.
fn finish(plan: &Plan, to: &dyn Disk) -> Result<(), LedgerError> {
    crate::disk::replace(to, sign::CHECKPOINT, plan.checkpoint.as_bytes())
        .map_err(LedgerError::disk("writing", sign::CHECKPOINT))
}

fn write(to: &dyn Disk, path: &str, bytes: &[u8]) -> Result<(), LedgerError> {
    let write = || -> io::Result<()> {
        let mut file = to.create(path)?;
        file.append(bytes)?;
        file.sync()
    };
    write().map_err(LedgerError::disk("writing", path))
}

/// Copies a file, or as much of it as is said.
fn copy_file(
    from: &dyn Disk,
    path: &str,
    length: Option<u64>,
    to: &dyn Disk,
) -> Result<(), LedgerError> {
    let reading = || LedgerError::disk("reading", path);
    let writing = || LedgerError::disk("writing", path);
    let source = from.open(path).map_err(reading())?;
    let length = match length {
        Some(length) => length,
        None => source.length().map_err(reading())?,
    };
    let mut target = to.create(path).map_err(writing())?;
    let (mut at, mut piece) = (0, vec![0; PIECE]);
    while at < length {
        let rest = usize::try_from(length - at).unwrap_or(PIECE).min(PIECE);
        let room = piece.get_mut(..rest).unwrap_or_default();
        let read = source.read_at(at, room).map_err(reading())?;
        if read == 0 {
            return Err(reading()(io::ErrorKind::UnexpectedEof.into()));
        }
        target
            .append(room.get(..read).unwrap_or_default())
            .map_err(writing())?;
        at += store::len(read);
    }
    target.sync().map_err(writing())
}
