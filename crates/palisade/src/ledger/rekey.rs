//! `palisade ledger rekey`: a new key, with which the keys of all segments are wrapped again.

use super::place::{Place, key_failed};
use super::{keep, tell};
use crate::cli::RekeyArgs;
use crate::failure::CommandError;
use keep::count;
use palisade_ledger::KeyService as _;
use std::process::ExitCode;

pub(crate) fn run(arguments: &RekeyArgs) -> Result<ExitCode, CommandError> {
    let place = Place::new(&arguments.place)?;
    // Where another process writes, no key is made in vain.
    drop(keep::open(&place)?);
    let mut keys = place.keys()?;
    keys.rotate().map_err(|error| key_failed(&error))?;
    let ledger = keep::open(&place)?;
    let wrapped = keep::done(&ledger, ledger.rekey())?;
    tell(&format!(
        "made the key `{}`; the keys of {} are wrapped with it now",
        keys.active(),
        count(wrapped, "segment"),
    ));
    // The ledger is still open: nobody can begin a segment with an earlier key meanwhile.
    if arguments.forget {
        keys.forget_others().map_err(|error| key_failed(&error))?;
        tell(
            "the earlier keys are gone from the key file: backups from before need a copy of the key file from before",
        );
    } else {
        tell("the earlier keys stay in the key file, for backups: --forget takes them out");
    }
    drop(ledger);
    Ok(ExitCode::SUCCESS)
}
