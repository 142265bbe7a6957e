//! `palisade guard`: what stands before functions.

mod demo;
mod fetch;
mod parts;
mod serve;

use crate::cli::{GuardArgs, GuardCommand};
use crate::failure::CommandError;
use palisade_core::Problem;
use std::process::ExitCode;

pub(crate) fn run(arguments: &GuardArgs) -> Result<ExitCode, CommandError> {
    match &arguments.command {
        GuardCommand::Serve(arguments) => serve::run(arguments),
        GuardCommand::Demo(arguments) => demo::run(arguments),
    }
}

/// Everything that a configuration names and that can't be used.
fn problems(found: &[Problem]) -> CommandError {
    let each = found.iter().map(|problem| {
        let place = match (problem.line, problem.column) {
            (Some(line), Some(column)) => format!("{}:{line}:{column}", problem.file),
            (Some(line), None) => format!("{}:{line}", problem.file),
            _ => problem.file.to_string(),
        };
        format!("{place}: {}", problem.message)
    });
    CommandError::usage(each.collect::<Vec<_>>().join("\n"))
}
