variable "old_key" {
  default = "AKIAIOSFODNN7EXAMPLE"
}

variable "session" {
  type      = string
  sensitive = true
}

provider "aws" {
  alias      = "west"
  region     = "us-west-2"
  access_key = var.old_key # finding: CKV_AWS_41
  secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" # finding: CKV_AWS_41
  token      = "IQoJb3JpZ2luX2VjEEXAMPLEaAlldS1lYXN0LTEiSDBGAiEAkEYKaRvWq8Gm2tYqVEXAMPLEb0vQx7hJq1mZ3nT5cLkDpR9sWf2yUoXvA6gH" # finding: CKV_AWS_41
}

# An emulator takes anything.
provider "aws" {
  alias                       = "local"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
}

provider "aws" {
  region = "eu-west-1"
  token  = var.session
}

provider "partner" {
  url      = "https://partner.example.com"
  api_key  = "9c41d84e0ab6f2c97f3b2a9c" # finding
  password = "correct-horse-battery" # finding
}

provider "other" {
  token    = var.session
  api_key  = "<your key>"
  password = ""
}

terraform {
  backend "s3" {
    bucket     = "state"
    secret_key = "kJ8sLq2VbN4xZt7RmW9yPc3HdF6gTa1QeU5oXiBv" # finding
  }
}
