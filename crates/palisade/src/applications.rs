//! The applications below a path, for the commands that reason about them as a whole.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

use crate::cli::{DeploymentArgs, TreeArgs};
use crate::disk::Disk;
use crate::failure::CommandError;
use crate::settings::Project;
use palisade_access::{Deployment, Settings, Zone};
use palisade_app::Application;
use palisade_app::cfn::{self, Options, Outcome};
use palisade_core::{FileId, Problem, ProblemLevel};
use palisade_iam::{Catalogue, NoteLevel, Policy};
use palisade_scan::looks_like_template;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A tree of files with what is said about it.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) disk: Disk,
    pub(crate) project: Project,
    /// Values for the parameters of templates.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The world around the applications.
    pub(crate) settings: Settings<'static>,
}

impl Tree {
    /// Opens what the command line names.
    pub(crate) fn open(arguments: &TreeArgs) -> Result<Self, CommandError> {
        Self::at(&arguments.paths, &arguments.deployment)
    }

    /// Opens these folders or files.
    pub(crate) fn at(paths: &[PathBuf], arguments: &DeploymentArgs) -> Result<Self, CommandError> {
        let disk = Disk::new(paths).map_err(|e| CommandError::usage(e.to_string()))?;
        let project = Project::find(disk.root(), arguments.config.as_deref())?;
        let parameters = template_parameters(arguments, &project)?;
        let settings = access_settings(&project, catalogue(arguments)?)?;
        Ok(Self {
            disk,
            project,
            parameters,
            settings,
        })
    }

    /// Reads the applications in it.
    pub(crate) fn applications(&self) -> Applications {
        Applications::read(&self.disk, &self.project, &self.parameters)
    }
}

/// What was read below a path.
#[derive(Debug, Default)]
pub(crate) struct Applications {
    /// The applications, by the paths of their root templates.
    pub(crate) applications: Vec<Application>,
    /// What could not be read.
    pub(crate) problems: Vec<Problem>,
}

impl Applications {
    /// Reads every application of a tree. A template that another one brings in is a part of that.
    fn read(disk: &Disk, project: &Project, parameters: &BTreeMap<String, String>) -> Self {
        let options = Options {
            parameters: parameters.clone(),
        };
        let walk = disk.walk(&project.config, &project.prefix);
        let read = |candidate: &crate::disk::Candidate| {
            let path = candidate.path.as_str();
            let problem = |message: String| {
                Outcome::Broken(Problem::file(path, ProblemLevel::Error, message))
            };
            let outcome = match disk.read_candidate(candidate) {
                Ok(bytes) if candidate.named || looks_like_template(&bytes) => {
                    cfn::read(path, &bytes, disk, &options)
                }
                Ok(_) => return None,
                Err(error) => problem(format!("`{path}` is not read: {error}")),
            };
            Some(match outcome {
                Outcome::NotTemplate(what) if candidate.named => {
                    problem(format!("`{path}` is {what}, not a template"))
                }
                other => other,
            })
        };
        let outcomes: Vec<Outcome> = walk.candidates.par_iter().filter_map(read).collect();
        let mut all = Self::default();
        for outcome in outcomes {
            match outcome {
                Outcome::Application(application, problems) => {
                    all.applications.push(*application);
                    all.problems.extend(problems);
                }
                Outcome::Broken(problem) => all.problems.push(problem),
                Outcome::NotTemplate(_) => {}
            }
        }
        let nested: Vec<Arc<str>> = all
            .applications
            .iter()
            .flat_map(|app| app.nested.iter().cloned())
            .collect();
        all.applications.retain(|app| !nested.contains(&app.root));
        all
    }

    /// Whether some input could not be read.
    pub(crate) fn has_unread(&self) -> bool {
        self.problems.iter().any(|p| p.level == ProblemLevel::Error)
    }
}

/// From the configuration, then from files, then from the command line; the later one wins.
pub(crate) fn template_parameters(
    arguments: &DeploymentArgs,
    project: &Project,
) -> Result<BTreeMap<String, String>, CommandError> {
    let mut values = project.config.cloudformation.clone();
    values.extend(project.config.sam.clone());
    for path in &arguments.parameter_files {
        values.extend(crate::parameters::read(path)?);
    }
    for text in &arguments.parameters {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                values.insert(key.to_owned(), value.to_owned());
            }
            _ => return Err(CommandError::usage(format!("`{text}` is not KEY=VALUE"))),
        }
    }
    Ok(values)
}

/// The catalogue that comes with the program, or the one that is given.
pub(crate) fn catalogue(arguments: &DeploymentArgs) -> Result<&'static Catalogue, CommandError> {
    let Some(path) = &arguments.iam_data else {
        return Ok(Catalogue::builtin());
    };
    let wrong = |what: String| CommandError::usage(format!("`{}`: {what}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
    let catalogue = Catalogue::from_bytes(bytes).map_err(|e| wrong(e.to_string()))?;
    // It is needed until the end of the program.
    Ok(Box::leak(Box::new(catalogue)))
}

/// What a project says about the world around its applications.
pub(crate) fn access_settings<'a>(
    project: &Project,
    catalogue: &'a Catalogue,
) -> Result<Settings<'a>, CommandError> {
    let config = &project.config;
    let text = |text: &Option<String>| text.as_deref().map(Arc::from);
    let levels = |files: &[Vec<String>]| -> Result<Vec<Vec<Arc<Policy>>>, CommandError> {
        let level =
            |files: &Vec<String>| files.iter().map(|f| policy(&project.folder, f)).collect();
        files.iter().map(level).collect()
    };
    Ok(Settings {
        deployment: Deployment {
            account: text(&config.account),
            region: text(&config.region),
            partition: None,
        },
        zone: Zone {
            accounts: project
                .parameters()
                .trusted_accounts
                .iter()
                .map(|account| Arc::from(account.as_str()))
                .collect(),
            organizations: config
                .organization
                .ids
                .iter()
                .map(|id| Arc::from(id.as_str()))
                .collect(),
            scp: levels(&config.organization.scp)?,
            rcp: levels(&config.organization.rcp)?,
        },
        catalogue,
    })
}

/// A policy of the organisation: it must be valid, or else answers would be wrong.
fn policy(folder: &Path, file: &str) -> Result<Arc<Policy>, CommandError> {
    let wrong = |what: String| CommandError::usage(format!("`{file}`: {what}"));
    let text = std::fs::read_to_string(folder.join(file)).map_err(|e| wrong(e.to_string()))?;
    let document =
        palisade_syntax::parse_json(FileId::NONE, &text).map_err(|e| wrong(e.to_string()))?;
    let (policy, notes) = palisade_iam::read_document(&document);
    match notes
        .into_iter()
        .find(|note| note.level == NoteLevel::Error)
    {
        Some(note) => Err(wrong(note.message)),
        None => Ok(Arc::new(policy)),
    }
}
