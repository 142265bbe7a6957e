//! Manual pages and shell completions, made from the one definition of the command line.

use crate::cli::Cli;
use crate::failure::CommandError;
use crate::output;
use clap::CommandFactory as _;
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<ExitCode, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "palisade", &mut script);
    output::write(None, &String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn pages(folder: &Path) -> Result<ExitCode, CommandError> {
    let wrong = |e: std::io::Error| CommandError::usage(format!("`{}`: {e}", folder.display()));
    std::fs::create_dir_all(folder).map_err(wrong)?;
    clap_mangen::generate_to(Cli::command(), folder).map_err(wrong)?;
    Ok(ExitCode::SUCCESS)
}
