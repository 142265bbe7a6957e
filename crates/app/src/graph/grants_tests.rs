//! What the graph reads of templates.

use super::{Effect, Grant, Principal};
use crate::application::Application;
use crate::cfn::{Options, Outcome, read};
use crate::files::{FileError, Files};

struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::Missing)
    }
}

fn open(text: &str) -> Application {
    match read("t.yaml", text.as_bytes(), &Nothing, &Options::default()) {
        Outcome::Application(app, problems) => {
            assert!(problems.is_empty(), "{problems:?}");
            *app
        }
        other => panic!("{text}: {other:?}"),
    }
}

fn grants<'a>(app: &'a Application, written_in: &str) -> Vec<&'a Grant> {
    let all = app.graph().grants.iter();
    all.filter(|grant| &*grant.written_in == written_in)
        .collect()
}

#[test]
fn texts_of_json_are_read_with_their_holes() {
    let app = open(
        r#"
Resources:
  Sink:
    Type: AWS::Logs::Destination
    Properties:
      DestinationName: sink
      DestinationPolicy: !Sub |
        {"Statement": [
          {"Effect": "Allow", "Principal": {"AWS": "*"},
           "Action": "logs:PutSubscriptionFilter",
           "Resource": "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:destination:sink"},
          {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::${AWS::AccountId}:root"},
           "Action": "logs:*",
           "Condition": {"StringEquals": {"aws:PrincipalOrgID": "${AWS::StackId}"}}}
        ]}
  Delivery:
    Type: AWS::Logs::ResourcePolicy
    Properties:
      PolicyName: delivery
      PolicyDocument:
        Fn::Sub: '{"Statement": {"Effect": "Allow", "Principal": {"Service": "es.amazonaws.com"}, "Action": ["logs:PutLogEvents"]}}'
"#,
    );
    let sink = grants(&app, "Sink");
    assert_eq!(sink.len(), 2);
    assert_eq!(sink[0].principals, [Principal::Anyone]);
    assert_eq!(sink[0].effect, Effect::Allow);
    assert!(sink[0].covers("logs:PutSubscriptionFilter"));
    assert_eq!(*sink[0].targets, ["Sink".into()]);
    assert_eq!(sink[1].principals, [Principal::OwnAccount]);
    assert!(sink[1].tests(&["aws:PrincipalOrgID"]));
    assert!(sink[1].conditions_open.is_none());
    let delivery = grants(&app, "Delivery");
    assert_eq!(
        delivery[0].principals,
        [Principal::Service("es.amazonaws.com".into())]
    );
    assert!(delivery[0].targets.is_empty());
}

#[test]
fn conditions_that_depend_are_open() {
    let app = open(
        r#"
Parameters: { Stage: { Type: String } }
Conditions: { Prod: !Equals [!Ref Stage, prod] }
Resources:
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [q]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: "*"
            Action: sqs:SendMessage
            Condition: !If [Prod, { StringEquals: { "aws:SourceAccount": "1" } }, !Ref AWS::NoValue]
          - Effect: Allow
            Principal: "*"
            Action: sqs:SendMessage
            Condition:
              StringEquals: !If [Prod, { "aws:SourceAccount": "1" }, {}]
          - Effect: Allow
            Principal: "*"
            Action: sqs:SendMessage
            Condition:
              StringEquals:
                aws:SourceAccount: !If [Prod, "1", "*"]
          - Effect: Allow
            Principal: "*"
            Action: sqs:SendMessage
"#,
    );
    let open: Vec<_> = grants(&app, "Policy")
        .iter()
        .map(|grant| (grant.conditions_open.is_some(), grant.conditions.len()))
        .collect();
    assert_eq!(open, [(true, 0), (true, 0), (false, 1), (false, 0)]);
    let values = &grants(&app, "Policy")[2].conditions[0].values;
    assert_eq!(values.len(), 2);
}

#[test]
fn policies_find_their_targets_by_name() {
    let app = open(
        r#"
Parameters: { Name: { Type: String } }
Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties: { BucketName: !Sub "${Name}-files" }
  Other:
    Type: AWS::S3::Bucket
    Properties: { BucketName: !Sub "${Name}-other" }
  FilesPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Sub "${Name}-files"
      PolicyDocument: { Statement: [{ Effect: Allow, Principal: "*", Action: "s3:*" }] }
  Imported:
    Type: AWS::S3::Bucket
    Properties: { BucketName: !ImportValue Shared }
  ImportedPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !ImportValue Shared
      PolicyDocument: { Statement: [{ Effect: Allow, Principal: "*", Action: "s3:*" }] }
  Orders:
    Type: AWS::SQS::Queue
    Properties: { QueueName: orders }
  OrdersPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Sub "https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/orders"]
      PolicyDocument: { Statement: [{ Effect: Allow, Principal: "*", Action: "sqs:*" }] }
  Bus:
    Type: AWS::Events::EventBus
    Properties: { Name: partners }
  BusPolicy:
    Type: AWS::Events::EventBusPolicy
    Properties:
      EventBusName: partners
      StatementId: all
      Statement: { Effect: Allow, Principal: "*", Action: "events:PutEvents" }
"#,
    );
    let targets = |policy: &str| grants(&app, policy)[0].targets.clone();
    assert_eq!(*targets("FilesPolicy"), ["Files".into()]);
    assert!(targets("ImportedPolicy").is_empty());
    assert_eq!(*targets("OrdersPolicy"), ["Orders".into()]);
    assert_eq!(*targets("BusPolicy"), ["Bus".into()]);
}

#[test]
fn permissions_on_layers_are_grants() {
    let app = open(
        r#"
Resources:
  Layer:
    Type: AWS::Lambda::LayerVersion
    Properties: { Content: { S3Bucket: b, S3Key: k } }
  Shared:
    Type: AWS::Lambda::LayerVersionPermission
    Properties:
      Action: lambda:GetLayerVersion
      LayerVersionArn: !Ref Layer
      Principal: "*"
      OrganizationId: o-1
"#,
    );
    let grant = grants(&app, "Shared")[0];
    assert_eq!(grant.principals, [Principal::Anyone]);
    assert_eq!(*grant.targets, ["Layer".into()]);
    assert!(grant.tests(&["aws:PrincipalOrgID"]));
}
