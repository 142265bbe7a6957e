//! APIs that let scripts of every website call them.

use crate::prelude::*;
use palisade_app::graph::Authentication;
use palisade_core::Origin;

pub(crate) static RULE: Rule = Rule {
    id: "open-cors",
    title: "scripts of every website may call the API",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.3", "SCSP-5.4"],
    cwe: Some(942),
    aliases: &["CKV2_AWS_75"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::Lambda::Url",
            "AWS::ApiGatewayV2::Api",
            "AWS::ApiGateway::RestApi",
        ],
        check,
    },
};

const HELP: &str = "name the origins of your own pages instead of `*`";

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let authenticated = cx.app.graph().entry_points.iter().any(|entry| {
        entry.source.as_deref() == Some(&*resource.id)
            && !matches!(
                entry.authentication,
                Authentication::None | Authentication::NotNeeded | Authentication::Unknown(_)
            )
    });
    match &*resource.kind {
        "AWS::ApiGateway::RestApi" => rest(resource, authenticated, cx.app, sink),
        "AWS::Lambda::Url" => configured(resource, "Cors", authenticated, sink),
        _ => configured(resource, "CorsConfiguration", authenticated, sink),
    }
}

fn is_any(origin: &str) -> bool {
    matches!(origin, "*" | "https://*" | "http://*")
}

/// `Cors` of a function URL and `CorsConfiguration` of an HTTP API have the same members.
fn configured(api: &Resource, path: &'static str, authenticated: bool, sink: &mut Sink<'_>) {
    let url = path == "Cors";
    let documented = "Body.x-amazon-apigateway-cors";
    for (root, origins, methods, credentials) in [
        (path, "AllowOrigins[]", "AllowMethods[]", "AllowCredentials"),
        (
            documented,
            "allowOrigins[]",
            "allowMethods[]",
            "allowCredentials",
        ),
    ] {
        let at = |member: &str| api.at(&format!("{root}.{member}"));
        let open = Verdict::of(&at(origins), |leaf| {
            if leaf.value.data == Data::Absent {
                return Answer::Yes;
            }
            leaf.text(None, |origin| !is_any(origin))
        });
        let credentials = at(credentials)
            .iter()
            .any(|leaf| leaf.value.as_bool() == Some(true));
        let methods = at(methods)
            .iter()
            .any(|leaf| leaf.value.as_text() == Some("*"));
        let builder = sink.finding(api).property(path).item(root).help(HELP);
        let builder = if methods {
            builder.aliases(&["CKV2_AWS_75"])
        } else {
            builder
        };
        let builder = if credentials {
            let builder = if url {
                builder.severity(Severity::High)
            } else {
                builder
            };
            builder.message("scripts of every website may call the API with the cookies of whoever visits it, and read the answer")
        } else if authenticated {
            builder
                .severity(Severity::Low)
                .profile(Profile::All)
                .message("scripts of every website may call the API and read its answers, if they get hold of a token")
        } else {
            builder
                .severity(Severity::Info)
                .profile(Profile::All)
                .message("scripts of every website may call the API and read its answers, like everyone else")
        };
        builder.judge(open);
    }
}

/// Headers that a REST API adds to answers.
struct Headers {
    at: Origin,
    /// The origin of the request is given back.
    mirrors: bool,
    credentials: bool,
}

fn rest(api: &Resource, authenticated: bool, app: &Application, sink: &mut Sink<'_>) {
    let mut found: Vec<(&Resource, Headers)> = Vec::new();
    for leaf in api.at("Body") {
        documents(leaf.value, &mut |parameters| {
            found.extend(headers(parameters).map(|headers| (api, headers)));
        });
    }
    for method in app.attached("AWS::ApiGateway::Method", "RestApiId", &api.id) {
        for leaf in method.at("Integration.IntegrationResponses[].ResponseParameters") {
            found.extend(headers(leaf.value).map(|headers| (method, headers)));
        }
    }
    for response in app.attached("AWS::ApiGateway::GatewayResponse", "RestApiId", &api.id) {
        for leaf in response.at("ResponseParameters") {
            found.extend(headers(leaf.value).map(|headers| (response, headers)));
        }
    }
    for (i, (resource, headers)) in found.iter().filter(|(_, h)| h.credentials).enumerate() {
        let builder = sink
            .finding(resource)
            .property("ResponseParameters")
            .item(i.to_string())
            .at(&headers.at)
            .help(HELP);
        if headers.mirrors {
            builder.severity(Severity::High).message(
                "the answer allows whichever website asks, with the visitor's cookies: every website can act and read in their name",
            )
        } else {
            builder.message(
                "the answer allows every website and asks for credentials: browsers refuse this, and the next fix is usually to allow whoever asks",
            )
        }
        .report();
    }
    // Without credentials a token is needed all the same; said once for the API.
    if let Some((resource, headers)) = found
        .iter()
        .find(|(_, h)| !h.credentials)
        .filter(|_| authenticated)
    {
        sink.finding(resource)
            .property("ResponseParameters")
            .at(&headers.at)
            .severity(Severity::Low)
            .profile(Profile::All)
            .message("scripts of every website may call the API and read its answers, if they get hold of a token")
            .help(HELP)
            .report();
    }
}

/// Calls `f` with every map of response parameters below an `OpenAPI` document.
fn documents<'a>(body: &'a Value, f: &mut dyn FnMut(&'a Value)) {
    body.walk(&mut |value| {
        if let Some(parameters) = value.get("responseParameters") {
            f(parameters);
        }
    });
}

/// The headers that allow every origin, if there are such.
fn headers(parameters: &Value) -> Option<Headers> {
    let header = |name: &str| {
        parameters
            .entries()
            .iter()
            .find(|entry| entry.key.to_ascii_lowercase().ends_with(name))
    };
    let text = |value: &Value| {
        value
            .as_text()
            .map(|text| text.trim_matches(['\'', '"', ' ']).to_ascii_lowercase())
    };
    let origin = header("header.access-control-allow-origin")?;
    let allowed = text(&origin.value)?;
    let mirrors = allowed.ends_with("request.header.origin");
    let credentials = header("header.access-control-allow-credentials")
        .and_then(|entry| text(&entry.value))
        .as_deref()
        == Some("true");
    (mirrors || is_any(&allowed)).then(|| Headers {
        at: origin.value.origin.clone(),
        mirrors,
        credentials,
    })
}
