//! The commands about what stands before functions.

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
    /// Serve as the gateway that a configuration describes, until Ctrl-C or SIGTERM
    Serve(GuardServeArgs),
    /// Show everything on this machine, without any preparation: an issuer, a function, a gateway
    /// before it, five calls, and what is on record of them
    Demo(GuardDemoArgs),
}

#[derive(Debug, Args)]
pub(crate) struct GuardServeArgs {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "guard.toml")]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct GuardDemoArgs {
    /// The port of the gateway; any that is free unless given
    #[arg(
        long,
        value_name = "PORT",
        default_value = "0",
        hide_default_value = true
    )]
    pub(crate) port: u16,
    /// End after the calls, instead of serving on
    #[arg(long)]
    pub(crate) once: bool,
}
