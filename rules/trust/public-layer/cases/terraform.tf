resource "aws_lambda_layer_version" "common" {
  layer_name = "common"
  s3_bucket  = "layers"
  s3_key     = "common.zip"
}

resource "aws_lambda_layer_version_permission" "everyone" {
  statement_id   = "everyone"
  action         = "lambda:GetLayerVersion"
  layer_name     = aws_lambda_layer_version.common.layer_name
  version_number = aws_lambda_layer_version.common.version
  principal      = "*" # finding
}

resource "aws_lambda_layer_version_permission" "ours" {
  statement_id    = "ours"
  action          = "lambda:GetLayerVersion"
  layer_name      = aws_lambda_layer_version.common.layer_name
  version_number  = aws_lambda_layer_version.common.version
  principal       = "*"
  organization_id = "o-a1b2c3d4e5"
}

resource "aws_lambda_layer_version_permission" "partner" {
  statement_id   = "partner"
  action         = "lambda:GetLayerVersion"
  layer_name     = aws_lambda_layer_version.common.layer_name
  version_number = aws_lambda_layer_version.common.version
  principal      = "210987654321"
}
