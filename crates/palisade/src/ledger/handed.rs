//! What outsiders hold against a ledger: checkpoints and receipts, from files.

use crate::failure::CommandError;
use palisade_ledger::{Evidence, Receipt};
use palisade_tlog::{Hash, Log, MAX_NOTE, SignedCheckpoint, UnverifiedNote};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// A line with a receipt is not longer.
const LONGEST_LINE: usize = MAX_NOTE + 4096;

/// Reads what is held against a ledger. What it did not sign is no evidence of it, but that is
/// told, and is a failed verification.
pub(crate) fn read(
    checkpoints: &[PathBuf],
    receipts: &[PathBuf],
    log: &Log,
) -> Result<Evidence, CommandError> {
    let mut evidence = Evidence::default();
    for path in checkpoints {
        let mut note = Vec::new();
        let file = File::open(path).map_err(|error| unopened(path, &error))?;
        file.take(u64::try_from(MAX_NOTE).unwrap_or(u64::MAX) + 1)
            .read_to_end(&mut note)
            .map_err(|error| unread(path, &error.to_string()))?;
        let name = path.display().to_string();
        evidence.checkpoints.push(checkpoint(&name, &note, log)?);
    }
    for path in receipts {
        read_receipts(path, log, &mut evidence)?;
    }
    agree(&evidence.receipts)?;
    Ok(evidence)
}

fn unopened(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::usage(format!("`{}`: {error}", path.display()))
}

fn unread(path: &Path, error: &str) -> CommandError {
    CommandError::unreadable(format!("`{}`: {error}", path.display()))
}

/// A checkpoint that the ledger has signed.
fn checkpoint(name: &str, note: &[u8], log: &Log) -> Result<SignedCheckpoint, CommandError> {
    let unreadable =
        |error: &str| CommandError::unreadable(format!("`{name}` is not a checkpoint: {error}"));
    let unverified = UnverifiedNote::parse(note).map_err(|error| unreadable(&error.to_string()))?;
    let origin = unverified.unverified_text().lines().next();
    let expected = log.origin.as_str();
    if let Some(origin) = origin.filter(|origin| *origin != expected) {
        return Err(CommandError::unverified(format!(
            "`{name}` is a checkpoint of `{}`, and this ledger is `{expected}`",
            origin.escape_debug()
        )));
    }
    SignedCheckpoint::open(note, log).map_err(|error| {
        CommandError::unverified(format!(
            "`{name}` is not a checkpoint that the key of this ledger has signed ({error}): either it is forged, or this is another ledger of the same name"
        ))
    })
}

/// Receipts, one per line; the checkpoints in them count too.
fn read_receipts(path: &Path, log: &Log, evidence: &mut Evidence) -> Result<(), CommandError> {
    let file = File::open(path).map_err(|error| unopened(path, &error))?;
    let mut input = BufReader::new(file);
    let mut line = Vec::new();
    let mut last = None;
    for number in 1_u64.. {
        line.clear();
        let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
        let read = input.by_ref().take(limit).read_until(b'\n', &mut line);
        if read.map_err(|error| unread(path, &error.to_string()))? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let name = format!("{}:{number}", path.display());
        let value: Value = serde_json::from_slice(&line).unwrap_or_default();
        let hash = value["leaf_hash"]
            .as_str()
            .and_then(|hash| hash.parse::<Hash>().ok());
        let (Some(index), Some(leaf_hash)) = (value["index"].as_u64(), hash) else {
            return Err(CommandError::unreadable(format!(
                "`{name}` is not a receipt: write `{{\"index\": N, \"leaf_hash\": \"BASE64\"}}` as `append` printed it"
            )));
        };
        evidence.receipts.push(Receipt { index, leaf_hash });
        // Receipts that were printed together have the same one.
        let note = value["checkpoint"].as_str().map(ToOwned::to_owned);
        if let Some(text) = note.as_deref().filter(|_| note != last) {
            evidence
                .checkpoints
                .push(checkpoint(&name, text.as_bytes(), log)?);
            last = note;
        }
    }
    Ok(())
}

/// Two receipts can't tell of different events in one place.
fn agree(receipts: &[Receipt]) -> Result<(), CommandError> {
    let mut known = BTreeMap::new();
    for Receipt { index, leaf_hash } in receipts {
        if known
            .insert(index, leaf_hash)
            .is_some_and(|other| other != leaf_hash)
        {
            return Err(CommandError::unverified(format!(
                "two receipts contradict each other: each tells of another event {index}"
            )));
        }
    }
    Ok(())
}
