//! APIs without a limit on the rate of requests.

use crate::prelude::*;
use palisade_app::graph::{Authentication, EntryKind, EntryPoint, Reach, State, rest_stages};

pub(crate) static RULE: Rule = Rule {
    id: "no-throttling",
    title: "nothing limits the rate of requests to the API",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-4.3", "SCSP-4.4", "BPSS-2.15", "BPSS-2.19"],
    cwe: Some(770),
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"],
        check,
    },
};

fn check(api: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let rest = &*api.kind == "AWS::ApiGateway::RestApi";
    let mut routes = cx.app.graph().entry_points.iter().filter(|entry| {
        entry.source.as_deref() == Some(&*api.id)
            && matches!(
                entry.kind,
                EntryKind::RestRoute | EntryKind::HttpRoute | EntryKind::WebSocketRoute
            )
    });
    let Some(first) = routes.next() else {
        return;
    };
    if let State::Unknown(reason) = &first.throttled {
        return sink.unresolved(api, reason, &api.origin);
    }
    if first.throttled != State::Off {
        return;
    }
    let stage = if rest {
        rest_stages(cx.app, api).next()
    } else {
        cx.app.attached("AWS::ApiGatewayV2::Stage", "ApiId", &api.id).next()
    };
    let Some(stage) = stage else {
        return;
    };
    let open: Vec<&EntryPoint> = [first]
        .into_iter()
        .chain(routes)
        .filter(|entry| entry.authentication == Authentication::None)
        .collect();
    let builder = sink
        .finding(stage)
        .property("ThrottlingRateLimit")
        .help(help(rest, stage))
        .in_serverless(if rest {
            "set `custom.apiGatewayThrottling` of the plugin serverless-api-gateway-throttling: the framework has no setting for it"
        } else {
            "set `DefaultRouteSettings` with `ThrottlingRateLimit` and `ThrottlingBurstLimit` in `resources.extensions.HttpApiStage.Properties`"
        });
    // Callers who are known can be told to stop.
    let costly = first.reach == Reach::Internet
        && open.iter().any(|entry| !bounded(entry, cx.app))
        && !guarded(api, stage, cx.app);
    let builder = if costly {
        builder
    } else {
        builder.profile(Profile::All)
    };
    builder
        .message(if costly {
            "anyone can flood the API: nothing but the account's own limit bounds the bill, and every other API of the account stops with it"
        } else {
            "one caller can use up the account's limit of requests, and every other API of the account stops with it"
        })
        .report();
}

fn help(rest: bool, stage: &Resource) -> &'static str {
    let implicit = &*stage.written.kind == "AWS::Serverless::Function";
    match (rest, implicit) {
        (true, false) => {
            "set `ThrottlingRateLimit` and `ThrottlingBurstLimit` in `MethodSettings` for `*` and `/*`"
        }
        (true, true) => {
            "set `ThrottlingRateLimit` and `ThrottlingBurstLimit` for `*` and `/*` in `MethodSettings` of `Globals.Api`"
        }
        (false, false) => {
            "set `ThrottlingRateLimit` and `ThrottlingBurstLimit` in `DefaultRouteSettings`"
        }
        (false, true) => {
            "set `ThrottlingRateLimit` and `ThrottlingBurstLimit` in `DefaultRouteSettings` of `Globals.HttpApi`"
        }
    }
}

/// Whether the functions behind a route run so many times at once and no more.
fn bounded(entry: &EntryPoint, app: &Application) -> bool {
    let bound = |id: &std::sync::Arc<str>| {
        app.resource(id).is_some_and(|function| {
            let limit = Want::present("ReservedConcurrentExecutions");
            limit.judge(function).passes()
        })
    };
    !entry.functions.is_empty() && entry.functions.iter().all(bound)
}

/// Whether a web ACL stands before the API, whose rules may count requests.
fn guarded(api: &Resource, stage: &Resource, app: &Application) -> bool {
    [api, stage].into_iter().any(|resource| {
        let mut walls = app.attached(
            "AWS::WAFv2::WebACLAssociation",
            "ResourceArn",
            &resource.id,
        );
        walls.next().is_some()
    })
}
