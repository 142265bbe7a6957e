//! Messages that are delivered over plain HTTP.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "plaintext-delivery",
    title: "messages are delivered over plain HTTP",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.2", "BPSS-3.1"],
    cwe: Some(319),
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::SNS::Subscription",
            "AWS::SNS::Topic",
            "AWS::KinesisFirehose::DeliveryStream",
        ],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let (path, plain): (&'static str, fn(&str) -> bool) = match &*resource.kind {
        "AWS::SNS::Subscription" => ("Protocol", is_http),
        "AWS::SNS::Topic" => ("Subscription[].Protocol", is_http),
        _ => (
            "HttpEndpointDestinationConfiguration.EndpointConfiguration.Url",
            starts_with_http,
        ),
    };
    let leaves = resource.at(path);
    sink.finding(resource)
        .property(path)
        .message("messages leave in plain: anyone on the way reads them")
        .help("deliver to an `https:` address")
        .judge(Verdict::of(&leaves, |leaf| {
            leaf.text(Some(""), |text| !plain(text))
        }));
}

fn is_http(protocol: &str) -> bool {
    protocol.eq_ignore_ascii_case("http")
}

fn starts_with_http(url: &str) -> bool {
    url.to_ascii_lowercase().starts_with("http:")
}
