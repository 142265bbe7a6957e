//! Rules of web ACLs that say nothing about what happens.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "web-rule-without-action",
    title: "a rule has no action",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.4"],
    cwe: None,
    aliases: &["CKV_AWS_342"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::WAFv2::WebACL",
            "AWS::WAFv2::RuleGroup",
            "AWS::WAF::WebACL",
            "AWS::WAFRegional::WebACL",
        ],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let rules = resource.at("Rules[]");
    for rule in rules.iter().filter(|rule| rule.value.data != Data::Absent) {
        let ask = |path| {
            Verdict::of(
                &palisade_app::lookup::leaves(rule.value, path, rule.at),
                Leaf::present,
            )
        };
        let name = rule.value.get("Name").or_else(|| rule.value.get("RuleId"));
        sink.finding(resource)
            .property("Rules")
            .item(name.map(Value::display).unwrap_or_default())
            .message("the rule does not say what happens to a request that it matches")
            .help("set the rule's `Action`, or `OverrideAction` where it names a group")
            .aliases(&["CKV_AWS_342"])
            .judge(ask("Action").or(ask("OverrideAction")));
    }
}
