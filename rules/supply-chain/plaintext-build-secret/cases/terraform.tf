resource "aws_codebuild_project" "build" {
  name         = "build"
  service_role = "arn:aws:iam::123456789012:role/build"

  artifacts {
    type = "NO_ARTIFACTS"
  }

  source {
    type = "NO_SOURCE"
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"

    environment_variable {
      name  = "NPM_TOKEN"
      value = "83kdk3ldk39dk" # finding
    }

    environment_variable {
      name  = "DATABASE_URL"
      value = "postgres://app:hunter2@db.internal/orders" # finding
    }

    environment_variable {
      name  = "AWS_SECRET_ACCESS_KEY"
      value = "8fK2mQ9xLw3vT7bN1cR5yH0zD4sG6jPaUeXiVo2q" # finding: CodeBuild.2, CODEBUILD_PROJECT_ENVVAR_AWSCRED_CHECK
    }
  }
}

resource "aws_codebuild_project" "kept" {
  name         = "kept"
  service_role = "arn:aws:iam::123456789012:role/build"

  artifacts {
    type = "NO_ARTIFACTS"
  }

  source {
    type = "NO_SOURCE"
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"

    environment_variable {
      name  = "NPM_TOKEN"
      type  = "SECRETS_MANAGER"
      value = "build/npm-token"
    }

    environment_variable {
      name  = "SECRET_NAME"
      value = "build/npm-token"
    }

    environment_variable {
      name  = "STAGE"
      value = "prod"
    }
  }
}
