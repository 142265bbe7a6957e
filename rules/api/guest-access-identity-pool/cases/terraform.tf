resource "aws_cognito_identity_pool" "visitors" {
  identity_pool_name               = "visitors"
  allow_unauthenticated_identities = true # finding: CKV_AWS_366, Cognito.2
}

resource "aws_cognito_identity_pool_roles_attachment" "visitors" {
  identity_pool_id = aws_cognito_identity_pool.visitors.id

  roles = {
    unauthenticated = "arn:aws:iam::123456789012:role/guests"
  }
}

resource "aws_cognito_identity_pool" "customers" {
  identity_pool_name               = "customers"
  allow_unauthenticated_identities = false
}

resource "aws_cognito_identity_pool" "untold" {
  identity_pool_name = "untold"
}
