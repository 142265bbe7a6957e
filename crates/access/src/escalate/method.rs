//! What a way to escalate is: the calls that it takes, on what, and what is gained.

mod existing;
mod identity;
mod limits;
mod opening;
mod passing;

use palisade_iam::{Effect, Policy, Text, Token, Truth};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// A known way to gain permissions.
#[derive(Debug)]
pub(super) struct Method {
    /// Its name in reports.
    pub(super) id: &'static str,
    /// What is done, after "the principal".
    pub(super) name: &'static str,
    pub(super) family: Family,
    /// It passes a role to one of these services first.
    pub(super) passes: &'static [&'static str],
    pub(super) calls: &'static [Call],
    pub(super) gives: Gives,
}

/// The kinds of ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The principal may do everything already.
    Administrator,
    /// It changes its own permissions.
    OwnPermissions,
    /// It gets credentials of somebody else.
    Credentials,
    /// It assumes a role.
    Roles,
    /// It passes a role to a service that acts for it.
    PassedRoles,
    /// It changes what somebody else's code does.
    ExistingCode,
    /// It takes away what limits it.
    Limits,
    /// It gives itself access in the policy of a resource.
    ResourcePolicies,
}

impl Family {
    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::OwnPermissions => "own permissions",
            Self::Credentials => "credentials",
            Self::Roles => "roles",
            Self::PassedRoles => "passed roles",
            Self::ExistingCode => "existing code",
            Self::Limits => "limits",
            Self::ResourcePolicies => "resource policies",
        }
    }
}

/// One call of a method.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) action: &'static str,
    pub(super) on: On,
    pub(super) sends: Sends,
    pub(super) why: &'static str,
}

/// What a call is about. The same thing in several calls of a method is one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// The kinds of resources that the catalogue says the action needs.
    Needed,
    /// A resource of this form; `{p}` is the partition, `{a}` the account.
    Like(&'static str),
    /// The user that calls.
    Me,
    /// The role that calls.
    MyRole,
    /// Another user, there already.
    OtherUser,
    /// The role that is gained.
    Role,
    /// A role that lets the caller in, of any account.
    Assumable,
}

/// What matters in the context of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sends {
    /// Nothing.
    Nothing,
    /// A policy that gives much (`iam:PolicyARN`).
    StrongPolicy,
    /// The policy that was made before.
    MadePolicy,
    /// A boundary that leaves much (`iam:PermissionsBoundary`), for somebody who has none.
    WideBoundary,
    /// No boundary, or one that leaves much: the one who gets permissions must be able to use them.
    NoBoundary,
    /// As [`Sends::StrongPolicy`] and [`Sends::NoBoundary`].
    StrongPolicyUnbound,
    /// The policy that was made before, and no boundary.
    MadePolicyUnbound,
    /// A grant for the caller, not for a service.
    OwnGrant,
    /// The role's trust policy was rewritten to let the caller in.
    RewrittenTrust,
}

/// What a method gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// Whatever the principal wants, within its boundary.
    Anything,
    /// The permissions of the role that is passed, assumed or changed.
    Role,
    /// The permissions of a role that this service uses already.
    RoleOf(&'static str),
    /// What another user may do.
    User,
    /// All permissions, with a new identity.
    NewIdentity,
    /// Permissions that administrators of other accounts or systems have.
    Elsewhere(&'static str),
    /// What the boundary keeps back.
    WithoutBoundary,
    /// What denials in its own policies keep back.
    WithoutOwnDenials,
    /// What the organisation keeps back.
    WithoutOrganization,
    /// This action on the first resource.
    Access(&'static str),
}

/// A call on what the catalogue says.
const fn call(action: &'static str, why: &'static str) -> Call {
    Call {
        action,
        on: On::Needed,
        sends: Sends::Nothing,
        why,
    }
}

impl Call {
    const fn on(mut self, on: On) -> Self {
        self.on = on;
        self
    }

    const fn sends(mut self, sends: Sends) -> Self {
        self.sends = sends;
        self
    }
}

/// A method that passes no role.
const fn method(
    id: &'static str,
    name: &'static str,
    family: Family,
    calls: &'static [Call],
    gives: Gives,
) -> Method {
    Method {
        id,
        name,
        family,
        passes: &[],
        calls,
        gives,
    }
}

/// All methods, the most direct ones first.
pub(super) fn all() -> impl Iterator<Item = &'static Method> {
    [
        identity::METHODS,
        limits::METHODS,
        passing::METHODS,
        existing::METHODS,
        opening::METHODS,
    ]
    .into_iter()
    .flatten()
}

/// Whether a service that has a role does with it what its user chooses: runs code, or makes calls.
#[must_use]
pub fn does_as_told(service: &str) -> bool {
    all().any(|method| method.passes.contains(&service))
}

/// The actions of all methods, in lower case and sorted, with how they are written.
fn actions() -> &'static [(String, &'static str)] {
    static ACTIONS: OnceLock<Vec<(String, &'static str)>> = OnceLock::new();
    ACTIONS.get_or_init(|| {
        let called = all()
            .flat_map(|method| method.calls)
            .map(|call| call.action);
        let mut actions: Vec<(String, &str)> = called
            .chain(["iam:PassRole"])
            .map(|action| (action.to_ascii_lowercase(), action))
            .collect();
        actions.sort();
        actions.dedup();
        actions
    })
}

/// The actions of methods that some statement allows, whatever the resource: most policies allow
/// none.
pub(super) fn allowed(policies: &[Arc<Policy>]) -> BTreeSet<&'static str> {
    let mut allowed = BTreeSet::new();
    let statements = policies
        .iter()
        .flat_map(|policy| policy.of_effect(Effect::Allow));
    for statement in statements {
        if statement.actions.except {
            let matched = actions()
                .iter()
                .filter(|(action, _)| statement.matches_action(action) != Truth::No);
            allowed.extend(matched.map(|(_, written)| *written));
            continue;
        }
        for pattern in statement.actions.patterns.iter().filter_map(Text::plain) {
            let start: String = (pattern.tokens().iter())
                .map_while(|token| match token {
                    Token::Char(c) => Some(*c),
                    _ => None,
                })
                .collect();
            let from = actions().partition_point(|(action, _)| *action < start);
            let near = actions()[from..]
                .iter()
                .take_while(|(action, _)| action.starts_with(&start));
            let matched = near.filter(|(action, _)| pattern.matches(action) != Truth::No);
            allowed.extend(matched.map(|(_, written)| *written));
        }
    }
    allowed
}
