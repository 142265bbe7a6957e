//! `HttpApi` events. A function that answers the default route of an API needs no permission for its
//! other routes there: the one of the default route covers them.

use super::{
    api_prop, api_reference, called_path, definitions, integrate, invocation, source_arn, under,
};
use crate::cfn::sam::event::{self, Event, Target};
use crate::cfn::sam::implicit::{self, HTTP, Route};
use crate::cfn::sam::make::{
    IntoNode, given, is_intrinsic, is_true, list, list_under, map_under, obj, text,
};
use crate::cfn::sam::resources::Res;
use crate::cfn::sam::swagger::{self, INTEGRATION};
use crate::cfn::sam::{Ctx, Result};
use palisade_syntax::Node;

/// What an `HttpApi` event deploys.
pub(super) fn make(ctx: &mut Ctx<'_>, event: &Event<'_>, target: &Target) -> Result<Vec<Res>> {
    let route = implicit::route(event, &HTTP)?;
    if ctx.resources.get(route.api).is_none() {
        return Err(event.problem(HTTP.property, "must name an API of this template"));
    }
    let method = route.method.to_lowercase();
    let mut made = Vec::new();
    let covered = ctx
        .paths
        .item(&mut ctx.resources, route.api, "$default", None)
        .is_some_and(|item| calls(item, &target.id));
    if route.path == "$default" || !covered {
        let path = if route.path == "$default" {
            String::new()
        } else {
            called_path(route.path)
        };
        let verb = if method == "any" || method == swagger::ANY {
            "*".to_owned()
        } else {
            method.to_uppercase()
        };
        let id = format!("{}Permission", event.id);
        let mut permission = event::permission(id, event, target, "apigateway.amazonaws.com");
        let api = api_reference(event, &HTTP);
        let called = if method == "any" && path == "/$default" {
            path
        } else {
            format!("/{verb}{path}")
        };
        permission.set(
            "SourceArn",
            source_arn(event, "${AWS::Partition}", api, &called),
        );
        made.push(permission);
    }
    if let Err(problem) = add_route(ctx, event, target, &route, &method) {
        ctx.problems.push(problem);
    }
    Ok(made)
}

/// Whether the default route of an API calls a function.
fn calls(item: &Node, function: &str) -> bool {
    if !swagger::has_integration(item, swagger::ANY) {
        return false;
    }
    let definitions = swagger::branches(item)
        .into_iter()
        .filter_map(|b| b.get(swagger::ANY));
    let mut uris = definitions
        .flat_map(swagger::branches)
        .filter_map(|definition| definition.get(INTEGRATION)?.get("uri"))
        .flat_map(swagger::branches);
    let called = format!("${{{function}.Arn}}");
    uris.all(|uri| text(uri, "Fn::Sub").is_some_and(|arn| arn.contains(&called)))
}

fn add_route(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    target: &Target,
    route: &Route<'_>,
    method: &str,
) -> Result<()> {
    let origin = &event.origin;
    let Some(body) = api_prop(ctx, route.api, "DefinitionBody") else {
        return Ok(());
    };
    if is_intrinsic(body) {
        return Ok(()); // Included from elsewhere, with its routes.
    }
    if !swagger::is_valid(body, false) {
        return Err(event.problem(HTTP.property, "names an API with an invalid definition"));
    }
    let managed = ctx.managed.contains(route.api);
    let uri = invocation(event, target, "${AWS::Partition}", false);
    let integration = obj!(origin;
        "type" => "aws_proxy",
        "httpMethod" => "POST",
        "payloadFormatVersion" => "2.0",
        "uri" => under(event, target, uri),
    );
    let item = ctx
        .paths
        .item(&mut ctx.resources, route.api, route.path, Some(origin));
    let Some(item) = item else { return Ok(()) };
    let there =
        item.as_map().is_some_and(|map| !map.is_empty()) && swagger::has_integration(item, method);
    if there && managed {
        return Err(event.problem("Method", "is set more than once for this path"));
    }
    if !there {
        if !swagger::add_method(item, method, origin) {
            return Err(event.problem(
                "Path",
                "stands in the definition as something else than a map",
            ));
        }
        if route.path == "$default" && swagger::method_name(method) == swagger::ANY {
            for branch in swagger::branches_mut(item) {
                if let Some(definition) = map_under(branch, swagger::ANY, origin) {
                    definition.insert("isDefaultRoute", true.into_node(origin));
                }
            }
        }
        integrate(
            item,
            event,
            method,
            &integration,
            obj!(origin;),
            target.condition(),
        );
    }
    if let Some(auth) = event.given("Auth") {
        authorize(ctx, event, route, method, auth)?;
    }
    let limit = event.given("TimeoutInMillis");
    let version = event.given("PayloadFormatVersion");
    let names: Vec<&str> = route
        .path
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name))
        .collect();
    definitions(ctx, route, method, None, |definition| {
        if let Some(integration) = definition.get_mut(INTEGRATION) {
            for (name, value) in [
                ("timeoutInMillis", limit),
                ("payloadFormatVersion", version),
            ] {
                if let Some(value) = value {
                    integration.insert(name, value.clone());
                }
            }
        }
        for name in &names {
            let Some(all) = list_under(definition, "parameters", origin) else {
                continue;
            };
            let found = all.iter_mut().find(|p| text(p, "name") == Some(name));
            match found {
                Some(parameter) => {
                    parameter.insert("in", "path".into_node(origin));
                    parameter.insert("required", true.into_node(origin));
                }
                None => all.push(obj!(origin; "name" => *name, "in" => "path", "required" => true)),
            }
        }
    });
    Ok(())
}

fn authorize(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    route: &Route<'_>,
    method: &str,
    auth: &Node,
) -> Result<()> {
    let shared = api_prop(ctx, route.api, "Auth");
    let default = shared.and_then(|shared| given(shared, "DefaultAuthorizer"));
    let Some(authorizer) = given(auth, "Authorizer").or(default) else {
        return Err(event.problem(
            "Auth",
            "names no authorizer, and its API has no default one",
        ));
    };
    let Some(name) = authorizer.as_str() else {
        return Err(event.problem("Auth", "must name its authorizer as a text"));
    };
    let signs = shared
        .and_then(|shared| shared.get("EnableIamAuthorizer"))
        .is_some_and(is_true);
    let known = shared.and_then(|shared| given(shared, "Authorizers"));
    let found = known.and_then(|known| given(known, name));
    if name == "NONE" && default.is_none() {
        return Err(event.problem(
            "Auth",
            "has the authorizer NONE, but its API has no default one",
        ));
    }
    if name != "NONE" && !(name == "AWS_IAM" && signs) && found.is_none() {
        let what = format!("names the authorizer `{name}`, which its API does not have");
        return Err(event.problem("Auth", &what));
    }
    let own = given(auth, "AuthorizationScopes");
    let scopes = own.or_else(|| found.and_then(|found| given(found, "AuthorizationScopes")));
    let scopes = scopes
        .filter(|_| !matches!(name, "NONE" | "AWS_IAM"))
        .cloned();
    let at = &authorizer.origin.clone();
    let item = obj!(at; name => scopes.unwrap_or_else(|| list!(at;)));
    definitions(ctx, route, method, None, |definition| {
        let mut all = swagger::security(definition);
        all.push(item.clone());
        swagger::set_security(definition, all, at);
    });
    Ok(())
}
