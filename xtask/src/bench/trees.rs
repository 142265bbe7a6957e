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
