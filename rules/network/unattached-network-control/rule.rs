//! Security groups and network ACLs that guard nothing.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unattached-network-control",
    title: "it guards nothing",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.2", "SCSP-13.3"],
    cwe: None,
    aliases: &[
        "CKV2_AWS_5",
        "EC2.22",
        "EC2_SECURITY_GROUP_ATTACHED_TO_ENI_PERIODIC",
        "CKV2_AWS_1",
        "EC2.16",
        "VPC_NETWORK_ACL_UNUSED_CHECK",
    ],
    since: "0.1.0",
    check: Check::Application(check),
};

use std::collections::BTreeSet;

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let controls = ["AWS::EC2::SecurityGroup", "AWS::EC2::NetworkAcl"];
    if !cx.app.kinds().any(|kind| controls.contains(&kind)) {
        return;
    }
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for resource in cx.app.resources() {
        // That a rule is about a group does not put the group to use.
        if resource.kind.starts_with("AWS::EC2::SecurityGroup") {
            continue;
        }
        resource
            .properties
            .walk(&mut |value| used.extend(value.references().map(|(id, _)| &**id)));
    }
    for group in cx.app.of_kind("AWS::EC2::SecurityGroup") {
        // The default group of a network guards whatever names no other one; empty, it closes that.
        let default = group.text("GroupName") == Some("default");
        if !default && !used.contains(&*group.id) {
            sink.finding(group)
                .message("nothing in the application uses the security group: either its rules are forgotten, or what it should guard is not guarded")
                .help("attach it, or remove it")
                .aliases(&["CKV2_AWS_5", "EC2.22", "EC2_SECURITY_GROUP_ATTACHED_TO_ENI_PERIODIC"])
                .report();
        }
    }
    for acl in cx.app.of_kind("AWS::EC2::NetworkAcl") {
        let attached = cx
            .app
            .attached(
                "AWS::EC2::SubnetNetworkAclAssociation",
                "NetworkAclId",
                &acl.id,
            )
            .next();
        if attached.is_none() {
            sink.finding(acl)
                .message("no subnet uses the network ACL: the subnets are under the default one, which lets everything through")
                .help("declare an `AWS::EC2::SubnetNetworkAclAssociation`, or remove the ACL")
                .aliases(&["CKV2_AWS_1", "EC2.16", "VPC_NETWORK_ACL_UNUSED_CHECK"])
                .report();
        }
    }
}
