//! Entry points that answer HTTP requests: routes of REST, HTTP and WebSocket APIs, function
//! URLs, GraphQL APIs.

use super::functions::named;
use super::grants::{Effect, Grant, Principal};
use super::openapi::{Operation, operations, rank};
use super::{Authentication, EntryKind, EntryPoint, Reach, State};
use crate::application::Application;
use crate::lookup::{Answer, Leaf};
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
    let open = if key_required(method) {
        Authentication::ApiKey
    } else {
        Authentication::None
    };
    let auth = method.at("AuthorizationType");
    let authentication = weakest(&auth, &open, |kind| {
        Some(match kind.to_ascii_uppercase().as_str() {
            "AWS_IAM" => Authentication::Iam,
            "COGNITO_USER_POOLS" => Authentication::Token,
            "CUSTOM" => Authentication::Custom,
            _ => return None,
        })
    });
    let authentication = match authentication {
        Authentication::None if method.text("Integration.Type").is_some_and(answers_itself) => {
            Authentication::NotNeeded
        }
        found => found,
    };
    let validator = method.at("RequestValidatorId");
    let validated = everywhere(validator.iter().map(Leaf::present));
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

/// The weakest of what may stand there: a way in that is open under some condition is open then.
/// `open` is what a kind amounts to that `named` does not know, or that is left out.
fn weakest(
    leaves: &[Leaf<'_>],
    open: &Authentication,
    named: impl Fn(&str) -> Option<Authentication>,
) -> Authentication {
    leaves
        .iter()
        .map(|leaf| match leaf.value.as_text() {
            Some(kind) => named(kind).unwrap_or_else(|| open.clone()),
            None => match (&leaf.value.data, leaf.undecided()) {
                (Data::Absent | Data::Null, _) => open.clone(),
                (_, Answer::Unknown(reason)) => Authentication::Unknown(reason),
                _ => Authentication::None,
            },
        })
        .min_by_key(rank)
        .unwrap_or_else(|| open.clone())
}

/// Whether an API key is asked for under every condition.
fn key_required(route: &Resource) -> bool {
    let leaves = route.at("ApiKeyRequired");
    leaves.iter().all(|leaf| leaf.bool(false) == Answer::Yes)
}

/// A control is on when it is so under every condition.
fn everywhere(answers: impl Iterator<Item = Answer>) -> State {
    let mut state = State::On;
    for answer in answers {
        match answer {
            Answer::No => return State::Off,
            Answer::Unknown(reason) => state = State::Unknown(reason),
            Answer::Yes => {}
        }
    }
    state
}

/// Whether a rate is set, in one of the settings at least and under every condition.
fn limits(holder: &Resource, settings: &str, rate: &str) -> bool {
    let rates = holder.at(rate);
    let set = |leaf: &Leaf<'_>| leaf.present() == Answer::Yes;
    if rates.iter().any(|leaf| set(leaf) && leaf.when.is_empty()) {
        return true;
    }
    let without = |leaf: &Leaf<'_>| leaf.present() == Answer::No;
    let lacking = |leaf: &Leaf<'_>| !leaf.when.is_empty() && without(leaf);
    rates.iter().any(set) && !rates.iter().any(lacking) && !holder.at(settings).iter().any(without)
}

/// Whether the gateway answers such an integration by itself, so that no code runs.
fn answers_itself(integration: &str) -> bool {
    integration.eq_ignore_ascii_case("MOCK")
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

const DEPLOYMENT: &str = "AWS::ApiGateway::Deployment";

/// What makes the stages of a REST API: stages, and deployments that name one.
pub fn rest_stages<'a>(
    app: &'a Application,
    api: &'a Resource,
) -> impl Iterator<Item = &'a Resource> {
    let names_one = |deployment: &&Resource| {
        let names = deployment.at("StageName");
        names.iter().any(|name| {
            name.present() == Answer::Yes
                && name.value.as_text().is_none_or(|text| !text.is_empty())
        })
    };
    let stages = app.attached("AWS::ApiGateway::Stage", "RestApiId", &api.id);
    stages.chain(
        app.attached(DEPLOYMENT, "RestApiId", &api.id)
            .filter(names_one),
    )
}

/// A limit on the stage, or a usage plan.
fn rest_throttled(app: &Application, api: &Resource) -> State {
    let mut stages = 0;
    for stage in rest_stages(app, api) {
        stages += 1;
        let ways = match &*stage.kind {
            DEPLOYMENT => &[
                ("StageDescription", "StageDescription.ThrottlingRateLimit"),
                (
                    "StageDescription.MethodSettings",
                    "StageDescription.MethodSettings[].ThrottlingRateLimit",
                ),
            ][..],
            _ => &[("MethodSettings", "MethodSettings[].ThrottlingRateLimit")],
        };
        if ways.iter().any(|(set, rate)| limits(stage, set, rate)) {
            return State::On;
        }
        for plan in app.of_kind("AWS::ApiGateway::UsagePlan") {
            if limits(plan, "Throttle", "Throttle.RateLimit")
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
    let integration = operation.integration.and_then(|i| i.get("type"));
    let mock = integration
        .and_then(Value::as_text)
        .is_some_and(answers_itself);
    EntryPoint {
        kind,
        label: format!("{} {}", operation.method, operation.path),
        resource: api.id.clone(),
        source: Some(api.id.clone()),
        functions: uri.map_or_else(Vec::new, |uri| named(app, uri)),
        authentication: match &operation.authentication {
            Authentication::None if mock => Authentication::NotNeeded,
            found => found.clone(),
        },
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
    let open = if key_required(route) {
        Authentication::ApiKey
    } else {
        Authentication::None
    };
    let auth = route.at("AuthorizationType");
    let authentication = weakest(&auth, &open, |kind| {
        Some(match kind {
            "AWS_IAM" => Authentication::Iam,
            "JWT" => Authentication::Token,
            "CUSTOM" => Authentication::Custom,
            _ => return None,
        })
    });
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
        let default = limits(
            stage,
            "DefaultRouteSettings",
            "DefaultRouteSettings.ThrottlingRateLimit",
        );
        let routes = stage
            .properties
            .get("RouteSettings")
            .map_or(&[][..], Value::entries);
        let each = routes
            .iter()
            .any(|r| r.value.get("ThrottlingRateLimit").is_some());
        if default || each {
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
        let authentication = weakest(&auth, &Authentication::None, |kind| {
            (kind == "AWS_IAM").then_some(Authentication::Iam)
        });
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
        let authentication = weakest(&auth, &Authentication::None, |kind| {
            Some(match kind {
                "API_KEY" => Authentication::ApiKey,
                "AWS_IAM" => Authentication::Iam,
                "AMAZON_COGNITO_USER_POOLS" | "OPENID_CONNECT" => Authentication::Token,
                "AWS_LAMBDA" => Authentication::Custom,
                _ => return None,
            })
        });
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
