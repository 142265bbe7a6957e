//! An identity of the application, and what its requests can carry.

use crate::access::Access;
use crate::asking::Asker;
use crate::identities::{Identity, IdentityKind};
use palisade_iam::Caller;
use std::sync::Arc;

/// An identity that asks.
pub(super) struct Insider<'a> {
    access: &'a Access<'a>,
    arn: Arc<str>,
}

impl<'a> Insider<'a> {
    pub(super) fn new(access: &'a Access<'a>, identity: &Identity) -> Self {
        let arn = match identity.kind {
            // The role that the permission set becomes in each account.
            IdentityKind::PermissionSet => format!(
                "arn:aws:iam::{}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_{}",
                access.account, identity.id
            ),
            _ => identity.arn.clone(),
        };
        Self {
            access,
            arn: Arc::from(arn),
        }
    }
}

impl Asker for Insider<'_> {
    fn caller(&self) -> Caller {
        Caller::Principal(self.arn.clone())
    }

    fn account(&self) -> &str {
        &self.access.account
    }

    fn given(&self, key: &str) -> Option<Arc<str>> {
        let organizations = &self.access.settings.zone.organizations;
        let text = |text: &str| Some(Arc::from(text));
        match key {
            "aws:principalarn" => Some(self.arn.clone()),
            "aws:principalaccount" | "aws:resourceaccount" | "kms:calleraccount" => {
                text(&self.access.account)
            }
            "aws:principalorgid" | "aws:resourceorgid" if organizations.len() == 1 => {
                organizations.first().cloned()
            }
            "aws:principalisawsservice" => text("false"),
            "aws:securetransport" => text("true"),
            _ => None,
        }
    }

    fn can(&self, key: &str, value: Option<&str>) -> bool {
        match (self.given(key), value) {
            // In requests that another service makes for it, and in none other.
            (None, Some(_)) => !matches!(key, "aws:sourcearn" | "aws:sourceaccount"),
            (None, None) => !key.starts_with("aws:principal"),
            (Some(given), value) => Some(&*given) == value,
        }
    }
}
