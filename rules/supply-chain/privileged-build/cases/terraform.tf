resource "aws_codebuild_project" "privileged" {
  name         = "privileged"
  service_role = "arn:aws:iam::123456789012:role/build"

  source {
    type = "NO_SOURCE"
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/standard:7.0"
    type            = "LINUX_CONTAINER"
    privileged_mode = true # finding: CKV_AWS_316, CODEBUILD_PROJECT_ENVIRONMENT_PRIVILEGED_CHECK
  }
}

resource "aws_codebuild_project" "unsaid" {
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

resource "aws_codebuild_project" "off" {
  name         = "off"
  service_role = "arn:aws:iam::123456789012:role/build"

  source {
    type = "NO_SOURCE"
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/standard:7.0"
    type            = "LINUX_CONTAINER"
    privileged_mode = false
  }
}
