//! What is given to templates in each environment: from the configuration, then from the named
//! environment, then from the command line; the later one wins.

use crate::cli::GivenArgs;
use crate::disk::relative;
use crate::failure::CommandError;
use crate::parameters::{pairs, read};
use crate::settings::Project;
use palisade_app::Language;
use palisade_core::suggest;
use palisade_policy::Environment as Named;
use palisade_scan::{Examined, Given, LeftOut};
use std::path::Path;
use std::sync::Arc;

/// What is given in an environment.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// The name, if it has one.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) given: Given,
    /// Files of the named environment that lie outside of the tree.
    pub(crate) left_out: Vec<LeftOut>,
}

/// The environments that are asked for, by name: those that are chosen, or else all that the
/// configuration names. One without a name when it names none.
pub(crate) fn all(
    project: &Project,
    root: &Path,
    arguments: &GivenArgs,
) -> Result<Vec<Environment>, CommandError> {
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
        let only = environment(project, root, &Named::default(), arguments)?;
        return Ok(vec![only]);
    }
    named
        .iter()
        .filter(|(name, _)| chosen.is_empty() || chosen.contains(name))
        .map(|(name, named)| {
            Ok(Environment {
                name: Some(Arc::from(name.as_str())),
                ..environment(project, root, named, arguments)?
            })
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
        (Some(environment), true) => {
            for left in &environment.left_out {
                eprintln!("left out: {} ({})", left.path, left.reason);
            }
            Ok(environment.given)
        }
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

fn environment(
    project: &Project,
    root: &Path,
    named: &Named,
    arguments: &GivenArgs,
) -> Result<Environment, CommandError> {
    let mut parameters = project.config.cloudformation.clone();
    parameters.extend(project.config.sam.clone());
    for file in &named.parameter_files {
        let path = project.folder.join(file);
        match below(&path, &project.folder)? {
            Some(_) => parameters.extend(read(&path)?),
            None => return Err(outside(&path, "folder of the configuration")),
        }
    }
    parameters.extend(named.parameters.clone());
    for path in &arguments.parameter_files {
        parameters.extend(read(path)?);
    }
    parameters.extend(pairs("--parameter", &arguments.parameters)?);
    let mut variable_files = Vec::new();
    let mut left_out = Vec::new();
    for file in &named.variable_files {
        // A part of the project may be scanned by itself.
        match below(&project.folder.join(file), root)? {
            Some(file) => variable_files.push(file),
            None => left_out.push(LeftOut {
                path: file.clone(),
                reason: "values of an environment, outside of the tree".to_owned(),
            }),
        }
    }
    for path in &arguments.variable_files {
        let file = below(path, root)?;
        variable_files.push(file.ok_or_else(|| outside(path, "tree that is read"))?);
    }
    let mut options = named.options.clone();
    options.extend(pairs("--opt", &arguments.options)?);
    let mut environment = named.variables.clone();
    environment.extend(pairs("--env", &arguments.variables)?);
    if arguments
        .stage
        .as_deref()
        .is_some_and(|s| s.trim().is_empty())
    {
        return Err(CommandError::usage("`--stage` is empty"));
    }
    Ok(Environment {
        name: None,
        given: Given {
            parameters,
            variable_files,
            stage: (arguments.stage.clone()).or_else(|| named.stage.clone()),
            options,
            environment,
        },
        left_out,
    })
}

/// What is given on the command line and decides nothing, for people.
pub(crate) fn useless(arguments: &GivenArgs, parts: &[&Examined]) -> Vec<String> {
    let has = |language| parts.iter().any(|part| part.language == Some(language));
    let mut useless = Vec::new();
    let mut tell = |flag: &str, why: &str| useless.push(format!("`{flag}` decides nothing: {why}"));
    let no_service = "no service of the Serverless Framework was read";
    if arguments.stage.is_some() && !has(Language::Serverless) {
        tell("--stage", no_service);
    }
    if !arguments.variable_files.is_empty() && !has(Language::Terraform) {
        tell("--var-file", "no Terraform was read");
    }
    for (flag, given, of_services) in [
        ("--parameter", &arguments.parameters, false),
        ("--opt", &arguments.options, true),
        ("--env", &arguments.variables, true),
    ] {
        for pair in given {
            let name = pair.split('=').next().unwrap_or_default();
            let flag = format!("{flag} {name}");
            if of_services && !has(Language::Serverless) {
                tell(&flag, no_service);
            } else if name != "stage" && !parts.iter().any(|part| part.mentioned.contains(name)) {
                tell(&flag, &format!("nothing that was read mentions `{name}`"));
            }
        }
    }
    useless
}

fn outside(path: &Path, what: &str) -> CommandError {
    CommandError::usage(format!("`{}` lies outside of the {what}", path.display()))
}

/// A file as it is called below a folder; nothing when it lies elsewhere.
fn below(path: &Path, folder: &Path) -> Result<Option<String>, CommandError> {
    let wrong = |why: String| CommandError::usage(format!("`{}` {why}", path.display()));
    let full = path
        .canonicalize()
        .map_err(|e| wrong(format!("is not read: {e}")))?;
    if !full.is_file() {
        return Err(wrong("is not a file".to_owned()));
    }
    let inside = full.starts_with(folder);
    Ok(inside.then(|| relative(folder, &full)))
}
