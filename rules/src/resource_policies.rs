//! Kinds of resources that carry a policy of their own, and what strangers would do with each.

use crate::prelude::*;
use palisade_app::graph::Grant;

/// A kind of resource with a policy of its own.
#[derive(Debug)]
pub(crate) struct Kind {
    kind: &'static str,
    /// The kinds of resource that the policy is written in, where it is another one.
    policies: &'static [&'static str],
    /// What is written to it can start a function.
    pub(crate) is_channel: bool,
    /// What people call it.
    pub(crate) word: &'static str,
    /// What can be done with it, the worst first.
    actions: &'static [&'static str],
    /// How bad it is when everyone can.
    pub(crate) severity: Severity,
    /// Ids of other tools for a policy that lets everyone in.
    pub(crate) public_ids: &'static [&'static str],
    /// Ids of other tools for a policy that lets another account in.
    pub(crate) foreign_ids: &'static [&'static str],
    /// How to mend a policy that lets everyone in.
    pub(crate) help: &'static str,
}

const NAME_CALLERS: &str =
    "name the callers in `Principal`, or add a condition on `aws:PrincipalOrgID`";

/// The kinds whose policies no rule of their own looks at.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        kind: "AWS::KMS::Key",
        policies: &[],
        is_channel: false,
        word: "key",
        actions: &[
            "kms:Decrypt",
            "kms:CreateGrant",
            "kms:PutKeyPolicy",
            "kms:ScheduleKeyDeletion",
            "kms:GenerateDataKey",
            "kms:Encrypt",
            "kms:Sign",
        ],
        severity: Severity::High,
        public_ids: &["CKV_AWS_33", "KMS.5"],
        foreign_ids: &[],
        help: "name the accounts or roles in `Principal`, or add conditions on `kms:CallerAccount` and `kms:ViaService`",
    },
    Kind {
        kind: "AWS::KMS::ReplicaKey",
        policies: &[],
        is_channel: false,
        word: "key",
        actions: &[
            "kms:Decrypt",
            "kms:CreateGrant",
            "kms:PutKeyPolicy",
            "kms:GenerateDataKey",
        ],
        severity: Severity::High,
        public_ids: &[],
        foreign_ids: &[],
        help: "name the accounts or roles in `Principal`, or add conditions on `kms:CallerAccount` and `kms:ViaService`",
    },
    Kind {
        kind: "AWS::SecretsManager::Secret",
        policies: &["AWS::SecretsManager::ResourcePolicy"],
        is_channel: false,
        word: "secret",
        actions: &[
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:PutResourcePolicy",
            "secretsmanager:DeleteSecret",
        ],
        severity: Severity::Critical,
        public_ids: &[],
        foreign_ids: &[],
        help: "name the roles that use the secret in `Principal`",
    },
    Kind {
        kind: "AWS::ECR::Repository",
        policies: &[],
        is_channel: false,
        word: "repository",
        actions: &[
            "ecr:PutImage",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            "ecr:SetRepositoryPolicy",
            "ecr:DeleteRepository",
            "ecr:DescribeImages",
        ],
        severity: Severity::High,
        public_ids: &["CKV_AWS_32"],
        foreign_ids: &[],
        help: NAME_CALLERS,
    },
    Kind {
        kind: "AWS::SQS::Queue",
        policies: &["AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"],
        is_channel: true,
        word: "queue",
        actions: &[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:PurgeQueue",
            "sqs:SetQueueAttributes",
            "sqs:AddPermission",
            "sqs:GetQueueAttributes",
        ],
        severity: Severity::High,
        public_ids: &["CKV_AWS_168", "CKV_AWS_387", "SQS.3"],
        foreign_ids: &[],
        help: NAME_CALLERS,
    },
    Kind {
        kind: "AWS::SNS::Topic",
        policies: &["AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy"],
        is_channel: true,
        word: "topic",
        actions: &[
            "sns:Subscribe",
            "sns:Receive",
            "sns:SetTopicAttributes",
            "sns:AddPermission",
            "sns:DeleteTopic",
            "sns:GetTopicAttributes",
        ],
        severity: Severity::High,
        public_ids: &["CKV_AWS_169", "CKV_AWS_385", "SNS.4"],
        foreign_ids: &["CKV_AWS_385"],
        help: "name the subscribers in `Principal`, or add a condition on `aws:SourceOwner` or `aws:PrincipalOrgID`",
    },
    Kind {
        kind: "AWS::DynamoDB::Table",
        policies: &[],
        is_channel: false,
        word: "table",
        actions: &[
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:BatchGetItem",
            "dynamodb:DeleteItem",
            "dynamodb:DeleteTable",
        ],
        severity: Severity::Critical,
        public_ids: &[],
        foreign_ids: &[],
        help: NAME_CALLERS,
    },
    Kind {
        kind: "AWS::Kinesis::Stream",
        policies: &["AWS::Kinesis::ResourcePolicy"],
        is_channel: false,
        word: "stream",
        actions: &[
            "kinesis:GetRecords",
            "kinesis:SubscribeToShard",
            "kinesis:DescribeStream",
        ],
        severity: Severity::High,
        public_ids: &[],
        foreign_ids: &[],
        help: NAME_CALLERS,
    },
    Kind {
        kind: "AWS::EFS::FileSystem",
        policies: &[],
        is_channel: false,
        word: "file system",
        actions: &[
            "elasticfilesystem:ClientRootAccess",
            "elasticfilesystem:ClientWrite",
            "elasticfilesystem:ClientMount",
        ],
        severity: Severity::Medium,
        public_ids: &[],
        foreign_ids: &[],
        help: "add a condition on `elasticfilesystem:AccessedViaMountTarget`, or name the roles in `Principal`",
    },
    Kind {
        kind: "AWS::Backup::BackupVault",
        policies: &[],
        is_channel: false,
        word: "backup vault",
        actions: &[
            "backup:CopyFromBackupVault",
            "backup:StartRestoreJob",
            "backup:DeleteRecoveryPoint",
            "backup:CopyIntoBackupVault",
        ],
        severity: Severity::High,
        public_ids: &[],
        foreign_ids: &[],
        help: NAME_CALLERS,
    },
    Kind {
        kind: "AWS::Events::EventBus",
        policies: &["AWS::Events::EventBusPolicy"],
        is_channel: true,
        word: "event bus",
        actions: &["events:PutRule", "events:PutTargets", "events:DescribeRule"],
        severity: Severity::Medium,
        public_ids: &[],
        foreign_ids: &[],
        help: NAME_CALLERS,
    },
    Kind {
        kind: "AWS::MSK::Cluster",
        policies: &["AWS::MSK::ClusterPolicy"],
        is_channel: false,
        word: "cluster",
        actions: &[
            "kafka-cluster:ReadData",
            "kafka-cluster:Connect",
            "kafka:CreateVpcConnection",
        ],
        severity: Severity::High,
        public_ids: &[],
        foreign_ids: &[],
        help: NAME_CALLERS,
    },
    Kind {
        kind: "AWS::S3::AccessPoint",
        policies: &["AWS::S3::AccessPoint"],
        is_channel: false,
        word: "access point",
        actions: &[
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:ListBucket",
        ],
        severity: Severity::High,
        public_ids: &[],
        foreign_ids: &[],
        help: NAME_CALLERS,
    },
];

/// Buckets: that everyone may use one is what `public-bucket` tells of.
pub(crate) const BUCKET: Kind = Kind {
    kind: "AWS::S3::Bucket",
    policies: &["AWS::S3::BucketPolicy"],
    is_channel: false,
    word: "bucket",
    actions: &[
        "s3:GetObject",
        "s3:DeleteObject",
        "s3:PutBucketPolicy",
        "s3:ListBucket",
        "s3:PutObject",
    ],
    severity: Severity::High,
    public_ids: &[],
    foreign_ids: &[],
    help: NAME_CALLERS,
};

/// The kind of resource that a statement is about, with the resource when the template has it.
pub(crate) fn kind_of<'c>(
    app: &'c Application,
    grant: &Grant,
    policy: &'c Resource,
) -> Option<(&'static Kind, Option<&'c Resource>)> {
    let all = || KINDS.iter().chain([&BUCKET]);
    let of_policy = all().find(|kind| kind.policies.contains(&&*policy.kind));
    let target = grant.targets.first().and_then(|id| app.resource(id));
    match (of_policy, target) {
        (Some(kind), target) => {
            // An access point carries its policy itself, which is about what stands in a bucket.
            let mut found = target.into_iter().chain([policy]);
            Some((kind, found.find(|r| &*r.kind == kind.kind)))
        }
        (None, Some(target)) => {
            let kind = all().find(|kind| kind.kind == &*target.kind)?;
            Some((kind, Some(target)))
        }
        (None, None) => None,
    }
}

/// The actions to ask about: those of the kind, and those that the statement spells out.
pub(crate) fn asked_of(cx: &Context<'_>, kind: &Kind, grant: &Grant) -> Vec<String> {
    let mut actions: Vec<String> = kind.actions.iter().map(ToString::to_string).collect();
    for action in &grant.actions {
        let known = cx.access().settings.catalogue.action(action);
        let same = |other: &String| other.eq_ignore_ascii_case(action);
        if known.is_some() && !actions.iter().any(same) {
            actions.push(action.clone());
        }
    }
    actions
}

impl Kind {
    /// Whether it is a bucket.
    pub(crate) fn is_bucket(&self) -> bool {
        self.kind == BUCKET.kind
    }

    /// Whether it is a queue.
    pub(crate) fn is_queue(&self) -> bool {
        self.kind == "AWS::SQS::Queue"
    }

    /// The prefix of its actions.
    pub(crate) fn service(&self) -> &'static str {
        let action = self.actions.first().copied().unwrap_or_default();
        action.split(':').next().unwrap_or_default()
    }
}
