//! Logs that others may read or write.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "shared-logs",
    title: "others may use the logs",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-8.4", "BPSS-3.15"],
    cwe: Some(284),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

use crate::outsiders::{account, fails_unless_open, trusted};
use palisade_app::graph::{Effect, Grant, Principal};

const GROUP: &str = "AWS::Logs::LogGroup";
const POLICY: &str = "AWS::Logs::ResourcePolicy";

/// Context keys that bind a statement to the owner's own account, organization or resources.
const BOUND: &[&str] = &[
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
];

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let trusted = trusted(cx);
    for grant in &cx.app.graph().grants {
        let Some(resource) = cx.app.resource(&grant.written_in) else {
            continue;
        };
        if !matches!(&*resource.kind, GROUP | POLICY)
            || grant.effect != Effect::Allow
            || grant.except
            || grant.tests(BOUND)
        {
            continue;
        }
        for principal in &grant.principals {
            let who = match principal {
                Principal::Anyone => None,
                Principal::Account(who) | Principal::Foreign(who) => match account(who) {
                    Some(account) if !trusted.contains(&account) => Some(&**who),
                    _ => continue,
                },
                _ => continue,
            };
            found(resource, who, grant, sink);
        }
    }
}

fn found(resource: &Resource, who: Option<&str>, grant: &Grant, sink: &mut Sink<'_>) {
    let (message, severity) = match who {
        None => (
            "anyone with an AWS account may use these logs, and read what functions write into them or add to it".to_owned(),
            Severity::High,
        ),
        Some(who) => (
            format!("`{who}` of another account may use these logs"),
            Severity::Medium,
        ),
    };
    sink.finding(resource)
        .property("PolicyDocument")
        .item(who.unwrap_or("*"))
        .message(message)
        .help("name the service or role that needs the logs in `Principal`, and bind it with `aws:SourceAccount` or `aws:SourceArn`")
        .severity(severity)
        .judge(Verdict::always(
            fails_unless_open(grant),
            &grant.principal_at,
        ));
}
