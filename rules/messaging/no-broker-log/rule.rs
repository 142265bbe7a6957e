//! Message brokers that keep no logs.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-broker-log",
    title: "logs of the broker are not kept",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.1"],
    cwe: Some(778),
    aliases: &["CKV_AWS_48", "CKV_AWS_80", "CKV_AWS_197", "MQ.2"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::AmazonMQ::Broker",
            aliases: &["CKV_AWS_48"],
            any: &[Want::on("Logs.General")],
            message: "logs stay on the broker, and go with it",
            help: "set `Logs.General: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::AmazonMQ::Broker",
            aliases: &["CKV_AWS_197", "MQ.2"],
            when: Some(Want {
                path: "EngineType",
                is: Is::NotIn {
                    texts: &["RABBITMQ"],
                },
            }),
            any: &[Want::on("Logs.Audit")],
            message: "the audit log, which says who did what, is not kept",
            help: "set `Logs.Audit: true`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::MSK::Cluster",
            aliases: &["CKV_AWS_80"],
            any: &[
                Want::on("LoggingInfo.BrokerLogs.CloudWatchLogs.Enabled"),
                Want::on("LoggingInfo.BrokerLogs.Firehose.Enabled"),
                Want::on("LoggingInfo.BrokerLogs.S3.Enabled"),
            ],
            message: "logs stay on the brokers, and go with them",
            help: "set `LoggingInfo.BrokerLogs`",
            ..Row::NEW
        },
    ]),
};
