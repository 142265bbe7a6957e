//! One call as Cedar sees it: the caller, the function and the context. Only what some policy looks at
//! is built.

use super::break_glass::Grants;
use super::model::{Field, Kind, Model};
use super::slice::{Part, Slice};
use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityUid, Request, RestrictedExpression as Value,
};
use palisade_authn::{Means, Principal};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Mutex;

/// The entity types of callers, in the order of [`kind`].
pub(super) const TYPES: [&str; 6] = [
    "Anonymous",
    "ApiKey",
    "User",
    "Service",
    "AwsIdentity",
    "EventSource",
];

/// Which of [`TYPES`] a caller is.
pub(super) const fn kind(means: Means) -> usize {
    match means {
        Means::Anonymous => 0,
        Means::ApiKey => 1,
        Means::Token => 2,
        Means::Certificate => 3,
        Means::AwsSignature => 4,
        Means::EventSource => 5,
    }
}

/// The id of a caller's entity: `issuer|id`, or `id` alone where Palisade itself vouches for it. No two
/// callers have the same: a `|` in an issuer is written `%7C`. An AWS identity is its ARN, which names
/// its account.
pub(super) fn entity_id(principal: &Principal) -> String {
    let Principal { issuer, id, .. } = principal;
    if principal.means == Means::AwsSignature {
        return id.clone();
    }
    if issuer.is_empty() {
        return match id.contains('|') {
            true => format!("|{id}"),
            false => id.clone(),
        };
    }
    let issuer = match issuer.contains(['%', '|']) {
        true => Cow::Owned(issuer.replace('%', "%25").replace('|', "%7C")),
        false => Cow::Borrowed(issuer.as_str()),
    };
    format!("{issuer}|{id}")
}

/// Names and values.
pub type Pairs<'a> = &'a [(&'a str, &'a str)];

/// How a function is called.
#[derive(Clone, Copy, Debug)]
pub enum Call<'a> {
    /// Over HTTP.
    Http {
        /// The method in capitals.
        method: &'a str,
        /// The path template of the route, such as `/orders/{id}`.
        route: &'a str,
        /// The parameters of the path, decoded.
        path: Pairs<'a>,
        /// The query parameters, decoded.
        query: Pairs<'a>,
        /// The headers, with names in lower case. To leave one out because it is not text would be to
        /// say that it is absent: such a call must be refused before.
        headers: Pairs<'a>,
        /// From where.
        ip: IpAddr,
        /// Whether over TLS.
        tls: bool,
    },
    /// By an event of a queue, stream, bucket or topic, or directly.
    Event,
}

/// What a decision is about.
#[derive(Clone, Copy, Debug)]
pub struct AuthzInput<'a> {
    /// The function that is called.
    pub function: &'a str,
    /// The time, in seconds since 1970.
    pub now: i64,
    /// How it is called.
    pub call: Call<'a>,
    /// The body or the event, where it is JSON.
    pub body: Option<&'a Json>,
    /// Break-glass access that was granted.
    pub grants: &'a Grants,
}

/// Why a call cannot be decided, and so is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// Nothing is declared under this name.
    #[error("the configuration declares no such function")]
    UnknownFunction,
    /// No action stands for it.
    #[error("policies cannot speak of this method, or events are not declared")]
    UnknownAction,
    /// What counts, the first or the last, is a matter of opinion.
    #[error("a parameter or header that policies look at is there more than once")]
    Repeated,
    /// A value of the body is not what was declared.
    #[error("a value of the body that policies look at has another type than declared")]
    BodyType,
    /// A claim is not what was declared.
    #[error("a claim that policies look at has another type than declared")]
    ClaimType,
    /// Cedar refuses what was built.
    #[error("the call cannot be shown to policies")]
    Unbuildable,
}

impl InputError {
    /// A stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownFunction => "authorize-unknown-function",
            Self::UnknownAction => "authorize-unknown-action",
            Self::Repeated => "authorize-repeated-parameter",
            Self::BodyType => "authorize-body-type",
            Self::ClaimType => "authorize-claim-type",
            Self::Unbuildable => "authorize-unbuildable",
        }
    }
}

/// Addresses as Cedar's, the ones seen last: to make one costs more than most policies.
#[derive(Default)]
pub(super) struct Addresses([Mutex<Option<(IpAddr, Value)>>; 32]);

impl Addresses {
    fn value(&self, address: IpAddr) -> Value {
        let make = || Value::new_ip(address.to_string());
        let sum = match address {
            IpAddr::V4(v4) => v4.octets().iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)),
            IpAddr::V6(v6) => v6.octets().iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)),
        };
        let place = &self.0[usize::from(sum) % self.0.len()];
        // Nobody waits for another here.
        let Ok(mut place) = place.try_lock() else {
            return make();
        };
        match &*place {
            Some((known, value)) if *known == address => value.clone(),
            _ => place.insert((address, make())).1.clone(),
        }
    }
}

/// A call as Cedar sees it.
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) entities: Entities,
}

impl Asked {
    /// What is left out because no policy looks at it would be missed here; all else must fit.
    #[cfg(test)]
    pub(super) fn conforms(&self, schema: &cedar_policy::Schema) {
        if !super::slice::LEAVE_OUT.get() {
            let [principal, action, resource] = [
                self.request.principal(),
                self.request.action(),
                self.request.resource(),
            ]
            .map(|uid| uid.unwrap().clone());
            let context = self.request.context().unwrap().clone();
            Request::new(principal, action, resource, context, Some(schema)).unwrap();
            let entities = self.entities.iter().cloned();
            // Actions come from the schema itself.
            let entities = entities.filter(|e| e.uid().type_name().basename() != "Action");
            Entities::from_entities(entities, Some(schema)).unwrap();
        }
    }
}

type Members = Vec<(String, Value)>;

/// Shows a call to Cedar.
pub(super) fn build(
    model: &Model,
    slice: &Slice<'_>,
    principal: &Principal,
    input: &AuthzInput<'_>,
    break_glass: bool,
    addresses: &Addresses,
) -> Result<Asked, InputError> {
    let caller = EntityUid::from_type_name_and_id(
        slice.caller_type.clone(),
        EntityId::new(entity_id(principal)),
    );
    let entity = caller_entity(model, slice, principal, caller.clone())?;
    let mut context = vec![member("breakGlass", Value::new_bool(break_glass))];
    if slice.looks_at(Part::Environment) {
        context.push(member("environment", text(&model.environment)));
    }
    if slice.looks_at(Part::Time) {
        context.push(member("time", time(input.now)?));
    }
    let function = &model.functions[slice.function];
    let body = match slice.looks_at(Part::Body) {
        true => fields(&function.body, |pointer| input.body?.pointer(pointer))
            .ok_or(InputError::BodyType)?,
        false => Vec::new(),
    };
    let mut request = Members::new();
    if slice.looks_at(Part::Body) {
        request.push(member("body", new_record(body)?));
    }
    if let Call::Http {
        method,
        route,
        path,
        query,
        headers,
        ip,
        tls,
    } = input.call
    {
        if slice.looks_at(Part::Network) {
            let mut network = vec![member("tls", Value::new_bool(tls))];
            if slice.looks_at(Part::Address) {
                network.push(member("ip", addresses.value(ip.to_canonical())));
            }
            context.push(member("network", new_record(network)?));
        }
        for (part, name, value) in [
            (Part::Method, "method", method),
            (Part::Route, "route", route),
        ] {
            if slice.looks_at(part) {
                request.push(member(name, text(value)));
            }
        }
        for (part, name, names, pairs) in [
            (Part::Path, "path", &function.path, path),
            (Part::Query, "query", &function.query, query),
            (Part::Headers, "headers", &function.headers, headers),
        ] {
            if !slice.looks_at(part) {
                continue;
            }
            let mut members: Members = Vec::new();
            for (name, value) in pairs.iter().filter(|(name, _)| names.contains(*name)) {
                if members.iter().any(|(n, _)| n == name) {
                    return Err(InputError::Repeated);
                }
                members.push(member(name, text(value)));
            }
            request.push(member(name, new_record(members)?));
        }
    }
    if slice.looks_at(Part::Request) {
        context.push(member("request", new_record(request)?));
    }
    let context = Context::from_pairs(context).map_err(|_| InputError::Unbuildable)?;
    let (action, resource) = (slice.action.clone(), slice.resource.clone());
    let request = Request::new(caller, action, resource, context, None)
        .map_err(|_| InputError::Unbuildable)?;
    let entities = slice.entities.clone().add_entities([entity], None);
    let entities = entities.map_err(|_| InputError::Unbuildable)?;
    Ok(Asked { request, entities })
}

fn caller_entity(
    model: &Model,
    slice: &Slice<'_>,
    principal: &Principal,
    uid: EntityUid,
) -> Result<Entity, InputError> {
    let mut members: Members = Vec::new();
    if slice.looks_at(Part::Identity) {
        members.push(member("id", text(&principal.id)));
        members.push(member("issuer", text(&principal.issuer)));
    }
    if slice.looks_at(Part::Scopes) {
        let scopes = principal.scopes.iter().map(|scope| text(scope));
        members.push(member("scopes", Value::new_set(scopes)));
    }
    if slice.looks_at(Part::Claims) {
        let claims = fields(&model.claims, |pointer| {
            let (first, rest) = match pointer[1..].find('/') {
                Some(at) => pointer[1..].split_at(at),
                None => (&pointer[1..], ""),
            };
            let first = first.replace("~1", "/").replace("~0", "~");
            principal.claims.get(&first)?.pointer(rest)
        });
        let claims = claims.ok_or(InputError::ClaimType)?;
        members.push(member("claims", new_record(claims)?));
    }
    // Roles that no policy names decide nothing: however many a token brings, they cost nothing.
    let roles = principal
        .roles
        .iter()
        .filter_map(|role| slice.roles.get(role.as_str()));
    Entity::new_with_tags(uid, members, roles.cloned(), []).map_err(|_| InputError::Unbuildable)
}

/// The values at the pointers; nothing when one has another type than declared. What is absent or
/// `null` is left out.
fn fields<'j>(
    fields: &BTreeMap<String, Field>,
    at: impl Fn(&str) -> Option<&'j Json>,
) -> Option<Members> {
    let mut members = Vec::new();
    for (name, field) in fields {
        match at(&field.pointer) {
            None | Some(Json::Null) => {}
            Some(value) => members.push(member(name, typed(field.kind, value)?)),
        }
    }
    Some(members)
}

fn typed(kind: Kind, value: &Json) -> Option<Value> {
    match (kind, value) {
        (Kind::String, Json::String(value)) => Some(text(value)),
        (Kind::Long, value) => value.as_i64().map(Value::new_long),
        (Kind::Bool, value) => value.as_bool().map(Value::new_bool),
        (Kind::Decimal, Json::Number(number)) => {
            let number = number.to_string();
            Some(Value::new_decimal(match number.contains(['.', 'e', 'E']) {
                true => number,
                false => format!("{number}.0"),
            }))
        }
        (Kind::Strings, Json::String(value)) => Some(Value::new_set([text(value)])),
        (Kind::Strings, Json::Array(values)) => {
            let values = values.iter().map(|value| value.as_str().map(text));
            Some(Value::new_set(values.collect::<Option<Vec<_>>>()?))
        }
        _ => None,
    }
}

fn time(now: i64) -> Result<Value, InputError> {
    // 1970-01-01 was a Thursday; Monday is 1.
    let day = (now.div_euclid(86_400) + 3).rem_euclid(7) + 1;
    new_record([
        member("epoch", Value::new_long(now)),
        member("hour", Value::new_long(now.rem_euclid(86_400) / 3_600)),
        member("minute", Value::new_long(now.rem_euclid(3_600) / 60)),
        member("dayOfWeek", Value::new_long(day)),
    ])
}

fn member(name: &str, value: Value) -> (String, Value) {
    (name.to_owned(), value)
}

fn text(text: &str) -> Value {
    Value::new_string(text.to_owned())
}

fn new_record(members: impl IntoIterator<Item = (String, Value)>) -> Result<Value, InputError> {
    Value::new_record(members).map_err(|_| InputError::Unbuildable)
}
