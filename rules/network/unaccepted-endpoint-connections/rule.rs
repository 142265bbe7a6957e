//! Endpoint services that take every connection.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unaccepted-endpoint-connections",
    title: "connections to the endpoint service are accepted unseen",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.2", "SCSP-5.4"],
    cwe: Some(284),
    aliases: &["CKV_AWS_123"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::EC2::VPCEndpointService"],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let everyone = cx
        .app
        .attached(
            "AWS::EC2::VPCEndpointServicePermissions",
            "ServiceId",
            &resource.id,
        )
        .any(|permissions| {
            permissions
                .at("AllowedPrincipals[]")
                .iter()
                .any(|leaf| leaf.value.as_text() == Some("*"))
        });
    let (message, profile) = if everyone {
        (
            "every AWS account may connect to the service, and nobody is asked: what stands behind is reachable for all of them",
            Profile::Default,
        )
    } else {
        (
            "connections are accepted unseen from all principals that the service allows",
            Profile::All,
        )
    };
    let finding = sink
        .finding(resource)
        .property("AcceptanceRequired")
        .message(message)
        .help("set `AcceptanceRequired: true`")
        .aliases(&["CKV_AWS_123"])
        .profile(profile);
    let finding = if everyone {
        finding
    } else {
        finding.severity(Severity::Low)
    };
    finding.judge(Want::on("AcceptanceRequired").judge(resource));
}
