//! The commands about permissions.

use super::{GivenArgs, gates};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Options of `palisade iam`.
#[derive(Debug, Args)]
pub(crate) struct IamArgs {
    #[command(subcommand)]
    pub(crate) command: IamCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IamCommand {
    /// Show who can reach what in applications, and how somebody gets in from outside
    Access(AccessArgs),
    /// Say what comes of requests under policies
    Simulate(SimulateArgs),
    /// Say whether two sets of policies allow the same, with requests that prove it when not
    Compare(CompareArgs),
    /// Find what is not as it seems in policies
    Lint(LintArgs),
    /// Find the least that functions need, from their code and their configuration
    Shrink(ShrinkArgs),
    /// Find the ways in which somebody can gain permissions that they do not have
    Escalate(EscalateArgs),
    /// Show what a change lets anybody do, and no longer do
    Diff(gates::VersionsArgs),
    /// Hold a change to a bar: nothing is newly allowed
    NoNewAccess(gates::VersionsArgs),
    /// Hold an application to a bar: nobody may do this
    Forbid(gates::ForbidArgs),
    /// Hold an application to a bar: nothing is open to everybody
    NoPublicAccess(gates::NoPublicAccessArgs),
}

/// Options of `palisade iam escalate`.
#[derive(Debug, Args)]
pub(crate) struct EscalateArgs {
    /// The policies, with `principal` and `inventory` where they are known, or a list of such, as
    /// JSON; `-` reads standard input
    pub(crate) file: PathBuf,
    /// How to write the answer
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    /// Exit with 0 also when there is a way
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

/// Options of `palisade iam simulate`.
#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// The question, or a list of questions, as JSON; `-` reads standard input
    pub(crate) file: PathBuf,
    /// How to write the answer
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    /// Exit with 0 also when a request is denied
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// A newer catalogue of actions than the one in the program
    #[arg(long, value_name = "FILE")]
    pub(crate) iam_data: Option<PathBuf>,
}

/// Options of `palisade iam compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// A policy, or `{"identity": [..], "boundary": [..], "scp": [[..]]}`, as JSON; `-` reads standard input
    pub(crate) a: PathBuf,
    /// What to compare it with
    pub(crate) b: PathBuf,
    /// Which requests there are
    #[arg(long, value_enum, default_value_t = UniverseArg::Open)]
    pub(crate) universe: UniverseArg,
    /// How to write the answer
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    /// A newer catalogue of actions than the one in the program
    #[arg(long, value_name = "FILE")]
    pub(crate) iam_data: Option<PathBuf>,
}

/// Which requests a comparison is about.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum UniverseArg {
    /// Any action on any resource
    Open,
    /// Actions that exist, on resources that they take
    Catalogue,
}

/// Options of `palisade iam lint`.
#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// Policies as JSON; `-` reads standard input
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What the policies are of [default: as they look]
    #[arg(long, value_enum)]
    pub(crate) kind: Option<KindArg>,
    /// How to write the notes
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    /// Exit with 0 whatever is found
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// A newer catalogue of actions than the one in the program
    #[arg(long, value_name = "FILE")]
    pub(crate) iam_data: Option<PathBuf>,
}

/// What a policy is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindArg {
    /// A user, group or role; a boundary, a session, a service control policy
    Identity,
    /// A resource
    Resource,
    /// A role, saying who may assume it
    Trust,
    /// A resource control policy
    ResourceControl,
}

/// The ways to write an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// For people
    Text,
    /// For programs; the schema is published
    Json,
}

/// Options of `palisade iam access`.
#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    #[command(flatten)]
    pub(crate) tree: TreeArgs,
    /// How to write it
    #[arg(long, short, value_enum, default_value_t = AccessFormat::Text)]
    pub(crate) format: AccessFormat,
    /// Only what reaches these resources; `*` stands for any text
    #[arg(long, value_name = "RESOURCE")]
    pub(crate) to: Vec<String>,
    /// Only what these functions, identities or ways in reach; `*` stands for any text
    #[arg(long, value_name = "NAME")]
    pub(crate) from: Vec<String>,
    /// Where to write it instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The ways to write who reaches what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessFormat {
    /// For people
    Text,
    /// For programs; the schema is published
    Json,
    /// A picture that needs nothing else
    Svg,
}

/// Options of `palisade iam shrink`.
#[derive(Debug, Args)]
pub(crate) struct ShrinkArgs {
    #[command(flatten)]
    pub(crate) tree: TreeArgs,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    /// Records of CloudTrail: what was really called counts as used too
    #[arg(long, value_name = "FILE")]
    pub(crate) observed: Vec<PathBuf>,
    /// Write the proposals into the templates
    #[arg(long)]
    pub(crate) fix: bool,
    /// Exit with 1 when something is granted but not used, or used but not granted
    #[arg(long)]
    pub(crate) check: bool,
}

/// Which applications a command is about, and what is known of their deployment.
#[derive(Debug, Args)]
pub(crate) struct TreeArgs {
    /// Folders or templates with the applications
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) deployment: DeploymentArgs,
}

/// What is known of the deployment of applications.
#[derive(Debug, Args)]
pub(crate) struct DeploymentArgs {
    #[command(flatten)]
    pub(crate) given: GivenArgs,
    /// A newer catalogue of actions and managed policies than the one in the program
    #[arg(long, value_name = "FILE")]
    pub(crate) iam_data: Option<PathBuf>,
}
