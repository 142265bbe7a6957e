//! `[environments.NAME]`: what is given to templates when they are deployed to one of several
//! places.

use crate::read::{Reader, Table};
use std::collections::BTreeMap;

/// One environment. Paths are relative to the folder of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The stage of a service of the Serverless Framework.
    pub stage: Option<String>,
    /// Parameters of CloudFormation and SAM, variables of Terraform.
    pub parameters: BTreeMap<String, String>,
    /// Files of such parameters.
    pub parameter_files: Vec<String>,
    /// Files of Terraform's variables; a later one decides over an earlier one.
    pub variable_files: Vec<String>,
    /// Values of `${opt:…}` of the Serverless Framework.
    pub options: BTreeMap<String, String>,
    /// Values of `${env:…}` of the Serverless Framework.
    pub variables: BTreeMap<String, String>,
}

pub(super) const KEYS: &[&str] = &[
    "stage",
    "parameters",
    "parameter-files",
    "var-files",
    "options",
    "env",
];

/// Reads all of them.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
) -> BTreeMap<String, Environment> {
    let mut environments = BTreeMap::new();
    for (key, value) in table.entries {
        let name: &str = key.get_ref();
        if !is_name(name) {
            let help = "use letters, digits, `-`, `_` and `.`".to_owned();
            let message = format!("`{name}` is no name for an environment");
            reader.error(key.span(), message, Some(help));
        }
        if let Some(table) = reader.table(value, name) {
            environments.insert(name.to_owned(), one(reader, table));
        }
    }
    environments
}

/// Names stand on command lines and in reports.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.chars().all(fits)
}

fn one<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Environment {
    reader.keys(table, KEYS);
    let mut environment = Environment {
        stage: reader.optional_text(table, "stage"),
        ..Environment::default()
    };
    for (name, values) in [
        ("parameters", &mut environment.parameters),
        ("options", &mut environment.options),
        ("env", &mut environment.variables),
    ] {
        if let Some(value) = table.get(name) {
            *values = reader.scalars(value, name);
        }
    }
    for (name, files) in [
        ("parameter-files", &mut environment.parameter_files),
        ("var-files", &mut environment.variable_files),
    ] {
        if let Some(value) = table.get(name) {
            *files = reader.texts(value, name);
        }
    }
    environment
}
