//! What is destroyed before its successor is there.

use crate::prelude::*;
use palisade_app::lookup::leaves;

pub(crate) static RULE: Rule = Rule {
    id: "destroyed-before-successor",
    title: "a replacement destroys it before its successor is there",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-15.2"],
    cwe: None,
    aliases: &["CKV_AWS_217", "CKV_AWS_233", "CKV_AWS_237"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::ApiGateway::Deployment",
            "AWS::ApiGateway::RestApi",
            "AWS::CertificateManager::Certificate",
        ],
        check,
    },
};

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let alias = match &*resource.kind {
        "AWS::ApiGateway::Deployment" => "CKV_AWS_217",
        "AWS::ApiGateway::RestApi" => "CKV_AWS_237",
        _ => "CKV_AWS_233",
    };
    // Said only where the order is the configuration's choice.
    let order = leaves(
        &resource.attributes,
        "CreateBeforeDestroy",
        &resource.origin,
    );
    sink.finding(resource)
        .property("CreateBeforeDestroy")
        .message("when it must be replaced, it is destroyed first: what uses it is without it for that time, or stops the deployment half-way")
        .help("set `create_before_destroy = true` in its `lifecycle`")
        .aliases(&[alias])
        .judge(Verdict::of(&order, |leaf| leaf.bool(true)));
}
