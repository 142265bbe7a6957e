//! Forms: events of which all but a few values are known beforehand. Whoever writes many of a kind
//! has each checked, completed and put in order once, and copies from then on.
//!
//! A form is found by example: an event with a sample in each open place is built and sealed as any
//! other, and where the samples come out is where values go. What a form is filled to is byte for
//! byte what the event would have been sealed to.

use crate::error::{EventError, Path};
use crate::event::{Product, Record, Stamp};
use crate::json::EXACT;
use crate::private::{self, COMMITMENT, Item, Known, Private};
use crate::seal::{LARGEST_LEAF, Sealed};
use crate::{Draft, LIMIT, canonical};

/// A value for an open place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number that every reader of JSON has exactly: at most 2^53 − 1 (RFC 7493).
    Number(i64),
}

/// An event with open places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The leaf with samples.
    leaf: Vec<u8>,
    /// In the order in which they stand in the leaf.
    places: Vec<Place>,
    /// How many values are due.
    values: usize,
}

/// An open place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// Where the sample stands in the leaf.
    start: usize,
    end: usize,
    what: What,
    is_text: bool,
    /// Of a value that goes apart from the leaf: whether it names a person.
    private: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Value(usize),
    LoggedTime,
    Uid,
}

/// An event that a form was filled to, as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// As [`Sealed::leaf`].
    pub leaf: Vec<u8>,
    /// The private values, encoded.
    pub private: Vec<u8>,
}

/// What stands in an open place of the example: nothing else in an event looks like it.
fn sample(number: usize) -> String {
    format!("\u{2}open place {number}\u{3}")
}

/// The same for numbers. They stand in the leaf bare.
fn sample_number(number: usize) -> i64 {
    8_111_222_333_444_000 + i64::try_from(number).unwrap_or_default()
}

impl Form {
    /// The form of a draft with open places at these paths; the values count by their kind alone.
    ///
    /// # Errors
    /// All that is wrong with the event; a place that can't be open, because other parts of the
    /// event depend on it, or because it is one of several persons'.
    pub fn new(
        mut draft: Draft,
        open: &[(&str, Fill<'_>)],
        product: &Product,
        record: Record,
    ) -> Result<Self, Vec<EventError>> {
        for (number, (path, kind)) in open.iter().enumerate() {
            draft = match kind {
                Fill::Text(_) => draft.set(path, sample(number)),
                Fill::Number(_) => draft.set(path, sample_number(number)),
            };
        }
        let (logged_time, uid) = (sample_number(open.len()), sample(open.len() + 1));
        let sealed = draft.build()?.complete(&Stamp {
            product,
            logged_time,
            uid: &uid,
            record,
        });
        let sealed = sealed.seal(|| [0; 16]).map_err(|error| vec![error])?;
        let kinds = open.iter().enumerate().map(|(number, (path, kind))| {
            let is_text = matches!(kind, Fill::Text(_));
            (*path, What::Value(number), number, is_text)
        });
        let stamped = [
            ("metadata.logged_time", What::LoggedTime, open.len(), false),
            ("metadata.uid", What::Uid, open.len() + 1, true),
        ];
        let mut places = Vec::new();
        for (path, what, number, is_text) in kinds.chain(stamped) {
            let mut shown = Vec::new();
            match is_text {
                true => canonical::write_text(&sample(number), &mut shown),
                false => canonical::write_whole(sample_number(number), &mut shown),
            }
            let (start, end, private) = find(&sealed, &shown).ok_or_else(|| {
                let path = Path::Member(&Path::Top, path);
                let help = "leave open what stands in the event once, as it is given";
                vec![EventError::new(&path, "it can't be open", help)]
            })?;
            places.push(Place {
                start,
                end,
                what,
                is_text,
                private,
            });
        }
        let private = places.iter().filter(|place| place.private.is_some());
        if private.count() != sealed.private.len() {
            let help = "leave open what is personal, and name one person only";
            let problem = "a personal value is the same in all events";
            return Err(vec![EventError::new(&Path::Top, problem, help)]);
        }
        places.sort_by_key(|place| place.start);
        Ok(Self {
            leaf: sealed.leaf,
            places,
            values: open.len(),
        })
    }

    /// The event with these values: as many as there are open places, in their order, and of their
    /// kinds. `salt` gives random bytes, other ones each time.
    ///
    /// # Errors
    /// The event would be too large, or the values are others than the form was made for.
    pub fn fill(
        &self,
        values: &[(&str, Fill<'_>)],
        logged_time: i64,
        uid: &str,
        mut salt: impl FnMut() -> [u8; 16],
    ) -> Result<Filled, EventError> {
        if values.len() != self.values {
            return Err(misfit());
        }
        let longest = values.iter().map(|(_, value)| match value {
            Fill::Text(text) => text.len() + 2,
            Fill::Number(_) => 20,
        });
        let longest: usize = longest.sum();
        let mut leaf = Vec::with_capacity(self.leaf.len() + longest + uid.len());
        let mut private = Vec::with_capacity(32 * self.places.len() + longest);
        let count = self.places.iter().filter(|place| place.private.is_some());
        private::put(&mut private, count.count());
        let (mut value, mut scratch) = (Vec::new(), Vec::new());
        let mut commitment = [0; COMMITMENT];
        let (mut done, mut before) = (0, 0);
        for place in &self.places {
            leaf.extend_from_slice(&self.leaf[done..place.start]);
            done = place.end;
            let fill = match place.what {
                What::Value(number) => values.get(number).map(|(_, fill)| *fill),
                What::LoggedTime => Some(Fill::Number(logged_time)),
                What::Uid => Some(Fill::Text(uid)),
            };
            let fits = |fill: &Fill<'_>| match fill {
                Fill::Text(_) => place.is_text,
                Fill::Number(number) => !place.is_text && number.unsigned_abs() <= EXACT,
            };
            let fill = fill.filter(fits);
            let fill = fill.ok_or_else(misfit)?;
            let Some(is_name) = place.private else {
                write(fill, &mut leaf);
                continue;
            };
            value.clear();
            write(fill, &mut value);
            let known = Known {
                subject: 0,
                is_name,
                salt: &salt(),
                value: &value,
            };
            leaf.push(b'"');
            let at = u16::try_from(leaf.len()).map_err(|_| too_large(leaf.len()))?;
            known.commit(&mut scratch, &mut commitment);
            leaf.extend_from_slice(&commitment);
            leaf.push(b'"');
            Item {
                at,
                kept: Some(known),
            }
            .encode(before, &mut private);
            before = at;
        }
        leaf.extend_from_slice(&self.leaf[done..]);
        let length = leaf.len() + private.len();
        match leaf.len() > LARGEST_LEAF || length > LIMIT {
            true => Err(too_large(length)),
            false => Ok(Filled { leaf, private }),
        }
    }
}

/// Where a sample stands: in the leaf, or apart from it; then whether it names a person.
fn find(sealed: &Sealed, shown: &[u8]) -> Option<(usize, usize, Option<bool>)> {
    let mut bare = memchr::memmem::find_iter(&sealed.leaf, shown);
    let apart = sealed.private.iter().map(Private::item);
    let mut apart = apart.filter(|item| item.kept.is_some_and(|known| known.value == shown));
    let found = match (bare.next(), apart.next()) {
        (Some(start), None) => (start, start + shown.len(), None),
        (None, Some(item)) => {
            let known = item.kept.filter(|known| known.subject == 0)?;
            let place = item.place();
            (place.start - 1, place.end + 1, Some(known.is_name))
        }
        _ => return None,
    };
    let is_once = bare.next().is_none() && apart.next().is_none();
    is_once.then_some(found)
}

fn write(fill: Fill<'_>, out: &mut Vec<u8>) {
    match fill {
        Fill::Text(text) => canonical::write_text(text, out),
        Fill::Number(number) => canonical::write_whole(number, out),
    }
}

fn misfit() -> EventError {
    let problem = "the values are not those that the form has open places for";
    EventError::new(
        &Path::Top,
        problem,
        "give those that it was made for, in their order",
    )
}

fn too_large(length: usize) -> EventError {
    let problem = format!("filled in, the event has {length} bytes");
    let help = format!("at most {LIMIT} fit; leave out what is large, keep its digest");
    EventError::new(&Path::Top, problem, help)
}
