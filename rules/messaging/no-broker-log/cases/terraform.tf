resource "aws_mq_broker" "silent" { # finding: CKV_AWS_48, CKV_AWS_197, MQ.2
  broker_name = "silent"
  engine_type = "ActiveMQ"
}

resource "aws_mq_broker" "off" {
  broker_name = "off"
  engine_type = "ActiveMQ"
  logs {
    general = false # finding: CKV_AWS_48
    audit   = false # finding: CKV_AWS_197, MQ.2
  }
}

resource "aws_mq_broker" "on" {
  broker_name = "on"
  engine_type = "ActiveMQ"
  logs {
    general = true
    audit   = true
  }
}

# RabbitMQ writes no audit log.
resource "aws_mq_broker" "rabbit" {
  broker_name = "rabbit"
  engine_type = "RabbitMQ"
  logs {
    general = true
  }
}

resource "aws_msk_cluster" "silent" { # finding: CKV_AWS_80
  cluster_name = "silent"
}

resource "aws_msk_cluster" "on" {
  cluster_name = "on"
  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = "clicks"
      }
    }
  }
}
