//! Load balancers: a target group, a rule of the listener, and the permissions.

use crate::build::{Build, Event, Function};
use crate::make::{IntoNode, at, get, items, list, obj, reference, set, truthy};
use palisade_core::Origin;
use palisade_syntax::Node;

/// Settings of an authorizer: of which kind, how the person calls them, and the provider.
const COGNITO: [(&str, &str); 7] = [
    ("userPoolArn", "UserPoolArn"),
    ("userPoolClientId", "UserPoolClientId"),
    ("userPoolDomain", "UserPoolDomain"),
    ("onUnauthenticatedRequest", "OnUnauthenticatedRequest"),
    ("requestExtraParams", "AuthenticationRequestExtraParams"),
    ("scope", "Scope"),
    ("sessionTimeout", "SessionTimeout"),
];
const OIDC: [(&str, &str); 10] = [
    ("authorizationEndpoint", "AuthorizationEndpoint"),
    ("clientId", "ClientId"),
    ("clientSecret", "ClientSecret"),
    ("issuer", "Issuer"),
    ("tokenEndpoint", "TokenEndpoint"),
    ("userInfoEndpoint", "UserInfoEndpoint"),
    ("onUnauthenticatedRequest", "OnUnauthenticatedRequest"),
    ("requestExtraParams", "AuthenticationRequestExtraParams"),
    ("scope", "Scope"),
    ("sessionTimeout", "SessionTimeout"),
];

impl Build {
    pub(super) fn alb(&mut self, function: &Function, event: &Event) {
        let origin = &event.origin;
        let Some(listener) = get(&event.value, "listenerArn").cloned() else {
            return self.problem(origin, "the listener of this event is not named");
        };
        let multi = get(&event.value, "multiValueHeaders");
        let many = if truthy(multi) { "MultiValue" } else { "" };
        let balancer = match listener.as_str() {
            // `…:listener/app/name/balancer/listener`
            Some(arn) => arn.rsplit('/').nth(1).unwrap_or_default().to_owned(),
            None => crate::names::of_arn(&listener),
        };
        let group = format!("{}Alb{many}TargetGroup{balancer}", function.id);
        let target = obj!(origin; "Id" => function.target(origin));
        let attribute = obj!(origin;
            "Key" => "lambda.multi_value_headers.enabled",
            "Value" => truthy(multi),
        );
        let check = get(&event.value, "healthCheck").cloned();
        let enabled = check
            .as_ref()
            .and_then(|check| get(check, "enabled"))
            .cloned();
        let mut properties = obj!(origin;
            "TargetType" => "lambda",
            "Targets" => list!(origin; target),
            "TargetGroupAttributes" => list!(origin; attribute),
            "HealthCheckEnabled" => enabled.unwrap_or_else(|| false.into_node(origin)),
        );
        set(
            &mut properties,
            "Name",
            get(&event.value, "targetGroupName").cloned(),
        );
        let kind = "AWS::ElasticLoadBalancingV2::TargetGroup";
        self.put_for(function, &group, kind, origin, properties);
        let mut actions = self.authenticate(event);
        actions.push(obj!(origin;
            "Type" => "forward",
            "TargetGroupArn" => reference(origin, &group),
        ));
        let priority = get(&event.value, "priority").cloned().unwrap_or_default();
        let number = priority.scalar_text().unwrap_or_default();
        let properties = obj!(origin;
            "Actions" => actions,
            "Conditions" => conditions(event),
            "ListenerArn" => listener,
            "Priority" => priority,
        );
        let id = format!("{}AlbListenerRule{number}", function.id);
        let kind = "AWS::ElasticLoadBalancingV2::ListenerRule";
        self.put_for(function, &id, kind, origin, properties);
        let service = "elasticloadbalancing.amazonaws.com";
        let id = format!("{}LambdaPermissionAlb", function.id);
        self.permit(
            function,
            &id,
            origin,
            service,
            Some(reference(origin, &group)),
        );
        let id = format!("{}LambdaPermissionRegisterTarget", function.id);
        self.permit(function, &id, origin, service, None);
    }

    /// Actions that ask who is calling, in front of the one that forwards.
    fn authenticate(&mut self, event: &Event) -> Vec<Node> {
        let mut actions = Vec::new();
        for name in get(&event.value, "authorizer")
            .map(items)
            .unwrap_or_default()
        {
            let key = name.as_str().unwrap_or_default();
            let Some(settings) = self.provided(&["alb", "authorizers", key]).cloned() else {
                let message = format!("`provider.alb.authorizers` has no `{key}`");
                self.problem(&name.origin, message);
                continue;
            };
            let made = |table: &[(&str, &str)]| {
                let mut config = obj!(&settings.origin;);
                for (from, to) in table {
                    set(&mut config, to, get(&settings, from).cloned());
                }
                config
            };
            let at = &settings.origin;
            actions.push(match crate::make::text(&settings, "type") {
                Some("oidc") => obj!(at;
                    "Type" => "authenticate-oidc",
                    "AuthenticateOidcConfig" => made(&OIDC),
                ),
                _ => obj!(at;
                    "Type" => "authenticate-cognito",
                    "AuthenticateCognitoConfig" => made(&COGNITO),
                ),
            });
        }
        actions
    }
}

fn conditions(event: &Event) -> Vec<Node> {
    let mut made = Vec::new();
    let condition = |name: &str| at(&event.value, &["conditions", name]);
    let values = |node: &Node| -> Node {
        let list = items(node).into_iter().cloned().collect();
        Node::seq(list, node.origin.clone())
    };
    let field = |origin: &Origin, name: &str, config: &str, inner: Node| obj!(origin; "Field" => name, config => inner);
    if let Some(path) = condition("path") {
        made.push(field(&path.origin, "path-pattern", "Values", values(path)));
    }
    for (name, kind, config) in [
        ("host", "host-header", "HostHeaderConfig"),
        ("method", "http-request-method", "HttpRequestMethodConfig"),
        ("ip", "source-ip", "SourceIpConfig"),
    ] {
        if let Some(given) = condition(name) {
            let inner = obj!(&given.origin; "Values" => values(given));
            made.push(field(&given.origin, kind, config, inner));
        }
    }
    for header in condition("header").map(items).unwrap_or_default() {
        let mut inner = obj!(&header.origin;);
        set(&mut inner, "HttpHeaderName", get(header, "name").cloned());
        set(&mut inner, "Values", get(header, "values").cloned());
        made.push(field(
            &header.origin,
            "http-header",
            "HttpHeaderConfig",
            inner,
        ));
    }
    if let Some(query) = condition("query") {
        let pair = |e: &palisade_syntax::Entry| obj!(&e.key.origin; "Key" => &e.key.name, "Value" => &e.value);
        let pairs: Vec<Node> = query
            .as_map()
            .unwrap_or_default()
            .iter()
            .map(pair)
            .collect();
        let inner = obj!(&query.origin; "Values" => pairs);
        made.push(field(
            &query.origin,
            "query-string",
            "QueryStringConfig",
            inner,
        ));
    }
    made
}
