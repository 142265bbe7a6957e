//! A compose file beside or above a service: the parameters that it gives to it.

use crate::make::{at, get, obj};
use palisade_app::{Documents, Files, resolve};
use palisade_core::Origin;
use palisade_syntax::Node;
use std::collections::BTreeMap;
use std::sync::Arc;

const NAMES: [&str; 3] = [
    "serverless-compose.yml",
    "serverless-compose.yaml",
    "serverless-compose.json",
];
/// Folders above the service that are looked into.
const ABOVE: usize = 4;

/// What the nearest compose file gives to the service at a path. Outputs of other services are
/// symbols; the places of the values are not kept, as they belong to another application.
pub(crate) fn parameters(path: &str, files: &dyn Files) -> BTreeMap<Arc<str>, Node> {
    let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for _ in 0..=ABOVE {
        for name in NAMES {
            let compose = if folder.is_empty() {
                name.to_owned()
            } else {
                format!("{folder}/{name}")
            };
            if let Ok(bytes) = files.read(&compose) {
                return of(&compose, &bytes, path, files);
            }
        }
        if folder.is_empty() {
            break;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    BTreeMap::new()
}

fn of(compose: &str, bytes: &[u8], path: &str, files: &dyn Files) -> BTreeMap<Arc<str>, Node> {
    let Ok(root) = Documents::new(files).parse(compose, bytes) else {
        return BTreeMap::new();
    };
    let own = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let services = get(&root, "services")
        .and_then(Node::as_map)
        .unwrap_or_default();
    let service = services.iter().find(|service| {
        let folder = get(&service.value, "path").and_then(Node::as_str);
        folder.is_some_and(|folder| resolve(compose, folder).as_deref() == Some(own))
    });
    let given = service.and_then(|service| at(&service.value, &["params"])?.as_map());
    let origin = Origin::default();
    given
        .unwrap_or_default()
        .iter()
        .map(|entry| {
            let text = entry.value.scalar_text();
            let output = text.as_deref().and_then(|text| {
                let name = text.strip_prefix("${")?.strip_suffix('}')?;
                (!name.contains(':')).then(|| name.to_owned())
            });
            let value = match (output, text) {
                (Some(output), _) => obj!(&origin; "Output" => output),
                (None, Some(text)) => Node::string(text, origin.clone()),
                (None, None) => entry.value.clone(),
            };
            (entry.key.name.clone(), value)
        })
        .collect()
}

/// The name of another service's output, when a parameter is one.
pub(crate) fn output(value: &Node) -> Option<&str> {
    value
        .single()
        .filter(|e| &*e.key.name == "Output")?
        .value
        .as_str()
}
