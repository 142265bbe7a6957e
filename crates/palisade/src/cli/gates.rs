//! Options of the commands that compare permissions and hold them to a bar.

use super::GivenArgs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Options of `palisade iam diff` and `palisade iam no-new-access`.
#[derive(Debug, Args)]
pub(crate) struct VersionsArgs {
    /// The version before: a folder, a template, an account (see `iam forbid`) or a git revision
    pub(crate) old: String,
    /// The version after. A revision may be written `git:REV` or `git:REV:PATH`; without a path it
    /// means what the other version is there; `REV...` is where the current branch left REV
    #[arg(default_value = ".")]
    pub(crate) new: String,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Options of `palisade iam forbid`.
#[derive(Debug, Args)]
pub(crate) struct ForbidArgs {
    /// Folders, templates, or the output of `aws iam get-account-authorization-details`
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// An action that must not be allowed; with wildcards, none that it matches
    #[arg(
        long = "action",
        value_name = "ACTION",
        required_unless_present = "policy"
    )]
    pub(crate) actions: Vec<String>,
    /// The resources that it is about: ARNs with wildcards, or names from the template [default: *]
    #[arg(long = "resource", value_name = "RESOURCE", requires = "actions")]
    pub(crate) resources: Vec<String>,
    /// Only whom this matches: an ARN or a name from the template, with wildcards
    #[arg(long, value_name = "WHO")]
    pub(crate) principal: Option<String>,
    /// A policy document: what its statements allow must not be allowed
    #[arg(long, value_name = "FILE", conflicts_with = "actions")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Options of `palisade iam no-public-access`.
#[derive(Debug, Args)]
pub(crate) struct NoPublicAccessArgs {
    /// Folders, templates, or the output of `aws iam get-account-authorization-details`
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// What these commands share.
#[derive(Debug, Args)]
pub(crate) struct CommonArgs {
    /// How to write the answer
    #[arg(long, short, value_enum, default_value_t = ChangeFormat::Text)]
    pub(crate) format: ChangeFormat,
    /// Where to write the answer instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) given: GivenArgs,
}

/// The ways to write changes of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChangeFormat {
    /// For people
    Text,
    /// For comments on pull requests
    Markdown,
    /// For programs; the schema is published
    Json,
}
