//! Routes of the REST API: paths, methods, authorizers, validators.

use super::{calls_of, invocation};
use crate::build::{Build, Event, Function};
use crate::make::{
    IntoNode, at, concat, get, is_function, items, list, obj, reference, set, text, truthy,
};
use crate::names::{normalized, path as id_of_path, plain, start_case, upper_first};
use palisade_app::{Reason, ReasonKind, cfn};
use palisade_core::Origin;
use palisade_syntax::{Data, Node};
use std::collections::BTreeMap;

/// How a call comes in and goes on.
struct Route<'e> {
    function: &'e Function,
    event: &'e Event,
    /// Without slashes at its ends.
    path: String,
    method: Node,
}

impl Build {
    pub(super) fn rest(&mut self, events: &[(&Function, &Event)]) {
        if events.is_empty() {
            return;
        }
        let api = self.rest_api();
        let mut cors: BTreeMap<String, Vec<Route<'_>>> = BTreeMap::new();
        for (function, event) in events {
            let Some((method, path)) = method_and_path(event) else {
                self.problem(
                    &event.origin,
                    "the path or method of this event is not known",
                );
                continue;
            };
            let route = Route {
                function,
                event,
                path: path.trim_matches('/').to_owned(),
                method,
            };
            let resource = self.rest_resource(&route, &api);
            self.rest_method(&route, &api, resource);
            if truthy(get(&event.value, "cors")) {
                cors.entry(route.path.clone()).or_default().push(route);
            }
        }
        for routes in cors.values() {
            self.preflight(routes, &api);
        }
        self.deployment(&api);
    }

    /// The path resource of a route, with those above it.
    fn rest_resource(&mut self, route: &Route<'_>, api: &Node) -> Node {
        let origin = &route.event.origin;
        let root = self
            .provided(&["apiGateway", "restApiRootResourceId"])
            .cloned();
        let mut parent = root.unwrap_or_else(|| {
            let names = list!(origin; super::rest_api::API, "RootResourceId");
            obj!(origin; "Fn::GetAtt" => names)
        });
        let mut path = String::new();
        for part in route.path.split('/').filter(|part| !part.is_empty()) {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(part);
            if let Some(known) = self.predefined(&path) {
                parent = known;
                continue;
            }
            let id = format!("ApiGatewayResource{}", id_of_path(&path));
            let properties = obj!(origin;
                "ParentId" => parent,
                "PathPart" => part,
                "RestApiId" => api,
            );
            self.put_for(
                route.function,
                &id,
                "AWS::ApiGateway::Resource",
                origin,
                properties,
            );
            parent = reference(origin, &id);
        }
        parent
    }

    /// The id of a path that is there already.
    fn predefined(&self, path: &str) -> Option<Node> {
        let given = self.provided(&["apiGateway", "restApiResources"])?;
        let same = |text: &str| text.trim_matches('/') == path;
        if let Some(entries) = given.as_map() {
            return entries
                .iter()
                .find(|e| same(&e.key.name))
                .map(|e| e.value.clone());
        }
        let node = items(given)
            .into_iter()
            .find(|n| text(n, "path").is_some_and(same))?;
        get(node, "resourceId").cloned()
    }

    fn rest_method(&mut self, route: &Route<'_>, api: &Node, resource: Node) {
        let (function, event) = (route.function, route.event);
        let (origin, value) = (&event.origin, &event.value);
        let private = get(value, "private").cloned();
        let mut properties = obj!(origin;
            "HttpMethod" => &route.method,
            "ResourceId" => resource,
            "RestApiId" => api,
            "ApiKeyRequired" => private.unwrap_or_else(|| false.into_node(origin)),
        );
        set(
            &mut properties,
            "OperationName",
            get(value, "operationId").cloned(),
        );
        self.authorize(function, event, api, &mut properties);
        properties.insert("Integration", integration(route));
        let id = method_id(route);
        self.validate_request(route, &id, api, &mut properties);
        self.put_for(function, &id, "AWS::ApiGateway::Method", origin, properties);
        let id = format!("{}LambdaPermissionApiGateway", function.id);
        let source = calls_of(origin, api, "/*/*");
        self.permit(
            function,
            &id,
            origin,
            "apigateway.amazonaws.com",
            Some(source),
        );
    }

    fn authorize(&mut self, function: &Function, event: &Event, api: &Node, method: &mut Node) {
        let Some(written) = get(&event.value, "authorizer").filter(|a| truthy(Some(a))) else {
            return method.insert("AuthorizationType", "NONE".into_node(&event.origin));
        };
        let origin = &written.origin;
        let kind = text(written, "type").unwrap_or_default().to_uppercase();
        let alone = written.as_str();
        if kind == "AWS_IAM" || alone.is_some_and(|text| text.eq_ignore_ascii_case("aws_iam")) {
            return method.insert("AuthorizationType", "AWS_IAM".into_node(origin));
        }
        if let Some(reason) = cfn::why_unknown(written) {
            return method.insert("AuthorizationType", cfn::unknown(&reason, origin));
        }
        let scopes = get(written, "scopes").cloned();
        if let Some(id) = get(written, "authorizerId") {
            let authorization = match kind.as_str() {
                "COGNITO_USER_POOLS" => "COGNITO_USER_POOLS",
                _ => "CUSTOM",
            };
            method.insert("AuthorizationType", authorization.into_node(origin));
            method.insert("AuthorizerId", id.clone());
            return set(method, "AuthorizationScopes", scopes);
        }
        // The ARN, the key of a function, or an expression that is the ARN.
        let arn = get(written, "arn")
            .or_else(|| get(written, "name"))
            .unwrap_or(written);
        let name = get(written, "name")
            .and_then(Node::as_str)
            .map(str::to_owned);
        let name = name.unwrap_or_else(|| {
            let of_arn = crate::names::of_arn(arn);
            match arn.as_str() {
                Some(text) if text.contains(':') => {
                    of_arn.rsplit('-').next().unwrap_or_default().to_owned()
                }
                _ => of_arn,
            }
        });
        let in_pool = kind == "COGNITO_USER_POOLS"
            || arn
                .as_str()
                .is_some_and(|text| text.contains(":cognito-idp:"));
        let unknown_function = arn.as_str().filter(|text| !text.contains(':'));
        if let Some(key) = unknown_function.filter(|key| self.function(key).is_none()) {
            let detail = format!("the authorizer `{key}` is no function of this service");
            self.problem(origin, detail.clone());
            let reason = Reason::new(ReasonKind::Undeclared, detail);
            return method.insert("AuthorizationType", cfn::unknown(&reason, origin));
        }
        let target = self.function_arn(arn);
        let id = format!("{}ApiGatewayAuthorizer", normalized(&name));
        let ttl = get(written, "resultTtlInSeconds").cloned();
        let mut authorizer = obj!(origin; "Name" => name.as_str(), "RestApiId" => api);
        let uncached = ttl.as_ref().and_then(Node::scalar_text).as_deref() == Some("0");
        set(&mut authorizer, "AuthorizerResultTtlInSeconds", ttl);
        let source = get(written, "identitySource").cloned();
        let usual = (!(kind == "REQUEST" && uncached))
            .then(|| "method.request.header.Authorization".into_node(origin));
        set(&mut authorizer, "IdentitySource", source.or(usual));
        let expression = get(written, "identityValidationExpression").cloned();
        set(&mut authorizer, "IdentityValidationExpression", expression);
        if in_pool {
            authorizer.insert("Type", "COGNITO_USER_POOLS".into_node(origin));
            authorizer.insert("ProviderARNs", list!(origin; &target));
        } else {
            let kind = if kind.is_empty() { "TOKEN" } else { &kind };
            authorizer.insert("Type", kind.into_node(origin));
            authorizer.insert("AuthorizerUri", invocation(origin, target.clone()));
        }
        self.put_for(
            function,
            &id,
            "AWS::ApiGateway::Authorizer",
            origin,
            authorizer,
        );
        let authorization = if in_pool {
            "COGNITO_USER_POOLS"
        } else {
            "CUSTOM"
        };
        method.insert("AuthorizationType", authorization.into_node(origin));
        method.insert("AuthorizerId", reference(origin, &id));
        if in_pool {
            set(method, "AuthorizationScopes", scopes);
        } else if !truthy(get(written, "managedExternally")) {
            let id = format!("{}LambdaPermissionApiGateway", normalized(&name));
            let permission = obj!(origin;
                "FunctionName" => target,
                "Action" => "lambda:InvokeFunction",
                "Principal" => "apigateway.amazonaws.com",
                "SourceArn" => calls_of(origin, api, "/*/*"),
            );
            self.put_for(function, &id, "AWS::Lambda::Permission", origin, permission);
        }
    }

    /// Parameters that are asked for, and shapes of bodies.
    fn validate_request(&mut self, route: &Route<'_>, id: &str, api: &Node, method: &mut Node) {
        let Some(request) = get(&route.event.value, "request") else {
            return;
        };
        let origin = &request.origin;
        let mut parameters = obj!(origin;);
        let mut required = false;
        for (from, place) in [
            ("querystrings", "querystring"),
            ("paths", "path"),
            ("headers", "header"),
        ] {
            let given = at(request, &["parameters", from]).and_then(Node::as_map);
            for entry in given.unwrap_or_default() {
                let asked = match &entry.value.data {
                    Data::Map(_) => get(&entry.value, "required").is_none_or(|r| truthy(Some(r))),
                    _ => truthy(Some(&entry.value)),
                };
                required |= asked;
                let name = format!("method.request.{place}.{}", entry.key.name);
                parameters.insert(name, asked.into_node(&entry.key.origin));
            }
        }
        method.insert("RequestParameters", parameters);
        let schemas = get(request, "schemas").or_else(|| get(request, "schema"));
        let mut models = obj!(origin;);
        for schema in schemas.and_then(Node::as_map).unwrap_or_default() {
            let content = &schema.key.name;
            let shared = schema.value.as_str().and_then(|name| {
                let shared = self.provided(&["apiGateway", "request", "schemas", name])?;
                Some((
                    format!("ApiGateway{}Model", upper_first(&start_case(name))),
                    shared.clone(),
                ))
            });
            let own = || {
                (
                    format!("{id}{}Model", start_case(content)),
                    schema.value.clone(),
                )
            };
            let (model, written) = shared.unwrap_or_else(own);
            let definition = get(&written, "schema").unwrap_or(&written);
            let mut properties = obj!(&schema.key.origin;
                "RestApiId" => api,
                "ContentType" => content,
                "Schema" => definition,
            );
            if get(&written, "schema").is_some() {
                set(&mut properties, "Name", get(&written, "name").cloned());
            }
            let origin = &schema.key.origin;
            self.put_for(
                route.function,
                &model,
                "AWS::ApiGateway::Model",
                origin,
                properties,
            );
            models.insert(content.clone(), reference(origin, &model));
        }
        let has_models = models.as_map().is_some_and(|models| !models.is_empty());
        if has_models {
            method.insert("RequestModels", models);
        }
        if required || has_models {
            let service = crate::make::plain(&self.service);
            let id = format!("ApiGateway{}RequestValidator", plain(&service));
            let end = " | Validate request body and querystring parameters";
            let name = self.named(origin, &[&self.service, &self.stage]);
            let properties = obj!(origin;
                "RestApiId" => api,
                "ValidateRequestBody" => true,
                "ValidateRequestParameters" => true,
                "Name" => concat(origin, vec![name, end.into_node(origin)]),
            );
            let kind = "AWS::ApiGateway::RequestValidator";
            self.put_provided(&["apiGateway"], &id, kind, properties);
            method.insert("RequestValidatorId", reference(origin, &id));
        }
    }

    /// The answer to browsers that ask before they call.
    fn preflight(&mut self, routes: &[Route<'_>], api: &Node) {
        let Some(first) = routes.first() else { return };
        let Some(cors) = get(&first.event.value, "cors") else {
            return;
        };
        let origin = &cors.origin;
        let mut methods = vec!["OPTIONS".to_owned()];
        methods.extend(
            routes
                .iter()
                .filter_map(|r| r.method.as_str().map(str::to_owned)),
        );
        let allowed = get(cors, "origins").or_else(|| get(cors, "origin"));
        let allowed = allowed
            .map(items)
            .and_then(|list| list.first().copied().cloned());
        let quoted = |node: Node| {
            let quote = || "'".into_node(origin);
            concat(origin, vec![quote(), node, quote()])
        };
        let header = |name: &str| format!("method.response.header.{name}");
        let mut headers = obj!(origin;);
        headers.insert(
            header("Access-Control-Allow-Origin"),
            quoted(allowed.unwrap_or_else(|| "*".into_node(origin))),
        );
        headers.insert(
            header("Access-Control-Allow-Methods"),
            quoted(methods.join(",").into_node(origin)),
        );
        if let Some(names) = get(cors, "headers") {
            let names: Vec<_> = items(names)
                .iter()
                .filter_map(|n| n.scalar_text())
                .collect();
            let names = quoted(names.join(",").into_node(origin));
            headers.insert(header("Access-Control-Allow-Headers"), names);
        }
        if let Some(credentials) = get(cors, "allowCredentials").filter(|c| truthy(Some(c))) {
            let name = header("Access-Control-Allow-Credentials");
            headers.insert(name, quoted(credentials.clone()));
        }
        let answer = obj!(origin; "StatusCode" => "200", "ResponseParameters" => headers);
        let integration = obj!(origin;
            "Type" => "MOCK",
            "IntegrationResponses" => list!(origin; answer),
        );
        let resource = self.rest_resource(first, api);
        let properties = obj!(origin;
            "AuthorizationType" => "NONE",
            "HttpMethod" => "OPTIONS",
            "Integration" => integration,
            "ResourceId" => resource,
            "RestApiId" => api,
        );
        let id = format!("ApiGatewayMethod{}Options", id_of_path(&first.path));
        self.put_for(
            first.function,
            &id,
            "AWS::ApiGateway::Method",
            origin,
            properties,
        );
    }
}

fn method_id(route: &Route<'_>) -> String {
    let method = crate::make::plain(&route.method).to_lowercase();
    format!(
        "ApiGatewayMethod{}{}",
        id_of_path(&route.path),
        upper_first(&plain(&method).to_lowercase())
    )
}

/// The method, in large letters, and the path.
fn method_and_path(event: &Event) -> Option<(Node, String)> {
    let value = &event.value;
    let upper = |node: Node| match node.as_str() {
        Some(text) => text.to_uppercase().into_node(&node.origin),
        None => node,
    };
    if let Some(text) = value.as_str() {
        let (method, path) = text.split_once(' ')?;
        return Some((
            upper(method.into_node(&value.origin)),
            path.trim().to_owned(),
        ));
    }
    let method = get(value, "method")?.clone();
    let path = get(value, "path")?;
    let path = match (path.scalar_text(), crate::make::joined_parts(path)) {
        (Some(text), _) => text.to_string(),
        // What only deployment knows of it is written as the variable that it is.
        (None, Some(parts)) => parts.iter().map(shown).collect(),
        (None, None) if is_function(path) => shown(path),
        _ => return None,
    };
    Some((upper(method), path))
}

fn shown(part: &Node) -> String {
    let name = part.get("Ref").and_then(Node::as_str);
    match (part.scalar_text(), name) {
        (Some(text), _) => text.to_string(),
        (None, Some(name)) => format!("{{{}}}", name.replace('/', "-")),
        (None, None) => "{unknown}".to_owned(),
    }
}

/// What stands behind a method.
fn integration(route: &Route<'_>) -> Node {
    let (event, value) = (route.event, &route.event.value);
    let origin: &Origin = &event.origin;
    let written = text(value, "integration").map(|text| text.to_uppercase().replace('-', "_"));
    let kind = match written.as_deref() {
        Some("LAMBDA") => "AWS",
        Some("LAMBDA_PROXY") => "AWS_PROXY",
        Some(kind) => kind,
        None if truthy(get(value, "async")) => "AWS",
        None => "AWS_PROXY",
    };
    let mut made = obj!(origin; "Type" => kind);
    match kind {
        "AWS" | "AWS_PROXY" => {
            made.insert("IntegrationHttpMethod", "POST".into_node(origin));
            made.insert("Uri", invocation(origin, route.function.target(origin)));
        }
        "HTTP" | "HTTP_PROXY" => {
            let method = at(value, &["request", "method"]).unwrap_or(&route.method);
            made.insert("IntegrationHttpMethod", method.clone());
            set(&mut made, "Uri", at(value, &["request", "uri"]).cloned());
            set(
                &mut made,
                "ConnectionId",
                get(value, "connectionId").cloned(),
            );
            let connection = text(value, "connectionType")
                .map(|text| text.to_uppercase().replace('-', "_").into_node(origin));
            set(&mut made, "ConnectionType", connection);
        }
        _ => {}
    }
    set(
        &mut made,
        "TimeoutInMillis",
        get(value, "timeoutInMillis").cloned(),
    );
    made
}
