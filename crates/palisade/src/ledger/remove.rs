//! `palisade ledger expire`, `erase` and `erasures`: what goes, and what is known of it afterwards.

use super::place::Place;
use super::{failed, keep, tell};
use crate::cli::{EraseArgs, ErasuresArgs, ExpireArgs};
use crate::failure::CommandError;
use crate::output;
use crate::settings::Project;
use keep::count;
use palisade_ledger::{Erasure, Objection, Retention};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn expire(arguments: &ExpireArgs) -> Result<ExitCode, CommandError> {
    let retention = retention(arguments)?;
    let ledger = keep::open(&Place::new(&arguments.place)?)?;
    let (expired, went) = match arguments.dry_run {
        true => (
            keep::done(&ledger, ledger.expirable(retention))?,
            "would go",
        ),
        false => (keep::done(&ledger, ledger.expire(retention))?, "went"),
    };
    let days = retention.days();
    tell(&match expired.segments {
        0 => format!("nothing {went}: no segment is whole and older than {days} days"),
        segments => format!(
            "{} in {} {went}: all older than {days} days; their hashes stay",
            count(expired.events, "event"),
            count(segments, "segment"),
        ),
    });
    if expired.held > 0 {
        tell(&format!(
            "{} as old under a hold, and stay: `palisade ledger hold --list` names the holds",
            match expired.held {
                1 => "1 segment is".to_owned(),
                held => format!("{held} segments are"),
            }
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// How long events are kept: what is asked for, and not less than the policy demands.
fn retention(arguments: &ExpireArgs) -> Result<Retention, CommandError> {
    let here = Path::new(".").canonicalize();
    let here = here.map_err(|error| CommandError::usage(error.to_string()))?;
    let project = Project::find(&here, arguments.config.as_deref())?;
    let policy = project.parameters().log_retention_days;
    Retention::new(arguments.days, Some(policy)).map_err(|objection| {
        CommandError::refused(format!(
            "{objection}: so the policy demands (SCSP-8.3, parameter `log-retention-days`)"
        ))
    })
}

pub(crate) fn erase(arguments: &EraseArgs) -> Result<ExitCode, CommandError> {
    let subject = keep::subject(&arguments.subject)?;
    let subject = subject.ok_or_else(|| keep::refused(&Objection::Nobody))?;
    let ledger = keep::open(&Place::new(&arguments.place)?)?;
    let erased = keep::done(&ledger, ledger.erase(&subject, &arguments.reason))?;
    tell(&match erased.events {
        0 => "nothing was erased: no event has personal fields of a person with exactly this id, name or address; that it was asked for is recorded".to_owned(),
        events => format!(
            "erased {} in {}; {} written again, and every proof stays good\n  \
             backups from before still have them: erase them there by restoring with `--erasures`, or remove the backups",
            count(erased.fields, "field"),
            count(events, "event"),
            match erased.segments {
                1 => "1 segment was".to_owned(),
                segments => format!("{segments} segments were"),
            },
        ),
    });
    Ok(ExitCode::SUCCESS)
}

/// How the list of erasures is written.
const SCHEMA: &str = "palisade.ledger-erasures/1";
/// It is not longer: a million erasures or so.
const LONGEST: u64 = 256 << 20;

pub(crate) fn erasures(arguments: &ErasuresArgs) -> Result<ExitCode, CommandError> {
    let parts = Place::new(&arguments.place)?.existing()?;
    let erasures = palisade_ledger::erasures(&parts).map_err(|error| failed(&error))?;
    let json = json!({
        "schema": SCHEMA,
        "origin": parts.signer.key().name().as_str(),
        "erasures": erasures,
    });
    output::write(arguments.out.as_deref(), &format!("{json:#}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Reads the erasures of a ledger, which were carried to where a backup is restored.
pub(super) fn read_erasures(path: &Path, origin: &str) -> Result<Vec<Erasure>, CommandError> {
    let name = path.display();
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| CommandError::usage(format!("`{name}`: {error}")))?;
    let unreadable = || {
        CommandError::unreadable(format!(
            "`{name}` is not what `palisade ledger erasures` prints, of version `{SCHEMA}`"
        ))
    };
    let mut read: Value = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
    if read["schema"] != SCHEMA {
        return Err(unreadable());
    }
    if read["origin"] != origin {
        return Err(CommandError::usage(format!(
            "`{name}` has the erasures of another ledger: this one is `{origin}`"
        )));
    }
    serde_json::from_value(read["erasures"].take()).map_err(|_| unreadable())
}
