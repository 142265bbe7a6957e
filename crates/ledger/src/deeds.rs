//! What the ledger did to itself: holds, expiries, erasures, new keys. Each is an event in a segment
//! of its own that is never removed, and what follows from them is read from these events alone.
//!
//! The header of every segment says how many deeds there were when it was begun, so that none can go
//! missing unseen. Events from outside never come into such a segment, whatever they say.

use crate::append;
use crate::error::{Fault, FaultKind, LedgerError};
use crate::keys::{KeyError, KeyService};
use crate::own;
use crate::read::stored;
use crate::store::{self, EVENTS, Found, Segment};
use crate::writer::{Parts, Writer};
use palisade_event::{Record as When, Subject};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;

/// A person without the name: what [`KeyService::tag`] makes of it, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    /// The tag of an id, a name or an address, exactly as events have it.
    ///
    /// # Errors
    /// When the key service does not answer.
    pub fn of(keys: &dyn KeyService, subject: &str) -> Result<Self, KeyError> {
        let tag = keys.tag(subject.as_bytes())?;
        Ok(Self(tag.iter().map(|b| format!("{b:02x}")).collect()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a hold covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every event.
    All,
    /// What happened, or was recorded, between two times, both included.
    Time {
        /// In milliseconds since 1970.
        from: i64,
        /// In milliseconds since 1970.
        to: i64,
    },
    /// What is recorded of a person.
    Subject(Tag),
}

impl Scope {
    /// What is recorded of the person with an id, a name or an address.
    ///
    /// # Errors
    /// When the key service does not answer.
    pub fn subject(keys: &dyn KeyService, subject: &str) -> Result<Self, KeyError> {
        Tag::of(keys, subject).map(Self::Subject)
    }

    /// Whether it covers something that happened between two times, whoever it is about.
    pub(crate) fn covers(&self, from: i64, to: i64) -> bool {
        match self {
            Self::All => true,
            Self::Time {
                from: begin,
                to: end,
            } => *begin <= to && from <= *end,
            Self::Subject(_) => false,
        }
    }
}

/// A hold in force: what it covers is neither removed nor erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// What it covers.
    pub scope: Scope,
    /// Since when, in milliseconds since 1970.
    pub since: i64,
    /// The event that recorded it.
    pub index: u64,
}

/// The personal fields of somebody were erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The event that recorded it.
    pub index: u64,
    /// Whose.
    pub tag: Tag,
}

/// A segment that was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gone {
    pub(crate) first: u64,
    /// The index behind its last event.
    pub(crate) end: u64,
    /// When the last of its events was recorded.
    pub(crate) logged: i64,
    /// The earliest and the latest time that its events tell of.
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// What the ledger did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Deed {
    Hold {
        name: String,
        scope: Scope,
    },
    Release {
        name: String,
    },
    Expire {
        days: u32,
        segments: Vec<Gone>,
    },
    /// The segments hold, or held, fields of the subject.
    Erase {
        tag: Tag,
        segments: Vec<u64>,
    },
    Rekey {
        key: String,
    },
    Restore {
        events: u64,
    },
}

/// What was asked for is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Objection {
    /// A hold covers it.
    #[error("the hold `{0}` covers it, and a hold goes before erasure: release it first")]
    Held(String),
    /// A hold of that name is in force.
    #[error("there is a hold `{0}` already: take another name, or release it first")]
    Taken(String),
    /// No hold of that name is in force.
    #[error("there is no hold `{0}`")]
    Unknown(String),
    /// The name stays in the record for ever.
    #[error(
        "the name of a hold has 1 to 64 letters, digits, `-`, `_` or `.`; it is never erased, so name nobody in it"
    )]
    Name,
    /// The end comes before the beginning.
    #[error("the time of the hold ends before it begins")]
    Time,
    /// Nobody is named.
    #[error("say whose fields: an id, a name or an address, as events have it")]
    Nobody,
    /// The reason would keep what is erased.
    #[error("the reason names the subject, and it stays in the record: write it without")]
    Reason,
    /// Shorter than the policy asks for.
    #[error("events must be kept for {least} days, not {asked}")]
    Retention {
        /// What was asked for, in days.
        asked: u32,
        /// What the policy asks for.
        least: u32,
    },
    /// The target holds files already.
    #[error("`{0}` is there already: take an empty folder")]
    Occupied(String),
    /// Something was removed, erased or given a new key while it was copied.
    #[error("the ledger's segments were changed while they were copied: begin again")]
    Meanwhile,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// It may not be done. Nothing was changed.
    #[error(transparent)]
    Refused(#[from] Objection),
    /// The ledger can't do it.
    #[error(transparent)]
    Ledger(#[from] Arc<LedgerError>),
}

impl From<LedgerError> for KeepError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(Arc::new(error))
    }
}

/// An erasure as it must be applied.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    number: u64,
    index: u64,
    tag: Tag,
    segments: BTreeSet<u64>,
}

/// What the ledger has recorded of its own deeds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deeds {
    /// How many there are.
    pub(crate) count: u64,
    /// The holds in force.
    pub(crate) holds: BTreeMap<String, Hold>,
    /// Segments that were removed, and whether that was allowed.
    gone: BTreeMap<u64, (Gone, bool)>,
    erasures: Vec<Applied>,
    /// The segments that there are, and how many deeds each takes into account.
    segments: BTreeMap<u64, u64>,
}

impl Deeds {
    /// Reads them.
    pub(crate) fn read(parts: &Parts) -> Result<Self, LedgerError> {
        let mut deeds = Self::default();
        let segments = store::list(&*parts.disk)?;
        let removed = |first, what| Fault {
            path: store::path(first, EVENTS),
            offset: Some(0),
            index: first,
            what,
        };
        for (number, first) in (1..).zip(&segments) {
            let header = match store::header(&*parts.disk, *first) {
                // It was being made when writing ended.
                Err(LedgerError::Fault(_)) if number == segments.len() => break,
                header => header?,
            };
            let is_dense = match header.is_deed {
                true => header.deeds == deeds.count,
                false => header.deeds >= deeds.count,
            };
            if !is_dense {
                return Err(removed(*first, FaultKind::Removed).into());
            }
            deeds.segments.insert(*first, header.deeds);
            if header.is_deed {
                deeds.read_one(parts, *first, number == segments.len())?;
            }
        }
        let mut known = deeds.segments.iter();
        match known.find(|(_, known)| **known > deeds.count) {
            Some((first, _)) => Err(removed(*first, FaultKind::Removed).into()),
            None => Ok(deeds),
        }
    }

    fn read_one(&mut self, parts: &Parts, first: u64, last: bool) -> Result<(), LedgerError> {
        let segment = Segment::open(&*parts.disk, &*parts.keys, first)?;
        let mut frames = segment.frames()?;
        let place = frames.fault(FaultKind::Changed);
        let event = match frames.next()? {
            // It was never acknowledged.
            Found::End | Found::Torn if last => return Ok(()),
            Found::End | Found::Torn => return Err(place.into()),
            Found::Frame(index, mut records) => match records.next() {
                Some(Ok(record)) => stored(index, record)?,
                _ => return Err(place.into()),
            },
        };
        let event = event.event();
        let event = event.map_err(|_| LedgerError::Record { index: first })?;
        self.add(first, &event)
    }

    /// Takes one more into account.
    pub(crate) fn add(&mut self, index: u64, event: &Value) -> Result<(), LedgerError> {
        let broken = || LedgerError::Record { index };
        let deed = own::read_deed(event).ok_or_else(broken)?;
        let time = own::logged_time(event).ok_or_else(broken)?;
        match deed {
            Deed::Hold { name, scope } => {
                let reason = event.get("comment").and_then(Value::as_str);
                let hold = Hold {
                    name: name.clone(),
                    reason: reason.unwrap_or_default().to_owned(),
                    scope,
                    since: time,
                    index,
                };
                self.holds.insert(name, hold);
            }
            Deed::Release { name } => drop(self.holds.remove(&name)),
            Deed::Expire { days, segments } => {
                for gone in segments {
                    let held = self.holding(gone.from, gone.to).is_some();
                    let is_over = is_over(gone.logged, days, time);
                    self.gone.insert(gone.first, (gone, is_over && !held));
                }
            }
            Deed::Erase { tag, segments } => self.erasures.push(Applied {
                number: self.count,
                index,
                tag,
                segments: segments.into_iter().collect(),
            }),
            Deed::Rekey { .. } | Deed::Restore { .. } => {}
        }
        self.count += 1;
        Ok(())
    }

    /// A hold that covers what happened between two times.
    pub(crate) fn holding(&self, from: i64, to: i64) -> Option<&Hold> {
        self.holds.values().find(|hold| hold.scope.covers(from, to))
    }

    /// The persons that holds are about, and the names of the holds.
    pub(crate) fn held(&self) -> BTreeMap<&Tag, &str> {
        let holds = self.holds.values();
        holds
            .filter_map(|hold| match &hold.scope {
                Scope::Subject(tag) => Some((tag, hold.name.as_str())),
                _ => None,
            })
            .collect()
    }

    /// The segment that began with an event and was removed, and whether that was allowed.
    pub(crate) fn gone(&self, first: u64) -> Option<(Gone, bool)> {
        self.gone.get(&first).copied()
    }

    /// How many events were removed as they should be.
    pub(crate) fn expired(&self) -> u64 {
        let gone = self.gone.values().filter(|(_, is_allowed)| *is_allowed);
        // One that is there still can be read until it goes.
        gone.filter(|(gone, _)| !self.segments.contains_key(&gone.first))
            .map(|(gone, _)| gone.end.saturating_sub(gone.first))
            .sum()
    }

    /// Whether the events between two indices were removed as they should be.
    pub(crate) fn has_expired(&self, from: u64, to: u64) -> bool {
        let mut at = from;
        while at < to {
            match self.gone.range(..=at).next_back() {
                Some((_, (gone, true))) if gone.end > at => at = gone.end,
                _ => return false,
            }
        }
        true
    }

    /// The segments to which erasures are still to be applied: those whose, and how many deeds they
    /// take into account then.
    pub(crate) fn unerased(&self) -> BTreeMap<u64, (BTreeSet<Tag>, u64)> {
        let mut found: BTreeMap<u64, (BTreeSet<Tag>, u64)> = BTreeMap::new();
        for erasure in &self.erasures {
            for first in &erasure.segments {
                let known = self.segments.get(first);
                if known.is_some_and(|known| *known <= erasure.number) {
                    let (tags, deeds) = found.entry(*first).or_default();
                    tags.insert(erasure.tag.clone());
                    *deeds = erasure.number + 1;
                }
            }
        }
        found
    }

    /// The erasures, in order.
    pub(crate) fn erasures(&self) -> impl Iterator<Item = Erasure> {
        self.erasures.iter().map(|erasure| Erasure {
            index: erasure.index,
            tag: erasure.tag.clone(),
        })
    }
}

/// Whether what was recorded at a time need not be kept any more.
pub(crate) fn is_over(logged: i64, days: u32, now: i64) -> bool {
    logged.saturating_add(i64::from(days).saturating_mul(DAY)) <= now
}

/// Records a deed; it lasts, and is taken into account, once this returns.
pub(crate) fn record(writer: &mut Writer, deed: &Deed, reason: &str) -> Result<u64, LedgerError> {
    let event = own::deed(&writer.parts, deed, reason)?;
    let ready = append::ready(&writer.parts, event, When::Before);
    let ready = ready.map_err(|error| LedgerError::Own {
        reason: error.to_string(),
    })?;
    writer.commit_deed(ready)?;
    writer.deeds = Deeds::read(&writer.parts)?;
    Ok(writer.size() - 1)
}

/// The holds in force, by name.
///
/// # Errors
/// When the ledger can't be read, or is not what it was.
pub fn holds(parts: &Parts) -> Result<Vec<Hold>, LedgerError> {
    Ok(Deeds::read(parts)?.holds.into_values().collect())
}

/// The erasures that the ledger has recorded: to be applied again to what is restored from an
/// earlier backup.
///
/// # Errors
/// When the ledger can't be read, or is not what it was.
pub fn erasures(parts: &Parts) -> Result<Vec<Erasure>, LedgerError> {
    Ok(Deeds::read(parts)?.erasures().collect())
}

/// Tells persons by their tags. It remembers what it was told, since the key service may be far
/// away.
#[derive(Debug)]
pub(crate) struct People<'k> {
    keys: &'k dyn KeyService,
    known: BTreeMap<String, Tag>,
}

impl<'k> People<'k> {
    pub(crate) fn new(keys: &'k dyn KeyService) -> Self {
        Self {
            keys,
            known: BTreeMap::new(),
        }
    }

    /// The tags of all names of a person.
    pub(crate) fn tags(&mut self, subject: &Subject) -> Result<BTreeSet<Tag>, LedgerError> {
        const MOST: usize = 1 << 16;
        let mut tags = BTreeSet::new();
        for name in &subject.names {
            if let Some(tag) = self.known.get(name) {
                tags.insert(tag.clone());
                continue;
            }
            let tag = Tag::of(self.keys, name).map_err(LedgerError::key("tags"))?;
            if self.known.len() >= MOST {
                self.known.clear();
            }
            self.known.insert(name.clone(), tag.clone());
            tags.insert(tag);
        }
        Ok(tags)
    }
}

/// An error inside of an operation: refused, or failed.
#[derive(Debug)]
pub(crate) enum Stop {
    Refused(Objection),
    Failed(LedgerError),
}

impl From<Objection> for Stop {
    fn from(refusal: Objection) -> Self {
        Self::Refused(refusal)
    }
}

impl From<LedgerError> for Stop {
    fn from(error: LedgerError) -> Self {
        Self::Failed(error)
    }
}

impl From<Stop> for KeepError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(refusal) => Self::Refused(refusal),
            Stop::Failed(error) => error.into(),
        }
    }
}

impl crate::ledger::Ledger {
    /// Lets the writer do something that may be refused; only a failure makes it stop.
    pub(crate) async fn keep<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, Stop> + Send + 'static,
    ) -> Result<T, KeepError> {
        let done = self.with(|writer| match work(writer) {
            Ok(value) => Ok(Ok(value)),
            Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stop::Failed(error)) => Err(error),
        });
        Ok(done.await??)
    }
}

#[cfg(test)]
mod tests;
