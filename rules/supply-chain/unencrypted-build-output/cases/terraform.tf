resource "aws_codebuild_project" "build" {
  name         = "build"
  service_role = "arn:aws:iam::123456789012:role/build"

  source {
    type = "NO_SOURCE"
  }

  artifacts {
    type                = "S3"
    location            = "releases"
    encryption_disabled = true # finding: CKV_AWS_78, CODEBUILD_PROJECT_ARTIFACT_ENCRYPTION
  }

  secondary_artifacts {
    artifact_identifier = "reports"
    type                = "S3"
    location            = "reports"
    encryption_disabled = true # finding: CKV_AWS_78, CODEBUILD_PROJECT_ARTIFACT_ENCRYPTION
  }

  logs_config {
    s3_logs {
      status              = "ENABLED"
      location            = "logs/build"
      encryption_disabled = true # finding: CKV_AWS_311, CodeBuild.3, CODEBUILD_PROJECT_S3_LOGS_ENCRYPTED
    }
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
}

resource "aws_codebuild_project" "kept" {
  name         = "kept"
  service_role = "arn:aws:iam::123456789012:role/build"

  source {
    type = "NO_SOURCE"
  }

  artifacts {
    type     = "S3"
    location = "releases"
  }

  secondary_artifacts {
    artifact_identifier = "reports"
    type                = "S3"
    location            = "reports"
    encryption_disabled = false
  }

  logs_config {
    s3_logs {
      status   = "ENABLED"
      location = "logs/build"
    }
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
}

resource "aws_codebuild_project" "check" {
  name         = "check"
  service_role = "arn:aws:iam::123456789012:role/build"

  source {
    type = "NO_SOURCE"
  }

  artifacts {
    type                = "NO_ARTIFACTS"
    encryption_disabled = true
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
}
