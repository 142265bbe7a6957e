//! What is broken: never a panic, never without an end.

use super::{Folder, service_in, shown};
use crate::{Options, read};
use proptest::prelude::*;

const SERVICE: &str = r#"service: orders
frameworkVersion: '3'
params: {default: {size: 1}, prod: {size: 2}}
custom:
  table: ${self:service}-${sls:stage}-${opt:name, 'x'}
  all: ${file(./more.yml):a.b, self:custom.table}
provider:
  name: aws
  stage: ${opt:stage, 'dev'}
  environment: {T: "${self:custom.table}", E: "${env:KEY}", P: "${param:size}"}
  iam: {role: {statements: [{Effect: Allow, Action: 's3:*', Resource: !Sub 'arn:aws:s3:::${self:custom.table}/*'}]}}
  apiGateway: {apiKeys: [a, {b: [c]}], usagePlan: [{b: {quota: {limit: 1}}}]}
  httpApi: {authorizers: {own: {type: request, functionName: first}}}
  s3: {photos: {name: p}}
functions:
  first:
    handler: a.b
    provisionedConcurrency: 1
    events:
      - http: {path: 'a/{b}', method: get, cors: true, authorizer: {name: second, type: request}}
      - httpApi: {path: /x, method: get, authorizer: own}
      - websocket: $connect
      - s3: photos
      - sqs: !GetAtt Queue.Arn
      - stream: arn:aws:kinesis:eu-west-1:111122223333:stream/s
      - cloudFront: {eventType: viewer-request, origin: 'https://a.b'}
      - alb: {listenerArn: !Ref L, priority: 1, conditions: {path: /}}
      - eventBridge: {eventBus: b, pattern: {source: [a]}}
      - schedule: [rate(1 day)]
      - cognitoUserPool: {pool: p, trigger: PreSignUp}
      - kafka: {topic: t, bootstrapServers: [a], accessConfigurations: {vpcSubnet: [s]}}
  second: {handler: c.d, iamRoleStatements: [], url: {cors: true}, destinations: {onFailure: first}}
layers: {l: {path: l, allowedAccounts: ['*']}}
resources:
  - Resources: {Queue: {Type: AWS::SQS::Queue}}
  - extensions: {FirstLogGroup: {Properties: {RetentionInDays: 1}}}
"#;

/// Reads a text as a service, with one other file beside it.
fn survives(text: &str) {
    let files = Folder::new(&[("more.yml", "a: {b: '${self:custom.all}'}")]);
    let _ = read(
        "serverless.yml",
        text.as_bytes(),
        &files,
        &Options::default(),
    );
}

#[test]
fn circles_end() {
    let text = "service: a
provider: {name: aws}
custom: {a: '${self:custom.b}', b: '${self:custom.a}', all: '${self:}'}
functions: {f: {handler: a.b, environment: {A: '${self:custom.a}'}}}
";
    let files = Folder::new(&[("serverless.yml", text)]);
    let (app, problems) = service_in(&files, &Options::default());
    assert!(
        problems.iter().any(|p| p.message.contains("circle")),
        "{problems:?}"
    );
    let value = shown(&app, "FLambdaFunction", "Environment.Variables.A");
    assert_eq!(value, "something unknown");
}

#[test]
fn towers_of_variables_end() {
    let level = |i: usize| {
        format!(
            "  l{i}: '${{self:custom.l{}}}${{self:custom.l{}}}'\n",
            i + 1,
            i + 1
        )
    };
    let tower: String = (0..60).map(level).collect();
    let text = format!("service: a\nprovider: {{name: aws}}\ncustom:\n{tower}  l60: x\n");
    survives(&text);
    let nested = "${self:".repeat(2000) + &"}".repeat(2000);
    survives(&format!(
        "service: a\nprovider: {{name: aws}}\ncustom: {{a: '{nested}'}}\n"
    ));
    survives(&format!(
        "service: '{}'\nprovider: {{name: aws}}\n",
        "${self:a".repeat(2000)
    ));
}

/// Each line of the service with something else behind its key.
#[test]
fn values_of_any_shape_end() {
    let shapes = [
        "~",
        "[]",
        "{}",
        "1",
        "true",
        "[a]",
        "{a: b}",
        "'${self:}'",
        "'${file(more.yml)}'",
        "!Ref X",
        "!Sub '${self:custom.table}'",
        "{Fn::If: [a, b, c]}",
        "[[a]]",
        "''",
    ];
    for at in 0..SERVICE.lines().count() {
        for shape in shapes {
            let lines = SERVICE.lines().enumerate();
            let lines = lines.map(|(i, line)| match line.split_once(": ") {
                Some((key, _)) if i == at => format!("{key}: {shape}\n"),
                _ => format!("{line}\n"),
            });
            survives(&lines.collect::<String>());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn services_that_are_cut_or_changed_never_panic(
        from in 0..SERVICE.len(),
        length in 0..40_usize,
        put in "[ -~\n]{0,12}",
    ) {
        let mut text: Vec<char> = SERVICE.chars().collect();
        let from = from.min(text.len());
        let to = (from + length).min(text.len());
        text.splice(from..to, put.chars());
        survives(&text.into_iter().collect::<String>());
    }
}
