//! Policies of IoT devices that let one device act as all of them.

use crate::permissions::{Had, Holder, reason_of, some_of, written};
use crate::prelude::*;
use palisade_iam::Truth;

pub(crate) static RULE: Rule = Rule {
    id: "broad-device-policy",
    title: "a device may act as every device",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.1", "SCSP-1.2"],
    cwe: Some(250),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

/// What devices do, on what, and what it means when it is any.
const ACTIONS: &[(&str, &str)] = &[
    ("iot:Publish", "topic/AnyTopic"),
    ("iot:Subscribe", "topicfilter/AnyTopic"),
    ("iot:Receive", "topic/AnyTopic"),
    ("iot:UpdateThingShadow", "thing/AnyThing"),
    ("iot:GetThingShadow", "thing/AnyThing"),
];

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    if cx.app.of_kind("AWS::IoT::Policy").next().is_none() {
        return;
    }
    for written in written(cx, false) {
        if &*written.resource.kind != "AWS::IoT::Policy" {
            continue;
        }
        let mut open: Vec<(&str, String)> = Vec::new();
        let mut answers = Vec::new();
        for had in &written.had {
            let (truth, actions) = given(cx, had);
            open.extend(actions);
            let answer = match truth {
                Truth::Yes => Answer::No,
                Truth::No => Answer::Yes,
                Truth::Maybe => Answer::Unknown(reason_of(cx.access(), had.statement)),
            };
            answers.push((answer, had.when));
        }
        let first = open.first();
        let witness = first.and_then(|(action, arn)| written.witness(cx, action, arn));
        sink.finding(written.resource)
            .property("PolicyDocument.Statement[].Resource")
            .item(written.item())
            .at(&written.resource_at())
            .message(format!(
                "every device with this policy may act for all others, on any topic: {}",
                some_of(open.iter().map(|(action, _)| *action), 3)
            ))
            .help("bind the topics to the device with `${iot:Connection.Thing.ThingName}` in `Resource`")
            .witness(witness.as_ref(), &cx.access().symbols)
            .judge(written.verdict(answers));
    }
}

/// What a statement gives on any topic or thing.
fn given(cx: &Context<'_>, had: &Had<'_>) -> (Truth, Vec<(&'static str, String)>) {
    let holder = Holder::of(cx, had);
    let account = &cx.access().account;
    let mut truth = Truth::No;
    let mut open = Vec::new();
    for (action, resource) in ACTIONS {
        let arn = crate::permissions::any_arn(
            cx.access(),
            &format!("arn:${{Partition}}:iot:${{Region}}:{account}:{resource}"),
            had.statement.resources.as_ref().and_then(|e| e.patterns.first()),
        );
        let allowed = holder.allows(had.statement, action, &arn);
        truth = truth.or(allowed);
        if allowed == Truth::Yes {
            open.push((*action, arn));
        }
    }
    (truth, open)
}
