//! APIs without a limit on the rate of requests.

use crate::prelude::*;
use palisade_app::graph::{Authentication, EntryKind, Reach, State};

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
    let (kind, path) = if rest {
        ("AWS::ApiGateway::Stage", "RestApiId")
    } else {
        ("AWS::ApiGatewayV2::Stage", "ApiId")
    };
    let Some(stage) = cx.app.attached(kind, path, &api.id).next() else {
        return;
    };
    let open = [first]
        .into_iter()
        .chain(routes)
        .any(|entry| entry.authentication == Authentication::None);
    let builder = sink
        .finding(stage)
        .property("ThrottlingRateLimit")
        .help(if rest {
            "set `ThrottlingRateLimit` and `ThrottlingBurstLimit` in `MethodSettings` for `*` and `/*`"
        } else {
            "set `ThrottlingRateLimit` and `ThrottlingBurstLimit` in `DefaultRouteSettings`"
        });
    let builder = if first.reach == Reach::Internet {
        builder
    } else {
        builder.profile(Profile::All)
    };
    builder
        .message(if open {
            "anyone can flood the API: only the account's own limit stops them, and every other API of the account stops with it"
        } else {
            "one caller can use up the account's limit of requests, and every other API of the account stops with it"
        })
        .report();
}
