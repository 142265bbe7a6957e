resource "aws_msk_cluster" "plain" {
  cluster_name = "plain"
  encryption_info {
    encryption_in_transit {
      client_broker = "TLS_PLAINTEXT" # finding: CKV_AWS_81
      in_cluster    = false           # finding: CKV_AWS_81, MSK.1, MSK_IN_CLUSTER_NODE_REQUIRE_TLS
    }
  }
  client_authentication {
    unauthenticated = true # finding: MSK.6, MSK_UNRESTRICTED_ACCESS_CHECK
  }
}

resource "aws_msk_cluster" "silent" { # finding(all): CKV_AWS_81
  cluster_name = "silent"
}

resource "aws_msk_cluster" "tls" {
  cluster_name = "tls"
  encryption_info {
    encryption_in_transit {
      client_broker = "TLS"
      in_cluster    = true
    }
  }
  client_authentication {
    sasl {
      iam = true
    }
  }
}
