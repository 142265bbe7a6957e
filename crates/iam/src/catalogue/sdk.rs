//! From a call of an SDK to the actions that it needs.
//!
//! The list of clients is `NAME⇥OTHER NAMES` per line: boto3's name, then what other SDKs call it.
//! The text of a client has a line per operation, then a line per waiter:
//!
//! ```text
//! s3                                     what actions begin with where a line gives none
//! PutObject⇥s3:PutObject ACL=s3:PutObjectAcl
//! DeleteBucket                           the action is called as the operation is
//! GetCallerIdentity⇥-                    needs no permission
//! Frobnicate⇥?                           what it needs is not known
//! ~bucket_exists⇥HeadBucket              a waiter and the operation that it calls
//! ```
//!
//! SDKs spell one operation in different ways (`GetItem`, `getItem`, `get_item`). So names are
//! compared by their letters and digits alone, without regard to case; no two operations of a
//! service are the same then.

use super::container::Container;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A client of an SDK.
#[derive(Debug)]
pub struct SdkService {
    /// boto3's name: `stepfunctions`.
    pub name: Box<str>,
    operations: Vec<Operation>,
    pub(super) waiters: Vec<(Box<str>, Box<str>)>,
}

/// An operation that a client can call.
#[derive(Debug)]
pub struct Operation {
    /// The name in the service's model: `GetItem`.
    pub name: Box<str>,
    needs: Option<Vec<Need>>,
}

/// A permission that a call needs.
#[derive(Debug, PartialEq, Eq)]
pub struct Need {
    /// The action: `s3:PutObjectAcl`.
    pub action: Box<str>,
    /// In which calls.
    pub when: When,
}

/// Which calls of an operation need a permission.
#[derive(Debug, PartialEq, Eq)]
pub enum When {
    /// All of them.
    Always,
    /// Those that give this argument, named as in the service's model: `ACL`.
    Argument(Box<str>),
    /// Some; it depends on more than which arguments are there.
    Sometimes,
}

/// The permissions that a call needs.
#[derive(Debug, PartialEq, Eq)]
pub enum SdkActions<'a> {
    /// These; the one that the operation is about comes first.
    Needs(&'a [Need]),
    /// None: anyone may call it, or it is not IAM that decides.
    Permissionless,
    /// There is no such client or operation, or nobody says what it needs.
    Unknown,
}

impl SdkService {
    /// The operation, written in whatever way SDKs write it.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        let operations = &self.operations;
        let at = operations.binary_search_by(|known| spelled(&known.name, name));
        operations.get(at.ok()?)
    }

    /// All operations, sorted without regard to case.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter()
    }

    /// The operation that a waiter calls (`bucket_exists`, `bucketExists`).
    #[must_use]
    pub fn waiter(&self, name: &str) -> Option<&Operation> {
        let mut waiters = self.waiters.iter();
        let (_, operation) = waiters.find(|(known, _)| spelled(known, name).is_eq())?;
        self.operation(operation)
    }

    fn read(name: &str, text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let prefix = lines.next()?;
        let mut service = Self {
            name: name.into(),
            operations: Vec::new(),
            waiters: Vec::new(),
        };
        for line in lines {
            let (name, rest) = line.split_once('\t').unwrap_or((line, ""));
            if let Some(waiter) = name.strip_prefix('~') {
                service.waiters.push((waiter.into(), rest.into()));
                continue;
            }
            let derived = || format!("{prefix}:{name}");
            let needs = match rest {
                "?" => None,
                "-" => Some(Vec::new()),
                "" => Some(vec![Need::read(&derived())]),
                needs => Some(needs.split(' ').map(Need::read).collect()),
            };
            service.operations.push(Operation {
                name: name.into(),
                needs,
            });
        }
        service.operations.sort_by(|a, b| spelled(&a.name, &b.name));
        Some(service)
    }
}

impl Operation {
    /// The permissions that a call of it needs.
    #[must_use]
    pub fn actions(&self) -> SdkActions<'_> {
        match self.needs.as_deref() {
            None => SdkActions::Unknown,
            Some([]) => SdkActions::Permissionless,
            Some(needs) => SdkActions::Needs(needs),
        }
    }
}

impl Need {
    fn read(text: &str) -> Self {
        let (when, action) = match (text.strip_prefix('?'), text.split_once('=')) {
            (Some(action), _) => (When::Sometimes, action),
            (None, Some((argument, action))) => (When::Argument(argument.into()), action),
            (None, None) => (When::Always, text),
        };
        Self {
            action: action.into(),
            when,
        }
    }
}

#[derive(Debug)]
pub(super) struct Sdk {
    /// Names reduced to letters and digits, with boto3's name.
    names: BTreeMap<String, Box<str>>,
    services: BTreeMap<Box<str>, OnceLock<Option<SdkService>>>,
}

impl Sdk {
    pub(super) fn read(container: &Container) -> Self {
        let list = container.unpack("clients", "list").unwrap_or_default();
        let mut names = BTreeMap::new();
        for line in list.lines() {
            let own = line.split('\t').next().unwrap_or_default();
            let all = line
                .split('\t')
                .map(|name| (letters(name).collect(), own.into()));
            names.extend(all);
        }
        let services = container.names("sdk");
        let services = services.map(|name| (name.into(), OnceLock::new()));
        Self {
            names,
            services: services.collect(),
        }
    }

    pub(super) fn service(&self, container: &Container, name: &str) -> Option<&SdkService> {
        let package = name.rsplit('/').next().unwrap_or(name);
        let package = package.strip_prefix("client-").unwrap_or(package);
        let key: String = letters(package).collect();
        let found = self.names.get(&key);
        let found = found.or_else(|| self.names.get(key.strip_suffix("client")?))?;
        self.services
            .get(found)?
            .get_or_init(|| SdkService::read(found, &container.unpack("sdk", found)?))
            .as_ref()
    }
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    let known = name.chars().filter(char::is_ascii_alphanumeric);
    known.map(|letter| letter.to_ascii_lowercase())
}

fn spelled(a: &str, b: &str) -> Ordering {
    letters(a).cmp(letters(b))
}
