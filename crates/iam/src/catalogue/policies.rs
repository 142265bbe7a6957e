//! The managed policies of AWS: names and ARNs in one text, documents in groups that are unpacked
//! on demand.
//!
//! The list is `NAME⇥PATH⇥GROUP` per line, sorted by name; `-` as path: AWS withdrew the policy,
//! and the source gives no ARN. The documents of a group stand in the order of the list, one line
//! each.

use super::container::Container;
use crate::policy::Policy;
use crate::read::read_policy;
use palisade_core::FileId;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// An AWS managed policy.
#[derive(Debug)]
pub struct ManagedPolicy {
    /// Its name: `AWSLambdaBasicExecutionRole`.
    pub name: Box<str>,
    /// Its path: `/service-role/`. Not known for policies that AWS withdrew; they stay attached
    /// where they were.
    pub path: Option<Box<str>>,
    group: Box<str>,
    place: usize,
}

impl ManagedPolicy {
    /// Its ARN in the standard partition, unless the policy was withdrawn.
    #[must_use]
    pub fn arn(&self) -> Option<String> {
        let path = self.path.as_deref()?;
        Some(format!("arn:aws:iam::aws:policy{path}{}", self.name))
    }
}

#[derive(Debug)]
pub(super) struct Policies {
    policies: Vec<ManagedPolicy>,
    groups: BTreeMap<Box<str>, OnceLock<Vec<Document>>>,
}

/// The document of a policy.
#[derive(Debug)]
struct Document {
    text: Box<str>,
    read: OnceLock<Option<Arc<Policy>>>,
}

impl Policies {
    pub(super) fn read(container: &Container) -> Self {
        let list = container.unpack("policies", "list").unwrap_or_default();
        let mut sizes: BTreeMap<Box<str>, usize> = BTreeMap::new();
        let mut policies = Vec::new();
        for line in list.lines() {
            let mut fields = line.split('\t');
            let (Some(name), Some(path), Some(group)) =
                (fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let size = sizes.entry(group.into()).or_default();
            policies.push(ManagedPolicy {
                name: name.into(),
                path: (path != "-").then(|| path.into()),
                group: group.into(),
                place: *size,
            });
            *size += 1;
        }
        policies.sort_by(|a, b| a.name.cmp(&b.name));
        let groups = sizes.into_keys().map(|group| (group, OnceLock::new()));
        Self {
            policies,
            groups: groups.collect(),
        }
    }

    /// The policy of a name.
    pub(super) fn named(&self, name: &str) -> Option<&ManagedPolicy> {
        let order = |known: &ManagedPolicy| (*known.name).cmp(name);
        let at = self.policies.binary_search_by(order);
        self.policies.get(at.ok()?)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &ManagedPolicy> {
        self.policies.iter()
    }

    pub(super) fn document(&self, container: &Container, arn_or_name: &str) -> Option<&str> {
        Some(&self.find(container, arn_or_name)?.text)
    }

    /// The policy itself: it is read once.
    pub(super) fn policy(&self, container: &Container, arn_or_name: &str) -> Option<Arc<Policy>> {
        let document = self.find(container, arn_or_name)?;
        let read = || {
            let tree = palisade_syntax::parse_json(FileId::NONE, &document.text).ok()?;
            Some(Arc::new(read_policy(&tree.root).0))
        };
        document.read.get_or_init(read).clone()
    }

    fn find(&self, container: &Container, arn_or_name: &str) -> Option<&Document> {
        let (path, name) = match arn_or_name.split_once(":iam::aws:policy/") {
            Some((_, rest)) => {
                let slash = rest.rfind('/').map_or(0, |at| at + 1);
                (Some(rest.get(..slash)?), rest.get(slash..)?)
            }
            None => (None, arn_or_name),
        };
        let policy = self.named(name)?;
        if let (Some(path), Some(known)) = (path, policy.path.as_deref())
            && known.strip_prefix('/') != Some(path)
        {
            return None;
        }
        let group = self.groups.get(&policy.group)?.get_or_init(|| {
            let text = container
                .unpack("policy", &policy.group)
                .unwrap_or_default();
            let documents = text.lines().map(|text| Document {
                text: text.into(),
                read: OnceLock::new(),
            });
            documents.collect()
        });
        group.get(policy.place)
    }
}
