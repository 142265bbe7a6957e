//! Passwords of databases that stand in the template.

use crate::prelude::*;
use palisade_app::Part;
use palisade_core::ViaKind;

pub(crate) static RULE: Rule = Rule {
    id: "database-password-in-template",
    title: "the password of the database stands in the template",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-2.4", "BPSS-1.9"],
    cwe: Some(798),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

const PASSWORDS: &[(&str, &str)] = &[
    ("AWS::RDS::DBInstance", "MasterUserPassword"),
    ("AWS::RDS::DBCluster", "MasterUserPassword"),
    ("AWS::DocDB::DBCluster", "MasterUserPassword"),
    ("AWS::Redshift::Cluster", "MasterUserPassword"),
    ("AWS::RedshiftServerless::Namespace", "AdminUserPassword"),
    ("AWS::ElastiCache::ReplicationGroup", "AuthToken"),
    ("AWS::ElastiCache::User", "Passwords[]"),
    (
        "AWS::OpenSearchService::Domain",
        "AdvancedSecurityOptions.MasterUserOptions.MasterUserPassword",
    ),
    (
        "AWS::Elasticsearch::Domain",
        "AdvancedSecurityOptions.MasterUserOptions.MasterUserPassword",
    ),
    ("AWS::DMS::Endpoint", "Password"),
    ("AWS::AmazonMQ::Broker", "Users[].Password"),
];

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (kind, path) in PASSWORDS {
        for resource in cx.app.of_kind(kind) {
            let leaves = resource.at(path);
            literal(resource, path, &leaves, sink);
            shown(resource, path, &leaves, sink);
        }
    }
}

fn literal(resource: &Resource, path: &'static str, leaves: &[Leaf<'_>], sink: &mut Sink<'_>) {
    let written = |leaf: &Leaf<'_>| leaf.value.as_text().is_some_and(|text| !text.is_empty());
    let parameter = leaves.iter().filter(|leaf| written(leaf)).find_map(|leaf| {
        leaf.value.origin.steps().find_map(|step| match &step.kind {
            ViaKind::Parameter(name) => Some(name.clone()),
            _ => None,
        })
    });
    let message = match parameter {
        Some(name) => format!(
            "the default of parameter `{name}` is a password: everyone who reads the template has it"
        ),
        None => {
            "the password stands in the template: everyone who reads it has the password".to_owned()
        }
    };
    let help = match &*resource.kind {
        "AWS::RDS::DBInstance" | "AWS::RDS::DBCluster" | "AWS::DocDB::DBCluster" => {
            "set `ManageMasterUserPassword: true` instead, or refer to a secret with `{{resolve:secretsmanager:…}}`"
        }
        "AWS::Redshift::Cluster" => {
            "set `ManageMasterPassword: true` instead, or refer to a secret with `{{resolve:secretsmanager:…}}`"
        }
        "AWS::RedshiftServerless::Namespace" => {
            "set `ManageAdminPassword: true` instead, or refer to a secret with `{{resolve:secretsmanager:…}}`"
        }
        _ => "refer to a secret with `{{resolve:secretsmanager:…}}`",
    };
    let mut builder = sink
        .finding(resource)
        .property(path)
        .message(message)
        .help(help);
    for leaf in leaves.iter().filter(|leaf| written(leaf)) {
        builder = builder.secret(&leaf.value.origin);
    }
    builder.judge(Verdict::of(leaves, |leaf| match &leaf.value.data {
        Data::Unknown(reason) => Answer::Unknown(reason.clone()),
        _ => Answer::from(!written(leaf)),
    }));
}

fn shown(resource: &Resource, path: &'static str, leaves: &[Leaf<'_>], sink: &mut Sink<'_>) {
    let open = |leaf: &Leaf<'_>| match &leaf.value.data {
        Data::Symbolic(parts) => parts
            .iter()
            .any(|part| matches!(part, Part::Parameter { secret: false, .. })),
        _ => false,
    };
    sink.finding(resource)
        .property(path)
        .item("NoEcho")
        .message("the password comes from a parameter that is not marked as secret: everyone who may describe the stack, or sees the plan, has it")
        .help("mark the parameter (`NoEcho: true`; in Terraform `sensitive = true`), or refer to a secret with `{{resolve:secretsmanager:…}}`")
        .severity(Severity::Medium)
        .judge(Verdict::of(leaves, |leaf| Answer::from(!open(leaf))));
}
