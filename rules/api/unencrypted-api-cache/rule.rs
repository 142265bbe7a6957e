//! Caches of APIs that keep or carry answers unencrypted.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unencrypted-api-cache",
    title: "cached answers of the API are not encrypted",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.1", "SCSP-3.2"],
    cwe: Some(311),
    aliases: &[
        "CKV_AWS_214",
        "CKV_AWS_215",
        "CKV_AWS_308",
        "APIGateway.5",
        "AppSync.1",
        "AppSync.6",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::ApiGateway::Stage", "AWS::AppSync::ApiCache"],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    if &*resource.kind == "AWS::AppSync::ApiCache" {
        sink.finding(resource)
            .property("AtRestEncryptionEnabled")
            .aliases(&["CKV_AWS_214", "AppSync.1"])
            .message("answers of the API, with all that is personal in them, lie in the cache unencrypted")
            .help("set `AtRestEncryptionEnabled: true`; the cache has to be made anew for it")
            .judge(Want::on("AtRestEncryptionEnabled").judge(resource));
        sink.finding(resource)
            .property("TransitEncryptionEnabled")
            .aliases(&["CKV_AWS_215", "AppSync.6"])
            .message("answers of the API travel to and from the cache unencrypted")
            .help("set `TransitEncryptionEnabled: true`; the cache has to be made anew for it")
            .judge(Want::on("TransitEncryptionEnabled").judge(resource));
        return;
    }
    let cluster = Want::on("CacheClusterEnabled").judge(resource).passes();
    for (i, leaf) in resource.at("MethodSettings[]").into_iter().enumerate() {
        let of = |key: &str| palisade_app::lookup::leaves(leaf.value, key, leaf.at);
        let on = |key: &str| Verdict::of(&of(key), |leaf| leaf.bool(false));
        let builder = sink
            .finding(resource)
            .property("MethodSettings[].CacheDataEncrypted")
            .item(i.to_string())
            .help("set `CacheDataEncrypted: true` beside `CachingEnabled`");
        let builder = if cluster && on("CachingEnabled").passes() {
            builder.aliases(&["CKV_AWS_308", "APIGateway.5"]).message(
                "answers of the API, with all that is personal in them, lie in the cache unencrypted",
            )
        } else {
            builder
                .aliases(&["CKV_AWS_308"])
                .severity(Severity::Info)
                .profile(Profile::All)
                .message("nothing is cached yet; once it is, it will lie in the cache unencrypted")
        };
        builder.judge(on("CacheDataEncrypted"));
    }
}
