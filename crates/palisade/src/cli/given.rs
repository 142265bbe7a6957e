//! What is given to templates: every command that reads applications takes it.

use clap::Args;
use std::path::PathBuf;

/// What is given to templates.
#[derive(Debug, Args)]
pub(crate) struct GivenArgs {
    /// A value for a parameter of templates, or for a variable of Terraform
    #[arg(
        long = "parameter",
        visible_alias = "var",
        value_name = "KEY=VALUE",
        help_heading = GIVEN
    )]
    pub(crate) parameters: Vec<String>,
    /// A file with values for parameters of templates (AWS CLI or plain map, JSON or YAML)
    #[arg(long = "parameter-file", value_name = "FILE", help_heading = GIVEN)]
    pub(crate) parameter_files: Vec<PathBuf>,
    /// A file with values for variables of Terraform; it must lie in the tree that is read
    #[arg(long = "var-file", value_name = "FILE", help_heading = GIVEN)]
    pub(crate) variable_files: Vec<PathBuf>,
    /// The stage of services of the Serverless Framework
    #[arg(long, value_name = "NAME", help_heading = GIVEN)]
    pub(crate) stage: Option<String>,
    /// A value for `${opt:KEY}` of the Serverless Framework
    #[arg(long = "opt", value_name = "KEY=VALUE", help_heading = GIVEN)]
    pub(crate) options: Vec<String>,
    /// A value for `${env:KEY}` of the Serverless Framework; this machine's environment is not read
    #[arg(long = "env", value_name = "KEY=VALUE", help_heading = GIVEN)]
    pub(crate) variables: Vec<String>,
    /// Only this one of the environments that `palisade.toml` names
    #[arg(long = "environment", value_name = "NAME", help_heading = GIVEN)]
    pub(crate) environments: Vec<String>,
    /// The configuration instead of the `palisade.toml` found from the input upwards
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

const GIVEN: &str = "What is given to templates";
