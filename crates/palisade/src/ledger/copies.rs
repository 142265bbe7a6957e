//! `palisade ledger backup` and `restore`.

use super::place::Place;
use super::remove::read_erasures;
use super::{failed, keep, tell, wait};
use crate::cli::{BackupArgs, RestoreArgs};
use crate::failure::CommandError;
use keep::count;
use palisade_ledger::{Folder, Ledger, LedgerError, Settings};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

pub(crate) fn backup(arguments: &BackupArgs) -> Result<ExitCode, CommandError> {
    let parts = Place::new(&arguments.place)?.existing()?;
    if is_inside(&arguments.to, &arguments.place.dir) {
        return Err(CommandError::usage(format!(
            "`{}` is in the folder of the ledger: name another one, better on another disk",
            arguments.to.display()
        )));
    }
    let to = folder(&arguments.to)?;
    let copied = match Ledger::open(parts.clone(), Settings::default()) {
        Ok((ledger, _)) => wait(ledger.backup(&to)),
        // Another process writes, and signs what it writes; or nobody can.
        Err(LedgerError::Locked { .. }) => palisade_ledger::backup(&parts, &to),
        Err(error) if error.takes_no_events() => palisade_ledger::backup(&parts, &to),
        Err(error) => return Err(failed(&error)),
    };
    let events = copied.map_err(|error| keep::objected(&error))?;
    tell(&format!(
        "copied {} to `{}`; the key file is not among them: keep a copy of it elsewhere",
        count(events, "event"),
        arguments.to.display()
    ));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn restore(arguments: &RestoreArgs) -> Result<ExitCode, CommandError> {
    let from = Place::copied(&arguments.place, &arguments.from)?.existing()?;
    let erasures = match &arguments.erasures {
        Some(path) => read_erasures(path, from.signer.key().name().as_str())?,
        None => Vec::new(),
    };
    let dir = &arguments.place.dir;
    let to = Arc::new(folder(dir)?);
    let restored = palisade_ledger::restore(&from, to, Settings::default(), &erasures)
        .map_err(|error| keep::objected(&error))?;
    tell(&format!(
        "verified the copy and restored {} in `{}`; {} applied again",
        count(restored.events, "event"),
        dir.display(),
        match restored.erasures {
            1 => "1 erasure was".to_owned(),
            erasures => format!("{erasures} erasures were"),
        }
    ));
    if arguments.erasures.is_none() {
        tell(
            "without --erasures, whoever was erased after the copy was made is back: `palisade ledger erasures` lists them, where the later ledger is still there",
        );
    }
    tell(
        "events and holds from after the copy are not there: hold what must be held, and `verify` with the last checkpoint that you have",
    );
    Ok(ExitCode::SUCCESS)
}

/// Whether a folder, which need not be there yet, is below another.
fn is_inside(folder: &Path, other: &Path) -> bool {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let there = absolute
        .ancestors()
        .find_map(|path| path.canonicalize().ok());
    let other = other.canonicalize();
    there
        .zip(other.ok())
        .is_some_and(|(there, other)| there.starts_with(other))
}

fn folder(path: &Path) -> Result<Folder, CommandError> {
    let failed = |error| CommandError::internal(format!("`{}`: {error}", path.display()));
    Folder::new(path).map_err(failed)
}
