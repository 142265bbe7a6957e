//! Endpoints that accept an older TLS than the policy allows.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "tls-below-floor",
    title: "the endpoint accepts TLS older than the policy allows",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.2", "BPSS-3.1"],
    cwe: Some(326),
    aliases: &["CKV_AWS_174", "CKV_AWS_103", "CKV_AWS_228"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::CloudFront::Distribution",
            "AWS::ElasticLoadBalancingV2::Listener",
            "AWS::OpenSearchService::Domain",
            "AWS::Elasticsearch::Domain",
        ],
        check,
    },
};

use palisade_app::{Reason, ReasonKind};
use palisade_policy::TlsVersion;

/// A version of TLS as its minor number; 0 stands for all that came before TLS 1.0.
type Tls = u8;

/// The oldest TLS that the policy allows without an exception.
fn floor(cx: &Context<'_>) -> Tls {
    match cx.parameters.tls_floor {
        TlsVersion::Tls12 => 2,
        TlsVersion::Tls13 => 3,
    }
}

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    match &*resource.kind {
        "AWS::CloudFront::Distribution" => distribution(resource, cx, sink),
        "AWS::ElasticLoadBalancingV2::Listener" => listener(resource, cx, sink),
        _ => domain(resource, cx, sink),
    }
}

/// What is asked of one endpoint.
struct Endpoint {
    path: &'static str,
    /// What the provider takes when nothing is said.
    default: &'static str,
    /// The oldest version that a policy of this name accepts.
    oldest: fn(&str) -> Option<Tls>,
    aliases: &'static [&'static str],
    /// The help for the floor that can be reached here.
    help: &'static str,
    /// When what is older than TLS 1.2 is reported.
    profile: Profile,
    /// Passes where the question does not arise.
    unless: Option<Verdict>,
}

fn judge(resource: &Resource, endpoint: &Endpoint, floor: Tls, sink: &mut Sink<'_>) {
    let at_least = |least: Tls| {
        let verdict = Verdict::of(&resource.at(endpoint.path), |leaf| {
            match leaf.text(Some(endpoint.default), |_| true) {
                Answer::Yes => {
                    let name = leaf.value.as_text().unwrap_or(endpoint.default);
                    (endpoint.oldest)(name).map_or_else(
                        || {
                            Answer::Unknown(Reason::new(
                                ReasonKind::Function,
                                format!("`{name}` is no policy that is known"),
                            ))
                        },
                        |oldest| (oldest >= least).into(),
                    )
                }
                other => other,
            }
        });
        match &endpoint.unless {
            Some(unless) => verdict.or(unless.clone()),
            None => verdict,
        }
    };
    let old = at_least(2.min(floor));
    let finding = sink
        .finding(resource)
        .property(endpoint.path)
        .help(endpoint.help);
    if !old.passes() {
        finding
            .message("the endpoint still accepts TLS 1.0 or 1.1, whose ciphers are broken: traffic can be read on the way")
            .aliases(endpoint.aliases)
            .profile(endpoint.profile)
            .judge(old);
    } else if floor > 2 {
        finding
            .message("the endpoint accepts TLS 1.2, where the policy asks for 1.3: it needs an exception")
            .severity(Severity::Low)
            .profile(Profile::All)
            .judge(at_least(floor));
    }
}

fn distribution(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let viewer = "DistributionConfig.ViewerCertificate";
    // Without a certificate of its own the distribution has the provider's, and with that its
    // oldest policy, whatever is written beside it.
    let own = Want::present("DistributionConfig.ViewerCertificate.AcmCertificateArn")
        .judge(resource)
        .or(Want::present("DistributionConfig.ViewerCertificate.IamCertificateId").judge(resource));
    let provided = Want {
        path: "DistributionConfig.ViewerCertificate.CloudFrontDefaultCertificate",
        is: Is::False { default: false },
    }
    .judge(resource);
    let always = |verdict: &Verdict| verdict.branches.iter().all(|b| b.answer == Answer::No);
    let shared = if provided.fails() {
        provided
    } else {
        own.clone()
    };
    let nothing_else = always(&shared);
    sink.finding(resource)
        .property(viewer)
        .message("under the provider's own certificate the distribution accepts TLS 1.0 from everyone")
        .help("give the distribution a name and certificate of its own (`AcmCertificateArn`) and set `MinimumProtocolVersion`")
        .aliases(&["CKV_AWS_174"])
        .severity(Severity::Low)
        .profile(Profile::All)
        .judge(shared);
    if nothing_else {
        return;
    }
    let endpoint = Endpoint {
        path: "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
        default: "TLSv1",
        oldest: |name| {
            Some(match name {
                "SSLv3" | "TLSv1" | "TLSv1_2016" => 0,
                "TLSv1.1_2016" => 1,
                _ if name.starts_with("TLSv1.2_") => 2,
                _ if name.starts_with("TLSv1.3_") => 3,
                _ => return None,
            })
        },
        aliases: &["CKV_AWS_174"],
        help: "set `ViewerCertificate.MinimumProtocolVersion: TLSv1.3_2025`, or `TLSv1.2_2021` for older clients",
        profile: Profile::Default,
        unless: Some(own.negate()),
    };
    judge(resource, &endpoint, floor(cx), sink);
}

fn listener(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    if !Want::one_of("Protocol", &["HTTPS", "TLS"])
        .judge(resource)
        .passes()
    {
        return;
    }
    let endpoint = Endpoint {
        path: "SslPolicy",
        default: "ELBSecurityPolicy-2016-08",
        oldest: |name| {
            let name = name.strip_prefix("ELBSecurityPolicy-")?;
            let named: &[(&str, Tls)] = &[
                ("TLS13-1-3-", 3),
                ("TLS13-1-2-", 2),
                ("TLS13-1-1-", 1),
                ("TLS13-1-0-", 0),
                ("TLS-1-2-", 2),
                ("FS-1-2-", 2),
                ("TLS-1-1-", 1),
                ("FS-1-1-", 1),
                ("TLS-1-0-", 0),
                ("FS-2018-", 0),
                ("2015-05", 0),
                ("2016-08", 0),
            ];
            named
                .iter()
                .find(|(start, _)| name.starts_with(start))
                .map(|(_, tls)| *tls)
        },
        aliases: &["CKV_AWS_103"],
        help: "set `SslPolicy: ELBSecurityPolicy-TLS13-1-3-2021-06`, or `ELBSecurityPolicy-TLS13-1-2-Res-2021-06` for older clients",
        profile: Profile::Default,
        unless: None,
    };
    judge(resource, &endpoint, floor(cx), sink);
}

fn domain(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let path = "DomainEndpointOptions.TLSSecurityPolicy";
    let endpoint = Endpoint {
        path,
        // The provider's default is not documented; the older one is assumed, and only
        // `--profile all` says so.
        default: "Policy-Min-TLS-1-0-2019-07",
        oldest: |name| {
            Some(match name {
                "Policy-Min-TLS-1-0-2019-07" => 0,
                "Policy-Min-TLS-1-2-2019-07" => 2,
                // There is no stricter policy than those that prefer TLS 1.3.
                _ if name.starts_with("Policy-Min-TLS-1-2-") => 3,
                _ => return None,
            })
        },
        aliases: &["CKV_AWS_228"],
        help: "set `DomainEndpointOptions.TLSSecurityPolicy: Policy-Min-TLS-1-2-PFS-2023-10`",
        profile: match resource.text(path) {
            Some(_) => Profile::Default,
            None => Profile::All,
        },
        unless: None,
    };
    judge(resource, &endpoint, floor(cx), sink);
}
