//! What a rule of a security group lets in: from where, to which ports.

use crate::prelude::*;
use palisade_app::{Branch, Condition, Part, lookup};
use palisade_core::Origin;

/// One rule of a security group, with the conditions under which it is there.
pub(crate) struct Opening<'a> {
    rule: &'a Value,
    at: &'a Origin,
    when: Vec<Condition>,
}

impl<'a> Opening<'a> {
    /// The ingress rules of a security group, or the one of a rule that stands alone.
    pub(crate) fn all(resource: &'a Resource) -> Vec<Self> {
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
            _ => leaf.text(None, |text| !is_world(text)),
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
    pub(crate) fn not_everything(&self) -> Verdict {
        self.finish(self.closed().or(self.some_ports()))
    }

    /// Passes unless the whole internet reaches a port.
    pub(crate) fn not_port(&self, port: u16) -> Verdict {
        let port = f64::from(port);
        let outside = self.ports(|from, to| from > port || to < port);
        let all = self.ask("IpProtocol", |leaf| {
            leaf.text(None, |text| !every_protocol(text))
        });
        self.finish(self.closed().or(all.and(outside)))
    }

    /// Passes when the whole internet reaches nothing but one of these ports.
    pub(crate) fn only(&self, ports: &[u16]) -> Verdict {
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
    pub(crate) fn tunnel(&self) -> Verdict {
        let datagrams = self.ask("IpProtocol", |leaf| {
            leaf.text(None, |text| {
                text.eq_ignore_ascii_case("udp") || text == "17"
            })
        });
        datagrams.and(self.only(&[500, 1194, 4500, 51820]))
    }

    /// The rule as a person would name it.
    pub(crate) fn label(&self) -> String {
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

/// Whether a range is of all addresses.
pub(crate) fn is_world(text: &str) -> bool {
    WORLD.contains(&text.trim())
}

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
pub(crate) fn guards_functions_only(resource: &Resource, app: &Application) -> bool {
    guards_only(resource, app, |kind| kind == "AWS::Lambda::Function")
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
pub(crate) fn guards_private_only(resource: &Resource, app: &Application) -> bool {
    guards_only(resource, app, |kind| PRIVATE.contains(&kind))
}

/// Whether something uses the security group, and only what is of these kinds.
fn guards_only(resource: &Resource, app: &Application, kinds: impl Fn(&str) -> bool) -> bool {
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
    users.peek().is_some() && users.all(|user| kinds(&user.kind))
}

pub(crate) fn every_protocol(text: &str) -> bool {
    text == "-1" || text.eq_ignore_ascii_case("all")
}

fn has_ports(text: &str) -> bool {
    ["tcp", "udp", "6", "17"]
        .iter()
        .any(|t| t.eq_ignore_ascii_case(text))
}

/// Ids of AWS's own controls that a rule fails, by the ports that those name.
pub(crate) fn controls(opening: &Opening<'_>) -> Vec<&'static str> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn all_addresses_are_written_in_many_ways() {
        for text in ["0.0.0.0/0", "::/0", " 0::/0 "] {
            assert!(is_world(text), "{text}");
        }
        for text in ["10.0.0.0/8", "0.0.0.0/1", ""] {
            assert!(!is_world(text), "{text}");
        }
    }

    #[test]
    fn a_mask_that_is_written_out_is_narrow() {
        let address = Part::Pseudo(Arc::from("Address"));
        let literal = |text: &str| Part::Literal(Arc::from(text));
        assert!(narrow(&[address.clone(), literal("/32")]));
        assert!(!narrow(&[address.clone(), literal("/0")]));
        assert!(!narrow(&[address]));
    }
}
