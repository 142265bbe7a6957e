//! Distributions and APIs on the internet without a web ACL.

use crate::prelude::*;
use palisade_app::value::Part;
use palisade_app::{Reason, ReasonKind};
use std::sync::Arc;

pub(crate) static RULE: Rule = Rule {
    id: "no-web-acl",
    title: "no web ACL stands before it",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    profile: Profile::All,
    clauses: &["SCSP-4.4"],
    cwe: Some(693),
    aliases: &[
        "CKV_AWS_68",
        "CKV2_AWS_29",
        "CKV2_AWS_33",
        "APIGateway.4",
        "API_GW_ASSOCIATED_WITH_WAF",
        "APPSYNC_ASSOCIATED_WITH_WAF",
        "CloudFront.6",
        "CLOUDFRONT_ASSOCIATED_WITH_WAF",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::ApiGateway::Stage",
            "AWS::AppSync::GraphQLApi",
            "AWS::CloudFront::Distribution",
        ],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    if &*resource.kind == "AWS::CloudFront::Distribution" {
        distribution(resource, sink);
    } else {
        api(resource, cx, sink);
    }
}

fn distribution(resource: &Resource, sink: &mut Sink<'_>) {
    let web_acl = Want::present("DistributionConfig.WebACLId");
    sink.finding(resource)
        .property(web_acl.path)
        .aliases(&[
            "CKV_AWS_68",
            "CloudFront.6",
            "CLOUDFRONT_ASSOCIATED_WITH_WAF",
        ])
        .message("no web ACL filters or limits what the internet sends to the distribution")
        .help("set `DistributionConfig.WebACLId` to the ARN of an `AWS::WAFv2::WebACL` with scope CLOUDFRONT")
        .judge(web_acl.judge(resource));
}

/// REST stages and GraphQL APIs on the internet.
fn api(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let rest = &*resource.kind == "AWS::ApiGateway::Stage";
    let apis = if rest { resource.references("RestApiId") } else { Vec::new() };
    let parts = apis.iter().filter_map(|id| cx.app.resource(id));
    let private = parts.chain([resource]).any(|api| {
        api.text("Visibility") == Some("PRIVATE")
            || api
                .at("EndpointConfiguration.Types[]")
                .iter()
                .any(|leaf| leaf.value.as_text() == Some("PRIVATE"))
    });
    if private {
        return;
    }
    let associations = [
        "AWS::WAFv2::WebACLAssociation",
        "AWS::WAFRegional::WebACLAssociation",
    ]
    .into_iter()
    .flat_map(|kind| cx.app.of_kind(kind));
    let mut open = None;
    for association in associations {
        for leaf in association.at("ResourceArn") {
            match protects(leaf.value, resource, &apis) {
                Answer::Yes => return,
                Answer::Unknown(reason) => open = Some((reason, leaf.at.clone())),
                Answer::No => {}
            }
        }
    }
    if let Some((reason, at)) = open {
        sink.unresolved(resource, &reason, &at);
        return;
    }
    sink.finding(resource)
        .aliases(if rest {
            &["CKV2_AWS_29", "APIGateway.4", "API_GW_ASSOCIATED_WITH_WAF"]
        } else {
            &["CKV2_AWS_33", "APPSYNC_ASSOCIATED_WITH_WAF"]
        })
        .message("known attacks and floods from single addresses reach the API: no firewall looks at requests before it")
        .help("add an `AWS::WAFv2::WebACLAssociation` of a web ACL with AWS's managed rules and a rate limit")
        .report();
}

/// Whether what is associated with a web ACL is a GraphQL API, or a stage of these REST APIs: it may
/// name the stage itself, or the API and behind it the stage's name.
fn protects(arn: &Value, resource: &Resource, apis: &[Arc<str>]) -> Answer {
    if arn.references().any(|(id, _)| *id == resource.id) {
        return Answer::Yes;
    }
    if !arn.references().any(|(id, _)| apis.contains(id)) {
        return Answer::No;
    }
    let leaves = resource.at("StageName");
    let name = leaves.first().and_then(|leaf| leaf.value.parts());
    let stage = arn.parts().and_then(|parts| stage_of(&parts));
    match (stage.as_deref(), name.as_deref()) {
        (Some(a), Some(b)) if a == b => Answer::Yes,
        // Two texts, or the name of another stage.
        (Some([Part::Literal(_)]), Some([Part::Literal(_)])) => Answer::No,
        (Some([Part::Reference { .. }]), _) => Answer::No,
        _ => Answer::Unknown(Reason::new(
            ReasonKind::Parameter,
            "only deployment tells which stage of the API the web ACL stands before",
        )),
    }
}

/// What stands for the stage in an ARN: `.../restapis/ID/stages/STAGE`.
fn stage_of(parts: &[Part]) -> Option<Vec<Part>> {
    let (at, rest) = parts.iter().enumerate().find_map(|(i, part)| match part {
        Part::Literal(text) => Some((i, text.split_once("/stages/")?.1)),
        _ => None,
    })?;
    let first = (!rest.is_empty()).then(|| Part::Literal(Arc::from(rest)));
    Some(first.into_iter().chain(parts.iter().skip(at + 1).cloned()).collect())
}
