//! One method, tried for one principal: resources are chosen for its calls one after the other, and
//! each call is asked for.

use super::ask::{Answer, Ask};
use super::gain;
use super::method::{Call, Gives, Method, On, Sends};
use super::search::{Search, State};
use super::{Role, Step};
use palisade_iam::{Effect, Pattern, Policies, Policy, Request, arn_part};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A way that is open.
pub(super) struct Found {
    pub(super) steps: Vec<Step>,
    pub(super) gains: String,
    pub(super) gained: Option<Request>,
    pub(super) reasons: BTreeSet<char>,
}

/// One method being tried for one principal.
pub(super) struct Attempt<'s, 'a> {
    search: &'s Search<'a>,
    state: &'s State,
    method: &'static Method,
    calls: &'s [Call],
    maybe: bool,
}

/// Something that a call is about.
#[derive(Clone, Debug)]
struct Thing {
    key: String,
    shape: Pattern,
    on: On,
}

/// What was settled so far.
#[derive(Clone, Debug, Default)]
struct Settled {
    things: Vec<(String, String)>,
    steps: Vec<Step>,
    reasons: BTreeSet<char>,
    role: Option<Arc<str>>,
}

impl<'s, 'a> Attempt<'s, 'a> {
    pub(super) fn new(
        search: &'s Search<'a>,
        state: &'s State,
        method: &'static Method,
        calls: &'s [Call],
        maybe: bool,
    ) -> Self {
        Self {
            search,
            state,
            method,
            calls,
            maybe,
        }
    }

    pub(super) fn run(&self) -> Option<Found> {
        // What can't be gained need not be tried.
        let gained = match self.method.gives {
            Gives::Access(_) | Gives::Elsewhere(_) => None,
            _ => Some(self.gained()?),
        };
        let settled = self.solve(0, &Settled::default());
        let Some((settled, access)) = settled else {
            for call in self.calls {
                self.search.assume(call.action);
            }
            return None;
        };
        let (gains, gained) = self.describe(&settled, gained.flatten(), access);
        Some(Found {
            steps: settled.steps,
            gains,
            gained,
            reasons: settled.reasons,
        })
    }

    fn more(&self, policies: Policies) -> Option<Request> {
        let actor = self.state.actor.with(policies);
        self.search.gains().more(&self.state.actor, &actor)
    }

    /// Something that the method would allow; nothing when there is nothing to gain, nothing within
    /// when there is but nobody can say what.
    fn gained(&self) -> Option<Option<Request>> {
        let policies = &self.state.actor.policies;
        let with_everything = || {
            let identity = policies
                .identity
                .iter()
                .cloned()
                .chain([gain::everything()])
                .collect();
            Policies {
                identity,
                ..policies.clone()
            }
        };
        // Another identity of the account: only the organisation limits it.
        let account = || Policies {
            boundary: None,
            session: None,
            identity: vec![gain::everything()],
            ..policies.clone()
        };
        let of_account = || {
            self.state
                .account
                .get_or_init(|| self.more(account()))
                .clone()
        };
        match self.method.gives {
            Gives::Anything => self
                .state
                .anything
                .get_or_init(|| self.more(with_everything()))
                .clone()
                .map(Some),
            Gives::NewIdentity => of_account().map(Some),
            Gives::User => of_account().map(|_| None),
            Gives::Role | Gives::RoleOf(_) => {
                of_account()?;
                match (self.search.question.inventory, self.method.gives) {
                    (Some(_), Gives::RoleOf(service)) => {
                        let roles = self.roles(&[service]);
                        roles.first().map(|(_, request)| Some(request.clone()))
                    }
                    _ => Some(None),
                }
            }
            Gives::WithoutBoundary => {
                policies
                    .boundary
                    .as_ref()
                    .filter(|boundary| !boundary.is_empty())?;
                self.more(Policies {
                    boundary: None,
                    ..policies.clone()
                })
                .map(Some)
            }
            Gives::WithoutOrganization => {
                (!policies.scp.is_empty()).then_some(())?;
                self.more(Policies {
                    scp: Vec::new(),
                    ..policies.clone()
                })
                .map(Some)
            }
            Gives::WithoutOwnDenials => {
                let denies = |policy: &Arc<Policy>| policy.of_effect(Effect::Deny).next().is_some();
                (0..policies.identity.len()).find_map(|i| {
                    denies(&policies.identity[i]).then_some(())?;
                    let mut without = policies.clone();
                    without.identity.remove(i);
                    self.more(without).map(Some)
                })
            }
            Gives::Access(_) | Gives::Elsewhere(_) => None,
        }
    }

    /// The roles of the inventory that may do more, and that let one of the services in, if any
    /// are named.
    fn roles(&self, services: &[&str]) -> Vec<(Arc<str>, Request)> {
        let Some(inventory) = self.search.question.inventory else {
            return Vec::new();
        };
        let strong = self.state.roles.get_or_init(|| {
            let more = |(arn, role): (&Arc<str>, &Role)| {
                let actor = self.search.role(arn, role);
                let gained = self.search.gains().more(&self.state.actor, &actor)?;
                Some((arn.clone(), gained))
            };
            inventory.iter().filter_map(more).collect()
        });
        let lets_in = |arn: &Arc<str>| {
            let trust = inventory.get(arn).map(|role| &role.trust);
            services.is_empty()
                || trust
                    .is_some_and(|trust| services.iter().any(|s| gain::lets_service_in(trust, s)))
        };
        (strong.iter())
            .filter(|(arn, _)| lets_in(arn))
            .map(|(arn, request)| (arn.clone(), request.clone()))
            .collect()
    }

    fn solve(&self, at: usize, settled: &Settled) -> Option<(Settled, Option<Request>)> {
        let Some(call) = self.calls.get(at) else {
            return match self.method.gives {
                Gives::Access(action) => {
                    let gained = self.opened(action, settled)?;
                    Some((settled.clone(), Some(gained)))
                }
                _ => Some((settled.clone(), None)),
            };
        };
        (self.things(call).iter()).find_map(|things| self.settle(at, call, things, settled))
    }

    /// Finds a resource for each thing of a call.
    fn settle(
        &self,
        at: usize,
        call: &Call,
        things: &[Thing],
        settled: &Settled,
    ) -> Option<(Settled, Option<Request>)> {
        let Some((thing, rest)) = things.split_first() else {
            return self.solve(at + 1, settled);
        };
        let bound = settled.things.iter().find(|(key, _)| *key == thing.key);
        let candidates = match bound {
            Some((_, resource)) => vec![resource.clone()],
            None => self.candidates(thing),
        };
        candidates.iter().find_map(|resource| {
            let policy = self.resource_policy(call, resource);
            let sends = self.sends(call, settled);
            let answer = self.search.asker(&self.state.actor).ask(&Ask {
                action: call.action,
                resource,
                sends: &sends,
                policy: policy.as_ref().map(|(policy, _)| policy.clone()),
            });
            let (request, reasons) = match answer {
                Answer::Yes(request) => (request, Vec::new()),
                Answer::Maybe(request, reasons) if self.maybe => (request, reasons),
                _ => return None,
            };
            let mut settled = settled.clone();
            if bound.is_none() {
                settled.things.push((thing.key.clone(), resource.clone()));
            }
            if matches!(thing.on, On::Role | On::Assumable) {
                settled.role = Some(Arc::from(resource.as_str()));
            }
            settled.reasons.extend(reasons);
            settled.steps.push(Step {
                request,
                why: Arc::from(call.why),
                resource_policy: policy.and_then(|(_, text)| text),
            });
            self.settle(at, call, rest, &settled)
        })
    }

    /// What a call is about: ways to choose, each with all that it needs.
    fn things(&self, call: &Call) -> Vec<Vec<Thing>> {
        let actor = &self.state.actor;
        let like = |template: &str, on: On| {
            let text = gain::place(template, actor);
            Thing {
                shape: Pattern::wildcard(&text),
                key: text,
                on,
            }
        };
        let named = |key: &str, template: &str| Thing {
            key: key.to_owned(),
            ..like(template, call.on)
        };
        match call.on {
            On::Like(template) => vec![vec![like(template, call.on)]],
            On::Me => vec![vec![named("me", "arn:{p}:iam::{a}:user/*")]],
            On::MyRole => vec![vec![named("me", "arn:{p}:iam::{a}:role/*")]],
            On::OtherUser => vec![vec![named("other", "arn:{p}:iam::{a}:user/*")]],
            On::Role => vec![vec![named("role", "arn:{p}:iam::{a}:role/*")]],
            On::Assumable => vec![vec![named("role", "arn:{p}:iam::*:role/*")]],
            On::Needed => {
                let found = call.action.split_once(':').and_then(|(prefix, name)| {
                    let service = self.search.question.catalogue.service(prefix)?;
                    Some((service, service.action(name)?))
                });
                let anything = || Thing {
                    key: "*".to_owned(),
                    shape: Pattern::literal("*"),
                    on: call.on,
                };
                let Some((service, action)) = found else {
                    return vec![vec![anything()]];
                };
                let thing = |of| {
                    let kind = service.resource_type(of)?;
                    Some(Thing {
                        key: kind.arn.to_string(),
                        shape: gain::shape(&kind.arn, actor),
                        on: call.on,
                    })
                };
                let required: Vec<Thing> = action
                    .resources
                    .iter()
                    .filter(|of| of.required)
                    .filter_map(thing)
                    .collect();
                match (required.is_empty(), action.resources.is_empty()) {
                    (false, _) => vec![required],
                    (true, true) => vec![vec![anything()]],
                    (true, false) => action
                        .resources
                        .iter()
                        .filter_map(|of| Some(vec![thing(of)?]))
                        .collect(),
                }
            }
        }
    }

    /// Resources that a thing may be.
    fn candidates(&self, thing: &Thing) -> Vec<String> {
        let actor = &self.state.actor;
        if matches!(thing.on, On::Me | On::MyRole) {
            return vec![actor.identity.to_string()];
        }
        if self.search.question.inventory.is_some() && thing.on == On::Role {
            let roles = self.roles(self.method.passes).into_iter();
            return roles.map(|(arn, _)| arn.to_string()).collect();
        }
        if let (Some(inventory), On::Assumable) = (self.search.question.inventory, thing.on) {
            return inventory
                .keys()
                .filter(|arn| **arn != actor.identity)
                .map(ToString::to_string)
                .collect();
        }
        if thing.key == "*" {
            return vec!["*".to_owned()];
        }
        let same = |call: &&Call| {
            self.things(call)
                .iter()
                .flatten()
                .any(|other| other.key == thing.key)
        };
        let mut actions: Vec<&str> = self
            .calls
            .iter()
            .filter(same)
            .map(|call| call.action)
            .collect();
        let attached =
            |call: &&Call| matches!(call.sends, Sends::MadePolicy | Sends::MadePolicyUnbound);
        if thing.key.contains(":policy/") {
            actions.extend(self.calls.iter().filter(attached).map(|call| call.action));
        }
        // Names of users and of roles are unique in an account, whatever their paths.
        let called = |arn: &str| {
            let (kind, path) = arn_part(arn, 5)?.split_once('/')?;
            let name = path.rsplit('/').next()?;
            Some([arn_part(arn, 4)?, kind, name].map(str::to_owned))
        };
        let me = |arn: &str| called(arn) == called(&actor.identity);
        let fits = |arn: &String| match thing.on {
            On::OtherUser => !me(arn),
            On::Role | On::Assumable => !me(arn) && !arn.contains(":role/aws-service-role/"),
            _ => true,
        };
        let mut found = self.search.asker(actor).resources(&thing.shape, &actions);
        if matches!(thing.on, On::OtherUser | On::Role | On::Assumable) {
            // The principal may be called like the usual example.
            let other = found
                .first()
                .map(|first| first.replace("/example", "/another"));
            found.extend(other);
        }
        found.retain(fits);
        found
    }

    /// The policy of the resource, with its text when it is made up here.
    fn resource_policy(
        &self,
        call: &Call,
        resource: &str,
    ) -> Option<(Arc<Policy>, Option<Arc<str>>)> {
        let actor = &self.state.actor;
        let made = |principal: &str, action: &str| {
            let text = statement(principal, action, action.starts_with("kms:"));
            (gain::policy(&text), Some(Arc::from(text)))
        };
        match call.action {
            "sts:AssumeRole" if call.sends == Sends::RewrittenTrust => {
                Some(made(&actor.identity, call.action))
            }
            "sts:AssumeRole" => Some(match self.search.question.inventory {
                Some(inventory) => {
                    let role = inventory.get(resource);
                    (
                        role.map(|role| role.trust.clone()).unwrap_or_default(),
                        None,
                    )
                }
                None => made(&self.root(), call.action),
            }),
            action if action.starts_with("kms:") => Some(made(&self.root(), "kms:*")),
            _ => None,
        }
    }

    fn root(&self) -> String {
        gain::place("arn:{p}:iam::{a}:root", &self.state.actor)
    }

    /// The keys that matter, with the values that serve.
    fn sends(&self, call: &Call, settled: &Settled) -> Vec<(&'static str, Vec<Option<Arc<str>>>)> {
        const POLICY: &str = "iam:policyarn";
        const BOUNDARY: &str = "iam:permissionsboundary";
        let strong = || self.search.strong().to_vec();
        let made = || {
            let made = settled
                .things
                .iter()
                .find(|(key, _)| key.contains(":policy/"));
            vec![made.map(|(_, arn)| Arc::from(arn.as_str()))]
        };
        let unbound = || std::iter::once(None).chain(strong()).collect::<Vec<_>>();
        let bounded = self.state.actor.policies.boundary.is_some();
        let mut sends = match call.sends {
            _ if call.action == "iam:PassRole" => {
                let services = self
                    .method
                    .passes
                    .iter()
                    .map(|service| Some(Arc::from(*service)));
                return vec![("iam:passedtoservice", services.collect())];
            }
            Sends::Nothing | Sends::RewrittenTrust => Vec::new(),
            Sends::StrongPolicy => vec![(POLICY, strong())],
            Sends::MadePolicy => vec![(POLICY, made())],
            Sends::OwnGrant => vec![
                (
                    "kms:grantisforawsresource",
                    vec![None, Some(Arc::from("false"))],
                ),
                (
                    "kms:granteeprincipal",
                    vec![Some(self.state.actor.identity.clone())],
                ),
            ],
            Sends::WideBoundary => vec![(BOUNDARY, strong())],
            Sends::NoBoundary => vec![(BOUNDARY, unbound())],
            Sends::StrongPolicyUnbound => vec![(POLICY, strong()), (BOUNDARY, unbound())],
            Sends::MadePolicyUnbound => vec![(POLICY, made()), (BOUNDARY, unbound())],
        };
        // The provider sends the boundary that the caller has; of somebody without, none.
        if matches!(call.on, On::Me | On::MyRole) && !bounded && call.sends != Sends::WideBoundary {
            sends.push((BOUNDARY, vec![None]));
        }
        sends
    }

    /// What the resource's new policy allows that was not allowed before.
    fn opened(&self, action: &'static str, settled: &Settled) -> Option<Request> {
        let (_, resource) = settled.things.first()?;
        let resource = match action {
            "s3:GetObject" if !resource.contains('/') => format!("{resource}/example"),
            _ => resource.clone(),
        };
        let actor = &self.state.actor;
        let ask = |policy: Option<Arc<Policy>>| {
            self.search.asker(actor).ask(&Ask {
                action,
                resource: &resource,
                sends: &[],
                policy,
            })
        };
        let before = action
            .starts_with("kms:")
            .then(|| gain::policy(&statement(&self.root(), "kms:*", true)));
        if !ask(before).is_no() {
            return None;
        }
        match ask(Some(gain::policy(&statement(
            &actor.identity,
            action,
            true,
        )))) {
            Answer::Yes(request) => Some(request),
            _ => None,
        }
    }

    fn describe(
        &self,
        settled: &Settled,
        gained: Option<Request>,
        access: Option<Request>,
    ) -> (String, Option<Request>) {
        let gains = match self.method.gives {
            Gives::Anything if self.state.actor.policies.boundary.is_some() => {
                "any permission that its boundary leaves".to_owned()
            }
            Gives::Anything => "any permission".to_owned(),
            Gives::NewIdentity => "any permission, with another identity".to_owned(),
            Gives::Role => match &settled.role {
                Some(role) => {
                    let known = self
                        .search
                        .question
                        .inventory
                        .and_then(|inventory| inventory.get(role));
                    let everything = known.is_some_and(|known| {
                        self.search
                            .gains()
                            .administrator(&self.search.role(role, known))
                            .is_some()
                    });
                    let gained = self.roles(&[]).into_iter().find(|(arn, _)| arn == role);
                    return (
                        of_role(role, everything),
                        gained.map(|(_, request)| request),
                    );
                }
                None => "the permissions of a role".to_owned(),
            },
            Gives::RoleOf(service) => match self.roles(&[service]).first() {
                Some((role, _)) => of_role(role, false),
                None => "the permissions of the role behind it".to_owned(),
            },
            Gives::User => "what the other user may do".to_owned(),
            Gives::Elsewhere(what) => what.to_owned(),
            Gives::WithoutBoundary => "what its boundary keeps back".to_owned(),
            Gives::WithoutOwnDenials => "what its own policies deny".to_owned(),
            Gives::WithoutOrganization => "what the organisation keeps back".to_owned(),
            Gives::Access(action) => format!("`{action}` on the resource"),
        };
        (gains, access.or(gained))
    }
}

pub(super) fn of_role(arn: &str, everything: bool) -> String {
    match everything {
        true => format!("all permissions, as `{arn}`"),
        false => format!("the permissions of `{arn}`"),
    }
}

/// A resource's policy of one statement.
fn statement(principal: &str, action: &str, with_resource: bool) -> String {
    let resource = if with_resource {
        r#","Resource":"*""#
    } else {
        ""
    };
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"{action}"{resource}}}]}}"#
    )
}
