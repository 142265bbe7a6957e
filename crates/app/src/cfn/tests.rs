//! Every construct of the language, one test each; `docs/languages.md` names them.

use super::{Options, Outcome, read};
use crate::application::Application;
use crate::files::{FileError, Files};
use crate::resource::Existence;
use crate::value::{Data, Value};
use palisade_core::Problem;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Default)]
struct InMemory(BTreeMap<String, String>);

impl Files for InMemory {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let text = self.0.get(path).ok_or(FileError::Missing)?;
        Ok(text.clone().into_bytes())
    }
}

fn files(list: &[(&str, &str)]) -> InMemory {
    InMemory(
        list.iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect(),
    )
}

fn open_with(
    text: &str,
    files: &InMemory,
    parameters: &[(&str, &str)],
) -> (Application, Vec<Problem>) {
    let parameters = parameters
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    match read("t.yaml", text.as_bytes(), files, &Options { parameters }) {
        Outcome::Application(app, problems) => (*app, problems),
        other => panic!("{text}: {other:?}"),
    }
}

fn open(text: &str) -> Application {
    open_with(text, &InMemory::default(), &[]).0
}

/// A value in one line.
fn show(value: &Value) -> String {
    match &value.data {
        Data::Null => "null".to_owned(),
        Data::Bool(b) => b.to_string(),
        Data::Number(n) => n.text.to_string(),
        Data::Text(t) => format!("'{t}'"),
        Data::Symbolic(_) => format!("<{}>", value.display()),
        Data::List(l) => {
            let mut items: Vec<String> = l.items.iter().map(show).collect();
            items.extend(l.open.as_ref().map(|_| "…".to_owned()));
            format!("[{}]", items.join(" "))
        }
        Data::Map(m) => {
            let mut items: Vec<String> = m
                .entries
                .iter()
                .map(|e| format!("{}={}", e.key, show(&e.value)))
                .collect();
            items.extend(m.open.as_ref().map(|_| "…".to_owned()));
            format!("{{{}}}", items.join(" "))
        }
        Data::OneOf(list) => {
            let items: Vec<String> = list
                .iter()
                .map(|a| format!("{}: {}", a.when, show(&a.value)))
                .collect();
            format!("one of ({})", items.join(" | "))
        }
        Data::Absent => "absent".to_owned(),
        Data::Unknown(reason) => format!("unknown: {reason}"),
    }
}

/// Evaluates `P: <expression>` of a resource beside a few declarations.
fn check(expression: &str, expected: &str) {
    let text = format!(
        r"
Transform: AWS::LanguageExtensions
Parameters:
  Stage: {{Type: String}}
  Days: {{Type: Number, Default: 14}}
  Name: {{Type: String, Default: shop}}
  Key: {{Type: String, Default: ''}}
  Password: {{Type: String, NoEcho: true}}
  Subnets: {{Type: CommaDelimitedList, Default: 'a, b'}}
  Groups: {{Type: List<AWS::EC2::SecurityGroup::Id>}}
  Ami: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: /ami}}
  Size: {{Type: String, AllowedValues: [small, large]}}
Mappings:
  Sizes:
    dev: {{Days: 7, Tls: TLS_1_0}}
    prod: {{Days: 365, Tls: TLS_1_2}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  HasKey: !Not [!Equals [!Ref Key, '']]
  Both: !And [!Condition IsProd, !Condition HasKey]
  Either: !Or [!Condition IsProd, !Condition HasKey]
  Always: !Equals [a, a]
  Small: !Equals [!Ref Size, small]
  Odd: !Equals [!Ref Size, huge]
Resources:
  Queue: {{Type: 'AWS::SQS::Queue'}}
  Thing:
    Type: Custom::Thing
    Properties:
      P: {expression}
"
    );
    let app = open(&text);
    let thing = app.resource("Thing").unwrap();
    let found = thing.properties.get("P").map_or("nothing".to_owned(), show);
    assert_eq!(found, expected, "{expression}");
}

#[test]
fn ref_of_every_kind() {
    check("!Ref Queue", "<${Queue}>");
    check("!Ref Days", "14");
    check("!Ref Name", "'shop'");
    check("!Ref Stage", "<${Stage}>");
    check("!Ref Subnets", "['a' 'b']");
    check("!Ref Groups", "[…]");
    check("!Ref Ami", "<{{resolve:ssm:/ami}}>");
    check("{Ref: Name}", "'shop'");
    check(
        "!Ref Nowhere",
        "unknown: refers to `Nowhere`, which the template does not declare",
    );
}

#[test]
fn pseudo_parameters() {
    for name in [
        "Region",
        "AccountId",
        "Partition",
        "StackName",
        "StackId",
        "URLSuffix",
        "NotificationARNs",
    ] {
        check(&format!("!Ref AWS::{name}"), &format!("<${{AWS::{name}}}>"));
    }
    check("!Ref AWS::NoValue", "absent");
    check("[a, !Ref AWS::NoValue]", "['a']");
}

#[test]
fn get_att() {
    check("!GetAtt Queue.Arn", "<${Queue.Arn}>");
    check("{'Fn::GetAtt': [Queue, Arn]}", "<${Queue.Arn}>");
    check("!GetAtt [Queue, !Ref Name]", "<${Queue.shop}>");
    check(
        "!GetAtt Gone.Arn",
        "unknown: refers to `Gone`, which the template does not declare",
    );
}

#[test]
fn sub() {
    check(
        "!Sub 'arn:${AWS::Partition}:s3:::${Name}-x'",
        "<arn:${AWS::Partition}:s3:::shop-x>",
    );
    check("!Sub '${Queue.Arn}/${!Kept}'", "<${Queue.Arn}/${Kept}>");
    check("!Sub ['${A}-${Name}', {A: !Ref Days}]", "'14-shop'");
    check("!Sub plain", "'plain'");
    check("!Sub 'x${Missing}'", "<x${?}>");
}

#[test]
fn join_split_select() {
    check("!Join ['-', [a, !Ref Name, b]]", "'a-shop-b'");
    check(
        "!Join ['', ['arn:', !Ref AWS::Region]]",
        "<arn:${AWS::Region}>",
    );
    check("!Join [',', !Ref Subnets]", "'a,b'");
    check("!Join [',', !Ref Groups]", "<${?}>");
    check("!Split [',', 'x,y']", "['x' 'y']");
    check("!Split [':', !GetAtt Queue.Arn]", "[…]");
    check("!Select [1, [x, y]]", "'y'");
    check("!Select ['0', !Split [',', 'x,y']]", "'x'");
    check("!Select [0, !Ref Groups]", "<${?}>");
    check(
        "!Select [9, [x]]",
        "unknown: `Fn::Select` goes past the end of its list",
    );
}

#[test]
fn fn_if_and_conditions() {
    check(
        "!If [IsProd, 365, 7]",
        "one of (IsProd is true: 365 | IsProd is false: 7)",
    );
    check("!If [Always, yes-branch, no-branch]", "'yes-branch'");
    check("!If [IsProd, same, same]", "'same'");
    check(
        "!If [IsProd, x, !Ref AWS::NoValue]",
        "one of (IsProd is true: 'x' | IsProd is false: absent)",
    );
    check("!Sub 'a-${Name}-${AWS::NoValue}'", "'a-shop-'");
    check(
        "!If [Unheard, a, b]",
        "unknown: condition `Unheard` is not declared",
    );
    // A branch knows what its condition says of parameters and of other conditions.
    check(
        "!If [IsProd, !Ref Stage, x]",
        "one of (IsProd is true: 'prod' | IsProd is false: 'x')",
    );
    check(
        "!If [HasKey, !Ref Key, none]",
        "one of (HasKey is true: <${Key}> | HasKey is false: 'none')",
    );
    check(
        "!If [IsProd, !If [IsDev, a, b], c]",
        "one of (IsProd is true: 'b' | IsProd is false: 'c')",
    );
    check(
        "!If [Both, !If [IsProd, a, b], c]",
        "one of (Both is true: 'a' | Both is false: 'c')",
    );
    check(
        "!If [Either, x, !If [HasKey, a, b]]",
        "one of (Either is true: 'x' | Either is false: 'b')",
    );
    check(
        "!If [Small, x, !Ref Size]",
        "one of (Small is true: 'x' | Small is false: 'large')",
    );
    check("!If [Odd, a, b]", "'b'");
    check(
        "!Join ['-', [a, !If [IsProd, x, y]]]",
        "one of (IsProd is true: 'a-x' | IsProd is false: 'a-y')",
    );
}

#[test]
fn find_in_map() {
    check("!FindInMap [Sizes, prod, Days]", "365");
    check(
        "!FindInMap [Sizes, !Ref Stage, Days]",
        "one of (${Stage} is dev: 7 | ${Stage} is prod: 365)",
    );
    check(
        "!FindInMap [Sizes, test, Days]",
        "unknown: the mapping has no `test`",
    );
    check("!FindInMap [Sizes, test, Days, {DefaultValue: 1}]", "1");
    check(
        "!FindInMap [Gone, a, b]",
        "unknown: the mapping has no `Gone`",
    );
}

#[test]
fn other_functions() {
    check("!Base64 text", "'text'");
    check("!GetAZs ''", "[…]");
    check("!Cidr [10.0.0.0/16, 2]", "[…]");
    check("!ImportValue x", "<${?}>");
    check(
        "{'Fn::Transform': {Name: Mine}}",
        "unknown: made by the macro `Mine` at deployment",
    );
    check("{a: 1, 'Fn::Transform': {Name: Mine}}", "{a=1 …}");
    check("{'Fn::Length': [a, b]}", "2");
    check(
        "{'Fn::ToJsonString': {a: [1, !Ref Name]}}",
        "'{\"a\":[1,\"shop\"]}'",
    );
    check(
        "{'Fn::Wrong': 1}",
        "unknown: the function `Fn::Wrong` is not known",
    );
    check("!Wrong 1", "unknown: unknown tag `!Wrong`");
    check(
        "!Join 7",
        "unknown: `Fn::Join` is used in a way that is not understood",
    );
}

#[test]
fn dynamic_references() {
    check(
        "'{{resolve:secretsmanager:db:SecretString:pw}}'",
        "<{{resolve:secretsmanager:db:SecretString:pw}}>",
    );
    check("'x{{resolve:ssm:/a:1}}y'", "<x{{resolve:ssm:/a:1}}y>");
    check(
        "!Sub '{{resolve:secretsmanager:${Queue}:SecretString:pw}}'",
        "<{{resolve:secretsmanager:${Queue}:SecretString:pw}}>",
    );
    check("'{{resolve:open'", "'{{resolve:open'");
}

#[test]
fn given_parameters_beat_defaults_and_decide_conditions() {
    let text = "
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  A: {Type: 'X::Y::Z', Condition: IsProd, Properties: {P: !Ref Stage}}
  B: {Type: 'X::Y::Z', Properties: {P: !If [IsProd, a, b]}}
";
    let show_at =
        |app: &Application, id: &str| show(app.resource(id).unwrap().properties.get("P").unwrap());
    let (app, _) = open_with(text, &InMemory::default(), &[("Stage", "prod")]);
    assert_eq!(app.resource("A").unwrap().exists, Existence::Always);
    assert_eq!(
        (show_at(&app, "A"), show_at(&app, "B")),
        ("'prod'".into(), "'a'".into())
    );
    let (app, _) = open_with(text, &InMemory::default(), &[("Stage", "test")]);
    assert_eq!(app.resource("A").unwrap().exists, Existence::Never);
    assert_eq!(app.of_kind("X::Y::Z").count(), 1);
    // A default does not decide: the template is meant to be deployed with other values too.
    let app = open(text);
    assert!(matches!(
        app.resource("A").unwrap().exists,
        Existence::When(_)
    ));
    assert_eq!(show_at(&app, "A"), "'prod'");
    assert_eq!(
        show_at(&app, "B"),
        "one of (IsProd is true: 'a' | IsProd is false: 'b')"
    );
}

#[test]
fn origins_are_chains() {
    let text = "Parameters:\n  Days:\n    Type: Number\n    Default: 14\nResources:\n  L:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      RetentionInDays: !Ref Days\n";
    let app = open(text);
    let value = app
        .resource("L")
        .unwrap()
        .properties
        .get("RetentionInDays")
        .unwrap();
    assert_eq!(app.sources.location(value.origin.span).line, 9);
    let steps: Vec<_> = value
        .origin
        .steps()
        .map(|s| (s.kind.to_string(), app.sources.line(s.span)))
        .collect();
    assert_eq!(steps, [("parameter Days".to_owned(), 4)]);
}

#[test]
fn loops_of_the_language_extensions() {
    let text = "
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'x,y'}
Resources:
  'Fn::ForEach::Queues':
    - Name
    - !Ref Names
    - 'Queue${Name}':
        Type: AWS::SQS::Queue
        Properties: {QueueName: !Ref Name, Tag: !Sub 'q-${Name}'}
  'Fn::ForEach::Unknown':
    - N
    - !Ref Gone
    - 'Q${N}': {Type: 'AWS::SQS::Queue'}
";
    let (app, problems) = open_with(text, &InMemory::default(), &[]);
    let names: Vec<_> = app
        .resources()
        .map(|r| {
            format!(
                "{} {} {}",
                r.id,
                show(r.properties.get("QueueName").unwrap()),
                show(r.properties.get("Tag").unwrap())
            )
        })
        .collect();
    assert_eq!(names, ["Queuex 'x' 'q-x'", "Queuey 'y' 'q-y'"]);
    assert!(
        problems
            .iter()
            .any(|p| p.message.contains("Fn::ForEach::Unknown"))
    );
}

#[test]
fn included_files() {
    let files = files(&[(
        "part.yaml",
        "Type: AWS::SQS::Queue\nProperties: {QueueName: !Sub 'a-${AWS::Region}'}\n",
    )]);
    let text = "
Resources:
  A:
    Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./part.yaml}}
  B:
    Type: X::Y::Z
    Properties:
      Kept: 1
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
";
    let (app, _) = open_with(text, &files, &[]);
    let a = app.resource("A").unwrap();
    assert_eq!(&*a.kind, "AWS::SQS::Queue");
    assert_eq!(show(&a.properties), "{QueueName=<a-${AWS::Region}>}");
    assert_eq!(show(&app.resource("B").unwrap().properties), "{Kept=1 …}");
}

#[test]
fn nested_stacks() {
    let child = "
Parameters:
  Key: {Type: String}
Resources:
  Queue: {Type: 'AWS::SQS::Queue', Properties: {KmsMasterKeyId: !Ref Key}}
Outputs:
  Arn: {Value: !GetAtt Queue.Arn}
";
    let text = "
Resources:
  Key: {Type: 'AWS::KMS::Key'}
  Use: {Type: 'X::Y::Z', Properties: {P: !GetAtt Inner.Outputs.Arn}}
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./sub/child.yaml, Parameters: {Key: !GetAtt Key.Arn}}
  Far:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: 'https://example.com/x.yaml'}
  Gone:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: nowhere.yaml}
";
    let (app, problems) = open_with(text, &files(&[("sub/child.yaml", child)]), &[]);
    let queue = app.resource("Inner/Queue").unwrap();
    assert_eq!(show(&queue.properties), "{KmsMasterKeyId=<${Key.Arn}>}");
    assert_eq!(&*queue.written.address, "Queue");
    assert_eq!(
        &*app.sources.location(queue.origin.span).file,
        "sub/child.yaml"
    );
    let used = app.resource("Use").unwrap();
    assert_eq!(show(&used.properties), "{P=<${Inner/Queue.Arn}>}");
    assert_eq!(
        app.nested.iter().map(|n| &**n).collect::<Vec<_>>(),
        ["sub/child.yaml"]
    );
    assert!(problems.iter().any(|p| p.message.contains("nowhere.yaml")));
}

#[test]
fn nested_stacks_that_bring_themselves_in() {
    let text = "
Resources:
  Self:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: t.yaml}
  Q: {Type: 'AWS::SQS::Queue'}
";
    let (app, problems) = open_with(text, &files(&[("t.yaml", text)]), &[]);
    assert!(app.resource("Q").is_some());
    assert!(
        problems
            .iter()
            .any(|p| p.message.contains("brings itself in"))
    );
}

#[test]
fn synthesized_cdk_output() {
    let text = r#"{"Resources": {"TopicBFC7AF6E": {"Type": "AWS::SNS::Topic", "Metadata": {"aws:cdk:path": "Shop/Topic/Resource"}}}}"#;
    let app = open(text);
    assert_eq!(app.language.as_str(), "cdk");
    let topic = app.resource("TopicBFC7AF6E").unwrap();
    assert_eq!(topic.written.name.as_deref(), Some("Shop/Topic/Resource"));
}

#[test]
fn local_api_bodies_and_workflows() {
    let files = files(&[
        (
            "api.yaml",
            "paths: {/a: {get: {x-amazon-apigateway-integration: {uri: x}}}}",
        ),
        ("flow.json", r#"{"StartAt": "A"}"#),
    ]);
    let text = "
Resources:
  Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {BodyS3Location: ./api.yaml}}
  Flow: {Type: 'AWS::StepFunctions::StateMachine', Properties: {DefinitionS3Location: flow.json}}
";
    let (app, problems) = open_with(text, &files, &[]);
    assert!(problems.is_empty());
    let body = app.resource("Api").unwrap().properties.get("Body").unwrap();
    assert_eq!(
        show(body),
        "{paths={/a={get={x-amazon-apigateway-integration={uri='x'}}}}}"
    );
    assert_eq!(app.graph().entry_points[0].label, "GET /a");
    let flow = app
        .resource("Flow")
        .unwrap()
        .properties
        .get("Definition")
        .unwrap();
    assert_eq!(show(flow), "{StartAt='A'}");
}

#[test]
fn resource_attributes() {
    let app = open(
        "
Resources:
  Q:
    Type: AWS::SQS::Queue
    DeletionPolicy: Retain
    UpdateReplacePolicy: Delete
    DependsOn: [A, B]
    Metadata: {Note: x}
",
    );
    let queue = app.resource("Q").unwrap();
    assert_eq!(
        show(&queue.attributes),
        "{DeletionPolicy='Retain' UpdateReplacePolicy='Delete' DependsOn=['A' 'B']}"
    );
    assert!(queue.metadata.as_ref().unwrap().get("Note").is_some());
}

#[test]
fn what_is_not_a_template() {
    let check = |text: &str, expected: &str| match read(
        "t",
        text.as_bytes(),
        &InMemory::default(),
        &Options::default(),
    ) {
        Outcome::NotTemplate(what) => assert_eq!(what, expected, "{text}"),
        other => panic!("{text}: {other:?}"),
    };
    check("", "an empty document");
    check("- a", "a list");
    check("7", "a single value");
    check("a: 1", "a document without `Resources`");
    check(
        "AWSTemplateFormatVersion: '2010-09-09'",
        "a template without resources",
    );
    check("Resources: {a: b}", "a document without `Resources`");
}

#[test]
fn broken_parts_do_not_hide_the_others() {
    let (app, problems) = open_with(
        "
Resources:
  NoType: {Properties: {}}
  Text: hello
  Q: {Type: 'AWS::SQS::Queue', Properties: [wrong]}
  R: {Type: 'AWS::SQS::Queue', Properties: }
Conditions: [no]
Parameters: 7
Mappings: x
Outputs: {A: 1}
",
        &InMemory::default(),
        &[],
    );
    assert_eq!(app.resources().count(), 2);
    assert_eq!(problems.len(), 2);
}

#[test]
fn circles_end() {
    let app = open(
        "
Conditions:
  A: !Condition B
  B: !Not [!Condition A]
Resources:
  Q: {Type: 'AWS::SQS::Queue', Condition: A, Properties: {P: !If [A, !If [B, x, y], z], R: !Ref Q}}
",
    );
    assert!(app.resource("Q").is_some());
}

fn templateish() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "x",
        "!Ref Q",
        "!GetAtt Q.Arn",
        "!Sub '${Q}-${P}-${'",
        "!If [C, 1, !Ref AWS::NoValue]",
        "[]",
        "{}",
        "",
        "!Join ['', [a, !Ref P]]",
        "!Select [0, !Split [',', !Ref P]]",
        "!FindInMap [M, !Ref P, k]",
        "!GetAZs x",
        "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: t.yaml}}}",
        "!ImportValue 1",
        "12",
        "yes",
        "{Fn::ForEach::A: [I, [a, b], {'Q${I}': 1}]}",
        "!Ref [a]",
        "!Sub [1, 2]",
        "!If [C]",
        "!Condition C",
    ]);
    let key = prop::sample::select(vec![
        "Resources",
        "Parameters",
        "Conditions",
        "Mappings",
        "Transform",
        "Outputs",
        "Q",
        "P",
        "C",
        "M",
        "Type",
        "Properties",
        "Default",
        "Condition",
        "Fn::ForEach::L",
        "Globals",
        "Events",
        "Policies",
    ]);
    prop::collection::vec((0..4usize, key, leaf), 0..30).prop_map(|lines| {
        let mut text = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: 'AWS::Serverless::Function', Properties: {}}\n".to_owned();
        for (depth, key, leaf) in lines {
            text.push_str(&format!("{}{key}: {leaf}\n", "  ".repeat(depth)));
        }
        text
    })
}

proptest! {
    #[test]
    fn no_template_panics_and_spans_lie_inside(text in templateish()) {
        let tree = files(&[("t.yaml", &text)]);
        if let Outcome::Application(app, _) = read("t.yaml", text.as_bytes(), &tree, &Options::default()) {
            for resource in app.resources() {
                let mut inside = true;
                resource.properties.walk(&mut |value| {
                    let length = app.sources.text(value.origin.span.file).len();
                    inside &= value.origin.span.end as usize <= length;
                });
                prop_assert!(inside);
            }
            let again = read("t.yaml", text.as_bytes(), &tree, &Options::default());
            if let Outcome::Application(again, _) = again {
                let none = crate::Secrets::default();
                prop_assert_eq!(crate::dump(&app, &none).to_string(), crate::dump(&again, &none).to_string());
            }
        }
    }
}
