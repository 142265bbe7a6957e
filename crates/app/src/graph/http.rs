//! Entry points that answer HTTP requests: routes of REST, HTTP and WebSocket APIs, function
//! URLs, GraphQL APIs.

use super::functions::named;
use super::grants::{Effect, Grant, Principal};
use super::openapi::{Operation, operations};
use super::{Authentication, EntryKind, EntryPoint, Reach, State};
use crate::application::Application;
use crate::resource::Resource;
use crate::value::{Data, Value};
use std::sync::Arc;

pub(super) fn all(app: &Application, grants: &[Grant]) -> Vec<EntryPoint> {
    let mut found = Vec::new();
    rest(app, grants, &mut found);
    http(app, &mut found);
    function_urls(app, &mut found);
    graphql(app, &mut found);
    found
}

fn rest(app: &Application, grants: &[Grant], found: &mut Vec<EntryPoint>) {
    for api in app.of_kind("AWS::ApiGateway::RestApi") {
        let reach = rest_reach(api, grants);
        let throttled = rest_throttled(app, api);
        for leaf in api.at("Body") {
            for operation in operations(leaf.value, &api.origin) {
                let mut entry = from_operation(app, api, &operation, EntryKind::RestRoute);
                entry.reach = reach;
                entry.throttled = throttled.clone();
                found.push(entry);
            }
        }
        for method in app.attached("AWS::ApiGateway::Method", "RestApiId", &api.id) {
            found.push(rest_method(app, api, method, reach, &throttled));
        }
    }
    // Methods of an API that stands elsewhere.
    for method in app.of_kind("AWS::ApiGateway::Method") {
        let known = method.references("RestApiId").iter().any(|id| {
            app.resource(id)
                .is_some_and(|r| &*r.kind == "AWS::ApiGateway::RestApi")
        });
        if !known {
            found.push(rest_method(
                app,
                method,
                method,
                Reach::Internet,
                &State::NotApplicable,
            ));
        }
    }
}

fn rest_method(
    app: &Application,
    api: &Resource,
    method: &Resource,
    reach: Reach,
    throttled: &State,
) -> EntryPoint {
    let verb = method.text("HttpMethod").unwrap_or("ANY").to_owned();
    let auth = method.at("AuthorizationType");
    let key = method.at("ApiKeyRequired");
    let key = key.first().and_then(|leaf| leaf.value.as_bool()) == Some(true);
    let authentication = match auth.first().cloned() {
        Some(leaf) => match leaf.value.as_text().map(str::to_ascii_uppercase).as_deref() {
            Some("AWS_IAM") => Authentication::Iam,
            Some("COGNITO_USER_POOLS") => Authentication::Token,
            Some("CUSTOM") => Authentication::Custom,
            Some(_) if key => Authentication::ApiKey,
            Some(_) => Authentication::None,
            None => match (&leaf.value.data, leaf.undecided()) {
                (Data::Absent | Data::Null, _) if key => Authentication::ApiKey,
                (Data::Absent | Data::Null, _) => Authentication::None,
                (_, crate::lookup::Answer::Unknown(reason)) => Authentication::Unknown(reason),
                _ => Authentication::None,
            },
        },
        None => Authentication::None,
    };
    let validator = method.at("RequestValidatorId");
    let validated = match validator.first().map(|leaf| leaf.present()) {
        Some(crate::lookup::Answer::Yes) => State::On,
        Some(crate::lookup::Answer::Unknown(reason)) => State::Unknown(reason),
        _ => State::Off,
    };
    let functions = method
        .properties
        .get("Integration")
        .and_then(|i| i.get("Uri"))
        .map_or_else(Vec::new, |uri| named(app, uri));
    let path = resource_path(app, method);
    let at = method
        .properties
        .entry("AuthorizationType")
        .map_or(&method.origin, |e| &e.key_origin);
    EntryPoint {
        kind: EntryKind::RestRoute,
        label: format!("{verb} {path}"),
        resource: method.id.clone(),
        source: Some(api.id.clone()),
        functions,
        authentication,
        throttled: throttled.clone(),
        validated,
        reach,
        at: method.origin.clone(),
        authentication_at: at.clone(),
    }
}

/// `/orders/{id}` from the chain of path resources.
fn resource_path(app: &Application, method: &Resource) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = method.references("ResourceId").first().cloned();
    while let Some(id) = next.take() {
        let Some(resource) = app.resource(&id) else {
            break;
        };
        if &*resource.kind != "AWS::ApiGateway::Resource" || parts.len() > 32 {
            break;
        }
        let part = resource.properties.get("PathPart").map(Value::display);
        parts.push(part.unwrap_or_default());
        next = resource.references("ParentId").first().cloned();
    }
    parts.reverse();
    format!("/{}", parts.join("/"))
}

fn rest_reach(api: &Resource, grants: &[Grant]) -> Reach {
    let types = api.at("EndpointConfiguration.Types[]");
    if types
        .iter()
        .any(|leaf| leaf.value.as_text() == Some("PRIVATE"))
    {
        return Reach::Restricted;
    }
    let mut policy = grants.iter().filter(|g| g.written_in == api.id).peekable();
    if policy.peek().is_none() {
        return Reach::Internet;
    }
    let policy: Vec<&Grant> = policy.collect();
    let open = policy.iter().any(|g| {
        g.effect == Effect::Allow
            && g.conditions.is_empty()
            && g.principals.contains(&Principal::Anyone)
    });
    let limited = policy
        .iter()
        .any(|g| g.effect == Effect::Deny && !g.conditions.is_empty());
    if open && !limited {
        Reach::Internet
    } else {
        Reach::Restricted
    }
}

/// A limit on the stage, or a usage plan.
fn rest_throttled(app: &Application, api: &Resource) -> State {
    let mut stages = 0;
    for stage in app.attached("AWS::ApiGateway::Stage", "RestApiId", &api.id) {
        stages += 1;
        let limited = stage
            .at("MethodSettings[].ThrottlingRateLimit")
            .iter()
            .any(|leaf| leaf.present() == crate::lookup::Answer::Yes);
        if limited {
            return State::On;
        }
        for plan in app.of_kind("AWS::ApiGateway::UsagePlan") {
            let throttled = plan.at("Throttle.RateLimit");
            let throttled = throttled
                .iter()
                .any(|leaf| leaf.present() == crate::lookup::Answer::Yes);
            if throttled
                && (plan.refers_to("ApiStages", &stage.id) || plan.refers_to("ApiStages", &api.id))
            {
                return State::On;
            }
        }
    }
    if stages == 0 {
        State::NotApplicable
    } else {
        State::Off
    }
}

fn from_operation(
    app: &Application,
    api: &Resource,
    operation: &Operation<'_>,
    kind: EntryKind,
) -> EntryPoint {
    let uri = operation.integration.and_then(|i| i.get("uri"));
    EntryPoint {
        kind,
        label: format!("{} {}", operation.method, operation.path),
        resource: api.id.clone(),
        source: Some(api.id.clone()),
        functions: uri.map_or_else(Vec::new, |uri| named(app, uri)),
        authentication: operation.authentication.clone(),
        throttled: State::NotApplicable,
        validated: if operation.validated {
            State::On
        } else {
            State::Off
        },
        reach: Reach::Internet,
        at: operation.at.clone(),
        authentication_at: operation.authentication_at.clone(),
    }
}

fn http(app: &Application, found: &mut Vec<EntryPoint>) {
    for api in app.of_kind("AWS::ApiGatewayV2::Api") {
        let websocket = api.text("ProtocolType") == Some("WEBSOCKET");
        let kind = if websocket {
            EntryKind::WebSocketRoute
        } else {
            EntryKind::HttpRoute
        };
        let throttled = http_throttled(app, api);
        for leaf in api.at("Body") {
            for operation in operations(leaf.value, &api.origin) {
                let mut entry = from_operation(app, api, &operation, kind);
                entry.throttled = throttled.clone();
                entry.validated = State::NotApplicable;
                found.push(entry);
            }
        }
        for route in app.attached("AWS::ApiGatewayV2::Route", "ApiId", &api.id) {
            found.push(http_route(app, api, route, kind, &throttled));
        }
        // Quick create: one `$default` route to a function.
        if let Some(target) = api.properties.get("Target") {
            found.push(EntryPoint {
                kind,
                label: "$default".to_owned(),
                resource: api.id.clone(),
                source: Some(api.id.clone()),
                functions: named(app, target),
                authentication: Authentication::None,
                throttled: throttled.clone(),
                validated: State::NotApplicable,
                reach: Reach::Internet,
                at: api.origin.clone(),
                authentication_at: api.origin.clone(),
            });
        }
    }
    for route in app.of_kind("AWS::ApiGatewayV2::Route") {
        let known = route.references("ApiId").iter().any(|id| {
            app.resource(id)
                .is_some_and(|r| &*r.kind == "AWS::ApiGatewayV2::Api")
        });
        if !known {
            let kind = EntryKind::HttpRoute;
            found.push(http_route(app, route, route, kind, &State::NotApplicable));
        }
    }
}

fn http_route(
    app: &Application,
    api: &Resource,
    route: &Resource,
    kind: EntryKind,
    throttled: &State,
) -> EntryPoint {
    let auth = route.at("AuthorizationType");
    let key = route.at("ApiKeyRequired");
    let key = key.first().and_then(|leaf| leaf.value.as_bool()) == Some(true);
    let authentication = match auth.first() {
        Some(leaf) => match leaf.value.as_text() {
            Some("AWS_IAM") => Authentication::Iam,
            Some("JWT") => Authentication::Token,
            Some("CUSTOM") => Authentication::Custom,
            Some(_) if key => Authentication::ApiKey,
            Some(_) => Authentication::None,
            None => match (&leaf.value.data, leaf.undecided()) {
                (Data::Absent | Data::Null, _) if key => Authentication::ApiKey,
                (Data::Absent | Data::Null, _) => Authentication::None,
                (_, crate::lookup::Answer::Unknown(reason)) => Authentication::Unknown(reason),
                _ => Authentication::None,
            },
        },
        None => Authentication::None,
    };
    let label = route.text("RouteKey").unwrap_or("a route").to_owned();
    // Messages of a WebSocket come over the connection that `$connect` let in.
    let authentication = if kind == EntryKind::WebSocketRoute && label != "$connect" {
        Authentication::Provider
    } else {
        authentication
    };
    let mut functions = Vec::new();
    for id in route.references("Target") {
        if let Some(uri) = app
            .resource(&id)
            .and_then(|i| i.properties.get("IntegrationUri"))
        {
            functions.extend(named(app, uri));
        }
    }
    let at = route
        .properties
        .entry("AuthorizationType")
        .map_or(&route.origin, |e| &e.key_origin);
    EntryPoint {
        kind,
        label,
        resource: route.id.clone(),
        source: Some(api.id.clone()),
        functions,
        authentication,
        throttled: throttled.clone(),
        validated: State::NotApplicable,
        reach: Reach::Internet,
        at: route.origin.clone(),
        authentication_at: at.clone(),
    }
}

fn http_throttled(app: &Application, api: &Resource) -> State {
    let mut stages = 0;
    for stage in app.attached("AWS::ApiGatewayV2::Stage", "ApiId", &api.id) {
        stages += 1;
        let set = |path| {
            let leaves = stage.at(path);
            leaves
                .iter()
                .any(|leaf| leaf.present() == crate::lookup::Answer::Yes)
        };
        let routes = stage
            .properties
            .get("RouteSettings")
            .map_or(&[][..], Value::entries);
        let each = routes
            .iter()
            .any(|r| r.value.get("ThrottlingRateLimit").is_some());
        if set("DefaultRouteSettings.ThrottlingRateLimit") || each {
            return State::On;
        }
    }
    if stages == 0 {
        State::NotApplicable
    } else {
        State::Off
    }
}

fn function_urls(app: &Application, found: &mut Vec<EntryPoint>) {
    for url in app.of_kind("AWS::Lambda::Url") {
        let target = url.properties.get("TargetFunctionArn");
        let functions = target.map_or_else(Vec::new, |v| named(app, v));
        let auth = url.at("AuthType");
        let authentication = match auth.first() {
            Some(leaf) => match leaf.value.as_text() {
                Some("AWS_IAM") => Authentication::Iam,
                Some(_) => Authentication::None,
                None => match leaf.undecided() {
                    crate::lookup::Answer::Unknown(reason) => Authentication::Unknown(reason),
                    _ => Authentication::None,
                },
            },
            None => Authentication::None,
        };
        let at = url
            .properties
            .entry("AuthType")
            .map_or(&url.origin, |e| &e.value.origin);
        let label = functions
            .first()
            .map_or_else(|| format!("URL {}", url.id), |f| format!("URL of {f}"));
        found.push(EntryPoint {
            kind: EntryKind::FunctionUrl,
            label,
            resource: url.id.clone(),
            source: Some(url.id.clone()),
            functions,
            authentication,
            throttled: State::NotApplicable,
            validated: State::NotApplicable,
            reach: Reach::Internet,
            at: url.origin.clone(),
            authentication_at: at.clone(),
        });
    }
}

fn graphql(app: &Application, found: &mut Vec<EntryPoint>) {
    for api in app.of_kind("AWS::AppSync::GraphQLApi") {
        let auth = api.at("AuthenticationType");
        let authentication = match auth.first() {
            Some(leaf) => match leaf.value.as_text() {
                Some("API_KEY") => Authentication::ApiKey,
                Some("AWS_IAM") => Authentication::Iam,
                Some("AMAZON_COGNITO_USER_POOLS" | "OPENID_CONNECT") => Authentication::Token,
                Some("AWS_LAMBDA") => Authentication::Custom,
                Some(_) => Authentication::None,
                None => match leaf.undecided() {
                    crate::lookup::Answer::Unknown(reason) => Authentication::Unknown(reason),
                    _ => Authentication::None,
                },
            },
            None => Authentication::None,
        };
        let mut functions: Vec<Arc<str>> = Vec::new();
        for source in app.attached("AWS::AppSync::DataSource", "ApiId", &api.id) {
            if let Some(config) = source.properties.get("LambdaConfig") {
                functions.extend(named(app, config));
            }
        }
        let private = api.text("Visibility") == Some("PRIVATE");
        let at = api
            .properties
            .entry("AuthenticationType")
            .map_or(&api.origin, |e| &e.key_origin);
        found.push(EntryPoint {
            kind: EntryKind::GraphQl,
            label: format!("GraphQL {}", api.id),
            resource: api.id.clone(),
            source: Some(api.id.clone()),
            functions,
            authentication,
            throttled: State::NotApplicable,
            validated: State::On,
            reach: if private {
                Reach::Restricted
            } else {
                Reach::Internet
            },
            at: api.origin.clone(),
            authentication_at: at.clone(),
        });
    }
}
