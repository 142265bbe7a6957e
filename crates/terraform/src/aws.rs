//! AWS: from the names of Terraform's provider to those of the cloud's own schema.

use crate::Instance;
use palisade_app::{Provider, Resource};
use palisade_core::ResourceRef;

/// How a reference to an attribute of a resource is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    /// It names the resource: a reference.
    Identity,
    /// What is configured, if it is.
    Argument,
    /// Known by the provider only.
    Computed,
}

/// How a reference to an attribute of a resource is to be understood.
pub(crate) fn attribute(_kind: &str, name: &str) -> Attribute {
    match name {
        "arn" | "id" => Attribute::Identity,
        _ => Attribute::Argument,
    }
}

/// The resources of the instances.
pub(crate) fn resources(instances: Vec<Instance>) -> Vec<Resource> {
    instances
        .into_iter()
        .map(|instance| Resource {
            id: instance.address.clone(),
            kind: instance.kind.clone(),
            provider: Provider::Aws,
            properties: instance.arguments,
            attributes: palisade_app::Value::new(
                palisade_app::Data::Map(Default::default()),
                Default::default(),
            ),
            exists: instance.exists,
            origin: instance.origin,
            extent: instance.extent,
            written: ResourceRef {
                address: instance.address,
                kind: instance.kind,
                provider: "aws",
                name: None,
            },
            metadata: None,
            generated: false,
        })
        .collect()
}
