//! Stores of data that are encrypted with a key of the provider.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "provider-managed-data-key",
    title: "data is encrypted with a key that the provider manages",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-3.1"],
    cwe: None,
    aliases: &[
        "CKV2_AWS_73",
        "CKV_AWS_119",
        "CKV_AWS_145",
        "CKV_AWS_160",
        "CKV_AWS_177",
        "CKV_AWS_181",
        "CKV_AWS_182",
        "CKV_AWS_184",
        "CKV_AWS_185",
        "CKV_AWS_186",
        "CKV_AWS_191",
        "CKV_AWS_195",
        "CKV_AWS_209",
        "CKV_AWS_241",
        "CKV_AWS_245",
        "CKV_AWS_246",
        "CKV_AWS_247",
        "CKV_AWS_266",
        "CKV_AWS_271",
        "CKV_AWS_282",
        "CKV_AWS_297",
        "CKV_AWS_327",
        "CKV_AWS_347",
        "CKV_AWS_354",
        "CKV_AWS_373",
        "CKV_AWS_82",
        "CKV_AWS_94",
        "CKV_AWS_99",
        "Redshift.10",
        "S3.17",
        "REDSHIFT_CLUSTER_KMS_ENABLED",
        "S3_DEFAULT_ENCRYPTION_KMS",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::DynamoDB::Table",
            aliases: &["CKV_AWS_119"],
            any: &[Want::present("SSESpecification.KMSMasterKeyId")],
            message: "the table is encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `SSESpecification.KMSMasterKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DynamoDB::GlobalTable",
            aliases: &["CKV_AWS_271"],
            any: &[Want::present("Replicas[].SSESpecification.KMSMasterKeyId")],
            message: "a replica of the table is encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `SSESpecification.KMSMasterKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::S3::Bucket",
            aliases: &["CKV_AWS_145", "S3.17", "S3_DEFAULT_ENCRYPTION_KMS"],
            any: &[Want::one_of(
                "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.SSEAlgorithm",
                &["aws:kms", "aws:kms:dsse"],
            )],
            message: "objects are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `SSEAlgorithm: aws:kms` and `KMSMasterKeyID` in `BucketEncryption`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBInstance",
            when: Some(Want {
                path: "DBClusterIdentifier",
                is: Is::Absent,
            }),
            any: &[Want::present("KmsKeyId")],
            message: "the storage is encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &["CKV_AWS_327"],
            any: &[Want::present("KmsKeyId")],
            message: "the storage is encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_354"],
            when: Some(Want::on("EnablePerformanceInsights")),
            any: &[Want::present("PerformanceInsightsKMSKeyId")],
            message: "performance insights, with the texts of queries, are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `PerformanceInsightsKMSKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &["CKV_AWS_354"],
            when: Some(Want::on("PerformanceInsightsEnabled")),
            any: &[Want::present("PerformanceInsightsKmsKeyId")],
            message: "performance insights, with the texts of queries, are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `PerformanceInsightsKmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_245"],
            when: Some(Want::present("AutomaticBackupReplicationRegion")),
            any: &[Want::present("AutomaticBackupReplicationKmsKeyId")],
            message: "the replicated backups are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `AutomaticBackupReplicationKmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Kinesis::Stream",
            aliases: &["CKV_AWS_185"],
            any: &[Want::present("StreamEncryption.KeyId")],
            message: "records are encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `StreamEncryption.KeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Kinesis::Stream",
            aliases: &["CKV_AWS_185"],
            any: &[Want {
                path: "StreamEncryption.KeyId",
                is: Is::NotIn {
                    texts: &["alias/aws/kinesis"],
                },
            }],
            message: "records are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `StreamEncryption.KeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::KinesisFirehose::DeliveryStream",
            aliases: &["CKV_AWS_241"],
            when: Some(Want {
                path: "DeliveryStreamType",
                is: Is::NotIn {
                    texts: &["KinesisStreamAsSource", "MSKAsSource", "DatabaseAsSource"],
                },
            }),
            any: &[Want::one_of(
                "DeliveryStreamEncryptionConfigurationInput.KeyType",
                &["CUSTOMER_MANAGED_CMK"],
            )],
            message: "records are encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KeyType: CUSTOMER_MANAGED_CMK` and `KeyARN` in `DeliveryStreamEncryptionConfigurationInput`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::KinesisVideo::Stream",
            aliases: &["CKV_AWS_177"],
            any: &[Want::present("KmsKeyId")],
            message: "the video is encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Scheduler::Schedule",
            aliases: &["CKV_AWS_297"],
            any: &[Want::present("KmsKeyArn")],
            message: "the schedule and its input are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyArn` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::SQS::Queue",
            aliases: &["CKV2_AWS_73"],
            any: &[Want {
                path: "KmsMasterKeyId",
                is: Is::NotIn {
                    texts: &["alias/aws/sqs"],
                },
            }],
            message: "messages are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsMasterKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::SQS::Queue",
            any: &[Want::present("KmsMasterKeyId")],
            message: "messages are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsMasterKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::EFS::FileSystem",
            aliases: &["CKV_AWS_184"],
            any: &[Want::present("KmsKeyId")],
            message: "files are encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::OpenSearchService::Domain",
            aliases: &["CKV_AWS_247"],
            any: &[Want::present("EncryptionAtRestOptions.KmsKeyId")],
            message: "indices are encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `EncryptionAtRestOptions.KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Elasticsearch::Domain",
            aliases: &["CKV_AWS_247"],
            any: &[Want::present("EncryptionAtRestOptions.KmsKeyId")],
            message: "indices are encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `EncryptionAtRestOptions.KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Timestream::Database",
            aliases: &["CKV_AWS_160"],
            any: &[Want::present("KmsKeyId")],
            message: "the time series are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::DocDB::DBCluster",
            aliases: &["CKV_AWS_182"],
            any: &[Want::present("KmsKeyId")],
            message: "documents are encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Neptune::DBCluster",
            aliases: &["CKV_AWS_347"],
            any: &[Want::present("KmsKeyId")],
            message: "the graph is encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ElastiCache::ReplicationGroup",
            aliases: &["CKV_AWS_191"],
            any: &[Want::present("KmsKeyId")],
            message: "the cache is encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::AmazonMQ::Broker",
            aliases: &["CKV_AWS_209"],
            any: &[Want::present("EncryptionOptions.KmsKeyId")],
            message: "messages are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `EncryptionOptions.KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RedshiftServerless::Namespace",
            aliases: &["CKV_AWS_282"],
            any: &[Want::present("KmsKeyId")],
            message: "the warehouse is encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Redshift::Cluster",
            aliases: &["Redshift.10", "REDSHIFT_CLUSTER_KMS_ENABLED"],
            any: &[Want::present("KmsKeyId")],
            message: "the warehouse is encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Bedrock::Agent",
            aliases: &["CKV_AWS_373"],
            any: &[Want::present("CustomerEncryptionKeyArn")],
            message: "the agent, with its instructions and sessions, is encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `CustomerEncryptionKeyArn` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Glue::DataCatalogEncryptionSettings",
            aliases: &["CKV_AWS_94"],
            any: &[Want::one_of("DataCatalogEncryptionSettings.EncryptionAtRest.CatalogEncryptionMode", &["SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"])],
            message: "the catalogue is encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `CatalogEncryptionMode: SSE-KMS` and `SseAwsKmsKeyId`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Glue::DataCatalogEncryptionSettings",
            aliases: &["CKV_AWS_94"],
            any: &[Want::on("DataCatalogEncryptionSettings.ConnectionPasswordEncryption.ReturnConnectionPasswordEncrypted")],
            message: "the passwords of connections are given in the open to everyone who may read the catalogue",
            help: "set `ReturnConnectionPasswordEncrypted: true` and `KmsKeyId`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Glue::SecurityConfiguration",
            aliases: &["CKV_AWS_99"],
            any: &[Want::one_of("EncryptionConfiguration.CloudWatchEncryption.CloudWatchEncryptionMode", &["SSE-KMS"])],
            message: "logs of jobs are encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `CloudWatchEncryptionMode: SSE-KMS` and `KmsKeyArn`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Glue::SecurityConfiguration",
            aliases: &["CKV_AWS_99"],
            any: &[Want::one_of("EncryptionConfiguration.JobBookmarksEncryption.JobBookmarksEncryptionMode", &["CSE-KMS"])],
            message: "bookmarks of jobs are encrypted, if at all, with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `JobBookmarksEncryptionMode: CSE-KMS` and `KmsKeyArn`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Glue::SecurityConfiguration",
            aliases: &["CKV_AWS_99"],
            any: &[Want { path: "EncryptionConfiguration.S3Encryptions[].S3EncryptionMode", is: Is::NotIn { texts: &["DISABLED"] } }],
            message: "what jobs write is encrypted only as the bucket says",
            help: "set `S3EncryptionMode: SSE-KMS` and `KmsKeyArn`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Glue::Crawler",
            aliases: &["CKV_AWS_195"],
            any: &[Want::present("CrawlerSecurityConfiguration")],
            message: "what the crawler writes and logs is encrypted with keys that the provider manages: their use can not be restricted, watched or revoked",
            help: "set `CrawlerSecurityConfiguration` to a security configuration with keys of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Glue::Job",
            aliases: &["CKV_AWS_195"],
            any: &[Want::present("SecurityConfiguration")],
            message: "what the job writes and logs is encrypted with keys that the provider manages: their use can not be restricted, watched or revoked",
            help: "set `SecurityConfiguration` to a security configuration with keys of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Glue::DevEndpoint",
            aliases: &["CKV_AWS_195"],
            any: &[Want::present("SecurityConfiguration")],
            message: "what the endpoint writes and logs is encrypted with keys that the provider manages: their use can not be restricted, watched or revoked",
            help: "set `SecurityConfiguration` to a security configuration with keys of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBSnapshot",
            aliases: &["CKV_AWS_266"],
            when: Some(Want::present("SourceDBSnapshotIdentifier")),
            any: &[Want::present("KmsKeyId")],
            message: "nothing says which key encrypts the copy: it is that of the snapshot, if there is one",
            help: "set `KmsKeyId` to a key of your own",
            severity: Some(Severity::Info),
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBClusterActivityStream",
            aliases: &["CKV_AWS_246"],
            when: Some(Want::one_of("KmsKeyId", &["alias/aws/rds"])),
            any: &[Want {
                path: "KmsKeyId",
                is: Is::Absent,
            }],
            message: "the record of what is done in the database is encrypted with a key that the provider manages: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Athena::WorkGroup",
            aliases: &["CKV_AWS_82"],
            any: &[Want {
                path: "WorkGroupConfiguration.EnforceWorkGroupConfiguration",
                is: Is::True { default: true },
            }],
            message: "who asks a query chooses where its result goes and with which key, if any",
            help: "set `EnforceWorkGroupConfiguration: true`, with a key of your own in `ResultConfiguration`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::S3::Object",
            aliases: &["CKV_AWS_186"],
            when: Some(Want::present("ServerSideEncryption")),
            any: &[Want::present("KmsKeyId")],
            message: "the object is encrypted with a key that the provider manages, whatever the bucket says: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own, or leave the encryption to the bucket",
            ..Row::NEW
        },
        Row {
            kind: "AWS::S3::ObjectCopy",
            aliases: &["CKV_AWS_181"],
            when: Some(Want::present("ServerSideEncryption")),
            any: &[Want::present("KmsKeyId")],
            message: "the copy is encrypted with a key that the provider manages, whatever the bucket says: its use can not be restricted, watched or revoked",
            help: "set `KmsKeyId` to a key of your own, or leave the encryption to the bucket",
            ..Row::NEW
        },
    ]),
};
