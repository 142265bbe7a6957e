//! What was recorded and then not done to the end, because the process or the power went: it is
//! done when the ledger is opened.

use crate::deeds::Deeds;
use crate::disk::remove;
use crate::erase;
use crate::error::LedgerError;
use crate::store::{self, EVENTS, FOLDER, INDEX, KEY, NEXT_KEY};
use crate::writer::Parts;
use std::io;

/// Finishes rewritings, expiries and erasures.
pub(crate) fn finish(parts: &Parts, deeds: &Deeds) -> Result<(), LedgerError> {
    take_next_keys(parts)?;
    remove_expired(parts, deeds)?;
    erase::apply(parts, deeds)
}

/// The numbers of the files in the folder of segments that have an ending.
fn numbers(parts: &Parts, ending: &str) -> Result<Vec<u64>, LedgerError> {
    let names = parts.disk.list(FOLDER);
    let names = names.map_err(LedgerError::disk("reading", FOLDER))?;
    let numbers = names.iter().filter_map(|name| name.strip_suffix(ending));
    Ok(numbers.flat_map(str::parse).collect())
}

/// A rewritten segment has two keys until it has taken its place; the one is kept that opens it.
fn take_next_keys(parts: &Parts) -> Result<(), LedgerError> {
    let disk = &*parts.disk;
    for first in numbers(parts, NEXT_KEY)? {
        let (key, next) = (store::path(first, KEY), store::path(first, NEXT_KEY));
        let header = store::header(disk, first)?;
        let opens = |ending| store::read_key_as(disk, &*parts.keys, &header, ending);
        let done = match opens(KEY) {
            Ok(_) => disk.remove(&next),
            Err(_) => match opens(NEXT_KEY) {
                Ok(_) => disk.rename(&next, &key),
                Err(error) => return Err(error),
            },
        };
        done.and_then(|()| disk.sync_folder(FOLDER))
            .map_err(LedgerError::disk("writing", &next))?;
    }
    Ok(())
}

/// Removes the files of segments that have expired.
pub(crate) fn remove_expired(parts: &Parts, deeds: &Deeds) -> Result<(), LedgerError> {
    let disk = &*parts.disk;
    let is_over = |first: &u64| matches!(deeds.gone(*first), Some((_, true)));
    // The key goes last: a segment that is there can be read until then.
    for ending in [INDEX, EVENTS, NEXT_KEY, KEY] {
        let over = numbers(parts, ending)?;
        let mut over = over.into_iter().filter(is_over).peekable();
        if over.peek().is_none() {
            continue;
        }
        let removed = || -> io::Result<()> {
            for first in over {
                remove(disk, &store::path(first, ending))?;
            }
            disk.sync_folder(FOLDER)
        };
        removed().map_err(LedgerError::disk("removing", FOLDER))?;
    }
    Ok(())
}
