resource "aws_db_instance" "skipping" {
  engine              = "postgres"
  skip_final_snapshot = true # finding
}

resource "aws_db_instance" "kept" {
  engine                    = "postgres"
  skip_final_snapshot       = false
  final_snapshot_identifier = "orders"
}

resource "aws_db_instance" "silent" {
  engine                    = "postgres"
  final_snapshot_identifier = "orders"
}

resource "aws_rds_cluster" "skipping" {
  engine              = "aurora-mysql"
  skip_final_snapshot = true # finding
}

resource "aws_rds_cluster" "kept" {
  engine                    = "aurora-mysql"
  final_snapshot_identifier = "aurora"
}

resource "aws_docdb_cluster" "skipping" {
  cluster_identifier  = "skipping"
  skip_final_snapshot = true # finding
}

resource "aws_docdb_cluster" "kept" {
  cluster_identifier        = "kept"
  final_snapshot_identifier = "documents"
}

resource "aws_neptune_cluster" "skipping" {
  cluster_identifier  = "skipping"
  skip_final_snapshot = true # finding
}

resource "aws_redshift_cluster" "skipping" {
  cluster_identifier  = "skipping"
  skip_final_snapshot = true # finding
}

resource "aws_neptune_cluster" "kept" {
  cluster_identifier        = "kept"
  final_snapshot_identifier = "graph"
}

resource "aws_redshift_cluster" "kept" {
  cluster_identifier        = "kept"
  final_snapshot_identifier = "warehouse"
}

resource "aws_dynamodb_table" "silent" { # finding
  name     = "silent"
  hash_key = "id"
}

resource "aws_efs_file_system" "silent" { # finding
  encrypted = true
}

resource "aws_dynamodb_table" "kept" {
  name         = "kept"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  lifecycle {
    prevent_destroy = true
  }
}
