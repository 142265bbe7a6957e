//! The one definition of commands and options: help, man pages and completions are made from it.

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
    /// Find what breaks the policy in SAM and CloudFormation templates
    Scan(ScanArgs),
    /// List the rules
    Rules(RulesArgs),
    /// Explain a rule, a clause of the policy or an id of another tool
    Explain(ExplainArgs),
    /// Decide exactly who can do what
    Iam(IamArgs),
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
}

/// Options of `palisade iam access`.
#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    /// Folders or templates
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
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
    #[command(flatten)]
    pub(crate) template: TemplateArgs,
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

/// How applications are read, for the commands that reason about them as a whole.
#[derive(Debug, Args)]
pub(crate) struct TemplateArgs {
    /// A value for a template parameter
    #[arg(long = "parameter", value_name = "KEY=VALUE")]
    pub(crate) parameters: Vec<String>,
    /// A file with values for template parameters (AWS CLI or plain map, JSON or YAML)
    #[arg(long = "parameter-file", value_name = "FILE")]
    pub(crate) parameter_files: Vec<PathBuf>,
    /// The configuration instead of the `palisade.toml` found from the input upwards
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
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
}

/// The ways to write an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// For people
    Text,
    /// For programs; the schema is published
    Json,
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
    /// A value for a template parameter
    #[arg(long = "parameter", value_name = "KEY=VALUE")]
    pub(crate) parameters: Vec<String>,
    /// A file with values for template parameters (AWS CLI or plain map, JSON or YAML)
    #[arg(long = "parameter-file", value_name = "FILE")]
    pub(crate) parameter_files: Vec<PathBuf>,
    /// The configuration instead of the `palisade.toml` found from the input upwards
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
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
