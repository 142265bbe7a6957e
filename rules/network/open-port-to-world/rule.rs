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

use palisade_app::{Branch, Condition, Part, lookup};
use palisade_core::Origin;

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

/// One rule of a security group, with the conditions under which it is there.
pub(super) struct Opening<'a> {
    rule: &'a Value,
    at: &'a Origin,
    when: Vec<Condition>,
}

impl<'a> Opening<'a> {
    /// The ingress rules of a security group, or the one of a rule that stands alone.
    pub(super) fn all(resource: &'a Resource) -> Vec<Self> {
        if &*resource.kind == "AWS::EC2::SecurityGroupIngress" {
            return vec![Self {
                rule: &resource.properties,
                at: &resource.origin,
                when: Vec::new(),
            }];
        }
        resource
            .at("SecurityGroupIngress[]")
            .into_iter()
            .filter(|leaf| leaf.value.data != Data::Absent)
            .map(|leaf| Self {
                rule: leaf.value,
                at: leaf.at,
                when: leaf.when,
            })
            .collect()
    }

    fn ask(&self, path: &str, ask: impl Fn(&Leaf<'_>) -> Answer) -> Verdict {
        Verdict::of(&lookup::leaves(self.rule, path, self.at), |leaf| ask(leaf))
    }

    fn finish(&self, mut verdict: Verdict) -> Verdict {
        for branch in &mut verdict.branches {
            branch.when.extend(self.when.iter().cloned());
        }
        verdict
    }

    /// Passes when the rule is for named addresses only.
    fn closed(&self) -> Verdict {
        let named = |leaf: &Leaf<'_>| match (leaf.present(), &leaf.value.data) {
            (Answer::No, _) => Answer::Yes,
            (_, Data::Symbolic(parts)) if narrow(parts) => Answer::Yes,
            _ => leaf.text(None, |text| !WORLD.contains(&text.trim())),
        };
        self.ask("CidrIp", named).and(self.ask("CidrIpv6", named))
    }

    /// Passes when the rule is not for every port and protocol.
    fn some_ports(&self) -> Verdict {
        let all = self.ask("IpProtocol", |leaf| {
            leaf.text(None, |text| !every_protocol(text))
        });
        all.and(self.ports(|from, to| from > 1.0 || to < 65_535.0))
    }

    /// Passes when the protocol has no ports, or the rule's range of them is as asked.
    fn ports(&self, ask: impl Fn(f64, f64) -> bool) -> Verdict {
        let other = self.ask("IpProtocol", |leaf| {
            leaf.text(None, |text| !has_ports(text))
        });
        let end = |leaf: &Leaf<'_>, everything: f64| match leaf.present() {
            // Left out: all ports.
            Answer::No => Ok(everything),
            Answer::Unknown(reason) => Err(reason),
            Answer::Yes => match (leaf.value.as_number(), leaf.undecided()) {
                (None, Answer::Unknown(reason)) => Err(reason),
                (number, _) => Ok(number.unwrap_or(everything)),
            },
        };
        let mut verdict = Verdict::default();
        for from in lookup::leaves(self.rule, "FromPort", self.at) {
            for to in lookup::leaves(self.rule, "ToPort", self.at) {
                let apart = |a: &Condition| to.when.iter().any(|b| a.contradicts(b));
                if from.when.iter().any(apart) {
                    continue;
                }
                verdict.branches.push(Branch {
                    answer: match (end(&from, 0.0), end(&to, 65_535.0)) {
                        (Ok(from), Ok(to)) => ask(from, to).into(),
                        (Err(reason), _) | (_, Err(reason)) => Answer::Unknown(reason),
                    },
                    when: from.when.iter().chain(&to.when).cloned().collect(),
                    at: from.at.clone(),
                    written: true,
                });
            }
        }
        other.or(verdict)
    }

    /// Passes unless the whole internet reaches every port.
    pub(super) fn not_everything(&self) -> Verdict {
        self.finish(self.closed().or(self.some_ports()))
    }

    /// Passes unless the whole internet reaches a port.
    pub(super) fn not_port(&self, port: u16) -> Verdict {
        let port = f64::from(port);
        let outside = self.ports(|from, to| from > port || to < port);
        let all = self.ask("IpProtocol", |leaf| {
            leaf.text(None, |text| !every_protocol(text))
        });
        self.finish(self.closed().or(all.and(outside)))
    }

    /// Passes when the whole internet reaches nothing but one of these ports.
    fn only(&self, ports: &[u16]) -> Verdict {
        let all = self.ask("IpProtocol", |leaf| {
            leaf.text(None, |text| !every_protocol(text))
        });
        let single = self.ports(|from, to| {
            ports
                .iter()
                .any(|port| from >= f64::from(*port) && to <= f64::from(*port))
        });
        self.finish(self.closed().or(all.and(single)))
    }

    /// Passes when the whole internet reaches nothing but what VPNs listen on (IPsec, OpenVPN,
    /// WireGuard).
    fn tunnel(&self) -> Verdict {
        let datagrams = self.ask("IpProtocol", |leaf| {
            leaf.text(None, |text| text.eq_ignore_ascii_case("udp") || text == "17")
        });
        datagrams.and(self.only(&[500, 1194, 4500, 51820]))
    }

    /// The rule as a person would name it.
    pub(super) fn label(&self) -> String {
        let text = |key| self.rule.get(key).map(Value::display);
        let ports = match (text("FromPort"), text("ToPort")) {
            (Some(from), Some(to)) if from == to => from,
            (Some(from), Some(to)) => format!("{from}-{to}"),
            _ => "all".to_owned(),
        };
        let from = text("CidrIp")
            .or_else(|| text("CidrIpv6"))
            .unwrap_or_default();
        format!("{} {ports} {from}", text("IpProtocol").unwrap_or_default())
    }
}

/// All addresses, as people write them.
const WORLD: &[&str] = &["0.0.0.0/0", "::/0", "0::/0", "0:0:0:0:0:0:0:0/0"];

/// Whether addresses that only the deployment knows are surely not all: those of a network or
/// machine of the application, or a mask that is written out.
fn narrow(parts: &[Part]) -> bool {
    parts
        .iter()
        .any(|part| matches!(part, Part::Reference { .. }))
        || matches!(parts.last(), Some(Part::Literal(text)) if text.contains('/') && !text.ends_with("/0"))
}

/// Whether nothing but functions uses the security group: they take no connections, so that its
/// inbound rules open nothing.
pub(super) fn guards_functions_only(resource: &Resource, app: &Application) -> bool {
    let groups = if &*resource.kind == "AWS::EC2::SecurityGroup" {
        vec![resource.id.clone()]
    } else {
        resource.references("GroupId")
    };
    let mut functions = false;
    for user in app.resources() {
        if user.kind.starts_with("AWS::EC2::SecurityGroup")
            || !groups.iter().any(|id| user.refers_to("", id))
        {
            continue;
        }
        if &*user.kind != "AWS::Lambda::Function" {
            return false;
        }
        functions = true;
    }
    functions
}

/// What never has a public address, whatever its security group lets in.
const PRIVATE: &[&str] = &[
    "AWS::DAX::Cluster",
    "AWS::DocDB::DBCluster",
    "AWS::EC2::VPCEndpoint",
    "AWS::EFS::MountTarget",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::Lambda::Function",
    "AWS::MemoryDB::Cluster",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBProxy",
];

/// Whether everything that uses the security group has private addresses only.
fn guards_private_only(resource: &Resource, app: &Application) -> bool {
    let groups = if &*resource.kind == "AWS::EC2::SecurityGroup" {
        vec![resource.id.clone()]
    } else {
        resource.references("GroupId")
    };
    let mut users = app
        .resources()
        .filter(|user| !user.kind.starts_with("AWS::EC2::SecurityGroup"))
        .filter(|user| groups.iter().any(|id| user.refers_to("", id)))
        .peekable();
    users.peek().is_some() && users.all(|user| PRIVATE.contains(&&*user.kind))
}

fn every_protocol(text: &str) -> bool {
    text == "-1" || text.eq_ignore_ascii_case("all")
}

fn has_ports(text: &str) -> bool {
    ["tcp", "udp", "6", "17"]
        .iter()
        .any(|t| t.eq_ignore_ascii_case(text))
}

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

/// Ids of AWS's own controls that a rule fails, by the ports that those name.
pub(super) fn controls(opening: &Opening<'_>) -> Vec<&'static str> {
    const HIGH_RISK: &[u16] = &[
        20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432,
        5500, 5601, 8080, 8088, 8888, 9200, 9300,
    ];
    const COMMON: &[u16] = &[20, 21, 3306, 3389, 4333];
    let any = |ports: &[u16]| ports.iter().any(|port| opening.not_port(*port).fails());
    let mut ids = Vec::new();
    if opening.only(&[80, 443]).fails() {
        ids.extend(["EC2.18", "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS"]);
    }
    if any(HIGH_RISK) {
        ids.push("EC2.19");
    }
    if any(COMMON) {
        ids.push("RESTRICTED_INCOMING_TRAFFIC");
    }
    ids
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
