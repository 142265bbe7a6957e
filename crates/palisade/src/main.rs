//! `palisade`: commands, arguments, exit codes. The only crate that prints, and the only one that
//! touches files, the clock and the threads.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command line's own output"
)]

mod cli;
mod disk;
mod explain;
mod render;
mod scan;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    let color = arguments.color;
    let result = match arguments.command {
        cli::Command::Scan(arguments) => scan::run(&arguments, color),
        cli::Command::Rules(arguments) => explain::rules(&arguments, color),
        cli::Command::Explain(arguments) => explain::run(&arguments, color),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(error.code())
        }
    }
}
