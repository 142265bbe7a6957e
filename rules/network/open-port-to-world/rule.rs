//! Ports that the whole internet can reach.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "open-port-to-world",
    title: "a port is open to the whole internet",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.2", "BPSS-4.2"],
    cwe: Some(284),
    aliases: &[
        "CKV_AWS_24",
        "CKV_AWS_25",
        "CKV_AWS_260",
        "CKV_AWS_277",
        "CKV2_AWS_7",
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

use crate::ports::{Opening, controls, guards_functions_only, guards_private_only};

/// Ports of databases, caches, file shares, remote control and the like: the wrong thing to show
/// the internet, whatever stands behind.
const SENSITIVE: &[(u16, &str)] = &[
    (20, "FTP"),
    (21, "FTP"),
    (23, "Telnet"),
    (110, "POP3"),
    (135, "Windows RPC"),
    (143, "IMAP"),
    (445, "SMB"),
    (1433, "SQL Server"),
    (1434, "SQL Server"),
    (1521, "Oracle"),
    (2049, "NFS"),
    (2375, "Docker"),
    (2376, "Docker"),
    (2379, "etcd"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5439, "Redshift"),
    (5500, "VNC"),
    (5601, "Kibana"),
    (5900, "VNC"),
    (5985, "WinRM"),
    (5986, "WinRM"),
    (6379, "Redis"),
    (6443, "Kubernetes"),
    (8182, "Neptune"),
    (9042, "Cassandra"),
    (9092, "Kafka"),
    (9200, "Elasticsearch"),
    (9300, "Elasticsearch"),
    (11211, "Memcached"),
    (27017, "MongoDB"),
];

fn check(resource: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let cluster = guards_cluster(resource, cx.app);
    let quiet = guards_functions_only(resource, cx.app);
    let private = guards_private_only(resource, cx.app);
    for opening in Opening::all(resource) {
        let everything = opening.not_everything();
        let web = opening.not_port(80).fails();
        let mut aliases: Vec<&str> = Vec::new();
        if cluster {
            aliases.push("CKV2_AWS_7");
        }
        let finding = sink
            .finding(resource)
            .property("SecurityGroupIngress")
            .item(opening.label())
            .help("name the addresses or the security group that needs the port (`SourceSecurityGroupId`, a narrow `CidrIp`)");
        let finding = if quiet {
            finding.severity(Severity::Low).profile(Profile::All)
        } else if private {
            finding.severity(Severity::Low)
        } else {
            finding
        };
        let inside = || {
            format!(
                "`{}`: every address is let in, and only the routes of the network keep callers from the internet away",
                opening.label()
            )
        };
        if !everything.passes() {
            aliases.extend([
                "CKV_AWS_24",
                "CKV_AWS_25",
                "CKV_AWS_260",
                "CKV_AWS_277",
                "EC2.13",
                "EC2.14",
                "INCOMING_SSH_DISABLED",
            ]);
            aliases.extend(controls(&opening));
            finding
                .message(if private {
                    inside()
                } else {
                    "every port is open to the whole internet: whatever listens now or later can be reached by anyone".to_owned()
                })
                .aliases(&aliases)
                .judge(everything);
            continue;
        }
        let sensitive = SENSITIVE
            .iter()
            .map(|(port, name)| (*port, *name, opening.not_port(*port)))
            .find(|(_, _, verdict)| verdict.fails());
        if web {
            aliases.push("CKV_AWS_260");
        }
        if let Some((port, name, verdict)) = sensitive {
            aliases.extend(controls(&opening));
            finding
                .message(if private {
                    inside()
                } else {
                    format!("port {port} ({name}) is open to the whole internet, where it is found and tried within minutes")
                })
                .aliases(&aliases)
                .judge(verdict);
            continue;
        }
        // SSH and RDP alone are reported by `open-admin-port`.
        let other = opening.only(&[80, 443, 22, 3389]);
        if !other.passes() {
            aliases.extend(controls(&opening));
            let tunnel = opening.tunnel().passes();
            let finding = match (quiet, tunnel) {
                (true, _) => finding,
                _ if private => finding,
                (false, true) => finding.severity(Severity::Low).profile(Profile::All),
                (false, false) => finding.severity(Severity::Medium),
            };
            finding
                .message(if private {
                    inside()
                } else if tunnel {
                    format!(
                        "`{}`: the port of a VPN is open to the whole internet, as it must be where its users have no fixed addresses",
                        opening.label()
                    )
                } else {
                    format!(
                        "`{}`: a port other than those of a web server is open to the whole internet",
                        opening.label()
                    )
                })
                .aliases(&aliases)
                .judge(other);
        } else if web {
            finding
                .message("port 80 is open to the whole internet; it should do no more than send callers to HTTPS")
                .aliases(&aliases)
                .severity(Severity::Low)
                .profile(Profile::All)
                .judge(opening.not_port(80));
        } else if cluster {
            finding
                .message("a security group of an EMR cluster is open to the whole internet")
                .aliases(&aliases)
                .judge(opening.only(&[]));
        }
    }
}

/// Whether the security group, or that of the rule, is one of an EMR cluster's.
fn guards_cluster(resource: &Resource, app: &Application) -> bool {
    let groups = if &*resource.kind == "AWS::EC2::SecurityGroup" {
        vec![resource.id.clone()]
    } else {
        resource.references("GroupId")
    };
    let paths = [
        "Instances.EmrManagedMasterSecurityGroup",
        "Instances.EmrManagedSlaveSecurityGroup",
        "Instances.ServiceAccessSecurityGroup",
        "Instances.AdditionalMasterSecurityGroups",
        "Instances.AdditionalSlaveSecurityGroups",
    ];
    app.of_kind("AWS::EMR::Cluster").any(|cluster| {
        paths
            .iter()
            .any(|path| groups.iter().any(|id| cluster.refers_to(path, id)))
    })
}
