//! From a configuration file to a guard: what is wrong with it in one form, and what a guard needs of
//! the outside.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

use crate::failure::CommandError;
use crate::settings::{Project, config_in, file_for};
use palisade_authn::api_key::KeyRules;
use palisade_core::Problem;
use palisade_guard::config::Config;
use palisade_guard::limit::{
    Counter, FileStore, Limiter, QuotaStore, Quotas, Seed, StoreError, Window,
};
use palisade_guard::{Fetch, Guard, Parts, Random};
use palisade_ledger::{Clock, Ledger, SystemClock, unguessable};
use palisade_policy::ConfigError;
use serde_json::{Value, json};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Buckets of rates of a gateway: 6 MiB.
const PLACES: usize = 1 << 18;
/// Buckets for a question.
const FEW_PLACES: usize = 1 << 10;
/// API keys hold for no more days, whatever the policy says.
const LONGEST_DAYS: u32 = 365;
/// Until the policy is read, no key holds.
const NO_KEYS: KeyRules = KeyRules { max_days: 0 };
/// Counts of quotas in memory.
const ROOM: usize = 1 << 16;

/// A configuration and where it stands.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    /// Its file, as it was named.
    pub(crate) name: String,
    /// What stands in it.
    text: String,
    /// The folder that what it names is relative to.
    pub(crate) folder: PathBuf,
}

/// Something that is wrong with a configuration or with what it names.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    file: String,
    line: Option<u32>,
    column: Option<u32>,
    message: String,
    help: Option<String>,
}

impl Wrong {
    fn new(file: &str, message: String) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            column: None,
            message,
            help: None,
        }
    }

    /// Something about a line of a file.
    pub(super) fn of(file: &str, line: u32, message: String) -> Self {
        Self {
            line: Some(line),
            ..Self::new(file, message)
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "help": self.help,
        })
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl From<&ConfigError> for Wrong {
    fn from(error: &ConfigError) -> Self {
        Self {
            file: error.file().to_string(),
            line: Some(error.line()),
            column: Some(error.column()),
            message: error.message().to_owned(),
            help: error.help().map(ToOwned::to_owned),
        }
    }
}

/// All that is wrong, as the reason why a command can't work.
pub(crate) fn unusable(wrong: &[Wrong]) -> CommandError {
    let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    CommandError::usage(lines.join("\nerror: "))
}

impl Loaded {
    /// Reads a configuration, and nothing of what it names.
    pub(crate) fn read(path: &Path) -> Result<Self, Vec<Wrong>> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let mut wrong = Wrong::new(&name, error.to_string());
            if error.kind() == std::io::ErrorKind::NotFound {
                let help = "`palisade guard init` writes one, and `--config FILE` names another";
                wrong.help = Some(help.to_owned());
            }
            vec![wrong]
        })?;
        let config = Config::parse(&name, &text)
            .map_err(|errors| errors.iter().map(Wrong::from).collect::<Vec<_>>())?;
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Ok(Self {
            config,
            name,
            text,
            folder,
        })
    }

    /// A file that the configuration names.
    pub(crate) fn beside(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Everything that the configuration names, ready; API keys as the policy has them now.
    pub(crate) fn guard(&self, mut parts: Parts) -> Result<Guard, Vec<Wrong>> {
        parts.keys = self.key_rules()?;
        Guard::new(self.config.clone(), parts).map_err(|problems| self.wrong(&problems))
    }

    /// The same in place of one that runs, which keeps what it counts.
    pub(crate) fn guard_after(&self, before: &Guard) -> Result<Guard, Vec<Wrong>> {
        let guard = before.with_rules(self.config.clone(), self.key_rules()?);
        guard.map_err(|problems| self.wrong(&problems))
    }

    /// What the policy says now of its API keys.
    fn key_rules(&self) -> Result<KeyRules, Vec<Wrong>> {
        let Some(keys) = &self.config.keys else {
            return Ok(NO_KEYS);
        };
        let rules = key_rules(&self.beside(&keys.store));
        rules.map_err(|error| vec![Wrong::new(&self.name, error.to_string())])
    }

    /// Problems of what it names, with places that a person finds.
    pub(crate) fn wrong(&self, problems: &[Problem]) -> Vec<Wrong> {
        let each = problems.iter().map(|problem| {
            let file = &*problem.file;
            let tables = ["limits.", "trust.", "admission"];
            let is_table = tables.iter().any(|table| file.starts_with(table));
            let (file, message) = match is_table && !self.beside(file).exists() {
                true => (self.name.clone(), format!("[{file}]: {}", problem.message)),
                false if file == "guard.toml" => (self.name.clone(), problem.message.clone()),
                false => {
                    let shown = self.beside(file).display().to_string();
                    // What is wrong with a whole file, such as that it is not there, has its place
                    // where the file is named.
                    let named = problem.line.is_none();
                    let named = named.then(|| Config::place_of(&self.text, file)).flatten();
                    if let Some((line, column)) = named {
                        let message = format!("{shown}: {}", problem.message);
                        let mut wrong = Wrong::new(&self.name, message);
                        (wrong.line, wrong.column) = (Some(line), Some(column));
                        return wrong;
                    }
                    (shown, problem.message.clone())
                }
            };
            Wrong {
                file,
                message,
                ..Wrong::from(problem)
            }
        });
        each.collect()
    }

    /// What a guard needs that is asked and does not serve: no ledger, and quotas and rates of which
    /// nobody has used anything.
    pub(crate) fn asking(&self, fetch: Option<Arc<dyn Fetch>>, clock: Arc<dyn Clock>) -> Parts {
        Parts {
            ledger: None,
            clock,
            random: random(),
            unrecorded: Arc::default(),
            shouts: Arc::default(),
            folder: self.folder.clone(),
            fetch,
            keys: NO_KEYS,
            limiter: Arc::new(Limiter::new(FEW_PLACES, Seed::new(fresh()))),
            quotas: Some(Arc::new(Quotas::new(
                Box::new(Unused),
                Seed::new(fresh()),
                ROOM,
            ))),
        }
    }

    /// What a guard needs that serves.
    pub(crate) fn serving(
        &self,
        ledger: Ledger,
        fetch: Arc<dyn Fetch>,
    ) -> Result<Parts, CommandError> {
        let quotas = self.config.quotas.as_ref().map(|file| {
            let path = self.beside(file);
            let store = FileStore::open(&path, fresh()).map_err(|error| {
                let message = format!("`{}`: {error}", path.display());
                match error {
                    StoreError::Locked => CommandError::usage(message),
                    StoreError::Corrupt(_) | StoreError::Version(_) => {
                        CommandError::unreadable(message)
                    }
                    _ => CommandError::internal(message),
                }
            })?;
            let seed = store.seed();
            Ok(Arc::new(Quotas::new(Box::new(store), seed, ROOM)))
        });
        Ok(Parts {
            ledger: Some(ledger),
            clock: Arc::new(SystemClock),
            random: random(),
            unrecorded: Arc::default(),
            shouts: Arc::default(),
            folder: self.folder.clone(),
            fetch: Some(fetch),
            keys: NO_KEYS,
            limiter: Arc::new(Limiter::new(PLACES, Seed::new(fresh()))),
            quotas: quotas.transpose()?,
        })
    }
}

/// What the policy says of API keys, as `palisade.toml` above their store has it.
pub(crate) fn key_rules(store: &Path) -> Result<KeyRules, CommandError> {
    let days = Project::find(&folder_of(store)?, None)?
        .parameters()
        .key_lifetime_days;
    Ok(KeyRules {
        max_days: days.min(LONGEST_DAYS),
    })
}

/// The files with that policy, whether they are there or not: the project's, and the organisation's if
/// that names one.
pub(crate) fn policy_files(store: &Path) -> Vec<PathBuf> {
    let Ok(folder) = folder_of(store) else {
        return Vec::new();
    };
    let overlay = config_in(&folder).ok().flatten();
    let overlay = overlay.and_then(|(config, folder)| Some(folder.join(config.policy?)));
    std::iter::once(file_for(&folder)).chain(overlay).collect()
}

fn folder_of(file: &Path) -> Result<PathBuf, CommandError> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let wrong = |error| CommandError::usage(format!("`{}`: {error}", folder.display()));
    folder.canonicalize().map_err(wrong)
}

/// Fills bytes from the system's source of randomness. Without it nothing secret can be made, so
/// nothing goes on.
pub(crate) fn fill(bytes: &mut [u8]) {
    let filled = aws_lc_rs::rand::fill(bytes);
    assert!(filled.is_ok(), "the system gives no random numbers");
}

fn random() -> Random {
    Random(Arc::new(|bytes| {
        match <&mut [u8; 16]>::try_from(&mut *bytes) {
            // What each call needs.
            Ok(few) => *few = fresh(),
            Err(_) => fill(bytes),
        }
    }))
}

#[expect(clippy::expect_used, reason = "without it nothing goes on")]
fn fresh() -> [u8; 16] {
    unguessable().expect("the system gives random numbers")
}

/// A time that was said.
#[derive(Debug)]
pub(crate) struct At(pub(crate) u64);

impl Clock for At {
    fn now(&self) -> u64 {
        self.0
    }
}

/// Quotas of which nothing is used, and of which nothing is kept.
#[derive(Debug)]
struct Unused;

impl QuotaStore for Unused {
    fn read(&self, _: Counter) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn write(&self, _: &[(Counter, u64)]) -> Result<(), StoreError> {
        Ok(())
    }

    fn forget(&self, _: Window, _: u32) -> Result<(), StoreError> {
        Ok(())
    }
}

impl From<&Problem> for Wrong {
    fn from(problem: &Problem) -> Self {
        Self {
            file: problem.file.to_string(),
            line: problem.line,
            column: problem.column,
            message: problem.message.clone(),
            help: None,
        }
    }
}
