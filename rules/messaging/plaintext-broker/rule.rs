//! Message brokers that are spoken to without TLS, or by anyone.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "plaintext-broker",
    title: "the broker accepts plain or anonymous connections",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.2", "SCSP-5.4"],
    cwe: Some(319),
    aliases: &[
        "CKV_AWS_81",
        "MSK.1",
        "MSK.6",
        "MSK_IN_CLUSTER_NODE_REQUIRE_TLS",
        "MSK_UNRESTRICTED_ACCESS_CHECK",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::MSK::Cluster",
            aliases: &["CKV_AWS_81"],
            any: &[Want {
                path: "EncryptionInfo.EncryptionInTransit.ClientBroker",
                is: Is::In {
                    texts: &["TLS"],
                    default: Some("TLS"),
                },
            }],
            message: "clients may connect without TLS: records can be read on the way",
            help: "set `ClientBroker: TLS`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::MSK::Cluster",
            aliases: &["CKV_AWS_81", "MSK.1", "MSK_IN_CLUSTER_NODE_REQUIRE_TLS"],
            any: &[Want {
                path: "EncryptionInfo.EncryptionInTransit.InCluster",
                is: Is::True { default: true },
            }],
            message: "records travel between the brokers unencrypted",
            help: "remove `InCluster: false`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::MSK::Cluster",
            aliases: &["CKV_AWS_81"],
            any: &[Want::present("EncryptionInfo")],
            message: "encryption is left to the provider's default, which is TLS",
            help: "set `EncryptionInfo.EncryptionInTransit` to say so",
            severity: Some(Severity::Info),
            profile: Some(Profile::All),
            ..Row::NEW
        },
        Row {
            kind: "AWS::MSK::Cluster",
            aliases: &["MSK.6", "MSK_UNRESTRICTED_ACCESS_CHECK"],
            any: &[Want {
                path: "ClientAuthentication.Unauthenticated.Enabled",
                is: Is::False { default: false },
            }],
            message: "whatever is in the network may read and write every topic",
            help: "remove `Unauthenticated`, and authenticate clients with `Sasl.Iam`",
            ..Row::NEW
        },
    ]),
};
