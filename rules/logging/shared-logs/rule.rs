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

use crate::outsiders::Outsider;
use crate::strangers::{Held, open_to};
use palisade_app::graph::Effect;

const GROUP: &str = "AWS::Logs::LogGroup";
const POLICY: &str = "AWS::Logs::ResourcePolicy";

/// What others could do with logs, the worst first.
const ACTIONS: &[&str] = &[
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
    "logs:StartQuery",
    "logs:Unmask",
    "logs:PutSubscriptionFilter",
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
];

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for grant in &cx.app.graph().grants {
        let resource = cx.app.resource(&grant.written_in);
        if let Some(resource) = resource.filter(|r| matches!(&*r.kind, GROUP | POLICY))
            && grant.effect == Effect::Allow
        {
            for (who, held) in open_to(cx, grant, ACTIONS) {
                found(cx, resource, who, held, sink);
            }
        }
    }
}

fn found(cx: &Context<'_>, resource: &Resource, who: Outsider<'_>, held: Held, sink: &mut Sink<'_>) {
    let (item, message, severity) = match who {
        Outsider::Anyone => (
            "*",
            "anyone with an AWS account may use these logs, and read what functions write into them or add to it".to_owned(),
            Severity::High,
        ),
        Outsider::Account(account) => (
            account,
            format!("account {account} may use these logs"),
            Severity::Medium,
        ),
    };
    sink.finding(resource)
        .property("PolicyDocument")
        .item(item)
        .message(message)
        .help("name the service or role that needs the logs in `Principal`, and bind it with `aws:SourceAccount` or `aws:SourceArn`")
        .severity(severity)
        .witness(held.witness.as_ref(), &cx.access().symbols)
        .judge(held.verdict);
}
