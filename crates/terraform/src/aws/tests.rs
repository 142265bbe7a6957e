//! What the providers' resources become.

use super::table::{FILES, Form, Table, To, parse};
use crate::tests::{application, shown};

mod data;

/// Every resource: its address, its kind, its properties, and what stands beside them.
fn check(text: &str, expected: &[&str]) {
    let (app, problems) = application(&[("main.tf", text)]);
    assert!(problems.is_empty(), "{problems:?}");
    let made: Vec<String> = app
        .resources()
        .map(|resource| {
            let beside = match resource.attributes.entries() {
                [] => String::new(),
                _ => format!(" / {}", shown(&resource.attributes)),
            };
            let properties = shown(&resource.properties);
            format!("{} {} {properties}{beside}", resource.id, resource.kind)
        })
        .collect();
    assert_eq!(made, expected, "{text}");
}

#[test]
fn the_table_is_well_formed() {
    let mut table = Table::default();
    for file in FILES {
        assert_eq!(parse(file, &mut table), Ok(()));
    }
    // Nothing stands behind a form that always applies, in no other file either.
    for (name, found) in &table.types {
        let always = |form: &Form| form.when.is_none() && matches!(form.to, To::Kind(_));
        let first = found.forms.iter().position(always);
        assert!(
            first.is_none_or(|at| at + 1 == found.forms.len()),
            "{name} is told twice"
        );
    }
}

#[test]
fn functions() {
    check(
        r#"
resource "aws_lambda_function" "f" {
  function_name = "orders"
  role          = aws_iam_role.r.arn
  filename      = "build/f.zip"
  reserved_concurrent_executions = -1
  environment {
    variables = { TABLE = "orders" }
  }
  vpc_config {
    subnet_ids         = ["subnet-1"]
    security_group_ids = ["sg-1"]
  }
  file_system_config {
    arn = "arn:fs"
    local_mount_path = "/mnt/a"
  }
  tags = { stage = "dev" }
}
resource "aws_iam_role" "r" {
  name = "r"
}
resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.f.arn
  function_version = aws_lambda_function.f.version
}
resource "aws_lambda_provisioned_concurrency_config" "p" {
  function_name                     = aws_lambda_function.f.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 3
}
resource "aws_lambda_permission" "p" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.f.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.a.execution_arn}/*/GET/orders"
}
resource "aws_api_gateway_rest_api" "a" {
  name = "a"
}
resource "aws_lambda_function_url" "u" {
  function_name      = aws_lambda_function.f.function_name
  authorization_type = "NONE"
  cors {
    allow_origins = ["*"]
  }
}
resource "aws_lambda_function_event_invoke_config" "e" {
  function_name = aws_lambda_alias.live.function_name
  destination_config {
    on_failure {
      destination = "arn:aws:sqs:eu-west-1:123456789012:dead"
    }
  }
}
"#,
        &[
            r#"aws_api_gateway_rest_api.a AWS::ApiGateway::RestApi {Name: "a"} / {CreateBeforeDestroy: false}"#,
            r#"aws_iam_role.r AWS::IAM::Role {RoleName: "r"}"#,
            r#"aws_lambda_alias.live AWS::Lambda::Alias {Name: "live", FunctionName: <${aws_lambda_function.f.Arn}>, FunctionVersion: <${aws_lambda_function.f.Version}>, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 3}}"#,
            r#"aws_lambda_function.f AWS::Lambda::Function {FunctionName: "orders", Role: <${aws_iam_role.r.Arn}>, Code: "build/f.zip", ReservedConcurrentExecutions: -, Environment: {Variables: {TABLE: "orders"}}, VpcConfig: {SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"]}, FileSystemConfigs: [{Arn: "arn:fs", LocalMountPath: "/mnt/a"}], Tags: [{Key: "stage", Value: "dev"}]}"#,
            r#"aws_lambda_function_event_invoke_config.e AWS::Lambda::EventInvokeConfig {FunctionName: <${aws_lambda_function.f.Arn}>, DestinationConfig: {OnFailure: {Destination: "arn:aws:sqs:eu-west-1:123456789012:dead"}}, Qualifier: "$LATEST"}"#,
            r#"aws_lambda_function_url.u AWS::Lambda::Url {TargetFunctionArn: <${aws_lambda_function.f}>, AuthType: "NONE", Cors: {AllowOrigins: ["*"]}}"#,
            r#"aws_lambda_function_url.u.FunctionURLAllowPublicAccess AWS::Lambda::Permission {Action: "lambda:InvokeFunctionUrl", FunctionName: <${aws_lambda_function.f}>, Principal: "*", FunctionUrlAuthType: "NONE"}"#,
            r#"aws_lambda_permission.p AWS::Lambda::Permission {Action: "lambda:InvokeFunction", FunctionName: <${aws_lambda_function.f}>, Principal: "apigateway.amazonaws.com", SourceArn: <arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${aws_api_gateway_rest_api.a}/*/GET/orders>}"#,
        ],
    );
}

#[test]
fn rest_apis() {
    check(
        r#"
resource "aws_api_gateway_rest_api" "a" {
  endpoint_configuration { types = ["REGIONAL"] }
}
resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.a.id
  parent_id   = aws_api_gateway_rest_api.a.root_resource_id
  path_part   = "orders"
}
resource "aws_api_gateway_method" "m" {
  rest_api_id   = aws_api_gateway_rest_api.a.id
  resource_id   = aws_api_gateway_resource.orders.id
  http_method   = "GET"
  authorization = "NONE"
}
resource "aws_api_gateway_integration" "i" {
  rest_api_id             = aws_api_gateway_rest_api.a.id
  resource_id             = aws_api_gateway_method.m.resource_id
  http_method             = aws_api_gateway_method.m.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.f.invoke_arn
}
resource "aws_api_gateway_integration_response" "i" {
  rest_api_id         = aws_api_gateway_rest_api.a.id
  resource_id         = aws_api_gateway_resource.orders.id
  http_method         = aws_api_gateway_method.m.http_method
  status_code         = "200"
  response_parameters = { "method.response.header.Access-Control-Allow-Origin" = "'*'" }
}
resource "aws_lambda_function" "f" {
}
resource "aws_api_gateway_stage" "s" {
  rest_api_id = aws_api_gateway_rest_api.a.id
  stage_name  = "prod"
}
resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.a.id
  stage_name  = aws_api_gateway_stage.s.stage_name
  method_path = "*/*"
  settings {
    logging_level          = "ERROR"
    throttling_rate_limit  = 10
  }
}
resource "aws_api_gateway_method_settings" "one" {
  rest_api_id = aws_api_gateway_rest_api.a.id
  stage_name  = "prod"
  method_path = "orders/GET"
  settings {
    logging_level = "INFO"
  }
}
resource "aws_wafv2_web_acl_association" "w" {
  resource_arn = aws_api_gateway_stage.s.arn
  web_acl_arn  = aws_wafv2_web_acl.w.arn
}
resource "aws_wafv2_web_acl" "w" {
  scope = "REGIONAL"
  default_action {
    allow {}
  }
  rule {
    name     = "bad"
    priority = 1
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
        vendor_name = "AWS"
        rule_action_override {
          name = "Log4JRCE_HEADER"
          action_to_use {
            count {}
          }
        }
      }
    }
  }
}
"#,
        &[
            r#"aws_api_gateway_method.m AWS::ApiGateway::Method {RestApiId: <${aws_api_gateway_rest_api.a}>, ResourceId: <${aws_api_gateway_resource.orders}>, HttpMethod: "GET", AuthorizationType: "NONE", Integration: {Type: "AWS_PROXY", Uri: <arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${aws_lambda_function.f.Arn}/invocations>, IntegrationHttpMethod: "POST", IntegrationResponses: [{StatusCode: "200", ResponseParameters: {method.response.header.Access-Control-Allow-Origin: "'*'"}}]}}"#,
            r#"aws_api_gateway_resource.orders AWS::ApiGateway::Resource {RestApiId: <${aws_api_gateway_rest_api.a}>, ParentId: <${aws_api_gateway_rest_api.a.RootResourceId}>, PathPart: "orders"}"#,
            r#"aws_api_gateway_rest_api.a AWS::ApiGateway::RestApi {EndpointConfiguration: {Types: ["REGIONAL"]}} / {CreateBeforeDestroy: false}"#,
            r#"aws_api_gateway_stage.s AWS::ApiGateway::Stage {RestApiId: <${aws_api_gateway_rest_api.a}>, StageName: "prod", MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", LoggingLevel: "ERROR", ThrottlingRateLimit: 10}, {ResourcePath: "/orders", HttpMethod: "GET", LoggingLevel: "INFO"}]}"#,
            r#"aws_lambda_function.f AWS::Lambda::Function {}"#,
            r#"aws_wafv2_web_acl.w AWS::WAFv2::WebACL {Scope: "REGIONAL", DefaultAction: {Allow: {}}, Rules: [{Name: "bad", Priority: 1, Statement: {ManagedRuleGroupStatement: {Name: "AWSManagedRulesKnownBadInputsRuleSet", VendorName: "AWS", RuleActionOverrides: [{Name: "Log4JRCE_HEADER", ActionToUse: {Count: {}}}]}}, OverrideAction: {None: {}}}]}"#,
            r#"aws_wafv2_web_acl_association.w AWS::WAFv2::WebACLAssociation {ResourceArn: <arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${aws_api_gateway_rest_api.a}/stages/${aws_api_gateway_stage.s}>, WebACLArn: <${aws_wafv2_web_acl.w.Arn}>}"#,
        ],
    );
}

#[test]
fn messaging() {
    check(
        r#"
resource "aws_sqs_queue" "q" {
  name   = "orders"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "sqs:*", Resource = "*" }] })
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3 })
}
resource "aws_sqs_queue" "dead" {
}
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.dead.id
  policy    = <<EOT
{"Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "${aws_sqs_queue.dead.arn}"}]}
EOT
}
resource "aws_sns_topic" "t" {
}
resource "aws_sns_topic_subscription" "s" {
  topic_arn = aws_sns_topic.t.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.q.arn
}
resource "aws_cloudwatch_event_rule" "r" {
  is_enabled          = false
  schedule_expression = "rate(1 day)"
}
resource "aws_cloudwatch_event_target" "t" {
  rule      = aws_cloudwatch_event_rule.r.name
  target_id = "q"
  arn       = aws_sqs_queue.q.arn
}
resource "aws_cloudwatch_event_target" "t2" {
  rule = aws_cloudwatch_event_rule.r.name
  arn  = aws_sns_topic.t.arn
}
resource "aws_cloudwatch_event_bus_policy" "p" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "events:PutEvents", Resource = "*" }] })
}
resource "aws_kinesis_stream" "k" {
  encryption_type = "NONE"
}
resource "aws_kinesis_firehose_delivery_stream" "f" {
  name = "f"
  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.k.arn
    role_arn           = "arn:r"
  }
  server_side_encryption {
    enabled = false
  }
}
resource "aws_kinesis_firehose_delivery_stream" "g" {
  server_side_encryption {
    enabled = true
  }
  extended_s3_configuration {
    bucket_arn = "arn:b"
    processing_configuration {
      enabled = true
      processors {
        type = "Lambda"
        parameters {
          parameter_name  = "LambdaArn"
          parameter_value = "arn:l"
        }
      }
    }
  }
}
resource "aws_msk_cluster" "m" {
  encryption_info {
    encryption_in_transit { client_broker = "PLAINTEXT" }
  }
  logging_info {
    broker_logs {
      s3 { enabled = false }
    }
  }
}
"#,
        &[
            r#"aws_cloudwatch_event_bus_policy.p AWS::Events::EventBusPolicy {Statement: [{Effect: "Allow", Principal: "*", Action: "events:PutEvents", Resource: "*"}]}"#,
            r#"aws_cloudwatch_event_rule.r AWS::Events::Rule {ScheduleExpression: "rate(1 day)", State: "DISABLED", Targets: [{Id: "q", Arn: <${aws_sqs_queue.q.Arn}>}, {Arn: <${aws_sns_topic.t}>}]}"#,
            r#"aws_kinesis_firehose_delivery_stream.f AWS::KinesisFirehose::DeliveryStream {DeliveryStreamName: "f", KinesisStreamSourceConfiguration: {KinesisStreamARN: <${aws_kinesis_stream.k.Arn}>, RoleARN: "arn:r"}, DeliveryStreamType: "KinesisStreamAsSource", DeliveryStreamEncryptionConfigurationInput: -}"#,
            r#"aws_kinesis_firehose_delivery_stream.g AWS::KinesisFirehose::DeliveryStream {DeliveryStreamEncryptionConfigurationInput: {KeyType: "AWS_OWNED_CMK"}, ExtendedS3DestinationConfiguration: {BucketARN: "arn:b", ProcessingConfiguration: {Enabled: true, Processors: [{Type: "Lambda", Parameters: [{ParameterName: "LambdaArn", ParameterValue: "arn:l"}]}]}}, DeliveryStreamType: "DirectPut"}"#,
            r#"aws_kinesis_stream.k AWS::Kinesis::Stream {StreamEncryption: -}"#,
            r#"aws_msk_cluster.m AWS::MSK::Cluster {EncryptionInfo: {EncryptionInTransit: {ClientBroker: "PLAINTEXT"}}, LoggingInfo: {BrokerLogs: {S3: {Enabled: false}}}}"#,
            r#"aws_sns_topic.t AWS::SNS::Topic {}"#,
            r#"aws_sns_topic_subscription.s AWS::SNS::Subscription {TopicArn: <${aws_sns_topic.t}>, Protocol: "sqs", Endpoint: <${aws_sqs_queue.q.Arn}>}"#,
            r#"aws_sqs_queue.dead AWS::SQS::Queue {}"#,
            r#"aws_sqs_queue.q AWS::SQS::Queue {QueueName: "orders", RedrivePolicy: {deadLetterTargetArn: <${aws_sqs_queue.dead.Arn}>, maxReceiveCount: 3}}"#,
            r#"aws_sqs_queue.q.policy AWS::SQS::QueuePolicy {PolicyDocument: {Statement: [{Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: "*"}]}, Queues: [<${aws_sqs_queue.q}>]}"#,
            r#"aws_sqs_queue_policy.q AWS::SQS::QueuePolicy {Queues: [<${aws_sqs_queue.dead}>], PolicyDocument: {Statement: [{Effect: "Allow", Principal: {Service: "sns.amazonaws.com"}, Action: "sqs:SendMessage", Resource: <${aws_sqs_queue.dead.Arn}>}]}}"#,
        ],
    );
}

#[test]
fn identities_keys_and_logs() {
    check(
        r#"
variable "admin" { type = bool }
resource "aws_iam_role" "r" {
  name               = "worker"
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }] })
  inline_policy {
    name   = "own"
    policy = jsonencode({ Statement = [] })
  }
}
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.r.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "logs:*", Resource = "${aws_cloudwatch_log_group.l.arn}:*" }] })
}
resource "aws_iam_policy" "p" {
  name   = "p"
  policy = jsonencode({ Statement = [] })
}
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.r.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_role_policy_attachment" "b" {
  count      = var.admin ? 1 : 0
  role       = "worker"
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
resource "aws_iam_role_policy_attachment" "other" {
  role       = "elsewhere"
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_user" "u" {
  name = "u"
}
resource "aws_iam_user_login_profile" "u" {
  user = aws_iam_user.u.name
}
resource "aws_iam_policy_attachment" "x" {
  name       = "x"
  users      = [aws_iam_user.u.name]
  roles      = [aws_iam_role.r.name]
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
resource "aws_kms_key" "k" {
}
resource "aws_kms_key_policy" "k" {
  key_id = aws_kms_key.k.id
  policy = jsonencode({ Statement = [] })
}
resource "aws_secretsmanager_secret" "s" {
  kms_key_id = aws_kms_key.k.arn
}
resource "aws_secretsmanager_secret_version" "s" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = "hunter2"
}
resource "aws_cloudwatch_log_group" "l" {
  name              = "/aws/lambda/f"
  retention_in_days = 0
  kms_key_id        = aws_kms_key.k.arn
}
resource "aws_cloudtrail" "t" {
  s3_bucket_name = "b"
  event_selector {
    read_write_type = "All"
    data_resource {
      type   = "AWS::Lambda::Function"
      values = ["arn:aws:lambda"]
    }
  }
}
"#,
        &[
            r#"aws_cloudtrail.t AWS::CloudTrail::Trail {S3BucketName: "b", EventSelectors: [{ReadWriteType: "All", DataResources: [{Type: "AWS::Lambda::Function", Values: ["arn:aws:lambda"]}]}], IsLogging: true, IncludeGlobalServiceEvents: true}"#,
            r#"aws_cloudwatch_log_group.l AWS::Logs::LogGroup {LogGroupName: "/aws/lambda/f", RetentionInDays: -, KmsKeyId: <${aws_kms_key.k.Arn}>}"#,
            r#"aws_iam_policy.p AWS::IAM::ManagedPolicy {ManagedPolicyName: "p", PolicyDocument: {Statement: []}}"#,
            r#"aws_iam_role.r AWS::IAM::Role {RoleName: "worker", AssumeRolePolicyDocument: {Statement: [{Effect: "Allow", Principal: {Service: "lambda.amazonaws.com"}, Action: "sts:AssumeRole"}]}, Policies: [{PolicyName: "own", PolicyDocument: {Statement: []}}], ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess", <${aws_iam_policy.p}>, (var.admin is true => "arn:aws:iam::aws:policy/AdministratorAccess" | var.admin is false => -)]}"#,
            r#"aws_iam_role_policy.p AWS::IAM::RolePolicy {RoleName: <${aws_iam_role.r}>, PolicyDocument: {Statement: [{Effect: "Allow", Action: "logs:*", Resource: <arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${aws_cloudwatch_log_group.l}:*>}]}}"#,
            r#"aws_iam_role_policy_attachment.other AWS::IAM::Role {ManagedPolicyArns: [<${aws_iam_policy.p}>]}"#,
            r#"aws_iam_user.u AWS::IAM::User {UserName: "u", ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"], LoginProfile: {PasswordResetRequired: false}}"#,
            r#"aws_kms_key.k AWS::KMS::Key {KeyPolicy: {Statement: []}}"#,
            r#"aws_secretsmanager_secret.s AWS::SecretsManager::Secret {KmsKeyId: <${aws_kms_key.k.Arn}>, SecretString: "hunter2"}"#,
        ],
    );
}

#[test]
fn parts_under_conditions_and_parts_of_nothing() {
    check(
        r#"
variable "logged" { type = bool }
resource "aws_api_gateway_stage" "s" {
  rest_api_id = "a1"
  stage_name  = "prod"
}
resource "aws_api_gateway_method_settings" "s" {
  count       = var.logged ? 1 : 0
  rest_api_id = "a1"
  stage_name  = aws_api_gateway_stage.s.stage_name
  method_path = "*/*"
  settings {
    logging_level = "INFO"
  }
}
resource "aws_api_gateway_rest_api" "a" {
}
resource "aws_api_gateway_rest_api_policy" "a" {
  count       = var.logged ? 1 : 0
  rest_api_id = aws_api_gateway_rest_api.a.id
  policy      = "{\"Statement\": []}"
}
resource "aws_cloudwatch_event_bus" "b" {
  name = "orders"
}
resource "aws_cloudwatch_event_bus_policy" "b" {
  event_bus_name = "orders"
  policy         = "{\"Statement\": []}"
}
resource "aws_iam_role" "never" {
}
resource "aws_iam_role_policy_attachment" "never" {
  count      = 0
  role       = aws_iam_role.never.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
resource "aws_kms_key_policy" "elsewhere" {
  key_id = "1234"
  policy = "{\"Statement\": []}"
}
"#,
        &[
            r#"aws_api_gateway_rest_api.a AWS::ApiGateway::RestApi {Policy: (var.logged is true => {Statement: []} | var.logged is false => -)} / {CreateBeforeDestroy: false}"#,
            r#"aws_api_gateway_stage.s AWS::ApiGateway::Stage {RestApiId: "a1", StageName: "prod", MethodSettings: [(var.logged is true => {ResourcePath: "/*", HttpMethod: "*", LoggingLevel: "INFO"} | var.logged is false => -)]}"#,
            r#"aws_cloudwatch_event_bus.b AWS::Events::EventBus {Name: "orders", Policy: {Statement: []}}"#,
            r#"aws_iam_role.never AWS::IAM::Role {}"#,
            r#"aws_kms_key_policy.elsewhere AWS::KMS::Key {KeyPolicy: {Statement: []}}"#,
        ],
    );
}

#[test]
fn other_providers() {
    check(
        r#"
resource "awscc_sqs_queue" "q" {
  queue_name        = "orders"
  kms_master_key_id = "alias/a"
  redrive_policy    = jsonencode({ maxReceiveCount = 3 })
}
resource "awscc_lambda_function" "f" {
  vpc_config  = { subnet_ids = ["s"] }
  environment = { variables = { my_name = "1" } }
}
resource "azurerm_storage_account" "s" {
  min_tls_version = "TLS1_2"
  network_rules {
    default_action = "Deny"
  }
}
resource "azapi_resource" "r" {
  type = "Microsoft.Web/sites@2022-03-01"
  body = { properties = { httpsOnly = true } }
}
resource "google_storage_bucket" "b" {
  uniform_bucket_level_access = true
}
resource "random_id" "r" {
  byte_length = 4
}
"#,
        &[
            r#"awscc_lambda_function.f AWS::Lambda::Function {VpcConfig: {SubnetIds: ["s"]}, Environment: {Variables: {my_name: "1"}}}"#,
            r#"awscc_sqs_queue.q AWS::SQS::Queue {QueueName: "orders", KmsMasterKeyId: "alias/a", RedrivePolicy: {maxReceiveCount: 3}}"#,
            r#"azapi_resource.r Microsoft.Web/sites {properties: {httpsOnly: true}}"#,
            r#"azurerm_storage_account.s Microsoft.Storage/storageAccounts {minTlsVersion: "TLS1_2", networkRules: [{defaultAction: "Deny"}]}"#,
            r#"google_storage_bucket.b storage.googleapis.com/Bucket {uniformBucketLevelAccess: true}"#,
            r#"random_id.r random_id {byte_length: 4}"#,
        ],
    );
}

#[test]
fn an_open_function_url_lets_everyone_call_it() {
    let text = r#"
resource "aws_lambda_function" "f" {}
resource "aws_lambda_function_url" "open" {
  function_name      = aws_lambda_function.f.function_name
  authorization_type = "NONE"
}
resource "aws_lambda_function_url" "closed" {
  function_name      = aws_lambda_function.f.function_name
  authorization_type = "AWS_IAM"
}
"#;
    let (application, _) = crate::tests::application(&[("main.tf", text)]);
    let made: Vec<_> = application.of_kind("AWS::Lambda::Permission").collect();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].text("Principal"), Some("*"));
    assert_eq!(&*made[0].written.address, "aws_lambda_function_url.open");
}

#[test]
fn what_must_not_be_destroyed_is_kept() {
    let text = r#"
resource "aws_dynamodb_table" "kept" {
  lifecycle { prevent_destroy = true }
}
resource "aws_dynamodb_table" "other" {}
"#;
    let (application, _) = crate::tests::application(&[("main.tf", text)]);
    let policy = |id: &str| {
        let resource = application.resource(id).expect("the table");
        let policy = resource.attributes.get("DeletionPolicy");
        policy.and_then(|p| p.as_text()).map(str::to_owned)
    };
    assert_eq!(policy("aws_dynamodb_table.kept").as_deref(), Some("Retain"));
    assert_eq!(policy("aws_dynamodb_table.other"), None);
}

#[test]
fn the_order_of_replacement_is_told_where_it_matters() {
    let text = r#"
resource "aws_api_gateway_deployment" "first" {
  lifecycle { create_before_destroy = true }
}
resource "aws_api_gateway_deployment" "silent" {}
resource "aws_dynamodb_table" "other" {}
"#;
    let (application, _) = crate::tests::application(&[("main.tf", text)]);
    let order = |id: &str| {
        let resource = application.resource(id).expect("there");
        let order = resource.attributes.get("CreateBeforeDestroy");
        order.and_then(palisade_app::Value::as_bool)
    };
    assert_eq!(order("aws_api_gateway_deployment.first"), Some(true));
    assert_eq!(order("aws_api_gateway_deployment.silent"), Some(false));
    assert_eq!(order("aws_dynamodb_table.other"), None);
}
