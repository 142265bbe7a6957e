//! Data sources: what can be told of them without asking the cloud.

mod policy;

use crate::evaluate::{Evaluator, symbol};
use crate::folders::between;
use crate::objects::Object;
use palisade_app::{Data, Part, Value, resolve};
use palisade_core::Origin;
use palisade_iam::Catalogue;
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
        ("aws_iam_policy", "arn" | "id" | "policy") => managed(evaluator, object, name, origin)
            .unwrap_or_else(|| argument(evaluator, object, address, name, origin)),
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
        // An archive is known by the folder that is packed: the code that functions are read from.
        ("archive_file", "output_path") => archived(evaluator, object, address, origin)
            .unwrap_or_else(|| argument(evaluator, object, address, name, origin)),
        // What is asked with is what is found.
        _ => argument(evaluator, object, address, name, origin),
    }
}

/// What is known of a policy that AWS manages, by its name or ARN.
fn managed(
    evaluator: &Evaluator<'_>,
    object: &Object,
    name: &str,
    origin: &Origin,
) -> Option<Value> {
    let arguments = arguments(evaluator, object);
    let known = |name: &str| Catalogue::builtin().managed_policy_named(name);
    if name == "policy" {
        let what = arguments.get("arn").or_else(|| arguments.get("name"))?;
        let document = Catalogue::builtin().managed_policy(what.as_text()?)?;
        return Some(Value::text(document, origin.clone()));
    }
    if arguments.get("arn").is_some() {
        return arguments.get("arn").cloned();
    }
    let policy = known(arguments.get("name")?.as_text()?)?;
    let path = policy.path.as_deref()?;
    let parts = [
        Part::Literal(Arc::from("arn:")),
        Part::Pseudo(Arc::from("AWS::Partition")),
        Part::Literal(Arc::from(format!(":iam::aws:policy{path}{}", policy.name))),
    ];
    Some(Value::new(Data::Symbolic(Arc::from(parts)), origin.clone()))
}

/// The value that a data source is written with.
fn argument(
    evaluator: &Evaluator<'_>,
    object: &Object,
    address: &str,
    name: &str,
    origin: &Origin,
) -> Value {
    match object.block().and_then(|block| block.body.get(name)) {
        Some(written) => {
            let memo = Arc::from(format!("{address}.{name}"));
            evaluator.once(&object.frame.locals, &memo, origin, || {
                evaluator.eval(written, &object.scope())
            })
        }
        None => symbol(Arc::from(format!("{address}.{name}")), false, origin),
    }
}

/// The folder that an archive is made of, relative to the folder of its module, whose files say it.
fn archived(
    evaluator: &Evaluator<'_>,
    object: &Object,
    address: &str,
    origin: &Origin,
) -> Option<Value> {
    let path = |name: &str| {
        let value = argument(evaluator, object, address, name, origin);
        let path = resolve(&format!("{}/_", evaluator.root), value.as_text()?)?;
        Some((path, value.origin))
    };
    let (folder, origin) = path("source_dir").or_else(|| {
        let (file, origin) = path("source_file")?;
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        Some((folder.to_owned(), origin))
    })?;
    let way = between(&object.frame.module.folder, &folder);
    Some(Value::text(way, origin))
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
