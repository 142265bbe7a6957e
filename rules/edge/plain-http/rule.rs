//! Endpoints that serve plain HTTP.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "plain-http",
    title: "the endpoint serves plain HTTP",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.2", "BPSS-3.1"],
    cwe: Some(319),
    aliases: &[
        "CKV_AWS_34",
        "CloudFront.3",
        "CLOUDFRONT_VIEWER_POLICY_HTTPS",
        "CKV_AWS_2",
        "ELB.1",
        "ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK",
        "ELB.3",
        "ELB_TLS_HTTPS_LISTENERS_ONLY",
        "CKV_AWS_83",
        "OPENSEARCH_HTTPS_REQUIRED",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::CloudFront::Distribution",
            "AWS::ElasticLoadBalancingV2::Listener",
            "AWS::ElasticLoadBalancing::LoadBalancer",
            "AWS::OpenSearchService::Domain",
            "AWS::Elasticsearch::Domain",
        ],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    match &*resource.kind {
        "AWS::CloudFront::Distribution" => distribution(resource, sink),
        "AWS::ElasticLoadBalancingV2::Listener" => listener(resource, cx, sink),
        "AWS::ElasticLoadBalancing::LoadBalancer" => classic(resource, sink),
        _ => domain(resource, sink),
    }
}

fn distribution(resource: &Resource, sink: &mut Sink<'_>) {
    for path in [
        "DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy",
        "DistributionConfig.CacheBehaviors[].ViewerProtocolPolicy",
    ] {
        let want = Want {
            path,
            is: Is::NotIn {
                texts: &["allow-all"],
            },
        };
        sink.finding(resource)
            .property(path)
            .message("viewers may use plain HTTP: what they send, cookies and tokens with it, can be read and changed on the way")
            .help("set `ViewerProtocolPolicy: redirect-to-https`, or `https-only` for an API")
            .aliases(&["CKV_AWS_34", "CloudFront.3", "CLOUDFRONT_VIEWER_POLICY_HTTPS"])
            .judge(want.judge(resource));
    }
}

fn listener(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let plain = Verdict::of(&resource.at("Protocol"), |leaf| match leaf.present() {
        // Left out only where the template is wrong; other tools say that.
        Answer::No => Answer::Yes,
        _ => leaf.text(None, |text| text != "HTTP"),
    });
    let redirected = Verdict::of(
        &resource.at("DefaultActions[].RedirectConfig.Protocol"),
        |leaf| leaf.text(None, |text| text == "HTTPS" || text == "#{protocol}S"),
    );
    let actions = resource.at("DefaultActions[]");
    let verdict = if actions.is_empty() {
        plain
    } else {
        plain.or(redirected)
    };
    let balancers = resource.references("LoadBalancerArn");
    let internal = balancers
        .iter()
        .filter_map(|id| cx.app.resource(id))
        .any(|balancer| {
            Want::one_of("Scheme", &["internal"])
                .judge(balancer)
                .passes()
        });
    let profile = if internal {
        Profile::All
    } else {
        Profile::Default
    };
    sink.finding(resource)
        .property("Protocol")
        .message("the listener answers plain HTTP: requests and responses can be read and changed on the way")
        .help("use `Protocol: HTTPS` with a certificate, and let port 80 only redirect (`Type: redirect`, `RedirectConfig.Protocol: HTTPS`)")
        .aliases(&["CKV_AWS_2", "ELB.1", "ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK"])
        .profile(profile)
        .judge(verdict);
}

/// A load balancer of the first generation, which cannot redirect.
fn classic(resource: &Resource, sink: &mut Sink<'_>) {
    let internal = Want::one_of("Scheme", &["internal"])
        .judge(resource)
        .passes();
    let verdict = Want {
        path: "Listeners[].Protocol",
        is: Is::NotIn {
            texts: &["HTTP", "TCP"],
        },
    }
    .judge(resource);
    sink.finding(resource)
        .property("Listeners")
        .message("a listener takes traffic without TLS: requests and responses can be read and changed on the way")
        .help("use `Protocol: HTTPS` or `SSL` with a certificate, or move to an application load balancer, which can redirect")
        .aliases(&["ELB.3", "ELB_TLS_HTTPS_LISTENERS_ONLY"])
        .profile(if internal { Profile::All } else { Profile::Default })
        .judge(verdict);
}

fn domain(resource: &Resource, sink: &mut Sink<'_>) {
    let leaves = resource.at("DomainEndpointOptions.EnforceHTTPS");
    let written = leaves.iter().any(|leaf| leaf.value.data != Data::Absent);
    sink.finding(resource)
        .property("DomainEndpointOptions.EnforceHTTPS")
        .message(
            "the domain also answers plain HTTP: searches and documents can be read on the way",
        )
        .help("set `DomainEndpointOptions.EnforceHTTPS: true`")
        .aliases(&["CKV_AWS_83", "OPENSEARCH_HTTPS_REQUIRED"])
        .profile(if written {
            Profile::Default
        } else {
            Profile::All
        })
        .judge(Verdict::of(&leaves, |leaf| leaf.bool(false)));
}
