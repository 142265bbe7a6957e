resource "aws_s3_bucket" "open" {
  bucket = "open"
}

resource "aws_s3_bucket_versioning" "open" {
  bucket = aws_s3_bucket.open.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "open" {
  bucket = aws_s3_bucket.open.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "${aws_s3_bucket.open.arn}/*"
    }]
  })
}

resource "aws_lambda_function" "pay" {
  function_name = "pay"
  role          = "arn:aws:iam::123456789012:role/pay"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  s3_bucket     = aws_s3_bucket.open.id # finding
  s3_key        = "pay.zip"
}

# Others can't write.
resource "aws_s3_bucket" "own" {
  bucket = "own"
}

resource "aws_lambda_function" "own" {
  function_name = "own"
  role          = "arn:aws:iam::123456789012:role/pay"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  s3_bucket     = aws_s3_bucket.own.bucket # finding(all)
  s3_key        = "own.zip"
}

# What is kept.
resource "aws_s3_bucket" "kept" {
  bucket = "kept"
}

resource "aws_s3_bucket_versioning" "kept" {
  bucket = aws_s3_bucket.kept.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_lambda_function" "kept" {
  function_name     = "kept"
  role              = "arn:aws:iam::123456789012:role/pay"
  handler           = "index.handler"
  runtime           = "nodejs22.x"
  s3_bucket         = aws_s3_bucket.kept.id
  s3_key            = "kept.zip"
  s3_object_version = "3sL4kqtJlcpXroDTDmJ"
}
