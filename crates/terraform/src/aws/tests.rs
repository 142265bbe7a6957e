//! What the providers' resources become.

use super::table::{FILES, Table, parse};
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
        &[],
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
        &[],
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
        &[],
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
        &[],
    );
}
