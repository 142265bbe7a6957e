//! REST APIs that hand every request to the function behind them, whatever is in it.

use crate::prelude::*;
use crate::routes::owner_of;
use palisade_app::graph::{Authentication, EntryKind, EntryPoint, Reach, State};
use std::sync::Arc;

pub(crate) static RULE: Rule = Rule {
    id: "no-request-validation",
    title: "requests are not validated before they reach the function",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-2.1", "SCSP-4.3", "BPSS-2.16"],
    cwe: Some(20),
    aliases: &["CKV2_AWS_53"],
    since: "0.1.0",
    check: Check::Application(check),
};

const FIRST: &str = "the function is the first and only one to check it";
const HELP: &str =
    "give the route a model and a request validator with `ValidateRequestBody: true`";

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut documents: Vec<Arc<str>> = Vec::new();
    for entry in &cx.app.graph().entry_points {
        let Some(resource) = cx
            .app
            .resource(&entry.resource)
            .filter(|_| entry.kind == EntryKind::RestRoute)
        else {
            continue;
        };
        if &*resource.kind == "AWS::ApiGateway::Method" {
            method(entry, resource, cx.app, sink);
        } else if lacking(entry) && !documents.contains(&resource.id) {
            documents.push(resource.id.clone());
            document(resource, cx.app, sink);
        }
    }
}

/// Requests of callers who are known are their business first; what anyone sends is an attack
/// sooner or later.
fn profile(entry: &EntryPoint) -> Profile {
    let anyone = matches!(
        entry.authentication,
        Authentication::None | Authentication::ApiKey
    );
    match anyone && entry.reach == Reach::Internet {
        true => Profile::Default,
        false => Profile::All,
    }
}

/// A function behind a request that has a body, and nothing that looks at it before.
fn lacking(entry: &EntryPoint) -> bool {
    takes_body(entry) && entry.validated == State::Off
}

fn takes_body(entry: &EntryPoint) -> bool {
    let verb = entry.label.split(' ').next().unwrap_or_default();
    matches!(verb, "POST" | "PUT" | "PATCH") && !entry.functions.is_empty()
}

fn method(entry: &EntryPoint, method: &Resource, app: &Application, sink: &mut Sink<'_>) {
    let builder = sink
        .finding(method)
        .property("RequestValidatorId")
        .aliases(&["CKV2_AWS_53"]);
    if takes_body(entry) {
        builder
            .profile(profile(entry))
            .message(format!(
                "`{}` reaches its function whatever its body holds: {FIRST}",
                entry.label
            ))
            .help(HELP)
            .in_serverless("set `request.schemas` of the `http` event: a JSON schema for `application/json`")
    } else {
        builder
            .severity(Severity::Info)
            .profile(Profile::All)
            .message(format!(
                "parameters of `{}` are not validated at the gateway",
                entry.label
            ))
            .help("set `RequestValidatorId` to a validator with `ValidateRequestParameters: true`")
            .in_serverless("name what the route needs in `request.parameters` of the `http` event")
    }
    .judge(Want::present("RequestValidatorId").judge(method));

    // A validator that looks at parameters only lets every body through.
    let validators = method.references("RequestValidatorId");
    for validator in validators.iter().filter_map(|id| app.resource(id)) {
        if takes_body(entry) && &*validator.kind == "AWS::ApiGateway::RequestValidator" {
            sink.finding(method)
                .property("RequestValidatorId")
                .item("body")
                .profile(profile(entry))
                .at(&entry.at)
                .message(format!(
                    "`{}` names validator `{}`, which does not look at bodies: {FIRST}",
                    entry.label, validator.id
                ))
                .help("set `ValidateRequestBody: true` in the validator")
                .judge(Want::on("ValidateRequestBody").judge(validator));
        }
    }
}

/// One finding for all the operations of a document: for those that anyone can call, when there
/// are some.
fn document(api: &Resource, app: &Application, sink: &mut Sink<'_>) {
    let routes = app.graph().entry_points.iter();
    let lacking = routes.filter(|entry| entry.resource == api.id && lacking(entry));
    let (open, known): (Vec<&EntryPoint>, Vec<_>) =
        lacking.partition(|entry| profile(entry) == Profile::Default);
    let told = if open.is_empty() { known } else { open };
    let Some(first) = told.first() else {
        return;
    };
    let more = told.len() - 1;
    let message = match more {
        0 => format!(
            "`{}` reaches its function whatever its body holds: {FIRST}",
            first.label
        ),
        1 => format!(
            "`{}` and one more route reach their functions whatever their bodies hold: {FIRST}",
            first.label
        ),
        n => format!(
            "`{}` and {n} more routes reach their functions whatever their bodies hold: {FIRST}",
            first.label
        ),
    };
    sink.finding(owner_of(first, api, app))
        .property("Body")
        .at(&first.at)
        .aliases(&["CKV2_AWS_53"])
        .profile(profile(first))
        .message(message)
        .help(if from_event(first, app) {
            "set `RequestModel` of the event, with `ValidateBody: true` and a model of the API's `Models`"
        } else {
            "give the routes models, and name a validator in `x-amazon-apigateway-request-validator`"
        })
        .report();
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
