//! What would be gained: a request that is allowed to one and not to the other.

use super::ask::{Actor, Answer, Ask, Asker, Budget};
use palisade_core::FileId;
use palisade_iam::catalogue::{AccessLevel, Action, Service};
use palisade_iam::{Catalogue, Effect, Pattern, Policy, Request, Statement};
use std::sync::Arc;

/// Calls that only an administrator can make all of, each on something that nobody in particular
/// has.
const PROBES: &[(&str, &str)] = &[
    ("iam:CreateUser", "arn:{p}:iam::{a}:user/example"),
    ("iam:AttachRolePolicy", "arn:{p}:iam::{a}:role/example"),
    ("s3:GetObject", "arn:{p}:s3:::example/example"),
    (
        "dynamodb:DeleteTable",
        "arn:{p}:dynamodb:us-east-1:{a}:table/example",
    ),
    (
        "secretsmanager:GetSecretValue",
        "arn:{p}:secretsmanager:us-east-1:{a}:secret:example",
    ),
    (
        "lambda:UpdateFunctionCode",
        "arn:{p}:lambda:us-east-1:{a}:function:example",
    ),
    (
        "ec2:RunInstances",
        "arn:{p}:ec2:us-east-1:{a}:instance/example",
    ),
];

/// What every function's role has: writing logs and traces, and a place in a network.
const EVERYDAY: &[&str] = &[
    "ec2:assignprivateipaddresses",
    "ec2:createnetworkinterface",
    "ec2:deletenetworkinterface",
    "ec2:unassignprivateipaddresses",
];

fn is_everyday(service: &Service, action: &Action) -> bool {
    let telemetry = match &*service.prefix {
        "logs" => action.name.starts_with("Create") || action.name.starts_with("Put"),
        "xray" | "cloudwatch" => action.name.starts_with("Put"),
        _ => false,
    };
    let name = format!("{}:{}", service.prefix, action.name).to_ascii_lowercase();
    telemetry
        || action.access == AccessLevel::List
        || action.name.starts_with("Describe")
        || EVERYDAY.contains(&&*name)
}

/// `{p}` is the partition, `{a}` the account.
pub(super) fn place(template: &str, actor: &Actor) -> String {
    template
        .replace("{p}", actor.partition())
        .replace("{a}", actor.account())
}

/// A template of the catalogue (`arn:${Partition}:s3:::${BucketName}`) as a pattern.
pub(super) fn shape(arn: &str, actor: &Actor) -> Pattern {
    let mut text = String::new();
    let mut rest = arn;
    while let Some((before, behind)) = rest.split_once("${") {
        text.push_str(before);
        let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
        text.push_str(match name {
            "Partition" => actor.partition(),
            "Account" => actor.account(),
            _ => "*",
        });
        rest = behind;
    }
    text.push_str(rest);
    Pattern::wildcard(&text)
}

/// Asks what actors may do that others may not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gains<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) budget: &'a Budget,
}

impl Gains<'_> {
    fn asker<'b>(&'b self, actor: &'b Actor) -> Asker<'b> {
        Asker {
            actor,
            catalogue: self.catalogue,
            budget: self.budget,
        }
    }

    fn answer(&self, actor: &Actor, action: &str, resource: &str) -> Answer {
        self.asker(actor).ask(&Ask {
            action,
            resource,
            sends: &[],
            policy: None,
        })
    }

    /// Whether somebody may do everything; then with requests that show it.
    pub(super) fn administrator(&self, actor: &Actor) -> Option<Vec<Request>> {
        let mut shown = Vec::new();
        for (action, resource) in PROBES {
            match self.answer(actor, action, &place(resource, actor)) {
                Answer::Yes(request) => shown.push(request),
                _ => return None,
            }
        }
        Some(shown)
    }

    /// A request that one may make and the other may not.
    pub(super) fn more(&self, than: &Actor, actor: &Actor) -> Option<Request> {
        for (action, resource) in PROBES {
            if let Some(request) = self.gained(than, actor, action, &place(resource, actor)) {
                return Some(request);
            }
        }
        // Where a limit is narrower than what is given, the limit names what is gained.
        let policies = &actor.policies;
        let layers = (policies.identity.iter())
            .chain(policies.boundary.iter().flatten())
            .chain(&policies.session)
            .chain(policies.scp.iter().flatten());
        for statement in layers.flat_map(|policy| policy.of_effect(Effect::Allow)) {
            if let Some(request) = self.gained_by(than, actor, statement) {
                return Some(request);
            }
        }
        None
    }

    fn gained_by(&self, than: &Actor, actor: &Actor, statement: &Statement) -> Option<Request> {
        const MAX_PATTERNS: usize = 40;
        const PER_PATTERN: usize = 6;
        if statement.actions.except {
            return None;
        }
        for pattern in statement.actions.patterns.iter().take(MAX_PATTERNS) {
            let written = &*pattern.written;
            if !written.contains(':') {
                continue;
            }
            let counts = |(service, action): &(&Service, &Action)| !is_everyday(service, action);
            let actions = self.catalogue.actions_matching(written).filter(counts);
            for (service, action) in actions.take(PER_PATTERN) {
                let name = format!("{}:{}", service.prefix, action.name);
                let kind = action
                    .resources
                    .first()
                    .and_then(|of| service.resource_type(of));
                let resources = match kind {
                    None => vec!["*".to_owned()],
                    Some(kind) => {
                        let shape = shape(&kind.arn, actor);
                        self.asker(actor).resources(&shape, &[&name])
                    }
                };
                for resource in resources {
                    if let Some(request) = self.gained(than, actor, &name, &resource) {
                        return Some(request);
                    }
                }
            }
        }
        None
    }

    /// A request for a call that one can make and the other can't.
    fn gained(&self, than: &Actor, actor: &Actor, action: &str, resource: &str) -> Option<Request> {
        match self.answer(actor, action, resource) {
            Answer::Yes(request) if self.answer(than, action, resource).is_no() => Some(request),
            _ => None,
        }
    }

    /// Whether a policy that AWS manages would let whoever has it escalate, or do everything.
    pub(super) fn managed(&self, arn: &str) -> Option<Arc<Policy>> {
        let text = self.catalogue.managed_policy(arn)?;
        let document = palisade_syntax::parse_json(FileId::NONE, text).ok()?;
        Some(Arc::new(palisade_iam::read_policy(&document.root).0))
    }
}

/// A policy that is written here, perhaps with symbols.
pub(super) fn policy(text: &str) -> Arc<Policy> {
    let read = |document: palisade_syntax::Document| palisade_iam::read_symbolic(&document.root).0;
    Arc::new(
        palisade_syntax::parse_json(FileId::NONE, text)
            .map(read)
            .unwrap_or_default(),
    )
}

/// Everything is allowed.
pub(super) fn everything() -> Arc<Policy> {
    policy(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    )
}

/// Whether a trust policy lets a service assume the role.
pub(super) fn lets_service_in(trust: &Arc<Policy>, service: &str) -> bool {
    trust.of_effect(Effect::Allow).any(|statement| {
        use palisade_iam::Principal;
        let Some(principals) = &statement.principals else {
            return false;
        };
        let named = principals.items.iter().any(|item| match &item.who {
            Principal::Everyone | Principal::Unknown(_) => true,
            Principal::Service(name) => names(name, service),
            Principal::Federated(name) => match service {
                "saml" => name.contains(":saml-provider/"),
                "oidc" => name.contains(":oidc-provider/"),
                _ => **name == *service,
            },
            _ => false,
        });
        named != principals.except
    })
}

/// Services have names by region and partition too (`states.us-east-1.amazonaws.com`).
fn names(principal: &str, service: &str) -> bool {
    let label = |name: &str| name.split(".amazonaws.com").next().map(str::to_owned);
    match (label(principal), label(service)) {
        (Some(principal), Some(service)) => {
            principal == service || principal.starts_with(&format!("{service}."))
        }
        _ => false,
    }
}
