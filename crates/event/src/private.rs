//! What is personal in an event, apart from its leaf: kept, checked against the leaf, put back,
//! erased.
//!
//! Checking reads no JSON: it hashes each value and looks for the commitment where it must stand.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The length of a commitment: `sha256:` and 32 bytes in base64url.
pub(crate) const COMMITMENT: usize = PREFIX.len() + 43;
const PREFIX: &str = "sha256:";

/// What commitments hash first, so that none is a hash of something else: leaves of the tree begin
/// with 0, its nodes with 1 (RFC 9162).
const DOMAIN: u8 = 2;

/// One personal value of an event, or the place where one was erased.
#[derive(Clone, PartialEq, Eq)]
pub struct Private {
    /// Where its commitment stands in the leaf.
    at: u16,
    /// Nothing when it was erased.
    kept: Option<Kept>,
}

#[derive(Clone, PartialEq, Eq)]
struct Kept {
    subject: u8,
    is_name: bool,
    salt: [u8; 16],
    /// Canonical JSON.
    value: Vec<u8>,
}

/// A person that an event speaks of.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    /// The number within the event; zero is the event's own person.
    pub number: u8,
    /// Ids, names and addresses; none when nobody is named.
    pub names: BTreeSet<String>,
}

/// Private values do not go with a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivateError {
    /// The bytes are not a list of private values.
    #[error("the private values cannot be read; they were changed or cut")]
    Malformed,
    /// The leaf has more or fewer commitments.
    #[error("the leaf has {expected} commitments and {found} private values are there")]
    Count {
        /// What the leaf says.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The value is not the one that the leaf was made with.
    #[error("private value {index} is not the one that the leaf commits to")]
    Differs {
        /// Which one, from zero.
        index: usize,
    },
    /// The leaf is no sealed event.
    #[error("the leaf is no sealed event")]
    Leaf,
}

/// Never shows a value.
impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Private");
        shown.field("at", &self.at);
        if let Some(kept) = &self.kept {
            shown
                .field("subject", &kept.subject)
                .field("bytes", &kept.value.len());
        }
        shown.finish_non_exhaustive()
    }
}

/// Never shows a name.
impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Subject");
        shown.field("number", &self.number).finish_non_exhaustive()
    }
}

impl Private {
    pub(crate) fn new(subject: u8, is_name: bool, salt: [u8; 16], value: Vec<u8>) -> Self {
        let kept = Kept {
            subject,
            is_name,
            salt,
            value,
        };
        Self {
            at: 0,
            kept: Some(kept),
        }
    }

    pub(crate) fn move_to(&mut self, at: u16) {
        self.at = at;
    }

    /// Whether the value was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.kept.is_none()
    }

    /// A list as bytes: the count, then for each the distance from the one before, what it is (0
    /// erased, 1 a value, 2 a name), and unless erased the subject, the salt and the value.
    #[must_use]
    pub fn encode(list: &[Self]) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, list.len());
        let mut before = 0;
        for private in list {
            private.item().encode(before, &mut out);
            before = private.at;
        }
        out
    }

    /// The list that bytes were encoded from.
    ///
    /// # Errors
    /// The bytes are no such list.
    pub fn decode(bytes: &[u8]) -> Result<Vec<Self>, PrivateError> {
        let items = Items::new(bytes)?;
        items.map(|item| item.map(|item| item.to_owned())).collect()
    }

    pub(crate) fn item(&self) -> Item<'_> {
        let kept = self.kept.as_ref().map(|kept| Known {
            subject: kept.subject,
            is_name: kept.is_name,
            salt: &kept.salt,
            value: &kept.value,
        });
        Item { at: self.at, kept }
    }
}

/// A private value that belongs to somebody else.
#[derive(Clone, Copy)]
pub(crate) struct Item<'a> {
    pub(crate) at: u16,
    pub(crate) kept: Option<Known<'a>>,
}

#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) subject: u8,
    pub(crate) is_name: bool,
    pub(crate) salt: &'a [u8; 16],
    pub(crate) value: &'a [u8],
}

impl Item<'_> {
    fn to_owned(self) -> Private {
        let kept = self.kept.map(|known| Kept {
            subject: known.subject,
            is_name: known.is_name,
            salt: *known.salt,
            value: known.value.to_vec(),
        });
        Private { at: self.at, kept }
    }

    pub(crate) fn place(&self) -> std::ops::Range<usize> {
        let at = usize::from(self.at);
        at..at + COMMITMENT
    }

    /// Appends it to an encoded list; `before` is where the one before stands.
    pub(crate) fn encode(&self, before: u16, out: &mut Vec<u8>) {
        put(out, usize::from(self.at.wrapping_sub(before)));
        match &self.kept {
            None => out.push(0),
            Some(known) => {
                out.extend([1 + u8::from(known.is_name), known.subject]);
                out.extend(known.salt);
                put(out, known.value.len());
                out.extend_from_slice(known.value);
            }
        }
    }
}

/// The values of an encoded list, one after the other.
struct Items<'a> {
    rest: &'a [u8],
    left: usize,
    at: u16,
}

impl<'a> Items<'a> {
    fn new(mut bytes: &'a [u8]) -> Result<Self, PrivateError> {
        let left = take(&mut bytes).ok_or(PrivateError::Malformed)?;
        let rest = bytes;
        Ok(Self { rest, left, at: 0 })
    }

    fn one(&mut self) -> Option<Item<'a>> {
        let from = &mut self.rest;
        self.at = self.at.checked_add(u16::try_from(take(from)?).ok()?)?;
        let what = *from.split_off_first()?;
        let kept = match what {
            0 => None,
            1 | 2 => Some(Known {
                is_name: what == 2,
                subject: *from.split_off_first()?,
                salt: from.split_off(..16)?.first_chunk()?,
                value: {
                    let length = take(from)?;
                    from.split_off(..length)?
                },
            }),
            _ => return None,
        };
        Some(Item { at: self.at, kept })
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Result<Item<'a>, PrivateError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(left) = self.left.checked_sub(1) else {
            let rest = std::mem::take(&mut self.rest);
            return (!rest.is_empty()).then_some(Err(PrivateError::Malformed));
        };
        self.left = left;
        let item = self.one().ok_or(PrivateError::Malformed);
        if item.is_err() {
            (self.left, self.rest) = (0, &[]);
        }
        Some(item)
    }
}

/// Appends a number, seven bits a byte, the low ones first.
pub(crate) fn put(out: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Takes a number that is written in the shortest way and fits 21 bits.
fn take(from: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in [0, 7, 14] {
        let byte = *from.split_off_first()?;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return (shift == 0 || byte > 0).then_some(number);
        }
    }
    None
}

/// The commitment to a value: to whose it is, whether it names them, and what it is.
pub(crate) fn commit(private: &Private, scratch: &mut Vec<u8>, out: &mut [u8; COMMITMENT]) {
    if let Some(known) = private.item().kept {
        known.commit(scratch, out);
    }
}

impl Known<'_> {
    pub(crate) fn commit(&self, scratch: &mut Vec<u8>, out: &mut [u8; COMMITMENT]) {
        scratch.clear();
        scratch.push(DOMAIN);
        scratch.extend(self.salt);
        scratch.extend([self.subject, self.is_name.into()]);
        scratch.extend(self.value);
        let hash = digest::digest(&digest::SHA256, scratch);
        let (prefix, rest) = out.split_at_mut(PREFIX.len());
        prefix.copy_from_slice(PREFIX.as_bytes());
        // INVARIANT: 32 bytes are 43 characters.
        let _ = URL_SAFE_NO_PAD.encode_slice(hash, rest);
    }
}

/// Where the members of the leaf's `palisade` begin. Its name stands in a leaf once only: names
/// that are not the schema's are below commitments, and a text has no bare quotes.
pub(crate) fn own(leaf: &[u8]) -> Option<usize> {
    const NEEDLE: &[u8] = b"\"palisade\":{";
    Some(memchr::memmem::find(leaf, NEEDLE)? + NEEDLE.len())
}

/// How many commitments the leaf says that it has.
fn count(leaf: &[u8]) -> usize {
    let rest = own(leaf).and_then(|at| leaf[at..].strip_prefix(b"\"blinded\":"));
    let digits = rest.unwrap_or_default().iter().take(5);
    digits
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
}

/// Checks that private values are those that a leaf was sealed with, all of them. An erased one is
/// checked as far as that a commitment stands in its place.
///
/// # Errors
/// The first that is not.
pub fn verify_private(leaf: &[u8], list: &[Private]) -> Result<(), PrivateError> {
    let items = list.iter().map(|private| Ok(private.item()));
    verify(leaf, list.len(), items).map(|_| ())
}

/// The same for an encoded list, without taking it apart; gives how many values are erased.
///
/// # Errors
/// The first that is not right, and bytes that are no list.
pub fn verify_encoded(leaf: &[u8], list: &[u8]) -> Result<usize, PrivateError> {
    let items = Items::new(list)?;
    verify(leaf, items.left, items)
}

fn verify<'a>(
    leaf: &[u8],
    found: usize,
    items: impl Iterator<Item = Result<Item<'a>, PrivateError>>,
) -> Result<usize, PrivateError> {
    let expected = count(leaf);
    if expected != found {
        return Err(PrivateError::Count { expected, found });
    }
    let (mut scratch, mut expected) = (Vec::new(), [0; COMMITMENT]);
    let (mut free, mut erased) = (1, 0);
    for (index, item) in items.enumerate() {
        let (item, differs) = (item?, PrivateError::Differs { index });
        let place = item.place();
        let written = leaf.get(place.clone()).ok_or(differs)?;
        let quotes = [place.start.checked_sub(1), Some(place.end)];
        let quoted = quotes.map(|at| at.and_then(|at| leaf.get(at)));
        let is_right = match item.kept {
            Some(known) => {
                known.commit(&mut scratch, &mut expected);
                written == expected
            }
            None => {
                erased += 1;
                written.starts_with(PREFIX.as_bytes())
            }
        };
        if !is_right || quoted != [Some(&b'"'); 2] || place.start < free {
            return Err(differs);
        }
        free = place.end + 1;
    }
    Ok(erased)
}

/// The event that was sealed. What was erased is left out, and `palisade.erased` lists where it
/// was, as JSON pointers. Nothing is checked against the leaf: that is [`verify_private`]'s.
///
/// # Errors
/// The leaf is no sealed event, or the private values lie outside of it.
pub fn open(leaf: &[u8], list: &[Private]) -> Result<Value, PrivateError> {
    let mut text = Vec::with_capacity(leaf.len());
    let mut erased = BTreeSet::new();
    let mut done = 0;
    for (index, private) in list.iter().enumerate() {
        let differs = PrivateError::Differs { index };
        let place = private.item().place();
        let start = place.start.checked_sub(1).ok_or(differs)?;
        let end = place.end + 1;
        match &private.kept {
            Some(kept) => {
                text.extend(leaf.get(done..start).ok_or(differs)?);
                text.extend(&kept.value);
                done = leaf.get(..end).ok_or(differs)?.len();
            }
            None => drop(erased.insert(leaf.get(place).ok_or(differs)?)),
        }
    }
    text.extend(leaf.get(done..).ok_or(PrivateError::Leaf)?);
    let mut event: Value = serde_json::from_slice(&text).map_err(|_| PrivateError::Leaf)?;
    let mut gone = Vec::new();
    if !erased.is_empty() {
        leave_out(&mut event, &erased, &mut String::new(), &mut gone);
    }
    let own = event.get_mut("palisade").and_then(Value::as_object_mut);
    let own = own.ok_or(PrivateError::Leaf)?;
    own.remove("blinded");
    if !gone.is_empty() {
        own.insert("erased".to_owned(), gone.into());
    }
    Ok(event)
}

/// Removes the members whose values are among commitments, and lists where they were.
fn leave_out(at: &mut Value, erased: &BTreeSet<&[u8]>, path: &mut String, gone: &mut Vec<Value>) {
    let length = path.len();
    match at {
        Value::Object(map) => map.retain(|name, value| {
            path.push('/');
            path.push_str(&name.replace('~', "~0").replace('/', "~1"));
            let is_erased = value
                .as_str()
                .is_some_and(|text| erased.contains(text.as_bytes()));
            match is_erased {
                true => gone.push(path.as_str().into()),
                false => leave_out(value, erased, path, gone),
            }
            path.truncate(length);
            !is_erased
        }),
        Value::Array(list) => {
            for (index, value) in list.iter_mut().enumerate() {
                path.push_str(&format!("/{index}"));
                leave_out(value, erased, path, gone);
                path.truncate(length);
            }
        }
        _ => (),
    }
}

/// The persons of whom there is something, by number.
#[must_use]
pub fn subjects(list: &[Private]) -> Vec<Subject> {
    let mut found: BTreeMap<u8, BTreeSet<String>> = BTreeMap::new();
    for kept in list.iter().filter_map(|private| private.kept.as_ref()) {
        let names = found.entry(kept.subject).or_default();
        if kept.is_name
            && let Ok(name) = serde_json::from_slice(&kept.value)
        {
            names.insert(name);
        }
    }
    let found = found.into_iter();
    found
        .map(|(number, names)| Subject { number, names })
        .collect()
}

/// The list without what is kept of a person, or nothing when nothing is.
#[must_use]
pub fn erase(list: &[Private], subject: u8) -> Option<Vec<Private>> {
    let is_theirs = |private: &Private| {
        let kept = private.kept.as_ref();
        kept.is_some_and(|kept| kept.subject == subject)
    };
    list.iter().any(is_theirs).then(|| {
        let one = |private: &Private| match is_theirs(private) {
            true => Private {
                at: private.at,
                kept: None,
            },
            false => private.clone(),
        };
        list.iter().map(one).collect()
    })
}

#[cfg(test)]
mod tests;
