//! Domains and endpoints of APIs that accept old versions of TLS.

use crate::prelude::*;
use palisade_app::{Reason, ReasonKind};
use palisade_policy::TlsVersion;

pub(crate) static RULE: Rule = Rule {
    id: "api-below-tls-floor",
    title: "the API accepts old versions of TLS",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.2", "BPSS-3.1", "BPSS-3.4"],
    cwe: Some(326),
    aliases: &["CKV_AWS_206"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::ApiGateway::DomainName",
            "AWS::ApiGateway::DomainNameV2",
            "AWS::ApiGatewayV2::DomainName",
            "AWS::ApiGateway::RestApi",
        ],
        check,
    },
};

/// The oldest version that a security policy accepts.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Oldest {
    Tls10,
    Tls12,
    Tls13,
}

/// `SecurityPolicy_TLS13_1_N_…`: the newest version is 1.3, the oldest 1.N.
fn oldest(policy: &str) -> Option<Oldest> {
    match policy {
        "TLS_1_0" => Some(Oldest::Tls10),
        "TLS_1_2" => Some(Oldest::Tls12),
        "SecurityPolicy_TLS13_2025_EDGE" => Some(Oldest::Tls13),
        _ if policy.starts_with("SecurityPolicy_TLS13_1_3_") => Some(Oldest::Tls13),
        _ if policy.starts_with("SecurityPolicy_TLS13_1_2_")
            || policy.starts_with("SecurityPolicy_TLS12_") =>
        {
            Some(Oldest::Tls12)
        }
        _ => None,
    }
}

/// Whether what is written keeps to a floor; what is left out is judged apart.
fn keeps(leaves: &[Leaf<'_>], floor: Oldest) -> Verdict {
    Verdict::of(leaves, |leaf| {
        match (&leaf.value.data, leaf.value.as_text()) {
            (Data::Absent | Data::Null, _) => Answer::Yes,
            (_, Some(policy)) => oldest(policy).map_or_else(
                || {
                    let detail = format!("security policy `{policy}` is not known");
                    Answer::Unknown(Reason::new(ReasonKind::Function, detail))
                },
                |oldest| Answer::from(oldest >= floor),
            ),
            _ => leaf.undecided(),
        }
    })
}

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let kind = &*resource.kind;
    let api = kind == "AWS::ApiGateway::RestApi";
    let second = kind == "AWS::ApiGatewayV2::DomainName";
    let path = if second {
        "DomainNameConfigurations[].SecurityPolicy"
    } else {
        "SecurityPolicy"
    };
    let aliases: &[&str] = if api { &[] } else { &["CKV_AWS_206"] };
    let leaves = resource.at(path);
    let old = keeps(&leaves, Oldest::Tls12);
    let fails = old.fails();
    sink.finding(resource)
        .property(path)
        .aliases(aliases)
        .message("callers may use TLS 1.0 and 1.1, whose ciphers can be attacked on the way: tokens and data travel over them")
        .help("set `SecurityPolicy: TLS_1_2`, or a policy of TLS 1.3 where your callers allow it")
        .judge(old);
    // The domain of an HTTP API cannot go beyond TLS 1.2.
    if fails || second {
        return;
    }
    let newest = keeps(&leaves, Oldest::Tls13);
    if cx.parameters.tls_floor == TlsVersion::Tls13 && newest.fails() {
        sink.finding(resource)
            .property(path)
            .item("TLS 1.3")
            .severity(Severity::Low)
            .profile(Profile::All)
            .message("callers may use TLS 1.2, and the policy asks for 1.3")
            .help("set a `SecurityPolicy` whose name begins with `SecurityPolicy_TLS13_1_3`, and `EndpointAccessMode: STRICT`")
            .judge(newest);
    }
    let written = Verdict::of(&leaves, Leaf::present);
    if !written.fails() {
        return;
    }
    if !api {
        sink.finding(resource)
            .property(path)
            .item("default")
            .aliases(aliases)
            .severity(Severity::Info)
            .profile(Profile::All)
            .message("the versions of TLS are left to the provider's default (1.2 and up)")
            .help("set `SecurityPolicy` to say so")
            .judge(written);
    } else if has_endpoint(resource) {
        sink.finding(resource)
            .property(path)
            .item("default")
            .severity(Severity::Low)
            .profile(Profile::All)
            .message("the API's own endpoint (execute-api) accepts TLS 1.0: that is the default of public APIs")
            .help("set `SecurityPolicy` to a policy of TLS 1.2 or 1.3, or `DisableExecuteApiEndpoint: true` behind a domain name")
            .judge(written);
    }
}

/// The API answers on an endpoint of its own whose default is TLS 1.0.
fn has_endpoint(api: &Resource) -> bool {
    let private = api
        .at("EndpointConfiguration.Types[]")
        .iter()
        .any(|leaf| leaf.value.as_text() == Some("PRIVATE"));
    let disabled = Want::on("DisableExecuteApiEndpoint").judge(api);
    !private && disabled.fails()
}
