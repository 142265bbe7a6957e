//! Where it is recorded what was done to keys. That is the ledger of the configuration; while a
//! gateway writes to it, nobody else can, so an event is then left beside the store, in `STORE.events`,
//! and whoever opens the ledger next takes it up. Until then it is a file like any other: whoever can
//! write to that folder can change or remove it.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

use super::parts::{Loaded, fill};
use crate::failure::CommandError;
use crate::ledger::{Place, failed, tell, wait};
use palisade_event::{Event, LIMIT, Record};
use palisade_ledger::{AppendError, Ledger, LedgerError, Settings};
use serde_json::Value;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Where events go.
pub(crate) enum Book {
    /// Into the ledger.
    Ledger(Ledger),
    /// Into a folder, for whoever writes to the ledger.
    Folder(PathBuf),
    /// Nowhere: there is no ledger.
    Nowhere,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    Ledger,
    Later,
    Nowhere,
}

impl Recorded {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Later => "later",
            Self::Nowhere => "nowhere",
        }
    }
}

impl Book {
    /// Opens the ledger of a configuration before anything is done: what can't be recorded is not
    /// begun.
    pub(crate) fn open(
        loaded: Option<&Loaded>,
        store: &Path,
        passphrase: Option<&Path>,
    ) -> Result<Self, CommandError> {
        let Some(loaded) = loaded else {
            return Ok(Self::Nowhere);
        };
        let config = &loaded.config.ledger;
        let dir = loaded.beside(&config.dir);
        if !dir.join("ledger").exists() {
            tell(&format!(
                "there is no ledger `{}` yet: this is not recorded",
                dir.display()
            ));
            return Ok(Self::Nowhere);
        }
        let key = config.key.as_ref().map(|file| loaded.beside(file));
        let place = Place::with_key(&dir, key, passphrase)?;
        match Ledger::open(place.existing()?, Settings::default()) {
            Ok((ledger, _)) => {
                let taken = wait(take_up(&ledger, store)).map_err(CommandError::internal)?;
                if taken > 0 {
                    tell(&format!(
                        "{taken} events that were waiting are in the ledger now"
                    ));
                }
                Ok(Self::Ledger(ledger))
            }
            Err(LedgerError::Locked { .. }) => Ok(Self::Folder(waiting(store))),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Records an event; it lasts when this returns.
    pub(crate) fn write(&self, event: &Value) -> Result<Recorded, CommandError> {
        let json = event.to_string().into_bytes();
        let event = Event::from_json(&json, LIMIT).map_err(|errors| {
            let what = errors.first().map(ToString::to_string);
            CommandError::internal(what.unwrap_or_default())
        })?;
        match self {
            Self::Nowhere => Ok(Recorded::Nowhere),
            Self::Ledger(ledger) => {
                wait(append(ledger, event)).map_err(CommandError::internal)?;
                wait(ledger.checkpoint()).map_err(|error| failed(&error))?;
                Ok(Recorded::Ledger)
            }
            Self::Folder(folder) => {
                leave(folder, &json).map_err(|error| {
                    CommandError::internal(format!("`{}`: {error}", folder.display()))
                })?;
                tell(
                    "another process writes to the ledger: the event waits for it beside the store",
                );
                Ok(Recorded::Later)
            }
        }
    }
}

fn waiting(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".events");
    name.into()
}

async fn append(ledger: &Ledger, event: Event) -> Result<(), String> {
    let pending = ledger.submit(event, Record::Before).await;
    let pending = pending.map_err(|error: AppendError| error.to_string())?;
    let receipt = pending.receipt().await;
    receipt.map(|_| ()).map_err(|error| error.to_string())
}

/// Writes an event in full and makes it last before it has its name.
fn leave(folder: &Path, event: &[u8]) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder)?;
    let mut bytes = [0; 8];
    fill(&mut bytes);
    let name = format!(
        "{:020}-{:016x}",
        palisade_ledger::Clock::now(&palisade_ledger::SystemClock),
        u64::from_le_bytes(bytes)
    );
    let begun = folder.join(format!("{name}.new"));
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&begun)?;
    file.write_all(event)?;
    file.sync_all()?;
    std::fs::rename(&begun, folder.join(format!("{name}.json")))?;
    std::fs::File::open(folder)?.sync_all()
}

/// Puts events that wait beside a store into the ledger, oldest first, and tells how many. An event
/// whose file could not be removed comes twice rather than never.
pub(crate) async fn take_up(ledger: &Ledger, store: &Path) -> Result<usize, String> {
    let folder = waiting(store);
    let shown = |error: io::Error| format!("`{}`: {error}", folder.display());
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries.map_err(shown)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(shown)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    for path in &files {
        let bytes = std::fs::read(path).map_err(shown)?;
        let event = Event::from_json(&bytes, LIMIT).map_err(|_| {
            format!(
                "`{}` is not an event; look at it and remove it",
                path.display()
            )
        })?;
        append(ledger, event).await?;
        std::fs::remove_file(path).map_err(shown)?;
    }
    Ok(files.len())
}
