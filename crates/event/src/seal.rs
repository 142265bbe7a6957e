//! Sealing: an event becomes a leaf of the ledger's tree and, apart from it, what is personal.
//!
//! The leaf is the event's canonical JSON with a salted commitment in place of each personal
//! value, so that a value can be erased later and the leaf stays as it is. How many there are
//! stands in the leaf (`palisade.blinded`), so that none can go missing unseen.

use crate::error::{EventError, Path};
use crate::event::Complete;
use crate::personal::{PERSON, Personal};
use crate::private::{COMMITMENT, Private, commit};
use crate::schema::{self, Attribute, Kind, Object, Schema};
use crate::{canonical, private};
use serde_json::{Map, Value};

/// The largest leaf, in bytes: what an entry of a tiled log can hold.
pub const LARGEST_LEAF: usize = 65_535;

/// An event as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What the tree's leaf is the hash of.
    pub leaf: Vec<u8>,
    /// What is personal, in order of place.
    pub private: Vec<Private>,
}

impl Complete {
    /// Puts commitments in place of personal values. `salt` gives random bytes, other ones each
    /// time.
    ///
    /// # Errors
    /// The leaf would be too large, or there are too many persons.
    pub fn seal(&self, salt: impl FnMut() -> [u8; 16]) -> Result<Sealed, EventError> {
        let actor = self
            .value()
            .get("actor")
            .and_then(|actor| actor.get("user"));
        let main = actor
            .or_else(|| self.value().get("user"))
            .and_then(Value::as_object);
        let mut seal = Seal {
            schema: schema::builtin(),
            salt,
            people: vec![main.map_or([None; 3], names)],
            private: Vec::new(),
            leaf_at: Vec::new(),
            text: Vec::new(),
            scratch: Vec::new(),
        };
        let mut leaf = Vec::with_capacity(2048);
        let top = &seal.schema.class(self.class()).object;
        seal.object(top, self.value(), Some(0), &mut leaf);
        let Seal {
            people,
            mut private,
            leaf_at,
            ..
        } = seal;
        let inserted = count_in(&mut leaf, private.len());
        if leaf.len() > LARGEST_LEAF || people.len() > usize::from(u8::MAX) {
            let problem = format!(
                "sealed, the event has {} bytes and {} persons",
                leaf.len(),
                people.len()
            );
            let help = format!("at most {LARGEST_LEAF} bytes and 255 persons fit; split the event");
            return Err(EventError::new(&Path::Top, problem, help));
        }
        for (private, at) in private.iter_mut().zip(leaf_at) {
            let moved = inserted
                .filter(|(place, _)| at > *place)
                .map_or(0, |(_, length)| length);
            // INVARIANT: the leaf's length fits.
            private.move_to(u16::try_from(at + moved).unwrap_or(u16::MAX));
        }
        Ok(Sealed { leaf, private })
    }
}

/// Writes the number of commitments into the leaf; the place and the length of what was written.
fn count_in(leaf: &mut Vec<u8>, count: usize) -> Option<(usize, usize)> {
    let place = private::own(leaf).filter(|_| count > 0)?;
    let comma = if leaf.get(place) == Some(&b'}') {
        ""
    } else {
        ","
    };
    let text = format!("\"blinded\":{count}{comma}");
    leaf.splice(place..place, text.bytes());
    Some((place, text.len()))
}

/// By what a person can be asked for, in a fixed order.
fn names(user: &Map<String, Value>) -> [Option<&str>; 3] {
    ["uid", "name", "email_addr"].map(|name| user.get(name).and_then(Value::as_str))
}

struct Seal<'a, F> {
    schema: &'static Schema,
    salt: F,
    /// The persons of the event by number; zero is its own.
    people: Vec<[Option<&'a str>; 3]>,
    private: Vec<Private>,
    /// Where their commitments stand.
    leaf_at: Vec<usize>,
    /// Room for work.
    text: Vec<u8>,
    scratch: Vec<u8>,
}

impl<'a, F: FnMut() -> [u8; 16]> Seal<'a, F> {
    /// Appends an object; `person` is whom it speaks of, if anybody.
    fn object(
        &mut self,
        object: &Object,
        map: &'a Map<String, Value>,
        person: Option<usize>,
        out: &mut Vec<u8>,
    ) {
        let person = match object.name {
            PERSON => Some(self.person(map)),
            _ => person,
        };
        canonical::members(map, out, |name, value, out| {
            let Some(attribute) = object.attribute(name) else {
                return canonical::write(value, out);
            };
            match (attribute.personal, person) {
                (Personal::Field, Some(person)) => self.blind(value, person, false, out),
                (Personal::Name, Some(person)) => self.blind(value, person, true, out),
                (Personal::Free, person) => self.blind(value, person.unwrap_or(0), false, out),
                _ if attribute.is_impersonal => self.attribute(attribute, value, None, out),
                _ => self.attribute(attribute, value, person, out),
            }
        });
    }

    fn attribute(
        &mut self,
        attribute: &Attribute,
        value: &'a Value,
        person: Option<usize>,
        out: &mut Vec<u8>,
    ) {
        match (attribute.kind, value) {
            (Kind::Object(index), Value::Object(map)) => {
                self.object(self.schema.object(index), map, person, out);
            }
            (Kind::Object(_), Value::Array(list)) => {
                out.push(b'[');
                for (index, value) in list.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.attribute(attribute, value, person, out);
                }
                out.push(b']');
            }
            _ => canonical::write(value, out),
        }
    }

    /// The number of a person: the same one for whoever shares an id, a name or an address.
    fn person(&mut self, user: &'a Map<String, Value>) -> usize {
        let names = names(user);
        let is_same = |known: &[Option<&str>; 3]| {
            known.iter().zip(&names).any(|(a, b)| a.is_some() && a == b)
        };
        self.people.iter().position(is_same).unwrap_or_else(|| {
            self.people.push(names);
            self.people.len() - 1
        })
    }

    /// Appends the commitment to a value, and keeps the value apart.
    fn blind(&mut self, value: &Value, person: usize, is_name: bool, out: &mut Vec<u8>) {
        self.text.clear();
        canonical::write(value, &mut self.text);
        // More persons than fit are refused at the end.
        let person = u8::try_from(person).unwrap_or(u8::MAX);
        let private = Private::new(person, is_name, (self.salt)(), self.text.clone());
        out.push(b'"');
        self.leaf_at.push(out.len());
        let mut commitment = [0; COMMITMENT];
        commit(&private, &mut self.scratch, &mut commitment);
        out.extend(commitment);
        out.push(b'"');
        self.private.push(private);
    }
}
