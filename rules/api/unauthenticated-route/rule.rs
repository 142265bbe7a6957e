//! Routes that answer anyone.

use crate::prelude::*;
use crate::routes::owner_of;
use palisade_app::Reason;
use palisade_app::graph::{Authentication, EntryKind, EntryPoint, Reach};

pub(crate) static RULE: Rule = Rule {
    id: "unauthenticated-route",
    title: "the route asks nobody who they are",
    severity: Severity::High,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-4.3", "SCSP-5.4", "BPSS-1.11"],
    cwe: Some(306),
    aliases: &[
        "CKV_AWS_59",
        "CKV2_AWS_70",
        "CKV_AWS_309",
        "APIGateway.8",
        "API_GWV2_AUTHORIZATION_TYPE_CONFIGURED",
    ],
    since: "0.1.0",
    check: Check::Application(check),
};

/// What answers a request.
#[derive(Clone, Copy, PartialEq)]
enum Behind {
    Function,
    Service,
    Server,
    Nothing,
    Unknown,
}

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for entry in &cx.app.graph().entry_points {
        let route = match entry.kind {
            EntryKind::RestRoute | EntryKind::HttpRoute => true,
            EntryKind::WebSocketRoute => entry.label == "$connect",
            _ => false,
        };
        let Some(resource) = cx.app.resource(&entry.resource).filter(|_| route) else {
            continue;
        };
        // What browsers ask before a request carries no credentials.
        if verb(entry) != "OPTIONS" {
            judge(entry, resource, cx.app, sink);
        }
    }
}

/// `POST` of `POST /orders`; `ANY` for routes that take every method.
fn verb(entry: &EntryPoint) -> &str {
    match entry.label.split_once(' ') {
        Some((verb, _)) => verb,
        None => "ANY",
    }
}

fn judge(entry: &EntryPoint, resource: &Resource, app: &Application, sink: &mut Sink<'_>) {
    let behind = behind(entry, resource, app);
    let rest = entry.kind == EntryKind::RestRoute;
    let restricted = entry.reach != Reach::Internet;
    let aliases: &[&str] = match (rest, restricted) {
        (true, true) => &["CKV_AWS_59"],
        (true, false) => &["CKV_AWS_59", "CKV2_AWS_70"],
        (false, _) => &[
            "CKV_AWS_309",
            "APIGateway.8",
            "API_GWV2_AUTHORIZATION_TYPE_CONFIGURED",
        ],
    };
    let entrance = is_entrance(&entry.label);
    let severity = if restricted || entrance {
        Severity::Low
    } else {
        severity(verb(entry), behind).max(for_staff(&entry.label, behind))
    };
    let builder = sink
        .finding(owner_of(entry, resource, app))
        .property("AuthorizationType")
        .item(&*entry.label)
        .aliases(aliases)
        .severity(if behind == Behind::Nothing {
            Severity::Info
        } else {
            severity
        })
        .message(message(entry, behind, restricted, entrance))
        .help(help(entry, resource, app))
        .in_serverless(in_serverless(entry.kind));
    let builder = if behind == Behind::Nothing {
        builder.profile(Profile::All)
    } else {
        builder
    };
    let builder = if entrance {
        builder.confidence(Confidence::Low).profile(Profile::All)
    } else {
        builder
    };
    builder.judge(verdict(entry, resource));
    if entry.authentication == Authentication::ApiKey {
        sink.finding(owner_of(entry, resource, app))
            .property("ApiKeyRequired")
            .item(&*entry.label)
            .severity(Severity::Low)
            .profile(Profile::All)
            .at(&entry.authentication_at)
            .message(format!(
                "`{}` is opened by an API key alone, which names an application and not a caller",
                entry.label
            ))
            .help(help(entry, resource, app))
            .in_serverless(in_serverless(entry.kind))
            .report();
    }
}

/// Routes and methods are asked under all of their conditions; of operations in a document the
/// graph knows the weakest way in.
fn verdict(entry: &EntryPoint, resource: &Resource) -> Verdict {
    let own = matches!(
        &*resource.kind,
        "AWS::ApiGateway::Method" | "AWS::ApiGatewayV2::Route"
    );
    if own {
        let asked = Verdict::of(&resource.at("AuthorizationType"), |leaf| {
            leaf.text(Some("NONE"), |kind| !kind.eq_ignore_ascii_case("NONE"))
        });
        return asked.or(Want::on("ApiKeyRequired").judge(resource));
    }
    let answer = match &entry.authentication {
        Authentication::None | Authentication::NotNeeded => Answer::No,
        Authentication::Unknown(Reason { kind, detail }) => {
            Answer::Unknown(Reason::new(*kind, detail.clone()))
        }
        _ => Answer::Yes,
    };
    Verdict::always(answer, &entry.authentication_at)
}

/// How bad it is at least, where the path names what only a few should see.
fn for_staff(label: &str, behind: Behind) -> Severity {
    let path = label.split_once(' ').map_or("", |(_, path)| path);
    let staff = path.split('/').any(|word| {
        ["admin", "internal", "management"]
            .iter()
            .any(|name| word.eq_ignore_ascii_case(name))
    });
    match behind {
        _ if !staff => Severity::Info,
        Behind::Function | Behind::Service => Severity::High,
        Behind::Server | Behind::Unknown => Severity::Medium,
        Behind::Nothing => Severity::Info,
    }
}

fn severity(verb: &str, behind: Behind) -> Severity {
    let reads = matches!(verb, "GET" | "HEAD");
    match behind {
        Behind::Function | Behind::Service if reads => Severity::Medium,
        Behind::Function | Behind::Service => Severity::High,
        // A server may ask for itself, and so may what isn't known.
        Behind::Server | Behind::Unknown if reads => Severity::Low,
        Behind::Server | Behind::Unknown => Severity::Medium,
        Behind::Nothing => Severity::Info,
    }
}

fn message(entry: &EntryPoint, behind: Behind, restricted: bool, entrance: bool) -> String {
    let label = &entry.label;
    let who = if restricted {
        "everyone in the networks that reach it"
    } else {
        "anyone on the internet"
    };
    let what = match behind {
        Behind::Function => match entry.functions.first() {
            Some(id) => format!("makes function `{id}` run"),
            None => "makes a function run".to_owned(),
        },
        Behind::Service => "uses an AWS service with the API's permissions".to_owned(),
        Behind::Server => "reaches the server behind the API".to_owned(),
        Behind::Nothing => "gets a fixed answer".to_owned(),
        Behind::Unknown => "is let through".to_owned(),
    };
    if entrance {
        return format!(
            "{who} who calls `{label}` {what}; by its name it is meant for callers who are not signed in"
        );
    }
    format!("{who} who calls `{label}` {what}: no authentication is asked for")
}

fn help(entry: &EntryPoint, resource: &Resource, app: &Application) -> &'static str {
    let implicit = &*resource.written.kind == "AWS::Serverless::Function";
    match (entry.kind, &*resource.kind) {
        (EntryKind::HttpRoute, _) if implicit => {
            "declare the API (`AWS::Serverless::HttpApi`) with `Auth.DefaultAuthorizer`, or set `Auth.Authorizer` of the event"
        }
        (_, "AWS::ApiGateway::RestApi") if implicit => {
            "set `Auth.DefaultAuthorizer` in `Globals.Api`, or `Auth.Authorizer` of the event"
        }
        (_, "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api") if from_event(entry, app) => {
            "set `Auth.Authorizer` of the event, or `Auth.DefaultAuthorizer` of the API"
        }
        (_, "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api") => {
            "name an authorizer in the route's `security`, or a default one for the whole API"
        }
        (EntryKind::RestRoute, _) => {
            "set `AuthorizationType` to `COGNITO_USER_POOLS`, `CUSTOM` or `AWS_IAM`, with `AuthorizerId`"
        }
        (EntryKind::WebSocketRoute, _) => {
            "set `AuthorizationType` of `$connect` to `CUSTOM` or `AWS_IAM`"
        }
        _ => "set `AuthorizationType` to `JWT`, `CUSTOM` or `AWS_IAM`, with `AuthorizerId`",
    }
}

fn in_serverless(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::RestRoute => {
            "set `authorizer` of the `http` event: `aws_iam`, a function, or the ARN of a user pool"
        }
        EntryKind::WebSocketRoute => "set `authorizer` of the event of `$connect`: a function",
        _ => {
            "set `authorizer` of the `httpApi` event: a `name` of `provider.httpApi.authorizers`, or `type: aws_iam`"
        }
    }
}

/// Whether the route was written as an event of a function.
fn from_event(entry: &EntryPoint, app: &Application) -> bool {
    let at = entry.at.span;
    entry.functions.iter().any(|id| {
        app.resource(id).is_some_and(|function| {
            let extent = function.extent;
            extent.file == at.file && extent.range().contains(&(at.start as usize))
        })
    })
}

/// Last words of paths that callers need before they can be known, and of callbacks whose caller
/// shows who it is in its own way.
const ENTRANCES: &[&str] = &[
    "login",
    "signin",
    "sign-in",
    "logout",
    "signout",
    "sign-out",
    "signup",
    "sign-up",
    "forgot-password",
    "reset-password",
    "webhook",
    "webhooks",
    "health",
    "healthz",
    "healthcheck",
    "ping",
    "favicon.ico",
    "robots.txt",
    "jwks.json",
    "openid-configuration",
];

/// Words that say so only at the top of an API: `/verify`, but not `/orders/{id}/verify`.
const AT_THE_TOP: &[&str] = &[
    "authorize",
    "callback",
    "confirm",
    "oauth",
    "refresh",
    "register",
    "status",
    "token",
    "verify",
];

/// Parts of paths that say nothing about what is behind them, or speak of signing in.
const NEUTRAL: &[&str] = &[
    "api", "v1", "v2", "v3", "auth", "oauth", "oauth2", "account", "accounts", "user", "users",
];

fn is_entrance(label: &str) -> bool {
    let Some((_, path)) = label.split_once(' ') else {
        return false;
    };
    let path = path.to_ascii_lowercase();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let Some(last) = parts.next_back() else {
        return false;
    };
    ENTRANCES.contains(&last)
        || (AT_THE_TOP.contains(&last) && parts.all(|part| NEUTRAL.contains(&part)))
}

fn behind(entry: &EntryPoint, resource: &Resource, app: &Application) -> Behind {
    if !entry.functions.is_empty() {
        return Behind::Function;
    }
    let integration = match &*resource.kind {
        "AWS::ApiGateway::Method" => resource.properties.get("Integration").cloned(),
        "AWS::ApiGatewayV2::Route" => {
            let integrations = resource.references("Target");
            return integrations
                .iter()
                .filter_map(|id| app.resource(id))
                .find(|r| &*r.kind == "AWS::ApiGatewayV2::Integration")
                .map_or(Behind::Unknown, |r| {
                    kind_of(
                        r.text("IntegrationType"),
                        r.text("IntegrationUri"),
                        r.properties.get("IntegrationSubtype").is_some(),
                    )
                });
        }
        _ => operation(entry, resource)
            .and_then(|o| o.get("x-amazon-apigateway-integration").cloned()),
    };
    let Some(integration) = integration else {
        return Behind::Unknown;
    };
    let text = |a: &str, b: &str| {
        let value = integration.get(a).or_else(|| integration.get(b));
        value.map(Value::display)
    };
    let subtype = text("IntegrationSubtype", "integrationSubtype").is_some();
    kind_of(
        text("Type", "type").as_deref(),
        text("Uri", "uri").as_deref(),
        subtype,
    )
}

fn kind_of(kind: Option<&str>, uri: Option<&str>, subtype: bool) -> Behind {
    let function = uri.is_some_and(|uri| uri.contains(":lambda:"));
    match kind.map(str::to_ascii_uppercase).as_deref() {
        Some("MOCK") => Behind::Nothing,
        Some("HTTP" | "HTTP_PROXY") => Behind::Server,
        Some("AWS" | "AWS_PROXY") if function => Behind::Function,
        Some("AWS_PROXY") if subtype => Behind::Service,
        Some("AWS_PROXY") => Behind::Function,
        Some("AWS") => Behind::Service,
        _ => Behind::Unknown,
    }
}

/// The operation of the API's document that an entry point was made from.
fn operation<'a>(entry: &EntryPoint, api: &'a Resource) -> Option<&'a Value> {
    let (verb, path) = entry.label.split_once(' ')?;
    let item = api.properties.get("Body")?.get("paths")?.get(path)?;
    let found = item.entries().iter().find(|operation| {
        let any = verb == "ANY" && &*operation.key == "x-amazon-apigateway-any-method";
        any || operation.key.eq_ignore_ascii_case(verb)
    });
    found.map(|operation| &operation.value)
}
