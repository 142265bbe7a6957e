//! Remote administration that the whole internet can reach.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "open-admin-port",
    title: "remote administration is open to the whole internet",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.2", "BPSS-4.2"],
    cwe: Some(284),
    aliases: &[
        "CKV_AWS_24",
        "CKV_AWS_25",
        "EC2.13",
        "EC2.14",
        "EC2.18",
        "EC2.19",
        "INCOMING_SSH_DISABLED",
        "RESTRICTED_INCOMING_TRAFFIC",
        "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"],
        check,
    },
};

use crate::ports::{Opening, controls, guards_functions_only};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let quiet = guards_functions_only(resource, cx.app);
    for opening in Opening::all(resource) {
        // A rule for every port is reported once, by `open-port-to-world`.
        if !opening.not_everything().passes() {
            continue;
        }
        let (ssh, rdp) = (opening.not_port(22), opening.not_port(3389));
        let mut aliases = controls(&opening);
        let mut names: Vec<&str> = Vec::new();
        if ssh.fails() {
            names.push("SSH (port 22)");
            aliases.extend(["CKV_AWS_24", "EC2.13", "INCOMING_SSH_DISABLED"]);
        }
        if rdp.fails() {
            names.push("RDP (port 3389)");
            aliases.extend(["CKV_AWS_25", "EC2.14"]);
        }
        let verdict = if ssh.passes() || (rdp.fails() && !ssh.fails()) {
            rdp
        } else {
            ssh
        };
        let finding = sink.finding(resource);
        let finding = if quiet {
            finding.severity(Severity::Low).profile(Profile::All)
        } else {
            finding
        };
        finding
            .property("SecurityGroupIngress")
            .item(opening.label())
            .message(format!(
                "{} is open to the whole internet: passwords and keys are tried there all day",
                names.join(" and ")
            ))
            .help("remove the rule and use Session Manager, or allow the addresses of your office or VPN only")
            .aliases(&aliases)
            .judge(verdict);
    }
}
