//! The commands about the ledger.

mod keeping;
mod publishing;

pub(crate) use keeping::{
    BackupArgs, EraseArgs, ErasuresArgs, ExpireArgs, HoldArgs, RekeyArgs, ReleaseArgs, RestoreArgs,
    SubjectArgs,
};

pub(crate) use publishing::{PublishArgs, WitnessArgs};

use super::AnswerFormat;
use crate::ledger::{When, class};
use clap::{Args, Subcommand, ValueEnum};
use palisade_core::ClauseId;
use palisade_event::Class;
use palisade_tlog::WitnessKey;
use std::path::PathBuf;

/// Options of `palisade ledger`.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    pub(crate) command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Append events from standard input, one JSON object per line, and print a receipt for each
    Append(AppendArgs),
    /// Verify every event, tile and signature, and hold them against checkpoints and receipts
    Verify(VerifyArgs),
    /// Sign what there is, and print the checkpoint: keep it where the ledger's owner can't change it
    Checkpoint(CheckpointArgs),
    /// Bring checkpoints on a schedule to a file, a URL and witnesses, as `[ledger.publish]` of
    /// palisade.toml says
    Publish(PublishArgs),
    /// Cosign the checkpoints of other ledgers, as long as each continues the one before
    Witness(WitnessArgs),
    /// Prove that an event is in the ledger, to anybody who has the verifier key
    Prove(ProveArgs),
    /// Find events by time, class, principal, function, outcome, clause or correlation id
    Query(QueryArgs),
    /// Write events for other programs
    Export(ExportArgs),
    /// Show the last events, and those that come after them
    Tail(TailArgs),
    /// Count events, segments and bytes, without reading them
    Stats(StatsArgs),
    /// Print the verifier key, for those who verify checkpoints and proofs
    Key(KeyArgs),
    /// Put a legal hold in force, or list those in force: what it covers is not removed or erased
    Hold(HoldArgs),
    /// End a legal hold
    Release(ReleaseArgs),
    /// Remove events whose time is over, as whole segments; their hashes stay
    Expire(ExpireArgs),
    /// Erase the personal fields of one person; every proof stays good
    Erase(EraseArgs),
    /// List the erasures, without names: to be given to `restore`
    Erasures(ErasuresArgs),
    /// Make a new key, and wrap the keys of all segments with it
    Rekey(RekeyArgs),
    /// Copy the ledger to another folder
    Backup(BackupArgs),
    /// Make a ledger from a backup, and apply later erasures again
    Restore(RestoreArgs),
}

/// Which ledger a command is about, and what opens it.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// The folder of the ledger
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// The file with its keys [default: DIR.key, beside the folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// A file whose first line is the passphrase of the key file
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// Which ledgers a command is about, and what opens them.
#[derive(Debug, Args)]
pub(crate) struct PlacesArgs {
    /// The folder of the ledger; several are given as one, by time
    #[arg(long = "dir", value_name = "DIR", required = true)]
    pub(crate) dirs: Vec<PathBuf>,
    /// The file with its keys; with several folders one for each, in their order [default: DIR.key,
    /// beside the folder]
    #[arg(long = "key-file", value_name = "FILE")]
    pub(crate) key_files: Vec<PathBuf>,
    /// A file whose first line is the passphrase of the key file; with several folders one for all,
    /// or one for each
    #[arg(long = "passphrase-file", value_name = "FILE")]
    pub(crate) passphrase_files: Vec<PathBuf>,
}

/// In which role somebody reads, and where that is recorded.
#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    /// The role to read in, for those who have several
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Option<String>,
    /// The folder of another ledger that records the reading of a backup, or of a folder that can't
    /// be written; its roles count. Its key file stands beside it
    #[arg(long, value_name = "DIR")]
    pub(crate) record_in: Option<PathBuf>,
    /// A file whose first line is the passphrase of that key file
    #[arg(long, value_name = "FILE", requires = "record_in")]
    pub(crate) record_passphrase_file: Option<PathBuf>,
}

/// Options of `palisade ledger append`.
#[derive(Debug, Args)]
pub(crate) struct AppendArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// What a new ledger is called, everywhere and forever: by convention a URL without its scheme
    /// [default: palisade/DIR]
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
    /// Say in the events that nobody waited for them to be durable
    #[arg(long)]
    pub(crate) batched: bool,
    /// Put the checkpoint that covers it into each receipt
    #[arg(long)]
    pub(crate) checkpoint: bool,
}

/// Options of `palisade ledger verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// A checkpoint from an earlier day
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub(crate) checkpoints: Vec<PathBuf>,
    /// Receipts, one per line, as `append` printed them
    #[arg(long = "receipt", value_name = "FILE")]
    pub(crate) receipts: Vec<PathBuf>,
    /// The verifier key of a witness that must have cosigned the ledger, as its last publication says
    #[arg(long = "witness", value_name = "VKEY")]
    pub(crate) witnesses: Vec<WitnessKey>,
    /// Where to write the proof, when two checkpoints show that the ledger signed two histories
    #[arg(long, value_name = "FILE")]
    pub(crate) fork_proof: Option<PathBuf>,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

/// Options of `palisade ledger checkpoint`.
#[derive(Debug, Args)]
pub(crate) struct CheckpointArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Where to write it instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Options of `palisade ledger prove`.
#[derive(Debug, Args)]
pub(crate) struct ProveArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// The index of the event
    #[arg(long, value_name = "N")]
    pub(crate) index: u64,
    /// Put what the proof is about beside it: the event, with commitments for personal fields
    #[arg(long)]
    pub(crate) with_leaf: bool,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    /// Where to write it instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// What is asked for. What is not given does not restrict.
#[derive(Debug, Args)]
pub(crate) struct AskArgs {
    /// What happened at this time or later: 2026-11-22, 2026-11-22T10:00:00Z, or 90m, 1h, 7d ago
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<When>,
    /// What happened before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<When>,
    /// Events of this class, such as `api_activity`; several are alternatives
    #[arg(long = "class", value_name = "NAME", value_delimiter = ',', value_parser = class)]
    pub(crate) classes: Vec<Class>,
    /// Who acted or was acted on: id, name or mail address, as it was recorded
    #[arg(long, value_name = "NAME")]
    pub(crate) principal: Option<String>,
    /// What was called or is concerned: an operation, or the id or name of a resource
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// How it went
    #[arg(long, value_enum)]
    pub(crate) outcome: Option<OutcomeArg>,
    /// Events that serve this clause of the policy; several are alternatives
    #[arg(long = "clause", value_name = "ID", value_delimiter = ',')]
    pub(crate) clauses: Vec<ClauseId>,
    /// The correlation id
    #[arg(long, value_name = "ID")]
    pub(crate) correlation: Option<String>,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// Which of the events that were asked for.
#[derive(Debug, Args)]
pub(crate) struct PartArgs {
    /// No more events than this
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// The newest event first
    #[arg(long)]
    pub(crate) newest: bool,
}

/// How something went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutcomeArg {
    /// It was done
    Success,
    /// It was not done
    Failure,
}

/// The ways to write events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventFormat {
    /// A line for people
    Text,
    /// {"index": …, "event": …}, one in a line; of several ledgers with `ledger`
    #[value(alias = "jsonl")]
    Json,
    /// Rows of the columns that most events have
    Csv,
    /// The events alone, as OCSF has them, one in a line
    Ocsf,
}

/// The ways to write events for other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// {"index": …, "event": …}, one in a line; of several ledgers with `ledger`
    #[value(alias = "json")]
    Jsonl,
    /// Rows of the columns that most events have
    Csv,
    /// The events alone, as OCSF has them, one in a line
    Ocsf,
}

/// Options of `palisade ledger query`.
#[derive(Debug, Args)]
pub(crate) struct QueryArgs {
    #[command(flatten)]
    pub(crate) places: PlacesArgs,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    #[command(flatten)]
    pub(crate) part: PartArgs,
    /// How to write them
    #[arg(long, short, value_enum, default_value_t = EventFormat::Text)]
    pub(crate) format: EventFormat,
}

/// Options of `palisade ledger export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) places: PlacesArgs,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    #[command(flatten)]
    pub(crate) part: PartArgs,
    /// How to write them
    #[arg(long, short, value_enum)]
    pub(crate) format: ExportFormat,
    /// Where to write them instead of standard output; only you can read a file that is made
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Options of `palisade ledger tail`.
#[derive(Debug, Args)]
pub(crate) struct TailArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    /// So many of the last events
    #[arg(long = "lines", short = 'n', value_name = "N", default_value_t = 10)]
    pub(crate) count: u64,
    /// Go on with those that come
    #[arg(long, short = 'f')]
    pub(crate) follow: bool,
    /// How to write them
    #[arg(long, value_enum, default_value_t = EventFormat::Text)]
    pub(crate) format: EventFormat,
}

/// Options of `palisade ledger stats`.
#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// How to write them
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

/// Options of `palisade ledger key`.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}
