//! Message brokers that have a public address.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "public-broker",
    title: "the broker can be reached from the internet",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.2", "SCSP-4.1"],
    cwe: Some(668),
    aliases: &["CKV_AWS_69", "CKV_AWS_291", "MSK.4"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::AmazonMQ::Broker",
            aliases: &["CKV_AWS_69"],
            any: &[Want {
                path: "PubliclyAccessible",
                is: Is::False { default: false },
            }],
            message: "the broker has a public address: anyone can try its passwords",
            help: "set `PubliclyAccessible: false`, and place it in private subnets",
            ..Row::NEW
        },
        Row {
            kind: "AWS::MSK::Cluster",
            aliases: &["CKV_AWS_291", "MSK.4"],
            any: &[Want {
                path: "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type",
                is: Is::In {
                    texts: &["DISABLED"],
                    default: Some("DISABLED"),
                },
            }],
            message: "the brokers have public addresses: anyone can try to get in",
            help: "remove `PublicAccess`",
            ..Row::NEW
        },
    ]),
};
