//! What is given to templates in each environment: from the configuration, then from the named
//! environment, then from the command line; the later one wins.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

use crate::cli::GivenArgs;
use crate::disk::relative;
use crate::failure::CommandError;
use crate::parameters::{pairs, read};
use crate::settings::Project;
use palisade_core::suggest;
use palisade_policy::Environment;
use palisade_scan::Given;
use std::path::Path;
use std::sync::Arc;

/// The environments that are asked for, by name: those that are chosen, or else all that the
/// configuration names. One without a name when it names none.
pub(crate) fn all(
    project: &Project,
    root: &Path,
    arguments: &GivenArgs,
) -> Result<Vec<(Option<Arc<str>>, Given)>, CommandError> {
    let named = &project.config.environments;
    let chosen = &arguments.environments;
    if let Some(name) = chosen.iter().find(|name| !named.contains_key(*name)) {
        let near = suggest(name, named.keys().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if named.is_empty() => "write `[environments.NAME]`".to_owned(),
            None => format!("it names {}", list(named.keys())),
        };
        let message = format!("the configuration names no environment `{name}`; {help}");
        return Err(CommandError::usage(message));
    }
    if named.is_empty() {
        let none = Environment::default();
        return Ok(vec![(None, given(project, root, &none, arguments)?)]);
    }
    named
        .iter()
        .filter(|(name, _)| chosen.is_empty() || chosen.contains(name))
        .map(|(name, environment)| {
            let given = given(project, root, environment, arguments)?;
            Ok((Some(Arc::from(name.as_str())), given))
        })
        .collect()
}

/// The one environment that a command decides about.
pub(crate) fn one(
    project: &Project,
    root: &Path,
    arguments: &GivenArgs,
) -> Result<Given, CommandError> {
    let mut all = all(project, root, arguments)?;
    match (all.pop(), all.is_empty()) {
        (Some((_, given)), true) => Ok(given),
        _ => Err(CommandError::usage(format!(
            "this command decides about one environment at a time; choose one of {} with \
             `--environment NAME`",
            list(project.config.environments.keys())
        ))),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn given(
    project: &Project,
    root: &Path,
    environment: &Environment,
    arguments: &GivenArgs,
) -> Result<Given, CommandError> {
    let mut parameters = project.config.cloudformation.clone();
    parameters.extend(project.config.sam.clone());
    for file in &environment.parameter_files {
        let path = project.folder.join(file);
        inside(&path, &project.folder, "the folder of the configuration")?;
        parameters.extend(read(&path)?);
    }
    parameters.extend(environment.parameters.clone());
    for path in &arguments.parameter_files {
        parameters.extend(read(path)?);
    }
    parameters.extend(pairs("--parameter", &arguments.parameters)?);
    let mut options = environment.options.clone();
    options.extend(pairs("--opt", &arguments.options)?);
    let mut variables = environment.variables.clone();
    variables.extend(pairs("--env", &arguments.variables)?);
    let named = environment.variable_files.iter();
    let named = named.map(|file| project.folder.join(file));
    let files = named.chain(arguments.variable_files.iter().cloned());
    Ok(Given {
        parameters,
        variable_files: files
            .map(|path| inside(&path, root, "the tree that is read"))
            .collect::<Result<_, _>>()?,
        stage: (arguments.stage.clone()).or_else(|| environment.stage.clone()),
        options,
        environment: variables,
    })
}

/// A file as it is called below a folder that it must lie in.
fn inside(path: &Path, folder: &Path, what: &str) -> Result<String, CommandError> {
    let wrong = |why: String| CommandError::usage(format!("`{}` {why}", path.display()));
    let full = path
        .canonicalize()
        .map_err(|e| wrong(format!("is not read: {e}")))?;
    if !full.starts_with(folder) {
        let folder = folder.display();
        return Err(wrong(format!("lies outside of {what}, `{folder}`")));
    }
    if !full.is_file() {
        return Err(wrong("is not a file".to_owned()));
    }
    Ok(relative(folder, &full))
}
