//! `Auth` of a REST API: authorizers, the default one, API keys and the resource policy. A method that
//! says something itself must keep it: the default is for those that say nothing.

use super::{by_property, policy};
use crate::cfn::sam::make::{
    IntoNode, as_list, field, given, is_true, list, map_under, obj, reference, size, sub_with,
    text, truthy,
};
use crate::cfn::sam::resources::{Res, Source};
use crate::cfn::sam::{Ctx, swagger};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::{Entry, Node};
use std::sync::Arc;

const KNOWN: [&str; 8] = [
    "Authorizers",
    "DefaultAuthorizer",
    "InvokeRole",
    "AddDefaultAuthorizerToCorsPreflight",
    "AddApiKeyRequiredToCorsPreflight",
    "ApiKeyRequired",
    "ResourcePolicy",
    "UsagePlan",
];

/// Adds to the definition what `Auth` says.
pub(super) fn add(ctx: &mut Ctx<'_>, source: &Source, auth: &Node, body: &mut Node) {
    let origin = by_property(source, "Auth");
    for entry in auth.as_map().unwrap_or_default() {
        if !KNOWN.contains(&&*entry.key.name) {
            let message = format!("`{}` is not a setting of `Auth`", entry.key.name);
            ctx.problem(entry.key.origin.span, message);
        }
    }
    let default = given(auth, "DefaultAuthorizer");
    let authorizers = given(auth, "Authorizers");
    let entries = authorizers.and_then(Node::as_map).unwrap_or_default();
    if let Some(authorizers) = authorizers.filter(|node| node.as_map().is_none()) {
        ctx.problem(authorizers.origin.span, "`Authorizers` must be a map");
    }
    let signed = default.and_then(Node::as_str) == Some("AWS_IAM");
    if let Some(definitions) = map_under(body, "securityDefinitions", &origin) {
        if signed {
            definitions.insert("AWS_IAM", swagger::iam_security(&origin));
        }
        for entry in entries {
            if let Some(definition) = definition(ctx, entry) {
                definitions.insert(entry.key.name.clone(), definition);
            }
        }
    }
    drop_if_empty(body, "securityDefinitions");
    if let Some(default) = default.filter(|_| signed || !entries.is_empty()) {
        let Some(name) = default.as_str() else {
            ctx.problem(default.origin.span, "`DefaultAuthorizer` must be a name");
            return;
        };
        let authorizer = entries.iter().find(|entry| &*entry.key.name == name);
        if authorizer.is_none() && !signed {
            let message = format!("`{name}` is not one of the `Authorizers`");
            ctx.problem(default.origin.span, message);
        } else {
            let to_preflight =
                field(auth, "AddDefaultAuthorizerToCorsPreflight").is_none_or(truthy);
            let scopes = authorizer.and_then(|a| field(&a.value, "AuthorizationScopes"));
            let scopes = scopes.cloned().unwrap_or_else(|| list!(&default.origin;));
            let count = body.get("paths").map_or(0, size);
            if !ctx.afford(size(&scopes).saturating_mul(count) / 8, default.origin.span) {
                return;
            }
            let item = obj!(&default.origin; name => scopes);
            set_default(body, entries, &item, to_preflight, &origin);
        }
    } else if let Some(default) = default {
        let message = "`DefaultAuthorizer` names an authorizer, but there are no `Authorizers`";
        ctx.problem(default.origin.span, message);
    }
    if let Some(required) = given(auth, "ApiKeyRequired") {
        let at = &required.origin;
        swagger::define_security(body, "api_key", swagger::key_security(at), at);
        let to_preflight = field(auth, "AddApiKeyRequiredToCorsPreflight").is_none_or(truthy);
        require_key(body, to_preflight, at);
    }
    if let Some(resource_policy) = given(auth, "ResourcePolicy") {
        restrict(ctx, source, resource_policy, body);
    }
}

fn drop_if_empty(body: &mut Node, name: &str) {
    if body.get(name).is_some_and(|node| !truthy(node)) {
        body.remove(name);
    }
}

fn restrict(ctx: &mut Ctx<'_>, source: &Source, resource_policy: &Node, body: &mut Node) {
    if resource_policy.as_map().is_none() {
        ctx.problem(
            resource_policy.origin.span,
            "`ResourcePolicy` must be a map",
        );
        return;
    }
    let stage = source.prop("StageName").cloned().unwrap_or_default();
    let paths = body.get("paths").and_then(Node::as_map).unwrap_or_default();
    let routes: Vec<(Arc<str>, Vec<String>)> = paths
        .iter()
        .map(|path| (path.key.name.clone(), policy::methods(&path.value)))
        .collect();
    for (path, methods) in routes {
        let made = policy::statements(ctx, resource_policy, &path, &methods, &stage);
        policy::put(body, &mut ctx.seen, &source.id, resource_policy, made);
    }
    policy::put_custom(body, &mut ctx.seen, &source.id, resource_policy);
}

/// Sets the default authorizer on the methods that have none.
fn set_default(
    body: &mut Node,
    authorizers: &[Entry],
    item: &Node,
    preflight: bool,
    origin: &Origin,
) {
    let names =
        |name: &str| name == "AWS_IAM" || authorizers.iter().any(|entry| &*entry.key.name == name);
    let mut signed = false;
    swagger::each_method(body, |method, definition| {
        if method == "options" && !preflight {
            return;
        }
        let (own, mut others): (Vec<Node>, Vec<Node>) = swagger::security(definition)
            .into_iter()
            .partition(|security| swagger::names_any(security, names));
        let none = others
            .iter()
            .position(|security| swagger::names_any(security, |name| name == "NONE"));
        if let Some(at) = none {
            others.remove(at);
        } else if own.is_empty() {
            others.push(item.clone());
        } else {
            others.extend(own);
        }
        signed |= others
            .first()
            .is_some_and(|first| first.get("AWS_IAM").is_some());
        swagger::set_security(definition, others, origin);
    });
    if signed {
        swagger::define_security(body, "AWS_IAM", swagger::iam_security(origin), origin);
    }
}

/// Requires an API key on the methods that do not say otherwise.
fn require_key(body: &mut Node, preflight: bool, origin: &Origin) {
    swagger::each_method(body, |method, definition| {
        let before = swagger::security(definition);
        let (own, mut all): (Vec<Node>, Vec<Node>) = before.iter().cloned().partition(|security| {
            swagger::names_any(security, |name| matches!(name, "api_key" | "api_key_false"))
        });
        let refused = own
            .iter()
            .any(|security| swagger::names_any(security, |name| name == "api_key_false"));
        if !refused && (method != "options" || preflight) {
            all.push(obj!(origin; "api_key" => list!(origin;)));
        }
        if all != before {
            definition.insert("security", Node::seq(all, origin.clone()));
        }
    });
}

/// An authorizer in the words of a definition.
fn definition(ctx: &mut Ctx<'_>, entry: &Entry) -> Option<Node> {
    let (name, authorizer) = (&entry.key.name, &entry.value);
    let span = entry.key.origin.span;
    if authorizer.as_map().is_none() {
        ctx.problem(span, format!("the authorizer `{name}` must be a map"));
        return None;
    }
    let what = ViaKind::Transform(Arc::from(format!("authorizer {name}")));
    let origin = &entry.key.origin.through(what, span);
    let identity = given(authorizer, "Identity");
    let payload = text(authorizer, "FunctionPayloadType").unwrap_or("TOKEN");
    if !matches!(payload, "TOKEN" | "REQUEST") {
        let message =
            format!("the authorizer `{name}` has a payload type other than TOKEN and REQUEST");
        ctx.problem(span, message);
    }
    let pool = given(authorizer, "UserPoolArn");
    let by_request = pool.is_none() && payload == "REQUEST";
    let header = identity
        .and_then(|identity| given(identity, "Header"))
        .cloned();
    let header = header.unwrap_or_else(|| "Authorization".into_node(origin));
    let header = if by_request {
        "Unused".into_node(origin)
    } else {
        header
    };
    let mut inner = obj!(origin;);
    let auth_type = if let Some(pool) = pool {
        inner.insert("type", "cognito_user_pools".into_node(origin));
        let pools = Node::seq(as_list(pool), pool.origin.clone());
        inner.insert("providerARNs", pools);
        "cognito_user_pools"
    } else {
        let kind = if by_request { "request" } else { "token" };
        inner.insert("type", kind.into_node(origin));
        inner.insert("authorizerUri", authorizer_uri(ctx, authorizer, origin));
        if let Some(ttl) = identity.and_then(|identity| field(identity, "ReauthorizeEvery")) {
            inner.insert("authorizerResultTtlInSeconds", ttl.clone());
        }
        if let Some(role) = given(authorizer, "FunctionInvokeRole")
            && role.as_str() != Some("NONE")
        {
            inner.insert("authorizerCredentials", role.clone());
        }
        if by_request {
            let sources = identity.map(|identity| {
                identity_sources(
                    identity,
                    [
                        ("Headers", "method.request.header."),
                        ("QueryStrings", "method.request.querystring."),
                        ("StageVariables", "stageVariables."),
                        ("Context", "context."),
                    ],
                )
            });
            let sources = sources.unwrap_or_default().join(", ");
            if !sources.is_empty() {
                inner.insert("identitySource", sources.into_node(origin));
            } else if identity
                .and_then(|i| i.get("ReauthorizeEvery"))
                .is_none_or(truthy)
            {
                let message = format!("the authorizer `{name}` must say what identifies a caller");
                ctx.problem(span, message);
            }
        }
        "custom"
    };
    if !by_request
        && let Some(pattern) = identity.and_then(|identity| given(identity, "ValidationExpression"))
    {
        inner.insert("identityValidationExpression", pattern.clone());
    }
    Some(obj!(origin;
        "type" => "apiKey",
        "name" => header,
        "in" => "header",
        "x-amazon-apigateway-authtype" => auth_type,
        "x-amazon-apigateway-authorizer" => inner,
    ))
}

/// How API Gateway calls an authorizer's function.
pub(in crate::cfn::sam) fn authorizer_uri(
    ctx: &Ctx<'_>,
    authorizer: &Node,
    origin: &Origin,
) -> Node {
    let place = "apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}";
    let arn = format!("arn:{}:{place}/invocations", ctx.partition());
    let function = field(authorizer, "FunctionArn")
        .cloned()
        .unwrap_or_default();
    sub_with(origin, arn, obj!(origin; "__FunctionArn__" => function))
}

/// Where a caller's identity is read from.
pub(in crate::cfn::sam) fn identity_sources(
    identity: &Node,
    prefixes: [(&str, &str); 4],
) -> Vec<String> {
    let mut sources = Vec::new();
    for (name, prefix) in prefixes {
        let values = given(identity, name).and_then(Node::as_seq);
        for value in values.unwrap_or_default().iter().filter_map(Node::as_str) {
            sources.push(format!("{prefix}{value}"));
        }
    }
    sources
}

/// The permissions that let the API call its authorizers.
pub(super) fn permissions(ctx: &mut Ctx<'_>, source: &Source) -> Vec<Res> {
    let authorizers = source
        .given("Auth")
        .and_then(|auth| given(auth, "Authorizers"));
    let entries = authorizers.and_then(Node::as_map).unwrap_or_default();
    let mut made = Vec::new();
    for entry in entries {
        let default_off = field(&entry.value, "DisableFunctionDefaultPermissions");
        let Some(function) = given(&entry.value, "FunctionArn") else {
            continue;
        };
        if default_off.is_some_and(is_true) {
            continue;
        }
        let partition = ctx.partition();
        made.push(permission(source, entry, function, partition));
    }
    made
}

/// The permission that lets an API call one authorizer.
pub(in crate::cfn::sam) fn permission(
    source: &Source,
    entry: &Entry,
    function: &Node,
    partition: &str,
) -> Res {
    let name = &entry.key.name;
    let what = format!("authorizer {name} of API {}", source.id);
    let key = &entry.key.origin;
    let origin = key.through(ViaKind::Transform(Arc::from(what)), key.span);
    let id = format!("{}{name}AuthorizerPermission", source.id);
    let mut res = Res::new(id, "AWS::Lambda::Permission", &origin, source.passed_on());
    res.set("Action", "lambda:InvokeFunction");
    res.set("FunctionName", function);
    res.set("Principal", "apigateway.amazonaws.com");
    let place = "execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*";
    let variables = obj!(&origin; "__ApiId__" => reference(&origin, &source.id));
    res.set(
        "SourceArn",
        sub_with(&origin, format!("arn:{partition}:{place}"), variables),
    );
    res
}
