//! The policy of a resource gives the caller access that its own policies do not give. Somebody
//! who has the access already gains nothing here.
//!
//! Left out: access lists of S3, which name accounts and groups of accounts, never the caller.

use super::{Call, Family, Gives, Method, On, Sends, call, method};

const fn opens(
    id: &'static str,
    name: &'static str,
    calls: &'static [Call],
    gained: &'static str,
) -> Method {
    method(
        id,
        name,
        Family::ResourcePolicies,
        calls,
        Gives::Access(gained),
    )
}

const WHY: &str = "the resource's policy then names the caller";

pub(super) const METHODS: &[Method] = &[
    opens(
        "put-key-policy",
        "rewrites the policy of a key",
        &[call("kms:PutKeyPolicy", WHY)],
        "kms:Decrypt",
    ),
    opens(
        "create-grant",
        "grants itself the use of a key",
        &[call("kms:CreateGrant", "the grant names the caller").sends(Sends::OwnGrant)],
        "kms:Decrypt",
    ),
    opens(
        "put-bucket-policy",
        "rewrites the policy of a bucket",
        &[call("s3:PutBucketPolicy", WHY)],
        "s3:GetObject",
    ),
    opens(
        "put-secret-policy",
        "rewrites the policy of a secret",
        &[call("secretsmanager:PutResourcePolicy", WHY)],
        "secretsmanager:GetSecretValue",
    ),
    opens(
        "put-parameter-policy",
        "rewrites the policy of a parameter",
        &[call("ssm:PutResourcePolicy", WHY).on(On::Like("arn:{p}:ssm:*:{a}:parameter/*"))],
        "ssm:GetParameter",
    ),
    opens(
        "set-repository-policy",
        "rewrites the policy of a repository of images",
        &[call("ecr:SetRepositoryPolicy", WHY)],
        "ecr:PutImage",
    ),
    opens(
        "add-function-permission",
        "adds a permission to a function",
        &[call("lambda:AddPermission", WHY)],
        "lambda:InvokeFunction",
    ),
    opens(
        "add-layer-permission",
        "adds a permission to a layer",
        &[call("lambda:AddLayerVersionPermission", WHY)],
        "lambda:GetLayerVersion",
    ),
    opens(
        "put-table-policy",
        "rewrites the policy of a table",
        &[call("dynamodb:PutResourcePolicy", WHY).on(On::Like("arn:{p}:dynamodb:*:{a}:table/*"))],
        "dynamodb:GetItem",
    ),
    opens(
        "set-queue-policy",
        "rewrites the policy of a queue",
        &[call("sqs:SetQueueAttributes", WHY)],
        "sqs:ReceiveMessage",
    ),
    opens(
        "add-queue-permission",
        "adds a permission to a queue",
        &[call("sqs:AddPermission", WHY)],
        "sqs:ReceiveMessage",
    ),
    opens(
        "set-topic-policy",
        "rewrites the policy of a topic",
        &[call("sns:SetTopicAttributes", WHY)],
        "sns:Subscribe",
    ),
    opens(
        "add-topic-permission",
        "adds a permission to a topic",
        &[call("sns:AddPermission", WHY)],
        "sns:Subscribe",
    ),
    opens(
        "put-stream-policy",
        "rewrites the policy of a stream",
        &[call("kinesis:PutResourcePolicy", WHY).on(On::Like("arn:{p}:kinesis:*:{a}:stream/*"))],
        "kinesis:GetRecords",
    ),
    opens(
        "put-file-system-policy",
        "rewrites the policy of a file system",
        &[call("elasticfilesystem:PutFileSystemPolicy", WHY)],
        "elasticfilesystem:ClientMount",
    ),
    opens(
        "update-domain-policy",
        "rewrites the access policy of a search domain",
        &[call("es:UpdateDomainConfig", WHY)],
        "es:ESHttpGet",
    ),
];
