//! APIs on the internet without a web application firewall.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-web-acl",
    title: "no web application firewall stands in front of the API",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    profile: Profile::All,
    clauses: &["SCSP-4.4"],
    cwe: Some(693),
    aliases: &[
        "CKV2_AWS_29",
        "CKV2_AWS_33",
        "APIGateway.4",
        "API_GW_ASSOCIATED_WITH_WAF",
        "APPSYNC_ASSOCIATED_WITH_WAF",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::ApiGateway::Stage", "AWS::AppSync::GraphQLApi"],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
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
