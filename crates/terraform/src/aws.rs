//! AWS: from the names of Terraform's provider to those of the cloud's own schema.
