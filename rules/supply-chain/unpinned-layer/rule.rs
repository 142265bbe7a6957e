//! Layers whose version is decided at deployment.

use crate::layers::layer_arn;
use crate::prelude::*;
use palisade_app::Part;

pub(crate) static RULE: Rule = Rule {
    id: "unpinned-layer",
    title: "the version of a layer is not fixed",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-17.2"],
    cwe: Some(829),
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Lambda::Function"],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    for (i, leaf) in resource.at("Layers[]").into_iter().enumerate() {
        let looked_up = leaf.value.parts().is_some_and(|parts| {
            parts
                .iter()
                .any(|part| matches!(part, Part::Dynamic { service, .. } if &**service == "ssm"))
        });
        let message = if looked_up {
            "which version of the layer runs is looked up at deployment: two deployments of the same commit can differ"
        } else if layer_arn(leaf.value).is_some_and(|arn| {
            !arn.version
                .is_some_and(|v| v == "?" || v.bytes().all(|b| b.is_ascii_digit()) && !v.is_empty())
        }) {
            "the layer's ARN names no version: what runs is not what was reviewed"
        } else {
            continue;
        };
        sink.finding(resource)
            .property("Layers")
            .item(i.to_string())
            .message(message)
            .help("write the layer's ARN in `Layers` with its version number at the end")
            .judge(Verdict::of(&[leaf], |_| Answer::No));
    }
}
