resource "aws_efs_access_point" "everything" { # finding: CKV_AWS_329, EFS.3, EFS_ACCESS_POINT_ENFORCE_ROOT_DIRECTORY, CKV_AWS_330, EFS.4, EFS_ACCESS_POINT_ENFORCE_USER_IDENTITY
  file_system_id = "fs-12345678"
}

resource "aws_efs_access_point" "root" {
  file_system_id = "fs-12345678"
  posix_user {
    uid = 1000
    gid = 1000
  }
  root_directory {
    path = "/" # finding: CKV_AWS_329, EFS.3, EFS_ACCESS_POINT_ENFORCE_ROOT_DIRECTORY
  }
}

resource "aws_efs_access_point" "uploads" {
  file_system_id = "fs-12345678"
  posix_user {
    uid = 1000
    gid = 1000
  }
  root_directory {
    path = "/uploads"
    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "0750"
    }
  }
}
