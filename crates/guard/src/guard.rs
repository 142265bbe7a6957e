//! What judges: a configuration and everything that it names, made once and shared by all
//! invocations until the next configuration takes its place.

use crate::authorize::{Authorizer, Grants, Shouts};
use crate::compiled::Compiled;
use crate::config::{Config, RecordMode, Source};
use crate::issuers::Fetch;
use crate::limit::{Limiter, Quotas};
use crate::reason::Reason;
use crate::record::Draft;
use crate::request::Occurrence;
use crate::routes::Routes;
use palisade_core::{Problem, ProblemLevel};
use palisade_event::Record;
use palisade_ledger::{Clock, Ledger, Pending};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Holds every invocation to its configuration. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    routes: Routes,
    sources: Vec<Arc<Source>>,
    compiled: Compiled,
    parts: Parts,
}

/// What a guard needs from outside. It stays when a configuration is replaced.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Where decisions are recorded; without it nothing is, for those who only ask what would be.
    pub ledger: Option<Ledger>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub random: Random,
    /// How many records could not be written.
    pub unrecorded: Arc<AtomicU64>,
    /// How often break-glass grants were used, for whoever has to be told at once.
    pub shouts: Arc<Shouts>,
    /// The folder that files of the configuration are relative to.
    pub folder: PathBuf,
    /// What fetches keys of issuers; without it their keys must be in files.
    pub fetch: Option<Arc<dyn Fetch>>,
    /// The buckets of rates.
    pub limiter: Arc<Limiter>,
    /// The counts of days and months.
    pub quotas: Option<Arc<Quotas>>,
}

/// Where randomness comes from: fills the bytes.
#[derive(Clone)]
pub struct Random(pub Arc<Fill>);

/// Fills bytes.
type Fill = dyn Fn(&mut [u8]) + Send + Sync;

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

/// What was handed to the ledger.
pub(crate) enum Written {
    /// It lasts once there is a receipt.
    Before(Pending),
    /// It need not last before it takes effect, or is not recorded at all.
    Now,
}

impl Written {
    pub(crate) async fn wait(self) -> Result<(), Reason> {
        match self {
            Self::Now => Ok(()),
            Self::Before(pending) => match pending.receipt().await {
                Ok(_) => Ok(()),
                Err(_) => Err(Reason::NotRecorded),
            },
        }
    }
}

impl Guard {
    /// A guard for a configuration.
    ///
    /// # Errors
    /// Everything that it names and that can't be used.
    pub fn new(config: Config, parts: Parts) -> Result<Self, Vec<Problem>> {
        let compiled = Compiled::new(&config, &parts)?;
        let routes = Routes::new(&config).map_err(|(line, what)| {
            vec![Problem {
                line: Some(line),
                ..Problem::file("guard.toml", ProblemLevel::Configuration, what)
            }]
        })?;
        let sources = config.sources.iter().cloned().map(Arc::new).collect();
        Ok(Self(Arc::new(Inner {
            config,
            routes,
            sources,
            compiled,
            parts,
        })))
    }

    /// A guard for another configuration, with the same parts.
    ///
    /// # Errors
    /// Everything that it names and that can't be used.
    pub fn with(&self, config: Config) -> Result<Self, Vec<Problem>> {
        Self::new(config, self.0.parts.clone())
    }

    /// What it holds invocations to.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// What policies decide with, where there are any.
    #[must_use]
    pub fn authorizer(&self) -> Option<&Authorizer> {
        self.0.compiled.authorizer.as_ref()
    }

    /// The break-glass grants that were given.
    #[must_use]
    pub fn grants(&self) -> &Grants {
        &self.0.compiled.grants
    }

    /// The policies of a configuration alone: its keys, issuers and stores need not be there.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn policies(config: &Config, parts: &Parts) -> Result<Option<Authorizer>, Vec<Problem>> {
        Compiled::policies(config, parts)
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.0.compiled
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// Does what is due by itself: keys that were issued or revoked meanwhile, quotas that are
    /// written down. To be called about once a second.
    ///
    /// # Errors
    /// What could not be read or written; everything stays as it was.
    pub fn tend(&self) -> Result<(), Vec<String>> {
        let keys = self
            .0
            .compiled
            .keys
            .as_ref()
            .map(|keys| keys.refresh().map(|_| ()));
        let quotas = self
            .0
            .parts
            .quotas
            .as_ref()
            .map(|quotas| quotas.tend(self.now() / 1000));
        let wrong = [
            keys.and_then(Result::err).map(|error| error.to_string()),
            quotas.and_then(Result::err).map(|error| error.to_string()),
        ];
        let wrong: Vec<String> = wrong.into_iter().flatten().collect();
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(wrong),
        }
    }

    pub(crate) fn routes(&self) -> &Routes {
        &self.0.routes
    }

    /// The time, in milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        i64::try_from(self.0.parts.clock.now()).unwrap_or(i64::MAX)
    }

    /// An id that nobody can guess: a UUID of version 4 (RFC 9562).
    pub(crate) fn new_id(&self) -> String {
        let mut bytes = [0; 16];
        (self.0.parts.random.0)(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let number = u128::from_be_bytes(bytes);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            number >> 96,
            number >> 80 & 0xffff,
            number >> 64 & 0xffff,
            number >> 48 & 0xffff,
            number & 0xffff_ffff_ffff
        )
    }

    /// The source that an event names, if it stands in a list.
    pub(crate) fn source(&self, occurrence: &Occurrence) -> Result<Arc<Source>, Reason> {
        crate::sources::find(&self.0.sources, occurrence)
    }

    /// Hands a record to the ledger.
    pub(crate) async fn submit(&self, draft: Draft, mode: RecordMode) -> Result<Written, Reason> {
        let Some(ledger) = &self.0.parts.ledger else {
            return Ok(Written::Now);
        };
        let event = draft.build().map_err(|_| Reason::NotRecorded)?;
        let submitted = match mode {
            RecordMode::Before => {
                let pending = ledger.submit(event, Record::Before).await;
                pending.map(Written::Before)
            }
            RecordMode::Batched => ledger.append_batched(event).await.map(|()| Written::Now),
        };
        submitted.map_err(|_| Reason::NotRecorded)
    }

    /// Hands a record to the ledger where nobody can wait.
    pub(crate) fn record_detached(&self, draft: Draft) {
        let Some(ledger) = &self.0.parts.ledger else {
            return;
        };
        let appended = draft
            .build()
            .is_ok_and(|event| ledger.append_detached(event).is_ok());
        if !appended {
            self.0.parts.unrecorded.fetch_add(1, Ordering::Relaxed);
        }
    }
}
