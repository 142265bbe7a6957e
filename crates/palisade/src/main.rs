//! `palisade`: commands, arguments, exit codes. The only crate that prints, and the only one that
//! touches files, the clock and the threads.

#![expect(clippy::print_stderr, reason = "the command line's own output")]

mod applications;
mod called;
mod cli;
mod coverage;
mod disk;
mod environments;
mod explain;
mod failure;
mod git;
mod guard;
mod iam;
mod ledger;
mod manual;
mod output;
mod parameters;
mod progress;
mod render;
mod scan;
mod settings;
mod versions;

use clap::Parser as _;
use std::process::ExitCode;

/// Reading templates makes many small values; this allocator is measurably quicker at that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    let color = arguments.color;
    let result = match arguments.command {
        cli::Command::Coverage(arguments) => coverage::run(&arguments),
        cli::Command::Completions { shell } => manual::completions(shell),
        cli::Command::Man { folder } => manual::pages(&folder),
        cli::Command::Scan(arguments) => scan::run(&arguments, color),
        cli::Command::Rules(arguments) => explain::rules(&arguments, color),
        cli::Command::Explain(arguments) => explain::run(&arguments, color),
        cli::Command::Iam(arguments) => iam::run(&arguments, color),
        cli::Command::Guard(arguments) => guard::run(&arguments),
        cli::Command::Ledger(arguments) => ledger::run(&arguments),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            // The code says so, too, where nothing can be written.
            ledger::tell(&format!("error: {error}"));
            error.exit_code()
        }
    }
}
