//! Who is calling, and how a statement names the caller. The way of naming decides which other
//! policies can limit a grant, so it is kept.

use super::{Layer, Policies};
use crate::pattern::Pattern;
use crate::policy::{Effect, Principal, Principals, Statement};
use crate::request::{Caller, Request, arn_part};
use crate::symbols::is_hole;
use crate::truth::Truth;

/// In which ways the caller is named, and, of grants, in which ways something is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// By its account: what is granted so must be granted again by the account's own policies.
    pub(super) account: Truth,
    /// By the role of the session: limited by the boundary and the session policy.
    pub(super) role: Truth,
    /// Itself: a user, a session, a service, everybody.
    pub(super) itself: Truth,
}

impl Named {
    pub(super) const NOBODY: Self = Self {
        account: Truth::No,
        role: Truth::No,
        itself: Truth::No,
    };

    fn itself(truth: Truth) -> Self {
        Self {
            itself: truth,
            ..Self::NOBODY
        }
    }

    pub(super) fn any(self) -> Truth {
        self.account.or(self.role).or(self.itself)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self {
            account: self.account.or(other.account),
            role: self.role.or(other.role),
            itself: self.itself.or(other.itself),
        }
    }

    pub(super) fn and(self, truth: Truth) -> Self {
        Self {
            account: self.account.and(truth),
            role: self.role.and(truth),
            itself: self.itself.and(truth),
        }
    }
}

/// What matters of a request's caller, and of how it stands to the resource.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub(super) struct Who<'a> {
    pub(super) caller: &'a Caller,
    /// It is a principal of an account: policies of its own have a say.
    pub(super) inside: bool,
    /// It is the root user of an account.
    pub(super) root: bool,
    /// It is a role that a service made for itself, which organisations can't bind.
    pub(super) service_linked: bool,
    /// Caller and resource belong to one account.
    pub(super) same_account: Truth,
    /// The resource's policy must allow, also within the account.
    pub(super) must_allow: bool,
    /// The action is to assume a role.
    pub(super) assumes_role: bool,
    bounded: bool,
    session: Option<Session<'a>>,
}

/// Whether a statement is about a caller, in whatever way it names it; one that names nobody is about
/// everybody.
pub(crate) fn concerns(statement: &Statement, caller: &Caller) -> Truth {
    match &statement.principals {
        None => Truth::Yes,
        Some(principals) => (Who::alone(caller).named_by(principals, statement.effect)).any(),
    }
}

/// The role behind a session.
#[derive(Debug)]
struct Session<'a> {
    /// The role's ARN up to its path: `arn:aws:iam::111122223333:role`.
    before_path: String,
    name: &'a str,
}

impl<'a> Who<'a> {
    pub(super) fn of(policies: &Policies, request: &'a Request) -> Self {
        let alone = Self::alone(&request.caller);
        Self {
            same_account: same_account(request),
            must_allow: must_allow(request),
            assumes_role: request.action.eq_ignore_ascii_case("sts:AssumeRole"),
            bounded: alone.inside && !alone.root && !policies.of(Layer::Boundary, None).is_empty(),
            ..alone
        }
    }

    /// A caller of whom nothing matters but who it is.
    fn alone(caller: &'a Caller) -> Self {
        let arn = match caller {
            Caller::Principal(arn) => Some(&**arn),
            _ => None,
        };
        Self {
            caller,
            inside: arn.is_some(),
            root: arn.is_some_and(|arn| arn_part(arn, 5) == Some("root")),
            service_linked: arn.is_some_and(super::is_service_linked),
            same_account: Truth::Maybe,
            must_allow: false,
            assumes_role: false,
            bounded: false,
            session: arn.and_then(Session::of),
        }
    }

    /// How a statement of a layer names the caller.
    pub(super) fn named(&self, statement: &Statement, layer: Layer) -> Named {
        match &statement.principals {
            Some(principals) => self.named_by(principals, statement.effect),
            // The policy of a resource must say whom it is about, unless nothing of it is known.
            None if layer == Layer::Resource && statement.uncertain.is_none() => Named::NOBODY,
            None => Named {
                account: Truth::No,
                role: Truth::No,
                itself: Truth::Yes,
            },
        }
    }

    fn named_by(&self, principals: &Principals, effect: Effect) -> Named {
        let mut named = Named::NOBODY;
        for item in &principals.items {
            named = named.or(self.is(&item.who));
        }
        match (principals.except, effect) {
            (false, _) => named,
            (true, Effect::Allow) => Named::itself(!named.any()),
            (true, Effect::Deny) if self.bounded => Named::itself(Truth::Yes),
            (true, Effect::Deny) => Named::itself(!named.role.or(named.itself)),
        }
    }

    fn is(&self, principal: &Principal) -> Named {
        match (principal, self.caller) {
            (Principal::Everyone, _) => Named::itself(Truth::Yes),
            (Principal::Unknown(_), _) => Named::itself(Truth::Maybe),
            (Principal::Account(account), Caller::Principal(arn)) => {
                if account == arn {
                    // Both are one symbol: the text stands for a whole ARN.
                    return self.is_arn(account, arn);
                }
                let is = same_text(account, self.caller.account().unwrap_or_default());
                if self.root {
                    return Named::itself(is);
                }
                Named {
                    account: is,
                    ..Named::NOBODY
                }
            }
            (Principal::Arn(principal), Caller::Principal(arn)) => self.is_arn(principal, arn),
            (Principal::Service(service), Caller::Service(caller)) => {
                Named::itself(same_text(service, caller))
            }
            (Principal::Federated(provider), Caller::Federated(caller)) => {
                let domain = |text: &str| text.rfind("-provider/").map_or(0, |at| at + 10);
                let whole = same_text(provider, caller);
                // An OpenID provider is named by its ARN or by its domain.
                let by_domain = same_text(&provider[domain(provider)..], &caller[domain(caller)..]);
                let both_arns = provider.starts_with("arn:") && caller.starts_with("arn:");
                Named::itself(if both_arns {
                    whole
                } else {
                    whole.or(by_domain)
                })
            }
            _ => Named::NOBODY,
        }
    }

    fn is_arn(&self, principal: &str, arn: &str) -> Named {
        let itself = same_text(principal, arn);
        match &self.session {
            Some(session) => Named {
                account: Truth::No,
                role: session.is_of(principal),
                itself,
            },
            // Of a text that is one symbol nobody knows that it is a user's.
            None if arn_part(arn, 5).is_some_and(|name| !name.starts_with("role/")) => {
                Named::itself(itself)
            }
            None => Named {
                role: itself,
                ..Named::NOBODY
            },
        }
    }

    /// The holes in the texts of the request itself.
    pub(super) fn holes(&self, request: &Request) -> Vec<char> {
        if self.same_account != Truth::Maybe {
            return Vec::new();
        }
        let account = request.resource_account.as_deref().unwrap_or_default();
        let caller = self.caller.account().unwrap_or_default();
        [account, &request.resource, caller]
            .iter()
            .flat_map(|text| text.chars())
            .filter(|c| is_hole(*c))
            .collect()
    }
}

impl<'a> Session<'a> {
    /// `arn:aws:sts::111122223333:assumed-role/name/session`.
    fn of(arn: &'a str) -> Option<Self> {
        let (partition, account) = (arn_part(arn, 1)?, arn_part(arn, 4)?);
        let rest = arn_part(arn, 5)?.strip_prefix("assumed-role/")?;
        Some(Self {
            before_path: format!("arn:{partition}:iam::{account}:role"),
            name: rest.split('/').next()?,
        })
    }

    /// Whether it is a session of a role, whatever the role's path.
    fn is_of(&self, role: &str) -> Truth {
        match (role.split_once('/'), role.rsplit_once('/')) {
            (Some((before_path, _)), Some((_, name))) => {
                same_text(before_path, &self.before_path).and(same_text(name, self.name))
            }
            _ if !role.contains(is_hole) => Truth::No,
            _ => same_text(role, &format!("{}/{}", self.before_path, self.name)),
        }
    }
}

/// Whether a text of a policy, perhaps with holes, is a text of the request.
fn same_text(text: &str, other: &str) -> Truth {
    if text.contains(is_hole) {
        return Pattern::literal(text).matches(other);
    }
    if other.contains(is_hole) {
        return Pattern::literal(other).matches(text);
    }
    Truth::from(text == other)
}

fn same_account(request: &Request) -> Truth {
    let of_arn = arn_part(&request.resource, 4);
    // Policies that AWS manages belong to `aws`, and are for every account.
    let resource = request.resource_account.as_deref().or(of_arn);
    let Some(resource) = resource.filter(|account| !matches!(*account, "aws" | "*")) else {
        return Truth::Yes;
    };
    match (&request.caller, request.caller.account()) {
        (_, Some(caller)) => same_text(resource, caller),
        // A caller whose whole ARN is a symbol.
        (Caller::Principal(_), None) => Truth::Maybe,
        _ => Truth::No,
    }
}

/// Whether the resource's own policy must allow the action, also within the account.
fn must_allow(request: &Request) -> bool {
    let action = request.action.to_ascii_lowercase();
    match action.split_once(':') {
        Some(("sts", name)) => {
            matches!(
                name,
                "assumerole"
                    | "assumerolewithsaml"
                    | "assumerolewithwebidentity"
                    | "setcontext"
                    | "setsourceidentity"
                    | "tagsession"
            ) && !request.resource.contains(":federated-user/")
        }
        Some(("kms", name)) => {
            !matches!(
                name,
                "connectcustomkeystore"
                    | "createcustomkeystore"
                    | "createkey"
                    | "deletecustomkeystore"
                    | "describecustomkeystores"
                    | "disconnectcustomkeystore"
                    | "generaterandom"
                    | "listaliases"
                    | "listkeys"
                    | "updatecustomkeystore"
            ) && !request.resource.contains(":alias/")
        }
        _ => false,
    }
}
