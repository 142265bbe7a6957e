//! What is worth getting at, and what an edge to it gives.

use crate::access::Access;
use crate::edges::{Edge, EdgeKind, Node};
use palisade_iam::catalogue::AccessLevel;

/// What is at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Prize {
    /// More permissions than were given: a role that can gain them.
    Permissions,
    /// A role: whatever it may do.
    Role,
    /// A key.
    Key,
    /// A secret.
    Secret,
    /// A store of data.
    Data,
}

/// What an attack path gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loot {
    /// What is there.
    pub prize: Prize,
    /// It can be read, or used.
    pub reads: bool,
    /// What is in it can be changed.
    pub writes: bool,
    /// All of it can be deleted, or opened to others.
    pub control: bool,
}

/// Kinds of resource that keep data, and the actions that read what is in them; `*` at the end is a
/// wildcard.
const STORES: &[(&str, Prize, &[&str])] = &[
    (
        "AWS::SecretsManager::Secret",
        Prize::Secret,
        &["secretsmanager:GetSecretValue"],
    ),
    (
        "AWS::KMS::Key",
        Prize::Key,
        &[
            "kms:Decrypt",
            "kms:ReEncryptFrom",
            "kms:GenerateDataKey",
            "kms:Sign",
        ],
    ),
    ("AWS::S3::Bucket", Prize::Data, &["s3:GetObject"]),
    (
        "AWS::DynamoDB::Table",
        Prize::Data,
        &[
            "dynamodb:GetItem",
            "dynamodb:Scan",
            "dynamodb:Query",
            "dynamodb:BatchGetItem",
            "dynamodb:PartiQLSelect",
        ],
    ),
    (
        "AWS::DynamoDB::GlobalTable",
        Prize::Data,
        &[
            "dynamodb:GetItem",
            "dynamodb:Scan",
            "dynamodb:Query",
            "dynamodb:BatchGetItem",
        ],
    ),
    (
        "AWS::RDS::DBCluster",
        Prize::Data,
        &["rds-data:ExecuteStatement", "rds-db:connect"],
    ),
    (
        "AWS::OpenSearchService::Domain",
        Prize::Data,
        &["es:ESHttpGet", "es:ESHttpPost"],
    ),
    (
        "AWS::Elasticsearch::Domain",
        Prize::Data,
        &["es:ESHttpGet", "es:ESHttpPost"],
    ),
    (
        "AWS::EFS::FileSystem",
        Prize::Data,
        &["elasticfilesystem:ClientMount"],
    ),
    (
        "AWS::Cognito::UserPool",
        Prize::Data,
        &["cognito-idp:AdminGetUser", "cognito-idp:ListUsers"],
    ),
    // Whoever is started by these reads them: that is nothing new.
    ("AWS::SQS::Queue", Prize::Data, &[]),
    ("AWS::Kinesis::Stream", Prize::Data, &[]),
];

/// Actions that change the contents of a store, beside those that read and those that control.
const CHANGING: &[&str] = &[
    "cognito-idp:AdminCreateUser",
    "cognito-idp:AdminDeleteUser",
    "cognito-idp:AdminSetUserPassword",
    "cognito-idp:AdminUpdateUserAttributes",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "elasticfilesystem:ClientWrite",
    "es:ESHttpDelete",
    "es:ESHttpPut",
    "kms:Encrypt",
    "rds-data:ExecuteStatement",
    "s3:DeleteObject",
    "s3:PutObject",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecret",
];

/// Actions that destroy a store as a whole.
const DESTROYING: &[&str] = &[
    "cognito-idp:DeleteUserPool",
    "dynamodb:DeleteTable",
    "elasticfilesystem:DeleteFileSystem",
    "es:DeleteDomain",
    "es:DeleteElasticsearchDomain",
    "kinesis:DeleteStream",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "rds:DeleteDBCluster",
    "s3:DeleteBucket",
    "secretsmanager:DeleteSecret",
    "sqs:DeleteQueue",
];

/// What an edge gives, when it leads to something of value.
pub(super) fn of(access: &Access<'_>, edge: &Edge) -> Option<Loot> {
    let id = match &edge.to {
        Node::Resource(id) => id,
        Node::Identity(_) if edge.kind == EdgeKind::Assumes => {
            return Some(Loot {
                prize: Prize::Role,
                reads: true,
                writes: true,
                control: true,
            });
        }
        _ => return None,
    };
    let kind = &access.app.resource(id)?.kind;
    let (_, prize, reading) = STORES.iter().find(|(k, _, _)| *k == &**kind)?;
    let any = |names: &[&str]| {
        edge.actions
            .iter()
            .any(|(action, _)| names.contains(&&**action))
    };
    let loot = Loot {
        prize: *prize,
        reads: any(reading),
        writes: any(CHANGING),
        control: any(DESTROYING)
            || edge
                .actions
                .iter()
                .any(|(action, level)| opens(action, *level)),
    };
    (loot.reads || loot.writes || loot.control).then_some(loot)
}

/// Actions that count as management of permissions, and do not open the whole store.
const HARMLESS: &[&str] = &[
    "kms:CreateGrant",
    "kms:ListGrants",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "s3:BypassGovernanceRetention",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
];

/// Whether an action opens a whole store. A grant of a key is made by services that work with it;
/// access control lists of objects open single objects.
fn opens(action: &str, level: AccessLevel) -> bool {
    level == AccessLevel::PermissionsManagement && !HARMLESS.contains(&action)
}

/// How much an action at the end of a path does.
pub(super) fn weight(action: &str, level: AccessLevel) -> u8 {
    let reads = STORES
        .iter()
        .any(|(_, _, reading)| reading.contains(&action));
    match action {
        _ if DESTROYING.contains(&action) => 4,
        _ if opens(action, level) => 3,
        _ if reads => 2,
        _ if CHANGING.contains(&action) => 1,
        _ => 0,
    }
}
