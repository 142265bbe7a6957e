//! `palisade guard`: what stands before functions. Each command has a file.

mod init;

use crate::cli::{GuardArgs, GuardCommand};
use crate::failure::CommandError;
use std::process::ExitCode;

pub(crate) fn run(arguments: &GuardArgs) -> Result<ExitCode, CommandError> {
    match &arguments.command {
        GuardCommand::Init(arguments) => init::run(arguments),
    }
}
