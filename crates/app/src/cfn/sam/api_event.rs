//! `Api` and `HttpApi` events: the permission that lets the API call the function, and the route in the
//! API's definition with what the event says of authorization. What an event says must win over what
//! its API says.

mod http;

use super::event::{self, Event, Target};
use super::implicit::{self, REST, Route};
use super::make::{
    IntoNode, conditional, field, given, list, list_under, map_under, obj, reference, shorthand,
    size, sub, sub_with, text, truthy,
};
use super::resources::{Res, Resources};
use super::rest::policy;
use super::swagger::{self, INTEGRATION};
use super::{Ctx, Result};
use palisade_syntax::{Data, Entry, Node};

/// What an API event of a function deploys.
pub(super) fn for_function(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    target: &Target,
) -> Result<Vec<Res>> {
    if event.kind == "Api" {
        rest(ctx, event, target)
    } else {
        http::make(ctx, event, target)
    }
}

/// The API that a route belongs to, as the event names it.
fn api_reference(event: &Event<'_>, flavour: &implicit::Flavour) -> Node {
    match event.prop(flavour.property) {
        Some(api) => api.clone(),
        None => reference(&event.origin, flavour.id),
    }
}

/// A property of an API that stands in the template.
fn api_prop<'c>(ctx: &'c Ctx<'_>, api: &str, name: &str) -> Option<&'c Node> {
    field(ctx.resources.get(api)?.get("Properties")?, name)
}

/// The stage that the id of a permission names.
pub(super) fn stage_suffix(ctx: &Ctx<'_>, event: &Event<'_>, api: &str) -> Result<String> {
    if ctx.resources.get(api).is_none() {
        return Err(event.problem(REST.property, "must name an API of this template"));
    }
    match api_prop(ctx, api, "StageName").and_then(Node::as_str) {
        Some("") => Err(event.problem(REST.property, "names an API with an empty stage name")),
        Some(stage) => Ok(stage.to_owned()),
        None => Ok("Stage".to_owned()),
    }
}

/// The path of a route in the ARN of who may call.
fn called_path(path: &str) -> String {
    let path = match path.strip_suffix('/') {
        Some(rest) if !rest.is_empty() => rest,
        _ => path,
    };
    swagger::arn_path(path)
}

fn source_arn(event: &Event<'_>, partition: &str, api: Node, rest: &str) -> Node {
    let origin = &event.origin;
    let place = "execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/${__Stage__}";
    let arn = format!("arn:{partition}:{place}{rest}");
    let variables = obj!(origin; "__ApiId__" => api, "__Stage__" => "*");
    sub_with(origin, arn, variables)
}

fn invocation(event: &Event<'_>, target: &Target, partition: &str, stream: bool) -> Node {
    let origin = &event.origin;
    let (version, call) = if stream {
        ("2021-11-15", "response-streaming-invocations")
    } else {
        ("2015-03-31", "invocations")
    };
    let function = shorthand(&target.arn(origin));
    let place = "apigateway:${AWS::Region}:lambda:path";
    let arn = format!("arn:{partition}:{place}/{version}/functions/{function}/{call}");
    sub(origin, arn)
}

fn rest(ctx: &mut Ctx<'_>, event: &Event<'_>, target: &Target) -> Result<Vec<Res>> {
    let route = implicit::route(event, &REST)?;
    let suffix = stage_suffix(ctx, event, route.api)?;
    let method = route.method.to_lowercase();
    let verb = if method == "any" {
        "*".to_owned()
    } else {
        method.to_uppercase()
    };
    let partition = ctx.partition().to_owned();
    let called = format!("/{verb}{}", called_path(route.path));
    let id = event::suffixed(&format!("{}Permission", event.id), &suffix);
    let mut permission = event::permission(id, event, target, "apigateway.amazonaws.com");
    let api = api_reference(event, &REST);
    permission.set("SourceArn", source_arn(event, &partition, api, &called));
    let made = vec![permission];
    let merges = api_prop(ctx, route.api, "MergeDefinitions").is_some_and(truthy);
    if api_prop(ctx, route.api, "DefinitionBody").is_none() {
        return Ok(made);
    }
    if merges || ctx.managed.contains(route.api) {
        rest_route(ctx, event, target, &route, &method, merges)?;
    }
    if let Some(auth) = event.given("Auth")
        && given(auth, "OverrideApiAuth").is_some()
    {
        let fields = ["Authorizer", "ApiKeyRequired", "ResourcePolicy"];
        if fields.iter().all(|name| given(auth, name).is_none()) {
            let what =
                "needs an authorizer, an API key or a resource policy beside `OverrideApiAuth`";
            return Err(event.problem("Auth", what));
        }
        authorize(ctx, event, &route, &method, None)?;
    }
    Ok(made)
}

fn rest_route(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    target: &Target,
    route: &Route<'_>,
    method: &str,
    merges: bool,
) -> Result<()> {
    let origin = &event.origin;
    let stream =
        event.prop("ResponseTransferMode").and_then(Node::as_str) == Some("RESPONSE_STREAM");
    let uri = invocation(event, target, ctx.partition(), stream);
    let mut integration = obj!(origin;
        "type" => "aws_proxy",
        "httpMethod" => "POST",
        "uri" => under(event, target, uri),
    );
    if stream {
        integration.insert("responseTransferMode", "STREAM".into_node(origin));
    }
    if let Some(credentials) = credentials(ctx, event, route.api) {
        integration.insert("credentials", credentials);
    }
    if merges {
        let mut item = obj!(origin;);
        swagger::add_method(&mut item, method, origin);
        integrate(
            &mut item,
            event,
            method,
            &integration,
            obj!(origin;),
            target.condition(),
        );
        authorize(ctx, event, route, method, Some(&mut item))?;
        parameters(ctx, event, route, method, Some(&mut item))?;
        merge(ctx, event, route, method, item);
        return Ok(());
    }
    let item = ctx
        .paths
        .item(&mut ctx.resources, route.api, route.path, Some(origin));
    let Some(item) = item else {
        return Err(event.problem(REST.property, "names an API whose definition has no paths"));
    };
    if swagger::has_integration(item, method) {
        return Err(event.problem("Method", "is set more than once for this path"));
    }
    if !swagger::add_method(item, method, origin) {
        return Err(event.problem(
            "Path",
            "stands in the definition as something else than a map",
        ));
    }
    integrate(
        item,
        event,
        method,
        &integration,
        obj!(origin;),
        target.condition(),
    );
    authorize(ctx, event, route, method, None)?;
    parameters(ctx, event, route, method, None)
}

/// A value under the condition of what is called.
fn under(event: &Event<'_>, target: &Target, value: Node) -> Node {
    match target.condition() {
        Some(condition) => conditional(&event.origin, condition, value, None),
        None => value,
    }
}

/// Puts an integration and the default responses into a method.
pub(super) fn integrate(
    item: &mut Node,
    event: &Event<'_>,
    method: &str,
    integration: &Node,
    responses: Node,
    condition: Option<&Node>,
) {
    let origin = &event.origin;
    let method = swagger::method_name(method);
    for branch in swagger::branches_mut(item) {
        let Some(definition) = branch.get_mut(&method) else {
            continue;
        };
        if definition.as_map().is_none() {
            *definition = obj!(origin;);
        }
        definition.insert(INTEGRATION, integration.clone());
        if definition.get("responses").is_none() {
            definition.insert("responses", responses.clone());
        }
        if let Some(condition) = condition {
            let inner = std::mem::take(definition);
            *definition = conditional(origin, condition, inner, None);
        }
    }
}

/// With whose rights an API calls the function, when requests are signed for IAM.
fn credentials(ctx: &Ctx<'_>, event: &Event<'_>, api: &str) -> Option<Node> {
    let own = event.given("Auth");
    let shared = api_prop(ctx, api, "Auth");
    let names_iam = |auth: Option<&Node>, name| auth.and_then(|a| text(a, name)) == Some("AWS_IAM");
    let by_default = own.is_none() && names_iam(shared, "DefaultAuthorizer");
    if !(by_default || names_iam(own, "Authorizer")) {
        return None;
    }
    // A role that is given but empty means none, as the word NONE does.
    let role = |auth: Option<&Node>| auth.and_then(|auth| auth.get("InvokeRole")).cloned();
    let chosen = role(own).or_else(|| role(shared));
    let caller = || format!("arn:{}:iam::*:user/*", ctx.partition());
    match chosen {
        None => Some(caller().into_node(&event.origin)),
        Some(role) if !truthy(&role) => None,
        Some(role) => match role.as_str() {
            Some("NONE") => None,
            Some("CALLER_CREDENTIALS") => Some(caller().into_node(&role.origin)),
            _ => Some(role),
        },
    }
}

/// Does something to the route's own definitions: in the API, or in an item that is still apart.
fn definitions(
    ctx: &mut Ctx<'_>,
    route: &Route<'_>,
    method: &str,
    apart: Option<&mut Node>,
    act: impl FnMut(&mut Node),
) {
    match apart {
        Some(item) => swagger::each_definition(item, method, act),
        None => {
            if let Some(item) = ctx
                .paths
                .item(&mut ctx.resources, route.api, route.path, None)
            {
                swagger::each_definition(item, method, act);
            }
        }
    }
}

fn body_of<'c>(resources: &'c mut Resources, api: &str) -> Option<&'c mut Node> {
    resources
        .get_mut(api)?
        .get_mut("Properties")?
        .get_mut("DefinitionBody")
}

/// What an event says of who may call its route.
pub(super) fn authorize(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    route: &Route<'_>,
    method: &str,
    apart: Option<&mut Node>,
) -> Result<()> {
    let Some(auth) = event.given("Auth") else {
        return Ok(());
    };
    if auth.as_map().is_none() {
        return Err(event.problem("Auth", "must be a map"));
    }
    let mut problems = Vec::new();
    let shared = api_prop(ctx, route.api, "Auth");
    let mut items = Vec::new();
    if let Some(authorizer) = given(auth, "Authorizer") {
        let Some(name) = authorizer.as_str() else {
            return Err(event.problem("Auth", "must name its authorizer as a text"));
        };
        let known = shared.and_then(|shared| given(shared, "Authorizers"));
        let found = known.and_then(|known| given(known, name));
        match name {
            "NONE" if shared.is_none_or(|shared| given(shared, "DefaultAuthorizer").is_none()) => {
                let what = "has the authorizer NONE, but its API has no default one";
                problems.push(event.problem("Auth", what));
            }
            "NONE" | "AWS_IAM" => {}
            _ if found.is_none() => {
                let what = format!("names the authorizer `{name}`, which its API does not have");
                problems.push(event.problem("Auth", &what));
            }
            _ => {}
        }
        let own = field(auth, "AuthorizationScopes");
        let scopes = own.or_else(|| found.and_then(|found| field(found, "AuthorizationScopes")));
        let scopes = scopes.filter(|_| found.is_some()).cloned();
        let at = &authorizer.origin;
        let scopes = scopes.unwrap_or_else(|| list!(at;));
        items.push(obj!(at; name => scopes));
    } else if given(auth, "AuthorizationScopes").is_some() {
        let what = "has scopes, which work only with an authorizer";
        problems.push(event.problem("Auth", what));
    }
    let key = field(auth, "ApiKeyRequired");
    if let Some(key) = key {
        let name = if truthy(key) {
            "api_key"
        } else {
            "api_key_false"
        };
        items.push(obj!(&key.origin; name => list!(&key.origin;)));
    }
    ctx.problems.extend(problems);
    if !ctx.afford(items.iter().map(size).sum(), event.span()) {
        return Ok(());
    }
    let in_api = apart.is_none();
    let mut signed = false;
    if !items.is_empty() {
        definitions(ctx, route, method, apart, |definition| {
            for item in &items {
                let mut all = swagger::security(definition);
                all.push(item.clone());
                signed |= all
                    .first()
                    .is_some_and(|first| first.get("AWS_IAM").is_some());
                swagger::set_security(definition, all, &event.origin);
            }
        });
    }
    let wants_key = key.is_some_and(truthy);
    if let Some(body) = body_of(&mut ctx.resources, route.api).filter(|_| in_api) {
        if signed {
            let definition = swagger::iam_security(&event.origin);
            swagger::define_security(body, "AWS_IAM", definition, &event.origin);
        }
        if wants_key {
            let definition = swagger::key_security(&event.origin);
            swagger::define_security(body, "api_key", definition, &event.origin);
        }
    }
    if let Some(resource_policy) = given(auth, "ResourcePolicy").filter(|_| in_api) {
        let stage = stage_suffix(ctx, event, route.api)?.into_node(&event.origin);
        let item = ctx
            .paths
            .item(&mut ctx.resources, route.api, route.path, None);
        let methods = item.map(|item| policy::methods(item)).unwrap_or_default();
        let made = policy::statements(ctx, resource_policy, route.path, &methods, &stage);
        if let Some(body) = body_of(&mut ctx.resources, route.api) {
            policy::put(body, &mut ctx.seen, route.api, resource_policy, made);
            policy::put_custom(body, &mut ctx.seen, route.api, resource_policy);
        }
    }
    Ok(())
}

/// Time limit, models and parameters of a route.
fn parameters(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    route: &Route<'_>,
    method: &str,
    mut apart: Option<&mut Node>,
) -> Result<()> {
    let origin = &event.origin;
    if let Some(limit) = event.given("TimeoutInMillis") {
        definitions(ctx, route, method, apart.as_deref_mut(), |definition| {
            if let Some(integration) = definition.get_mut(INTEGRATION) {
                integration.insert("timeoutInMillis", limit.clone());
            }
        });
    }
    if let Some(model) = event.given("RequestModel")
        && let Some(name) = given(model, "Model")
    {
        let known = name.as_str().filter(|name| {
            let models = api_prop(ctx, route.api, "Models");
            models.is_some_and(|models| given(models, name).is_some())
        });
        let Some(known) = known else {
            return Err(event.problem("RequestModel", "names a model that its API does not have"));
        };
        request_model(
            ctx,
            event,
            route,
            method,
            apart.as_deref_mut(),
            known,
            model,
        );
    }
    let Some(wanted) = event.given("RequestParameters") else {
        return Ok(());
    };
    let Some(wanted) = wanted.as_seq() else {
        return Err(event.problem("RequestParameters", "must be a list"));
    };
    for parameter in wanted {
        let (name, settings) = match parameter.single() {
            Some(Entry { key, value }) => (Some(&*key.name), Some(value)),
            None => (parameter.as_str(), None),
        };
        let read = name.and_then(|name| name.strip_prefix("method.request.")?.split_once('.'));
        let Some((place, short)) = read else {
            let what = "must name parameters as `method.request.(querystring|path|header).name`";
            return Err(event.problem("RequestParameters", what));
        };
        let place = if place == "querystring" {
            "query"
        } else {
            place
        };
        let setting = |name: &str| settings.and_then(|s| field(s, name));
        let no = false.into_node(origin);
        let made = obj!(&parameter.origin;
            "in" => place,
            "name" => short,
            "required" => setting("Required").unwrap_or(&no),
            "type" => "string",
        );
        let cached = setting("Caching").is_some_and(truthy);
        definitions(ctx, route, method, apart.as_deref_mut(), |definition| {
            if let Some(all) = list_under(definition, "parameters", origin) {
                all.push(made.clone());
            }
            if let Some(integration) = definition.get_mut(INTEGRATION).filter(|_| cached)
                && let Some(keys) = list_under(integration, "cacheKeyParameters", origin)
            {
                keys.push(name.unwrap_or_default().into_node(&parameter.origin));
            }
        });
    }
    Ok(())
}

fn request_model(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    route: &Route<'_>,
    method: &str,
    mut apart: Option<&mut Node>,
    name: &str,
    model: &Node,
) {
    let origin = &model.origin;
    let name = name.to_lowercase();
    let required = field(model, "Required");
    let body = api_prop(ctx, route.api, "DefinitionBody");
    let old = apart.is_some() || body.is_some_and(|body| field(body, "swagger").is_some());
    definitions(ctx, route, method, apart.as_deref_mut(), |definition| {
        if old {
            let schema = obj!(origin; "$ref" => format!("#/definitions/{name}"));
            let mut parameter = obj!(origin; "in" => "body", "name" => &name, "schema" => schema);
            if let Some(required) = required {
                parameter.insert("required", required.clone());
            }
            if let Some(all) = list_under(definition, "parameters", origin) {
                all.push(parameter);
            }
            return;
        }
        let schema = obj!(origin; "$ref" => format!("#/components/schemas/{name}"));
        let content = obj!(origin; "application/json" => obj!(origin; "schema" => schema));
        let mut body = obj!(origin; "content" => content);
        if let Some(required) = required {
            body.insert("required", required.clone());
        }
        definition.insert("requestBody", body);
    });
    let checks = ["ValidateBody", "ValidateParameters"].map(|name| field(model, name));
    if checks.iter().all(Option::is_none) {
        return;
    }
    if checks
        .iter()
        .flatten()
        .any(|check| !matches!(check.data, Data::Bool(_)))
    {
        let problem = event.problem(
            "RequestModel",
            "must say true or false to what is validated",
        );
        ctx.problems.push(problem);
    }
    let [of_body, of_parameters] = checks.map(|check| check.is_some_and(truthy));
    let validator = match (of_body, of_parameters) {
        (true, true) => "body-and-params",
        (true, false) => "body-only",
        (false, true) => "params-only",
        (false, false) => "no-validation",
    };
    let in_api = apart.is_none();
    definitions(ctx, route, method, apart, |definition| {
        definition.insert(
            "x-amazon-apigateway-request-validator",
            validator.into_node(origin),
        );
    });
    if let Some(body) = body_of(&mut ctx.resources, route.api).filter(|_| in_api)
        && let Some(all) = map_under(body, "x-amazon-apigateway-request-validators", origin)
        && all.get(validator).is_none()
    {
        all.insert(
            validator,
            obj!(origin;
                "validateRequestBody" => of_body,
                "validateRequestParameters" => of_parameters,
            ),
        );
    }
}

/// Lays a route that SAM made over what the definition says of it.
fn merge(ctx: &mut Ctx<'_>, event: &Event<'_>, route: &Route<'_>, method: &str, item: Node) {
    let made = item.get(&swagger::method_name(method)).cloned();
    let target = ctx.paths.item(
        &mut ctx.resources,
        route.api,
        route.path,
        Some(&event.origin),
    );
    let (Some(target), Some(made)) = (target, made) else {
        return;
    };
    let Some(definition) = map_under(target, method, &event.origin) else {
        let problem = event.problem(
            "Path",
            "stands in the definition as something else than a map",
        );
        ctx.problems.push(problem);
        return;
    };
    for entry in made.as_map().unwrap_or_default() {
        definition.insert(entry.key.name.clone(), entry.value.clone());
    }
}
