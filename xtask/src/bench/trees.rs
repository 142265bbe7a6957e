//! Generated input: templates like those that people write, always the same ones.

use anyhow::Result;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Pairs of inputs of which the second is twice the first.
pub(crate) const DOUBLINGS: &[(&str, &str)] = &[
    ("1,250 templates", "2,500 templates"),
    ("2,500 templates", "5,000 templates"),
    (
        "one template of 200 functions",
        "one template of 400 functions",
    ),
];

/// Writes the trees and gives their names and paths.
pub(crate) fn generated(work: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut trees = Vec::new();
    let small = work.join("small.yaml");
    std::fs::create_dir_all(work)?;
    std::fs::write(&small, template(0, 2))?;
    trees.push(("one small SAM template".to_owned(), small));
    for (name, count, functions) in [
        ("300 SAM templates of 1.1 MB", 300, 4),
        ("1,250 templates", 1_250, 4),
        ("2,500 templates", 2_500, 4),
        ("5,000 templates", 5_000, 4),
        ("one template of 200 functions", 1, 200),
        ("one template of 400 functions", 1, 400),
    ] {
        let tree = work.join(name.replace([' ', ','], "-"));
        for i in 0..count {
            let folder = tree.join(format!("app{i}"));
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join("template.yaml"), template(i, functions))?;
        }
        trees.push((name.to_owned(), tree));
    }
    let mixed = work.join("mixed");
    for i in 0..300 {
        let folder = mixed.join(format!("app{i}"));
        std::fs::create_dir_all(&folder)?;
        match i % 3 {
            0 => std::fs::write(folder.join("template.yaml"), template(i, 4))?,
            1 => std::fs::write(folder.join("serverless.yml"), service(i, 4))?,
            _ => std::fs::write(folder.join("main.tf"), module(i, 4))?,
        }
    }
    trees.push(("300 applications in three languages".to_owned(), mixed));
    Ok(trees)
}

/// A SAM template with Globals, an API, a table, a queue, and functions with events and policies.
fn template(seed: usize, functions: usize) -> String {
    let mut text = format!(
        "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\n\
         Description: Application {seed} with {functions} functions\n\
         Parameters:\n  Stage:\n    Type: String\n    Default: dev\n    AllowedValues: [dev, prod]\n\
         Conditions:\n  IsProd: !Equals [!Ref Stage, prod]\n\
         Globals:\n  Function:\n    Runtime: python3.13\n    Timeout: 10\n    Tracing: Active\n    \
         Environment:\n      Variables:\n        TABLE: !Ref Table\n\
         Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      \
         BillingMode: PAY_PER_REQUEST\n      AttributeDefinitions:\n        - AttributeName: id\n          \
         AttributeType: S\n      KeySchema:\n        - AttributeName: id\n          KeyType: HASH\n      \
         SSESpecification:\n        SSEEnabled: !If [IsProd, true, false]\n  \
         Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub 'orders-${{Stage}}-{seed}'\n      \
         KmsMasterKeyId: alias/aws/sqs\n  Api:\n    Type: AWS::Serverless::Api\n    Properties:\n      \
         StageName: !Ref Stage\n      Auth:\n        DefaultAuthorizer: AWS_IAM\n"
    );
    for i in 0..functions {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "  Function{i}:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
             CodeUri: src/function{i}/\n      Handler: app.handler\n      \
             Description: Handles part {i} of the orders # with a comment\n      Policies:\n        \
             - DynamoDBCrudPolicy:\n            TableName: !Ref Table\n        - Statement:\n            \
             - Effect: Allow\n              Action: ['sqs:SendMessage', 'sqs:GetQueueUrl']\n              \
             Resource: !GetAtt Queue.Arn\n      Events:\n        Get:\n          Type: Api\n          \
             Properties:\n            RestApiId: !Ref Api\n            Path: /orders/{i}\n            \
             Method: get\n        Work:\n          Type: SQS\n          Properties:\n            \
             Queue: !GetAtt Queue.Arn\n            BatchSize: 10\n"
        );
    }
    text.push_str("Outputs:\n  Url:\n    Value: !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/${Stage}'\n");
    text
}

/// A service with settings that functions inherit, and resources beside them.
fn service(seed: usize, functions: usize) -> String {
    let mut text = format!(
        "service: orders-{seed}\nframeworkVersion: '4'\ncustom:\n  name: orders-${{sls:stage}}-{seed}\n\
         provider:\n  name: aws\n  runtime: python3.13\n  stage: ${{opt:stage, 'dev'}}\n  timeout: 10\n  \
         tracing:\n    lambda: true\n    apiGateway: true\n  environment:\n    TABLE: !Ref Table\n  iam:\n    \
         role:\n      statements:\n        - Effect: Allow\n          Action: ['dynamodb:GetItem', 'dynamodb:PutItem']\n          \
         Resource: !GetAtt Table.Arn\nresources:\n  Resources:\n    Table:\n      Type: AWS::DynamoDB::Table\n      \
         Properties:\n        TableName: ${{self:custom.name}}\n        BillingMode: PAY_PER_REQUEST\n        \
         AttributeDefinitions:\n          - AttributeName: id\n            AttributeType: S\n        KeySchema:\n          \
         - AttributeName: id\n            KeyType: HASH\n        SSESpecification:\n          SSEEnabled: true\n    \
         Queue:\n      Type: AWS::SQS::Queue\n      Properties:\n        QueueName: ${{self:custom.name}}-work\n        \
         KmsMasterKeyId: alias/aws/sqs\nfunctions:\n"
    );
    for i in 0..functions {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "  function{i}:\n    handler: src/function{i}/app.handler\n    \
             description: Handles part {i} of the orders # with a comment\n    events:\n      - httpApi:\n          \
             path: /orders/{i}\n          method: get\n          authorizer:\n            type: aws_iam\n      \
             - sqs:\n          arn: !GetAtt Queue.Arn\n          batchSize: 10\n"
        );
    }
    text
}

/// A root module whose functions are made with `for_each`, with the roles and policies they need.
fn module(seed: usize, functions: usize) -> String {
    let mut text = format!(
        "variable \"stage\" {{\n  type    = string\n  default = \"dev\"\n}}\n\n\
         locals {{\n  name = \"orders-${{var.stage}}-{seed}\"\n  tags = {{ app = local.name, stage = var.stage }}\n}}\n\n\
         resource \"aws_dynamodb_table\" \"orders\" {{\n  name         = local.name\n  billing_mode = \"PAY_PER_REQUEST\"\n  \
         hash_key     = \"id\"\n  attribute {{\n    name = \"id\"\n    type = \"S\"\n  }}\n  \
         server_side_encryption {{\n    enabled = var.stage == \"prod\"\n  }}\n  tags = local.tags\n}}\n\n\
         resource \"aws_sqs_queue\" \"work\" {{\n  name              = \"${{local.name}}-work\"\n  \
         kms_master_key_id = \"alias/aws/sqs\"\n}}\n\n\
         data \"aws_iam_policy_document\" \"assume\" {{\n  statement {{\n    actions = [\"sts:AssumeRole\"]\n    \
         principals {{\n      type        = \"Service\"\n      identifiers = [\"lambda.amazonaws.com\"]\n    }}\n  }}\n}}\n"
    );
    for i in 0..functions {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\nresource \"aws_iam_role\" \"function{i}\" {{\n  name               = \"${{local.name}}-{i}\"\n  \
             assume_role_policy = data.aws_iam_policy_document.assume.json\n}}\n\n\
             resource \"aws_iam_role_policy\" \"function{i}\" {{\n  role   = aws_iam_role.function{i}.id\n  \
             policy = jsonencode({{\n    Version   = \"2012-10-17\"\n    Statement = [{{\n      Effect   = \"Allow\"\n      \
             Action   = [\"sqs:ReceiveMessage\", \"sqs:DeleteMessage\", \"sqs:GetQueueAttributes\"]\n      \
             Resource = aws_sqs_queue.work.arn\n    }}]\n  }})\n}}\n\n\
             resource \"aws_lambda_function\" \"function{i}\" {{\n  function_name = \"${{local.name}}-{i}\"\n  \
             role          = aws_iam_role.function{i}.arn\n  handler       = \"app.handler\"\n  \
             runtime       = \"python3.13\"\n  filename      = \"function{i}.zip\" # with a comment\n  \
             environment {{\n    variables = {{ TABLE = aws_dynamodb_table.orders.name }}\n  }}\n  tags = local.tags\n}}\n\n\
             resource \"aws_lambda_event_source_mapping\" \"function{i}\" {{\n  \
             event_source_arn = aws_sqs_queue.work.arn\n  function_name    = aws_lambda_function.function{i}.arn\n  \
             batch_size       = 10\n}}\n"
        );
    }
    text
}
