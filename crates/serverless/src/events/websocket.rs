//! The WebSocket API of the service.

use super::{calls_of, invocation};
use crate::build::{Build, Event, Function};
use crate::make::{IntoNode, concat, get, list, obj, reference, set, sub, truthy};
use crate::names::{normalized, of_arn, route};
use palisade_core::Origin;
use palisade_syntax::Node;

const API: &str = "WebsocketsApi";
const LOGS: [&str; 2] = ["logs", "websocket"];

impl Build {
    pub(super) fn websocket(&mut self, events: &[(&Function, &Event)]) {
        if events.is_empty() {
            return;
        }
        let given = self.provided(&["apiGateway", "websocketApiId"]).cloned();
        let api = match &given {
            Some(given) => given.clone(),
            None => {
                self.websocket_api();
                reference(&self.provider_origin, API)
            }
        };
        for (function, event) in events {
            self.websocket_route(function, event, &api);
        }
    }

    fn websocket_api(&mut self) {
        let origin = &self.place(&["websocket"]);
        let usual = |text: &str| text.into_node(origin);
        let end = usual("websockets");
        let name = self.provided(&["websocketsApiName"]).cloned();
        let name = name.unwrap_or_else(|| self.named(origin, &[&self.stage, &self.service, &end]));
        let choose = self
            .provided(&["websocketsApiRouteSelectionExpression"])
            .cloned();
        let mut properties = obj!(origin;
            "Name" => name,
            "ProtocolType" => "WEBSOCKET",
            "RouteSelectionExpression" => choose.unwrap_or_else(|| usual("$request.body.action")),
        );
        set(&mut properties, "Tags", self.provided(&["tags"]).cloned());
        self.put_provided(&["websocket"], API, "AWS::ApiGatewayV2::Api", properties);
        let mut properties = obj!(origin;
            "ApiId" => reference(origin, API),
            "StageName" => &self.stage,
        );
        if let Some(logs) = self
            .provided(&LOGS)
            .filter(|logs| truthy(Some(logs)))
            .cloned()
        {
            self.websocket_logs(&logs, &mut properties);
        }
        let id = "WebsocketsDeploymentStage";
        self.put_provided(&["websocket"], id, "AWS::ApiGatewayV2::Stage", properties);
    }

    fn websocket_logs(&mut self, logs: &Node, properties: &mut Node) {
        const FORMAT: &str = "$context.identity.sourceIp [$context.requestTime] $context.eventType $context.routeKey $context.connectionId $context.requestId";
        const GROUP: &str = "WebsocketsLogGroup";
        let origin = &logs.origin;
        let on = |name: &str| get(logs, name).is_none_or(|node| truthy(Some(node)));
        let level = match on("executionLogging") {
            true => get(logs, "level")
                .cloned()
                .unwrap_or_else(|| "INFO".into_node(origin)),
            false => "OFF".into_node(origin),
        };
        let full = get(logs, "fullExecutionData").cloned();
        let settings = obj!(origin;
            "DataTraceEnabled" => full.unwrap_or_else(|| true.into_node(origin)),
            "LoggingLevel" => level,
        );
        properties.insert("DefaultRouteSettings", settings);
        if !on("accessLogging") {
            return;
        }
        let format = get(logs, "format").cloned();
        let settings = obj!(origin;
            "DestinationArn" => crate::make::arn_of(origin, GROUP),
            "Format" => format.unwrap_or_else(|| FORMAT.into_node(origin)),
        );
        properties.insert("AccessLogSettings", settings);
        let name = self.named(origin, &[&self.service, &self.stage]);
        let name = concat(origin, vec!["/aws/websocket/".into_node(origin), name]);
        self.put_log_group(&LOGS, GROUP, name);
    }

    fn websocket_route(&mut self, function: &Function, event: &Event, api: &Node) {
        let origin = &event.origin;
        let key = get(&event.value, "route").unwrap_or(&event.value).clone();
        let key_text = key.as_str().unwrap_or_default().to_owned();
        let integration = format!("{}WebsocketsIntegration", function.id);
        let properties = obj!(origin;
            "ApiId" => api,
            "IntegrationType" => "AWS_PROXY",
            "IntegrationUri" => invocation(origin, function.target(origin)),
        );
        let kind = "AWS::ApiGatewayV2::Integration";
        self.put_for(function, &integration, kind, origin, properties);
        let target = list!(origin; "integrations", reference(origin, &integration));
        let mut properties = obj!(origin;
            "ApiId" => api,
            "RouteKey" => key,
            "Target" => obj!(origin; "Fn::Join" => list!(origin; "/", target)),
        );
        match get(&event.value, "authorizer").filter(|a| truthy(Some(a))) {
            Some(authorizer) => {
                let at = &authorizer.origin;
                let id = self.websocket_authorizer(function, authorizer, api);
                properties.insert("AuthorizationType", "CUSTOM".into_node(at));
                properties.insert("AuthorizerId", reference(at, &id));
            }
            None => properties.insert("AuthorizationType", "NONE".into_node(origin)),
        }
        let answer = get(&event.value, "routeResponseSelectionExpression").cloned();
        set(&mut properties, "RouteResponseSelectionExpression", answer);
        let id = format!("{}WebsocketsRoute", route(&key_text));
        self.put_for(
            function,
            &id,
            "AWS::ApiGatewayV2::Route",
            origin,
            properties,
        );
        let id = format!("{}LambdaPermissionWebsockets", function.id);
        self.permit(function, &id, origin, "apigateway.amazonaws.com", None);
        let connections = sub(
            origin,
            "arn:${AWS::Partition}:execute-api:*:*:*/@connections/*",
        );
        self.grant(
            function,
            origin,
            &["execute-api:ManageConnections"],
            connections,
        );
    }

    /// The logical id of an authorizer.
    fn websocket_authorizer(&mut self, function: &Function, written: &Node, api: &Node) -> String {
        let origin: &Origin = &written.origin;
        let named = get(written, "name").unwrap_or(written);
        let arn = get(written, "arn").unwrap_or(named);
        let name = match named.as_str() {
            Some(text) if !text.contains(':') => text.to_owned(),
            _ => of_arn(arn),
        };
        let source = get(written, "identitySource").map(|source| match source.as_seq() {
            Some(_) => source.clone(),
            None => list!(origin; source),
        });
        let target = self.function_arn(arn);
        let id = format!("{}WebsocketsAuthorizer", normalized(&name));
        let properties = obj!(origin;
            "ApiId" => api,
            "Name" => name.as_str(),
            "AuthorizerType" => "REQUEST",
            "AuthorizerUri" => invocation(origin, target.clone()),
            "IdentitySource" => source.unwrap_or_else(|| list!(origin; "route.request.header.Auth")),
        );
        self.put_for(
            function,
            &id,
            "AWS::ApiGatewayV2::Authorizer",
            origin,
            properties,
        );
        let permission = format!("{}LambdaPermissionWebsockets", normalized(&name));
        let properties = obj!(origin;
            "FunctionName" => target,
            "Action" => "lambda:InvokeFunction",
            "Principal" => "apigateway.amazonaws.com",
            "SourceArn" => calls_of(origin, api, "/authorizers/*"),
        );
        self.put_for(
            function,
            &permission,
            "AWS::Lambda::Permission",
            origin,
            properties,
        );
        id
    }
}
