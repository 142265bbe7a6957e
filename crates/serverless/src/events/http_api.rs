//! The HTTP API of the service.

use super::{calls_of, invocation};
use crate::build::{Build, Event, Function};
use crate::make::{IntoNode, at, concat, get, items, list, obj, reference, set, text, truthy};
use crate::names::{normalized, path};
use palisade_app::{Reason, ReasonKind, cfn};
use palisade_core::Origin;
use palisade_syntax::Node;

const API: &str = "HttpApi";
const LOGS: [&str; 2] = ["logs", "httpApi"];

impl Build {
    pub(super) fn http_api(&mut self, events: &[(&Function, &Event)]) {
        if events.is_empty() {
            return;
        }
        let given = self.provided(&["httpApi", "id"]).cloned();
        let api = match &given {
            Some(given) => given.clone(),
            None => {
                self.http_api_itself(events);
                reference(&self.place(&["httpApi"]), API)
            }
        };
        self.http_authorizers(&api);
        for (function, event) in events {
            self.http_route(function, event, &api);
        }
    }

    fn http_api_itself(&mut self, events: &[(&Function, &Event)]) {
        let origin = &self.place(&["httpApi"]);
        let name = self.provided(&["httpApi", "name"]).cloned();
        let mut properties = obj!(origin;
            "Name" => name.unwrap_or_else(|| self.named(origin, &[&self.stage, &self.service])),
            "ProtocolType" => "HTTP",
        );
        let tags = self.provided(&["tags"]).cloned();
        set(&mut properties, "Tags", tags.clone());
        let disabled = self.provided(&["httpApi", "disableDefaultEndpoint"]);
        set(
            &mut properties,
            "DisableExecuteApiEndpoint",
            disabled.cloned(),
        );
        let cors = self
            .provided(&["httpApi", "cors"])
            .filter(|cors| truthy(Some(cors)));
        if let Some(cors) = cors {
            properties.insert("CorsConfiguration", http_cors(cors, events));
        }
        self.put_provided(&["httpApi"], API, "AWS::ApiGatewayV2::Api", properties);
        let metrics = self.provided(&["httpApi", "metrics"]).cloned();
        let settings = obj!(origin;
            "DetailedMetricsEnabled" => metrics.unwrap_or_else(|| false.into_node(origin)),
        );
        let mut properties = obj!(origin;
            "ApiId" => reference(origin, API),
            "StageName" => "$default",
            "AutoDeploy" => true,
            "DefaultRouteSettings" => settings,
        );
        set(&mut properties, "Tags", tags);
        if let Some(logs) = self
            .provided(&LOGS)
            .filter(|logs| truthy(Some(logs)))
            .cloned()
        {
            const FORMAT: &str = r#"{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","requestTime":"$context.requestTime","httpMethod":"$context.httpMethod","routeKey":"$context.routeKey","status":"$context.status","protocol":"$context.protocol","responseLength":"$context.responseLength"}"#;
            const GROUP: &str = "HttpApiLogGroup";
            let at = &logs.origin;
            let format = get(&logs, "format").cloned();
            let settings = obj!(at;
                "DestinationArn" => crate::make::arn_of(at, GROUP),
                "Format" => format.unwrap_or_else(|| FORMAT.into_node(at)),
            );
            properties.insert("AccessLogSettings", settings);
            let name = self.named(at, &[&self.service, &self.stage]);
            let name = concat(at, vec!["/aws/http-api/".into_node(at), name]);
            self.put_log_group(&LOGS, GROUP, name);
        }
        self.put_provided(
            &["httpApi"],
            "HttpApiStage",
            "AWS::ApiGatewayV2::Stage",
            properties,
        );
        self.output("HttpApiId", reference(origin, API));
    }

    fn http_authorizers(&mut self, api: &Node) {
        let Some(authorizers) = self.provided(&["httpApi", "authorizers"]).cloned() else {
            return;
        };
        for authorizer in authorizers.as_map().unwrap_or_default() {
            let (key, node) = (&authorizer.key, &authorizer.value);
            let origin = &key.origin;
            let name = get(node, "name").cloned();
            let name = name.unwrap_or_else(|| Node::string(key.name.clone(), origin.clone()));
            let id_name = name.as_str().unwrap_or(&key.name).to_owned();
            let source: Vec<Node> = get(node, "identitySource")
                .map(items)
                .unwrap_or_default()
                .into_iter()
                .cloned()
                .collect();
            let mut properties = obj!(origin;
                "ApiId" => api,
                "Name" => name,
                "IdentitySource" => source,
            );
            let path = ["httpApi", "authorizers", &*key.name];
            if text(node, "type") == Some("request") {
                properties.insert("AuthorizerType", "REQUEST".into_node(origin));
                for (from, to) in [
                    ("enableSimpleResponses", "EnableSimpleResponses"),
                    ("resultTtlInSeconds", "AuthorizerResultTtlInSeconds"),
                    ("payloadVersion", "AuthorizerPayloadFormatVersion"),
                ] {
                    set(&mut properties, to, get(node, from).cloned());
                }
                let target = get(node, "functionArn").or_else(|| get(node, "functionName"));
                if let Some(target) = target.map(|target| self.function_arn(target)) {
                    properties.insert("AuthorizerUri", invocation(origin, target.clone()));
                    if !truthy(get(node, "managedExternally")) {
                        let permission = obj!(origin;
                            "FunctionName" => target,
                            "Action" => "lambda:InvokeFunction",
                            "Principal" => "apigateway.amazonaws.com",
                            "SourceArn" => calls_of(origin, api, "/*"),
                        );
                        let id =
                            format!("{}LambdaAuthorizerPermissionHttpApi", normalized(&id_name));
                        self.put_provided(&path, &id, "AWS::Lambda::Permission", permission);
                    }
                }
            } else {
                properties.insert("AuthorizerType", "JWT".into_node(origin));
                let mut config = obj!(origin;);
                set(&mut config, "Issuer", get(node, "issuerUrl").cloned());
                let audience = get(node, "audience").map(|audience| {
                    let list = items(audience).into_iter().cloned().collect();
                    Node::seq(list, audience.origin.clone())
                });
                set(&mut config, "Audience", audience);
                properties.insert("JwtConfiguration", config);
            }
            let id = format!("HttpApiAuthorizer{}", normalized(&id_name));
            self.put_provided(&path, &id, "AWS::ApiGatewayV2::Authorizer", properties);
        }
    }

    fn http_route(&mut self, function: &Function, event: &Event, api: &Node) {
        let origin = &event.origin;
        let payload = at(&function.node, &["httpApi", "payload"]).cloned();
        let payload = payload.or_else(|| self.provided(&["httpApi", "payload"]).cloned());
        let integration = format!("HttpApiIntegration{}", function.id);
        let properties = obj!(origin;
            "ApiId" => api,
            "IntegrationType" => "AWS_PROXY",
            "IntegrationUri" => function.target(origin),
            "PayloadFormatVersion" => payload.unwrap_or_else(|| "2.0".into_node(origin)),
        );
        let kind = "AWS::ApiGatewayV2::Integration";
        self.put_for(function, &integration, kind, origin, properties);
        let key = route_key(event);
        let key_text = crate::make::plain(&key);
        let target = list!(origin; "integrations", reference(origin, &integration));
        let mut properties = obj!(origin;
            "ApiId" => api,
            "RouteKey" => key,
            "Target" => obj!(origin; "Fn::Join" => list!(origin; "/", target)),
        );
        self.authorize_http(event, &mut properties);
        let id = match key_text.as_str() {
            "$default" => "HttpApiRouteDefault".to_owned(),
            key => format!("HttpApiRoute{}", path(key)),
        };
        self.put_for(
            function,
            &id,
            "AWS::ApiGatewayV2::Route",
            origin,
            properties,
        );
        let id = format!("{}LambdaPermissionHttpApi", function.id);
        let source = calls_of(origin, api, "/*");
        self.permit(
            function,
            &id,
            origin,
            "apigateway.amazonaws.com",
            Some(source),
        );
    }

    fn authorize_http(&mut self, event: &Event, properties: &mut Node) {
        let Some(authorizer) = get(&event.value, "authorizer").filter(|a| truthy(Some(a))) else {
            return properties.insert("AuthorizationType", "NONE".into_node(&event.origin));
        };
        let origin: &Origin = &authorizer.origin;
        let name = get(authorizer, "name").unwrap_or(authorizer);
        let kind = text(authorizer, "type").map(str::to_owned);
        let configured = name
            .as_str()
            .and_then(|name| self.provided(&["httpApi", "authorizers", name]))
            .cloned();
        let authorization = match (kind.as_deref(), &configured) {
            (Some("aws_iam"), _) => "AWS_IAM",
            (Some("request"), _) => "CUSTOM",
            (_, Some(known)) if text(known, "type") == Some("request") => "CUSTOM",
            (_, Some(_)) => "JWT",
            (_, None) if get(authorizer, "id").is_some() => "JWT",
            (_, None) => {
                let detail = "the authorizer of the route is not known";
                let reason = cfn::why_unknown(authorizer)
                    .unwrap_or_else(|| Reason::new(ReasonKind::Undeclared, detail));
                self.problem(origin, detail);
                return properties.insert("AuthorizationType", cfn::unknown(&reason, origin));
            }
        };
        properties.insert("AuthorizationType", authorization.into_node(origin));
        if authorization == "AWS_IAM" {
            return;
        }
        let id = get(authorizer, "id").cloned().or_else(|| {
            let written = configured.as_ref().and_then(|known| text(known, "name"));
            let name = written.or_else(|| name.as_str())?;
            let id = format!("HttpApiAuthorizer{}", normalized(name));
            Some(reference(origin, &id))
        });
        set(properties, "AuthorizerId", id);
        set(
            properties,
            "AuthorizationScopes",
            get(authorizer, "scopes").cloned(),
        );
    }
}

/// `GET /orders`, or `$default` for everything.
fn route_key(event: &Event) -> Node {
    let value = &event.value;
    let origin = value.as_str().map_or(&event.origin, |_| &value.origin);
    let (method, path) = match value.as_str() {
        Some("*") => return "$default".into_node(origin),
        Some(text) => {
            let (method, path) = text.split_once(' ').unwrap_or(("*", text));
            (method.into_node(origin), path.trim().into_node(origin))
        }
        None => {
            let part = |name: &str| get(value, name).cloned();
            let any = || "*".into_node(origin);
            (
                part("method").unwrap_or_else(any),
                part("path").unwrap_or_else(any),
            )
        }
    };
    if path.as_str() == Some("*") {
        return "$default".into_node(origin);
    }
    let method = match method.as_str() {
        Some("*") => "ANY".into_node(origin),
        Some(text) => text.to_uppercase().into_node(origin),
        None => method,
    };
    concat(origin, vec![method, " ".into_node(origin), path])
}

/// What other origins may do, with the framework's defaults.
fn http_cors(cors: &Node, events: &[(&Function, &Event)]) -> Node {
    const HEADERS: [&str; 7] = [
        "Content-Type",
        "X-Amz-Date",
        "Authorization",
        "X-Api-Key",
        "X-Amz-Security-Token",
        "X-Amz-User-Agent",
        "X-Amzn-Trace-Id",
    ];
    let origin = &cors.origin;
    let list = |name: &str, usual: Vec<String>| match get(cors, name) {
        Some(given) => {
            let given = items(given).into_iter().cloned().collect();
            Node::seq(given, origin.clone())
        }
        None => usual.into_node(origin),
    };
    let mut methods = vec!["OPTIONS".to_owned()];
    for (_, event) in events {
        let key = crate::make::plain(&route_key(event));
        let method = key.split(' ').next().unwrap_or_default();
        let all = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
        let added: &[&str] = match all.iter().position(|known| *known == method) {
            Some(at) => &all[at..=at],
            None => &all,
        };
        for method in added {
            if !methods.iter().any(|known| known == method) {
                methods.push((*method).to_owned());
            }
        }
    }
    let headers = HEADERS.map(str::to_owned).to_vec();
    let mut made = obj!(origin;
        "AllowOrigins" => list("allowedOrigins", vec!["*".to_owned()]),
        "AllowHeaders" => list("allowedHeaders", headers),
        "AllowMethods" => list("allowedMethods", methods),
    );
    for (from, to) in [
        ("allowCredentials", "AllowCredentials"),
        ("exposedResponseHeaders", "ExposeHeaders"),
        ("maxAge", "MaxAge"),
    ] {
        set(&mut made, to, get(cors, from).cloned());
    }
    made
}
