//! The commands about the chain before functions.

use super::GivenArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Options of `palisade guard`.
#[derive(Debug, Args)]
pub(crate) struct GuardArgs {
    #[command(subcommand)]
    pub(crate) command: GuardCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GuardCommand {
    /// Write a first guard.toml from an application, or from an OpenAPI document
    Init(InitArgs),
}

/// Options of `palisade guard init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The application (a folder or a template), or an OpenAPI document
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Where to write it; the files that it names go beside it
    #[arg(long, short, default_value = "guard.toml", value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub(crate) force: bool,
    /// Where functions are reached, such as `http://127.0.0.1:9000`
    #[arg(long, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// The account that is deployed to, in place of `own` in palisade.toml
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// The region that is deployed to, in place of `region` in palisade.toml
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Option<String>,
    #[command(flatten)]
    pub(crate) given: GivenArgs,
}
