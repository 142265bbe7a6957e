//! `AWS::Serverless::WebSocketApi`: the API with a route, an integration and a permission for each of its
//! routes. Who may connect is said once, at `$connect`.

use super::function::note_reference;
use super::http;
use super::make::{IntoNode, entry, field, given, list, obj, reference, sub, sub_with, text};
use super::resources::{Res, Source};
use super::{Ctx, Result, SamProblem};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::{Entry, Node};
use std::sync::Arc;

const KNOWN: [&str; 18] = [
    "ApiKeySelectionExpression",
    "AccessLogSettings",
    "Auth",
    "DefaultRouteSettings",
    "Description",
    "DisableExecuteApiEndpoint",
    "Domain",
    "DisableSchemaValidation",
    "FailOnWarnings",
    "IpAddressType",
    "Name",
    "PropagateTags",
    "Routes",
    "RouteSettings",
    "RouteSelectionExpression",
    "StageName",
    "StageVariables",
    "Tags",
];

const TAG: &str = "websocketapi:createdBy";

/// Makes everything that a WebSocket API deploys.
pub(super) fn make(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(source, &KNOWN);
    let wrong = |message: &str| SamProblem {
        span: source.span(),
        message: format!("WebSocket API `{}` {message}", source.id),
    };
    let routes = source
        .prop("Routes")
        .and_then(Node::as_map)
        .unwrap_or_default();
    if routes.is_empty() {
        return Err(wrong("needs a map of `Routes`"));
    }
    if source.prop("RouteSelectionExpression").is_none() {
        return Err(wrong("needs `RouteSelectionExpression`"));
    }
    let mut api = source.main("AWS::ApiGatewayV2::Api", "WebSocket API");
    let origin = api.origin.clone();
    for dropped in std::mem::take(&mut api.attributes) {
        let name = &dropped.key.name;
        let message = format!("SAM does not hand on `{name}` of a WebSocket API");
        ctx.problem(dropped.key.origin.span, message);
    }
    api.copy(
        source.props(),
        &[
            "ApiKeySelectionExpression",
            "Description",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "IpAddressType",
            "RouteSelectionExpression",
            "Name",
        ],
    );
    if api.prop("Name").is_none() {
        api.set("Name", &source.id);
    }
    let mut tags = source
        .given("Tags")
        .cloned()
        .unwrap_or_else(|| obj!(&origin;));
    tags.insert(TAG, "SAM".into_node(&origin));
    api.set("Tags", &tags);
    api.set("ProtocolType", "WEBSOCKET");
    let connects = routes.iter().any(|route| &*route.key.name == "$connect");
    let auth = source.given("Auth");
    let auth_type = auth.and_then(|auth| text(auth, "AuthType"));
    check_auth(ctx, auth, connects);
    let mut made = vec![api];
    let mut route_ids = Vec::new();
    for route in routes {
        let Some(resources) = one_route(ctx, source, route, auth_type) else {
            continue;
        };
        route_ids.push((&resources[0].id).into_node(&origin));
        made.extend(resources);
    }
    let propagates = source.given("Tags").is_some() && source.given("PropagateTags").is_some();
    let own = obj!(&origin; TAG => "SAM");
    let tags = if propagates { &tags } else { &own };
    made.extend(http::domain(ctx, source, tags, Vec::new(), false)?);
    made.push(stage(source, &origin, tags, route_ids));
    if let Some(auth) = auth.filter(|_| connects && auth_type == Some("CUSTOM")) {
        made.extend(authorizer(source, auth));
    }
    for (name, kind) in [
        ("Stage", "AWS::ApiGatewayV2::Stage"),
        ("DomainName", "AWS::ApiGatewayV2::DomainName"),
    ] {
        note_reference(ctx, &source.id, name, kind, &made);
    }
    Ok(made)
}

fn check_auth(ctx: &mut Ctx<'_>, auth: Option<&Node>, connects: bool) {
    let Some(auth) = auth else { return };
    let more = auth.as_map().map_or(0, <[Entry]>::len) > 1;
    let message = match text(auth, "AuthType") {
        _ if !connects => "authorization needs a `$connect` route",
        Some("CUSTOM") if given(auth, "AuthArn").is_none() => "`CUSTOM` needs `AuthArn`",
        Some("CUSTOM") => return,
        Some("AWS_IAM" | "NONE") if more => "this `AuthType` takes no further settings",
        Some("AWS_IAM" | "NONE") => return,
        _ => "`AuthType` must be AWS_IAM, CUSTOM or NONE",
    };
    ctx.problem(auth.origin.span, message);
}

fn of_route(source: &Source, route: &Entry) -> Origin {
    let what = format!("route {} of WebSocket API {}", route.key.name, source.id);
    let key = &route.key.origin;
    key.through(ViaKind::Transform(Arc::from(what)), key.span)
}

fn authorizer_id(source: &Source) -> String {
    format!("{}ConnectAuthorizer", source.id)
}

fn one_route(
    ctx: &mut Ctx<'_>,
    source: &Source,
    entry: &Entry,
    auth_type: Option<&str>,
) -> Option<[Res; 3]> {
    let key = &*entry.key.name;
    let spec = &entry.value;
    let origin = of_route(source, entry);
    let plain = match key {
        "$connect" | "$disconnect" | "$default" => &key[1..],
        _ if super::make::is_alphanumeric(key) => key,
        _ => {
            ctx.problem(
                origin.span,
                "a route key must be letters and digits, or one of the `$` routes",
            );
            return None;
        }
    };
    let Some(function) = spec.get("FunctionArn") else {
        ctx.problem(origin.span, "a route needs `FunctionArn`");
        return None;
    };
    let mut letters = plain.chars();
    let name: String = letters
        .next()
        .map(|first| {
            first
                .to_uppercase()
                .chain(letters.flat_map(char::to_lowercase))
                .collect()
        })
        .unwrap_or_default();
    let base = format!("{}{name}", source.id);
    let new = |suffix: &str, kind| Res::new(format!("{base}{suffix}"), kind, &origin, Vec::new());
    let api = reference(&origin, &source.id);
    let mut route = new("Route", "AWS::ApiGatewayV2::Route");
    let mut integration = new("Integration", "AWS::ApiGatewayV2::Integration");
    let mut permission = new("Permission", "AWS::Lambda::Permission");
    route.set("RouteKey", key);
    route.set("ApiId", &api);
    route.copy(
        spec.as_map().unwrap_or_default(),
        &[
            "ApiKeyRequired",
            "ModelSelectionExpression",
            "OperationName",
            "RequestModels",
            "RouteResponseSelectionExpression",
        ],
    );
    if let Some(parameters) = given(spec, "RequestParameters") {
        if key != "$connect" {
            let message = "`RequestParameters` are for the `$connect` route only";
            ctx.problem(parameters.origin.span, message);
        }
        route.set("RequestParameters", parameters);
    }
    let parts = list!(&origin; "integrations", integration.reference());
    route.set(
        "Target",
        obj!(&origin; "Fn::Join" => list!(&origin; "/", parts)),
    );
    if let Some(auth_type) = auth_type.filter(|_| key == "$connect") {
        route.set("AuthorizationType", auth_type);
        if auth_type == "CUSTOM" {
            route.set("AuthorizerId", reference(&origin, authorizer_id(source)));
        }
    }
    integration.set("ApiId", &api);
    integration.set("IntegrationType", "AWS_PROXY");
    let place = "apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}";
    let uri = format!("arn:${{AWS::Partition}}:{place}/invocations");
    let variables = obj!(&origin; "FunctionArn" => function);
    integration.set("IntegrationUri", sub_with(&origin, uri, variables));
    integration.opt("TimeoutInMillis", spec.get("IntegrationTimeout"));
    permission.set("Action", "lambda:InvokeFunction");
    permission.set("FunctionName", function);
    permission.set("Principal", "apigateway.amazonaws.com");
    let place = format!(
        "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}.ApiId}}",
        source.id
    );
    let stage = source.prop("StageName");
    let arn = match (stage, stage.map_or(Some("default"), Node::as_str)) {
        (_, Some(stage)) => sub(&origin, format!("{place}/{stage}/{key}")),
        (stage, None) => {
            let arn = format!("{place}/${{__StageName__}}/{key}");
            let stage = stage.cloned().unwrap_or_default();
            sub_with(&origin, arn, obj!(&origin; "__StageName__" => stage))
        }
    };
    permission.set("SourceArn", arn);
    Some([route, integration, permission])
}

fn stage(source: &Source, origin: &Origin, tags: &Node, routes: Vec<Node>) -> Res {
    let default = "default".into_node(origin);
    let name = source.prop("StageName").unwrap_or(&default);
    let id = match name.as_str().unwrap_or_default() {
        "default" => format!("{}DefaultStage", source.id),
        name => format!("{}{name}Stage", source.id),
    };
    let mut stage = Res::new(id, "AWS::ApiGatewayV2::Stage", origin, Vec::new());
    stage.set("ApiId", reference(origin, &source.id));
    stage.set("StageName", name);
    stage.copy(
        source.props(),
        &[
            "StageVariables",
            "AccessLogSettings",
            "DefaultRouteSettings",
            "RouteSettings",
        ],
    );
    stage.set("Tags", tags);
    stage.set("AutoDeploy", true);
    if source.given("RouteSettings").is_some() && !routes.is_empty() {
        stage.depends_on = Some(Node::seq(routes, origin.clone()));
    }
    stage
}

fn authorizer(source: &Source, auth: &Node) -> Vec<Res> {
    let what = format!("Auth of WebSocket API {}", source.id);
    let step = ViaKind::Transform(Arc::from(what));
    let origin = auth.origin.through(step, auth.origin.span);
    let kind = "AWS::ApiGatewayV2::Authorizer";
    let mut res = Res::new(authorizer_id(source), kind, &origin, Vec::new());
    let api = reference(&origin, &source.id);
    res.set("ApiId", &api);
    res.opt("AuthorizerCredentialsArn", auth.get("InvokeRole"));
    res.set("AuthorizerType", "REQUEST");
    let function = field(auth, "AuthArn");
    if let Some(function) = function {
        let place = "apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${AuthArn}";
        let uri = format!("arn:${{AWS::Partition}}:{place}/invocations");
        let variables = obj!(&origin; "AuthArn" => function);
        res.set("AuthorizerUri", sub_with(&origin, uri, variables));
    }
    res.opt("IdentitySource", auth.get("IdentitySource"));
    match given(auth, "Name") {
        Some(name) => res.set("Name", name),
        None => res.set("Name", authorizer_id(source)),
    }
    let mut made = vec![res];
    if let Some(function) = function.filter(|_| given(auth, "InvokeRole").is_none()) {
        let named = entry("", function.clone(), &auth.origin);
        let mut permission =
            super::rest::auth::permission(source, &named, function, "${AWS::Partition}");
        permission.origin = origin.clone();
        permission.key = origin;
        made.push(permission);
    }
    made
}
