resource "aws_ecr_repository" "off" {
  name = "off"

  image_scanning_configuration {
    scan_on_push = false # finding: CKV_AWS_163, ECR.1, ECR_PRIVATE_IMAGE_SCANNING_ENABLED
  }
}

resource "aws_ecr_repository" "unsaid" { # finding(all): CKV_AWS_163, ECR.1, ECR_PRIVATE_IMAGE_SCANNING_ENABLED
  name = "unsaid"
}

resource "aws_ecr_repository" "on" {
  name = "on"

  image_scanning_configuration {
    scan_on_push = true
  }
}
