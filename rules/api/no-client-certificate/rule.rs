//! Stages of APIs that do not show a certificate to the server behind them.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-client-certificate",
    title: "the gateway shows no certificate to the server behind it",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-5.3"],
    cwe: Some(295),
    aliases: &["CKV2_AWS_51", "APIGateway.2", "API_GW_SSL_ENABLED"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"],
        check,
    },
};

fn check(stage: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let rest = &*stage.kind == "AWS::ApiGateway::Stage";
    // Stages of HTTP APIs have no client certificate.
    let websocket = || {
        stage
            .references("ApiId")
            .iter()
            .filter_map(|id| cx.app.resource(id))
            .any(|api| api.text("ProtocolType") == Some("WEBSOCKET"))
    };
    if !rest && !websocket() {
        return;
    }
    let aliases: &[&str] = if rest {
        &["CKV2_AWS_51", "APIGateway.2", "API_GW_SSL_ENABLED"]
    } else {
        &["CKV2_AWS_51"]
    };
    sink.finding(stage)
        .property("ClientCertificateId")
        .aliases(aliases)
        .message("a server behind the API cannot tell requests of the gateway from those of anyone who knows its address")
        .help("set `ClientCertificateId`, and let the server accept that certificate only")
        .judge(Want::present("ClientCertificateId").judge(stage));
}
