//! What the commands have in common that hold, remove and copy events.

use super::place::{Place, first_line};
use super::{failed, tell, wait};
use crate::cli::SubjectArgs;
use crate::failure::CommandError;
use palisade_ledger::{KeepError, Ledger, Objection, Settings};
use std::io;
use std::path::Path;
use zeroize::Zeroizing;

/// Opens a ledger that is there, for writing.
pub(super) fn open(place: &Place<'_>) -> Result<Ledger, CommandError> {
    let opened = Ledger::open(place.existing()?, Settings::default());
    let (ledger, opened) = opened.map_err(|error| failed(&error))?;
    if opened.set_aside > 0 {
        tell(&format!(
            "{} bytes of a write that was not finished were set aside in `torn`; none of it had been acknowledged",
            opened.set_aside
        ));
    }
    Ok(ledger)
}

/// Waits for what was asked for, and signs that it was done.
pub(super) fn done<T>(
    ledger: &Ledger,
    work: impl Future<Output = Result<T, KeepError>>,
) -> Result<T, CommandError> {
    let done = wait(work).map_err(|error| objected(&error))?;
    wait(ledger.checkpoint()).map_err(|error| failed(&error))?;
    Ok(done)
}

/// What it means to whoever called the command that something was not done.
pub(super) fn objected(error: &KeepError) -> CommandError {
    match error {
        KeepError::Ledger(error) => failed(error),
        KeepError::Refused(objection) => refused(objection),
    }
}

pub(super) fn refused(objection: &Objection) -> CommandError {
    let message = objection.to_string();
    match objection {
        Objection::Held(_) | Objection::Retention { .. } => CommandError::refused(message),
        Objection::Meanwhile => CommandError::internal(message),
        _ => CommandError::usage(message),
    }
}

/// Whom a command is about, if anybody.
pub(super) fn subject(arguments: &SubjectArgs) -> Result<Option<Zeroizing<String>>, CommandError> {
    let Some(path) = &arguments.subject_file else {
        return Ok(arguments.subject.clone().map(Zeroizing::new));
    };
    const WHAT: &str = "an id, a name or an address";
    let read = if path == Path::new("-") {
        first_line(io::stdin().lock(), WHAT)
    } else {
        let file = std::fs::File::open(path).map_err(|error| error.to_string());
        file.and_then(|file| first_line(file, WHAT))
    };
    let wrong = |what| CommandError::usage(format!("`{}`: {what}", path.display()));
    read.map(Some).map_err(wrong)
}

/// A number of things.
pub(super) fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}
