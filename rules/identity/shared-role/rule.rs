//! Roles that several functions run as.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "shared-role",
    title: "several functions run as the same role",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.2", "BPSS-2.3", "SCSP-1.1"],
    cwe: Some(250),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

/// Managed policies that let a function log, trace and reach its network, and nothing else.
const PLAIN: &[&str] = &[
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
];

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let app = cx.app;
    for role in app.of_kind("AWS::IAM::Role") {
        let sharing: Vec<&Resource> = app
            .graph()
            .functions_of(&role.id)
            .filter_map(|function| app.resource(&function.id))
            .collect();
        if sharing.len() < 2 {
            continue;
        }
        let names: Vec<String> = sharing
            .iter()
            .take(3)
            .map(|function| format!("`{}`", function.id))
            .collect();
        let more = match sharing.len() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let beyond = beyond_logs(app, role);
        let mut builder = sink
            .finding(role)
            .property("AssumeRolePolicyDocument")
            .profile(if beyond { Profile::Default } else { Profile::All })
            .severity(if beyond { Severity::Low } else { Severity::Info })
            .message(if beyond {
                format!(
                    "functions {}{more} run as this role: each of them has what any of them needs",
                    names.join(", ")
                )
            } else {
                format!(
                    "functions {}{more} run as this role; it lets them log only, until somebody adds to it",
                    names.join(", ")
                )
            })
            .help("give each function a role of its own, with what that function needs");
        for function in &sharing {
            let at = function
                .properties
                .entry("Role")
                .map_or(&function.origin, |entry| &entry.key_origin);
            builder = builder.related(format!("`{}` runs as it", function.id), function, at);
        }
        builder.report();
    }
}

/// Whether the role lets its functions do more than log, trace and reach their network.
fn beyond_logs(app: &Application, role: &Resource) -> bool {
    let managed = role.at("ManagedPolicyArns[]").iter().any(|leaf| {
        let text = leaf.value.display();
        leaf.value.data != Data::Absent && !PLAIN.iter().any(|name| text.ends_with(name))
    });
    let inline = beyond(role, "Policies[].PolicyDocument.Statement[].Action[]");
    let attached = [
        ("AWS::IAM::Policy", "Roles"),
        ("AWS::IAM::RolePolicy", "RoleName"),
        ("AWS::IAM::ManagedPolicy", "Roles"),
    ]
    .iter()
    .any(|(kind, path)| {
        app.attached(kind, path, &role.id)
            .any(|policy| beyond(policy, "PolicyDocument.Statement[].Action[]"))
    });
    managed || inline || attached
}

fn beyond(policy: &Resource, path: &str) -> bool {
    policy.at(path).iter().any(|leaf| {
        let text = leaf.value.display().to_ascii_lowercase();
        let plain = ["logs:", "xray:"].iter().any(|s| text.starts_with(s))
            || text == "cloudwatch:putmetricdata"
            || text.starts_with("ec2:") && text.contains("networkinterface");
        leaf.value.data != Data::Absent && !plain
    })
}
