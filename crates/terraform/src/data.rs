//! Data sources: what can be told of them without asking the cloud.

use crate::evaluate::{Evaluator, symbol};
use crate::objects::Object;
use palisade_app::{Part, Value};
use palisade_core::Origin;
use std::sync::Arc;

/// What an attribute of a data source gives.
pub(crate) fn attribute(
    evaluator: &Evaluator<'_>,
    object: &Object,
    address: &str,
    name: &str,
    origin: &Origin,
) -> Value {
    let pseudo = |name: &str| Value::symbol(Part::Pseudo(Arc::from(name)), origin.clone());
    let _ = evaluator;
    match (&*object.kind, name) {
        ("aws_caller_identity", "account_id" | "id") => pseudo("AWS::AccountId"),
        ("aws_region", "name" | "id" | "region") => pseudo("AWS::Region"),
        ("aws_partition", "partition" | "id") => pseudo("AWS::Partition"),
        ("aws_partition", "dns_suffix") => pseudo("AWS::URLSuffix"),
        _ => symbol(Arc::from(format!("{address}.{name}")), false, origin),
    }
}
