//! Whether a caller may do what it asks: Cedar policies, in process.
//!
//! Invariants:
//! - Nothing is allowed but by a `permit`; a `forbid` wins; a policy that cannot be evaluated denies.
//!   (Cedar alone would go on without it: a `forbid` that overflows would no longer forbid.)
//! - What policies can name is generated from the configuration ([`Model`]), and every policy is
//!   validated strictly against it when it is read. A policy that can never apply is an error.
//! - What a policy can ask for and a request leaves open (a value of another type, a parameter given
//!   twice) denies; what is absent is absent, and validation makes policies ask with `has`.
//! - No answer, error or explanation holds a value that a caller sent.

mod break_glass;
mod cedar;
mod explain;
mod model;
pub(crate) mod records;
mod request;
mod slice;
mod table;

pub use break_glass::{Grant, GrantRules, Grants, Shout, Shouts};
pub use model::{Field, Function, Kind, Model};
pub use request::{AuthzInput, Call, InputError, Pairs};
pub use table::{Outcome, Table};

use palisade_authn::Principal;
use palisade_core::{Problem, Sources};
use slice::Slices;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A policy by its `@id`, or by its file and line where it has none.
pub type PolicyName = Arc<str>;

/// Why a decision is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Policies permit it, and none forbids it.
    Permitted,
    /// A policy forbids it.
    Forbidden,
    /// No policy permits it.
    NoPermit,
    /// A policy could not be evaluated.
    PolicyFailed,
    /// What policies ask for cannot be told from the request.
    Input(InputError),
}

impl Reason {
    /// A stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Permitted => "permitted",
            Self::Forbidden => "forbidden-by-policy",
            Self::NoPermit => "no-policy-permits",
            Self::PolicyFailed => "policy-failed",
            Self::Input(error) => error.code(),
        }
    }
}

/// What was decided, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// Whether the call may go on.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
    /// The policies that made it so, sorted: those that permit, or those that forbid.
    pub policies: Vec<PolicyName>,
    /// The policies that could not be evaluated, sorted.
    pub failed: Vec<PolicyName>,
    /// The break-glass grant that was active for this caller and function, whether or not a policy
    /// asked for it. Such a call shouts: [`Decision::shouts`].
    pub grant: Option<Arc<str>>,
}

impl Decision {
    /// Whether somebody has to be told at once: the call was made under a break-glass grant.
    #[must_use]
    pub const fn shouts(&self) -> bool {
        self.grant.is_some()
    }

    fn denied(reason: Reason, grant: Option<Arc<str>>) -> Self {
        Self {
            allowed: false,
            reason,
            policies: Vec::new(),
            failed: Vec::new(),
            grant,
        }
    }
}

/// A policy as it was read.
#[derive(Clone, Debug)]
struct Policy {
    cedar: cedar_policy::Policy,
    permits: bool,
    /// `file:line`.
    place: String,
}

/// Policies and what they are validated against, ready to decide. To reload, read another and swap it in.
pub struct Authorizer {
    model: Model,
    policies: BTreeMap<PolicyName, Policy>,
    slices: Slices,
    engine: cedar_policy::Authorizer,
    addresses: request::Addresses,
    #[cfg(test)]
    schema: cedar_policy::Schema,
    warnings: Vec<Problem>,
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizer")
            .field("policies", &self.policies.keys())
            .finish_non_exhaustive()
    }
}

impl Authorizer {
    /// Reads policy files, each a name and its text, against what the configuration declares.
    ///
    /// # Errors
    /// Everything that is wrong, with places: what is not Cedar, what the schema does not know, types
    /// that do not fit, policies that can never apply, ids given twice.
    pub fn read(model: Model, files: &[(&str, &str)]) -> Result<Self, Vec<Problem>> {
        let mut sources = Sources::default();
        let (schema, mut problems) = cedar::schema(&model);
        let Some(schema) = schema else {
            return Err(problems);
        };
        let mut policies = BTreeMap::new();
        for (name, text) in files {
            let file = sources.add(*name, *text);
            cedar::read_file(&sources, file, &model, &mut policies, &mut problems);
        }
        let warnings = cedar::validate(&sources, &schema, &policies, &mut problems);
        let slices = match Slices::new(&model, &policies) {
            Ok(slices) if problems.is_empty() => slices,
            Ok(_) => return Err(problems),
            Err(problem) => {
                problems.push(problem);
                return Err(problems);
            }
        };
        Ok(Self {
            model,
            policies: policies
                .into_iter()
                .map(|(name, found)| (name, found.policy))
                .collect(),
            slices,
            engine: cedar_policy::Authorizer::new(),
            addresses: request::Addresses::default(),
            #[cfg(test)]
            schema,
            warnings,
        })
    }

    /// What is not wrong, but should be looked at.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// The names of all policies.
    pub fn policies(&self) -> impl Iterator<Item = &PolicyName> {
        self.policies.keys()
    }

    /// The functions that no policy could permit anybody to call: closed, and probably by mistake.
    pub fn closed(&self) -> impl Iterator<Item = &str> {
        self.model
            .functions
            .iter()
            .map(|function| function.name.as_str())
            .filter(|name| !self.slices.permits_any(name))
    }

    fn name(&self, id: &cedar_policy::PolicyId) -> Option<PolicyName> {
        let known = self.policies.get_key_value(id.as_ref() as &str);
        known.map(|(name, _)| Arc::clone(name))
    }

    /// Decides one call.
    #[must_use]
    pub fn decide(&self, principal: &Principal, input: &AuthzInput<'_>) -> Decision {
        let grant = input
            .grants
            .active(principal, input.function, input.now)
            .map(|grant| grant.id());
        let Some(slice) = self.slices.find(principal.means, input) else {
            let error = self.slices.why_not(input);
            return Decision::denied(Reason::Input(error), grant);
        };
        let sets = slice.sets(&principal.roles);
        if sets.is_empty() {
            return Decision::denied(Reason::NoPermit, grant);
        }
        let asked = request::build(
            &self.model,
            &slice,
            principal,
            input,
            grant.is_some(),
            &self.addresses,
        );
        let asked = match asked {
            Ok(asked) => asked,
            Err(error) => return Decision::denied(Reason::Input(error), grant),
        };
        #[cfg(test)]
        asked.conforms(&self.schema);
        // Each set says what it says; a forbid of any wins, as it would in one set of all.
        let (mut permits, mut forbids, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        let mut failure = false;
        for set in sets {
            let answer = self
                .engine
                .is_authorized(&asked.request, set, &asked.entities);
            let diagnostics = answer.diagnostics();
            let names = match answer.decision() {
                cedar_policy::Decision::Allow => &mut permits,
                cedar_policy::Decision::Deny => &mut forbids,
            };
            names.extend(diagnostics.reason().filter_map(|id| self.name(id)));
            // Only names are kept of errors: their texts quote what was sent.
            for cedar_policy::AuthorizationError::PolicyEvaluationError(error) in
                diagnostics.errors()
            {
                failure = true;
                failed.extend(self.name(error.policy_id()));
            }
        }
        let (reason, mut policies) = if !forbids.is_empty() {
            (Reason::Forbidden, forbids)
        } else if failure {
            (Reason::PolicyFailed, permits)
        } else if !permits.is_empty() {
            (Reason::Permitted, permits)
        } else {
            (Reason::NoPermit, Vec::new())
        };
        policies.sort();
        failed.sort();
        Decision {
            allowed: reason == Reason::Permitted,
            reason,
            policies,
            failed,
            grant,
        }
    }
}

#[cfg(test)]
mod tests;
