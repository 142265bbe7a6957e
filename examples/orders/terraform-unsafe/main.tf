# Orders service - API, queue worker, invoices, nightly report, fulfilment

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.7"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "stage" {
  type    = string
  default = "prod"

  validation {
    condition     = contains(["dev", "test", "prod"], var.stage)
    error_message = "The stage is dev, test or prod."
  }
}

variable "db_password" {
  type    = string
  default = "orders-example-Passw0rd"
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "certificate_arn" {
  type = string
}

data "aws_caller_identity" "current" {}

output "api_url" {
  value = aws_api_gateway_stage.orders.invoke_url
}

output "partner_key_id" {
  value = aws_iam_access_key.partner.id
}

output "partner_key_secret" {
  value     = aws_iam_access_key.partner.secret
  sensitive = true
}
