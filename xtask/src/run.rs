//! Running other commands from the repository's root.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// A command in the repository's root.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// Runs it and fails when it fails.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<()> {
    println!("$ {program} {}", arguments.join(" "));
    let status = command(program, arguments)
        .status()
        .with_context(|| format!("starting {program}"))?;
    if !status.success() {
        bail!("`{program} {}` failed", arguments.join(" "));
    }
    Ok(())
}

/// Builds the binary with all optimisations and gives its path.
pub(crate) fn release_binary(package: &str) -> Result<PathBuf> {
    binary(package, "release", &["--release"])
}

/// Builds the binary as tests use it and gives its path.
pub(crate) fn debug_binary(package: &str) -> Result<PathBuf> {
    binary(package, "debug", &[])
}

fn binary(package: &str, folder: &str, options: &[&str]) -> Result<PathBuf> {
    let build = ["build", "--quiet", "--locked", "--package", package];
    run("cargo", &[&build[..], options].concat())?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    Ok(target.join(folder).join(package))
}
