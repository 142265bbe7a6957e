//! `palisade iam forbid` and `palisade iam no-public-access`: bars that an application is held to.
//! Not to know is not to hold.

use crate::applications::{Applications, access_settings};
use crate::cli::gates::{ChangeFormat, CommonArgs, ForbidArgs, NoPublicAccessArgs};
use crate::disk::Disk;
use crate::failure::{CommandError, code};
use crate::settings::Project;
use crate::{environments, output, render};
use palisade_access::{Access, Change, Settings, allowed, public};
use palisade_core::Sources;
use palisade_iam::{Catalogue, NoteLevel, Pattern, Policy, read_document};
use palisade_report::Style;
use palisade_report::iam::change::{self, Changes, Question};
use rayon::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Holds when nobody may do what is forbidden.
pub(crate) fn forbid(arguments: &ForbidArgs, color: bool) -> Result<ExitCode, CommandError> {
    let policy = match &arguments.policy {
        Some(file) => Some(policy(file)?),
        None => None,
    };
    let principal = arguments.principal.as_deref().map(Pattern::wildcard);
    let ask = |access: &Access<'_>| {
        let forbidden = match &policy {
            Some(policy) => policy.clone(),
            None => access.forbidden(&arguments.actions, &arguments.resources),
        };
        allowed(access, &forbidden, principal.as_ref())
    };
    held(
        &arguments.paths,
        &arguments.common,
        Question::Forbid,
        color,
        &ask,
    )
}

/// Holds when nothing is open to everybody.
pub(crate) fn no_public_access(
    arguments: &NoPublicAccessArgs,
    color: bool,
) -> Result<ExitCode, CommandError> {
    let question = Question::NoPublicAccess;
    held(&arguments.paths, &arguments.common, question, color, &|a| {
        public(a)
    })
}

/// Asks every application what it allows of what it must not.
fn held(
    paths: &[PathBuf],
    common: &CommonArgs,
    question: Question,
    color: bool,
    ask: &(dyn Fn(&Access<'_>) -> Vec<Change> + Sync),
) -> Result<ExitCode, CommandError> {
    let disk = Disk::new(paths).map_err(|e| CommandError::usage(e.to_string()))?;
    let project = Project::find(disk.root(), common.given.config.as_deref())?;
    let given = environments::one(&project, disk.root(), &common.given)?;
    let settings: Settings<'_> = access_settings(&project, Catalogue::builtin())?;
    let read = Applications::read(&disk, &project, &given);
    let asked = read.applications.par_iter();
    let found: Vec<Change> = asked
        .flat_map_iter(|app| ask(&Access::of(app, &settings)))
        .collect();
    let names: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
    let changes = Changes {
        question,
        old: None,
        new: (&names.join(" "), &render::root_prefix(disk.root())),
        missing: false,
        changes: &found,
        problems: &read.problems,
    };
    write(&changes, common, color)?;
    Ok(exit_code(&changes, read.has_unread()))
}

/// A policy document that must be valid, or else less would be forbidden than is meant.
fn policy(file: &std::path::Path) -> Result<Arc<Policy>, CommandError> {
    let mut sources = Sources::default();
    let document = super::read_json(file, &mut sources)?;
    let (policy, notes) = read_document(&document);
    match notes.iter().find(|note| note.level == NoteLevel::Error) {
        Some(note) => {
            let shown = palisade_report::iam::note(&sources, note, &Style::default());
            Err(CommandError::usage(
                shown.trim_start_matches("error: ").trim_end(),
            ))
        }
        None => Ok(Arc::new(policy)),
    }
}

/// Writes what was found.
pub(super) fn write(
    changes: &Changes<'_>,
    common: &CommonArgs,
    color: bool,
) -> Result<(), CommandError> {
    let style = Style {
        color: color && common.output.is_none(),
        width: render::width(),
        ..Style::default()
    };
    let text = match common.format {
        ChangeFormat::Text => change::text(changes, &style),
        ChangeFormat::Markdown => change::markdown(changes),
        ChangeFormat::Json => change::json(changes),
    };
    output::write(common.output.as_deref(), &text)
}

/// Input that could not be read wins over what was found.
pub(super) fn exit_code(changes: &Changes<'_>, unread: bool) -> ExitCode {
    ExitCode::from(match (unread, changes.holds()) {
        (true, _) => code::UNREADABLE,
        (false, Some(true)) => 0,
        (false, _) => code::FOUND,
    })
}
