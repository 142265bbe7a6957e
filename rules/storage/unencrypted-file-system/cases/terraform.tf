resource "aws_efs_file_system" "silent" { # finding: CKV_AWS_42, EFS.1, EFS_ENCRYPTED_CHECK
  creation_token = "silent"
}

resource "aws_efs_file_system" "off" {
  encrypted = false # finding: CKV_AWS_42, EFS.1, EFS_ENCRYPTED_CHECK
}

resource "aws_efs_file_system" "on" {
  encrypted = true
}
