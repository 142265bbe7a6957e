//! Web ACLs without protection against the Log4j hole.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-log4j-rule",
    title: "the web ACL lets Log4j attacks through",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.4"],
    cwe: Some(1395),
    aliases: &[
        "CKV_AWS_192",
        "CKV2_AWS_47",
        "CKV2_AWS_76",
        "CKV2_AWS_77",
        "CKV2_AWS_78",
    ],
    since: "0.1.0",
    check: Check::Application(check),
};

const ACL: &str = "AWS::WAFv2::WebACL";
const GROUP: &str = "AWSManagedRulesKnownBadInputsRuleSet";

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let message = "the web ACL lacks AWS's managed rules for known bad inputs, which stop requests that exploit Log4j";
    let help = "add a rule with `ManagedRuleGroupStatement` for `AWSManagedRulesKnownBadInputsRuleSet`, and leave its `Log4JRCE` rules blocking";
    for acl in cx.app.of_kind(ACL) {
        let verdict = protects(acl);
        let finding = sink
            .finding(acl)
            .property("Rules")
            .message(message)
            .help(help)
            .aliases(&["CKV_AWS_192"])
            .aliases(&protected(acl, cx));
        finding.judge(verdict);
    }
    for distribution in cx.app.of_kind("AWS::CloudFront::Distribution") {
        let path = "DistributionConfig.WebACLId";
        for acl in distribution
            .references(path)
            .iter()
            .filter_map(|id| cx.app.resource(id))
            .filter(|r| &*r.kind == ACL)
        {
            let verdict = protects(acl);
            if !verdict.fails() {
                continue;
            }
            let at = distribution
                .at(path)
                .first()
                .map_or_else(|| distribution.origin.clone(), |leaf| leaf.at.clone());
            sink.finding(distribution)
                .property(path)
                .message("the distribution's web ACL lacks AWS's managed rules for known bad inputs, which stop requests that exploit Log4j")
                .help(help)
                .aliases(&["CKV2_AWS_47"])
                .at(&at)
                .judge(verdict);
        }
    }
}

/// The foreign ids that speak of what a web ACL is associated with.
fn protected(acl: &Resource, cx: &Context<'_>) -> Vec<&'static str> {
    let mut aliases: Vec<&'static str> = cx
        .app
        .attached("AWS::WAFv2::WebACLAssociation", "WebACLArn", &acl.id)
        .flat_map(|association| association.references("ResourceArn"))
        .filter_map(|id| cx.app.resource(&id))
        .filter_map(|resource| match &*resource.kind {
            kind if kind.starts_with("AWS::ElasticLoadBalancing") => Some("CKV2_AWS_76"),
            "AWS::ApiGateway::RestApi" | "AWS::ApiGateway::Stage" => Some("CKV2_AWS_77"),
            "AWS::AppSync::GraphQLApi" => Some("CKV2_AWS_78"),
            _ => None,
        })
        .collect();
    aliases.sort_unstable();
    aliases.dedup();
    aliases
}

/// Whether the managed rule group is among the rules and its rules for Log4j do block.
fn protects(acl: &Resource) -> Verdict {
    let mut open = None;
    for rule in acl.at("Rules[]") {
        let Some(statement) = rule
            .value
            .get("Statement")
            .and_then(|s| s.get("ManagedRuleGroupStatement"))
        else {
            if let Data::Unknown(reason) = &rule.value.data {
                open = Some(Answer::Unknown(reason.clone()));
            }
            continue;
        };
        if statement.get("Name").and_then(Value::as_text) != Some(GROUP) {
            continue;
        }
        let counted = rule
            .value
            .get("OverrideAction")
            .is_some_and(|action| action.get("Count").is_some());
        let named = |entry: &Value| {
            entry
                .get("Name")
                .and_then(Value::as_text)
                .is_some_and(|n| n.starts_with("Log4JRCE"))
        };
        let items = |key: &str| statement.get(key).map_or(&[][..], Value::items);
        let excluded = items("ExcludedRules").iter().any(named);
        let counting = items("RuleActionOverrides").iter().any(|entry| {
            named(entry)
                && entry.get("ActionToUse").is_some_and(|action| {
                    action.get("Count").is_some() || action.get("Allow").is_some()
                })
        });
        return Verdict::always(
            (!counted && !excluded && !counting).into(),
            &rule.value.origin,
        );
    }
    Verdict::always(open.unwrap_or(Answer::No), &acl.origin)
}
