//! What the files of the table say, from configuration to resources.

use crate::tests::{application, shown};
use palisade_app::Application;

fn app(text: &str) -> Application {
    let (app, problems) = application(&[("main.tf", text)]);
    assert!(problems.is_empty(), "{problems:?}");
    app
}

/// The resources of a kind with their properties.
#[track_caller]
fn check(app: &Application, kind: &str, expected: &[(&str, &str)]) {
    let found: Vec<(String, String)> = app
        .of_kind(kind)
        .map(|r| (r.id.to_string(), shown(&r.properties)))
        .collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(a, b)| (&**a, &**b)).collect();
    assert_eq!(found, expected);
}

#[test]
fn blocks_about_a_bucket_are_the_bucket() {
    let app = app(r#"
resource "aws_s3_bucket" "b" { bucket = "orders" }
resource "aws_s3_bucket_versioning" "b" {
  bucket = aws_s3_bucket.b.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_server_side_encryption_configuration" "b" {
  bucket = aws_s3_bucket.b.bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "alias/k"
    }
    bucket_key_enabled = true
  }
}
resource "aws_s3_bucket_public_access_block" "b" {
  bucket            = "orders"
  block_public_acls = true
}
resource "aws_s3_bucket_ownership_controls" "b" {
  bucket = aws_s3_bucket.b.id
  rule { object_ownership = "ObjectWriter" }
}
resource "aws_s3_bucket_acl" "b" {
  # By way of another part.
  bucket = aws_s3_bucket_ownership_controls.b.bucket
  acl    = "public-read"
}
"#);
    check(
        &app,
        "AWS::S3::Bucket",
        &[(
            "aws_s3_bucket.b",
            "{BucketName: \"orders\", AccessControl: \"PublicRead\", \
             OwnershipControls: {Rules: [{ObjectOwnership: \"ObjectWriter\"}]}, \
             PublicAccessBlockConfiguration: {BlockPublicAcls: true, IgnorePublicAcls: false, \
             BlockPublicPolicy: false, RestrictPublicBuckets: false}, \
             BucketEncryption: {ServerSideEncryptionConfiguration: [{BucketKeyEnabled: true, \
             ServerSideEncryptionByDefault: {SSEAlgorithm: \"aws:kms\", KMSMasterKeyID: \"alias/k\"}\
             }]}, VersioningConfiguration: {Status: \"Enabled\"}}",
        )],
    );
    assert_eq!(app.resources().count(), 1);
}

#[test]
fn what_a_bucket_does_is_joined_too() {
    let app = app(r#"
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_logging" "b" {
  bucket        = aws_s3_bucket.b.id
  target_bucket = "logs"
  target_prefix = "b/"
}
resource "aws_s3_bucket_lifecycle_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    id     = "all"
    status = "Enabled"
    filter { prefix = "tmp/" }
    expiration { days = 7 }
    abort_incomplete_multipart_upload { days_after_initiation = 1 }
  }
}
resource "aws_s3_bucket_notification" "b" {
  bucket = aws_s3_bucket.b.id
  lambda_function {
    lambda_function_arn = "arn:f"
    events              = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
  }
}
resource "aws_s3_bucket_replication_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  role   = "arn:r"
  rule {
    status = "Enabled"
    destination { bucket = "arn:d" }
  }
}
resource "aws_s3_bucket_website_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  index_document { suffix = "i.html" }
  error_document { key = "e.html" }
}
resource "aws_s3_bucket_cors_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
resource "aws_s3_bucket_object_lock_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = 5
    }
  }
}
"#);
    check(
        &app,
        "AWS::S3::Bucket",
        &[(
            "aws_s3_bucket.b",
            "{CorsConfiguration: {CorsRules: [{AllowedMethods: [\"GET\"], AllowedOrigins: [\"*\"]}]}, \
             LifecycleConfiguration: {Rules: [{Status: \"Enabled\", \
             AbortIncompleteMultipartUpload: {DaysAfterInitiation: 1}, \
             ExpirationInDays: 7, Prefix: \"tmp/\", Id: \"all\"}]}, \
             LoggingConfiguration: {DestinationBucketName: \"logs\", LogFilePrefix: \"b/\"}, \
             NotificationConfiguration: {LambdaConfigurations: [{Function: \"arn:f\", Event: \"s3:ObjectCreated:*\"}, \
             {Function: \"arn:f\", Event: \"s3:ObjectRemoved:*\"}]}, \
             ObjectLockConfiguration: {Rule: {DefaultRetention: {Mode: \"GOVERNANCE\", Days: 5}}, \
             ObjectLockEnabled: \"Enabled\"}, ObjectLockEnabled: true, \
             ReplicationConfiguration: {Role: \"arn:r\", Rules: [{Status: \"Enabled\", Destination: {Bucket: \"arn:d\"}}]}, \
             WebsiteConfiguration: {IndexDocument: \"i.html\", ErrorDocument: \"e.html\"}}",
        )],
    );
}

#[test]
fn old_arguments_of_a_bucket_say_the_same() {
    let app = app(r#"
resource "aws_s3_bucket" "b" {
  acl    = "public-read-write"
  policy = <<-EOT
    {"Statement": [{"Effect": "Deny"}]}
  EOT
  versioning { enabled = true }
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
    }
  }
  lifecycle_rule {
    enabled                                = true
    abort_incomplete_multipart_upload_days = 3
  }
  logging { target_bucket = "logs" }
}
"#);
    check(
        &app,
        "AWS::S3::Bucket",
        &[(
            "aws_s3_bucket.b",
            "{AccessControl: \"PublicReadWrite\", VersioningConfiguration: {Status: \"Enabled\"}, \
             BucketEncryption: {ServerSideEncryptionConfiguration: [{\
             ServerSideEncryptionByDefault: {SSEAlgorithm: \"AES256\"}}]}, \
             LoggingConfiguration: {DestinationBucketName: \"logs\"}, \
             LifecycleConfiguration: {Rules: [{Status: \"Enabled\", \
             AbortIncompleteMultipartUpload: {DaysAfterInitiation: 3}}]}}",
        )],
    );
    check(
        &app,
        "AWS::S3::BucketPolicy",
        &[(
            "aws_s3_bucket.b.policy",
            "{PolicyDocument: {Statement: [{Effect: \"Deny\"}]}, Bucket: <${aws_s3_bucket.b}>}",
        )],
    );
}

#[test]
fn a_policy_stays_a_resource_that_names_its_bucket() {
    let app = app(r#"
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.id
  policy = <<-EOT
    {"Statement": [{"Resource": "${aws_s3_bucket.b.arn}/*"}]}
  EOT
}
"#);
    let policy = app.resource("aws_s3_bucket_policy.b").expect("policy");
    assert!(policy.refers_to("Bucket", "aws_s3_bucket.b"));
    assert_eq!(
        shown(&policy.properties),
        "{Bucket: <${aws_s3_bucket.b}>, PolicyDocument: {Statement: [{Resource: <${aws_s3_bucket.b.Arn}/*>}]}}"
    );
}

#[test]
fn a_part_of_nothing_that_is_seen_stays_by_itself() {
    let app = app(r#"
resource "aws_s3_bucket" "b" { bucket = "one" }
resource "aws_s3_bucket_versioning" "b" {
  bucket = "another"
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_logging" "b" {
  bucket        = "another"
  target_bucket = "logs"
}
"#);
    check(
        &app,
        "AWS::S3::Bucket",
        &[
            ("aws_s3_bucket.b", "{BucketName: \"one\"}"),
            (
                "aws_s3_bucket_versioning.b",
                "{VersioningConfiguration: {Status: \"Enabled\"}}",
            ),
        ],
    );
    let partial: Vec<bool> = (app.of_kind("AWS::S3::Bucket"))
        .map(|bucket| bucket.partial)
        .collect();
    assert_eq!(partial, [false, true]);
    assert_eq!(app.of_kind("aws_s3_bucket_logging").count(), 1);
}

#[test]
fn what_refers_to_a_vault_names_its_arn() {
    let app = app(r#"
resource "aws_backup_vault" "v" { name = "orders" }
resource "aws_sqs_queue" "q" { name = aws_backup_vault.v.arn }
"#);
    let expected = "{QueueName: <${aws_backup_vault.v.BackupVaultArn}>}";
    check(&app, "AWS::SQS::Queue", &[("aws_sqs_queue.q", expected)]);
}

#[test]
fn parts_are_found_by_way_of_a_policy() {
    let app = app(r#"
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.id
  policy = "{}"
}
resource "aws_s3_bucket_ownership_controls" "b" {
  bucket = aws_s3_bucket_policy.b.id
  rule { object_ownership = "BucketOwnerEnforced" }
}
"#);
    check(
        &app,
        "AWS::S3::Bucket",
        &[(
            "aws_s3_bucket.b",
            "{OwnershipControls: {Rules: [{ObjectOwnership: \"BucketOwnerEnforced\"}]}}",
        )],
    );
}

#[test]
fn documents_of_apis_may_be_yaml() {
    let (app, problems) = application(&[
        (
            "main.tf",
            r#"
resource "aws_apigatewayv2_api" "plain" { body = file("api.yaml") }
resource "aws_apigatewayv2_api" "filled" {
  body = templatefile("filled.yaml", { uri = aws_lambda_function.f.invoke_arn })
}
resource "aws_apigatewayv2_api" "text" { body = "no document" }
resource "aws_lambda_function" "f" {}
"#,
        ),
        ("api.yaml", "openapi: 3.0.1\npaths:\n  /a: {}\n"),
        ("filled.yaml", "paths:\n  /a:\n    uri: ${uri}\n"),
    ]);
    assert!(problems.is_empty(), "{problems:?}");
    check(
        &app,
        "AWS::ApiGatewayV2::Api",
        &[
            (
                "aws_apigatewayv2_api.filled",
                "{Body: {paths: {/a: {uri: <arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${aws_lambda_function.f.Arn}/invocations>}}}}",
            ),
            (
                "aws_apigatewayv2_api.plain",
                "{Body: {openapi: \"3.0.1\", paths: {/a: {}}}}",
            ),
            ("aws_apigatewayv2_api.text", "{Body: \"no document\"}"),
        ],
    );
}

#[test]
fn parts_of_the_same_name_in_another_api_are_not_joined() {
    let app = app(r#"
resource "aws_api_gateway_stage" "a" {
  rest_api_id = "a"
  stage_name  = "live"
}
resource "aws_api_gateway_method_settings" "b" {
  rest_api_id = "b"
  stage_name  = "live"
  method_path = "*/*"
  settings { data_trace_enabled = true }
}
"#);
    check(
        &app,
        "AWS::ApiGateway::Stage",
        &[
            (
                "aws_api_gateway_method_settings.b",
                "{MethodSettings: [{ResourcePath: \"/*\", HttpMethod: \"*\", DataTraceEnabled: true}]}",
            ),
            (
                "aws_api_gateway_stage.a",
                "{RestApiId: \"a\", StageName: \"live\"}",
            ),
        ],
    );
}

#[test]
fn each_address_of_a_security_group_is_a_rule() {
    let app = app(r#"
resource "aws_security_group" "g" {
  ingress {
    description     = "web"
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    cidr_blocks     = ["10.0.0.0/8", "0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
    self            = true
  }
}
"#);
    let same = "Description: \"web\", FromPort: 443, ToPort: 443, IpProtocol: \"tcp\"";
    check(
        &app,
        "AWS::EC2::SecurityGroup",
        &[(
            "aws_security_group.g",
            &format!(
                "{{SecurityGroupIngress: [{{{same}, CidrIp: \"10.0.0.0/8\", CidrIpv6: \"::/0\", \
                 SourceSecurityGroupId: <${{aws_security_group.g.GroupId}}>}}, \
                 {{{same}, CidrIp: \"0.0.0.0/0\"}}], \
                 GroupDescription: \"Managed by Terraform\", SecurityGroupEgress: []}}"
            ),
        )],
    );
}

#[test]
fn rules_beside_a_security_group_name_it() {
    let app = app(r#"
resource "aws_security_group" "g" { name = "g" }
resource "aws_security_group_rule" "in" {
  type              = "ingress"
  security_group_id = aws_security_group.g.id
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = ["10.0.0.0/8", "0.0.0.0/0"]
}
resource "aws_security_group_rule" "out" {
  type                     = "egress"
  security_group_id        = aws_security_group.g.id
  protocol                 = "-1"
  from_port                = 0
  to_port                  = 0
  source_security_group_id = aws_security_group.g.id
}
resource "aws_vpc_security_group_ingress_rule" "in" {
  security_group_id = aws_security_group.g.id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id = aws_security_group.g.id
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}
"#);
    let group = "GroupId: <${aws_security_group.g.GroupId}>";
    let first = format!(
        "{{FromPort: 22, ToPort: 22, {group}, IpProtocol: \"tcp\", CidrIp: \"10.0.0.0/8\", Type: \"ingress\"}}"
    );
    let second = first.replace("10.0.0.0/8", "0.0.0.0/0");
    check(
        &app,
        "AWS::EC2::SecurityGroupIngress",
        &[
            ("aws_security_group_rule.in", &first),
            ("aws_security_group_rule.in (2)", &second),
            (
                "aws_vpc_security_group_ingress_rule.in",
                &format!(
                    "{{IpProtocol: \"tcp\", FromPort: 80, ToPort: 80, {group}, CidrIp: \"0.0.0.0/0\"}}"
                ),
            ),
        ],
    );
    check(
        &app,
        "AWS::EC2::SecurityGroupEgress",
        &[
            (
                "aws_security_group_rule.out",
                &format!(
                    "{{FromPort: 0, ToPort: 0, {group}, IpProtocol: \"-1\", \
                     DestinationSecurityGroupId: <${{aws_security_group.g.GroupId}}>, Type: \"egress\"}}"
                ),
            ),
            (
                "aws_vpc_security_group_egress_rule.out",
                &format!("{{IpProtocol: \"-1\", {group}, CidrIpv6: \"::/0\"}}"),
            ),
        ],
    );
}

#[test]
fn entries_of_a_network_acl_are_resources() {
    let app = app(r#"
resource "aws_network_acl" "n" {
  subnet_ids = ["s-1"]
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 22
    to_port    = 22
    cidr_block = "0.0.0.0/0"
  }
}
"#);
    check(
        &app,
        "AWS::EC2::NetworkAclEntry",
        &[(
            "aws_network_acl.n.ingress",
            "{RuleNumber: 100, RuleAction: \"allow\", Protocol: \"6\", CidrBlock: \"0.0.0.0/0\", \
             PortRange: {From: 22, To: 22}, NetworkAclId: <${aws_network_acl.n}>, Egress: false}",
        )],
    );
    check(
        &app,
        "AWS::EC2::SubnetNetworkAclAssociation",
        &[(
            "aws_network_acl.n.subnet_ids",
            "{SubnetId: \"s-1\", NetworkAclId: <${aws_network_acl.n}>}",
        )],
    );
}

#[test]
fn a_last_snapshot_is_what_becomes_of_a_database() {
    let app = app(r#"
resource "aws_db_instance" "kept" {}
resource "aws_db_instance" "gone" { skip_final_snapshot = true }
"#);
    let policy = |id: &str| {
        let found = app.resource(id).expect("database");
        shown(&found.attributes)
    };
    assert_eq!(
        policy("aws_db_instance.kept"),
        "{DeletionPolicy: \"Snapshot\"}"
    );
    assert_eq!(
        policy("aws_db_instance.gone"),
        "{DeletionPolicy: \"Delete\"}"
    );
}

#[test]
fn parameters_and_logs_are_maps_by_their_names() {
    let app = app(r#"
resource "aws_db_parameter_group" "p" {
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}
resource "aws_opensearch_domain" "d" {
  log_publishing_options {
    log_type                 = "AUDIT_LOGS"
    cloudwatch_log_group_arn = "arn:l"
  }
  domain_endpoint_options { tls_security_policy = "p" }
}
"#);
    check(
        &app,
        "AWS::RDS::DBParameterGroup",
        &[(
            "aws_db_parameter_group.p",
            "{Parameters: {rds.force_ssl: \"1\"}}",
        )],
    );
    check(
        &app,
        "AWS::OpenSearchService::Domain",
        &[(
            "aws_opensearch_domain.d",
            "{DomainEndpointOptions: {TLSSecurityPolicy: \"p\", EnforceHTTPS: true}, \
             LogPublishingOptions: {AUDIT_LOGS: {CloudWatchLogsLogGroupArn: \"arn:l\", Enabled: true}}}",
        )],
    );
}

#[test]
fn what_cloudformation_has_no_property_for_is_kept() {
    let app = app(r#"
resource "aws_secretsmanager_secret_version" "v" {
  secret_id     = "orders/elsewhere"
  secret_string = "x"
}
resource "aws_s3_bucket" "b" {
  grant {
    type        = "Group"
    uri         = "all"
    permissions = ["READ", "WRITE"]
  }
}
resource "aws_s3_bucket_acl" "b" {
  bucket = aws_s3_bucket.b.id
  access_control_policy {
    grant {
      permission = "READ_ACP"
      grantee {
        type = "Group"
        uri  = "some"
      }
    }
  }
}
resource "aws_default_security_group" "d" {}
"#);
    check(
        &app,
        "AWS::SecretsManager::SecretVersion",
        &[(
            "aws_secretsmanager_secret_version.v",
            "{SecretId: \"orders/elsewhere\", SecretString: \"x\"}",
        )],
    );
    check(
        &app,
        "AWS::S3::Bucket",
        &[(
            "aws_s3_bucket.b",
            "{AccessControlPolicy: {Grants: [\
{Permission: \"READ\", Grantee: {Type: \"Group\", URI: \"all\"}}, \
{Permission: \"WRITE\", Grantee: {Type: \"Group\", URI: \"all\"}}, \
{Permission: \"READ_ACP\", Grantee: {Type: \"Group\", URI: \"some\"}}]}}",
        )],
    );
    check(
        &app,
        "AWS::EC2::SecurityGroup",
        &[(
            "aws_default_security_group.d",
            "{GroupName: \"default\", \
GroupDescription: \"default VPC security group\", SecurityGroupEgress: []}",
        )],
    );
}
