//! Networks and security groups that AWS makes by itself, and what is placed in them.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "default-network",
    title: "a network or security group is used that AWS made by itself",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.1", "SCSP-4.2"],
    cwe: None,
    aliases: &[
        "CKV2_AWS_12",
        "CKV_AWS_148",
        "CKV_AWS_248",
        "CKV_AWS_323",
    ],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &[
            "AWS::EC2::VPC",
            "AWS::EC2::SecurityGroup",
            "AWS::ElastiCache::CacheCluster",
            "AWS::Elasticsearch::Domain",
            "AWS::OpenSearchService::Domain",
        ],
        check,
    },
};

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    match &*resource.kind {
        "AWS::EC2::VPC" => network(resource, cx, sink),
        "AWS::EC2::SecurityGroup" => group(resource, sink),
        "AWS::ElastiCache::CacheCluster" => cache(resource, sink),
        _ => domain(resource, sink),
    }
}

/// Whether a group is the one that comes with a network: no other may have its name.
fn is_default(group: &Resource) -> bool {
    group.text("GroupName") == Some("default")
}

fn network(vpc: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    sink.finding(vpc)
        .property("IsDefault")
        .message("the default network is kept: its subnets give every machine a public address")
        .help("make a network of your own, and remove the default one")
        .aliases(&["CKV_AWS_148"])
        .judge(off(vpc, "IsDefault"));
    let mut groups = cx.app.of_kind("AWS::EC2::SecurityGroup");
    if groups.any(|group| is_default(group) && group.refers_to("VpcId", &vpc.id)) {
        return;
    }
    // Said only where a configuration can take the group over.
    sink.finding(vpc)
        .property("DefaultSecurityGroupIsOpen")
        .message("the default security group stays as it is made: what gets no other one may reach its members and the world")
        .help("take the default security group over, without rules")
        .aliases(&["CKV2_AWS_12"])
        .judge(off(vpc, "DefaultSecurityGroupIsOpen"));
}

fn off(resource: &Resource, path: &'static str) -> Verdict {
    let is = Is::False { default: false };
    Want { path, is }.judge(resource)
}

fn group(group: &Resource, sink: &mut Sink<'_>) {
    if !is_default(group) {
        return;
    }
    for property in ["SecurityGroupIngress", "SecurityGroupEgress"] {
        let is = Is::NotEmpty;
        let rules = Want { path: property, is }.judge(group);
        sink.finding(group)
            .property(property)
            .message("the default security group lets something through: what gets no other one is open to that")
            .help("remove its rules, and use groups of your own")
            .aliases(&["CKV2_AWS_12"])
            .judge(rules.negate());
    }
}

fn cache(cluster: &Resource, sink: &mut Sink<'_>) {
    if !Want::present("ReplicationGroupId").judge(cluster).fails() {
        return;
    }
    let own = Verdict::of(&cluster.at("CacheSubnetGroupName"), |leaf| {
        match leaf.value.as_text() {
            Some(name) => Answer::from(!name.is_empty() && name != "default"),
            None => leaf.present(),
        }
    });
    sink.finding(cluster)
        .property("CacheSubnetGroupName")
        .message("the cache is placed in the default network")
        .help("set `CacheSubnetGroupName` to a group of subnets of your own")
        .aliases(&["CKV_AWS_323"])
        .judge(own);
}

fn domain(domain: &Resource, sink: &mut Sink<'_>) {
    let outside = Want {
        path: "VPCOptions",
        is: Is::Absent,
    };
    let own = Want {
        path: "VPCOptions.SecurityGroupIds",
        is: Is::NotEmpty,
    };
    sink.finding(domain)
        .property("VPCOptions.SecurityGroupIds")
        .message("the domain gets the default security group of its network")
        .help("set `VPCOptions.SecurityGroupIds` to a group of your own")
        .aliases(&["CKV_AWS_248"])
        .judge(outside.judge(domain).or(own.judge(domain)));
}
