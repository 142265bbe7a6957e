//! The project's files: `palisade.toml`, found by walking up from what is scanned, the policy
//! overlay that it names, and `exceptions.toml` beside it.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

use crate::disk::relative;
use crate::failure::CommandError;
use palisade_policy::{
    Catalogue, Config, ConfigError, Exceptions, KnownRules, Overlay, Parameters,
};
use palisade_rule::Rule;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The configuration's file name.
pub(crate) const CONFIG: &str = "palisade.toml";

/// Every rule.
pub(crate) static RULES: LazyLock<Vec<&'static Rule>> =
    LazyLock::new(|| palisade_rules::ALL.iter().map(|entry| entry.rule).collect());

/// Every rule's id and foreign ids.
pub(crate) static KNOWN: LazyLock<KnownRules> =
    LazyLock::new(|| KnownRules::new(RULES.iter().map(|rule| (rule.id, rule.aliases))));

/// What the project's files say.
#[derive(Debug, Default)]
pub(crate) struct Project {
    pub(crate) config: Config,
    pub(crate) exceptions: Exceptions,
    pub(crate) overlay: Option<Overlay>,
    /// What stands in front of a path of the scanned tree, as the configuration sees it.
    pub(crate) prefix: String,
    /// The folder that its files lie in.
    pub(crate) folder: PathBuf,
}

impl Project {
    /// Reads the configuration at `given`, or the one found from `start` upwards.
    pub(crate) fn find(start: &Path, given: Option<&Path>) -> Result<Self, CommandError> {
        let path = match given {
            Some(path) => {
                let wrong = |e| CommandError::usage(format!("`{}`: {e}", path.display()));
                Some(path.canonicalize().map_err(wrong)?)
            }
            None => upwards(start),
        };
        let Some(path) = path else {
            return Ok(Self {
                exceptions: exceptions(start, &start.join("exceptions.toml"))?,
                folder: start.to_path_buf(),
                ..Self::default()
            });
        };
        let folder = path.parent().unwrap_or(start);
        let config = parse(start, &path)?;
        let overlay = match &config.policy {
            None => None,
            Some(file) => {
                let path = folder.join(file);
                let name = display_path(start, &path);
                let overlay = Overlay::parse(&name, &read(&path)?, Catalogue::builtin());
                Some(overlay.map_err(|e| mistakes(&e))?)
            }
        };
        let below = relative(folder, start);
        let prefix = match below.as_str() {
            "" => String::new(),
            // A configuration that was named and lies elsewhere speaks of the scanned tree.
            _ if !start.starts_with(folder) => String::new(),
            below => format!("{below}/"),
        };
        Ok(Self {
            exceptions: exceptions(start, &folder.join("exceptions.toml"))?,
            config,
            overlay,
            prefix,
            folder: folder.to_path_buf(),
        })
    }

    /// The policy's parameters: the catalogue's, the organisation's, the project's.
    pub(crate) fn parameters(&self) -> Parameters {
        let parameters = Parameters::default();
        let parameters = match &self.overlay {
            Some(overlay) => parameters.with(overlay.parameters()),
            None => parameters,
        };
        parameters.with(&self.config.parameters)
    }

    /// The catalogue with what the organisation changes of it.
    pub(crate) fn catalogue(&self) -> Catalogue {
        let catalogue = Catalogue::builtin();
        match &self.overlay {
            Some(overlay) => overlay.apply(catalogue),
            None => catalogue.clone(),
        }
    }
}

/// The configuration of a folder, from there upwards, without what it names.
pub(crate) fn config(start: &Path) -> Result<Config, CommandError> {
    Ok(config_in(start)?
        .map(|(config, _)| config)
        .unwrap_or_default())
}

/// The same, with the folder that its file lies in; nothing where there is none.
pub(crate) fn config_in(start: &Path) -> Result<Option<(Config, PathBuf)>, CommandError> {
    let Some(path) = upwards(start) else {
        return Ok(None);
    };
    let folder = path.parent().unwrap_or(start).to_path_buf();
    Ok(Some((parse(start, &path)?, folder)))
}

/// The file that counts for a folder; where there is none, the one that it could have.
pub(crate) fn file_for(start: &Path) -> PathBuf {
    upwards(start).unwrap_or_else(|| start.join(CONFIG))
}

fn upwards(start: &Path) -> Option<PathBuf> {
    let mut paths = start.ancestors().map(|folder| folder.join(CONFIG));
    paths.find(|path| path.is_file())
}

fn parse(start: &Path, path: &Path) -> Result<Config, CommandError> {
    let name = display_path(start, path);
    Config::parse(&name, &read(path)?, &KNOWN).map_err(|e| mistakes(&e))
}

fn exceptions(start: &Path, path: &Path) -> Result<Exceptions, CommandError> {
    if !path.is_file() {
        return Ok(Exceptions::default());
    }
    let name = display_path(start, path);
    let exceptions = Exceptions::parse(&name, &read(path)?, &KNOWN, Catalogue::builtin());
    exceptions.map_err(|e| mistakes(&e))
}

fn read(path: &Path) -> Result<String, CommandError> {
    let wrong = |e: std::io::Error| CommandError::usage(format!("`{}`: {e}", path.display()));
    std::fs::read_to_string(path).map_err(wrong)
}

/// As a person would find it: below the scanned root, or in full.
fn display_path(start: &Path, path: &Path) -> String {
    relative(start, path)
}

fn mistakes(errors: &[ConfigError]) -> CommandError {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    CommandError::usage(lines.join("\nerror: "))
}
