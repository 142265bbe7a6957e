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

  default_tags {
    tags = {
      application         = "orders"
      environment         = var.stage
      data-classification = "confidential"
    }
  }
}

variable "stage" {
  type = string

  validation {
    condition     = contains(["dev", "test", "prod"], var.stage)
    error_message = "The stage is dev, test or prod."
  }
}

variable "certificate_arn" {
  type        = string
  description = "ACM certificate of the API's domain"
}

variable "invoice_sender_role_arn" {
  type        = string
  description = "The only role that may put invoices into the bucket"
}

variable "security_email" {
  type        = string
  description = "Receives the alarms"
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

data "aws_availability_zones" "here" {
  state = "available"
}

data "aws_ec2_managed_prefix_list" "dynamodb" {
  name = "com.amazonaws.${local.region}.dynamodb"
}

locals {
  account        = data.aws_caller_identity.current.account_id
  partition      = data.aws_partition.current.partition
  region         = data.aws_region.current.region
  invoice_bucket = "orders-invoices-${var.stage}-${local.account}"
  trail          = "arn:${local.partition}:cloudtrail:${local.region}:${local.account}:trail/orders-${var.stage}"
}

output "api_url" {
  value = "https://${aws_api_gateway_domain_name.orders.domain_name}"
}
