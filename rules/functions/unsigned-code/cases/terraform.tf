resource "aws_lambda_function" "orders" { # finding: CKV_AWS_272
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
  runtime       = "python3.13"
}

resource "aws_lambda_function" "zip" { # finding: CKV_AWS_272
  function_name = "zip"
  role          = "arn:aws:iam::123456789012:role/zip"
  package_type  = "Zip"
}

resource "aws_lambda_function" "signed" {
  function_name           = "signed"
  role                    = "arn:aws:iam::123456789012:role/signed"
  code_signing_config_arn = aws_lambda_code_signing_config.enforced.arn
}

# Images cannot be signed.
resource "aws_lambda_function" "image" {
  function_name = "image"
  role          = "arn:aws:iam::123456789012:role/image"
  package_type  = "Image"
}

resource "aws_lambda_code_signing_config" "warned" {
  allowed_publishers {
    signing_profile_version_arns = [aws_signer_signing_profile.publisher.version_arn]
  }

  policies {
    untrusted_artifact_on_deployment = "Warn" # finding
  }
}

resource "aws_lambda_code_signing_config" "enforced" {
  allowed_publishers {
    signing_profile_version_arns = [aws_signer_signing_profile.publisher.version_arn]
  }

  policies {
    untrusted_artifact_on_deployment = "Enforce"
  }
}

resource "aws_signer_signing_profile" "publisher" {
  platform_id = "AWSLambda-SHA384-ECDSA"
}
