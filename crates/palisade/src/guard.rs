//! `palisade guard`: what stands before functions. Each command has a file; what they share is how a
//! configuration is read (`parts`), how a request goes through the chain (`walk`), how issuers are
//! asked (`fetch`), and how what was done to keys is recorded (`book`).

mod book;
mod check;
mod decide;
mod demo;
mod explain;
mod fetch;
mod floor;
mod init;
mod key;
mod parts;
mod serve;
mod test;
mod walk;

use crate::cli::guard::{GuardArgs, GuardCommand};
use crate::failure::CommandError;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;
use tokio::runtime::{Builder, Runtime};

/// No event, request or table is longer: an event of Lambda has 6 MiB at most.
const LONGEST: u64 = 16 << 20;

pub(crate) fn run(arguments: &GuardArgs) -> Result<ExitCode, CommandError> {
    match &arguments.command {
        GuardCommand::Demo(arguments) => demo::run(arguments),
        GuardCommand::Init(arguments) => init::run(arguments),
        GuardCommand::Serve(arguments) => serve::run(arguments),
        GuardCommand::Check(arguments) => check::run(arguments),
        GuardCommand::Key(arguments) => key::run(arguments),
        GuardCommand::Decide(arguments) => decide::run(arguments),
        GuardCommand::Explain(arguments) => explain::run(arguments),
        GuardCommand::Test(arguments) => test::run(arguments),
    }
}

/// What a file holds, or standard input when it is called `-`.
fn input(path: &Path) -> Result<Vec<u8>, CommandError> {
    let name = path.display();
    let unread = |error: std::io::Error| CommandError::unreadable(format!("`{name}`: {error}"));
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        let mut input = std::io::stdin().lock().take(LONGEST + 1);
        input.read_to_end(&mut bytes).map_err(unread)?;
    } else {
        let file = std::fs::File::open(path).map_err(unread)?;
        file.take(LONGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(unread)?;
    }
    if bytes.len() as u64 > LONGEST {
        return Err(CommandError::unreadable(format!(
            "`{name}` is larger than 16 MiB"
        )));
    }
    Ok(bytes)
}

/// The same, of text.
fn text(path: &Path) -> Result<String, CommandError> {
    String::from_utf8(input(path)?)
        .map_err(|_| CommandError::unreadable(format!("`{}` is not UTF-8", path.display())))
}

/// What runs futures.
fn runtime() -> Result<Runtime, CommandError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| CommandError::internal(format!("waiting is not possible: {error}")))
}

/// A text from outside as a line of a terminal takes it.
fn tame(text: &str) -> String {
    let each = text.chars().map(|c| match c.is_control() {
        true => '\u{fffd}',
        false => c,
    });
    each.collect()
}
