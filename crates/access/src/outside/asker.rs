//! Somebody from outside, and what their requests can carry. The keys that say who calls, for whom
//! and from where are set by the cloud: an outsider has own values of them, and nobody else's.

use crate::asking::Asker;
use palisade_iam::{Caller, arn_part};
use std::sync::Arc;

/// Somebody from outside.
pub(super) struct Outsider {
    /// Who calls.
    pub(super) caller: Caller,
    /// An account of theirs.
    pub(super) account: Arc<str>,
    /// Their organisation.
    pub(super) organization: Arc<str>,
    /// A secret of theirs is known to the owner: an external id was agreed upon.
    pub(super) acquainted: bool,
}

/// What an address of nobody in particular looks like.
const ADDRESS: &str = "198.18.0.10";

impl Outsider {
    fn is_service(&self) -> bool {
        matches!(self.caller, Caller::Service(_))
    }

    fn is_federated(&self) -> bool {
        matches!(self.caller, Caller::Federated(_))
    }

    /// Whether a user of an open identity provider can have this value of a claim: not when it says
    /// whose project or application it is.
    fn claims(&self, key: &str, value: &str) -> bool {
        let chosen = key.ends_with(":amr")
            || (key.ends_with(":aud") && AUDIENCE_CHOSEN.iter().any(|p| key.starts_with(p)));
        let unlabelled = LABELS.iter().find_map(|label| value.strip_prefix(label));
        chosen || unlabelled.unwrap_or(value).starts_with("any")
    }

    /// Whether an ARN is of something of theirs. Names of buckets, which have no account, are
    /// somebody's as soon as they are written out.
    fn owns(&self, arn: &str) -> bool {
        match arn_part(arn, 4) {
            Some(account) => account == &*self.account,
            None => arn_part(arn, 5).is_some_and(|name| name.starts_with("any")),
        }
    }
}

impl Asker for Outsider {
    fn caller(&self) -> Caller {
        self.caller.clone()
    }

    fn account(&self) -> &str {
        &self.account
    }

    fn given(&self, key: &str) -> Option<Arc<str>> {
        let principal = match &self.caller {
            Caller::Principal(arn) => Some(arn.clone()),
            _ => None,
        };
        let service = match &self.caller {
            Caller::Service(name) => Some(name.clone()),
            _ => None,
        };
        let signed = principal.is_some();
        let text = |text: &str| Some(Arc::from(text));
        match key {
            "aws:principalarn" => principal,
            "aws:principalaccount" | "kms:calleraccount" if signed => Some(self.account.clone()),
            "aws:principalaccount" if self.caller == Caller::Anonymous => text("anonymous"),
            "aws:principalorgid" if signed => Some(self.organization.clone()),
            "aws:principaltype" if signed => text("AssumedRole"),
            "aws:principaltype" if self.caller == Caller::Anonymous => text("Anonymous"),
            "aws:userid" if signed => text("AROAOUTSIDER:any"),
            "aws:userid" if self.caller == Caller::Anonymous => text("anonymous"),
            "aws:principalisawsservice" if signed => text("false"),
            "aws:principalisawsservice" if service.is_some() => text("true"),
            "aws:principalservicename" => service,
            "aws:securetransport" => text("true"),
            "aws:viaawsservice" if signed => text("false"),
            "aws:sourceip" if !self.is_service() => text(ADDRESS),
            "aws:sourceaccount" | "aws:sourceowner" if self.is_service() => {
                Some(self.account.clone())
            }
            "aws:sourceorgid" if self.is_service() => Some(self.organization.clone()),
            _ if self.is_federated() && (key.ends_with(":sub") || key.ends_with(":aud")) => {
                text("any")
            }
            "aws:sourcearn" if self.is_service() => {
                let name = service.unwrap_or_default();
                let name = name.split('.').next().unwrap_or_default().to_owned();
                Some(Arc::from(format!(
                    "arn:aws:{name}:us-east-1:{}:any",
                    self.account
                )))
            }
            _ => None,
        }
    }

    fn can(&self, key: &str, value: Option<&str>) -> bool {
        let usual = self.given(key);
        let Some(value) = value else {
            // What the cloud always sets can't be left out.
            return match key {
                "aws:sourceip" => true,
                "sts:externalid" => true,
                _ => usual.is_none() || self.is_service(),
            };
        };
        match key {
            "aws:sourcearn" => self.is_service() && self.owns(value),
            "aws:sourceorgpaths"
            | "aws:sourcevpc"
            | "aws:sourcevpce"
            | "aws:vpcsourceip"
            | "aws:principalorgpaths"
            | "aws:principalservicenameslist"
            | "aws:sourcevpcarn"
            | "aws:vpceaccount"
            | "aws:vpceorgid"
            | "aws:vpceorgpaths"
            | "events:creatoraccount"
            | "s3:dataaccesspointaccount" => value == "any" || usual.as_deref() == Some(value),
            "s3:dataaccesspointarn" => self.owns(value),
            "aws:sourceip" => {
                // Reached from the internet: an address in a network that is not private, and is
                // too wide to be the owner's.
                value == ADDRESS
            }
            _ if self.is_federated() && !key.starts_with("aws:") && !key.starts_with("sts:") => {
                self.claims(key, value)
            }
            "sts:externalid" => self.acquainted || value == "any",
            "aws:username" => matches!(self.caller, Caller::Principal(_)),
            _ if key.starts_with("aws:principaltag/") => {
                matches!(self.caller, Caller::Principal(_))
            }
            _ if key.starts_with("kms:encryptioncontext:") => {
                arn_part(value, 4).is_none() || self.owns(value)
            }
            _ if usual.is_some() || CALLERS.contains(&key) => usual.as_deref() == Some(value),
            _ => true,
        }
    }
}

/// Identity providers whose users choose the audience of their tokens.
const AUDIENCE_CHOSEN: &[&str] = &[
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "app.terraform.io",
    "agent.buildkite.com",
];

/// What stands before the owner's name in subjects.
const LABELS: &[&str] = &["repo:", "project_path:", "organization:"];

/// Keys that only the cloud sets, and that nobody chooses.
const CALLERS: &[&str] = &[
    "aws:calledvia",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principalservicename",
    "aws:principaltype",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:userid",
    "aws:viaawsservice",
    "kms:calleraccount",
    "kms:grantisforawsresource",
];
