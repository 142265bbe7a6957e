resource "aws_config_configuration_recorder" "some" {
  name     = "some"
  role_arn = "arn:aws:iam::123456789012:role/config"

  recording_group {
    all_supported  = false # finding: CKV2_AWS_48, CKV2_AWS_45, Config.1
    resource_types = ["AWS::S3::Bucket"]
  }
}

resource "aws_config_configuration_recorder" "regional" {
  name     = "regional"
  role_arn = "arn:aws:iam::123456789012:role/config"

  recording_group {
    all_supported                 = true
    include_global_resource_types = false # finding: CKV2_AWS_48, CKV2_AWS_45, Config.1
  }
}

resource "aws_config_delivery_channel" "history" {
  name           = "history"
  s3_bucket_name = "config-history"
  depends_on     = [aws_config_configuration_recorder.all]
}

resource "aws_config_configuration_aggregator" "organisation" {
  name = "organisation"

  organization_aggregation_source {
    role_arn    = "arn:aws:iam::123456789012:role/config"
    all_regions = false # finding: CKV_AWS_121
    regions     = ["eu-central-1"]
  }
}

resource "aws_config_configuration_aggregator" "listed" {
  name = "listed"

  account_aggregation_source { # finding: CKV_AWS_121
    account_ids = ["123456789012"]
    regions     = ["eu-central-1"]
  }
}

# What is kept.
resource "aws_config_configuration_recorder" "all" {
  name     = "all"
  role_arn = "arn:aws:iam::123456789012:role/config"

  recording_group {
    all_supported                 = true
    include_global_resource_types = true
  }
}

resource "aws_config_configuration_aggregator" "everywhere" {
  name = "everywhere"

  organization_aggregation_source {
    role_arn    = "arn:aws:iam::123456789012:role/config"
    all_regions = true
  }
}

resource "aws_config_configuration_aggregator" "accounts" {
  name = "accounts"

  account_aggregation_source {
    account_ids = ["123456789012"]
    all_regions = true
  }
}
