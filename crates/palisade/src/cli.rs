//! The one definition of commands and options: help, man pages and completions are made from it.

pub(crate) mod gates;
mod given;
mod guard;
mod iam;
mod ledger;

pub(crate) use given::GivenArgs;
pub(crate) use guard::{GuardArgs, GuardCommand, InitArgs};
pub(crate) use iam::{
    AccessArgs, AccessFormat, AnswerFormat, CompareArgs, DeploymentArgs, EscalateArgs, IamArgs,
    IamCommand, KindArg, LintArgs, ShrinkArgs, SimulateArgs, TreeArgs, UniverseArg,
};
pub(crate) use ledger::{
    AppendArgs, AskArgs, BackupArgs, CheckpointArgs, EraseArgs, ErasuresArgs, EventFormat,
    ExpireArgs, ExportArgs, ExportFormat, HoldArgs, KeyArgs, LedgerArgs, LedgerCommand, OutcomeArg,
    PartArgs, PlaceArgs, PlacesArgs, ProveArgs, PublishArgs, QueryArgs, ReadArgs, RekeyArgs,
    ReleaseArgs, RestoreArgs, StatsArgs, SubjectArgs, TailArgs, VerifyArgs, WitnessArgs,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use palisade_core::Severity;
use std::path::PathBuf;

/// Makes a serverless security policy run
#[derive(Debug, Parser)]
#[command(name = "palisade", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = ColorArg::Auto, global = true, value_name = "WHEN")]
    pub(crate) color: ColorArg,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find what breaks the policy in SAM, CloudFormation, Terraform and Serverless Framework
    Scan(ScanArgs),
    /// List the rules
    Rules(RulesArgs),
    /// Explain a rule, a clause of the policy or an id of another tool
    Explain(ExplainArgs),
    /// Decide exactly who can do what
    Iam(IamArgs),
    /// Keep a record of events that cannot be quietly changed, and prove what is in it
    Ledger(LedgerArgs),
    /// Stand before functions: nothing reaches them unchecked
    Guard(GuardArgs),
    /// Show each clause of the policy and what stands behind it today
    Coverage(CoverageArgs),
    /// Write the completion script of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder
    Man {
        /// The folder
        folder: PathBuf,
    },
}

/// Options of `palisade coverage`.
#[derive(Debug, Args)]
pub(crate) struct CoverageArgs {
    /// How to write it
    #[arg(long, short, value_enum, default_value_t = CoverageFormat::Text)]
    pub(crate) format: CoverageFormat,
    /// Only the clauses that nothing holds yet
    #[arg(long)]
    pub(crate) gaps: bool,
    /// Exit with 1 when there is a gap
    #[arg(long)]
    pub(crate) fail_on_gap: bool,
    /// The configuration instead of the `palisade.toml` found from here upwards
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// The ways to write coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageFormat {
    /// For people
    Text,
    /// For programs; the schema is published
    Json,
}

/// Options of `palisade scan`.
#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Folders or templates to scan; templates filter the report
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// How to write the report
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Tell everything, and nothing in short
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Where to write the report instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Exit with 1 when a finding is at least this severe [default: low]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) fail_on: Option<Severity>,
    /// Exit with 0 whatever is found
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Which findings to report [default: default]
    #[arg(long, value_enum)]
    pub(crate) profile: Option<ProfileArg>,
    /// Report only these rules or foreign ids
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// Never report these rules or foreign ids
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    #[command(flatten)]
    pub(crate) deployment: DeploymentArgs,
    /// Write the application model as JSON instead of a report
    #[arg(long)]
    pub(crate) dump_model: bool,
}

/// Options of `palisade rules`.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// How to write the list
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
}

/// Options of `palisade explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A rule (unencrypted-queue), a clause (SCSP-3.1) or an id of another tool (CKV_AWS_27)
    pub(crate) name: String,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    /// On a terminal, unless the environment says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The ways to write a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Text,
    /// For programs; the schema is published
    Json,
    /// A page of the documentation
    Markdown,
}

/// The ways to write a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs; the schema is published
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// JUnit's XML, for CI systems that show test results
    Junit,
    /// Annotations for GitHub Actions
    Github,
    /// For comments on pull requests
    Markdown,
    /// One page that needs nothing else
    Html,
}

/// Which findings to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArg {
    /// Exposure, permissions, secrets and data; hygiene where its condition holds
    Default,
    /// Everything
    All,
}

impl From<ProfileArg> for palisade_policy::Profile {
    fn from(profile: ProfileArg) -> Self {
        match profile {
            ProfileArg::Default => Self::Default,
            ProfileArg::All => Self::All,
        }
    }
}
