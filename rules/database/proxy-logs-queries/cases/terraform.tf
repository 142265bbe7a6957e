resource "aws_db_proxy" "talking" {
  name          = "talking"
  debug_logging = true # finding
}

resource "aws_db_proxy" "silent" {
  name        = "silent"
  require_tls = true
}
