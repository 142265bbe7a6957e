//! A service of AWS as policies see it: its actions, kinds of resources and condition keys.
//!
//! The text of a service has three parts, parted by empty lines:
//!
//! ```text
//! Amazon S3
//! ss3:prefix               condition keys: a letter for the type (a capital: several values), the key
//!
//! bucket⇥arn:${Partition}:s3:::${BucketName}⇥0 3
//!                          kinds of resources: name, ARN, condition keys by number
//!
//! GetObject⇥R5! 0⇥4 7      actions: name, level and kinds of resources, condition keys
//! ```
//!
//! `!` after the number of a kind: the action always needs one; `=2,3` after it: condition keys
//! that apply with this kind. What is not understood in a text is left out.

use super::pattern;
use super::shape::{Shape, pieces};
use crate::pattern::ArnShape;
use std::cmp::Ordering;
use std::sync::OnceLock;

/// A service with its actions.
#[derive(Debug)]
pub struct Service {
    /// How its actions begin: `s3`.
    pub prefix: Box<str>,
    /// What people call it: `Amazon S3`.
    pub name: Box<str>,
    /// Its actions, sorted by name without regard to case.
    pub actions: Vec<Action>,
    /// The kinds of resources that its actions take.
    pub resource_types: Vec<ResourceType>,
    /// The condition keys that its actions and resources understand.
    pub condition_keys: Vec<ConditionKey>,
}

/// What a request can ask for.
#[derive(Debug)]
pub struct Action {
    /// The name after the colon: `GetObject`.
    pub name: Box<str>,
    /// What it does, roughly.
    pub access: AccessLevel,
    /// The kinds of resources it can be restricted to; none: only `*` matches.
    pub resources: Vec<ActionResource>,
    pub(super) keys: Vec<u16>,
}

/// A kind of resource that an action takes.
#[derive(Debug)]
pub struct ActionResource {
    /// Each request names a resource of this kind.
    pub required: bool,
    kind: u16,
    pub(super) keys: Vec<u16>,
}

/// A kind of resource.
#[derive(Debug)]
pub struct ResourceType {
    /// Its name in the service: `bucket`.
    pub name: Box<str>,
    /// Its ARN, with `${Partition}`, `${Region}`, `${Account}` and names such as `${BucketName}`.
    pub arn: Box<str>,
    pub(super) keys: Vec<u16>,
    shape: OnceLock<Shape>,
}

/// A key that conditions can ask about.
#[derive(Debug)]
pub struct ConditionKey {
    /// The key; `${…}` stands for any text: `aws:RequestTag/${TagKey}`.
    pub name: Box<str>,
    /// What its values are.
    pub kind: KeyType,
}

/// What an action does, as AWS classifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Tells which things there are.
    List,
    /// Tells what is in them.
    Read,
    /// Changes tags only.
    Tagging,
    /// Makes, changes or deletes.
    Write,
    /// Changes who can do what.
    PermissionsManagement,
}

/// The type of a condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyType {
    /// What one value is.
    pub kind: KeyKind,
    /// A request can carry several values.
    pub many: bool,
}

/// What a value of a condition key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Text.
    String,
    /// The ARN of a resource.
    Arn,
    /// True or false.
    Bool,
    /// A number.
    Numeric,
    /// A point in time.
    Date,
    /// An IP address.
    IpAddress,
}

impl Service {
    /// The action of that name (without the prefix), in any case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        let at = self
            .actions
            .binary_search_by(|action| without_case(&action.name, name));
        self.actions.get(at.ok()?)
    }

    /// The condition key of that full name, in any case; `aws:RequestTag/team` finds
    /// `aws:RequestTag/${TagKey}`.
    #[must_use]
    pub fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        self.condition_keys.iter().find(|key| key.is(name))
    }

    /// The kind of resource that is meant.
    #[must_use]
    pub fn resource_type(&self, of: &ActionResource) -> Option<&ResourceType> {
        self.resource_types.get(usize::from(of.kind))
    }

    /// The kind of resource that an ARN is of: the template that fits with the most letters.
    #[must_use]
    pub fn kind_of(&self, arn: &str) -> Option<&ResourceType> {
        let kinds = self.resource_types.iter().filter(|kind| kind.fits(arn));
        kinds.max_by_key(|kind| kind.shape().letters)
    }

    /// The condition keys that requests for the action can carry, whatever the resource.
    pub fn keys_of_action<'a>(
        &'a self,
        action: &'a Action,
    ) -> impl Iterator<Item = &'a ConditionKey> {
        self.keys(&action.keys)
    }

    /// The condition keys that come with a kind of resource in requests for an action: those of
    /// the kind, and those that the action adds for it.
    pub fn keys_of_resource<'a>(
        &'a self,
        of: &'a ActionResource,
    ) -> impl Iterator<Item = &'a ConditionKey> {
        let kind = self.resource_type(of).map_or(&[][..], |kind| &kind.keys);
        self.keys(kind).chain(self.keys(&of.keys))
    }

    fn keys<'a>(&'a self, numbers: &'a [u16]) -> impl Iterator<Item = &'a ConditionKey> {
        let keys = numbers.iter().map(|number| usize::from(*number));
        keys.filter_map(|number| self.condition_keys.get(number))
    }

    pub(super) fn read(prefix: &str, text: &str) -> Option<Self> {
        let mut parts = text.split("\n\n");
        let head = parts.next()?;
        let (name, keys) = head.split_once('\n').unwrap_or((head, ""));
        let (kinds, actions) = (parts.next()?, parts.next()?);
        let mut actions: Vec<Action> = actions.lines().filter_map(Action::read).collect();
        actions.sort_by(|a, b| without_case(&a.name, &b.name));
        Some(Self {
            prefix: prefix.into(),
            name: name.into(),
            actions,
            resource_types: kinds.lines().filter_map(ResourceType::read).collect(),
            condition_keys: keys.lines().filter_map(ConditionKey::read).collect(),
        })
    }
}

impl Action {
    fn read(line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        let name = fields.next()?.into();
        let mut levels = fields.next()?.chars();
        let access = match levels.next()? {
            'L' => AccessLevel::List,
            'R' => AccessLevel::Read,
            'T' => AccessLevel::Tagging,
            'W' => AccessLevel::Write,
            'P' => AccessLevel::PermissionsManagement,
            _ => return None,
        };
        let resources = levels.as_str().split(' ');
        Some(Self {
            name,
            access,
            resources: resources.filter_map(ActionResource::read).collect(),
            keys: numbers(fields.next().unwrap_or_default(), ' '),
        })
    }
}

impl ActionResource {
    fn read(text: &str) -> Option<Self> {
        let (kind, keys) = text.split_once('=').unwrap_or((text, ""));
        let always = kind.strip_suffix('!');
        Some(Self {
            required: always.is_some(),
            kind: always.unwrap_or(kind).parse().ok()?,
            keys: numbers(keys, ','),
        })
    }
}

impl ResourceType {
    fn read(line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        Some(Self {
            name: fields.next()?.into(),
            arn: fields.next()?.into(),
            keys: numbers(fields.next().unwrap_or_default(), ' '),
            shape: OnceLock::new(),
        })
    }

    fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| Shape::of(&self.arn))
    }

    /// What its ARNs look like, for patterns to be held against.
    pub(crate) fn arns(&self) -> &ArnShape {
        &self.shape().arns
    }

    /// Whether an ARN can be of this kind. Each name stands for any text.
    #[must_use]
    pub fn fits(&self, arn: &str) -> bool {
        self.shape().fits(arn)
    }

    /// The ARN of something of this kind that lies in the resource of an ARN, as an object does in
    /// its bucket.
    #[must_use]
    pub fn inside(&self, arn: &str) -> Option<String> {
        self.shape().inside(arn)
    }

    /// The ARN with texts for the names in it.
    pub fn filled<'a>(&'a self, text_of: impl Fn(&'a str) -> &'a str) -> String {
        let parts = pieces(&self.arn);
        parts
            .flat_map(|(literal, name)| [literal, name.map_or("", &text_of)])
            .collect()
    }
}

impl ConditionKey {
    /// Whether the name is this key, or what its template stands for.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        pattern::fits_template(&self.name, name)
    }

    pub(super) fn read(line: &str) -> Option<Self> {
        let mut rest = line.chars();
        let letter = rest.next()?;
        let kind = match letter.to_ascii_lowercase() {
            's' => KeyKind::String,
            'a' => KeyKind::Arn,
            'b' => KeyKind::Bool,
            'n' => KeyKind::Numeric,
            'd' => KeyKind::Date,
            'i' => KeyKind::IpAddress,
            _ => return None,
        };
        Some(Self {
            name: rest.as_str().into(),
            kind: KeyType {
                kind,
                many: letter.is_ascii_uppercase(),
            },
        })
    }
}

fn numbers(text: &str, between: char) -> Vec<u16> {
    let numbers = text.split(between).filter(|number| !number.is_empty());
    numbers.filter_map(|number| number.parse().ok()).collect()
}

/// The order of names without regard to case.
fn without_case(a: &str, b: &str) -> Ordering {
    let a = a.bytes().map(|byte| byte.to_ascii_lowercase());
    a.cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}
