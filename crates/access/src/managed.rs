//! The provider's own managed policies, read once for an application.

use palisade_core::FileId;
use palisade_iam::{Catalogue, Policy, read_policy};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads managed policies out of a catalogue.
#[derive(Debug)]
pub(crate) struct Managed<'a> {
    catalogue: &'a Catalogue,
    read: BTreeMap<String, Option<Arc<Policy>>>,
}

impl<'a> Managed<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue) -> Self {
        Self {
            catalogue,
            read: BTreeMap::new(),
        }
    }

    /// The policy of an ARN, when it is one that the provider manages.
    pub(crate) fn policy(&mut self, arn: &str) -> Option<Arc<Policy>> {
        if !arn.contains(":iam::aws:policy/") {
            return None;
        }
        if let Some(known) = self.read.get(arn) {
            return known.clone();
        }
        let document = self
            .catalogue
            .managed_policy(arn)
            .and_then(|text| palisade_syntax::parse_json(FileId::NONE, text).ok());
        let policy = document.map(|document| Arc::new(read_policy(&document.root).0));
        self.read.insert(arn.to_owned(), policy.clone());
        policy
    }
}
