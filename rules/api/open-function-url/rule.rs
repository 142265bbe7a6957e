//! Function URLs that anyone can call.

use crate::prelude::*;
use palisade_app::graph::{Effect, Principal};

pub(crate) static RULE: Rule = Rule {
    id: "open-function-url",
    title: "the function's URL asks nobody who they are",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-5.4", "SCSP-4.3", "BPSS-1.11", "BPSS-3.10"],
    cwe: Some(306),
    aliases: &["CKV_AWS_258"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Lambda::Url"],
        check,
    },
};

fn check(url: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let verdict = Want {
        path: "AuthType",
        is: Is::NotIn { texts: &["NONE"] },
    }
    .judge(url);
    let graph = cx.app.graph();
    let entry = graph.entry_points.iter().find(|e| e.resource == url.id);
    let functions = entry.map_or(&[][..], |entry| &entry.functions[..]);
    // A URL answers only whom the function's policy lets in, and the application may not say so.
    let opened = functions.is_empty()
        || functions
            .iter()
            .flat_map(|id| graph.grants_on(id))
            .any(|grant| {
                grant.effect == Effect::Allow
                    && grant.covers("lambda:InvokeFunctionUrl")
                    && grant.principals.contains(&Principal::Anyone)
            });
    let builder = sink
        .finding(url)
        .property("AuthType")
        .aliases(&["CKV_AWS_258"])
        .help("set `AuthType: AWS_IAM`, and allow `lambda:InvokeFunctionUrl` to those who call it");
    let builder = if opened {
        builder.message("anyone who learns the URL can invoke the function: nothing is in front of it but its own code")
    } else {
        builder.severity(Severity::Medium).message(
            "the URL asks for no authentication; only the missing permission for everyone still keeps it closed",
        )
    };
    builder.judge(verdict);
}
