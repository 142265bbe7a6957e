resource "aws_s3_bucket" "reports" {
  bucket = "reports"
}

resource "aws_s3_bucket_public_access_block" "reports" {
  bucket                  = aws_s3_bucket.reports.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = false
  restrict_public_buckets = false
}

resource "aws_s3_bucket_policy" "reports" {
  bucket = aws_s3_bucket.reports.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_70, CKV_AWS_283, S3.2, S3_BUCKET_PUBLIC_READ_PROHIBITED
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.reports.arn}/*"
    }]
  })
}

resource "aws_s3_bucket" "drop" {
  bucket = "drop"
}

resource "aws_s3_bucket_public_access_block" "drop" {
  bucket            = aws_s3_bucket.drop.id
  block_public_acls = true
}

data "aws_iam_policy_document" "drop" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.drop.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"] # finding: CKV_AWS_70, CKV_AWS_283, S3.3, S3_BUCKET_PUBLIC_WRITE_PROHIBITED
    }
  }
}

resource "aws_s3_bucket_policy" "drop" {
  bucket = aws_s3_bucket.drop.id
  policy = data.aws_iam_policy_document.drop.json
}

resource "aws_s3_bucket" "blocked" {
  bucket = "blocked"
}

resource "aws_s3_bucket_public_access_block" "blocked" {
  bucket                  = aws_s3_bucket.blocked.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "blocked" {
  bucket = aws_s3_bucket.blocked.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.blocked.arn}/*"
      Condition = {
        StringEquals = { "AWS:SourceArn" = "arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE" }
      }
    }]
  })
}

# An access control list that counts, of the bucket itself.
resource "aws_s3_bucket" "avatars" {
  bucket = "avatars"
  acl    = "public-read" # finding: CKV_AWS_20, S3.2, S3_BUCKET_PUBLIC_READ_PROHIBITED
}

resource "aws_s3_bucket_ownership_controls" "avatars" {
  bucket = aws_s3_bucket.avatars.id
  rule {
    object_ownership = "ObjectWriter"
  }
}

resource "aws_s3_bucket_public_access_block" "avatars" {
  bucket              = aws_s3_bucket.avatars.id
  block_public_policy = true
}

# One that stands beside the bucket.
resource "aws_s3_bucket" "open" {
  bucket = "open"
}

resource "aws_s3_bucket_acl" "open" {
  bucket = aws_s3_bucket.open.id
  acl    = "public-read-write" # finding: CKV_AWS_20, CKV_AWS_57, S3.2, S3.3, S3_BUCKET_PUBLIC_READ_PROHIBITED, S3_BUCKET_PUBLIC_WRITE_PROHIBITED
}

resource "aws_s3_bucket_ownership_controls" "open" {
  bucket = aws_s3_bucket.open.id
  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_public_access_block" "open" {
  bucket              = aws_s3_bucket.open.id
  block_public_acls   = false
  block_public_policy = true
  ignore_public_acls  = false
}

resource "aws_s3_bucket" "accounts" {
  bucket = "accounts"
}

resource "aws_s3_bucket_acl" "accounts" {
  bucket = aws_s3_bucket.accounts.id
  acl    = "authenticated-read" # finding: CKV2_AWS_43
}

resource "aws_s3_bucket" "void" {
  bucket = "void"
}

resource "aws_s3_bucket_acl" "void" {
  bucket = aws_s3_bucket.void.id
  acl    = "public-read" # finding(all): CKV_AWS_20
}

resource "aws_s3_bucket_public_access_block" "void" {
  bucket                  = aws_s3_bucket.void.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "private" {
  bucket = "private"
}

resource "aws_s3_bucket_acl" "private" {
  bucket = aws_s3_bucket.private.id
  acl    = "private"
}

# Lists of grants.
resource "aws_s3_bucket" "granted" {
  bucket = "granted"
}

resource "aws_s3_bucket_ownership_controls" "granted" {
  bucket = aws_s3_bucket.granted.id
  rule {
    object_ownership = "ObjectWriter"
  }
}

resource "aws_s3_bucket_public_access_block" "granted" {
  bucket              = aws_s3_bucket.granted.id
  block_public_policy = true
}

resource "aws_s3_bucket_acl" "granted" {
  bucket = aws_s3_bucket.granted.id

  access_control_policy {
    grant { # finding: CKV_AWS_20, S3.2, S3_BUCKET_PUBLIC_READ_PROHIBITED
      permission = "READ"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AllUsers"
      }
    }
    grant { # finding: CKV2_AWS_43, S3.3, S3_BUCKET_PUBLIC_WRITE_PROHIBITED
      permission = "WRITE"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
      }
    }
    grant {
      permission = "READ_ACP"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/s3/LogDelivery"
      }
    }
    grant {
      permission = "FULL_CONTROL"
      grantee {
        type = "CanonicalUser"
        id   = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
      }
    }
    owner {
      id = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
    }
  }
}

resource "aws_s3_bucket" "legacy" {
  bucket = "legacy"

  grant { # finding: CKV_AWS_375, CKV_AWS_57
    type        = "Group"
    permissions = ["READ_ACP", "WRITE"]
    uri         = "http://acs.amazonaws.com/groups/global/AllUsers"
  }
}

resource "aws_s3_bucket" "seen" {
  bucket = "seen"
}

resource "aws_s3_bucket_acl" "seen" {
  bucket = aws_s3_bucket.seen.id
  access_control_policy {
    owner {
      id = "owner"
    }
    grant { # finding: CKV_AWS_375
      permission = "READ_ACP"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AllUsers"
      }
    }
    grant { # finding: CKV2_AWS_43
      permission = "READ"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
      }
    }
    grant {
      permission = "WRITE"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/s3/LogDelivery"
      }
    }
  }
}

resource "aws_s3_bucket" "own_grants" {
  bucket = "own-grants"
}

resource "aws_s3_bucket_acl" "own_grants" {
  bucket = aws_s3_bucket.own_grants.id
  access_control_policy {
    owner {
      id = "owner"
    }
    grant {
      permission = "FULL_CONTROL"
      grantee {
        type = "CanonicalUser"
        id   = "owner"
      }
    }
  }
}

resource "aws_s3_bucket" "given_away" {
  bucket = "given-away"
}

resource "aws_s3_bucket_ownership_controls" "given_away" {
  bucket = aws_s3_bucket.given_away.id
  rule {
    object_ownership = "ObjectWriter"
  }
}

resource "aws_s3_bucket_public_access_block" "given_away" {
  bucket                  = aws_s3_bucket.given_away.id
  block_public_acls       = false
  ignore_public_acls      = false
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_acl" "given_away" {
  bucket = aws_s3_bucket.given_away.id
  access_control_policy {
    grant { # finding: CKV_AWS_20, CKV_AWS_375, CKV_AWS_57, S3.2, S3.3, S3_BUCKET_PUBLIC_READ_PROHIBITED, S3_BUCKET_PUBLIC_WRITE_PROHIBITED
      permission = "FULL_CONTROL"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AllUsers"
      }
    }
  }
}

resource "aws_s3_bucket" "void_grant" {
  bucket = "void_grant"
}

resource "aws_s3_bucket_public_access_block" "void_grant" {
  bucket                  = aws_s3_bucket.void_grant.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_acl" "void_grant" {
  bucket = aws_s3_bucket.void_grant.id
  access_control_policy {
    grant { # finding(all): CKV_AWS_375
      permission = "READ_ACP"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AllUsers"
      }
    }
  }
}

resource "aws_s3_bucket" "handed_on" {
  bucket = "handed-on"
}

resource "aws_s3_bucket_acl" "handed_on" {
  bucket = aws_s3_bucket.handed_on.id
  access_control_policy {
    grant { # finding: CKV_AWS_57
      permission = "WRITE_ACP"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AllUsers"
      }
    }
  }
}
