//! The service as a whole: `resources`, addresses, places, files, compose.

use super::{Folder, check, service, service_in, shown};
use crate::{Options, looks_like, read};
use palisade_app::Existence;
use palisade_app::cfn::Outcome;
use palisade_core::ProblemLevel;

#[test]
fn resources_are_merged() {
    let files = Folder::new(&[
        (
            "serverless.yml",
            "service: svc
provider: {name: aws, stackParameters: [{ParameterKey: Size, ParameterValue: '9'}]}
functions:
  f: {handler: a.b, environment: {Q: !Ref Queue}}
resources:
  - Resources:
      Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: '${self:service}-q'}}
      FLogGroup: {Properties: {RetentionInDays: 400}}
    Parameters: {Size: {Type: Number, Default: 1}}
  - ${file(./more.yml)}
  - extensions:
      FLambdaFunction: {Properties: {MemorySize: 77}, DeletionPolicy: Retain}
  - Outputs: {Q: {Value: !Ref Queue}}
",
        ),
        (
            "more.yml",
            "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      TableName: !Sub '${AWS::StackName}-${self:provider.stage}'\n      Size: !Ref Size\n",
        ),
    ]);
    let (app, problems) = service_in(&files, &Options::default());
    assert_eq!(problems, []);
    check(
        &app,
        "Queue QueueName = svc-q
         FLogGroup LogGroupName = /aws/lambda/svc-dev-f
         FLogGroup RetentionInDays = 400
         FLambdaFunction MemorySize = 77
         FLambdaFunction Handler = a.b
         FLambdaFunction Environment.Variables.Q = ${Queue}
         Table TableName = ${AWS::StackName}-dev
         Table Size = 9",
    );
    assert!(app.given_out.contains("Queue"));
    assert_eq!(app.nested, ["more.yml".into()]);
    let table = app.resource("Table").unwrap();
    assert_eq!(&*app.sources.path(table.origin.span.file), "more.yml");
}

#[test]
fn resources_have_the_address_that_their_owner_writes() {
    let app = service(
        "service: svc
provider: {name: aws, httpApi: {cors: true}}
functions:
  hello-world:
    handler: a.b
    events: [{httpApi: GET /}]
resources: {Resources: {Queue: {Type: AWS::SQS::Queue}}}
",
    );
    let written = |id: &str| {
        let resource = app.resource(id).unwrap();
        let line = app.sources.location(resource.extent).line;
        (
            resource.written.address.to_string(),
            resource.written.kind.to_string(),
            resource.generated,
            line,
        )
    };
    let expected = |address: &str, kind: &str, generated, line| {
        (address.to_owned(), kind.to_owned(), generated, line)
    };
    let function = written("HelloDashworldLambdaFunction");
    assert_eq!(function, expected("hello-world", "function", false, 4));
    let group = written("HelloDashworldLogGroup");
    assert_eq!(group, expected("hello-world", "function", true, 4));
    assert_eq!(
        written("HttpApi"),
        expected("provider.httpApi", "provider", true, 2)
    );
    assert_eq!(
        written("IamRoleLambdaExecution"),
        expected("provider", "provider", true, 2)
    );
    assert_eq!(
        written("Queue"),
        expected("Queue", "AWS::SQS::Queue", false, 7)
    );
}

#[test]
fn values_say_what_carried_them() {
    let app = service(
        "service: svc
custom:
  key: sk-123
provider: {name: aws, runtime: nodejs12.x}
functions:
  f:
    handler: a.b
    environment:
      KEY: ${self:custom.key}
",
    );
    let function = app.resource("FLambdaFunction").unwrap();
    let place = |path: &str| {
        let leaves = function.at(path);
        let origin = &leaves[0].value.origin;
        let steps: Vec<String> = origin.steps().map(|s| s.kind.to_string()).collect();
        let lines: Vec<u32> = origin.steps().map(|s| app.sources.line(s.span)).collect();
        (app.sources.line(origin.span), steps, lines)
    };
    let variable = (3, vec!["variable self:custom.key".to_owned()], vec![9]);
    assert_eq!(place("Environment.Variables.KEY"), variable);
    let inherited = (4, vec!["the settings of the provider".to_owned()], vec![6]);
    assert_eq!(place("Runtime"), inherited);
}

#[test]
fn files_are_known_by_their_names() {
    let check = |path, text: &str, expected| {
        assert_eq!(looks_like(path, text.as_bytes()), expected, "{path}");
    };
    check("a/serverless.yml", "provider: aws", true);
    check("serverless.prod.yaml", "provider: aws", true);
    check("serverless.json", "{\"provider\": {}}", true);
    check("serverless.ts", "", true);
    check("serverless.yml", "unrelated: true", false);
    check("serverless-helper.ts", "provider", false);
    check("template.yml", "provider: aws", false);
}

#[test]
fn code_is_not_read_and_says_what_to_do() {
    let files = Folder::default();
    let outcome = read("serverless.ts", b"export = {}", &files, &Options::default());
    let Outcome::Broken(problem) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(problem.level, ProblemLevel::Error);
    assert!(problem.message.contains("serverless print"), "{problem:?}");
}

#[test]
fn other_clouds_are_told() {
    let text = b"service: a\nprovider: {name: google}\n";
    let outcome = read(
        "serverless.yml",
        text,
        &Folder::default(),
        &Options::default(),
    );
    let Outcome::Broken(problem) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(problem.message.contains("`google`"), "{problem:?}");
    let outcome = read(
        "serverless.yml",
        b"a: b\n",
        &Folder::default(),
        &Options::default(),
    );
    assert!(matches!(outcome, Outcome::NotTemplate(_)));
}

#[test]
fn json_is_read_too() {
    let text =
        br#"{"service": "a", "provider": {"name": "aws"}, "functions": {"f": {"handler": "a.b"}}}"#;
    let outcome = read(
        "serverless.json",
        text,
        &Folder::default(),
        &Options::default(),
    );
    let Outcome::Application(app, _) = outcome else {
        panic!("{outcome:?}")
    };
    check(&app, "FLambdaFunction Handler = a.b");
    assert_eq!(app.language.as_str(), "serverless");
}

#[test]
fn compose_files_give_parameters() {
    let service = "service: a
provider: {name: aws}
functions: {f: {handler: a.b, environment: {T: '${param:table}', U: '${param:url}'}}}
";
    let files = Folder::new(&[
        ("services/a/serverless.yml", service),
        (
            "serverless-compose.yml",
            "services:\n  a:\n    path: services/a\n    params: {table: orders, url: '${b.Url}'}\n  b: {path: services/b}\n",
        ),
    ]);
    let outcome = read(
        "services/a/serverless.yml",
        service.as_bytes(),
        &files,
        &Options::default(),
    );
    let Outcome::Application(app, problems) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(problems, []);
    assert_eq!(
        shown(&app, "FLambdaFunction", "Environment.Variables.T"),
        "orders"
    );
    assert_eq!(
        shown(&app, "FLambdaFunction", "Environment.Variables.U"),
        "${b.Url}"
    );
    let compose = files.0["serverless-compose.yml"].clone();
    let outcome = read(
        "serverless-compose.yml",
        compose.as_bytes(),
        &files,
        &Options::default(),
    );
    assert!(matches!(outcome, Outcome::NotTemplate(_)));
}

#[test]
fn plugins_that_declare_resources_are_told() {
    let text = "service: a\nprovider: {name: aws}\nstepFunctions: {stateMachines: {}}\ncustom: {appSync: {}}\n";
    let files = Folder::new(&[("serverless.yml", text)]);
    let (_, problems) = service_in(&files, &Options::default());
    let lines: Vec<_> = problems.iter().map(|p| p.line).collect();
    assert_eq!(lines, [Some(3), Some(4)], "{problems:?}");
}

#[test]
fn the_usual_stage_does_not_decide_conditions() {
    let text = "service: a
provider: {name: aws, stage: '${opt:stage, \"dev\"}'}
resources:
  Conditions: {IsProd: !Equals ['${self:provider.stage}', prod]}
  Resources:
    Queue: {Type: AWS::SQS::Queue, Condition: IsProd, Properties: {QueueName: 'q-${sls:stage}'}}
";
    let files = Folder::new(&[("serverless.yml", text)]);
    let exists = |stage: Option<&str>| {
        let options = Options {
            stage: stage.map(str::to_owned),
            ..Options::default()
        };
        let (app, problems) = service_in(&files, &options);
        assert_eq!(problems, []);
        app.resource("Queue").unwrap().exists.clone()
    };
    assert!(matches!(exists(None), Existence::When(_)));
    assert_eq!(exists(Some("prod")), Existence::Always);
    assert_eq!(exists(Some("dev")), Existence::Never);
}

#[test]
fn references_of_the_pseudo_parameters_plugin() {
    let text = |plugins: &str| {
        format!(
            "service: a
provider: {{name: aws}}
plugins: {plugins}
functions:
  f:
    handler: a.b
    environment:
      A: 'arn:aws:sns:#{{AWS::Region}}:#{{AWS::AccountId}}:t-${{self:service}}'
      B: '#{{Topic}}/#{{Topic.TopicName}} #{{no such}}'
      C: !Sub 'x-#{{AWS::Region}}'
resources: {{Resources: {{Topic: {{Type: AWS::SNS::Topic}}}}}}
"
        )
    };
    for plugins in [
        "[serverless-pseudo-parameters]",
        "{modules: [serverless-pseudo-parameters]}",
    ] {
        check(
            &service(&text(plugins)),
            "FLambdaFunction Environment.Variables.A = arn:aws:sns:${AWS::Region}:${AWS::AccountId}:t-a
             FLambdaFunction Environment.Variables.B = ${Topic}/${Topic.TopicName} #{no such}
             FLambdaFunction Environment.Variables.C = x-${AWS::Region}",
        );
    }
    check(
        &service(&text("[]")),
        "FLambdaFunction Environment.Variables.A = arn:aws:sns:#{AWS::Region}:#{AWS::AccountId}:t-a",
    );
}
