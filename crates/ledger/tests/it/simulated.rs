//! A disk that keeps no more than the port promises. It counts its operations; at any of them the
//! power can go, the process can die, a write can be cut short, or a sync can fail.

use palisade_ledger::{Disk, DiskFile, Held, Lock};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

/// What goes wrong, at the operation of a given number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The power goes: what was not synced may be lost, in part or as a whole.
    PowerLoss,
    /// The process is killed: what was written stays.
    Kill,
    /// From here on there is no room.
    Full,
    /// The operation fails; if it is a sync, what it should have made to last may be lost, and
    /// later syncs succeed all the same.
    Fails,
}

/// What a file holds.
#[derive(Clone, Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    /// What is sure to be there after a loss of power.
    lasting: Vec<u8>,
    /// A sync failed: what came before it may be lost, whatever later syncs say.
    forgotten: bool,
}

/// A change of the names in a folder that was not synced.
#[derive(Clone, Debug)]
enum Change {
    Create(String, usize),
    Rename(String, String),
    Remove(String),
}

#[derive(Debug, Default)]
struct State {
    names: BTreeMap<String, usize>,
    contents: Vec<Content>,
    lasting: BTreeMap<String, usize>,
    changes: Vec<Change>,
    operations: u64,
    trouble: Option<(u64, Trouble)>,
    ended: bool,
    full: bool,
}

/// The disk. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Simulated(Arc<Mutex<State>>);

impl Simulated {
    /// How many operations there were.
    pub(crate) fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Lets something go wrong at an operation that is still to come.
    pub(crate) fn plan(&self, operation: u64, trouble: Trouble) {
        self.state().trouble = Some((operation, trouble));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Every file with its bytes.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        let files = state.names.iter();
        files
            .map(|(name, id)| (name.clone(), state.contents[*id].bytes.clone()))
            .collect()
    }

    /// A disk with these files, all of them lasting.
    pub(crate) fn with(files: BTreeMap<String, Vec<u8>>) -> Self {
        let mut state = State::default();
        for (name, bytes) in files {
            state.names.insert(name, state.contents.len());
            state.contents.push(Content {
                lasting: bytes.clone(),
                bytes,
                forgotten: false,
            });
        }
        state.lasting = state.names.clone();
        Self(Arc::new(Mutex::new(state)))
    }

    /// What the next process finds after a kill.
    pub(crate) fn after_kill(&self) -> Self {
        Self::with(self.files())
    }

    /// What the next process finds after a loss of power. What was not synced is chosen by
    /// `choice`, which gives a number below its argument.
    pub(crate) fn after_power_loss(&self, choice: &mut impl FnMut(usize) -> usize) -> Self {
        let state = self.state();
        let mut names = state.lasting.clone();
        let kept = choice(state.changes.len() + 1);
        for change in state.changes.iter().take(kept) {
            change.apply(&mut names);
        }
        let bytes = |id: &usize, choice: &mut dyn FnMut(usize) -> usize| {
            let content = &state.contents[*id];
            torn(content, choice)
        };
        let files = names.iter();
        Self::with(
            files
                .map(|(name, id)| (name.clone(), bytes(id, choice)))
                .collect(),
        )
    }
}

/// What is found of a file: what was synced, and of the rest nothing, all, the beginning, or some
/// of its sectors.
fn torn(content: &Content, choice: &mut dyn FnMut(usize) -> usize) -> Vec<u8> {
    const SECTOR: usize = 512;
    let (now, lasting) = (&content.bytes, &content.lasting);
    let common = now.iter().zip(lasting).take_while(|(a, b)| a == b).count();
    match choice(4) {
        0 => lasting.clone(),
        1 => now.clone(),
        2 => now[..common + choice(now.len() - common + 1)].to_vec(),
        _ => {
            let mut bytes = now.clone();
            let mut at = common;
            while at < bytes.len() {
                let end = ((at / SECTOR + 1) * SECTOR).min(bytes.len());
                if choice(2) == 0 {
                    bytes[at..end].fill(0);
                }
                at = end;
            }
            bytes
        }
    }
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Create(name, id) => {
                names.insert(name.clone(), *id);
            }
            Self::Rename(from, to) => {
                if let Some(id) = names.remove(from) {
                    names.insert(to.clone(), id);
                }
            }
            Self::Remove(name) => {
                names.remove(name);
            }
        }
    }

    fn folder(&self) -> &str {
        let (Self::Create(name, _) | Self::Rename(_, name) | Self::Remove(name)) = self;
        name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

fn gone() -> io::Error {
    io::Error::other("this process has ended")
}

impl State {
    /// Counts an operation that changes something, and tells what happens to it.
    fn step(&mut self) -> io::Result<Option<Trouble>> {
        if self.ended {
            return Err(gone());
        }
        self.operations += 1;
        let Some((_, trouble)) = self.trouble.filter(|(at, _)| *at == self.operations) else {
            return Ok(None);
        };
        match trouble {
            Trouble::PowerLoss | Trouble::Kill => self.ended = true,
            Trouble::Full => self.full = true,
            Trouble::Fails => {}
        }
        Ok(Some(trouble))
    }

    /// An operation that is done as a whole or not at all.
    fn whole(&mut self) -> io::Result<()> {
        match self.step()? {
            Some(Trouble::PowerLoss | Trouble::Kill) => Err(gone()),
            Some(Trouble::Fails) => Err(io::Error::other("input/output error")),
            Some(Trouble::Full) | None => Ok(()),
        }
    }

    fn room(&self) -> io::Result<()> {
        if self.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl Disk for Simulated {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let state = self.state();
        let names = state.names.keys();
        Ok(names
            .filter_map(|name| match folder {
                "" => Some(name.as_str()),
                _ => name.strip_prefix(folder)?.strip_prefix('/'),
            })
            .filter(|name| !name.contains('/'))
            .map(str::to_owned)
            .collect())
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        state.whole()?;
        state.room()?;
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let id = state.contents.len();
        state.contents.push(Content::default());
        state.names.insert(path.to_owned(), id);
        state.changes.push(Change::Create(path.to_owned(), id));
        Ok(Box::new(Opened {
            disk: self.clone(),
            id,
        }))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let state = self.state();
        let id = *state.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Opened {
            disk: self.clone(),
            id,
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        state.whole()?;
        if !state.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let change = Change::Rename(from.to_owned(), to.to_owned());
        change.apply(&mut state.names);
        state.changes.push(change);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        if !state.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.whole()?;
        let change = Change::Remove(path.to_owned());
        change.apply(&mut state.names);
        state.changes.push(change);
        Ok(())
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        let mut state = self.state();
        state.whole()?;
        let state = &mut *state;
        let (here, elsewhere) = std::mem::take(&mut state.changes)
            .into_iter()
            .partition(|change| change.folder() == folder);
        state.changes = elsewhere;
        let here: Vec<Change> = here;
        for change in here {
            change.apply(&mut state.lasting);
        }
        Ok(())
    }

    /// One process has the disk: a crash ends it.
    fn lock(&self) -> io::Result<Lock> {
        Ok(Lock::Taken(Box::new(Unlocked)))
    }
}

#[derive(Debug)]
struct Unlocked;

impl Held for Unlocked {}

#[derive(Debug)]
struct Opened {
    disk: Simulated,
    id: usize,
}

impl DiskFile for Opened {
    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.state().contents[self.id].bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let state = self.disk.state();
        let bytes = &state.contents[self.id].bytes;
        let from = usize::try_from(offset).unwrap().min(bytes.len());
        let count = into.len().min(bytes.len() - from);
        into[..count].copy_from_slice(&bytes[from..from + count]);
        Ok(count)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        let trouble = state.step()?;
        // Whatever goes wrong during a write, some of it may have been done.
        let (written, result) = match trouble {
            Some(Trouble::PowerLoss | Trouble::Kill) => (bytes.len() / 2, Err(gone())),
            Some(Trouble::Fails) => (bytes.len() / 3, Err(io::Error::other("input/output error"))),
            Some(Trouble::Full) | None => match state.room() {
                Err(full) => (bytes.len().min(100), Err(full)),
                Ok(()) => (bytes.len(), Ok(())),
            },
        };
        let id = self.id;
        state.contents[id].bytes.extend(&bytes[..written]);
        result
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.whole()?;
        let id = self.id;
        state.contents[id]
            .bytes
            .truncate(usize::try_from(len).unwrap());
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.state();
        let id = self.id;
        match state.step()? {
            Some(Trouble::PowerLoss | Trouble::Kill) => return Err(gone()),
            Some(Trouble::Fails) => {
                state.contents[id].forgotten = true;
                return Err(io::Error::other("input/output error"));
            }
            Some(Trouble::Full) | None => {}
        }
        // After a failed sync the system takes the pages for clean, although they never arrived.
        let content = &mut state.contents[id];
        if !content.forgotten {
            content.lasting = content.bytes.clone();
        }
        Ok(())
    }
}
