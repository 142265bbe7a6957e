//! Search domains that anyone can query.

use crate::prelude::*;
use crate::strangers::open_to_anyone;
use palisade_app::graph::Effect;

pub(crate) static RULE: Rule = Rule {
    id: "public-search-domain",
    title: "anyone can use the search domain",
    severity: Severity::Critical,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.2", "SCSP-5.4"],
    cwe: Some(306),
    aliases: &[
        "CKV_AWS_137",
        "ES.2",
        "Opensearch.2",
        "ELASTICSEARCH_IN_VPC_ONLY",
        "OPENSEARCH_IN_VPC_ONLY",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::OpenSearchService::Domain",
            "AWS::Elasticsearch::Domain",
        ],
        check,
    },
};

/// What strangers would do with a domain, the worst first.
const ACTIONS: &[&str] = &["es:ESHttpDelete", "es:ESHttpPut", "es:ESHttpPost", "es:ESHttpGet", "es:ESHttpPatch"];

fn check(domain: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let inside = Want::present("VPCOptions").judge(domain);
    let outside = !inside.passes();
    let ids: &[&str] = if *domain.kind == *"AWS::OpenSearchService::Domain" {
        &["CKV_AWS_137", "Opensearch.2", "OPENSEARCH_IN_VPC_ONLY"]
    } else {
        &["CKV_AWS_137", "ES.2", "ELASTICSEARCH_IN_VPC_ONLY"]
    };
    sink.finding(domain)
        .property("VPCOptions")
        .message("the domain's endpoint is on the internet: its policy alone keeps others out")
        .help("set `VPCOptions` to place the domain in private subnets")
        .aliases(ids)
        .severity(Severity::Low)
        .profile(Profile::All)
        .judge(inside);
    let users = Want::on("AdvancedSecurityOptions.Enabled").judge(domain);
    if !outside || users.passes() {
        return;
    }
    for grant in cx.app.graph().grants_on(&domain.id) {
        if grant.effect == Effect::Allow
            && let Some(held) = open_to_anyone(cx, grant, ACTIONS)
        {
            sink.finding(domain)
                .property("AccessPolicies")
                .item(grant.actions.join(" "))
                .at(&grant.principal_at)
                .confidence(if domain.partial { Confidence::Medium } else { Confidence::High })
                .message(match domain.partial {
                    false => "the endpoint is on the internet and the policy allows everyone: anyone reads and deletes the indices",
                    true => "the policy allows everyone: unless a network keeps them out, anyone reads and deletes the indices",
                })
                .help("name the roles that use the domain in `Principal`, or switch on fine-grained access control")
                .witness(held.witness.as_ref(), &cx.access().symbols)
                .judge(held.verdict);
        }
    }
}
