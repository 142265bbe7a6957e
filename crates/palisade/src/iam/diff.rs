//! `palisade iam diff` and `palisade iam no-new-access`: two versions of applications, compared.

use super::gate;
use crate::applications::{Applications, access_settings};
use crate::cli::gates::VersionsArgs;
use crate::environments;
use crate::failure::{CommandError, code};
use crate::settings::Project;
use crate::versions::{self, Version};
use palisade_access::{Change, changes};
use palisade_app::Application;
use palisade_core::Problem;
use palisade_iam::Catalogue;
use palisade_report::iam::change::{Changes, Question};
use rayon::prelude::*;
use std::process::ExitCode;
use std::sync::Arc;

/// Says what changes. It is a report: only input that can't be read is a failure.
pub(crate) fn run(arguments: &VersionsArgs, color: bool) -> Result<ExitCode, CommandError> {
    let compared = compared(arguments)?;
    gate::write(&compared.changes(Question::Diff), &arguments.common, color)?;
    Ok(ExitCode::from(match compared.unread {
        true => code::UNREADABLE,
        false => 0,
    }))
}

/// Holds when nothing is newly allowed.
pub(crate) fn no_new_access(
    arguments: &VersionsArgs,
    color: bool,
) -> Result<ExitCode, CommandError> {
    let mut compared = compared(arguments)?;
    for change in &mut compared.changes {
        change.lost.clear();
    }
    (compared.changes).retain(|change| !change.gained.is_empty() || !change.unknown.is_empty());
    let changes = compared.changes(Question::NoNewAccess);
    gate::write(&changes, &arguments.common, color)?;
    Ok(gate::exit_code(&changes, compared.unread))
}

/// What came of a comparison.
struct Compared {
    versions: [Version; 2],
    changes: Vec<Change>,
    problems: Vec<Problem>,
    unread: bool,
}

impl Compared {
    fn changes(&self, question: Question) -> Changes<'_> {
        let [old, new] = &self.versions;
        Changes {
            question,
            old: Some((&old.name, &old.prefix)),
            new: (&new.name, &new.prefix),
            missing: old.missing,
            changes: &self.changes,
            problems: &self.problems,
        }
    }
}

fn compared(arguments: &VersionsArgs) -> Result<Compared, CommandError> {
    let common = &arguments.common;
    let versions = versions::open(&arguments.old, &arguments.new)?;
    let [old, new] = &versions;
    // Both are held against the same surroundings, so that only the applications differ.
    let project = Project::find(&new.folder, common.given.config.as_deref())?;
    let given = environments::one(&project, &new.folder, &common.given)?;
    let settings = access_settings(&project, Catalogue::builtin())?;
    let read = |version: &Version| Applications::read(&*version.tree, &project, &given);
    let (before, after) = (read(old), read(new));
    let pairs = pairs(&before.applications, &after.applications);
    let compare = |(before, after): &(Option<&Application>, Option<&Application>)| {
        changes(*before, *after, &settings)
    };
    let found = pairs.par_iter().flat_map_iter(compare).collect();
    Ok(Compared {
        unread: before.has_unread() || after.has_unread(),
        problems: before.problems.into_iter().chain(after.problems).collect(),
        changes: found,
        versions,
    })
}

/// The versions of each application: by the path of its template, or the only one of each side.
fn pairs<'a>(
    old: &'a [Application],
    new: &'a [Application],
) -> Vec<(Option<&'a Application>, Option<&'a Application>)> {
    if let ([old], [new]) = (old, new) {
        return vec![(Some(old), Some(new))];
    }
    let at = |list: &'a [Application], root: &Arc<str>| list.iter().find(|app| app.root == *root);
    let kept = new.iter().map(|app| (at(old, &app.root), Some(app)));
    let gone = old.iter().filter(|app| at(new, &app.root).is_none());
    kept.chain(gone.map(|app| (Some(app), None))).collect()
}
