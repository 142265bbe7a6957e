//! Finding events. The index says which segments are worth reading; what is read is filtered event
//! by event, and nothing is held but the part that is being read.

use crate::error::{FaultKind, LedgerError};
use crate::index::{self, Index, Terms};
use crate::prove::last_checkpoint;
use crate::read;
use crate::segment::Record;
use crate::store::{Found, Frames, Next, Segment};
use crate::terms::{self, Field, Outcome};
use crate::writer::Parts;
use palisade_event::{Class, PrivateError, erase, open, subjects};
use serde_json::Value;
use std::collections::BTreeSet;

/// What is asked for. What is not given does not restrict; times are milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// It has this index or a later one.
    pub from_index: Option<u64>,
    /// It has an index before this one.
    pub until_index: Option<u64>,
    /// It happened at this time or later.
    pub from: Option<i64>,
    /// It happened before this time.
    pub until: Option<i64>,
    /// It was logged at this time or later.
    pub logged_from: Option<i64>,
    /// It was logged before this time.
    pub logged_until: Option<i64>,
    /// It is of one of these classes.
    pub classes: BTreeSet<Class>,
    /// Who acted or was acted on: the id, the name or the mail address, as it was recorded.
    pub principal: Option<String>,
    /// An operation, or the id or name of a resource, an entity, an application or a service.
    pub function: Option<String>,
    /// How it went.
    pub outcome: Option<Outcome>,
    /// It serves one of these clauses.
    pub clauses: BTreeSet<String>,
    /// The correlation id.
    pub correlation: Option<String>,
    /// No more events than this.
    pub limit: Option<u64>,
    /// The newest event first, rather than the oldest.
    pub newest_first: bool,
}

/// An event that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its index.
    pub index: u64,
    /// What the reader may see of it.
    pub event: Value,
}

/// How much of an event is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// All of it.
    Whole,
    /// All but what is personal.
    Impersonal,
}

/// The event of a record, as far as it may be seen.
pub(crate) fn view(index: u64, record: Record<'_>, view: View) -> Result<Value, LedgerError> {
    let stored = read::stored(index, record)?;
    let broken = |_: PrivateError| LedgerError::Record { index };
    match view {
        View::Whole => stored.event().map_err(broken),
        View::Impersonal => {
            let mut private = stored.private;
            for subject in subjects(&private) {
                private = erase(&private, subject.number).unwrap_or(private);
            }
            let mut event = open(&stored.leaf, &private).map_err(broken)?;
            // Whether it is erased for everybody is not told here.
            if let Some(own) = event["palisade"].as_object_mut()
                && let Some(gone) = own.remove("erased")
            {
                own.insert("withheld".to_owned(), gone);
            }
            Ok(event)
        }
    }
}

impl Query {
    /// What an event's terms must have: of each list one.
    fn terms(&self) -> Vec<(Field, Vec<&str>)> {
        let one = [
            (Field::Principal, self.principal.as_deref()),
            (Field::Function, self.function.as_deref()),
            (Field::Outcome, self.outcome.map(Outcome::as_str)),
            (Field::Correlation, self.correlation.as_deref()),
        ];
        let one = one.into_iter();
        let mut terms: Vec<_> = one
            .filter_map(|(field, text)| Some((field, vec![text?])))
            .collect();
        if !self.clauses.is_empty() {
            let clauses = self.clauses.iter().map(String::as_str);
            terms.push((Field::Clause, clauses.collect()));
        }
        terms
    }

    /// Whether a segment may hold any of what is asked for.
    fn may_be_in(&self, index: &Index, segment: &Segment) -> bool {
        let overlaps = |(first, last): (i64, i64), from: Option<i64>, until: Option<i64>| {
            from.is_none_or(|from| last >= from) && until.is_none_or(|until| first < until)
        };
        let hashing = Terms::new(segment);
        let mut classes = self.classes.iter();
        overlaps(index.time, self.from, self.until)
            && overlaps(index.logged, self.logged_from, self.logged_until)
            && (self.classes.is_empty() || classes.any(|c| index.classes.contains(&c.uid())))
            && self.terms().iter().all(|(field, texts)| {
                let mut texts = texts.iter();
                texts.any(|text| index.may_hold(&hashing, *field, text))
            })
    }

    /// Whether an event is what is asked for.
    pub(crate) fn matches(&self, event: &Value) -> bool {
        let within = |time: i64, from: Option<i64>, until: Option<i64>| {
            from.is_none_or(|from| time >= from) && until.is_none_or(|until| time < until)
        };
        let class = terms::class(event);
        if !within(terms::time(event), self.from, self.until)
            || !within(
                terms::logged_time(event),
                self.logged_from,
                self.logged_until,
            )
            || !(self.classes.is_empty()
                || self.classes.iter().any(|c| u64::from(c.uid()) == class))
        {
            return false;
        }
        let mut missing = self.terms();
        if !missing.is_empty() {
            terms::each_term(event, |field, text| {
                missing.retain(|(wanted, texts)| *wanted != field || !texts.contains(&text));
            });
        }
        missing.is_empty()
    }
}

/// Gives the events below an index that are asked for.
pub(crate) fn run<E: From<LedgerError>>(
    parts: &Parts,
    query: &Query,
    seen: View,
    below: u64,
    mut each: impl FnMut(Answer) -> Result<(), E>,
) -> Result<(), E> {
    let mut left = query.limit.unwrap_or(u64::MAX);
    if left == 0 {
        return Ok(());
    }
    let mut give = |answer: Answer| {
        each(answer)?;
        left -= 1;
        Ok::<_, E>(if left == 0 { Next::Stop } else { Next::On })
    };
    let disk = &*parts.disk;
    let below = below.min(query.until_index.unwrap_or(u64::MAX));
    let from = query.from_index.unwrap_or(0);
    // Read before the segments: these can only be more.
    let signed = last_checkpoint(parts)?.tree().size;
    let segments = read::segments(disk)?;
    let begin = segments.partition_point(|first| *first <= from);
    let begin = begin.saturating_sub(1);
    let end = segments.partition_point(|first| *first < below);
    let wanted = segments.get(begin..end).unwrap_or_default();
    let last = segments.last().copied();
    let order: Box<dyn Iterator<Item = &u64>> = match query.newest_first {
        true => Box::new(wanted.iter().rev()),
        false => Box::new(wanted.iter()),
    };
    let mut gaps = Gaps::default();
    // Behind the last segment there should be nothing that was signed.
    let signed = signed.min(below);
    let behind = segments.get(end).copied().unwrap_or(signed).min(signed);
    let (mut expected, mut next) = (from, behind);
    for first in order {
        if !query.newest_first {
            gaps.check(parts, expected, *first)?;
        }
        let segment = Segment::open(disk, &*parts.keys, *first)?;
        let is_last = Some(*first) == last;
        // The last one still takes events.
        let index = match is_last {
            true => None,
            false => index::of(disk, &segment)?,
        };
        let (went, end) = match index {
            Some(index) if !query.may_be_in(&index, &segment) => (Next::On, first + index.events),
            _ => {
                let mut frames = segment.frames()?;
                frames.skip_to(from)?;
                let mut reading = Reading {
                    frames,
                    query,
                    seen,
                    below,
                    is_last,
                };
                match query.newest_first {
                    true => reading.newest_first(&mut give)?,
                    false => {
                        let went = reading.until(u64::MAX, &mut give)?;
                        (went, reading.frames.index())
                    }
                }
            }
        };
        if query.newest_first {
            gaps.check(parts, end, next)?;
            next = *first;
        } else {
            expected = end;
        }
        if went == Next::Stop {
            return gaps.told();
        }
    }
    // In the order of indices this is what comes behind, in the other one what was before.
    match query.newest_first {
        true => gaps.check(parts, from, next)?,
        false => gaps.check(parts, expected, behind)?,
    }
    gaps.told()
}

/// Events that are not there. All that is there is given before that is told.
#[derive(Default)]
pub(crate) struct Gaps(Option<LedgerError>);

impl Gaps {
    /// Between two segments nothing may be missing but what has expired.
    pub(crate) fn check(&mut self, parts: &Parts, from: u64, to: u64) -> Result<(), LedgerError> {
        if from >= to {
            return Ok(());
        }
        match read::is_expired(parts, from, to) {
            Err(error @ LedgerError::Fault(_)) => {
                self.0.get_or_insert(error);
                Ok(())
            }
            checked => checked,
        }
    }

    pub(crate) fn told<E: From<LedgerError>>(self) -> Result<(), E> {
        self.0.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// Going through one segment.
pub(crate) struct Reading<'s> {
    pub(crate) frames: Frames<'s>,
    pub(crate) query: &'s Query,
    pub(crate) seen: View,
    pub(crate) below: u64,
    pub(crate) is_last: bool,
}

/// So many bytes are read at once backwards.
const PART: u64 = 1 << 20;

impl Reading<'_> {
    /// Gives what is asked for from the present frame on, as far as frames begin before an index.
    pub(crate) fn until<E: From<LedgerError>>(
        &mut self,
        end: u64,
        mut each: impl FnMut(Answer) -> Result<Next, E>,
    ) -> Result<Next, E> {
        while self.frames.index() < end.min(self.below) {
            let place = self.frames.fault(FaultKind::Changed);
            match self.frames.next()? {
                Found::End => break,
                // A writer may be at it.
                Found::Torn if self.is_last => break,
                Found::Torn => return Err(LedgerError::from(place).into()),
                Found::Frame(first, records) => {
                    for (index, record) in (first..self.below).zip(records) {
                        let record = record.map_err(|_| LedgerError::from(place.clone()))?;
                        if self.query.from_index.is_some_and(|from| index < from) {
                            continue;
                        }
                        let event = view(index, record, self.seen)?;
                        if self.query.matches(&event)
                            && each(Answer { index, event })? == Next::Stop
                        {
                            return Ok(Next::Stop);
                        }
                    }
                }
            }
        }
        Ok(Next::On)
    }

    /// Gives what is asked for from the last frame to the first: part by part, each turned round.
    /// Tells where the segment ends too.
    fn newest_first<E: From<LedgerError>>(
        &mut self,
        mut each: impl FnMut(Answer) -> Result<Next, E>,
    ) -> Result<(Next, u64), E> {
        let mut parts = vec![(self.frames.offset(), self.frames.index())];
        while self.frames.skip()? {
            let (offset, index) = (self.frames.offset(), self.frames.index());
            if parts
                .last()
                .is_some_and(|(begin, _)| offset - begin >= PART)
            {
                parts.push((offset, index));
            }
        }
        let behind = self.frames.index();
        let mut end = u64::MAX;
        for (offset, index) in parts.into_iter().rev() {
            self.frames.seek(offset, index)?;
            let mut found = Vec::new();
            self.until(end, |answer| {
                found.push(answer);
                Ok::<_, LedgerError>(Next::On)
            })?;
            for answer in found.into_iter().rev() {
                if each(answer)? == Next::Stop {
                    return Ok((Next::Stop, behind));
                }
            }
            end = index;
        }
        Ok((Next::On, behind))
    }
}
