//! Erasure: what is personal of one subject goes from every segment, and no leaf changes. The event
//! that says so, and in which segments, lasts before; a segment is then written again beside the
//! one there is, under a key of its own, and takes its place.

use crate::deeds::{self, Deed, KeepError, Objection, People, Scope, Stop, Tag};
use crate::disk::{NEW, remove};
use crate::error::{FaultKind, LedgerError};
use crate::keys::DataKey;
use crate::ledger::Ledger;
use crate::own;
use crate::read::{Stored, stored};
use crate::segment::{Cipher, FrameHeader, Header, Nonces, Record};
use crate::store::{self, EVENTS, Ended, FOLDER, Found, INDEX, KEY, NEXT_KEY, Next, Segment};
use crate::writer::{Parts, Writer};
use palisade_event::{Private, erase as without, subjects};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io;

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// In how many events there was something of the subject.
    pub events: u64,
    /// How many fields that was.
    pub fields: u64,
    /// How many segments were written again.
    pub segments: u64,
}

impl Ledger {
    /// Erases what is personal of everybody who is recorded with an id, a name or an address, from
    /// every event up to now. Proofs stay as they are.
    ///
    /// # Errors
    /// When a hold covers any of it, when the ledger can't write.
    pub async fn erase(&self, subject: &str, reason: &str) -> Result<Erased, KeepError> {
        let (subject, reason) = (subject.to_owned(), reason.to_owned());
        self.keep(move |writer| {
            if subject.is_empty() {
                return Err(Objection::Nobody.into());
            }
            if reason.contains(&subject) {
                return Err(Objection::Reason.into());
            }
            let tag = Tag::of(&*writer.parts.keys, &subject);
            let tag = tag.map_err(LedgerError::key("tags"))?;
            erase(writer, &tag, &reason, Holds::Obeyed)
        })
        .await
    }
}

/// Whether holds stand in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// They do.
    Obeyed,
    /// It was erased once already, when none did.
    Past,
}

/// So many segments fit one event.
const MOST_IN_EVENT: usize = 2000;

pub(crate) fn erase(
    writer: &mut Writer,
    tag: &Tag,
    reason: &str,
    holds: Holds,
) -> Result<Erased, Stop> {
    let everything = writer.deeds.holds.values().find(|h| h.scope == Scope::All);
    if let (Holds::Obeyed, Some(hold)) = (holds, everything) {
        return Err(Objection::Held(hold.name.clone()).into());
    }
    writer.end_segment()?;
    let mut people = People::new(&*writer.parts.keys);
    let (mut concerned, mut erased) = (Vec::new(), Erased::default());
    let held = writer.deeds.held();
    let mut by = held.get(tag).map(|name| (*name).to_owned());
    for first in store::list(&*writer.parts.disk)? {
        if store::header(&*writer.parts.disk, first)?.is_deed {
            continue;
        }
        let before = erased.events;
        walk(&writer.parts, first, |event| {
            let (mut is_theirs, mut theirs) = (false, 0);
            for subject in subjects(&event.private) {
                let tags = people.tags(&subject)?;
                if tags.contains(tag) {
                    is_theirs = true;
                    let rest = without(&event.private, subject.number);
                    let kept = |list: &[Private]| list.iter().filter(|p| !p.is_erased()).count();
                    let rest = rest.map_or(0, |rest| kept(&event.private) - kept(&rest));
                    theirs += store::len(rest);
                    let name = tags.iter().find_map(|tag| held.get(tag));
                    by = by.take().or_else(|| name.map(|name| (*name).to_owned()));
                }
            }
            if is_theirs {
                erased.events += 1;
                erased.fields += theirs;
                let (from, to, _) = times(event)?;
                let hold = writer.deeds.holding(from, to);
                by = by.take().or_else(|| hold.map(|hold| hold.name.clone()));
            }
            Ok(())
        })?;
        if erased.events > before {
            concerned.push(first);
        }
    }
    if let (Holds::Obeyed, Some(name)) = (holds, by) {
        return Err(Objection::Held(name).into());
    }
    erased.segments = store::len(concerned.len());
    // That nothing was found is recorded too.
    let mut parts: Vec<&[u64]> = concerned.chunks(MOST_IN_EVENT).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    for segments in parts {
        let deed = Deed::Erase {
            tag: tag.clone(),
            segments: segments.to_vec(),
        };
        deeds::record(writer, &deed, reason)?;
        apply(&writer.parts, &writer.deeds)?;
    }
    Ok(erased)
}

/// The earlier and the later of the times at which an event happened and was recorded, and the
/// latter.
pub(crate) fn times(event: &Stored) -> Result<(i64, i64, i64), LedgerError> {
    // Times are never personal: they stand in the leaf itself.
    let leaf = serde_json::from_slice::<Value>(&event.leaf).ok();
    let logged = leaf.as_ref().and_then(own::logged_time);
    let time = leaf.and_then(|leaf| leaf.get("time").and_then(Value::as_i64));
    let index = event.index;
    let (time, logged) = time.zip(logged).ok_or(LedgerError::Record { index })?;
    Ok((time.min(logged), time.max(logged), logged))
}

/// Calls `each` for every event of a segment that has ended; gives the index behind the last.
pub(crate) fn walk(
    parts: &Parts,
    first: u64,
    mut each: impl FnMut(&Stored) -> Result<(), LedgerError>,
) -> Result<u64, LedgerError> {
    let segment = Segment::open(&*parts.disk, &*parts.keys, first)?;
    let mut frames = segment.frames()?;
    let ended = frames.each::<LedgerError>(|index, record| {
        each(&stored(index, record)?)?;
        Ok(Next::On)
    })?;
    match ended {
        Ended::Torn => Err(frames.fault(FaultKind::Changed).into()),
        Ended::Whole | Ended::Stopped => Ok(frames.index()),
    }
}

/// Applies the erasures that are recorded and not yet applied.
pub(crate) fn apply(parts: &Parts, deeds: &deeds::Deeds) -> Result<(), LedgerError> {
    let mut people = People::new(&*parts.keys);
    for (first, (tags, known)) in deeds.unerased() {
        rewrite(parts, first, known, &tags, &mut people)?;
    }
    Ok(())
}

/// Writes a segment again without what is personal of some subjects.
fn rewrite(
    parts: &Parts,
    first: u64,
    deeds: u64,
    tags: &BTreeSet<Tag>,
    people: &mut People<'_>,
) -> Result<(), LedgerError> {
    let disk = &*parts.disk;
    let segment = Segment::open(disk, &*parts.keys, first)?;
    let header = Header {
        id: store::random()?,
        deeds,
        ..segment.header
    };
    let key = DataKey::from(store::random()?);
    let cipher = Cipher::new(&key, &header);
    let mut nonces = Nonces::new(store::random()?);
    let path = store::path(first, EVENTS);
    let beside = format!("{path}{NEW}");
    let writing = || LedgerError::disk("writing", &beside);
    remove(disk, &beside).map_err(writing())?;
    let mut file = disk.create(&beside).map_err(writing())?;
    file.append(&header.encode()).map_err(writing())?;
    let mut frames = segment.frames()?;
    let mut frame = Vec::new();
    loop {
        let place = frames.fault(FaultKind::Changed);
        match frames.next()? {
            Found::End => break,
            Found::Torn => return Err(place.into()),
            Found::Frame(first, records) => {
                frame.clear();
                frame.resize(FrameHeader::LENGTH, 0);
                let mut count = 0;
                for (index, record) in (first..).zip(records) {
                    let event = stored(index, record.map_err(|_| place.clone())?)?;
                    let private = leave_out(event.private, tags, people)?;
                    let leaf = &event.leaf;
                    let private = &Private::encode(&private);
                    Record { leaf, private }.encode(&mut frame);
                    count += 1;
                }
                let nonce = nonces.next().ok_or(LedgerError::Random)?;
                cipher.seal(&mut frame, first, count, nonce);
                file.append(&frame).map_err(writing())?;
            }
        }
    }
    file.sync().map_err(writing())?;
    store::write_key_as(disk, &*parts.keys, &header, &key, NEXT_KEY)?;
    // An index may hold what is erased; it is made again.
    let place = || -> io::Result<()> {
        remove(disk, &store::path(first, INDEX))?;
        disk.rename(&beside, &path)?;
        disk.sync_folder(FOLDER)?;
        disk.rename(&store::path(first, NEXT_KEY), &store::path(first, KEY))?;
        disk.sync_folder(FOLDER)
    };
    place().map_err(LedgerError::disk("writing", &path))
}

/// What is personal in an event, without that of some subjects.
fn leave_out(
    mut private: Vec<Private>,
    tags: &BTreeSet<Tag>,
    people: &mut People<'_>,
) -> Result<Vec<Private>, LedgerError> {
    for subject in subjects(&private) {
        if !people.tags(&subject)?.is_disjoint(tags) {
            private = without(&private, subject.number).unwrap_or(private);
        }
    }
    Ok(private)
}
