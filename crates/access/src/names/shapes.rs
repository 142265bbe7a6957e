//! How the names of each kind of resource are made (AWS: "Service Authorization Reference" for the
//! ARNs, "CloudFormation resource types" for what `Ref` gives).
//!
//! In a template `{p}`, `{r}` and `{a}` are partition, region and account, `{n}` is the physical
//! name, `{path}` the path of an IAM entity; any other name in braces is a part that only
//! deployment knows.

/// How the names of one kind are made.
#[derive(Debug)]
pub(super) struct Shape {
    kind: &'static str,
    /// The property that declares the name; empty when none does.
    pub(super) name: &'static str,
    /// The ARN.
    pub(super) arn: &'static str,
    /// What `Ref` gives.
    pub(super) reference: &'static str,
    /// The attributes that are the ARN.
    arn_attributes: &'static [&'static str],
    /// Other attributes.
    attributes: &'static [(&'static str, &'static str)],
}

impl Shape {
    /// The template of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&'static str> {
        if self.arn_attributes.contains(&name) {
            return Some(self.arn);
        }
        let found = self.attributes.iter().find(|(n, _)| *n == name);
        found.map(|(_, template)| *template)
    }
}

/// The shape of a kind.
pub(super) fn of(kind: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.kind == kind)
}

const fn named(kind: &'static str, name: &'static str, arn: &'static str) -> Shape {
    Shape {
        kind,
        name,
        arn,
        reference: "{n}",
        arn_attributes: &["Arn"],
        attributes: &[],
    }
}

/// A kind whose `Ref` is its ARN.
const fn arned(kind: &'static str, name: &'static str, arn: &'static str) -> Shape {
    Shape {
        reference: arn,
        ..named(kind, name, arn)
    }
}

const fn with(shape: Shape, attributes: &'static [(&'static str, &'static str)]) -> Shape {
    Shape {
        attributes,
        ..shape
    }
}

const fn arn_is(shape: Shape, arn_attributes: &'static [&'static str]) -> Shape {
    Shape {
        arn_attributes,
        ..shape
    }
}

const SHAPES: &[Shape] = &[
    named("AWS::S3::Bucket", "BucketName", "arn:{p}:s3:::{n}"),
    with(
        named(
            "AWS::DynamoDB::Table",
            "TableName",
            "arn:{p}:dynamodb:{r}:{a}:table/{n}",
        ),
        &[(
            "StreamArn",
            "arn:{p}:dynamodb:{r}:{a}:table/{n}/stream/{StreamLabel}",
        )],
    ),
    with(
        named(
            "AWS::DynamoDB::GlobalTable",
            "TableName",
            "arn:{p}:dynamodb:{r}:{a}:table/{n}",
        ),
        &[(
            "StreamArn",
            "arn:{p}:dynamodb:{r}:{a}:table/{n}/stream/{StreamLabel}",
        )],
    ),
    with(
        Shape {
            reference: "https://sqs.{r}.amazonaws.com/{a}/{n}",
            ..named("AWS::SQS::Queue", "QueueName", "arn:{p}:sqs:{r}:{a}:{n}")
        },
        &[
            ("QueueName", "{n}"),
            ("QueueUrl", "https://sqs.{r}.amazonaws.com/{a}/{n}"),
        ],
    ),
    with(
        arn_is(
            arned("AWS::SNS::Topic", "TopicName", "arn:{p}:sns:{r}:{a}:{n}"),
            &["TopicArn"],
        ),
        &[("TopicName", "{n}")],
    ),
    named(
        "AWS::Lambda::Function",
        "FunctionName",
        "arn:{p}:lambda:{r}:{a}:function:{n}",
    ),
    arned(
        "AWS::Lambda::LayerVersion",
        "LayerName",
        "arn:{p}:lambda:{r}:{a}:layer:{n}:{Version}",
    ),
    arn_is(
        arned(
            "AWS::SecretsManager::Secret",
            "Name",
            "arn:{p}:secretsmanager:{r}:{a}:secret:{n}-{Suffix}",
        ),
        &["Id", "Arn"],
    ),
    with(
        Shape {
            reference: "{KeyId}",
            ..named("AWS::KMS::Key", "", "arn:{p}:kms:{r}:{a}:key/{KeyId}")
        },
        &[("KeyId", "{KeyId}")],
    ),
    named("AWS::KMS::Alias", "AliasName", "arn:{p}:kms:{r}:{a}:{n}"),
    named(
        "AWS::IAM::Role",
        "RoleName",
        "arn:{p}:iam::{a}:role{path}{n}",
    ),
    named(
        "AWS::IAM::User",
        "UserName",
        "arn:{p}:iam::{a}:user{path}{n}",
    ),
    named(
        "AWS::IAM::Group",
        "GroupName",
        "arn:{p}:iam::{a}:group{path}{n}",
    ),
    arn_is(
        arned(
            "AWS::IAM::ManagedPolicy",
            "ManagedPolicyName",
            "arn:{p}:iam::{a}:policy{path}{n}",
        ),
        &["PolicyArn"],
    ),
    named(
        "AWS::IAM::InstanceProfile",
        "InstanceProfileName",
        "arn:{p}:iam::{a}:instance-profile{path}{n}",
    ),
    with(
        arned(
            "AWS::StepFunctions::StateMachine",
            "StateMachineName",
            "arn:{p}:states:{r}:{a}:stateMachine:{n}",
        ),
        &[("Name", "{n}")],
    ),
    arned(
        "AWS::StepFunctions::Activity",
        "Name",
        "arn:{p}:states:{r}:{a}:activity:{n}",
    ),
    with(
        named(
            "AWS::Events::EventBus",
            "Name",
            "arn:{p}:events:{r}:{a}:event-bus/{n}",
        ),
        &[("Name", "{n}")],
    ),
    named(
        "AWS::Events::Rule",
        "Name",
        "arn:{p}:events:{r}:{a}:rule/{n}",
    ),
    named(
        "AWS::Kinesis::Stream",
        "Name",
        "arn:{p}:kinesis:{r}:{a}:stream/{n}",
    ),
    named(
        "AWS::KinesisFirehose::DeliveryStream",
        "DeliveryStreamName",
        "arn:{p}:firehose:{r}:{a}:deliverystream/{n}",
    ),
    named(
        "AWS::SSM::Parameter",
        "Name",
        "arn:{p}:ssm:{r}:{a}:parameter/{n}",
    ),
    named(
        "AWS::Logs::LogGroup",
        "LogGroupName",
        "arn:{p}:logs:{r}:{a}:log-group:{n}:*",
    ),
    named(
        "AWS::ApiGateway::RestApi",
        "",
        "arn:{p}:execute-api:{r}:{a}:{n}",
    ),
    named(
        "AWS::ApiGatewayV2::Api",
        "",
        "arn:{p}:execute-api:{r}:{a}:{n}",
    ),
    named(
        "AWS::AppSync::GraphQLApi",
        "",
        "arn:{p}:appsync:{r}:{a}:apis/{ApiId}",
    ),
    with(
        named(
            "AWS::Cognito::UserPool",
            "",
            "arn:{p}:cognito-idp:{r}:{a}:userpool/{n}",
        ),
        &[("UserPoolId", "{n}")],
    ),
    named(
        "AWS::Cognito::IdentityPool",
        "",
        "arn:{p}:cognito-identity:{r}:{a}:identitypool/{n}",
    ),
    named(
        "AWS::ECR::Repository",
        "RepositoryName",
        "arn:{p}:ecr:{r}:{a}:repository/{n}",
    ),
    named(
        "AWS::ECS::Cluster",
        "ClusterName",
        "arn:{p}:ecs:{r}:{a}:cluster/{n}",
    ),
    arn_is(
        arned(
            "AWS::ECS::TaskDefinition",
            "Family",
            "arn:{p}:ecs:{r}:{a}:task-definition/{n}:{Revision}",
        ),
        &["TaskDefinitionArn"],
    ),
    named(
        "AWS::EFS::FileSystem",
        "",
        "arn:{p}:elasticfilesystem:{r}:{a}:file-system/{n}",
    ),
    named(
        "AWS::EFS::AccessPoint",
        "",
        "arn:{p}:elasticfilesystem:{r}:{a}:access-point/{n}",
    ),
    arn_is(
        named(
            "AWS::RDS::DBCluster",
            "DBClusterIdentifier",
            "arn:{p}:rds:{r}:{a}:cluster:{n}",
        ),
        &["DBClusterArn"],
    ),
    arn_is(
        named(
            "AWS::RDS::DBInstance",
            "DBInstanceIdentifier",
            "arn:{p}:rds:{r}:{a}:db:{n}",
        ),
        &["DBInstanceArn"],
    ),
    arn_is(
        named(
            "AWS::RDS::DBProxy",
            "DBProxyName",
            "arn:{p}:rds:{r}:{a}:db-proxy:{Id}",
        ),
        &["DBProxyArn"],
    ),
    named(
        "AWS::OpenSearchService::Domain",
        "DomainName",
        "arn:{p}:es:{r}:{a}:domain/{n}",
    ),
    named(
        "AWS::Elasticsearch::Domain",
        "DomainName",
        "arn:{p}:es:{r}:{a}:domain/{n}",
    ),
    named(
        "AWS::CodeBuild::Project",
        "Name",
        "arn:{p}:codebuild:{r}:{a}:project/{n}",
    ),
    named(
        "AWS::CodePipeline::Pipeline",
        "Name",
        "arn:{p}:codepipeline:{r}:{a}:{n}",
    ),
    arn_is(
        named(
            "AWS::Backup::BackupVault",
            "BackupVaultName",
            "arn:{p}:backup:{r}:{a}:backup-vault:{n}",
        ),
        &["BackupVaultArn"],
    ),
    named(
        "AWS::Glue::Database",
        "",
        "arn:{p}:glue:{r}:{a}:database/{n}",
    ),
    named(
        "AWS::Athena::WorkGroup",
        "Name",
        "arn:{p}:athena:{r}:{a}:workgroup/{n}",
    ),
    named(
        "AWS::Location::PlaceIndex",
        "IndexName",
        "arn:{p}:geo:{r}:{a}:place-index/{n}",
    ),
    named(
        "AWS::CloudFront::Distribution",
        "",
        "arn:{p}:cloudfront::{a}:distribution/{n}",
    ),
    arned(
        "AWS::MSK::Cluster",
        "ClusterName",
        "arn:{p}:kafka:{r}:{a}:cluster/{n}/{Id}",
    ),
    arned(
        "AWS::Batch::JobQueue",
        "JobQueueName",
        "arn:{p}:batch:{r}:{a}:job-queue/{n}",
    ),
    arned(
        "AWS::Batch::JobDefinition",
        "JobDefinitionName",
        "arn:{p}:batch:{r}:{a}:job-definition/{n}:{Revision}",
    ),
    named(
        "AWS::Scheduler::Schedule",
        "Name",
        "arn:{p}:scheduler:{r}:{a}:schedule/default/{n}",
    ),
    named("AWS::Pipes::Pipe", "Name", "arn:{p}:pipes:{r}:{a}:pipe/{n}"),
    arned(
        "AWS::Lambda::Alias",
        "Name",
        "arn:{p}:lambda:{r}:{a}:function:{Function}:{n}",
    ),
];

#[cfg(test)]
pub(super) fn kinds() -> Vec<&'static str> {
    SHAPES.iter().map(|shape| shape.kind).collect()
}
