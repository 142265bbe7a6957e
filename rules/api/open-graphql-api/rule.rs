//! GraphQL APIs that ask for a key that everyone shares.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "open-graphql-api",
    title: "the GraphQL API knows no callers, only a shared key",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-5.4", "SCSP-5.2", "SCSP-4.3"],
    cwe: Some(287),
    aliases: &["AppSync.5", "APPSYNC_AUTHORIZATION_CHECK"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::AppSync::GraphQLApi"],
        check,
    },
};

const HELP: &str = "set `AuthenticationType` to `AMAZON_COGNITO_USER_POOLS`, `OPENID_CONNECT`, `AWS_IAM` or `AWS_LAMBDA`";

const MIXED: &str = "make the other way in the default (`AuthenticationType`), and mark with `@aws_api_key` what everyone may read";

fn check(api: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let shared = |path| Want {
        path,
        is: Is::NotIn {
            texts: &["API_KEY"],
        },
    };
    let private = api.text("Visibility") == Some("PRIVATE");
    // With another way in, the key may open no more than what everyone may read.
    let others = api.at("AdditionalAuthenticationProviders[].AuthenticationType");
    let mixed = others.iter().any(|leaf| leaf.present() == Answer::Yes);
    let builder = sink
        .finding(api)
        .property("AuthenticationType")
        .aliases(RULE.aliases)
        .message(if mixed {
            "fields that the schema does not mark otherwise open with an API key that every client carries: it does not say who is calling"
        } else {
            "every client carries the same API key, so whoever has one client can call everything: it does not say who is calling"
        })
        .help(if mixed { MIXED } else { HELP });
    let builder = if private || mixed {
        builder.severity(Severity::Low)
    } else {
        builder
    };
    builder.judge(shared("AuthenticationType").judge(api));
    sink.finding(api)
        .property("AdditionalAuthenticationProviders[].AuthenticationType")
        .severity(Severity::Low)
        .profile(Profile::All)
        .aliases(RULE.aliases)
        .message("an API key opens every field that the schema marks with `@aws_api_key`: it does not say who is calling")
        .help("remove the API key from `AdditionalAuthenticationProviders`, or keep `@aws_api_key` to what everyone may read")
        .judge(shared("AdditionalAuthenticationProviders[].AuthenticationType").judge(api));
}
