# Parts of what others made. Behind `says`: the rules that speak of the line, of all rules.

variable "role" {}
data "aws_iam_role" "d" { name = "deploy" }
resource "aws_iam_role_policy_attachment" "literal" {
  role       = "known-role"
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # says: broad-managed-policy
}
resource "aws_iam_role_policy_attachment" "data" {
  role       = data.aws_iam_role.d.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_policy" "p" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] }) # says: every-action, unbound-permissions
}
resource "aws_iam_role_policy_attachment" "fine" {
  role       = var.role
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}
resource "aws_iam_user_policy_attachment" "u" {
  user       = "bob"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess" # says: broad-managed-policy, policy-on-user
}
resource "aws_iam_group_policy_attachment" "g" {
  group      = "admins"
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # says: broad-managed-policy
}
resource "aws_iam_policy_attachment" "all" {
  name       = "all"
  users      = ["bob"]
  policy_arn = "arn:aws:iam::aws:policy/IAMFullAccess" # says: broad-managed-policy, policy-on-user, privilege-escalation
}
resource "aws_iam_user_login_profile" "u" { # says: console-password
  user = "bob"
}
resource "aws_iam_user_policy" "u" {
  user   = var.role # says: policy-on-user
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] }) # says: every-action
}
resource "aws_kms_key_policy" "k" {
  key_id = var.role
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] }) # says: public-resource
}
resource "aws_ecr_repository_policy" "k" {
  repository = var.role
  policy     = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "ecr:*" }] }) # says: full-control-policy, public-resource
}
resource "aws_secretsmanager_secret_version" "v" {
  secret_id     = var.role
  secret_string = "correct-horse-battery9" # says: literal-secret
}
resource "aws_s3_bucket_acl" "a" {
  bucket = var.role
  acl    = "public-read" # says: public-bucket
}
resource "aws_s3_bucket_public_access_block" "a" { # says: incomplete-public-access-block
  bucket              = var.role
  block_public_acls   = false
  block_public_policy = true
}
resource "aws_s3_bucket_versioning" "a" {
  bucket = var.role
  versioning_configuration { status = "Suspended" } # says: no-versioning
}
resource "aws_s3_bucket_server_side_encryption_configuration" "a" {
  bucket = var.role
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" } # says: provider-managed-data-key
  }
}
resource "aws_s3_bucket_cors_configuration" "a" {
  bucket = var.role
  cors_rule {
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["*"]
  }
}
resource "aws_s3_bucket_website_configuration" "a" {
  bucket = var.role
  index_document { suffix = "index.html" }
}
resource "aws_api_gateway_method_settings" "s" { # says: no-execution-log, unencrypted-api-cache
  rest_api_id = var.role
  stage_name  = "prod"
  method_path = "*/*"
  settings {
    data_trace_enabled = true # says: bodies-in-logs
    caching_enabled    = true
  }
}
resource "aws_api_gateway_rest_api_policy" "s" {
  rest_api_id = var.role
  policy     = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "execute-api:Invoke", Resource = "*" }] })
}
resource "aws_efs_backup_policy" "s" {
  file_system_id = var.role
  backup_policy { status = "DISABLED" } # says: no-database-backup
}
resource "aws_opensearch_domain_policy" "s" {
  domain_name = var.role
  access_policies     = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "es:*", Resource = "*" }] }) # says: public-search-domain
}
resource "aws_backup_vault_policy" "s" {
  backup_vault_name = var.role
  policy     = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "backup:*", Resource = "*" }] }) # says: full-control-policy, public-resource
}
resource "aws_efs_file_system_policy" "s" {
  file_system_id = var.role
  policy     = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "elasticfilesystem:*", Resource = "*" }] }) # says: public-resource
}
resource "aws_dynamodb_resource_policy" "s" {
  resource_arn = var.role
  policy     = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "dynamodb:*", Resource = "*" }] }) # says: full-control-policy, open-event-source, public-resource
}
resource "aws_ssoadmin_managed_policy_attachment" "s" {
  instance_arn = var.role
  permission_set_arn = var.role
  managed_policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # says: broad-managed-policy
}
resource "aws_s3_bucket_ownership_controls" "a" {
  bucket = var.role
  rule { object_ownership = "ObjectWriter" } # says: bucket-acls
}
resource "aws_s3_bucket_lifecycle_configuration" "a" {
  bucket = var.role
  rule { # says: no-bucket-lifecycle
    id     = "old"
    status = "Enabled"
    expiration { days = 90 }
  }
}
