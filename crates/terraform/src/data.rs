//! Data sources: what can be told of them without asking the cloud.

mod policy;

use crate::evaluate::{Evaluator, symbol};
use crate::objects::Object;
use palisade_app::{Data, Part, Value};
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
    match (&*object.kind, name) {
        ("aws_caller_identity", "account_id" | "id") => pseudo("AWS::AccountId"),
        ("aws_region", "name" | "id" | "region") => pseudo("AWS::Region"),
        ("aws_partition", "partition" | "id") => pseudo("AWS::Partition"),
        ("aws_partition", "dns_suffix") => pseudo("AWS::URLSuffix"),
        ("aws_iam_policy_document", "json" | "minified_json") => {
            let memo = Arc::from(format!("{address}.json"));
            evaluator.once(&object.frame.locals, &memo, origin, || {
                let arguments = arguments(evaluator, object);
                policy::document(&arguments, origin)
            })
        }
        ("aws_ssm_parameter", "value" | "insecure_value") => {
            stored("ssm", "name", evaluator, object, address, origin)
        }
        ("aws_secretsmanager_secret_version", "secret_string" | "secret_binary") => stored(
            "secretsmanager",
            "secret_id",
            evaluator,
            object,
            address,
            origin,
        ),
        ("template_file", "rendered") => {
            let arguments = arguments(evaluator, object);
            match (arguments.get("template"), arguments.get("vars")) {
                (Some(template), variables) => {
                    let none = Value::new(Data::Null, origin.clone());
                    let values = [template.clone(), variables.cloned().unwrap_or(none)];
                    evaluator.filled("templatestring", &values, origin, &object.scope())
                }
                _ => symbol(Arc::from(format!("{address}.{name}")), false, origin),
            }
        }
        // What is asked with is what is found.
        _ => match object.block().and_then(|block| block.body.get(name)) {
            Some(written) => {
                let memo = Arc::from(format!("{address}.{name}"));
                evaluator.once(&object.frame.locals, &memo, origin, || {
                    evaluator.eval(written, &object.scope())
                })
            }
            None => symbol(Arc::from(format!("{address}.{name}")), false, origin),
        },
    }
}

fn arguments(evaluator: &Evaluator<'_>, object: &Object) -> Value {
    match object.block() {
        Some(block) => evaluator.arguments(&block.body, &object.scope()),
        None => Value::new(Data::Absent, Origin::default()),
    }
}

/// What is looked up in a store at deployment.
fn stored(
    service: &str,
    key: &str,
    evaluator: &Evaluator<'_>,
    object: &Object,
    address: &str,
    origin: &Origin,
) -> Value {
    let arguments = arguments(evaluator, object);
    let key = match arguments.get(key) {
        Some(key) => key.display(),
        None => address.to_owned(),
    };
    let part = Part::Dynamic {
        service: Arc::from(service),
        key: Arc::from(key),
    };
    Value::symbol(part, origin.clone())
}
