//! Whether a request is allowed: all policies that have a say, brought together as the cloud does.
//!
//! Sources: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny
//! access", "Cross-account policy evaluation logic", "Principal", "`NotPrincipal`"; Organizations
//! User Guide, "SCP evaluation", "Resource control policies"; KMS Developer Guide, "Key policies";
//! STS API Reference, "`AssumeRole`"; S3 User Guide, "Blocking public access". How they are read
//! where they leave something open:
//!
//! - **The context is what is given.** Nothing is added to it, not even `aws:PrincipalArn`.
//! - **Session and role.** A session is named by its own ARN and by its role's, whatever the path
//!   of the role: a session's ARN does not show it. A caller given by the ARN of a role is a session
//!   of it with an unknown name.
//! - **`*` names the caller itself**, as a user's or a session's ARN does: such a grant is not
//!   limited by the implicit deny of a boundary or a session policy. The guide says so for `*` with
//!   a condition on `aws:PrincipalArn`; a grant without the condition can't give less than one with.
//! - **An account in `NotPrincipal` with `Deny`** exempts its root user only. The guide's example
//!   denies everybody but a user, and lists that user and the user's account; people who listed the
//!   account alone found its administrators denied. The guide also says that a service "might" want
//!   the account listed beside the user: that is not asked for here.
//! - **An endpoint policy** decides for every caller when it is given: the request came that way.
//! - **Resource control policies** only deny, and only in the services that the Organizations guide
//!   lists; they bind service principals and anonymous callers too. That keys managed by AWS are
//!   exempt can't be seen in a request.
//! - **Management accounts** are bound by no organisation's policies: then give none.
//! - **The root user** can do everything in its account, but assume no role (STS, "`AssumeRole`"),
//!   and use no key whose policy names neither it nor its account.
//! - **Keys and roles** must allow by their own policy. The actions of KMS that are about no key
//!   (`kms:ListKeys`), or about an alias, have no such policy: they are as any other action.
//! - **Canonical users** are ids of accounts that no request shows: they match nobody.

mod caller;
mod public;

use crate::matching::Call;
use crate::policy::{Effect, Policy, Statement};
use crate::request::{Caller, Request};
use crate::truth::Truth;
pub(crate) use caller::concerns;
use caller::{Named, Who};
use std::collections::BTreeSet;
use std::sync::Arc;

/// All policies that have a say in a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policies {
    /// The policies of the caller: attached, inline, of its groups.
    pub identity: Vec<Arc<Policy>>,
    /// The policy of the resource; of a role, its trust policy; of a key, its key policy.
    pub resource: Option<Arc<Policy>>,
    /// The permissions boundary of the caller; none, or empty, when it has none.
    pub boundary: Option<Vec<Arc<Policy>>>,
    /// The policy that the session was made with.
    pub session: Option<Arc<Policy>>,
    /// Service control policies: a list for each level of the organisation, from the root to the
    /// account. Each level must allow; no level at all means no organisation.
    pub scp: Vec<Vec<Arc<Policy>>>,
    /// Resource control policies, by level. They only deny.
    pub rcp: Vec<Vec<Arc<Policy>>>,
    /// The policies of the VPC endpoint that the request comes through.
    pub endpoint: Vec<Arc<Policy>>,
    /// What the bucket, or its account, blocks.
    pub public_access_block: PublicAccessBlock,
}

/// S3's settings against public access. Only `restrict_public_buckets` decides about requests; the
/// others are about access control lists, and about the change of a policy.
#[expect(clippy::struct_excessive_bools, reason = "they are S3's four settings")]
#[expect(missing_docs, reason = "the names are S3's own")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublicAccessBlock {
    pub block_public_acls: bool,
    pub ignore_public_acls: bool,
    pub block_public_policy: bool,
    pub restrict_public_buckets: bool,
}

/// The kinds of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The caller's own policies.
    Identity,
    /// The resource's policy.
    Resource,
    /// The caller's permissions boundary.
    Boundary,
    /// The session's policy.
    Session,
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
    /// The policy of the endpoint.
    Endpoint,
    /// S3's block of public access.
    PublicAccessBlock,
}

/// What comes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is allowed.
    Allowed,
    /// Nothing allows it, or something that must allow it does not.
    ImplicitlyDenied,
    /// A statement denies it.
    ExplicitlyDenied,
    /// It depends on texts that are not known.
    Unknown,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What comes of it.
    pub outcome: Outcome,
    /// The layer that decided: of an explicit deny, where it stands; of an implicit one, the first
    /// that should have allowed; otherwise, the one that grants (across accounts, the resource's).
    pub layer: Layer,
    /// The statements that are about the request.
    pub matched: Vec<Matched>,
    /// The holes that an unknown outcome depends on.
    pub reasons: Vec<char>,
}

/// A statement that is about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matched {
    /// In which layer it stands.
    pub layer: Layer,
    /// At which level of the organisation.
    pub level: Option<usize>,
    /// Which policy of the layer, or of the level.
    pub policy: usize,
    /// Which statement of the policy.
    pub statement: usize,
    /// What it does.
    pub effect: Effect,
    /// Whether it certainly matches, or maybe.
    pub truth: Truth,
}

impl Layer {
    /// As the members of `policies` are named.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Scp => "scp",
            Self::Rcp => "rcp",
            Self::Endpoint => "endpoint",
            Self::PublicAccessBlock => "public_access_block",
        }
    }
}

impl Outcome {
    /// As reports name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::ImplicitlyDenied => "ImplicitlyDenied",
            Self::ExplicitlyDenied => "ExplicitlyDenied",
            Self::Unknown => "Unknown",
        }
    }
}

impl Policies {
    /// The policies of a layer; of one with levels, those of one level.
    #[must_use]
    pub fn of(&self, layer: Layer, level: Option<usize>) -> &[Arc<Policy>] {
        let of_level = |levels: &'_ Vec<Vec<Arc<Policy>>>| level.filter(|l| *l < levels.len());
        match layer {
            Layer::Identity => &self.identity,
            Layer::Resource => self.resource.as_slice(),
            Layer::Boundary => self.boundary.as_deref().unwrap_or_default(),
            Layer::Session => self.session.as_slice(),
            Layer::Scp => of_level(&self.scp).map_or(&[], |level| &self.scp[level]),
            Layer::Rcp => of_level(&self.rcp).map_or(&[], |level| &self.rcp[level]),
            Layer::Endpoint => &self.endpoint,
            Layer::PublicAccessBlock => &[],
        }
    }

    /// All policies of a layer, whatever their level.
    pub fn in_layer(&self, layer: Layer) -> impl Iterator<Item = &Arc<Policy>> {
        let levels = match layer {
            Layer::Scp => self.scp.len(),
            Layer::Rcp => self.rcp.len(),
            _ => 0,
        };
        let of_levels = (0..levels).flat_map(move |level| self.of(layer, Some(level)));
        self.of(layer, None).iter().chain(of_levels)
    }

    /// The statement that a match speaks of.
    #[must_use]
    pub fn statement(&self, matched: &Matched) -> Option<&Statement> {
        let policy = self.of(matched.layer, matched.level).get(matched.policy)?;
        policy.statements.get(matched.statement)
    }
}

/// Decides about a request.
#[must_use]
pub fn evaluate(policies: &Policies, request: &Request) -> Decision {
    let who = Who::of(policies, request);
    let mut round = Round {
        policies,
        call: Call::of(request),
        who: &who,
        matched: Vec::new(),
        denied: Truth::No,
        holes: BTreeSet::new(),
    };
    let allowing = round.every_layer();
    let denied = round.denied;
    let permitted = allowing.permitted(&who);
    let (outcome, layer) = if denied == Truth::Yes {
        let by = |m: &&Matched| m.effect == Effect::Deny && m.truth == Truth::Yes;
        let layer = round.matched.iter().find(by).map(|m| m.layer);
        (Outcome::ExplicitlyDenied, layer.unwrap_or(Layer::Resource))
    } else {
        match permitted {
            Truth::No => (Outcome::ImplicitlyDenied, allowing.lacking(&who)),
            Truth::Maybe => (Outcome::Unknown, allowing.lacking(&who)),
            Truth::Yes if denied == Truth::Maybe => {
                let by = |m: &&Matched| m.effect == Effect::Deny;
                let layer = round.matched.iter().find(by).map(|m| m.layer);
                (Outcome::Unknown, layer.unwrap_or(Layer::Resource))
            }
            Truth::Yes => (Outcome::Allowed, allowing.granting(&who)),
        }
    };
    let reasons = match outcome {
        Outcome::Unknown => round.holes.into_iter().chain(who.holes(request)).collect(),
        _ => Vec::new(),
    };
    Decision {
        outcome,
        layer,
        matched: round.matched,
        reasons,
    }
}

/// One evaluation under way.
struct Round<'a> {
    policies: &'a Policies,
    call: Call<'a>,
    who: &'a Who<'a>,
    matched: Vec<Matched>,
    denied: Truth,
    holes: BTreeSet<char>,
}

impl Round<'_> {
    fn every_layer(&mut self) -> Allowing {
        let (who, policies) = (self.who, self.policies);
        let mut allowing = Allowing {
            resource: self.layer(Layer::Resource, None),
            ..Allowing::default()
        };
        if who.inside {
            allowing.identity = if who.root {
                Truth::Yes
            } else {
                self.layer(Layer::Identity, None).any()
            };
            if !who.root {
                allowing.boundary = self.if_any(Layer::Boundary, None);
                allowing.session = self.if_any(Layer::Session, None);
            }
        }
        if who.inside && !who.service_linked {
            allowing.scp =
                Truth::all((0..policies.scp.len()).map(|l| self.layer(Layer::Scp, Some(l)).any()));
        }
        // A role that a service made for itself is not bound as a resource either.
        let service_linked = who.service_linked || is_service_linked(self.call.resource);
        if !service_linked && rcp_applies(&self.call.action) {
            for level in 0..policies.rcp.len() {
                self.layer(Layer::Rcp, Some(level));
            }
        }
        allowing.endpoint = self.if_any(Layer::Endpoint, None);
        let block = policies.public_access_block;
        if let Some(policy) = &policies.resource
            && block.restrict_public_buckets
            && self.call.action.starts_with("s3:")
            && !matches!(who.caller, Caller::Service(_))
        {
            let own_account = Truth::from(who.inside).and(who.same_account);
            allowing.public_access_block = own_account.or(!public::is_public(policy));
        }
        allowing
    }

    /// What a layer allows that limits nothing when it is empty.
    fn if_any(&mut self, layer: Layer, level: Option<usize>) -> Truth {
        if self.policies.of(layer, level).is_empty() {
            return Truth::Yes;
        }
        self.layer(layer, level).any()
    }

    /// What a layer allows; its denials are noted.
    fn layer(&mut self, layer: Layer, level: Option<usize>) -> Named {
        let mut allowed = Named::NOBODY;
        for (p, policy) in self.policies.of(layer, level).iter().enumerate() {
            for (s, statement) in policy.statements.iter().enumerate() {
                let named = self.who.named(statement, layer);
                if named.any() == Truth::No {
                    continue;
                }
                let named = named.and(statement.matches(&self.call));
                let truth = named.any();
                if truth == Truth::No {
                    continue;
                }
                if truth == Truth::Maybe {
                    self.holes.extend(statement.holes());
                }
                match statement.effect {
                    Effect::Deny => self.denied = self.denied.or(truth),
                    Effect::Allow => allowed = allowed.or(named),
                }
                self.matched.push(Matched {
                    layer,
                    level,
                    policy: p,
                    statement: s,
                    effect: statement.effect,
                    truth,
                });
            }
        }
        allowed
    }
}

/// What the layers allow; those that do not apply allow everything.
struct Allowing {
    resource: Named,
    identity: Truth,
    boundary: Truth,
    session: Truth,
    scp: Truth,
    endpoint: Truth,
    public_access_block: Truth,
}

impl Default for Allowing {
    fn default() -> Self {
        Self {
            resource: Named::NOBODY,
            identity: Truth::No,
            boundary: Truth::Yes,
            session: Truth::Yes,
            scp: Truth::Yes,
            endpoint: Truth::Yes,
            public_access_block: Truth::Yes,
        }
    }
}

impl Allowing {
    /// Whether the layers together allow it.
    fn permitted(&self, who: &Who<'_>) -> Truth {
        let limits = self.boundary.and(self.session);
        let own = self.identity.and(limits);
        let direct = self.resource.itself.or(self.resource.role.and(limits));
        let granted = if !who.inside {
            self.resource.any()
        } else {
            let here = match who.must_allow {
                true => direct.or(self.resource.account.and(own)),
                false => direct.or(own),
            };
            let across = self.resource.any().and(own);
            let same = who.same_account;
            (same.and(here))
                .or((!same).and(across))
                .or(here.and(across))
        };
        let refused = Truth::from(who.root && who.assumes_role);
        Truth::all([
            granted,
            !refused,
            self.scp,
            self.endpoint,
            self.public_access_block,
        ])
    }

    /// The first layer that should have allowed it.
    fn lacking(&self, who: &Who<'_>) -> Layer {
        let across = who.same_account == Truth::No;
        let resource = match !who.inside || who.must_allow || across {
            true if who.root && who.assumes_role => Truth::No,
            true => self.resource.any(),
            false => Truth::Yes,
        };
        let identity = match (who.inside, across) {
            (false, _) => Truth::Yes,
            (true, true) => self.identity,
            (true, false) => self.identity.or(self.resource.role),
        };
        let gates = [
            (Layer::Scp, self.scp),
            (Layer::Endpoint, self.endpoint),
            (Layer::PublicAccessBlock, self.public_access_block),
            (Layer::Resource, resource),
            (Layer::Identity, identity),
            (Layer::Boundary, self.boundary),
            (Layer::Session, self.session),
        ];
        let least = gates.iter().min_by_key(|(_, truth)| *truth);
        least.map_or(Layer::Identity, |(layer, _)| *layer)
    }

    /// The layer that grants.
    fn granting(&self, who: &Who<'_>) -> Layer {
        let own = Truth::all([self.identity, self.boundary, self.session]);
        let direct = self.resource.itself.or(self.resource.role);
        let by_identity = match who.must_allow {
            true => direct != Truth::Yes,
            false => own == Truth::Yes,
        };
        if who.inside && who.same_account == Truth::Yes && by_identity {
            Layer::Identity
        } else {
            Layer::Resource
        }
    }
}

/// Whether it is a role that a service made for itself. A session's ARN does not show it.
fn is_service_linked(arn: &str) -> bool {
    arn.contains(":role/aws-service-role/")
}

/// Whether resource control policies bind an action, in lower case.
fn rcp_applies(action: &str) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    RCP_SERVICES.binary_search(&service).is_ok() && action != "kms:retiregrant"
}

/// The services whose actions resource control policies bind, sorted (Organizations User Guide,
/// "List of AWS services that support RCPs", September 2026).
const RCP_SERVICES: &[&str] = &[
    "aoss",
    "appconfig",
    "appstream",
    "autoscaling",
    "autoscaling-plans",
    "budgets",
    "clouddirectory",
    "cloudfront",
    "cloudsearch",
    "cloudtrail-data",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codepipeline",
    "cognito-identity",
    "cognito-idp",
    "comprehend",
    "comprehendmedical",
    "compute-optimizer",
    "cost-optimization-hub",
    "dax",
    "dsql",
    "dynamodb",
    "ecr",
    "ecr-public",
    "events",
    "firehose",
    "fis",
    "fms",
    "gamelift",
    "health",
    "inspector-scan",
    "kendra",
    "kinesisvideo",
    "kms",
    "logs",
    "memorydb",
    "networkmonitor",
    "notifications",
    "opensearch",
    "pca-connector-ad",
    "personalize",
    "polly",
    "pricing",
    "resource-groups",
    "rolesanywhere",
    "s3",
    "secretsmanager",
    "servicediscovery",
    "signin",
    "sqs",
    "sts",
    "support",
    "swf",
    "textract",
    "timestream-influxdb",
    "transcribe",
    "transfer",
    "translate",
    "wafv2",
    "workspaces",
    "xray",
];

#[cfg(test)]
mod tests;
