//! The provider's own managed policies. Where the application is the state of an account that shows
//! them, they are those; otherwise the catalogue's.

use crate::document;
use crate::names::Names;
use palisade_app::{Application, account::Account};
use palisade_iam::{Catalogue, Policy};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads managed policies.
#[derive(Debug)]
pub(crate) struct Managed<'a> {
    account: Option<&'a Account>,
    catalogue: &'a Catalogue,
    /// Those that the account shows.
    read: BTreeMap<&'a str, Option<Arc<Policy>>>,
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
        let managed = self.account.map(|account| &account.managed);
        let Some((arn, shown)) = managed.and_then(|managed| managed.get_key_value(arn)) else {
            return self.catalogue.policy(arn);
        };
        let read = || document::policy(shown, &[], names).map(Arc::new);
        self.read.entry(arn).or_insert_with(read).clone()
    }
}
