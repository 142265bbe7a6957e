//! The commands that keep events, remove them and copy them.

use super::PlaceArgs;
use crate::cli::AnswerFormat;
use crate::ledger::When;
use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args};
use std::path::PathBuf;

/// Options of `palisade ledger hold`.
#[derive(Debug, Args)]
pub(crate) struct HoldArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// What the hold is called; it is never erased, so name nobody in it
    #[arg(required_unless_present = "list", requires = "reason")]
    pub(crate) name: Option<String>,
    /// Why; it stays in the record
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reason: Option<String>,
    /// Only what happened or was recorded from this time on (UTC): 2026-03-01, 2026-03-01T08:30Z or
    /// milliseconds since 1970
    #[arg(long, value_name = "TIME", requires = "to", conflicts_with_all = ["subject", "subject_file"])]
    pub(crate) from: Option<When>,
    /// Only up to this time; a day is meant to its end
    #[arg(long, value_name = "TIME", requires = "from")]
    pub(crate) to: Option<When>,
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
    /// List the holds in force
    #[arg(long, conflicts_with_all = ["name", "reason", "from", "subject", "subject_file"])]
    pub(crate) list: bool,
    /// How to write the list
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text, requires = "list")]
    pub(crate) format: AnswerFormat,
}

/// Whom a command is about.
#[derive(Debug, Args)]
pub(crate) struct SubjectArgs {
    /// An id, a name or an address of a person, exactly as events have it
    #[arg(long, value_name = "TEXT", conflicts_with = "subject_file")]
    pub(crate) subject: Option<String>,
    /// A file whose first line is that; - is standard input. So it does not stand in the shell's
    /// history or the list of processes
    #[arg(long, value_name = "FILE")]
    pub(crate) subject_file: Option<PathBuf>,
}

/// Options of `palisade ledger release`.
#[derive(Debug, Args)]
pub(crate) struct ReleaseArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// What the hold is called
    pub(crate) name: String,
    /// Why; it stays in the record
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reason: String,
}

/// Options of `palisade ledger expire`.
#[derive(Debug, Args)]
pub(crate) struct ExpireArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// How long events are kept [default: the policy's `log-retention-days`, 365 unless changed];
    /// fewer days than the policy's are refused
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<u32>,
    /// The configuration with the policy, instead of the `palisade.toml` found from here upwards
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Tell what would go, and remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Options of `palisade ledger erase`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").required(true).args(["subject", "subject_file"])))]
pub(crate) struct EraseArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
    /// Why; it stays in the record, so name nobody in it
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reason: String,
}

/// Options of `palisade ledger erasures`.
#[derive(Debug, Args)]
pub(crate) struct ErasuresArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Where to write them instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Options of `palisade ledger rekey`.
#[derive(Debug, Args)]
pub(crate) struct RekeyArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Take the earlier keys out of the key file. Backups from before can then be opened only with a
    /// copy of the key file from before
    #[arg(long)]
    pub(crate) forget: bool,
}

/// Options of `palisade ledger backup`.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// An empty folder, or one that is made
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
}

/// Options of `palisade ledger restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The folder of the backup
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// What `erasures` printed last, so that nobody comes back who was erased after the backup
    #[arg(long, value_name = "FILE")]
    pub(crate) erasures: Option<PathBuf>,
}
