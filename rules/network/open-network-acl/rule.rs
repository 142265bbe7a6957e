//! Network ACLs that let the world through.

use crate::ports::is_world;
use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "open-network-acl",
    title: "the network ACL lets the whole internet through",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.2"],
    cwe: Some(284),
    aliases: &[
        "CKV_AWS_229",
        "CKV_AWS_230",
        "CKV_AWS_231",
        "CKV_AWS_232",
        "CKV_AWS_352",
        "EC2.21",
        "NACL_NO_UNRESTRICTED_SSH_RDP",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::EC2::NetworkAclEntry"],
        check,
    },
};

/// Port, what listens there, ids.
const PORTS: &[(f64, &str, &[&str])] = &[
    (20.0, "FTP data", &["CKV_AWS_230"]),
    (21.0, "FTP", &["CKV_AWS_229"]),
    (
        22.0,
        "SSH",
        &["CKV_AWS_232", "EC2.21", "NACL_NO_UNRESTRICTED_SSH_RDP"],
    ),
    (
        3389.0,
        "RDP",
        &["CKV_AWS_231", "EC2.21", "NACL_NO_UNRESTRICTED_SSH_RDP"],
    ),
];

fn check(resource: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    let egress = Want::on("Egress").judge(resource);
    let denied = Want::one_of("RuleAction", &["deny"]).judge(resource);
    let named = |path: &str| {
        Verdict::of(&resource.at(path), |leaf| match leaf.present() {
            Answer::No => Answer::Yes,
            _ => leaf.text(None, |text| !is_world(text)),
        })
    };
    let closed = named("CidrBlock")
        .and(named("Ipv6CidrBlock"))
        .or(egress)
        .or(denied);
    let protocol = |not: &'static [&'static str]| {
        Verdict::of(&resource.at("Protocol"), |leaf| {
            leaf.text(None, |text| !not.contains(&text))
        })
    };
    let end = |path: &str, ask: &dyn Fn(f64) -> bool| {
        Verdict::of(&resource.at(path), |leaf| leaf.number(None, ask))
    };
    let not_every_port = protocol(&["-1"]).and(
        end("PortRange.From", &|from| from > 1.0)
            .or(end("PortRange.To", &|to| to < 65_535.0))
            .or(protocol(&["6", "17"])),
    );
    let everything = closed.clone().or(not_every_port);
    let open: Vec<_> = PORTS
        .iter()
        .map(|(port, name, ids)| {
            let outside = end("PortRange.From", &|from| from > *port)
                .or(end("PortRange.To", &|to| to < *port))
                .or(protocol(&["6", "17"]));
            (
                *name,
                *ids,
                closed.clone().or(protocol(&["-1"]).and(outside)),
            )
        })
        .filter(|(_, _, verdict)| !verdict.passes())
        .collect();
    let mut aliases: Vec<&str> = Vec::new();
    for id in open.iter().flat_map(|(_, ids, _)| ids.iter()) {
        if !aliases.contains(id) {
            aliases.push(id);
        }
    }
    let finding = sink
        .finding(resource)
        .property("CidrBlock")
        .help("name the addresses in `CidrBlock`, or the ports in `PortRange`");
    if !everything.passes() {
        finding
            .message("the entry lets the whole internet reach every port of the subnet, so that security groups are the only fence")
            .aliases(&aliases)
            .aliases(&["CKV_AWS_352"])
            .judge(everything);
    } else if let Some((_, _, verdict)) = open.first() {
        let names: Vec<&str> = open.iter().map(|(name, _, _)| *name).collect();
        finding
            .message(format!(
                "the entry lets the whole internet reach {} in the subnet",
                names.join(", ")
            ))
            .aliases(&aliases)
            .judge(verdict.clone());
    }
}
