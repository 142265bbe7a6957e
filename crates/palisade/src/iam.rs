//! `palisade iam`: questions about permissions. Each command has a file; here is how their input is
//! read.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

mod access;
mod compare;
mod diff;
mod escalate;
mod gate;
mod lint;
mod shrink;
mod simulate;

use crate::cli::{ColorArg, IamArgs, IamCommand};
use crate::disk::{read_limited, read_regular};
use crate::failure::CommandError;
use crate::render;
use palisade_core::Sources;
use palisade_report::Style;
use palisade_syntax::{Document, decode, parse_json};
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn run(arguments: &IamArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    match &arguments.command {
        IamCommand::Access(arguments) => access::run(arguments, color),
        IamCommand::Shrink(arguments) => shrink::run(arguments, color),
        IamCommand::Simulate(arguments) => simulate::run(arguments, color),
        IamCommand::Compare(arguments) => compare::run(arguments, color),
        IamCommand::Lint(arguments) => lint::run(arguments, color),
        IamCommand::Escalate(arguments) => escalate::run(arguments, color),
        IamCommand::Diff(arguments) => diff::run(arguments, render::color(color)),
        IamCommand::NoNewAccess(arguments) => diff::no_new_access(arguments, render::color(color)),
        IamCommand::Forbid(arguments) => gate::forbid(arguments, render::color(color)),
        IamCommand::NoPublicAccess(arguments) => {
            gate::no_public_access(arguments, render::color(color))
        }
    }
}

/// Reads a JSON file, or standard input for `-`. A text that is no JSON is shown with the line at
/// which reading stopped.
fn read_json(path: &Path, sources: &mut Sources) -> Result<Document, CommandError> {
    let name = path.display().to_string();
    let bytes = if name == "-" {
        read_limited(std::io::stdin().lock())
    } else {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(CommandError::usage(format!("`{name}` is a folder")));
            }
            Ok(_) => read_regular(path),
            Err(error) => return Err(CommandError::usage(format!("`{name}`: {error}"))),
        }
    };
    let unreadable = |error: String| CommandError::unreadable(format!("`{name}` {error}"));
    let bytes = bytes.map_err(|error| unreadable(format!("is not read: {error}")))?;
    let text = decode(&bytes).map_err(|error| unreadable(error.to_string()))?;
    let file = sources.add(name.replace('\\', "/"), text);
    parse_json(file, sources.text(file)).map_err(|error| {
        let note = palisade_iam::Note::error(error.span, error.message);
        let shown = palisade_report::iam::note(sources, &note, &Style::default());
        CommandError::unreadable(shown.trim_start_matches("error: ").trim_end())
    })
}

/// Tells what could not be read, beside an answer for people.
fn tell_problems(problems: &[palisade_core::Problem]) {
    for problem in problems {
        let place = problem.line.map(|line| format!(":{line}"));
        let place = format!("{}{}", problem.file, place.unwrap_or_default());
        eprintln!("{place}: {}", problem.message);
    }
}

/// How text is written here.
fn style(color: ColorArg) -> Style<'static> {
    Style {
        color: render::color(color),
        width: render::width(),
        ..Style::default()
    }
}
