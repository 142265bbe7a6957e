//! Security groups that let everything out.

use crate::ports::{every_protocol, is_world};
use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unrestricted-egress",
    title: "everything may leave to the whole internet",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.2"],
    cwe: None,
    aliases: &["CKV_AWS_382"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress"],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let group = &*resource.kind == "AWS::EC2::SecurityGroup";
    let path = "SecurityGroupEgress";
    if group
        && resource
            .at(path)
            .iter()
            .all(|leaf| leaf.present() == Answer::No)
        && cx
            .app
            .attached("AWS::EC2::SecurityGroupEgress", "GroupId", &resource.id)
            .next()
            .is_none()
    {
        sink.finding(resource)
            .property(path)
            .message("no outbound rule is given, so everything may leave to the whole internet: stolen data and calls to an attacker's server as well")
            .help("set `SecurityGroupEgress` to what the function has to reach")
            .aliases(&["CKV_AWS_382"])
            .report();
        return;
    }
    let rules = if group {
        resource.at("SecurityGroupEgress[]")
    } else {
        resource.at("")
    };
    for rule in rules.iter().filter(|rule| rule.value.data != Data::Absent) {
        let ask = |path: &str, bad: fn(&str) -> bool| {
            Verdict::of(
                &palisade_app::lookup::leaves(rule.value, path, rule.at),
                |leaf| match leaf.present() {
                    Answer::No => Answer::Yes,
                    _ => leaf.text(None, |text| !bad(text)),
                },
            )
        };
        let mut verdict = ask("CidrIp", is_world)
            .and(ask("CidrIpv6", is_world))
            .or(ask("IpProtocol", every_protocol));
        for branch in &mut verdict.branches {
            branch.when.extend(rule.when.iter().cloned());
        }
        sink.finding(resource)
            .property(path)
            .item(rule.value.get("CidrIp").or_else(|| rule.value.get("CidrIpv6")).map(Value::display).unwrap_or_default())
            .message("everything may leave to the whole internet: stolen data and calls to an attacker's server as well")
            .help("allow the ports and places that the function has to reach: 443, a prefix list, a security group")
            .aliases(&["CKV_AWS_382"])
            .judge(verdict);
    }
}
