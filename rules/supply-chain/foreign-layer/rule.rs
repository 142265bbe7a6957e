//! Layers that somebody else publishes.

use crate::prelude::*;
use crate::layers::{LayerArn, layer_arn};
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
    "039592058896",
    "493207061005",
    "646970417810",
    "203683718741",
    "586093569114",
    "630222743974",
    "730335625313",
    "826293736237",
    "706869817123",
    "418787028745",
    "307021474294",
    "631746059939",
    "381491832265",
    "851725616657",
    "554480029851",
    "489524808438",
    "000010852771",
    "574348263942",
    "559955524753",
    "615057806174",
    "615084187847",
];

/// Accounts of the provider's documentation, which nobody has.
const STAND_INS: &[&str] = &[
    "000000000000",
    "111122223333",
    "123456789012",
    "444455556666",
];

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let trusted = trusted(cx);
    let mut told: Vec<(LayerArn, Leaf<'_>, Vec<String>)> = Vec::new();
    for leaf in resource.at("Layers[]") {
        let Some(layer) = layer_arn(leaf.value) else {
            continue;
        };
        let account = layer.account.as_str();
        if !account_number(account) || PROVIDER.contains(&account) || trusted.contains(&account) {
            continue;
        }
        // A mapping by region gives one layer many accounts.
        let same = told.iter_mut().find(|(first, at, _)| {
            first.name == layer.name && at.at.span == leaf.at.span && at.when != leaf.when
        });
        match same {
            Some((_, _, others)) if others.contains(&layer.account) => {}
            Some((first, ..)) if first.account == layer.account => {}
            Some((_, _, others)) => others.push(layer.account),
            None => told.push((layer, leaf, Vec::new())),
        }
    }
    for (layer, leaf, others) in told {
        let account = &layer.account;
        let accounts = match others.len() {
            0 => format!("account {account} runs"),
            1 => format!("account {account} or one other runs"),
            n => format!("account {account} or one of {n} others runs"),
        };
        let builder = sink
            .finding(resource)
            .property("Layers")
            .item(format!("{account} {}", layer.name))
            .message(format!(
                "layer `{}` of {accounts} with the function's permissions, and the policy does not list {} as trusted",
                layer.name,
                if others.is_empty() { "that account" } else { "these accounts" },
            ))
            .help("publish the layer from your own account after a review, or list the account in the policy's `trusted-accounts`");
        // It stands for the account that will be filled in.
        let builder = match STAND_INS.contains(&account.as_str()) {
            true => builder.profile(Profile::All),
            false => builder,
        };
        builder.judge(Verdict::of(&[leaf], |_| Answer::No));
    }
}
