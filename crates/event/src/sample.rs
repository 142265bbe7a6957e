//! Events for tests, made from the schema: the least that a class asks for, and chance ones.

use crate::schema::{self, Attribute, Kind, Object, Values};
use crate::{Class, Complete, Event, Product, Record, Stamp, check};
use serde_json::{Map, Value, json};

/// What completing fills in; left out of the least event.
pub(crate) const DERIVED: [&str; 4] = ["category_uid", "metadata", "severity_id", "type_uid"];

/// Texts that are awkward somewhere.
const TEXTS: [&str; 12] = [
    "",
    "jane",
    "jane@example.com",
    "203.0.113.7",
    "\"",
    "\\",
    "\u{0}\u{1f}\u{7f}",
    "é😀\u{2028}\u{fb33}",
    "\"palisade\":{\"blinded\":9}",
    "{\"palisade\":{\"blinded\":9}}",
    "sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
    "null",
];

/// Chance that can be repeated (xorshift).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let end = u64::try_from(end).expect("small");
        usize::try_from((self.0 >> 11) % end).expect("small")
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn json(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 5 } else { 7 }) {
            0 => Value::Null,
            1 => (self.below(2) == 0).into(),
            2 => json!(-1.5e-7),
            3 => self.below(1 << 40).into(),
            4 => (*self.pick(&TEXTS)).into(),
            5 => (0..self.below(3)).map(|_| self.json(depth - 1)).collect(),
            _ => {
                let mut map = Map::new();
                for _ in 0..self.below(4) {
                    map.insert((*self.pick(&TEXTS)).to_owned(), self.json(depth - 1));
                }
                map.into()
            }
        }
    }
}

/// The least of a class, as somebody may write it.
pub(crate) fn least(class: Class) -> Map<String, Value> {
    let object = &schema::builtin().class(class).object;
    let mut event = least_of(object);
    event.retain(|name, _| !DERIVED.contains(&&**name));
    event.insert("class_uid".to_owned(), class.uid().into());
    event
}

/// The least of an object: what is required, and what its rules ask for.
pub(crate) fn least_of(object: &Object) -> Map<String, Value> {
    let mut map = Map::new();
    for attribute in &object.attributes {
        if attribute.is_required && attribute.profile.is_none() {
            map.insert(attribute.name.to_owned(), value(attribute));
        }
    }
    for constraint in &object.constraints {
        if !constraint.of.iter().any(|name| map.contains_key(*name)) {
            // Not the first: objects may hold themselves (`actor.process.parent_process`).
            let simple = |a: &&Attribute| !matches!(a.kind, Kind::Object(_));
            let of = constraint
                .of
                .iter()
                .filter_map(|name| object.attribute(name));
            let attribute = of
                .clone()
                .find(simple)
                .or_else(|| of.clone().next())
                .expect("one");
            map.insert(attribute.name.to_owned(), value(attribute));
        }
    }
    map
}

/// A value that an attribute can have.
pub(crate) fn value(attribute: &Attribute) -> Value {
    let one = match (attribute.kind, &attribute.values) {
        (_, Some(Values::Numbers(numbers))) => numbers[0].0.into(),
        (_, Some(Values::Words(words))) => words[0].into(),
        (Kind::Boolean, _) => true.into(),
        (Kind::Integer | Kind::Port, _) => 7.into(),
        (Kind::Float, _) => 0.5.into(),
        (Kind::Text, _) => "text".into(),
        (Kind::Clause, _) => "SCSP-6.4".into(),
        (Kind::Json | Kind::AnyObject, _) => json!({"any": [null, 1]}),
        (Kind::Object(index), _) => least_of(schema::builtin().object(index)).into(),
    };
    match attribute.is_list {
        true => vec![one].into(),
        false => one,
    }
}

/// A valid event by chance.
pub(crate) fn event(chance: &mut Chance) -> Event {
    let class = *chance.pick(&Class::ALL);
    let mut event = least(class);
    let object = &schema::builtin().class(class).object;
    grow(object, &mut event, chance, 3);
    for name in ["class_uid", "metadata", "palisade"] {
        if let Some(least) = least(class).remove(name) {
            event.insert(name.to_owned(), least);
        } else {
            event.remove(name);
        }
    }
    event.remove("category_uid");
    event.remove("type_uid");
    let mut derived = Vec::new();
    check::derived(class, &event, |name, value| derived.push((name, value)));
    for (name, derived) in derived {
        if let Some(given) = event.get_mut(name) {
            *given = derived.value();
        }
    }
    if event.get("activity_id") == Some(&99.into()) {
        event.remove("activity_name");
    }
    // A profile that is applied asks for what it requires.
    let cloud = object.attribute("cloud").expect("every class has it");
    event.entry("cloud").or_insert_with(|| value(cloud));
    Event::from_value(event.into()).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// Adds attributes by chance, some of whatever is below.
fn grow(object: &Object, map: &mut Map<String, Value>, chance: &mut Chance, depth: usize) {
    for attribute in &object.attributes {
        let is_limited = object
            .constraints
            .iter()
            .any(|rule| rule.just_one && rule.of.contains(&attribute.name));
        if is_limited || chance.below(3) > 0 {
            continue;
        }
        let count = if attribute.is_list {
            chance.below(3)
        } else {
            1
        };
        let mut one = || match (attribute.kind, &attribute.values) {
            (_, Some(Values::Numbers(numbers))) => chance.pick(numbers).0.into(),
            (_, Some(Values::Words(words))) => (*chance.pick(words)).into(),
            (Kind::Text, _) => (*chance.pick(&TEXTS)).into(),
            (Kind::Integer, _) => chance.below(1 << 50).into(),
            (Kind::Json, _) => match chance.json(3) {
                Value::Null => 1.into(),
                value => value,
            },
            (Kind::Object(index), _) => {
                let object = schema::builtin().object(index);
                let mut map = least_of(object);
                if depth > 0 {
                    grow(object, &mut map, chance, depth - 1);
                }
                map.into()
            }
            _ => match value(attribute) {
                Value::Array(mut list) => list.remove(0),
                value => value,
            },
        };
        let value: Value = match attribute.is_list {
            true => (0..count).map(|_| one()).collect(),
            false => one(),
        };
        map.insert(attribute.name.to_owned(), value);
    }
}

/// Completes an event as tests do.
pub(crate) fn complete(event: Event) -> Complete {
    let product = Product {
        name: "Palisade".to_owned(),
        vendor_name: "Palisade".to_owned(),
        version: "0.1.0".to_owned(),
    };
    event.complete(&Stamp {
        product: &product,
        logged_time: 1_700_000_000_123,
        uid: "9f3c",
        record: Record::Before,
    })
}

/// Salts that differ.
pub(crate) fn salts() -> impl FnMut() -> [u8; 16] {
    let mut next = 0_u128;
    move || {
        next += 1;
        next.to_be_bytes()
    }
}
