//! The provider's own managed policies, read once for an application. Where the application is the
//! state of an account that shows them, they are those; otherwise the catalogue's.

use crate::document;
use crate::names::Names;
use palisade_app::{Application, account::Account};
use palisade_core::FileId;
use palisade_iam::{Catalogue, Policy, read_policy};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads managed policies.
#[derive(Debug)]
pub(crate) struct Managed<'a> {
    account: Option<&'a Account>,
    catalogue: &'a Catalogue,
    read: BTreeMap<String, Option<Arc<Policy>>>,
}

impl<'a> Managed<'a> {
    pub(crate) fn new(app: &'a Application, catalogue: &'a Catalogue) -> Self {
        Self {
            account: app.account.as_ref(),
            catalogue,
            read: BTreeMap::new(),
        }
    }

    /// The policy of an ARN, when it is one that the provider manages.
    pub(crate) fn policy(&mut self, arn: &str, names: &mut Names<'_>) -> Option<Arc<Policy>> {
        if !arn.contains(":iam::aws:policy/") {
            return None;
        }
        if let Some(known) = self.read.get(arn) {
            return known.clone();
        }
        let shown = self.account.and_then(|account| account.managed.get(arn));
        let policy = match shown {
            Some(document) => document::policy(document, &[], names),
            None => self.of_catalogue(arn),
        };
        let policy = policy.map(Arc::new);
        self.read.insert(arn.to_owned(), policy.clone());
        policy
    }

    fn of_catalogue(&self, arn: &str) -> Option<Policy> {
        let text = self.catalogue.managed_policy(arn)?;
        let document = palisade_syntax::parse_json(FileId::NONE, text).ok()?;
        Some(read_policy(&document.root).0)
    }
}
