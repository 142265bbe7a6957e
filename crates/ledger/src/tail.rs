//! The last events, and those that come after them.

use crate::error::LedgerError;
use crate::query::{self, Answer, Gaps, Query, Reading, View};
use crate::read;
use crate::store::{Next, Segment};
use crate::writer::Parts;
use std::io;

/// Gives events as they come. Each poll reads what is new and nothing else.
#[derive(Debug)]
pub struct Tail {
    parts: Parts,
    query: Query,
    seen: View,
    /// The next event.
    index: u64,
    /// Where it is expected: the segment and the byte in it.
    place: Option<(u64, u64)>,
}

/// How many events there are, as far as they are whole.
pub(crate) fn size(parts: &Parts) -> Result<u64, LedgerError> {
    let segments = read::segments(&*parts.disk)?;
    let Some(first) = segments.last() else {
        return Ok(0);
    };
    let segment = Segment::open(&*parts.disk, &*parts.keys, *first)?;
    let mut frames = segment.frames()?;
    frames.go_to_end()?;
    Ok(frames.index())
}

impl Tail {
    /// Gives the last events that a query asks for, `count` of them at most, the oldest first; the
    /// tail goes on behind them.
    pub(crate) fn begin<E: From<LedgerError>>(
        parts: Parts,
        query: Query,
        seen: View,
        count: u64,
        mut each: impl FnMut(Answer) -> Result<(), E>,
    ) -> Result<Self, E> {
        let index = size(&parts)?;
        let last = Query {
            limit: Some(count),
            newest_first: true,
            ..query.clone()
        };
        let mut found = Vec::new();
        let whole = query::run(&parts, &last, seen, index, |answer| {
            found.push(answer);
            Ok::<_, LedgerError>(())
        });
        // What there is is given, even where something is missing before it.
        for answer in found.into_iter().rev() {
            each(answer)?;
        }
        whole?;
        Ok(Self {
            parts,
            query,
            seen,
            index,
            place: None,
        })
    }

    /// The index of the next event.
    #[must_use]
    pub fn next_index(&self) -> u64 {
        self.index
    }

    /// Gives the events that have come since, as far as they are what is asked for. The query's
    /// limit does not count here. What has expired before its turn came is passed over.
    ///
    /// # Errors
    /// The first fault, and what `each` fails with; what was not given then is given next time.
    /// Events that are missing and did not expire are told after those that are there, once.
    pub fn poll<E: From<LedgerError>>(
        &mut self,
        mut each: impl FnMut(Answer) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut gaps = Gaps::default();
        let segments = read::segments(&*self.parts.disk)?;
        let begin = segments.partition_point(|first| *first <= self.index);
        let rest = segments.get(begin.saturating_sub(1)..).unwrap_or_default();
        for (number, first) in rest.iter().enumerate() {
            let segment = match Segment::open(&*self.parts.disk, &*self.parts.keys, *first) {
                // It has just expired; the next look tells whether it has.
                Err(LedgerError::Disk { source, .. })
                    if source.kind() == io::ErrorKind::NotFound && number + 1 < rest.len() =>
                {
                    break;
                }
                segment => segment?,
            };
            gaps.check(&self.parts, self.index, *first)?;
            let mut frames = segment.frames()?;
            let expected = self.place.filter(|(at, _)| at == first);
            let found = match expected {
                Some((_, offset)) => frames.seek(offset, self.index)?,
                None => false,
            };
            if !found {
                frames = segment.frames()?;
                frames.skip_to(self.index)?;
            }
            let mut reading = Reading {
                frames,
                query: &self.query,
                seen: self.seen,
                below: u64::MAX,
                is_last: number + 1 == rest.len(),
            };
            let from = self.index;
            let index = &mut self.index;
            reading.until(u64::MAX, |answer| {
                let next = answer.index + 1;
                if answer.index >= from {
                    each(answer)?;
                    *index = next;
                }
                Ok::<_, E>(Next::On)
            })?;
            self.index = reading.frames.index().max(self.index);
            self.place = Some((*first, reading.frames.offset()));
        }
        gaps.told()
    }
}
