//! What judges: a configuration and everything that it names, made once and shared by all
//! invocations until the next configuration takes its place.

use crate::authorize::{Authorizer, Grant, Grants, Shouts};
use crate::compiled::Compiled;
use crate::config::{Config, Source};
use crate::issuers::Fetch;
use crate::keys::LiveKeys;
use crate::limit::{Limiter, Quotas};
use crate::reason::Reason;
use crate::record::{Forms, Noted};
use crate::request::Occurrence;
use crate::routes::Routes;
use palisade_authn::api_key::KeyRules;
use palisade_core::{Problem, ProblemLevel};
use palisade_event::{Draft, Record, uuid};
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
    forms: Forms,
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
    /// What the policy says of API keys.
    pub keys: KeyRules,
    /// The buckets of rates.
    pub limiter: Arc<Limiter>,
    /// The counts of days and months.
    pub quotas: Option<Arc<Quotas>>,
}

/// Something that does not work at present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it is about: the same as long as it lasts.
    pub about: String,
    /// What is the matter, in words for operators.
    pub what: String,
}

impl Trouble {
    pub(crate) fn new(about: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            about: about.into(),
            what: what.into(),
        }
    }
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
        Self::made(config, parts, None)
    }

    fn made(config: Config, parts: Parts, before: Option<&Compiled>) -> Result<Self, Vec<Problem>> {
        let compiled = Compiled::new(&config, &parts, before)?;
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
            forms: Forms::default(),
            parts,
        })))
    }

    /// A guard for another configuration, with the same parts. Limits of the same name go on
    /// counting where they are, and what is known of issuers stays.
    ///
    /// # Errors
    /// Everything that it names and that can't be used.
    pub fn with(&self, config: Config) -> Result<Self, Vec<Problem>> {
        self.with_rules(config, self.0.parts.keys)
    }

    /// The same, with what the policy says of API keys now.
    ///
    /// # Errors
    /// Everything that it names and that can't be used.
    pub fn with_rules(&self, config: Config, keys: KeyRules) -> Result<Self, Vec<Problem>> {
        let parts = Parts {
            keys,
            ..self.0.parts.clone()
        };
        Self::made(config, parts, Some(&self.0.compiled))
    }

    /// What it holds invocations to.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The files that contracts refer to, relative to the folder of the configuration.
    pub fn referred(&self) -> impl Iterator<Item = &str> {
        self.0.compiled.referred.iter().map(String::as_str)
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
    /// written down, keys of issuers that are old or not there yet. To be called about once a
    /// second, where tokio runs. Gives what does not work at present.
    pub fn tend(&self) -> Vec<Trouble> {
        let now = self.now() / 1000;
        let compiled = &self.0.compiled;
        let mut troubles = Vec::new();
        if let Some(Err(error)) = compiled.keys.as_ref().map(LiveKeys::refresh) {
            troubles.push(Trouble::new("the store of API keys", error.to_string()));
        }
        if let Some(Err(error)) = self.0.parts.quotas.as_ref().map(|quotas| quotas.tend(now)) {
            troubles.push(Trouble::new("quotas", error.to_string()));
        }
        for issuer in compiled.issuers.values() {
            issuer.tend(now);
        }
        if let Some(stopped) = self.stopped() {
            troubles.push(stopped);
        }
        troubles.extend(self.unreached());
        troubles
    }

    /// What issuers could not be asked for when that was last tried.
    #[must_use]
    pub fn unreached(&self) -> Vec<Trouble> {
        let issuers = self.0.compiled.issuers.iter();
        issuers.flat_map(|(name, i)| i.troubles(name)).collect()
    }

    /// How many records were taken and could not be written.
    #[must_use]
    pub fn unrecorded(&self) -> u64 {
        let parts = &self.0.parts;
        let lost = parts.ledger.as_ref().map_or(0, Ledger::lost);
        lost + parts.unrecorded.load(Ordering::Relaxed)
    }

    /// Why nothing is recorded any more, and so nothing admitted.
    #[must_use]
    pub fn stopped(&self) -> Option<Trouble> {
        let ledger = self.0.parts.ledger.as_ref()?;
        let error = ledger.stopped()?;
        let what = format!("nothing is admitted from now on: {error}");
        Some(Trouble::new("the ledger", what))
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
        uuid(bytes)
    }

    /// The source that an event names, if it stands in a list.
    pub(crate) fn source(&self, occurrence: &Occurrence) -> Result<Arc<Source>, Reason> {
        crate::sources::find(&self.0.sources, occurrence)
    }

    /// Hands a record to the ledger: what it tells of may take effect once that is written, or at
    /// once.
    pub(crate) async fn submit(&self, noted: &Noted<'_>) -> Result<Written, Reason> {
        let Some(ledger) = &self.0.parts.ledger else {
            return Ok(Written::Now);
        };
        let ready = self.0.forms.fill(ledger, noted);
        let ready = ready.ok_or(Reason::NotRecorded)?;
        let submitted = match noted.record() {
            Record::Before => ledger.submit_ready(ready).await.map(Written::Before),
            Record::Batched => ledger.append_batched(ready).await.map(|()| Written::Now),
        };
        submitted.map_err(|_| Reason::NotRecorded)
    }

    /// Records that a break-glass grant was given; it is durable when this returns. Where nothing is
    /// recorded, it is not either.
    ///
    /// # Errors
    /// The ledger does not take it: then it must not hold.
    pub async fn record_given(&self, grant: &Grant) -> Result<(), Reason> {
        self.record_change(crate::record::given(grant, self.now()))
            .await
    }

    /// Records that a grant was withdrawn before its end, in the same way.
    ///
    /// # Errors
    /// The ledger does not take it.
    pub async fn record_withdrawn(&self, grant: &Grant) -> Result<(), Reason> {
        self.record_change(crate::record::withdrawn(grant, self.now()))
            .await
    }

    async fn record_change(&self, draft: Draft) -> Result<(), Reason> {
        let Some(ledger) = &self.0.parts.ledger else {
            return Ok(());
        };
        let event = draft.build();
        let event = event.map_err(|_| Reason::NotRecorded)?;
        let receipt = ledger.append(event).await;
        receipt.map(drop).map_err(|_| Reason::NotRecorded)
    }

    /// Hands a record to the ledger where nobody can wait.
    pub(crate) fn record_detached(&self, noted: &Noted<'_>) {
        let Some(ledger) = &self.0.parts.ledger else {
            return;
        };
        let ready = self.0.forms.fill(ledger, noted);
        let appended = ready.is_some_and(|ready| ledger.append_detached(ready).is_ok());
        if !appended {
            self.0.parts.unrecorded.fetch_add(1, Ordering::Relaxed);
        }
    }
}
