//! Expiry: ended segments whose time is over are removed as a whole. The event that says so lasts
//! before; the hashes of the events stay in the tiles.

use crate::deeds::{self, Deed, Gone, KeepError, Objection, People, Stop, is_over};
use crate::erase::{times, walk};
use crate::error::LedgerError;
use crate::finish;
use crate::ledger::Ledger;
use crate::store;
use crate::writer::Writer;
use palisade_event::subjects;

/// How long events are kept, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention(u32);

impl Retention {
    /// What is asked for, or else what the policy demands; never less than that.
    ///
    /// # Errors
    /// When less is asked for.
    pub fn new(asked: Option<u32>, policy: Option<u32>) -> Result<Self, Objection> {
        let least = policy.unwrap_or(Self::default().0);
        match asked {
            Some(asked) if asked < least => Err(Objection::Retention { asked, least }),
            Some(asked) => Ok(Self(asked)),
            None => Ok(Self(least)),
        }
    }

    /// In days.
    #[must_use]
    pub fn days(self) -> u32 {
        self.0
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self(365)
    }
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// How many segments.
    pub segments: u64,
    /// How many events were in them.
    pub events: u64,
    /// How many more segments are old enough, and under a hold.
    pub held: u64,
}

impl Ledger {
    /// Removes the segments that ended, whose last event was recorded longer ago than events are
    /// kept, and that no hold covers.
    ///
    /// # Errors
    /// When the ledger can't write, or is not what it was.
    pub async fn expire(&self, retention: Retention) -> Result<Expired, KeepError> {
        self.keep(move |writer| expire(writer, retention)).await
    }
}

impl Ledger {
    /// What [`expire`](Self::expire) would remove now; nothing is removed.
    ///
    /// # Errors
    /// When the ledger can't write, or is not what it was.
    pub async fn expirable(&self, retention: Retention) -> Result<Expired, KeepError> {
        self.keep(move |writer| Ok(find(writer, retention)?.1))
            .await
    }
}

/// So many segments fit one event.
const MOST_IN_EVENT: usize = 200;

/// The segments whose time is over, and how much that is.
fn find(
    writer: &mut Writer,
    Retention(days): Retention,
) -> Result<(Vec<Gone>, Expired), LedgerError> {
    writer.end_segment_when_due()?;
    let now = i64::try_from(writer.parts.clock.now()).unwrap_or(i64::MAX);
    let current = writer.current.as_ref().map(|c| c.segment.header.first);
    let mut people = People::new(&*writer.parts.keys);
    let (mut over, mut expired) = (Vec::new(), Expired::default());
    for first in store::list(&*writer.parts.disk)? {
        let header = store::header(&*writer.parts.disk, first)?;
        let made = i64::try_from(header.made).unwrap_or(i64::MAX);
        if header.is_deed || Some(first) == current || !is_over(made, days, now) {
            continue;
        }
        let mut gone = Gone {
            first,
            end: first,
            logged: made,
            from: i64::MAX,
            to: i64::MIN,
        };
        let held = writer.deeds.held();
        let mut is_held = false;
        gone.end = walk(&writer.parts, first, |event| {
            let (from, to, logged) = times(event)?;
            gone.logged = gone.logged.max(logged);
            (gone.from, gone.to) = (gone.from.min(from), gone.to.max(to));
            if !held.is_empty() && !is_held {
                for subject in subjects(&event.private) {
                    let tags = people.tags(&subject)?;
                    is_held |= tags.iter().any(|tag| held.contains_key(tag));
                }
            }
            Ok(())
        })?;
        if gone.end == first || !is_over(gone.logged, days, now) {
            continue;
        }
        if is_held || writer.deeds.holding(gone.from, gone.to).is_some() {
            expired.held += 1;
            continue;
        }
        expired.segments += 1;
        expired.events += gone.end - gone.first;
        over.push(gone);
    }
    Ok((over, expired))
}

fn expire(writer: &mut Writer, retention: Retention) -> Result<Expired, Stop> {
    let (over, expired) = find(writer, retention)?;
    for segments in over.chunks(MOST_IN_EVENT) {
        let deed = Deed::Expire {
            days: retention.days(),
            segments: segments.to_vec(),
        };
        deeds::record(writer, &deed, "")?;
        finish::remove_expired(&writer.parts, &writer.deeds)?;
    }
    Ok(expired)
}
