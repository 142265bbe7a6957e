//! Applications of whose invocations no trail is kept.

use crate::prelude::*;
use palisade_app::Reason;

pub(crate) static RULE: Rule = Rule {
    id: "no-invocation-trail",
    title: "no trail records who invokes the functions",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["BPSS-1.16", "SCSP-8.1"],
    cwe: Some(778),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

const FUNCTION: &str = "AWS::Lambda::Function";

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(first) = cx.app.graph().functions.first() else {
        return;
    };
    let trails: Vec<&Resource> = ["AWS::CloudTrail::Trail", "AWS::CloudTrail::EventDataStore"]
        .iter()
        .flat_map(|kind| cx.app.of_kind(kind))
        .collect();
    let answers: Vec<Answer> = trails.iter().map(|trail| records(trail)).collect();
    if answers.contains(&Answer::Yes) {
        return;
    }
    if trails.is_empty() {
        let Some(function) = cx.app.resource(&first.id) else {
            return;
        };
        let count = cx.app.graph().functions.len();
        sink.finding(function)
            .property("application")
            .profile(Profile::All)
            .confidence(Confidence::Low)
            .message(format!(
                "nothing here records who invokes {}: CloudTrail leaves invocations out unless a trail asks for them",
                if count == 1 {
                    "the function".to_owned()
                } else {
                    format!("the {count} functions")
                }
            ))
            .help("make sure that a trail of the account or the organisation selects data events of functions")
            .report();
        return;
    }
    for (trail, answer) in trails.into_iter().zip(answers) {
        let property = if &*trail.kind == "AWS::CloudTrail::Trail" {
            "EventSelectors"
        } else {
            "AdvancedEventSelectors"
        };
        let at = trail
            .properties
            .entry(property)
            .map_or(&trail.origin, |entry| &entry.key_origin);
        sink.finding(trail)
            .property(property)
            .message("the trail records management events only: who invoked which function can't be told afterwards")
            .help("add `EventSelectors` with a data resource of `Type: AWS::Lambda::Function`, values `arn:aws:lambda`")
            .judge(Verdict::always(answer, at));
    }
}

/// Whether a trail records the invocations of functions.
fn records(trail: &Resource) -> Answer {
    let mut unknown: Option<Reason> = None;
    for leaf in trail.at("IsLogging") {
        if leaf.bool(true) == Answer::No {
            return Answer::No;
        }
    }
    for leaf in trail.at("EventSelectors[]") {
        if let Data::Unknown(reason) = &leaf.value.data {
            unknown = Some(reason.clone());
        }
        let text = |key| leaf.value.get(key).and_then(Value::as_text);
        let writes = text("ReadWriteType").is_none_or(|kind| kind != "ReadOnly");
        let resources = leaf
            .value
            .get("DataResources")
            .map_or(&[][..], Value::items);
        let selected = resources
            .iter()
            .any(|resource| resource.get("Type").and_then(Value::as_text) == Some(FUNCTION));
        if writes && selected {
            return Answer::Yes;
        }
    }
    for leaf in trail.at("AdvancedEventSelectors[]") {
        if let Data::Unknown(reason) = &leaf.value.data {
            unknown = Some(reason.clone());
        }
        let fields = leaf
            .value
            .get("FieldSelectors")
            .map_or(&[][..], Value::items);
        let holds = |field: &str, value: &str| {
            fields.iter().any(|selector| {
                selector.get("Field").and_then(Value::as_text) == Some(field)
                    && selector
                        .get("Equals")
                        .map_or(&[][..], Value::items)
                        .iter()
                        .any(|item| item.as_text() == Some(value))
            })
        };
        if holds("resources.type", FUNCTION) && !holds("readOnly", "true") {
            return Answer::Yes;
        }
    }
    unknown.map_or(Answer::No, Answer::Unknown)
}
