//! Queues that keep their messages unencrypted.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unencrypted-queue",
    title: "messages of the queue are stored unencrypted",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.1"],
    cwe: Some(311),
    aliases: &["CKV_AWS_27", "SQS.1"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::SQS::Queue",
            aliases: &["CKV_AWS_27", "SQS.1"],
            any: &[
                Want::present("KmsMasterKeyId"),
                Want {
                    path: "SqsManagedSseEnabled",
                    is: Is::True { default: true },
                },
            ],
            message: "encryption is switched off: whoever reaches the storage reads the messages",
            help: "remove `SqsManagedSseEnabled: false`, or set `KmsMasterKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            in_serverless: "",
            kind: "AWS::SQS::Queue",
            aliases: &["CKV_AWS_27"],
            when: Some(Want {
                path: "SqsManagedSseEnabled",
                is: Is::Absent,
            }),
            any: &[Want::present("KmsMasterKeyId")],
            message: "encryption is left to the provider's default (a key that SQS manages)",
            help: "set `SqsManagedSseEnabled: true` to say so, or `KmsMasterKeyId` to decide who may use the key",
            severity: Some(Severity::Info),
            profile: Some(Profile::All),
        },
    ]),
};
