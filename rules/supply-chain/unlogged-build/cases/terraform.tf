resource "aws_codebuild_project" "unlogged" {
  name         = "unlogged"
  service_role = "arn:aws:iam::123456789012:role/build"

  source {
    type = "NO_SOURCE"
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  logs_config {
    cloudwatch_logs {
      status = "DISABLED" # finding: CKV_AWS_314, CodeBuild.4, CODEBUILD_PROJECT_LOGGING_ENABLED
    }
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
}

# Nothing is said, and CodeBuild logs to CloudWatch.
resource "aws_codebuild_project" "unsaid" { # finding(all): CKV_AWS_314, CodeBuild.4, CODEBUILD_PROJECT_LOGGING_ENABLED
  name         = "unsaid"
  service_role = "arn:aws:iam::123456789012:role/build"

  source {
    type = "NO_SOURCE"
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
}

resource "aws_codebuild_project" "logged" {
  name         = "logged"
  service_role = "arn:aws:iam::123456789012:role/build"

  source {
    type = "NO_SOURCE"
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  logs_config {
    cloudwatch_logs {
      group_name = "builds"
    }
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
}

resource "aws_codebuild_project" "to_bucket" {
  name         = "to-bucket"
  service_role = "arn:aws:iam::123456789012:role/build"

  source {
    type = "NO_SOURCE"
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  logs_config {
    cloudwatch_logs {
      status = "DISABLED"
    }

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
