use super::*;
use crate::access::Settings;
use crate::testing::{Folder, application_in};

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: {}
  Files:
    Type: AWS::S3::Bucket
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      Environment: {Variables: {TABLE: !Ref Orders, BUCKET: !Ref Files}}
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Orders}
        - Statement:
            - Effect: Allow
              Action: 's3:*'
              Resource: '*'
            - Effect: Allow
              Action: ssm:GetParameter
              Resource: '*'
";

const CODE: &str = "import boto3, os
table = boto3.resource('dynamodb').Table(os.environ['TABLE'])
s3 = boto3.client('s3')
sqs = boto3.client('sqs')

def handler(event, context):
    table.get_item(Key={'id': event['id']})
    s3.put_object(Bucket=os.environ['BUCKET'], Key='reports/' + event['id'])
    sqs.send_message(QueueUrl=event['url'], MessageBody='x')
";

/// The proposal of the only role, as JSON in one line, and what is missing and unused.
fn check(template: &str, code: &str, proposed: &str, missing: &[&str], unused: &[&str]) {
    let files = Folder::new(&[("template.yaml", template), ("src/app.py", code)]);
    let app = application_in(&files);
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let (shrunk, symbols) = shrink(&access, &files, &[]);
    let one = shrunk.first().expect("a role");
    assert_eq!(one.unread, []);
    let expressions = Expressions::new(&access, &symbols);
    let statements: Vec<Proposed> = one
        .proposed
        .iter()
        .flatten()
        .filter(|statement| !statement.actions.iter().any(|a| a.starts_with("logs:")))
        .cloned()
        .collect();
    let document = expressions.document(&statements);
    assert_eq!(document["Statement"].to_string(), proposed);
    let found: Vec<&str> = one.missing.iter().map(|need| &*need.action).collect();
    assert_eq!(found, missing);
    let found: Vec<String> = one
        .unused
        .iter()
        .filter(|unused| &*unused.policy != "AWSLambdaBasicExecutionRole")
        .flat_map(|unused| {
            let narrowed = unused
                .narrowed
                .iter()
                .map(|(p, used)| format!("{p} -> {}", used.join(" ")));
            let actions = unused.actions.iter().map(ToString::to_string);
            actions.chain(narrowed).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(found, unused);
    assert_eq!(one.proved, Some(true));
}

#[test]
fn what_the_code_needs_is_kept_and_bound() {
    check(
        TEMPLATE,
        CODE,
        r#"[{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":{"Fn::GetAtt":["Orders","Arn"]}},{"Effect":"Allow","Action":"s3:PutObject","Resource":{"Fn::Sub":"${Files.Arn}/reports/*"}}]"#,
        &["sqs:SendMessage"],
        &[
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:Scan",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:BatchGetItem",
            "dynamodb:DescribeTable",
            "dynamodb:ConditionCheckItem",
            "s3:* -> s3:PutObject",
            "ssm:GetParameter",
        ],
    );
}

#[test]
fn a_role_is_understood_when_all_of_its_code_is() {
    let check = |code: &str, understood: bool| {
        let files = Folder::new(&[("template.yaml", TEMPLATE), ("src/app.py", code)]);
        let app = application_in(&files);
        let settings = Settings::default();
        let access = Access::of(&app, &settings);
        let (all, _) = shrink(&access, &files, &[]);
        let found = shrink_understood(&access, &files, &|_| true);
        let unused = |roles: &[Shrunk]| -> Vec<Vec<Unused>> {
            roles.iter().map(|role| role.unused.clone()).collect()
        };
        let expected = if understood { unused(&all) } else { Vec::new() };
        assert_eq!(unused(&found), expected);
        assert!(shrink_understood(&access, &files, &|_| false).is_empty());
    };
    check(CODE, true);
    check(&format!("from . import missing\n{CODE}"), false);
    check(
        &CODE.replace("client('sqs')", "client(open('name').read())"),
        false,
    );
}

#[test]
fn a_fix_is_written_into_the_template() {
    let code = CODE.replace(
        "    sqs.send_message(QueueUrl=event['url'], MessageBody='x')\n",
        "",
    );
    let files = Folder::new(&[("template.yaml", TEMPLATE), ("src/app.py", &code)]);
    let app = application_in(&files);
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let (shrunk, symbols) = shrink(&access, &files, &[]);
    let expressions = Expressions::new(&access, &symbols);
    let edits = fix(&access, &shrunk[0], &expressions).expect("a fix");
    let [edit] = edits.as_slice() else {
        panic!("one edit");
    };
    let mut text = TEMPLATE.to_owned();
    text.replace_range(edit.range.clone(), &edit.text);
    let expected = "      Policies:
        - Version: '2012-10-17'
          Statement:
            - Effect: Allow
              Action: dynamodb:GetItem
              Resource: !GetAtt Orders.Arn
            - Effect: Allow
              Action: s3:PutObject
              Resource: !Sub '${Files.Arn}/reports/*'
";
    let (_, policies) = text.split_once("BUCKET: !Ref Files}}\n").expect("policies");
    assert_eq!(policies.trim_end(), expected.trim_end());
    // The result needs no further fix.
    let files = Folder::new(&[("template.yaml", &text), ("src/app.py", &code)]);
    let app = application_in(&files);
    let access = Access::of(&app, &settings);
    let (again, _) = shrink(&access, &files, &[]);
    let left: Vec<_> = again[0]
        .unused
        .iter()
        .filter(|u| &*u.policy != "AWSLambdaBasicExecutionRole")
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(again[0].missing.is_empty());
}

#[test]
fn logs_of_calls_count_too() {
    let files = Folder::new(&[
        ("template.yaml", TEMPLATE),
        ("src/app.py", "def handler(e, c): pass\n"),
    ]);
    let app = application_in(&files);
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let records = records(
        r#"{"Records": [{"eventSource": "dynamodb.amazonaws.com", "eventName": "Query",
          "userIdentity": {"arn": "arn:aws:sts::111122223333:assumed-role/shop-FRole-1A/shop-F-2B", "sessionContext": {"sessionIssuer": {"userName": "shop-FRole-1A"}}},
          "resources": [{"ARN": "arn:aws:dynamodb:eu-west-1:111122223333:table/shop-Orders-3C"}]}]}"#,
    )
    .expect("records");
    let (shrunk, symbols) = shrink(&access, &files, &records);
    let query = shrunk[0]
        .proposed
        .iter()
        .flatten()
        .find(|p| p.actions.iter().any(|a| &**a == "dynamodb:Query"));
    let resources = &query.expect("query").resources;
    let orders = access.arn("Orders").expect("arn");
    assert_eq!(resources, &[orders], "{}", symbols.show(&resources[0]));
}

#[test]
fn streams_of_a_log_group_are_a_part_of_it() {
    assert_eq!(super::streams("log-group:x:*"), "log-group:x:*:*");
    assert_eq!(super::streams("log-group:x"), "log-group:x");
}

/// The actions that the only role never uses.
#[track_caller]
fn check_unused(statement: &str, code: &str, unused: &[&str]) {
    let template = format!(
        "Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      Policies:
        - Statement: [{{Effect: Allow, {statement}}}]
"
    );
    let files = Folder::new(&[("template.yaml", &template), ("src/app.py", code)]);
    let app = application_in(&files);
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let found: Vec<String> = shrink_understood(&access, &files, &|_| true)
        .iter()
        .flat_map(|role| &role.unused)
        .filter(|unused| &*unused.policy != "AWSLambdaBasicExecutionRole")
        .flat_map(|unused| &unused.actions)
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, unused, "{statement}");
}

#[test]
fn who_writes_the_place_of_deployment_means_it() {
    let code = "import boto3\nboto3.resource('dynamodb').Table('orders').get_item(Key={})\n";
    let actions = "Action: [dynamodb:GetItem, dynamodb:PutItem]";
    for (arn, unused) in [
        (
            "arn:aws:dynamodb:us-east-1:111122223333:table/orders",
            &["dynamodb:PutItem"][..],
        ),
        (
            "arn:aws:dynamodb:us-east-1:*:table/ord*",
            &["dynamodb:PutItem"],
        ),
        (
            "arn:aws:dynamodb:us-east-1:111122223333:table/others",
            &["dynamodb:GetItem", "dynamodb:PutItem"],
        ),
    ] {
        check_unused(&format!("{actions}, Resource: '{arn}'"), code, unused);
    }
}

#[test]
fn what_services_do_for_their_caller_is_used() {
    let code = "import boto3
boto3.client('transcribe').start_transcription_job(Media={'MediaFileUri': 'x'})
";
    check_unused(
        "Action: [s3:GetObject, s3:PutObject, s3:DeleteObject], Resource: 'arn:aws:s3:::audio/*'",
        code,
        &["s3:DeleteObject"],
    );
}
