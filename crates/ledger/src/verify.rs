//! Verification: every event, tile and signature, against each other and against what outsiders
//! hold. It reads all, changes nothing, and names the first wrong place.

use crate::contents::{Contents, End, read_ahead};
use crate::deeds::Deeds;
use crate::disk::{self, Disk};
use crate::error::{Fault, FaultKind, LedgerError};
use crate::ledger::Receipt;
use crate::open::{is_unfinished, tile_error};
use crate::publish;
use crate::sign::{self, Description};
use crate::store::{self, EVENTS};
use crate::tiles::{self, Tiles};
use crate::writer::Parts;
use palisade_tlog::{
    Audit, Frontier, HASH_BYTES, Hash, ReadError, SignedCheckpoint, TILE_WIDTH, TileReader,
    TreeHead, WitnessKey, tiles_after,
};
use std::collections::BTreeMap;
use std::io;

/// What outsiders hold: the more of it, the more is proved.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Checkpoints of this ledger from earlier days.
    pub checkpoints: Vec<SignedCheckpoint>,
    /// Receipts of single events.
    pub receipts: Vec<Receipt>,
    /// Witnesses that must have cosigned a checkpoint of this ledger.
    pub witnesses: Vec<WitnessKey>,
}

/// What verification has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many events there are.
    pub events: u64,
    /// The tree of the ledger's own last checkpoint. Events behind it are whole, but nothing would
    /// tell if the last of them were missing.
    pub checkpoint: TreeHead,
    /// The root over all events.
    pub root: Hash,
    /// How many segments they are in.
    pub segments: u64,
    /// How many bytes the segments have.
    pub bytes: u64,
    /// How many events have expired: of them there are the hashes, and nothing more.
    pub expired: u64,
    /// How many personal fields are erased.
    pub erased: u64,
    /// Whether the last segment ends in bytes of a write that was not finished. They were never
    /// acknowledged; opening the ledger sets them aside.
    pub torn: bool,
}

/// Verifies a ledger.
///
/// # Errors
/// The first place at which it is not what it was, or why it can't be read.
pub fn verify(parts: &Parts, evidence: &Evidence) -> Result<Verified, LedgerError> {
    let disk = &*parts.disk;
    Description::read(disk, &*parts.signer)?.ok_or_else(|| removed(sign::DESCRIPTION, 0))?;
    let own = sign::read_checkpoint(disk, &*parts.signer)?.ok_or_else(sign::no_checkpoint)?;
    let segments = store::list(disk)?;
    let deeds = Deeds::read(parts)?;
    let witnessed = witnessed(parts, &evidence.witnesses)?;
    let mut walk = Walk::new(disk, &own, evidence, &witnessed);
    read_ahead(parts, &segments, |first, contents| {
        let last = segments.last() == Some(&first);
        if last && first >= own.tree().size && is_unfinished(disk, first)? {
            walk.found.torn = true;
            return Ok(());
        }
        walk.expired(&deeds, first)?;
        walk.segment(contents?, last)
    })?;
    let found = walk.end()?;
    // A segment that was put back from before an erasure is whole in itself.
    match deeds.unerased().into_keys().next() {
        None => Ok(found),
        Some(first) => Err(LedgerError::Fault(Fault {
            path: store::path(first, EVENTS),
            offset: None,
            index: first,
            what: FaultKind::Unerased,
        })),
    }
}

/// How a checkpoint is called that an outsider holds.
const GIVEN: &str = "the checkpoint that was given";

/// The tree over the events so far.
enum Tree<'a> {
    /// As far as the ledger's last checkpoint goes: compared with its tiles.
    Covered(Box<Audit<Tiles<'a>>>),
    /// Behind it.
    Behind(Box<Frontier>),
}

impl Tree<'_> {
    fn frontier(&self) -> &Frontier {
        match self {
            Self::Covered(audit) => audit.frontier(),
            Self::Behind(frontier) => frontier,
        }
    }
}

/// What verification knows on its way through the events.
struct Walk<'a> {
    tiles: Tiles<'a>,
    signed: TreeHead,
    tree: Tree<'a>,
    /// The roots that the tree must have on its way, by size, and who says so.
    roots: BTreeMap<u64, Vec<(Hash, String)>>,
    /// The hashes that leaves must have, by index.
    leaves: BTreeMap<u64, Hash>,
    found: Verified,
}

impl<'a> Walk<'a> {
    fn new(
        disk: &'a dyn Disk,
        own: &SignedCheckpoint,
        evidence: &Evidence,
        witnessed: &[Witnessed],
    ) -> Self {
        let signed = *own.tree();
        let mut roots: BTreeMap<u64, Vec<_>> = BTreeMap::new();
        let held = evidence.checkpoints.iter().map(|held| (held.tree(), GIVEN));
        let held = held.map(|(tree, path)| (*tree, path.to_owned()));
        let own = (signed, sign::CHECKPOINT.to_owned());
        let all = std::iter::once(own).chain(held).chain(witnessed.to_vec());
        for (tree, path) in all {
            roots.entry(tree.size).or_default().push((tree.root, path));
        }
        let receipts = evidence.receipts.iter();
        Self {
            tiles: Tiles(disk),
            signed,
            tree: Tree::Covered(Box::new(Audit::new(Tiles(disk), signed.size))),
            roots,
            leaves: receipts.map(|r| (r.index, r.leaf_hash)).collect(),
            found: Verified {
                expired: 0,
                events: 0,
                checkpoint: signed,
                root: Hash::EMPTY_ROOT,
                segments: 0,
                bytes: 0,
                erased: 0,
                torn: false,
            },
        }
    }

    /// Goes over the segments before an event that have expired; their hashes are those of the
    /// tiles.
    fn expired(&mut self, deeds: &Deeds, until: u64) -> Result<(), LedgerError> {
        while let first = self.tree.frontier().size()
            && first < until
        {
            let path = store::path(first, EVENTS);
            let end = match deeds.gone(first) {
                Some((gone, true)) if gone.end > first && gone.end <= until => gone.end,
                Some((gone, false)) if gone.end <= until => {
                    let what = FaultKind::Early;
                    return Err(Fault {
                        what,
                        ..removed(&path, first)
                    }
                    .into());
                }
                // What is wrong is told with the segment that is there.
                _ => return Ok(()),
            };
            let mut tiles = TileReader::new(self.tiles, self.signed.size);
            for index in first..end {
                let leaf = tiles
                    .leaf(index)
                    .map_err(|error| tile_error(error, index))?;
                self.leaf(leaf, &path, None)?;
            }
            self.found.expired += end - first;
        }
        Ok(())
    }

    fn segment(&mut self, contents: Contents, last: bool) -> Result<(), LedgerError> {
        let first = contents.first;
        if first != self.tree.frontier().size() {
            return Err(removed(&store::path(first, EVENTS), self.tree.frontier().size()).into());
        }
        self.found.segments += 1;
        self.found.bytes += contents.bytes;
        self.found.erased += contents.erased;
        let path = store::path(first, EVENTS);
        let mut frames = contents.frames.into_iter().peekable();
        let mut offset = None;
        for (index, leaf) in (first..).zip(contents.leaves) {
            while let Some((_, at)) = frames.next_if(|(begin, _)| *begin <= index) {
                offset = Some(at);
            }
            self.leaf(leaf, &path, offset)?;
        }
        match contents.end? {
            End::Whole => Ok(()),
            // What a checkpoint covers was finished.
            End::Torn(place) if !last || place.index < self.signed.size => Err(place.into()),
            End::Torn(_) => {
                self.found.torn = true;
                Ok(())
            }
        }
    }

    /// Takes the next leaf; the place is where it is from.
    fn leaf(&mut self, leaf: Hash, path: &str, offset: Option<u64>) -> Result<(), LedgerError> {
        let index = self.tree.frontier().size();
        let event = || Fault {
            path: path.to_owned(),
            offset,
            index,
            what: FaultKind::Event,
        };
        if self.leaves.get(&index).is_some_and(|held| *held != leaf) {
            return Err(event().into());
        }
        match &mut self.tree {
            Tree::Covered(audit) if index < self.signed.size => {
                if let Err(error) = audit.push(leaf) {
                    return Err(self.differs(error, event()));
                }
            }
            Tree::Covered(audit) => {
                let mut frontier = audit.frontier().clone();
                frontier.push(leaf);
                self.tree = Tree::Behind(Box::new(frontier));
            }
            Tree::Behind(frontier) => frontier.push(leaf),
        }
        self.compare_root()
    }

    /// Compares the root with what was signed of a tree of this size.
    fn compare_root(&self) -> Result<(), LedgerError> {
        let size = self.tree.frontier().size();
        let Some(said) = self.roots.get(&size) else {
            return Ok(());
        };
        let root = self.tree.frontier().root();
        match said.iter().find(|(said, _)| *said != root) {
            None => Ok(()),
            Some((_, path)) => Err(Fault {
                path: path.clone(),
                offset: None,
                index: size.saturating_sub(1),
                what: FaultKind::Root,
            }
            .into()),
        }
    }

    /// A leaf and a tile differ: the one is wrong that does not lead to the root that was signed.
    fn differs(&self, error: ReadError<io::Error>, event: Fault) -> LedgerError {
        if matches!(error, ReadError::Hash { .. }) {
            let mut tiles = TileReader::new(self.tiles, self.signed.size);
            let root = tiles.root_at(self.signed.size);
            if root.is_ok_and(|root| root == self.signed.root) {
                return event.into();
            }
        }
        tile_error(error, event.index)
    }

    fn end(mut self) -> Result<Verified, LedgerError> {
        let events = self.tree.frontier().size();
        let signed = self.roots.keys().next_back().copied();
        let receipt = self.leaves.keys().next_back().map(|index| index + 1);
        let known = signed.max(receipt).unwrap_or(0);
        if events < known {
            return Err(Fault {
                path: store::FOLDER.to_owned(),
                offset: None,
                index: events,
                what: FaultKind::Missing,
            }
            .into());
        }
        self.compare_parts()?;
        self.found.events = events;
        self.found.root = self.tree.frontier().root();
        Ok(self.found)
    }
}

impl Walk<'_> {
    /// Compares what is stored of tiles from when they were not full.
    fn compare_parts(&self) -> Result<(), LedgerError> {
        let disk = self.tiles.0;
        for tile in tiles_after(0, self.signed.size) {
            for (path, width) in tiles::parts(disk, tile)? {
                // Stored for a checkpoint that is not signed yet, or never was.
                if width > tile.width() {
                    continue;
                }
                let reading = || LedgerError::disk("reading", &path);
                let read = || -> io::Result<_> {
                    let whole = self.tiles.stored(tile)?;
                    let part = disk::read(disk, &path, whole.len())?;
                    Ok((whole, part))
                };
                let (whole, part) = match read() {
                    // A writer has filled the tile meanwhile.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    read => read.map_err(reading())?,
                };
                if part.len() != usize::from(width) * HASH_BYTES || !whole.starts_with(&part) {
                    return Err(Fault {
                        path,
                        offset: None,
                        index: tile.index() * u64::from(TILE_WIDTH),
                        what: FaultKind::Tile,
                    }
                    .into());
                }
            }
        }
        Ok(())
    }
}

/// A tree that a witness has seen, and the file that says so.
type Witnessed = (TreeHead, String);

/// What witnesses have cosigned: all notes that are kept, of which those of the witnesses that are
/// asked for must be there.
fn witnessed(parts: &Parts, wanted: &[WitnessKey]) -> Result<Vec<Witnessed>, LedgerError> {
    let disk = &*parts.disk;
    let fault = |path: String, what| Fault {
        path,
        offset: None,
        index: 0,
        what,
    };
    for witness in wanted {
        if publish::last(parts, witness)?.is_none() {
            return Err(fault(publish::path(witness), FaultKind::Unwitnessed).into());
        }
    }
    let names = disk.list(publish::FOLDER);
    let mut found = Vec::new();
    for name in names.map_err(LedgerError::disk("reading", publish::FOLDER))? {
        if name.ends_with(disk::NEW) {
            continue;
        }
        let path = format!("{}/{name}", publish::FOLDER);
        let note = disk::read(disk, &path, sign::LIMIT);
        let note = note.map_err(LedgerError::disk("reading", &path))?;
        let checkpoint = SignedCheckpoint::open(&note, &sign::log(&*parts.signer));
        let checkpoint = checkpoint.map_err(|_| fault(path.clone(), FaultKind::Signature))?;
        found.push((*checkpoint.tree(), path));
    }
    Ok(found)
}

fn removed(path: &str, index: u64) -> Fault {
    Fault {
        path: path.to_owned(),
        offset: None,
        index,
        what: FaultKind::Removed,
    }
}
