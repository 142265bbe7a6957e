resource "aws_kms_key" "silent" { # finding: CKV2_AWS_64
  enable_key_rotation = true
}

resource "aws_kms_key" "inside" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:role/key-admin" }
      Action    = ["kms:Describe*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]
      Resource  = "*"
    }]
  })
}

resource "aws_kms_key" "beside" {
  enable_key_rotation = true
}

resource "aws_kms_key_policy" "beside" {
  key_id = aws_kms_key.beside.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:role/key-admin" }
      Action    = ["kms:Describe*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]
      Resource  = "*"
    }]
  })
}
