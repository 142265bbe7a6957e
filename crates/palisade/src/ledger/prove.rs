//! What is handed to outsiders: checkpoints, proofs and the key that verifies both.

use super::place::Place;
use super::{failed, tell, wait, who};
use crate::cli::{CheckpointArgs, KeyArgs, ProveArgs, ReadArgs};
use crate::failure::CommandError;
use crate::output;
use palisade_ledger::{Ledger, LedgerError, Query, Settings, Signer as _, last_checkpoint};
use std::process::ExitCode;

/// Signs what there is. A process that writes signs by itself: then its last checkpoint is printed.
pub(crate) fn checkpoint(arguments: &CheckpointArgs) -> Result<ExitCode, CommandError> {
    let parts = Place::new(&arguments.place)?.existing()?;
    let checkpoint = match Ledger::open(parts.clone(), Settings::default()) {
        Ok((ledger, _)) => wait(ledger.checkpoint()).map_err(|error| failed(&error))?,
        Err(LedgerError::Locked { process }) => {
            tell(&format!(
                "process {process} is writing to this ledger: this is what it signed last"
            ));
            let checkpoint = last_checkpoint(&parts).map_err(|error| failed(&error))?;
            checkpoint.to_string()
        }
        Err(error) => return Err(failed(&error)),
    };
    output::write(arguments.out.as_deref(), &checkpoint)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run(arguments: &ProveArgs) -> Result<ExitCode, CommandError> {
    let ReadArgs {
        role, record_in, ..
    } = &arguments.read;
    if !arguments.with_leaf && (role.is_some() || record_in.is_some()) {
        return Err(CommandError::usage(
            "nothing is read without --with-leaf, so --role and --record-in say nothing",
        ));
    }
    let place = Place::new(&arguments.place)?;
    let parts = place.existing()?;
    let index = arguments.index;
    let proof = palisade_ledger::prove(&parts, index).map_err(|error| failed(&error))?;
    let Some(mut proof) = proof else {
        let size = last_checkpoint(&parts).map_err(|error| failed(&error))?;
        return Err(CommandError::usage(format!(
            "the last checkpoint covers the {} events before index {index}, and not this one: `palisade ledger checkpoint` signs what there is",
            size.tree().size
        )));
    };
    if arguments.with_leaf {
        let query = Query {
            from_index: Some(index),
            until_index: Some(index.saturating_add(1)),
            ..Query::default()
        };
        let permit = who::permit(&place, &parts, &arguments.read, &query)?;
        let leaf = permit.leaf().map_err(|error| failed(&error))?;
        let leaf = leaf.ok_or_else(|| {
            CommandError::refused(format!(
                "event {index} is not there, or the role does not show events of its class; it can be proved without --with-leaf"
            ))
        })?;
        proof = proof.with_extra(leaf);
    }
    output::write(arguments.out.as_deref(), &proof.to_string())?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn key(arguments: &KeyArgs) -> Result<ExitCode, CommandError> {
    let keys = Place::new(&arguments.place)?.keys()?;
    output::write(None, &format!("{}\n", keys.key()))?;
    Ok(ExitCode::SUCCESS)
}
