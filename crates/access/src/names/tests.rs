use super::*;
use crate::testing::application;

fn check(template: &str, id: &str, expected: &str) {
    let app = application(template);
    let deployment = Deployment {
        region: Some(Arc::from("eu-west-1")),
        ..Deployment::default()
    };
    let mut names = Names::new(&app, &deployment, Symbols::default());
    let arn = names.arn(app.resource(id).expect("resource")).expect("arn");
    assert_eq!(names.symbols.show(&arn), expected);
}

#[test]
fn arns_are_made_of_what_is_declared() {
    check(
        "Resources: {Orders: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${AWS::StackName}-orders'}}}",
        "Orders",
        "arn:aws:sqs:eu-west-1:${AWS::AccountId}:${AWS::StackName}-orders",
    );
    check(
        "Resources: {Orders: {Type: AWS::DynamoDB::Table}}",
        "Orders",
        "arn:aws:dynamodb:eu-west-1:${AWS::AccountId}:table/${Orders}",
    );
    check(
        "Resources: {R: {Type: AWS::IAM::Role, Properties: {Path: /a/, RoleName: r}}}",
        "R",
        "arn:aws:iam::${AWS::AccountId}:role/a/r",
    );
    check(
        "Resources: {B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${T}-x'}}, T: {Type: AWS::SNS::Topic}}",
        "B",
        "arn:aws:s3:::arn:aws:sns:eu-west-1:${AWS::AccountId}:${T}-x",
    );
    check(
        "Resources: {B: {Type: AWS::S3::Bucket, Properties: {BucketName: !GetAtt V.BackupVaultArn}}, V: {Type: AWS::Backup::BackupVault, Properties: {BackupVaultName: v}}}",
        "B",
        "arn:aws:s3:::arn:aws:backup:eu-west-1:${AWS::AccountId}:backup-vault:v",
    );
}

#[test]
fn names_that_go_round_end() {
    let template = "Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref B}}, B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}}";
    let app = application(template);
    let deployment = Deployment::default();
    let mut names = Names::new(&app, &deployment, Symbols::default());
    assert!(names.arn(app.resource("A").expect("A")).is_some());
}

#[test]
fn every_kind_stands_once() {
    let mut kinds = shapes::kinds();
    kinds.sort_unstable();
    let count = kinds.len();
    kinds.dedup();
    assert_eq!(kinds.len(), count);
}
