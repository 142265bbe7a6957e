//! Everything that decides who may do what in one application.

use crate::document;
use crate::identities::{self, Identity, Permissions};
use crate::managed::Managed;
use crate::names::{Deployment, Names};
use crate::worlds::{Choices, agree, exists};
use palisade_app::{Application, Condition, Resource, Value};
use palisade_iam::{Catalogue, Policies, Policy, Symbols, Syntax, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known from outside of the application.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// Where it is deployed to.
    pub deployment: Deployment,
    /// Whom its owner trusts.
    pub zone: Zone,
    /// What the cloud has.
    pub catalogue: &'a Catalogue,
}

impl Default for Settings<'static> {
    /// Nothing is known but what the cloud has.
    fn default() -> Self {
        Self {
            deployment: Deployment::default(),
            zone: Zone::default(),
            catalogue: Catalogue::builtin(),
        }
    }
}

/// The zone of trust: access from within it is nobody else's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Zone {
    /// Accounts of the same owner, beside the one that is deployed to.
    pub accounts: BTreeSet<Arc<str>>,
    /// Organisations of the same owner.
    pub organizations: BTreeSet<Arc<str>>,
    /// Service control policies, a list for each level of the organisation.
    pub scp: Vec<Vec<Arc<Policy>>>,
    /// Resource control policies, a list for each level of the organisation.
    pub rcp: Vec<Vec<Arc<Policy>>>,
}

/// A policy on resources: a resource policy, a key policy, a trust policy, a permission.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The resource that it is written in.
    pub written_in: Arc<str>,
    /// The resources that it is about.
    pub targets: Vec<Arc<str>>,
    /// The policy in each world that makes a difference to it.
    pub worlds: Vec<(Vec<Condition>, Arc<Policy>)>,
}

/// Who may do what in one application.
#[derive(Debug)]
pub struct Access<'a> {
    /// The application.
    pub app: &'a Application,
    /// What is known from outside of it.
    pub settings: &'a Settings<'a>,
    /// The symbols and holes in all texts here.
    pub symbols: Symbols,
    /// The roles, users, groups and permission sets.
    pub identities: Vec<Identity>,
    /// The policies on resources.
    pub guards: Vec<Guard>,
    /// Policies for identities, and for devices, that no identity here has: others may attach them.
    pub unattached: Vec<Guard>,
    /// The account that it is deployed to: its number or a symbol.
    pub account: String,
    arns: BTreeMap<Arc<str>, String>,
}

impl<'a> Access<'a> {
    /// Reads all identities and policies of an application.
    #[must_use]
    pub fn of(app: &'a Application, settings: &'a Settings<'a>) -> Self {
        Self::with(app, settings, Symbols::default())
    }

    /// The same, with the symbols of another version of the application: then the policies of both
    /// can be held against each other.
    #[must_use]
    pub fn with(app: &'a Application, settings: &'a Settings<'a>, symbols: Symbols) -> Self {
        let mut names = Names::new(app, &settings.deployment, symbols);
        let mut managed = Managed::new(app, settings.catalogue);
        let identities = identities::all(app, &mut names, &mut managed);
        let guards = guards(app, &mut names);
        let unattached = unattached(app, &identities, &mut names);
        let mut arns = BTreeMap::new();
        for resource in app.resources() {
            if let Some(arn) = names.arn(resource) {
                arns.insert(resource.id.clone(), arn);
            }
        }
        Self {
            app,
            settings,
            account: names.account(),
            symbols: names.symbols,
            identities,
            guards,
            unattached,
            arns,
        }
    }

    /// The identity of a resource id.
    #[must_use]
    pub fn identity(&self, id: &str) -> Option<&Identity> {
        self.identities.iter().find(|identity| &*identity.id == id)
    }

    /// The policies on a resource.
    pub fn guards_on<'s>(&'s self, id: &'s str) -> impl Iterator<Item = &'s Guard> {
        let on = move |guard: &&Guard| guard.targets.iter().any(|target| &**target == id);
        self.guards.iter().filter(on)
    }

    /// The ARN of a resource, with symbols for what is not known.
    #[must_use]
    pub fn arn(&self, id: &str) -> Option<&str> {
        self.arns.get(id).map(String::as_str)
    }

    /// The resources that have an ARN, with it.
    pub fn arns(&self) -> impl Iterator<Item = (&Resource, &str)> {
        self.arns
            .iter()
            .filter_map(|(id, arn)| Some((self.app.resource(id)?, arn.as_str())))
    }

    /// The policy on a resource in a world: the statements of all of its guards together.
    #[must_use]
    pub fn guard(&self, id: &str, when: &[Condition]) -> Option<Arc<Policy>> {
        let mut joined: Option<Arc<Policy>> = None;
        for guard in self.guards_on(id) {
            let Some((_, policy)) = guard.worlds.iter().find(|(world, _)| agree(world, when))
            else {
                continue;
            };
            joined = Some(match joined {
                None => policy.clone(),
                Some(other) => {
                    let mut other = Arc::unwrap_or_clone(other);
                    other.statements.extend(policy.statements.iter().cloned());
                    Arc::new(other)
                }
            });
        }
        joined
    }

    /// All policies that decide about a request of an identity on a resource.
    #[must_use]
    pub fn policies(&self, identity: &Permissions, resource: Option<&str>) -> Policies {
        let own = |attached: &crate::Attached| attached.policy.clone();
        Policies {
            identity: identity.identity.iter().map(own).collect(),
            boundary: identity.boundary.as_ref().map(|b| vec![own(b)]),
            ..self.policies_of_outsiders(resource, &identity.when)
        }
    }

    /// All policies that decide about a request of somebody without policies of the application.
    #[must_use]
    pub fn policies_of_outsiders(&self, resource: Option<&str>, when: &[Condition]) -> Policies {
        Policies {
            resource: resource.and_then(|id| self.guard(id, when)),
            scp: self.settings.zone.scp.clone(),
            rcp: self.settings.zone.rcp.clone(),
            ..Policies::default()
        }
    }
}

fn guards(app: &Application, names: &mut Names<'_>) -> Vec<Guard> {
    let mut guards = Vec::new();
    for document in &app.graph().policies {
        let written_in = app.resource(&document.written_in);
        let mut worlds = worlds(&document.document, written_in, &document.when, names);
        if let Some(api) = api_of(&document.targets, app) {
            for (_, policy) in &mut worlds {
                name_api(Arc::make_mut(policy), api, names);
            }
        }
        guards.push(Guard {
            written_in: document.written_in.clone(),
            targets: document.targets.clone(),
            worlds,
        });
    }
    guards
}

/// Kinds that hold a policy for somebody.
const POLICIES: &[&str] = &[
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
    "AWS::IoT::Policy",
];

fn unattached(app: &Application, identities: &[Identity], names: &mut Names<'_>) -> Vec<Guard> {
    let worlds_of = identities.iter().flat_map(|identity| &identity.worlds);
    let attached = worlds_of.flat_map(|world| world.identity.iter().chain(&world.boundary));
    let attached: BTreeSet<&str> = attached.map(|policy| &*policy.written_in).collect();
    let policies = POLICIES.iter().flat_map(|kind| app.of_kind(kind));
    let mut found = Vec::new();
    for policy in policies.filter(|policy| !attached.contains(&*policy.id)) {
        if let Some(document) = policy.properties.get("PolicyDocument") {
            found.push(Guard {
                written_in: policy.id.clone(),
                targets: Vec::new(),
                worlds: worlds(document, Some(policy), &[], names),
            });
        }
    }
    found
}

/// A document in each world in which it is there.
fn worlds(
    document: &Value,
    written_in: Option<&Resource>,
    when: &[Condition],
    names: &mut Names<'_>,
) -> Vec<(Vec<Condition>, Arc<Policy>)> {
    let mut choices = Choices::default();
    choices.of_value(document);
    choices.of_conditions(when);
    if let Some(resource) = written_in {
        choices.of_existence(&resource.exists);
    }
    let mut worlds: Vec<(Vec<Condition>, Arc<Policy>)> = Vec::new();
    for world in choices.worlds() {
        let there = agree(&world, when)
            && written_in.is_none_or(|resource| exists(&world, &resource.exists));
        if !there {
            continue;
        }
        if let Some(policy) = document::policy(document, &world, names) {
            worlds.push((world, Arc::new(policy)));
        }
    }
    worlds
}

/// The API that a policy is on.
fn api_of<'a>(targets: &[Arc<str>], app: &'a Application) -> Option<&'a Resource> {
    let api = app.resource(targets.first()?)?;
    (&*api.kind == "AWS::ApiGateway::RestApi").then_some(api)
}

/// Policies of APIs may leave out which API they are on: `execute-api:/stage/GET/orders` (API
/// Gateway developer guide, "API Gateway resource policy examples").
fn name_api(policy: &mut Policy, api: &Resource, names: &mut Names<'_>) {
    let Some(arn) = names.arn(api) else {
        return;
    };
    let elements = policy
        .statements
        .iter_mut()
        .filter_map(|s| s.resources.as_mut());
    for text in elements.flat_map(|element| &mut element.patterns) {
        if let Some(rest) = text.written.strip_prefix("execute-api:/") {
            let syntax = Syntax {
                wildcards: true,
                variables: true,
            };
            *text = Text::new(format!("{arn}/{rest}"), text.span, syntax);
        }
    }
}

#[cfg(test)]
mod tests;
