//! What a guard needs from outside, for every command that makes one.

use crate::cli::PlaceArgs;
use crate::failure::CommandError;
use crate::ledger::{self, Place};
use palisade_guard::config::Config;
use palisade_guard::limit::{FileStore, Limiter, Quotas, Seed};
use palisade_guard::{Parts, Random};
use palisade_ledger::{Ledger, SystemClock};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};

/// So many callers have buckets of their own in each table of rates (24 bytes each).
const CALLERS: usize = 1 << 18;
/// So many counts of quotas are in memory.
const COUNTS: usize = 1 << 16;

/// Whether keys of issuers are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    /// They are.
    Used,
    /// Only what lies in files counts.
    Unused,
}

/// Reads a configuration.
#[expect(clippy::disallowed_methods, reason = "this is the rim")]
pub(super) fn read(file: &Path) -> Result<Config, CommandError> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|error| CommandError::usage(format!("`{name}`: {error}")))?;
    Config::parse(&name, &text).map_err(|mistakes| {
        let all: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        CommandError::usage(all.join("\n"))
    })
}

/// The folder that a configuration's files are relative to.
pub(super) fn folder(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).to_path_buf()
}

/// Opens the ledger that a configuration names, or begins it.
pub(super) fn ledger(config: &Config, file: &Path) -> Result<Ledger, CommandError> {
    let folder = folder(file);
    let place = PlaceArgs {
        dir: folder.join(&config.ledger.dir),
        key_file: config.ledger.key.as_ref().map(|key| folder.join(key)),
        passphrase_file: None,
    };
    ledger::open(&Place::new(&place)?, None)
}

/// What a guard needs.
pub(super) fn parts(
    config: &Config,
    file: &Path,
    ledger: Option<Ledger>,
    network: Network,
) -> Result<Parts, CommandError> {
    let folder = folder(file);
    let seed = Seed::new(random()?);
    let quotas = match &config.quotas {
        None => None,
        Some(name) => {
            let path = folder.join(name);
            let failed = |error: &dyn std::fmt::Display| {
                CommandError::internal(format!("`{}`: {error}", path.display()))
            };
            let store = FileStore::open(&path, random()?).map_err(|error| failed(&error))?;
            let seed = store.seed();
            Some(Arc::new(Quotas::new(Box::new(store), seed, COUNTS)))
        }
    };
    Ok(Parts {
        ledger,
        clock: Arc::new(SystemClock),
        random: Random(Arc::new(|bytes| {
            // Without randomness nothing may go on: ids and keys would be guessed.
            #[expect(clippy::expect_used, reason = "the system has no randomness")]
            aws_lc_rs::rand::fill(bytes).expect("randomness of the system");
        })),
        unrecorded: Arc::default(),
        folder,
        fetch: match network {
            Network::Used => Some(Arc::new(super::fetch::Fetcher::new()?)),
            Network::Unused => None,
        },
        limiter: Arc::new(Limiter::new(CALLERS, seed)),
        quotas,
    })
}

fn random() -> Result<[u8; 16], CommandError> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| CommandError::internal("the system gives no random bytes"))?;
    Ok(bytes)
}

/// What requests run on: every core.
pub(super) fn runtime() -> Result<Runtime, CommandError> {
    let built = Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| CommandError::internal(format!("no runtime for requests: {error}")))
}
