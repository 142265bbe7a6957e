resource "aws_mq_broker" "open" {
  broker_name         = "open"
  engine_type         = "ActiveMQ"
  publicly_accessible = true # finding: CKV_AWS_69
}

resource "aws_mq_broker" "silent" {
  broker_name = "silent"
  engine_type = "ActiveMQ"
}

resource "aws_mq_broker" "closed" {
  broker_name         = "closed"
  engine_type         = "ActiveMQ"
  publicly_accessible = false
}

resource "aws_msk_cluster" "open" {
  cluster_name = "open"
  broker_node_group_info {
    instance_type = "kafka.m5.large"
    connectivity_info {
      public_access {
        type = "SERVICE_PROVIDED_EIPS" # finding: CKV_AWS_291, MSK.4
      }
    }
  }
}

resource "aws_msk_cluster" "closed" {
  cluster_name = "closed"
  broker_node_group_info {
    instance_type = "kafka.m5.large"
    connectivity_info {
      public_access {
        type = "DISABLED"
      }
    }
  }
}

resource "aws_msk_cluster" "silent" {
  cluster_name = "silent"
  broker_node_group_info {
    instance_type = "kafka.m5.large"
  }
}
