//! Streams that keep their records unencrypted.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unencrypted-stream",
    title: "records of the stream are stored unencrypted",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-3.1", "BPSS-1.2"],
    cwe: Some(311),
    aliases: &[
        "CKV_AWS_43",
        "CKV_AWS_240",
        "DataFirehose.1",
        "Kinesis.1",
        "KINESIS_FIREHOSE_DELIVERY_STREAM_ENCRYPTED",
        "KINESIS_STREAM_ENCRYPTED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::Kinesis::Stream",
            aliases: &["CKV_AWS_43", "Kinesis.1", "KINESIS_STREAM_ENCRYPTED"],
            any: &[Want::one_of("StreamEncryption.EncryptionType", &["KMS"])],
            message: "records are stored unencrypted for as long as the stream keeps them",
            help: "set `StreamEncryption` with `EncryptionType: KMS`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::KinesisFirehose::DeliveryStream",
            aliases: &[
                "CKV_AWS_240",
                "DataFirehose.1",
                "KINESIS_FIREHOSE_DELIVERY_STREAM_ENCRYPTED",
            ],
            when: Some(Want {
                path: "DeliveryStreamType",
                is: Is::NotIn {
                    texts: &["KinesisStreamAsSource", "MSKAsSource", "DatabaseAsSource"],
                },
            }),
            any: &[Want::present("DeliveryStreamEncryptionConfigurationInput")],
            message: "records are buffered unencrypted until they are delivered, for up to a day",
            help: "set `DeliveryStreamEncryptionConfigurationInput`, with `KeyType: AWS_OWNED_CMK` at least",
            severity: Some(Severity::Low),
            ..Row::NEW
        },
    ]),
};
