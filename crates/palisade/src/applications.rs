//! The applications below a path, for the commands that reason about them as a whole.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

use crate::called::{called, callers_first};
use crate::cli::{DeploymentArgs, TreeArgs};
use crate::disk::{Candidate, Disk};
use crate::environments;
use crate::failure::CommandError;
use crate::settings::Project;
use palisade_access::{Deployment, Settings, Zone};
use palisade_app::account;
use palisade_app::cfn::Outcome;
use palisade_app::{Application, FileError, Files};
use palisade_core::{FileId, Problem, ProblemLevel};
use palisade_iam::{Catalogue, NoteLevel, Policy};
use palisade_policy::Config;
use palisade_scan::{Given, Input, looks_like_application, read as read_application};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A tree of files with what is said about it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) disk: Disk,
    pub(crate) project: Project,
    /// What is given to templates.
    pub(crate) given: Given,
    /// The world around the applications.
    pub(crate) settings: Settings<'static>,
}

impl Opened {
    /// Opens what the command line names.
    pub(crate) fn open(arguments: &TreeArgs) -> Result<Self, CommandError> {
        Self::at(&arguments.paths, &arguments.deployment)
    }

    /// Opens these folders or files.
    pub(crate) fn at(paths: &[PathBuf], arguments: &DeploymentArgs) -> Result<Self, CommandError> {
        let disk = Disk::new(paths).map_err(|e| CommandError::usage(e.to_string()))?;
        let project = Project::find(disk.root(), arguments.given.config.as_deref())?;
        let given = environments::one(&project, disk.root(), &arguments.given)?;
        let settings = access_settings(&project, catalogue(arguments.iam_data.as_deref())?)?;
        Ok(Self {
            disk,
            project,
            given,
            settings,
        })
    }

    /// Reads the applications in it.
    pub(crate) fn applications(&self) -> Applications {
        Applications::read(&self.disk, &self.project, &self.given)
    }
}

/// The files of an application, wherever they are kept.
pub(crate) trait Tree: Files + Sync {
    /// The files that may be templates, sorted by path.
    fn candidates(&self, config: &Config, config_prefix: &str) -> Vec<Candidate>;

    /// The bytes of a candidate.
    fn read_candidate(&self, candidate: &Candidate) -> Result<Vec<u8>, FileError>;

    /// Whether the user named a file, or a folder that it is in.
    fn is_named(&self, path: &str) -> bool;
}

impl Tree for Disk {
    fn candidates(&self, config: &Config, config_prefix: &str) -> Vec<Candidate> {
        self.walk(config, config_prefix).candidates
    }

    fn read_candidate(&self, candidate: &Candidate) -> Result<Vec<u8>, FileError> {
        Disk::read_candidate(self, candidate)
    }

    fn is_named(&self, path: &str) -> bool {
        Disk::is_named(self, path)
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
    /// Reads every application of a tree, and every account whose state is written there. A template
    /// that another one brings in is a part of that.
    pub(crate) fn read(tree: &dyn Tree, project: &Project, given: &Given) -> Self {
        let candidates = tree.candidates(&project.config, &project.prefix);
        let read = |candidate: &Candidate| {
            let path = candidate.path.as_str();
            let problem = |message: String| {
                Outcome::Broken(Problem::file(path, ProblemLevel::Error, message))
            };
            if candidate.folder {
                return Some(read_application(Input::Folder(path), tree, given));
            }
            let outcome = match tree.read_candidate(candidate) {
                Ok(bytes)
                    if candidate.named
                        || looks_like_application(path, &bytes)
                        || (account::looks_like(&bytes) && tree.is_named(path)) =>
                {
                    let named = tree.is_named(path);
                    let bytes = &bytes;
                    read_application(Input::File { path, bytes, named }, tree, given)
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
        let called = called(&candidates, tree);
        let outcomes = callers_first(&candidates, &called, read, |outcome| match outcome {
            Outcome::Application(application, _) => &application.nested,
            _ => &[],
        });
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
        // What lies beside a named template is read for the sake of one that brings it in.
        let named = |app: &Application| {
            let mut files = app.sources.files();
            tree.is_named(&app.root) || files.any(|(_, path)| tree.is_named(path))
        };
        all.applications
            .retain(|app| !nested.contains(&app.root) && named(app));
        all.problems.retain(|problem| {
            let read = all.applications.iter();
            tree.is_named(&problem.file)
                || read
                    .flat_map(|app| &app.nested)
                    .any(|path| *path == problem.file)
        });
        all
    }

    /// Whether some input could not be read.
    pub(crate) fn has_unread(&self) -> bool {
        self.problems.iter().any(|p| p.level == ProblemLevel::Error)
    }
}

/// The catalogue that comes with the program, or the one that is given.
pub(crate) fn catalogue(iam_data: Option<&Path>) -> Result<&'static Catalogue, CommandError> {
    let Some(path) = iam_data else {
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
