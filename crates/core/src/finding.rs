//! What a check has to say about an application.

use crate::{ClauseId, Confidence, Date, Excerpt, Location, Severity};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One violation of the policy, complete in itself.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Id of the rule that found it.
    pub rule: Arc<str>,
    /// Foreign ids of the condition that failed here.
    pub aliases: Vec<Arc<str>>,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The clauses that it breaks.
    pub clauses: Vec<ClauseId>,
    /// Why it matters, in one line.
    pub message: String,
    /// How to mend it, in one line.
    pub help: String,
    /// The resource that it is about.
    pub resource: ResourceRef,
    /// The place that the person wrote.
    pub location: Location,
    /// Further places that explain it.
    pub related: Vec<Related>,
    /// The hops of an attack path, in order; empty when the finding is not about a path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Related>,
    /// A concrete request that is possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// Under which conditions it holds (`IsProd is false`); empty when always.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<String>,
    /// The named environments in which it holds; empty when none are configured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Arc<str>>,
    /// Recognises the same finding in another run.
    pub fingerprint: Fingerprint,
    /// Who silenced it, if anyone did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppressed>,
    /// The source line of `location`.
    #[serde(skip)]
    pub excerpt: Excerpt,
}

/// A request that proves a finding; what only deployment decides stands as the template refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// Who calls: an ARN, a service, or `anonymous`.
    pub principal: String,
    /// The action.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
    /// The context keys that are present, with their values.
    pub context: BTreeMap<String, Vec<String>>,
}

/// A resource as a user of its language would name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ResourceRef {
    /// What a user of that language would type: the logical id in CloudFormation and SAM.
    pub address: Arc<str>,
    /// The type's name in that language.
    #[serde(rename = "type")]
    pub kind: Arc<str>,
    /// `aws`, `azure`, `google` or `other`.
    pub provider: &'static str,
    /// A friendlier name where there is one (a CDK construct path, a physical name).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
}

/// A further place that explains a finding.
#[derive(Clone, Debug, Serialize)]
pub struct Related {
    /// What is to be seen there.
    pub message: String,
    /// The resource concerned, when it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceRef>,
    /// The place.
    pub location: Location,
    /// The source line of the place.
    #[serde(skip)]
    pub excerpt: Excerpt,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suppressed {
    /// What silenced it.
    pub by: SuppressedBy,
    /// The reason that was given.
    pub reason: String,
    /// The last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// What can silence a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuppressedBy {
    /// A comment or metadata entry for Palisade.
    Inline,
    /// A comment for another tool, honoured for its ids.
    ForeignComment,
    /// An approved exception of the organisation.
    Exception,
}

/// What a rule could not decide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unresolved {
    /// Id of the rule.
    pub rule: Arc<str>,
    /// The resource that it asked about.
    pub resource: ResourceRef,
    /// Why there is no answer.
    pub reason: String,
    /// The place that would have held the answer.
    pub location: Location,
}

/// Recognises a finding across runs: made of rule, condition, resource address and property, and
/// never of line numbers. Sixteen bytes of SHA-256, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of these parts in this order.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash.finalize();
        let mut text = String::with_capacity(32);
        for byte in digest.iter().take(16) {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        Self(text)
    }

    /// The fingerprint as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_keep_parts_apart() {
        assert_ne!(Fingerprint::of(&["ab", "c"]), Fingerprint::of(&["a", "bc"]));
        assert_eq!(Fingerprint::of(&["a"]), Fingerprint::of(&["a"]));
        assert_eq!(Fingerprint::of(&["a"]).as_str().len(), 32);
    }
}
