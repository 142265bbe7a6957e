//! Provider-neutral views over the resources: what runs, what starts it, who may use what, where
//! data lies. A rule about a concept is written once against these.
//!
//! Every view names the resources that it was seen in. Nothing here judges: an entry point says
//! how callers are authenticated, not whether that is enough.

mod documents;
mod functions;
mod grants;
mod http;
mod openapi;
mod triggers;

use crate::application::Application;
use crate::value::Reason;
use palisade_core::Origin;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use documents::PolicyDocument;
pub use functions::Function;
pub use grants::{ConditionTest, Effect, Grant, Principal};
pub use http::rest_stages;

/// The views over one application.
#[derive(Debug, Default)]
pub struct Graph {
    /// Code that runs on events.
    pub functions: Vec<Function>,
    /// Everything that can start a function or a state machine, or that answers requests.
    pub entry_points: Vec<EntryPoint>,
    /// Resource policies, trust policies and invoke permissions.
    pub policies: Vec<PolicyDocument>,
    /// Their statements.
    pub grants: Vec<Grant>,
    by_function: BTreeMap<Arc<str>, usize>,
    entries_by_function: Index,
    grants_by_target: Index,
    grants_by_resource: Index,
    functions_by_role: Index,
    denials: Vec<usize>,
}

/// Places in a list, by the ids that are named there.
type Index = BTreeMap<Arc<str>, Vec<usize>>;

fn index<'a, T: 'a>(list: &'a [T], ids: impl Fn(&'a T) -> &'a [Arc<str>]) -> Index {
    let mut index = Index::new();
    for (i, item) in list.iter().enumerate() {
        for id in ids(item) {
            let places = index.entry(id.clone()).or_default();
            if places.last() != Some(&i) {
                places.push(i);
            }
        }
    }
    index
}

fn indexed<'a, T>(list: &'a [T], index: &'a Index, id: &str) -> impl Iterator<Item = &'a T> {
    let places = index.get(id).into_iter().flatten();
    places.filter_map(|i| list.get(*i))
}

/// A way in.
#[derive(Clone, Debug)]
pub struct EntryPoint {
    /// What kind of way it is.
    pub kind: EntryKind,
    /// How its owner would call it: `GET /orders`, `queue Orders`.
    pub label: String,
    /// The resource that a finding about it is about (route, URL, API, trigger).
    pub resource: Arc<str>,
    /// The API, queue, topic, bucket … that it belongs to; the same as `resource` for a URL.
    pub source: Option<Arc<str>>,
    /// The ids of the functions behind it, as far as they are known.
    pub functions: Vec<Arc<str>>,
    /// How callers are authenticated; the weakest way, where it depends on conditions.
    pub authentication: Authentication,
    /// Whether there is a limit on the rate of calls beside the provider's own.
    pub throttled: State,
    /// Whether requests are validated before they reach the function.
    pub validated: State,
    /// Where it can be reached from.
    pub reach: Reach,
    /// Where it was written.
    pub at: Origin,
    /// Where its authentication was written, or should have been.
    pub authentication_at: Origin,
}

/// The kinds of entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A method of a REST API.
    RestRoute,
    /// A route of an HTTP API.
    HttpRoute,
    /// A route of a WebSocket API.
    WebSocketRoute,
    /// A function's own URL.
    FunctionUrl,
    /// A GraphQL API.
    GraphQl,
    /// A queue that a function reads.
    Queue,
    /// A stream or a topic of a message broker that a function reads.
    Stream,
    /// A topic that pushes to a function.
    Topic,
    /// A bucket that announces changes to a function.
    Bucket,
    /// A rule of an event bus.
    Bus,
    /// A clock.
    Schedule,
    /// A log group that sends to a function.
    Logs,
    /// A user pool that calls a function.
    UserPool,
    /// Another service, allowed by a permission.
    Service,
    /// A load balancer.
    LoadBalancer,
}

impl EntryKind {
    /// The kind's name, for inventories.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RestRoute => "rest-route",
            Self::HttpRoute => "http-route",
            Self::WebSocketRoute => "websocket-route",
            Self::FunctionUrl => "function-url",
            Self::GraphQl => "graphql",
            Self::Queue => "queue",
            Self::Stream => "stream",
            Self::Topic => "topic",
            Self::Bucket => "bucket",
            Self::Bus => "event-bus",
            Self::Schedule => "schedule",
            Self::Logs => "logs",
            Self::UserPool => "user-pool",
            Self::Service => "service",
            Self::LoadBalancer => "load-balancer",
        }
    }

    /// Whether requests come over HTTP.
    #[must_use]
    pub fn is_http(self) -> bool {
        matches!(
            self,
            Self::RestRoute
                | Self::HttpRoute
                | Self::WebSocketRoute
                | Self::FunctionUrl
                | Self::GraphQl
                | Self::LoadBalancer
        )
    }
}

/// How callers are authenticated.
#[derive(Clone, Debug, PartialEq)]
pub enum Authentication {
    /// Not at all.
    None,
    /// By an API key only, which names an application and not a caller.
    ApiKey,
    /// By the provider's signatures (AWS Signature V4).
    Iam,
    /// By tokens that the gateway verifies (OAuth 2.0, JWT, Cognito).
    Token,
    /// By a function that decides.
    Custom,
    /// By the provider itself: only it can deliver these events.
    Provider,
    /// Not at all, and the gateway answers by itself: no code runs (what browsers ask before a
    /// request, as a rule).
    NotNeeded,
    /// Can't be told.
    Unknown(Reason),
}

impl Authentication {
    /// The name, for inventories.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ApiKey => "api-key",
            Self::Iam => "iam",
            Self::Token => "token",
            Self::Custom => "custom",
            Self::Provider => "provider",
            Self::NotNeeded => "not-needed",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// Whether a control is there.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It is.
    On,
    /// It is not.
    Off,
    /// It has no meaning here, or the provider does not offer it.
    NotApplicable,
    /// Can't be told.
    Unknown(Reason),
}

impl State {
    /// The name, for inventories.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::NotApplicable => "not-applicable",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// Where an entry point can be reached from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The internet.
    Internet,
    /// Private networks, or addresses that a resource policy names.
    Restricted,
    /// Only from within the provider.
    Internal,
}

impl Reach {
    /// The name, for inventories.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Internet => "internet",
            Self::Restricted => "restricted",
            Self::Internal => "internal",
        }
    }
}

impl Graph {
    pub(crate) fn of(app: &Application) -> Self {
        let functions = functions::all(app);
        let by_function = functions
            .iter()
            .enumerate()
            .map(|(i, f)| (f.id.clone(), i))
            .collect();
        let policies = documents::all(app);
        let grants = grants::all(&policies);
        let mut entry_points = http::all(app, &grants);
        entry_points.extend(triggers::all(app));
        Self {
            entries_by_function: index(&entry_points, |entry| &entry.functions),
            grants_by_target: index(&grants, |grant| &grant.targets),
            grants_by_resource: index(&grants, |grant| std::slice::from_ref(&grant.written_in)),
            functions_by_role: index(&functions, |function| &function.roles),
            denials: (0..grants.len())
                .filter(|i| grants[*i].effect == Effect::Deny)
                .collect(),
            functions,
            entry_points,
            policies,
            grants,
            by_function,
        }
    }

    /// The function of this resource id.
    #[must_use]
    pub fn function(&self, id: &str) -> Option<&Function> {
        self.by_function
            .get(id)
            .and_then(|i| self.functions.get(*i))
    }

    /// The entry points behind which a function stands.
    pub fn entries_of(&self, function: &str) -> impl Iterator<Item = &EntryPoint> {
        indexed(&self.entry_points, &self.entries_by_function, function)
    }

    /// The functions that run as a role.
    pub fn functions_of(&self, role: &str) -> impl Iterator<Item = &Function> {
        indexed(&self.functions, &self.functions_by_role, role)
    }

    /// The grants on a resource.
    pub fn grants_on(&self, resource: &str) -> impl Iterator<Item = &Grant> {
        indexed(&self.grants, &self.grants_by_target, resource)
    }

    /// The statements that deny something.
    pub fn denials(&self) -> impl Iterator<Item = &Grant> {
        self.denials.iter().filter_map(|i| self.grants.get(*i))
    }

    /// The grants that are written in a resource.
    pub fn grants_in(&self, resource: &str) -> impl Iterator<Item = &Grant> {
        indexed(&self.grants, &self.grants_by_resource, resource)
    }
}

/// The graph as JSON, for `--dump-model`.
pub(crate) fn dump(app: &Application) -> Json {
    let graph = app.graph();
    json!({
        "functions": graph.functions.iter().map(|f| json!({
            "id": &*f.id,
            "roles": f.roles.iter().map(|r| &**r).collect::<Vec<_>>(),
            "in_network": f.in_network,
            "entry_points": graph.entries_of(&f.id).map(|e| e.label.as_str()).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "entry_points": graph.entry_points.iter().map(|e| json!({
            "kind": e.kind.as_str(),
            "label": &e.label,
            "resource": &*e.resource,
            "source": e.source.as_deref(),
            "functions": e.functions.iter().map(|f| &**f).collect::<Vec<_>>(),
            "authentication": e.authentication.as_str(),
            "throttled": e.throttled.as_str(),
            "validated": e.validated.as_str(),
            "reach": e.reach.as_str(),
        })).collect::<Vec<_>>(),
        "grants": graph.grants.iter().map(grants::dump).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod grants_tests;
#[cfg(test)]
mod tests;
