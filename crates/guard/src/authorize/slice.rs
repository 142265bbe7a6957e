//! Which policies can matter for a call, worked out when they are read: by function, action and type
//! of caller. A policy is left out only where its own head (`principal is User`, `resource ==
//! Function::"orders"`) says that it cannot hold; so leaving it out changes no answer, and what policies
//! of other functions cost is nothing.

use super::model::{EVENT, METHODS, Model};
use super::request::{AuthzInput, Call, InputError, TYPES, kind};
use super::{Policy, PolicyName, cedar::Found};
use cedar_policy::{
    ActionConstraint, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet,
    PrincipalConstraint, ResourceConstraint, RestrictedExpression as Value,
};
use palisade_authn::Means;
use palisade_core::{Problem, ProblemLevel};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

#[cfg(test)]
thread_local! {
    /// Whether what no policy looks at is left out; tests compare with and without.
    pub(super) static LEAVE_OUT: std::cell::Cell<bool> = const { std::cell::Cell::new(true) };
}

/// A part of what policies can look at, that is built only where one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Environment,
    Time,
    Network,
    Request,
    Path,
    Query,
    Headers,
    Body,
    Identity,
    Scopes,
    Claims,
    Address,
    Method,
    Route,
}

/// Each with where it is. What begins with one of its own parts comes with it.
const PARTS: [(Part, &[&[&str]]); 14] = [
    (Part::Environment, &[&["context", "environment"]]),
    (Part::Time, &[&["context", "time"]]),
    (Part::Network, &[&["context", "network"]]),
    (Part::Request, &[&["context", "request"]]),
    (Part::Path, &[&["context", "request", "path"]]),
    (Part::Query, &[&["context", "request", "query"]]),
    (Part::Headers, &[&["context", "request", "headers"]]),
    (Part::Body, &[&["context", "request", "body"]]),
    (
        Part::Identity,
        &[&["principal", "id"], &["principal", "issuer"]],
    ),
    (Part::Scopes, &[&["principal", "scopes"]]),
    (Part::Claims, &[&["principal", "claims"]]),
    (Part::Address, &[&["context", "network", "ip"]]),
    (Part::Method, &[&["context", "request", "method"]]),
    (Part::Route, &[&["context", "request", "route"]]),
];

/// What is needed to decide one kind of call.
#[derive(Debug)]
pub(super) struct Slice<'a> {
    /// The index of the function in the model.
    pub(super) function: usize,
    pub(super) resource: &'a EntityUid,
    pub(super) action: &'a EntityUid,
    /// Function and action; the caller is added.
    pub(super) entities: &'a Entities,
    pub(super) caller_type: &'a EntityTypeName,
    body: &'a Body,
}

/// What many slices have in common.
#[derive(Debug)]
pub(super) struct Body {
    /// Those that may hold for anybody.
    policies: PolicySet,
    /// Those that say in their head which role they are for: the others' cost nothing.
    of_roles: BTreeMap<String, PolicySet>,
    pub(super) names: Vec<PolicyName>,
    permits: bool,
    /// A bit for each [`Part`].
    parts: u16,
    /// The roles that policies name.
    pub(super) roles: BTreeMap<String, EntityUid>,
}

impl std::ops::Deref for Slice<'_> {
    type Target = Body;

    fn deref(&self) -> &Body {
        self.body
    }
}

impl<'a> Slice<'a> {
    /// The policies that can hold for a caller of these roles, in sets.
    pub(super) fn sets(&self, roles: &[String]) -> Vec<&'a PolicySet> {
        let body: &'a Body = self.body;
        let mut of_roles: Vec<_> = roles
            .iter()
            .filter_map(|role| body.of_roles.get_key_value(role))
            .collect();
        // A token may name a role as often as it likes.
        of_roles.sort_by_key(|(role, _)| *role);
        of_roles.dedup_by_key(|(role, _)| *role);
        let all = Some(&body.policies).filter(|all| !all.is_empty());
        all.into_iter()
            .chain(of_roles.into_iter().map(|(_, set)| set))
            .collect()
    }

    pub(super) fn looks_at(&self, part: Part) -> bool {
        #[cfg(test)]
        if !LEAVE_OUT.get() {
            return true;
        }
        self.parts & (1 << part as u16) != 0
    }
}

/// A function with its policies, by action and then by type of caller.
#[derive(Debug)]
struct Callable {
    index: usize,
    uid: EntityUid,
    /// By action.
    entities: Vec<Entities>,
    bodies: Vec<Arc<Body>>,
}

/// All slices.
#[derive(Debug)]
pub(super) struct Slices {
    callers: Vec<EntityTypeName>,
    actions: Vec<EntityUid>,
    functions: BTreeMap<String, Callable>,
}

impl Slices {
    pub(super) fn new(
        model: &Model,
        policies: &BTreeMap<PolicyName, Found>,
    ) -> Result<Self, Problem> {
        Self::made(model, policies).ok_or_else(|| {
            Problem::file(
                "configuration",
                ProblemLevel::Configuration,
                "a function cannot be shown to policies: its names or tags are not Cedar's",
            )
        })
    }

    fn made(model: &Model, policies: &BTreeMap<PolicyName, Found>) -> Option<Self> {
        let callers = TYPES.iter().map(|name| EntityTypeName::from_str(name).ok());
        let callers: Vec<EntityTypeName> = callers.collect::<Option<_>>()?;
        let actions = actions(model)?;
        let function = EntityTypeName::from_str("Function").ok()?;
        let heads: Vec<Head> = policies
            .values()
            .map(|found| Head::new(&found.policy, &found.json))
            .collect();
        // Most have the same policies as others.
        let mut known: BTreeMap<Vec<usize>, Arc<Body>> = BTreeMap::new();
        let mut functions = BTreeMap::new();
        for (index, declared) in model.functions.iter().enumerate() {
            let uid = uid(&function, &declared.name);
            let here: Vec<usize> = (0..heads.len())
                .filter(|n| heads[*n].resource.as_ref().is_none_or(|only| *only == uid))
                .collect();
            let mut bodies = Vec::with_capacity(actions.len() * callers.len());
            for (action, caller) in actions
                .iter()
                .flat_map(|action| callers.iter().map(move |caller| (action, caller)))
            {
                let which: Vec<usize> = here
                    .iter()
                    .copied()
                    .filter(|n| heads[*n].may(action, caller))
                    .collect();
                if let Some(body) = known.get(&which) {
                    bodies.push(Arc::clone(body));
                    continue;
                }
                let body = Arc::new(Body::new(policies, &heads, &which)?);
                known.insert(which, Arc::clone(&body));
                bodies.push(body);
            }
            let resource = resource(model, index, uid.clone())?;
            let entities = actions.iter().map(|action| {
                Entities::from_entities([resource.clone(), action.clone()], None).ok()
            });
            let callable = Callable {
                index,
                uid,
                entities: entities.collect::<Option<_>>()?,
                bodies,
            };
            functions.insert(declared.name.clone(), callable);
        }
        Some(Self {
            callers,
            actions: actions.iter().map(Entity::uid).collect(),
            functions,
        })
    }

    /// What is needed to decide this call.
    pub(super) fn find(&self, means: Means, input: &AuthzInput<'_>) -> Option<Slice<'_>> {
        let action = match input.call {
            Call::Http { method, .. } => METHODS.iter().position(|known| *known == method)?,
            Call::Event => METHODS.len(),
        };
        let caller = kind(means);
        let function = self.functions.get(input.function)?;
        Some(Slice {
            function: function.index,
            resource: &function.uid,
            entities: function.entities.get(action)?,
            // Not there when events are not declared.
            action: self.actions.get(action)?,
            caller_type: self.callers.get(caller)?,
            body: function.bodies.get(action * self.callers.len() + caller)?,
        })
    }

    /// Why nothing was found.
    pub(super) fn why_not(&self, input: &AuthzInput<'_>) -> InputError {
        match self.functions.contains_key(input.function) {
            true => InputError::UnknownAction,
            false => InputError::UnknownFunction,
        }
    }

    /// Whether any policy could permit somebody to call the function somehow.
    pub(super) fn permits_any(&self, function: &str) -> bool {
        let function = self.functions.get(function);
        function.is_some_and(|function| function.bodies.iter().any(|body| body.permits))
    }
}

/// All actions with the groups that they are in, in the order of [`METHODS`], and then events.
fn actions(model: &Model) -> Option<Vec<Entity>> {
    let kind = EntityTypeName::from_str("Action").ok()?;
    let action = |name: &str, groups: &[&str]| {
        let groups = groups.iter().map(|group| uid(&kind, group));
        Entity::new_with_tags(uid(&kind, name), [], groups, []).ok()
    };
    let methods = METHODS.iter().map(|name| action(name, &["http", "invoke"]));
    let event = model.events.then(|| action(EVENT, &["invoke"]));
    methods.chain(event).collect()
}

fn resource(model: &Model, index: usize, uid: EntityUid) -> Option<Entity> {
    let declared = &model.functions[index];
    let text = |text: &str| Value::new_string(text.to_owned());
    let tags = declared.tags.iter();
    let tags = Value::new_record(tags.map(|(name, value)| (name.clone(), text(value))));
    let attributes = [
        ("name", text(&declared.name)),
        ("environment", text(&model.environment)),
        ("tags", tags.ok()?),
    ];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
    Entity::new_with_tags(uid, attributes, [], []).ok()
}

impl Body {
    fn new(
        policies: &BTreeMap<PolicyName, Found>,
        heads: &[Head],
        which: &[usize],
    ) -> Option<Self> {
        let mut body = Self {
            policies: PolicySet::new(),
            of_roles: BTreeMap::new(),
            names: Vec::new(),
            permits: false,
            parts: 0,
            roles: BTreeMap::new(),
        };
        // Both are in the order of names, so one pass finds those that are meant.
        let mut which = which.iter().peekable();
        for (n, (name, Found { policy, .. })) in policies.iter().enumerate() {
            if which.next_if_eq(&&n).is_none() {
                continue;
            }
            let set = match &heads[n].role {
                Some(role) => body.of_roles.entry(role.clone()).or_default(),
                None => &mut body.policies,
            };
            set.add(policy.cedar.clone()).ok()?;
            body.names.push(Arc::clone(name));
            body.permits |= policy.permits;
            body.parts |= heads[n].parts;
            for literal in policy.cedar.entity_literals() {
                if literal.type_name().basename() == "Role" {
                    body.roles
                        .insert(AsRef::<str>::as_ref(literal.id()).to_owned(), literal);
                }
            }
        }
        Some(body)
    }
}

pub(super) fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

/// What the head of a policy says.
struct Head {
    /// The one type of callers that it speaks of.
    caller: Option<EntityTypeName>,
    /// The one role that it speaks of.
    role: Option<String>,
    actions: ActionConstraint,
    /// The one function that it speaks of.
    resource: Option<EntityUid>,
    parts: u16,
}

impl Head {
    fn new(policy: &Policy, json: &Json) -> Self {
        let caller = match policy.cedar.principal_constraint() {
            PrincipalConstraint::Any | PrincipalConstraint::In(_) => None,
            PrincipalConstraint::Eq(uid) => Some(uid.type_name().clone()),
            PrincipalConstraint::Is(kind) | PrincipalConstraint::IsIn(kind, _) => Some(kind),
        };
        let role = match policy.cedar.principal_constraint() {
            PrincipalConstraint::In(uid) | PrincipalConstraint::IsIn(_, uid)
                if uid.type_name().basename() == "Role" =>
            {
                Some(AsRef::<str>::as_ref(uid.id()).to_owned())
            }
            _ => None,
        };
        let resource = match policy.cedar.resource_constraint() {
            // Functions have no parents: in one is to be it.
            ResourceConstraint::Eq(uid)
            | ResourceConstraint::In(uid)
            | ResourceConstraint::IsIn(_, uid) => Some(uid),
            ResourceConstraint::Any | ResourceConstraint::Is(_) => None,
        };
        Self {
            caller,
            role,
            actions: policy.cedar.action_constraint(),
            resource,
            parts: parts(json),
        }
    }

    /// Whether it can hold for this action and type of caller.
    fn may(&self, action: &Entity, caller: &EntityTypeName) -> bool {
        let is = |uid: &EntityUid| *uid == action.uid();
        let within = |uid: &EntityUid| {
            let group: &str = uid.id().as_ref();
            let event = AsRef::<str>::as_ref(action.uid().id()) == EVENT;
            is(uid) || group == "invoke" || (group == "http" && !event)
        };
        let action = match &self.actions {
            ActionConstraint::Any => true,
            ActionConstraint::In(any) => any.iter().any(within),
            ActionConstraint::Eq(one) => is(one),
        };
        action && self.caller.as_ref().is_none_or(|only| only == caller)
    }
}

/// The parts that a policy looks at, from its JSON form.
fn parts(json: &Json) -> u16 {
    let Some(conditions) = json.get("conditions") else {
        return u16::MAX;
    };
    let mut seen = BTreeSet::new();
    look(conditions, &mut seen);
    let touches = |at: &[&str]| {
        seen.iter()
            .any(|path| path.iter().zip(at).all(|(a, b)| a == b))
    };
    PARTS.iter().fold(0, |all, (part, places)| {
        let seen = places.iter().any(|at| touches(at));
        all | u16::from(seen) << *part as u16
    })
}

/// Collects what is looked at: `context.request.path.id` as its four names. A variable that is used as
/// a whole is a path of one name, and so touches all its parts.
fn look<'j>(json: &'j Json, seen: &mut BTreeSet<Vec<&'j str>>) {
    if let Some(path) = path(json) {
        seen.insert(path);
        return;
    }
    match json {
        Json::Array(items) => items.iter().for_each(|item| look(item, seen)),
        // What type or role it has tells nothing of what is in it.
        Json::Object(members) if members.contains_key("is") || members.contains_key("in") => {
            let sides = members.values().filter_map(Json::as_object);
            for side in sides.flat_map(|sides| sides.values()) {
                if side.get("Var").is_none() {
                    look(side, seen);
                }
            }
        }
        Json::Object(members) => members.values().for_each(|value| look(value, seen)),
        _ => {}
    }
}

fn path(json: &Json) -> Option<Vec<&str>> {
    let members = json.as_object().filter(|members| members.len() == 1)?;
    if let Some(name) = members.get("Var") {
        return Some(vec![name.as_str()?]);
    }
    let access = members.get(".").or_else(|| members.get("has"))?;
    let mut path = path(access.get("left")?)?;
    path.push(access.get("attr")?.as_str()?);
    Some(path)
}
