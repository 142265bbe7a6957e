//! `palisade iam shrink`: the least that functions need.

use crate::applications::Opened;
use crate::cli::{AnswerFormat, ColorArg, ShrinkArgs};
use crate::failure::{CommandError, code};
use crate::output;
use palisade_access::{Access, Edit, Expressions, Record, fix, records, shrink};
use palisade_report::iam::shrink::{Report, json, text};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

/// Exit code 1 only when it was asked to check, 3 when something could not be read.
pub(crate) fn run(arguments: &ShrinkArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    let tree = Opened::open(&arguments.tree)?;
    let observed = observed(arguments)?;
    let read = tree.applications();
    let accesses: Vec<Access<'_>> = read
        .applications
        .iter()
        .map(|app| Access::of(app, &tree.settings))
        .collect();
    let reports: Vec<Report<'_>> = accesses
        .iter()
        .map(|access| {
            let (roles, symbols) = shrink(access, &tree.disk, &observed);
            Report {
                access,
                roles,
                symbols,
            }
        })
        .collect();
    let written = match arguments.format {
        AnswerFormat::Text => text(&reports, &super::style(color)),
        AnswerFormat::Json => json(&reports, &read.problems),
    };
    output::write(None, &written)?;
    if arguments.format == AnswerFormat::Text {
        super::tell_problems(&read.problems);
    }
    if arguments.fix {
        write_fixes(&tree, &reports)?;
    }
    Ok(ExitCode::from(if read.has_unread() {
        code::UNREADABLE
    } else if arguments.check && reports.iter().any(Report::differs) {
        code::FOUND
    } else {
        0
    }))
}

fn observed(arguments: &ShrinkArgs) -> Result<Vec<Record>, CommandError> {
    let mut all = Vec::new();
    for path in &arguments.observed {
        let name = path.display();
        let bytes = crate::disk::read_regular(path);
        let bytes = bytes.map_err(|e| CommandError::usage(format!("`{name}`: {e}")))?;
        let found = records(&String::from_utf8_lossy(&bytes));
        all.extend(found.map_err(|e| {
            CommandError::unreadable(format!("`{name}` holds no records of CloudTrail: {e}"))
        })?);
    }
    Ok(all)
}

/// Writes what can be written, and says of the rest why it can't.
fn write_fixes(tree: &Opened, reports: &[Report<'_>]) -> Result<(), CommandError> {
    let mut edits: BTreeMap<Arc<str>, Vec<Edit>> = BTreeMap::new();
    for report in reports {
        let expressions = Expressions::new(report.access, &report.symbols);
        for role in &report.roles {
            match fix(report.access, role, &expressions) {
                Ok(found) => {
                    for edit in found {
                        edits.entry(edit.file.clone()).or_default().push(edit);
                    }
                }
                Err(why) => eprintln!("not written: {}: {why}", role.role),
            }
        }
    }
    for (file, mut edits) in edits {
        let path = tree.disk.root().join(&*file);
        let wrong = |e: std::io::Error| CommandError::internal(format!("`{file}`: {e}"));
        let mut text = std::fs::read_to_string(&path).map_err(wrong)?;
        // From the end, so that the places before stay true.
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
        edits.dedup();
        for edit in &edits {
            if text.get(edit.range.clone()).is_none() {
                return Err(CommandError::internal(format!("`{file}` has changed")));
            }
            text.replace_range(edit.range.clone(), &edit.text);
        }
        std::fs::write(&path, text).map_err(wrong)?;
        eprintln!("written: {file}: the policies of {} roles", edits.len());
    }
    Ok(())
}
