//! Which policies can matter for a call, worked out when they are read: by function, action and type
//! of caller. A policy is left out only where its own head (`principal is User`, `resource ==
//! Function::"orders"`) says that it cannot hold; so leaving it out changes no answer, and what policies
//! of other functions cost is nothing.

use super::model::{EVENT, METHODS, Model};
use super::request::{AuthzInput, Call, InputError, TYPES, kind};
use super::{Policy, PolicyName, cedar::Found};
use cedar_policy::{
    ActionConstraint, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, PrincipalConstraint,
    ResourceConstraint, RestrictedExpression as Value,
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
}

/// Each with where it is. What begins with one of its own parts comes with it.
const PARTS: [(Part, &[&[&str]]); 11] = [
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
];

/// What is needed to decide one kind of call.
#[derive(Debug)]
pub(super) struct Slice {
    /// The index of the function in the model.
    pub(super) function: usize,
    pub(super) resource: Entity,
    pub(super) action: Entity,
    pub(super) caller_type: EntityTypeName,
    body: Arc<Body>,
}

/// What many slices have in common.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) policies: PolicySet,
    pub(super) names: Vec<PolicyName>,
    permits: bool,
    /// A bit for each [`Part`].
    parts: u16,
    /// The roles that policies name.
    pub(super) roles: BTreeMap<String, EntityUid>,
}

impl std::ops::Deref for Slice {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.body
    }
}

impl Slice {
    pub(super) fn looks_at(&self, part: Part) -> bool {
        #[cfg(test)]
        if !LEAVE_OUT.get() {
            return true;
        }
        self.parts & (1 << part as u16) != 0
    }
}

/// All slices: by function, then by action and type of caller.
#[derive(Debug)]
pub(super) struct Slices {
    functions: BTreeMap<String, Vec<Slice>>,
    events: bool,
}

impl Slices {
    pub(super) fn new(
        model: &Model,
        policies: &BTreeMap<PolicyName, Found>,
    ) -> Result<Self, Problem> {
        let made = || {
            let types = TYPES.map(EntityTypeName::from_str);
            let function = EntityTypeName::from_str("Function").ok()?;
            let action = EntityTypeName::from_str("Action").ok()?;
            let group = |name: &str| uid(&action, name);
            let mut actions = Vec::new();
            for name in METHODS.iter().chain(model.events.then_some(&EVENT)) {
                let parents = match *name == EVENT {
                    true => vec![group("invoke")],
                    false => vec![group("http"), group("invoke")],
                };
                let parents = parents.into_iter();
                actions.push(Entity::new_with_tags(group(name), [], parents, []).ok()?);
            }
            let heads: Vec<Head> = policies
                .values()
                .map(|found| Head::new(&found.policy, &found.json))
                .collect();
            let mut bodies: BTreeMap<Vec<usize>, Arc<Body>> = BTreeMap::new();
            let mut functions = BTreeMap::new();
            for (index, declared) in model.functions.iter().enumerate() {
                let uid = uid(&function, &declared.name);
                let tags = declared.tags.iter();
                let tags =
                    tags.map(|(name, value)| (name.clone(), Value::new_string(value.clone())));
                let attributes = [
                    ("name".to_owned(), Value::new_string(declared.name.clone())),
                    (
                        "environment".to_owned(),
                        Value::new_string(model.environment.clone()),
                    ),
                    ("tags".to_owned(), Value::new_record(tags).ok()?),
                ];
                let resource = Entity::new_with_tags(uid.clone(), attributes, [], []).ok()?;
                let here: Vec<usize> = (0..heads.len())
                    .filter(|n| heads[*n].resource.as_ref().is_none_or(|only| *only == uid))
                    .collect();
                let mut slices = Vec::new();
                for action in &actions {
                    for caller_type in &types {
                        let caller_type = caller_type.as_ref().ok()?;
                        let which: Vec<usize> = here
                            .iter()
                            .copied()
                            .filter(|n| heads[*n].may(action, caller_type))
                            .collect();
                        let body = match bodies.get(&which) {
                            Some(body) => Arc::clone(body),
                            None => {
                                let body = Arc::new(Body::new(policies, &heads, &which)?);
                                bodies.insert(which, Arc::clone(&body));
                                body
                            }
                        };
                        slices.push(Slice {
                            function: index,
                            resource: resource.clone(),
                            action: action.clone(),
                            caller_type: caller_type.clone(),
                            body,
                        });
                    }
                }
                functions.insert(declared.name.clone(), slices);
            }
            Some(functions)
        };
        let functions = made().ok_or_else(|| {
            Problem::file(
                "configuration",
                ProblemLevel::Configuration,
                "a function cannot be shown to policies: its names or tags are not Cedar's",
            )
        })?;
        Ok(Self {
            functions,
            events: model.events,
        })
    }

    /// What is needed to decide this call.
    pub(super) fn find(&self, means: Means, input: &AuthzInput<'_>) -> Option<&Slice> {
        let action = match input.call {
            Call::Http { method, .. } => METHODS.iter().position(|known| *known == method)?,
            Call::Event if self.events => METHODS.len(),
            Call::Event => return None,
        };
        let slices = self.functions.get(input.function)?;
        slices.get(action * TYPES.len() + kind(means))
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
        let slices = self.functions.get(function);
        slices.is_some_and(|slices| slices.iter().any(|slice| slice.permits))
    }
}

impl Body {
    fn new(
        policies: &BTreeMap<PolicyName, Found>,
        heads: &[Head],
        which: &[usize],
    ) -> Option<Self> {
        let mut body = Self {
            policies: PolicySet::new(),
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
            body.policies.add(policy.cedar.clone()).ok()?;
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
        let resource = match policy.cedar.resource_constraint() {
            // Functions have no parents: in one is to be it.
            ResourceConstraint::Eq(uid)
            | ResourceConstraint::In(uid)
            | ResourceConstraint::IsIn(_, uid) => Some(uid),
            ResourceConstraint::Any | ResourceConstraint::Is(_) => None,
        };
        Self {
            caller,
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
