//! Layers that somebody else publishes.

use crate::prelude::*;
use crate::layers::layer_arn;
use crate::outsiders::{account_number, trusted};

pub(crate) static RULE: Rule = Rule {
    id: "foreign-layer",
    title: "a layer comes from another account",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    clauses: &["SCSP-17.3", "SCSP-17.2"],
    cwe: Some(829),
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Lambda::Function"],
        check,
    },
};

/// Accounts of the provider that publish layers: Powertools, Lambda Insights, the OpenTelemetry
/// distribution, the SDK for pandas, the web adapter, `AppConfig`, Parameters and Secrets.
const PROVIDER: &[&str] = &[
    "017000801446",
    "094274105915",
    "580247275435",
    "012438385374",
    "519774774795",
    "891564319516",
    "439286490199",
    "194566237122",
    "901920570463",
    "615299751070",
    "336392948345",
    "753240598075",
    "027255383542",
    "728743619870",
    "958113053741",
    "359756378197",
    "066940009817",
    "434848589818",
    "282860088358",
    "980059726660",
    "421114256042",
    "080788657173",
    "177933569100",
    "590474943231",
    "997803712105",
    "345057560386",
    "015030872274",
    "187925254637",
    "044395824272",
    "133490724326",
    "665172237481",
    "133256977650",
    "427196147048",
];

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let trusted = trusted(cx);
    for leaf in resource.at("Layers[]") {
        let Some(layer) = layer_arn(leaf.value) else {
            continue;
        };
        let account = layer.account.as_str();
        if !account_number(account) || PROVIDER.contains(&account) || trusted.contains(&account) {
            continue;
        }
        sink.finding(resource)
            .property("Layers")
            .item(format!("{account} {}", layer.name))
            .message(format!(
                "layer `{}` of account {account} runs with the function's permissions, and the policy does not list that account as trusted",
                layer.name
            ))
            .help("publish the layer from your own account after a review, or list the account in the policy's `trusted-accounts`")
            .judge(Verdict::of(&[leaf], |_| Answer::No));
    }
}
