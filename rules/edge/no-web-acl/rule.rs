//! Distributions and APIs on the internet without a web ACL.

use crate::prelude::*;

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

/// REST stages and GraphQL APIs on the internet; an association may name the API or its stage.
fn api(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut protected = vec![resource.id.clone()];
    let rest = &*resource.kind == "AWS::ApiGateway::Stage";
    if rest {
        protected.extend(resource.references("RestApiId"));
    }
    let private = protected
        .iter()
        .filter_map(|id| cx.app.resource(id))
        .any(|api| {
            api.text("Visibility") == Some("PRIVATE")
                || api
                    .at("EndpointConfiguration.Types[]")
                    .iter()
                    .any(|leaf| leaf.value.as_text() == Some("PRIVATE"))
        });
    let associated = [
        "AWS::WAFv2::WebACLAssociation",
        "AWS::WAFRegional::WebACLAssociation",
    ]
    .into_iter()
    .flat_map(|kind| cx.app.of_kind(kind))
    .any(|association| {
        protected
            .iter()
            .any(|id| association.refers_to("ResourceArn", id))
    });
    if private || associated {
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
