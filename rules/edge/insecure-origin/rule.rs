//! Distributions that fetch from their origin without protection.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "insecure-origin",
    title: "the way to the origin is not protected",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.2", "BPSS-3.2"],
    cwe: Some(319),
    aliases: &[
        "CKV2_AWS_72",
        "CloudFront.9",
        "CKV2_AWS_54",
        "CloudFront.10",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::CloudFront::Distribution"],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    for origin in resource.at("DistributionConfig.Origins[]") {
        let Some(config) = origin.value.get("CustomOriginConfig") else {
            continue;
        };
        let name = origin
            .value
            .get("Id")
            .map(Value::display)
            .unwrap_or_default();
        let ask = |path: &str, ask: &dyn Fn(&Leaf<'_>) -> Answer| {
            let mut verdict = Verdict::of(
                &palisade_app::lookup::leaves(config, path, &config.origin),
                |leaf| ask(leaf),
            );
            for branch in &mut verdict.branches {
                branch.when.extend(origin.when.iter().cloned());
            }
            verdict
        };
        let plain = ask("OriginProtocolPolicy", &|leaf| {
            leaf.text(Some("http-only"), |text| text != "http-only")
        });
        let matching = ask("OriginProtocolPolicy", &|leaf| {
            leaf.text(None, |text| text == "https-only")
        });
        if plain.passes() {
            sink.finding(resource)
                .property("OriginProtocolPolicy")
                .item(&*name)
                .message("the origin is asked in whatever protocol the viewer uses, plain HTTP among them")
                .help("set `CustomOriginConfig.OriginProtocolPolicy: https-only`")
                .aliases(&["CKV2_AWS_72", "CloudFront.9"])
                .severity(Severity::Low)
                .profile(Profile::All)
                .judge(matching);
        } else {
            sink.finding(resource)
                .property("OriginProtocolPolicy")
                .item(&*name)
                .message("CloudFront asks the origin in plain HTTP: HTTPS ends at the edge, and the rest of the way is open")
                .help("set `CustomOriginConfig.OriginProtocolPolicy: https-only`; put a bucket behind origin access control in place of its website")
                .aliases(&["CKV2_AWS_72", "CloudFront.9"])
                .judge(plain);
        }
        let protocol = |bad: &'static [&'static str]| {
            ask("OriginSSLProtocols[]", &|leaf| match leaf.present() {
                Answer::No => Answer::Yes,
                _ => leaf.text(None, |text| !bad.contains(&text)),
            })
        };
        let ssl = protocol(&["SSLv3"]);
        let (message, aliases, verdict): (_, &[&str], _) = if ssl.fails() {
            (
                "CloudFront may talk SSLv3 to the origin, which is broken",
                &["CKV2_AWS_54", "CloudFront.10"],
                ssl,
            )
        } else {
            (
                "CloudFront may talk TLS 1.0 or 1.1 to the origin",
                &[],
                protocol(&["TLSv1", "TLSv1.1"]),
            )
        };
        sink.finding(resource)
            .property("OriginSSLProtocols")
            .item(&*name)
            .message(message)
            .help("set `CustomOriginConfig.OriginSSLProtocols: [TLSv1.2]`")
            .aliases(aliases)
            .judge(verdict);
    }
}
