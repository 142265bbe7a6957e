//! Tests of the whole transform: templates in, a few facts about the deployed template out.

use super::hash::canonical;
use super::*;
use palisade_core::Sources;
use palisade_syntax::parse_yaml;
use proptest::prelude::*;

struct Made {
    sources: Sources,
    node: Node,
    problems: Vec<SamProblem>,
}

fn parse(text: &str) -> (Sources, Node) {
    let mut sources = Sources::default();
    let file = sources.add("template.yaml", text);
    let mut root = parse_yaml(file, text).unwrap().root;
    crate::cfn::long_form::to_long_form(&mut root);
    (sources, root)
}

fn made_with(text: &str, options: &SamOptions) -> Made {
    let (sources, root) = parse(text);
    let (node, problems) = transform(root, options);
    Made {
        sources,
        node,
        problems,
    }
}

fn made(text: &str) -> Made {
    made_with(text, &SamOptions::default())
}

impl Made {
    fn entry(&self, path: &str) -> &Entry {
        let (mut at, mut found) = (&self.node, None);
        for step in path.split(' ') {
            let Some(entry) = at.entry(step) else {
                panic!("no `{step}` of `{path}` in {}", canonical(at));
            };
            at = &entry.value;
            found = Some(entry);
        }
        found.unwrap()
    }

    fn json(&self, path: &str) -> String {
        canonical(&self.entry(path).value)
    }

    fn has(&self, path: &str) -> bool {
        self.node.at(&path.split(' ').collect::<Vec<_>>()).is_some()
    }

    fn types(&self) -> Vec<String> {
        let resources = self.node.get("Resources").unwrap().as_map().unwrap();
        let name = |e: &Entry| format!("{} {}", e.key.name, text(&e.value, "Type").unwrap_or("-"));
        resources.iter().map(name).collect()
    }

    /// Line and last step of an origin.
    fn place(&self, origin: &Origin) -> (u32, String) {
        let step = origin.steps().next().map(|via| via.kind.to_string());
        (self.sources.line(origin.span), step.unwrap_or_default())
    }

    fn clean(&self) -> &Self {
        assert_eq!(self.problems, [], "{:?}", self.problems);
        self
    }
}

fn check(template: &str, expected: &[(&str, &str)]) {
    let made = made(template);
    made.clean();
    for (path, json) in expected {
        assert_eq!(made.json(path), *json, "{path}");
    }
}

const ORDERS: &str = "\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: nodejs22.x
    Timeout: 10
    Environment:
      Variables:
        SHARED: yes-please
        LEVEL: low
    Layers: [arn:shared]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      CodeUri: src/
      Timeout: 30
      Environment:
        Variables:
          LEVEL: high
      Layers: [arn:own]
      Policies:
        - AmazonSQSReadOnlyAccess
        - DynamoDBReadPolicy:
            TableName: !Ref Table
        - Statement:
            - Effect: Allow
              Action: s3:*
              Resource: '*'
      Events:
        GetOrder:
          Type: Api
          Properties:
            Path: /orders/{id}
            Method: get
        Nightly:
          Type: Schedule
          Properties:
            Schedule: rate(1 day)
  Table:
    Type: AWS::DynamoDB::Table
";

#[test]
fn a_function_becomes_what_it_deploys() {
    let made = made(ORDERS);
    made.clean();
    let mut types = made.types();
    types.sort();
    assert!(types[6].starts_with("ServerlessRestApiDeployment"));
    types.remove(6);
    assert_eq!(
        types,
        [
            "Orders AWS::Lambda::Function",
            "OrdersGetOrderPermissionProd AWS::Lambda::Permission",
            "OrdersNightly AWS::Events::Rule",
            "OrdersNightlyPermission AWS::Lambda::Permission",
            "OrdersRole AWS::IAM::Role",
            "ServerlessRestApi AWS::ApiGateway::RestApi",
            "ServerlessRestApiProdStage AWS::ApiGateway::Stage",
            "Table AWS::DynamoDB::Table",
        ]
    );
    assert!(!made.has("Transform") && !made.has("Globals"));
    assert_eq!(made.json("Resources Orders Properties Code"), "\"src/\"");
    assert_eq!(
        made.json("Resources OrdersRole Properties ManagedPolicyArns"),
        r#"["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole","arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"]"#
    );
    assert_eq!(
        made.json("Resources OrdersGetOrderPermissionProd Properties SourceArn"),
        r#"{"Fn::Sub":["arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/${__Stage__}/GET/orders/*",{"__ApiId__":{"Ref":"ServerlessRestApi"},"__Stage__":"*"}]}"#
    );
    assert_eq!(
        made.json("Resources ServerlessRestApi Properties Body paths /orders/{id} get x-amazon-apigateway-integration uri"),
        r#"{"Fn::Sub":"arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations"}"#
    );
}

#[test]
fn globals_are_merged_as_sam_does_and_say_so() {
    let made = made(ORDERS);
    for (path, json) in [
        ("Timeout", "30"),
        ("Runtime", "\"nodejs22.x\""),
        (
            "Environment Variables",
            r#"{"LEVEL":"high","SHARED":"yes-please"}"#,
        ),
        ("Layers", r#"["arn:shared","arn:own"]"#),
    ] {
        assert_eq!(
            made.json(&format!("Resources Orders Properties {path}")),
            json
        );
    }
    let place = |path: &str| {
        let entry = made.entry(&format!("Resources Orders Properties {path}"));
        [
            made.place(&entry.key.origin),
            made.place(&entry.value.origin),
        ]
    };
    let shared = |line| [(line, "Globals".to_owned()), (line, "Globals".to_owned())];
    let own = |line| [(line, String::new()), (line, String::new())];
    assert_eq!(place("Runtime"), shared(4));
    assert_eq!(place("Environment Variables SHARED"), shared(8));
    assert_eq!(place("Timeout"), own(17));
    assert_eq!(place("Environment Variables LEVEL"), own(20));
    let layers = &made.entry("Resources Orders Properties Layers").value;
    let layers: Vec<_> = layers
        .as_seq()
        .unwrap()
        .iter()
        .map(|l| made.place(&l.origin))
        .collect();
    assert_eq!(layers, [(10, "Globals".to_owned()), (21, String::new())]);
    let step = made
        .entry("Resources Orders Properties Runtime")
        .value
        .origin
        .via
        .clone();
    assert_eq!(made.sources.line(step.unwrap().span), 2);
}

#[test]
fn what_is_made_points_at_the_line_that_made_it() {
    let made = made(ORDERS);
    let from = |what: &str| format!("made from {what}");
    for (path, line, step) in [
        (
            "OrdersGetOrderPermissionProd",
            31,
            from("event GetOrder of function Orders"),
        ),
        (
            "OrdersNightly",
            36,
            from("event Nightly of function Orders"),
        ),
        (
            "OrdersNightlyPermission Properties Principal",
            36,
            from("event Nightly of function Orders"),
        ),
        ("OrdersRole", 12, from("function Orders")),
        ("Orders", 12, String::new()),
        (
            "ServerlessRestApi Properties Body paths /orders/{id} get",
            31,
            from("event GetOrder of function Orders"),
        ),
        (
            "ServerlessRestApi Properties Body info",
            31,
            from("event GetOrder of function Orders"),
        ),
    ] {
        let entry = made.entry(&format!("Resources {path}"));
        assert_eq!(
            made.place(&entry.key.origin),
            (line, step.clone()),
            "{path}"
        );
        if path != "Orders" {
            assert_eq!(made.place(&entry.value.origin), (line, step), "{path}");
        }
    }
    let policies = &made.entry("Resources OrdersRole Properties Policies").value;
    let [template, statement] = policies.as_seq().unwrap() else {
        panic!("two inline policies");
    };
    let document = template.get("PolicyDocument").unwrap();
    let step = from("policy template DynamoDBReadPolicy of function Orders");
    let first = &document.get("Statement").unwrap().as_seq().unwrap()[0];
    assert_eq!(made.place(&first.origin), (24, step));
    let table = first.get("Resource").unwrap();
    assert!(
        canonical(table).contains(r#"{"Ref":"Table"}"#),
        "{}",
        canonical(table)
    );
    let own = statement.at(&["PolicyDocument", "Statement"]).unwrap();
    assert_eq!(
        made.place(&own.as_seq().unwrap()[0].origin),
        (27, String::new())
    );
    let managed = &made
        .entry("Resources OrdersRole Properties ManagedPolicyArns")
        .value;
    let managed: Vec<u32> = managed
        .as_seq()
        .unwrap()
        .iter()
        .map(|arn| made.place(&arn.origin).0)
        .collect();
    assert_eq!(managed, [12, 23]);
}

/// One of everything.
const EVERYTHING: &str = include_str!("testdata/everything.yaml");

fn walk(node: &Node, path: &str, check: &mut impl FnMut(&Origin, &str)) {
    check(&node.origin, path);
    match &node.data {
        Data::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}/{index}"), check);
            }
        }
        Data::Map(entries) => {
            for entry in entries {
                let path = format!("{path}/{}", entry.key.name);
                check(&entry.key.origin, &path);
                walk(&entry.value, &path, check);
            }
        }
        _ => {}
    }
}

#[test]
fn every_node_has_a_place() {
    let made = made(EVERYTHING);
    made.clean();
    let mut count = 0;
    walk(&made.node, "", &mut |origin, path| {
        count += 1;
        assert!(
            path.is_empty() || origin.span.end > 0,
            "{path} has no place"
        );
    });
    assert!(count > 3000, "{count}");
    let left = made
        .types()
        .into_iter()
        .find(|kind| kind.contains(" AWS::Serverless::"));
    assert_eq!(left, None);
}

#[test]
fn the_same_template_gives_the_same_result() {
    assert_eq!(made(EVERYTHING).node, made(EVERYTHING).node);
}

#[test]
fn aliases_urls_and_deployments() {
    check(
        "\
Conditions:
  Live: !Equals [a, b]
Parameters:
  Stage: {Type: String, Default: live}
Resources:
  F:
    Type: AWS::Serverless::Function
    Condition: Live
    Properties:
      Handler: h
      Runtime: r
      CodeUri: s3://bucket/key
      AutoPublishAlias: !Ref Stage
      FunctionUrlConfig: {AuthType: NONE}
      DeploymentPreference: {Type: AllAtOnce, PassthroughCondition: true}
  Other:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub '${F.Alias} of ${F}'
      TopicName: !Ref F.Version
",
        &[
            ("Resources FAliaslive Properties Name", "\"live\""),
            ("Resources FAliaslive Condition", "\"Live\""),
            (
                "Resources FUrl Properties TargetFunctionArn",
                r#"{"Ref":"FAliaslive"}"#,
            ),
            (
                "Resources FUrlPublicPermissions Properties Principal",
                "\"*\"",
            ),
            (
                "Resources FURLInvokeAllowPublicAccess Properties InvokedViaFunctionUrl",
                "true",
            ),
            (
                "Resources FDeploymentGroup Properties DeploymentConfigName",
                r#"{"Fn::Sub":["CodeDeployDefault.Lambda${ConfigName}",{"ConfigName":"AllAtOnce"}]}"#,
            ),
            ("Resources CodeDeployServiceRole Condition", "\"Live\""),
            (
                "Resources Other Properties DisplayName",
                r#"{"Fn::Sub":"${FAliaslive} of ${F}"}"#,
            ),
            (
                "Resources Other Properties TopicName",
                r#"{"Ref":"FVersionfb53d5c2e6"}"#,
            ),
            (
                "Resources F Properties Code",
                r#"{"S3Bucket":"bucket","S3Key":"key"}"#,
            ),
        ],
    );
}

#[test]
fn given_parameters_beat_defaults() {
    let template = "\
Parameters:
  Stage: {Type: String, Default: live}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Handler: h, Runtime: r, CodeUri: ., AutoPublishAlias: !Ref Stage}
";
    let beta = Node::string("beta", Origin::default());
    let options = SamOptions {
        parameters: BTreeMap::from([("Stage".to_owned(), beta)]),
        ..SamOptions::default()
    };
    assert!(made(template).has("Resources FAliaslive"));
    let made = made_with(template, &options);
    assert!(made.has("Resources FAliasbeta"));
    let name = &made
        .entry("Resources FAliasbeta Properties Name")
        .value
        .origin;
    assert_eq!(made.place(name).1, "parameter Stage");
}

#[test]
fn the_partition_is_written_where_sam_writes_it() {
    let options = SamOptions {
        partition: Some("aws-cn".to_owned()),
        ..SamOptions::default()
    };
    let made = made_with(ORDERS, &options);
    let json = made.json("Resources");
    assert!(json.contains("arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"));
    assert!(json.contains(r#""EndpointConfiguration":{"Types":["REGIONAL"]}"#));
}

#[test]
fn authorization_of_methods_beats_that_of_the_api() {
    let path =
        |path: &str, what: &str| format!("Resources Api Properties Body paths {path} get {what}");
    let made = made(
        "\
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Cors: \"'*'\"
      Auth:
        DefaultAuthorizer: Users
        AddDefaultAuthorizerToCorsPreflight: false
        Authorizers:
          Users: {UserPoolArn: arn:pool}
          Own: {FunctionArn: !GetAtt F.Arn}
        ResourcePolicy:
          IpRangeBlacklist: [10.0.0.0/8]
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: h
      Runtime: r
      InlineCode: x
      Events:
        Default: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /a, Method: get}}
        Open:
          Type: Api
          Properties: {RestApiId: !Ref Api, Path: /b, Method: get, Auth: {Authorizer: NONE}}
        Mine:
          Type: Api
          Properties: {RestApiId: !Ref Api, Path: /c, Method: get, Auth: {Authorizer: Own, ApiKeyRequired: true}}
",
    );
    made.clean();
    assert_eq!(made.json(&path("/a", "security")), r#"[{"Users":[]}]"#);
    assert_eq!(
        made.json(&path("/c", "security")),
        r#"[{"api_key":[]},{"Own":[]}]"#
    );
    let open = made.json("Resources Api Properties Body paths /b get");
    assert!(open.contains(r#""security":[{"NONE":[]}]"#), "{open}");
    let preflight = made.json("Resources Api Properties Body paths /a options");
    assert!(!preflight.contains("security"));
    assert!(made.has("Resources ApiOwnAuthorizerPermission"));
    let policy = made.json("Resources Api Properties Body x-amazon-apigateway-policy");
    assert!(
        policy.contains(
            r#""Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/8"]}},"Effect":"Deny""#
        )
    );
    let place = &made.entry(&path("/a", "security")).value.as_seq().unwrap()[0].origin;
    assert_eq!(
        made.place(place).0,
        8,
        "the default authorizer is written at the API"
    );
}

#[test]
fn sources_that_are_read_extend_the_role() {
    let made = made(
        "\
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: h
      Runtime: r
      InlineCode: x
      Events:
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}
        Broker:
          Type: MQ
          Properties:
            Broker: arn:broker
            Queues: [q]
            SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: arn:secret}]
  Q: {Type: AWS::SQS::Queue}
",
    );
    made.clean();
    let managed = &made
        .entry("Resources FRole Properties ManagedPolicyArns")
        .value;
    let queue = &managed.as_seq().unwrap()[1];
    assert!(
        queue
            .as_str()
            .unwrap()
            .ends_with("AWSLambdaSQSQueueExecutionRole")
    );
    assert_eq!(
        made.place(&queue.origin),
        (9, "made from event Queue of function F".to_owned())
    );
    let inline = &made
        .entry("Resources FRole Properties Policies")
        .value
        .as_seq()
        .unwrap()[0];
    assert_eq!(made.place(&inline.origin).0, 10);
    assert!(canonical(inline).contains("secretsmanager:GetSecretValue"));
}

#[test]
fn buckets_and_pools_learn_of_their_functions() {
    check(
        "\
Resources:
  B: {Type: AWS::S3::Bucket}
  P: {Type: AWS::Cognito::UserPool}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: h
      Runtime: r
      InlineCode: x
      Events:
        New: {Type: S3, Properties: {Bucket: !Ref B, Events: 's3:ObjectCreated:*'}}
        In: {Type: Cognito, Properties: {UserPool: !Ref P, Trigger: PreSignUp}}
",
        &[
            ("Resources B DependsOn", r#"["FNewPermission"]"#),
            (
                "Resources B Properties NotificationConfiguration LambdaConfigurations",
                r#"[{"Event":"s3:ObjectCreated:*","Function":{"Fn::GetAtt":["F","Arn"]}}]"#,
            ),
            (
                "Resources FNewPermission Properties SourceAccount",
                r#"{"Ref":"AWS::AccountId"}"#,
            ),
            (
                "Resources P Properties LambdaConfig PreSignUp",
                r#"{"Fn::GetAtt":["F","Arn"]}"#,
            ),
            (
                "Resources FCognitoPermission Properties SourceArn",
                r#"{"Fn::GetAtt":["P","Arn"]}"#,
            ),
        ],
    );
}

#[test]
fn connectors_grant_what_their_profile_says() {
    let made = made(
        "\
Resources:
  F:
    Type: AWS::Serverless::Function
    Connectors:
      Store:
        Properties: {Destination: {Id: T}, Permissions: [Read]}
    Properties: {Handler: h, Runtime: r, InlineCode: x}
  T: {Type: AWS::Serverless::SimpleTable}
  Waits: {Type: AWS::SNS::Topic, DependsOn: FStore}
",
    );
    made.clean();
    let policy = made.json("Resources FStorePolicy Properties PolicyDocument");
    assert!(policy.contains("dynamodb:GetItem") && !policy.contains("dynamodb:PutItem"));
    assert_eq!(
        made.json("Resources FStorePolicy Properties Roles"),
        r#"[{"Ref":"FRole"}]"#
    );
    assert_eq!(
        made.json("Resources Waits DependsOn"),
        r#"["FStorePolicy"]"#
    );
    let place = made.place(&made.entry("Resources FStorePolicy").key.origin);
    assert_eq!(place.0, 5);
}

#[test]
fn definitions_of_state_machines_are_lifted_into_substitutions() {
    check(
        "\
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: A
        States: {A: {Type: Task, Resource: !GetAtt F.Arn, End: true}}
      Events:
        Daily: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
",
        &[
            (
                "Resources M Properties DefinitionSubstitutions",
                r#"{"definition_substitution_1":{"Fn::GetAtt":["F","Arn"]}}"#,
            ),
            (
                "Resources M Properties RoleArn",
                r#"{"Fn::GetAtt":["MRole","Arn"]}"#,
            ),
            ("Resources MDaily Properties Target Arn", r#"{"Ref":"M"}"#),
        ],
    );
}

#[test]
fn layers_change_their_id_and_references_follow() {
    let made = made(
        "\
Resources:
  L:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer/, RetentionPolicy: delete}
  F:
    Type: AWS::Serverless::Function
    Properties: {Handler: h, Runtime: r, InlineCode: x, Layers: [!Ref L]}
",
    );
    made.clean();
    let id = made.types()[0].split(' ').next().unwrap().to_owned();
    assert!(id.len() == 11 && id.starts_with('L'), "{id}");
    let layers = made.json("Resources F Properties Layers");
    assert_eq!(layers, format!(r#"[{{"Ref":"{id}"}}]"#));
    let policy = made.json(&format!("Resources {id} DeletionPolicy"));
    assert_eq!(policy, "\"Delete\"");
}

#[test]
fn what_is_wrong_is_said_with_a_place_and_not_lost() {
    let function = |properties: &str| {
        format!(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: h\n      Runtime: r\n      InlineCode: x\n      {properties}\n"
        )
    };
    let event = |event: &str| function(&format!("Events: {{E: {event}}}"));
    for (template, line) in [
        ("A: 1".to_owned(), 1),
        ("Resources: []".to_owned(), 1),
        ("Resources:\n  A: 1".to_owned(), 2),
        (
            "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: no".to_owned(),
            4,
        ),
        (
            "Resources:\n  A:\n    Type: AWS::Serverless::Nothing".to_owned(),
            2,
        ),
        ("Globals: 1\nResources: {}".to_owned(), 1),
        ("Globals:\n  Nothing: {}\nResources: {}".to_owned(), 2),
        (
            "Globals:\n  Function:\n    Policies: []\nResources: {}".to_owned(),
            3,
        ),
        (function("Handel: typo"), 8),
        (function("Events: no"), 8),
        (function("Policies: [{NoSuchPolicy: {}}]"), 8),
        (function("Policies: [{SQSPollerPolicy: {}}]"), 8),
        (function("AutoPublishAlias: !Sub x"), 8),
        (function("DeploymentPreference: {Type: AllAtOnce}"), 8),
        (function("Role: !If [a, b]"), 8),
        (function("FunctionUrlConfig: {AuthType: X}"), 8),
        (event("1"), 8),
        (event("{Type: Nothing}"), 8),
        (
            event("{Type: S3, Properties: {Bucket: name, Events: e}}"),
            8,
        ),
        (event("{Type: Api}"), 8),
        (
            event("{Type: Api, Properties: {Path: /, Method: [get]}}"),
            8,
        ),
        (
            event("{Type: Api, Properties: {Path: /, Method: get, RestApiId: !Ref No}}"),
            8,
        ),
        (
            event("{Type: HttpApi, Properties: {Path: /, Method: get, Auth: {Authorizer: No}}}"),
            8,
        ),
        (event("{Type: Kinesis, Properties: {}}"), 8),
        (event("{Type: Schedule, Properties: []}"), 8),
        (
            "Resources:\n  A: {Type: AWS::Serverless::Api}".to_owned(),
            2,
        ),
        (
            "Resources:\n  A: {Type: AWS::Serverless::Application}".to_owned(),
            2,
        ),
        (
            "Resources:\n  A: {Type: AWS::Serverless::Connector}".to_owned(),
            2,
        ),
        (
            "Resources:\n  A: {Type: AWS::Serverless::GraphQLApi}".to_owned(),
            2,
        ),
        (
            "Resources:\n  A: {Type: AWS::Serverless::WebSocketApi}".to_owned(),
            2,
        ),
    ] {
        let made = made(&template);
        let lines: Vec<u32> = made
            .problems
            .iter()
            .map(|problem| made.sources.line(problem.span))
            .collect();
        assert!(lines.contains(&line), "{template}\n{:?}", made.problems);
        let (_, before) = parse(&template);
        let ids = |node: &Node| -> Vec<Arc<str>> {
            let resources = node.get("Resources").and_then(Node::as_map);
            resources
                .unwrap_or_default()
                .iter()
                .map(|e| e.key.name.clone())
                .collect()
        };
        let after = ids(&made.node);
        assert!(
            ids(&before).iter().all(|id| after.contains(id)),
            "{template}"
        );
    }
}

#[test]
fn an_event_that_is_wrong_does_not_take_the_others_with_it() {
    let made = made(
        "\
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: h
      Runtime: r
      InlineCode: x
      Events:
        Bad: {Type: Api, Properties: {Path: 1}}
        Good: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
",
    );
    assert_eq!(made.problems.len(), 1);
    assert!(made.has("Resources FGood") && made.has("Resources FRole"));
}

#[test]
fn other_transforms_stay() {
    let made =
        made("Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\nResources: {}");
    assert_eq!(made.json("Transform"), r#"["AWS::LanguageExtensions"]"#);
}

#[test]
fn a_generated_id_does_not_push_out_a_written_resource() {
    let made = made(
        "\
Resources:
  FRole: {Type: AWS::SNS::Topic}
  F:
    Type: AWS::Serverless::Function
    Properties: {Handler: h, Runtime: r, InlineCode: x}
",
    );
    assert_eq!(made.json("Resources FRole Type"), "\"AWS::SNS::Topic\"");
    assert_eq!(made.problems.len(), 1);
}

#[test]
fn many_routes_take_no_more_than_their_share() {
    let mut text = String::from(
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: h\n      Runtime: r\n      InlineCode: x\n      Events:\n",
    );
    for index in 0..3000 {
        use std::fmt::Write as _;
        let _ = writeln!(
            text,
            "        E{index}: {{Type: Api, Properties: {{Path: /p{index}, Method: get}}}}"
        );
    }
    let made = made(&text);
    made.clean();
    assert_eq!(made.types().len(), 3000 + 5);
}

#[test]
fn small_templates_do_not_grow_without_bound() {
    use std::fmt::Write as _;
    let function = "    Type: AWS::Serverless::Function\n    Properties: {Handler: h, Runtime: r, CodeUri: .}\n";
    let mut shared = String::from("Globals:\n  Function:\n    Tags:\n");
    for index in 0..2000 {
        let _ = writeln!(shared, "      t{index}: v");
    }
    shared.push_str("Resources:\n");
    for index in 0..2000 {
        let _ = writeln!(shared, "  F{index}:\n{function}");
    }
    let globals = made(&shared);
    assert!(
        globals
            .problems
            .iter()
            .any(|problem| problem.message.contains("too large"))
    );
    assert_eq!(globals.types().len(), 4000);
    let mut loops = String::from("Parameters:\n  A: {Type: String, Default: [!Ref A, !Ref A]}\n");
    let _ = write!(loops, "Resources:\n  F:\n{function}      ");
    let loops = loops.replace("CodeUri: .}", "CodeUri: ., AutoPublishAlias: !Ref A}");
    assert_eq!(made(&loops).problems.len(), 1);
}

fn nodes(node: &mut Node) -> usize {
    let below: usize = match &mut node.data {
        Data::Seq(items) => items.iter_mut().map(nodes).sum(),
        Data::Map(entries) => entries.iter_mut().map(|e| nodes(&mut e.value)).sum(),
        _ => 0,
    };
    below + 1
}

/// Puts other data into the node with a number.
fn mutate(node: &mut Node, number: &mut usize, data: &Data) {
    if *number == 0 {
        node.data = data.clone();
    }
    *number = number.wrapping_sub(1);
    match &mut node.data {
        Data::Seq(items) => items.iter_mut().for_each(|item| mutate(item, number, data)),
        Data::Map(entries) => {
            for entry in entries {
                mutate(&mut entry.value, number, data);
            }
        }
        _ => {}
    }
}

fn any_data() -> impl Strategy<Value = Data> {
    let text = prop_oneof![
        Just(""),
        Just("a"),
        Just("Orders"),
        Just("/p/{x}"),
        Just("${A.B}"),
        Just("ü{"),
        Just("NONE"),
        Just("AWS::Serverless::Function"),
        Just("s3://"),
        Just("{{resolve:"),
        Just("3.0.1"),
    ];
    let leaf = prop_oneof![
        Just(Data::Null),
        any::<bool>().prop_map(Data::Bool),
        text.prop_map(|text| Data::String(Arc::from(text))),
        any::<i16>().prop_map(|n| Data::Number(palisade_syntax::Number {
            value: f64::from(n),
            text: Arc::from(n.to_string()),
        })),
    ];
    let name = prop_oneof![
        Just("Ref"),
        Just("Fn::If"),
        Just("Fn::GetAtt"),
        Just("Fn::Sub"),
        Just("Type"),
        Just("a"),
        Just(""),
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let node = inner.prop_map(|data| Node::new(data, Origin::default()));
        prop_oneof![
            prop::collection::vec(node.clone(), 0..4).prop_map(Data::Seq),
            prop::collection::vec((name.clone(), node), 0..3).prop_map(|entries| {
                let entries = entries
                    .into_iter()
                    .map(|(n, v)| entry(n, v, &Origin::default()));
                Data::Map(entries.collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn nothing_makes_it_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_data()), 1..6),
    ) {
        let (_, mut root) = parse(EVERYTHING);
        for (index, data) in &changes {
            let mut number = index.index(nodes(&mut root));
            mutate(&mut root, &mut number, data);
        }
        let (node, problems) = transform(root.clone(), &SamOptions::default());
        let (again, same) = transform(root, &SamOptions::default());
        prop_assert_eq!(node, again);
        prop_assert_eq!(problems, same);
    }
}
