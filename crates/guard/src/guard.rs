//! What judges: a configuration and everything that it names, made once and shared by all
//! invocations until the next configuration takes its place.

use crate::config::{Config, RecordMode, Source};
use crate::reason::Reason;
use crate::record::Draft;
use crate::request::Occurrence;
use crate::routes::Routes;
use palisade_event::Record;
use palisade_ledger::{Clock, Ledger, Pending};
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
}

/// Where randomness comes from: fills the bytes.
#[derive(Clone)]
pub struct Random(pub Arc<dyn Fn(&mut [u8]) + Send + Sync>);

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
    /// The line of what can't be kept, and why.
    pub fn new(config: Config, parts: Parts) -> Result<Self, (u32, String)> {
        let routes = Routes::new(&config)?;
        let sources = config.sources.iter().cloned().map(Arc::new).collect();
        Ok(Self(Arc::new(Inner {
            config,
            routes,
            sources,
            parts,
        })))
    }

    /// A guard for another configuration, with the same parts.
    ///
    /// # Errors
    /// The line of what can't be kept, and why.
    pub fn with(&self, config: Config) -> Result<Self, (u32, String)> {
        Self::new(config, self.0.parts.clone())
    }

    /// What it holds invocations to.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
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
