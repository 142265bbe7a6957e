//! What an event may hold: the classes and objects of OCSF in use, and Palisade's own attributes.
//!
//! Read once from the text that comes with the program (`data/ocsf.txt`, made by `cargo xtask
//! ocsf`; `data/palisade.txt`), and only looked into from then on.

mod read;

use crate::Class;
use crate::personal::Personal;
use std::sync::LazyLock;

/// The profiles of OCSF in use, by name; an attribute's profile is an index into this.
pub(crate) const PROFILES: [&str; 4] = ["cloud", "host", "security_control", "trace"];

/// All that an event may hold.
#[derive(Debug)]
pub(crate) struct Schema {
    /// The version of OCSF.
    pub(crate) version: &'static str,
    objects: Vec<Object>,
    /// In the order of [`Class::ALL`].
    classes: Vec<ClassSchema>,
}

/// A class: its top-level object and how it is called.
#[derive(Debug)]
pub(crate) struct ClassSchema {
    pub(crate) object: Object,
    pub(crate) uid: u32,
    pub(crate) caption: &'static str,
    pub(crate) category_uid: u32,
    pub(crate) category: &'static str,
}

/// A JSON object with known members.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) name: &'static str,
    /// Sorted by name.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) constraints: Vec<Constraint>,
    /// The beginnings of the attributes' names: most comparisons end there.
    beginnings: Vec<u64>,
    /// Which attributes are required, and which have captions elsewhere: looked at each time.
    required: Vec<usize>,
    captioned: Vec<usize>,
}

/// A rule over several members.
#[derive(Debug)]
pub(crate) struct Constraint {
    /// Whether exactly one must be there, rather than at least one.
    pub(crate) just_one: bool,
    pub(crate) of: Vec<&'static str>,
}

/// A member.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    /// The type as OCSF calls it.
    pub(crate) type_name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_list: bool,
    pub(crate) is_required: bool,
    pub(crate) profile: Option<usize>,
    /// Where the caption of a value stands.
    pub(crate) sibling: Option<&'static str>,
    pub(crate) values: Option<Values>,
    pub(crate) personal: Personal,
    /// Whether what is below says nothing of a person, until somebody is named there.
    pub(crate) is_impersonal: bool,
}

/// What JSON must stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Float,
    /// 0 to 65535.
    Port,
    Text,
    /// The id of a clause.
    Clause,
    /// Anything at all.
    Json,
    /// An object with any members.
    AnyObject,
    /// An object with known members: an index.
    Object(usize),
}

/// The values that an attribute can have, with their captions.
#[derive(Clone, Debug)]
pub(crate) enum Values {
    Numbers(Vec<(i64, &'static str)>),
    Words(Vec<&'static str>),
}

/// The schema that comes with the program.
pub(crate) fn builtin() -> &'static Schema {
    static BUILTIN: LazyLock<Schema> = LazyLock::new(|| {
        let texts = [
            include_str!("../data/ocsf.txt"),
            include_str!("../data/palisade.txt"),
        ];
        // INVARIANT: both texts come with the program, and every test reads them.
        #[expect(clippy::expect_used, reason = "the text cannot change after the tests")]
        read::schema(texts).expect("the schema that comes with the program is whole")
    });
    &BUILTIN
}

impl Schema {
    /// A class's part.
    pub(crate) fn class(&self, class: Class) -> &ClassSchema {
        &self.classes[class as usize]
    }

    /// The members of an object of a [`Kind::Object`].
    pub(crate) fn object(&self, index: usize) -> &Object {
        &self.objects[index]
    }

    /// Every object, those of classes first.
    #[cfg(test)]
    pub(crate) fn all(&self) -> impl Iterator<Item = &Object> {
        let classes = self.classes.iter().map(|class| &class.object);
        classes.chain(&self.objects)
    }
}

impl Object {
    fn new(
        name: &'static str,
        mut attributes: Vec<Attribute>,
        constraints: Vec<Constraint>,
    ) -> Self {
        attributes.sort_by_key(|attribute| attribute.name);
        let which = |is: fn(&Attribute) -> bool| {
            let numbered = attributes.iter().enumerate();
            let found = numbered.filter(|(_, attribute)| is(attribute));
            found.map(|(index, _)| index).collect()
        };
        Self {
            name,
            beginnings: attributes.iter().map(|a| beginning(a.name)).collect(),
            required: which(|attribute| attribute.is_required),
            captioned: which(|attribute| attribute.sibling.is_some()),
            attributes,
            constraints,
        }
    }

    /// The attributes that must be there (those of a profile where it is applied).
    pub(crate) fn required(&self) -> impl Iterator<Item = &Attribute> {
        self.required.iter().map(|index| &self.attributes[*index])
    }

    /// The attributes that have captions in others.
    pub(crate) fn captioned(&self) -> impl Iterator<Item = &Attribute> {
        self.captioned.iter().map(|index| &self.attributes[*index])
    }

    /// The member of this name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        let sought = beginning(name);
        let first = self.beginnings.partition_point(|known| *known < sought);
        let same = self.beginnings[first..]
            .iter()
            .take_while(|known| **known == sought);
        let mut same = self.attributes[first..].iter().take(same.count());
        same.find(|attribute| attribute.name == name)
    }
}

/// The first eight bytes of a name, in an order like that of names.
fn beginning(name: &str) -> u64 {
    let name = name.as_bytes();
    let bytes = name.first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        bytes[..name.len()].copy_from_slice(name);
        bytes
    });
    u64::from_be_bytes(bytes)
}

impl Values {
    /// The caption of a number, if it is one of the values.
    pub(crate) fn caption(&self, number: i64) -> Option<&'static str> {
        let Self::Numbers(numbers) = self else {
            return None;
        };
        let found = numbers.binary_search_by_key(&number, |(key, _)| *key);
        found.ok().map(|index| numbers[index].1)
    }
}
