//! Privilege escalation: whether somebody can gain permissions that they do not have.
//!
//! Every known way is a method: calls, what they are about, what is gained. A
//! way counts when each of its calls has a concrete request that all policies allow (denials,
//! conditions, boundary, session, organisation), and when something is gained that was not there
//! before. What that means:
//!
//! - **An administrator** (whatever could be gained is there already) is one path,
//!   `administrator`, and no other.
//! - **Roles**: with an inventory, only those count that let the caller or the service in and may
//!   do something that the principal may not; without one, any role may exist that a policy can
//!   name. What every function's role may do (write logs and traces, list) is no gain.
//! - **Policies to attach** are those that AWS manages and that let their holder escalate. One of
//!   the customer's own, named by a condition, is taken as what its owner meant to allow, and the
//!   same holds for a boundary that a condition demands: both are listed as assumptions.
//! - **Somebody unknown** may be the user or the role that a policy speaks of.

mod application;
mod ask;
mod attempt;
mod gain;
mod method;
pub mod question;
mod search;
mod texts;

pub use application::{ApplicationEscalation, anywhere, escalations, here};
pub use method::{Family, does_as_told};

use palisade_iam::{Catalogue, Policies, Policy, Request};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whose escalation is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The policies that decide about the principal's calls.
    pub policies: &'a Policies,
    /// The principal's ARN, when it is known.
    pub principal: Option<&'a str>,
    /// The roles that there are; nothing: any role may exist.
    pub inventory: Option<&'a Inventory>,
    /// What the cloud has.
    pub catalogue: &'a Catalogue,
}

/// Roles that can be passed or assumed, by ARN.
pub type Inventory = BTreeMap<Arc<str>, Role>;

/// A role that can be passed or assumed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Role {
    /// Its trust policy.
    pub trust: Arc<Policy>,
    /// What it may do.
    pub identity: Vec<Arc<Policy>>,
    /// Its permissions boundary.
    pub boundary: Option<Vec<Arc<Policy>>>,
}

/// Whether there is escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// No way was found.
    None,
    /// It depends on what is not known.
    Unknown,
    /// There is a way.
    Escalation,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Escalation {
    /// Whether there is escalation.
    pub verdict: Verdict,
    /// The ways that are open, shortest first.
    pub paths: Vec<EscalationPath>,
    /// The ways that may be open.
    pub possible: Vec<EscalationPath>,
    /// What was taken for granted where the policies name something that is not there.
    pub assumed: BTreeSet<String>,
    /// There was more to try than the budget of work allows.
    pub exhausted: bool,
}

/// One way to escalate.
#[derive(Clone, Debug, PartialEq)]
pub struct EscalationPath {
    /// The name of the method.
    pub method: &'static str,
    /// What is done, after "the principal".
    pub name: &'static str,
    /// What kind of way it is.
    pub family: Family,
    /// The calls in their order.
    pub steps: Vec<Step>,
    /// What is gained.
    pub gains: String,
    /// A request that is possible afterwards and was not before, where it is known.
    pub gained: Option<Request>,
    /// The holes that it depends on; none: the way is open.
    pub reasons: BTreeSet<char>,
}

/// One call of a way.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The request, which the policies allow.
    pub request: Request,
    /// What it does for the way.
    pub why: Arc<str>,
    /// The policy of the resource (JSON) that the request was decided with, where the call before
    /// wrote it, or where any resource of the kind may exist.
    pub resource_policy: Option<Arc<str>>,
}

impl Verdict {
    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unknown => "unknown",
            Self::Escalation => "escalation",
        }
    }
}

/// Looks for all ways to escalate.
#[must_use]
pub fn escalate(question: &Question<'_>) -> Escalation {
    search::Search::new(question).run()
}

#[cfg(test)]
mod tests;
