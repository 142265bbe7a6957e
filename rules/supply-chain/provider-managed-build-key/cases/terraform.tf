resource "aws_kms_key" "key" {
  enable_key_rotation = true
}

resource "aws_ecr_repository" "images" { # finding: CKV_AWS_136, ECR.5, ECR_REPOSITORY_CMK_ENCRYPTION_ENABLED
  name = "images"
}

resource "aws_ecr_repository" "kept" {
  name = "kept"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.key.arn
  }
}

resource "aws_codebuild_project" "build" { # finding: CKV_AWS_147
  name         = "build"
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

resource "aws_codebuild_project" "kept" {
  name           = "kept"
  encryption_key = aws_kms_key.key.arn
  service_role   = "arn:aws:iam::123456789012:role/build"

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
