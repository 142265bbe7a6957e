//! Web ACLs of APIs that let through requests of known bad shape (Log4j).

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-log4j-rule",
    title: "the API's firewall lets known bad inputs through",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    profile: Profile::All,
    clauses: &["SCSP-4.4"],
    cwe: Some(693),
    aliases: &["CKV2_AWS_77", "CKV2_AWS_78"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::WAFv2::WebACL"],
        check,
    },
};

const GROUP: &str = "AWSManagedRulesKnownBadInputsRuleSet";
const RULES: &[&str] = &[
    "Log4JRCE",
    "Log4JRCE_HEADER",
    "Log4JRCE_BODY",
    "Log4JRCE_URIPATH",
    "Log4JRCE_QUERYSTRING",
];

fn check(acl: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut aliases: Vec<&'static str> = Vec::new();
    for association in cx
        .app
        .attached("AWS::WAFv2::WebACLAssociation", "WebACLArn", &acl.id)
    {
        for id in association.references("ResourceArn") {
            let alias = match cx.app.resource(&id).map(|r| &*r.kind) {
                Some("AWS::ApiGateway::RestApi" | "AWS::ApiGateway::Stage") => "CKV2_AWS_77",
                Some("AWS::AppSync::GraphQLApi") => "CKV2_AWS_78",
                _ => continue,
            };
            if !aliases.contains(&alias) {
                aliases.push(alias);
            }
        }
    }
    if aliases.is_empty() {
        return;
    }
    let rules = acl.at("Rules[]");
    if let Some(reason) = rules.iter().find_map(|leaf| match &leaf.value.data {
        Data::Unknown(reason) => Some(reason.clone()),
        _ => None,
    }) {
        return sink.unresolved(acl, &reason, &acl.origin);
    }
    if !rules.iter().any(|leaf| blocks(leaf.value)) {
        aliases.sort_unstable();
        sink.finding(acl)
            .property("Rules[].Statement.ManagedRuleGroupStatement")
            .aliases(&aliases)
            .message("requests that try to exploit Log4j and other known bad inputs pass the firewall")
            .help("add the managed rule group `AWSManagedRulesKnownBadInputsRuleSet` with `OverrideAction: None`")
            .report();
    }
}

/// The rule holds the managed group, and neither the rule nor Log4j's part of it only counts.
fn blocks(rule: &Value) -> bool {
    let statement = rule
        .get("Statement")
        .and_then(|s| s.get("ManagedRuleGroupStatement"));
    let Some(statement) = statement else {
        return false;
    };
    let named = statement.get("Name").and_then(Value::as_text) == Some(GROUP);
    let counts = rule
        .get("OverrideAction")
        .is_some_and(|action| action.get("Count").is_some());
    let lists = [
        statement.get("ExcludedRules"),
        statement.get("RuleActionOverrides"),
    ];
    let excepted = lists
        .into_iter()
        .flatten()
        .flat_map(Value::items)
        .any(|item| {
            let blocked = item
                .get("ActionToUse")
                .is_some_and(|action| action.get("Block").is_some());
            !blocked
                && item
                    .get("Name")
                    .and_then(Value::as_text)
                    .is_some_and(|name| RULES.contains(&name))
        });
    named && !counts && !excepted
}
