//! Reading and changing API definitions (Swagger 2 and `OpenAPI` 3) in their place. A path or a method
//! may stand under a condition (`Fn::If`); whatever is said of it is then said of each branch. It must
//! never change a definition that the person wrote beyond what SAM adds to it.

use super::make::{given, is_no_value, map_under, obj, reference, truthy};
use super::resources::Resources;
use palisade_core::Origin;
use palisade_syntax::{Data, Entry, Node};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The method that stands for all others.
pub(super) const ANY: &str = "x-amazon-apigateway-any-method";
/// The key of an integration.
pub(super) const INTEGRATION: &str = "x-amazon-apigateway-integration";
/// Keys of a path that are no methods.
const NOT_METHODS: [&str; 3] = ["summary", "description", "parameters"];

/// Where the paths of an API's definition stand, so that many routes are found quickly.
#[derive(Debug, Default)]
pub(super) struct PathIndex(BTreeMap<Arc<str>, BTreeMap<Arc<str>, usize>>);

impl PathIndex {
    /// The item of a path in an API's own definition; `make` puts it there if it is missing.
    pub(super) fn item<'a>(
        &mut self,
        resources: &'a mut Resources,
        api: &str,
        path: &str,
        make: Option<&Origin>,
    ) -> Option<&'a mut Node> {
        let body = resources.get_mut(api)?.get_mut("Properties")?;
        let paths = body.get_mut("DefinitionBody")?.get_mut("paths")?;
        let entries = paths.as_map_mut()?;
        let index = self.0.entry(Arc::from(api)).or_insert_with(|| {
            let places = entries.iter().enumerate();
            places.map(|(at, e)| (e.key.name.clone(), at)).collect()
        });
        let at = match (index.get(path), make) {
            (Some(at), _) => *at,
            (None, None) => return None,
            (None, Some(origin)) => {
                index.insert(Arc::from(path), entries.len());
                entries.push(super::make::entry(path, obj!(origin;), origin));
                entries.len() - 1
            }
        };
        entries.get_mut(at).map(|entry| &mut entry.value)
    }
}

/// An empty Swagger definition.
pub(super) fn swagger(origin: &Origin) -> Node {
    let title = reference(origin, "AWS::StackName");
    obj!(origin;
        "swagger" => "2.0",
        "info" => obj!(origin; "version" => "1.0", "title" => title),
        "paths" => obj!(origin;),
    )
}

/// An empty `OpenAPI` definition.
pub(super) fn openapi(origin: &Origin) -> Node {
    let title = reference(origin, "AWS::StackName");
    obj!(origin;
        "openapi" => "3.0.1",
        "info" => obj!(origin; "version" => "1.0", "title" => title),
        "paths" => obj!(origin;),
    )
}

/// Whether a version is `3`, `3.x` or `3.x.y`.
pub(super) fn is_version_3(version: &Node) -> bool {
    let Some(version) = version.scalar_text() else {
        return false;
    };
    let mut parts = version.split('.');
    let first = parts.next() == Some("3");
    let rest: Vec<&str> = parts.collect();
    let digit = |part: &&str| part.len() == 1 && part.as_bytes()[0].is_ascii_digit();
    first && matches!(rest.len(), 1 | 2) && rest.iter().all(digit)
}

/// Whether it is a definition that SAM can work on.
pub(super) fn is_valid(body: &Node, swagger_too: bool) -> bool {
    if body
        .get("paths")
        .is_none_or(|paths| paths.as_map().is_none())
    {
        return false;
    }
    (swagger_too && given(body, "swagger").is_some())
        || given(body, "openapi").is_some_and(is_version_3)
}

/// The name of a method as a definition has it.
pub(super) fn method_name(method: &str) -> String {
    let method = method.to_lowercase();
    if method == "any" {
        ANY.to_owned()
    } else {
        method
    }
}

/// A path as it stands in an ARN: parameters become stars.
pub(super) fn arn_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, tail)) if is_parameter(name) => {
                out.push('*');
                rest = tail;
            }
            _ => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_parameter(name: &str) -> bool {
    let name = name.strip_suffix('+').unwrap_or(name);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !name.is_empty() && name.chars().all(allowed)
}

/// A value, or the branches of the condition that it stands under.
pub(super) fn branches(node: &Node) -> Vec<&Node> {
    match node.get("Fn::If").and_then(Node::as_seq) {
        Some(arguments) => arguments
            .iter()
            .skip(1)
            .filter(|branch| !is_no_value(branch))
            .collect(),
        None => vec![node],
    }
}

/// A value, or the branches of the condition that it stands under, to change them.
pub(super) fn branches_mut(node: &mut Node) -> Vec<&mut Node> {
    if node.get("Fn::If").and_then(Node::as_seq).is_none() {
        return vec![node];
    }
    match node.get_mut("Fn::If").map(|arguments| &mut arguments.data) {
        Some(Data::Seq(arguments)) => arguments
            .iter_mut()
            .skip(1)
            .filter(|branch| !is_no_value(branch))
            .collect(),
        _ => Vec::new(),
    }
}

/// Adds a method to every branch of a path.
pub(super) fn add_method(item: &mut Node, method: &str, origin: &Origin) -> bool {
    let method = method_name(method);
    let mut understood = true;
    for branch in branches_mut(item) {
        if branch.as_map().is_none() {
            understood = false;
        } else if branch.get(&method).is_none() {
            branch.insert(method.as_str(), obj!(origin;));
        }
    }
    understood
}

fn is_integrated(definition: &Node) -> bool {
    given(definition, INTEGRATION).is_some()
}

/// Whether every branch of a path has the method with an integration.
pub(super) fn has_integration(item: &Node, method: &str) -> bool {
    let method = method_name(method);
    let integrated = |branch: &&Node| {
        let definition = branch.get(&method);
        definition.is_some_and(|definition| branches(definition).into_iter().any(is_integrated))
    };
    let mut all = branches(item).into_iter();
    all.all(|branch| integrated(&branch))
}

/// Does something to every definition of a method that has an integration.
pub(super) fn each_definition(item: &mut Node, method: &str, mut act: impl FnMut(&mut Node)) {
    let method = method_name(method);
    for branch in branches_mut(item) {
        let Some(definition) = branch.get_mut(&method) else {
            continue;
        };
        for definition in branches_mut(definition) {
            if is_integrated(definition) {
                act(definition);
            }
        }
    }
}

/// Does something to every integrated method of every path.
pub(super) fn each_method(body: &mut Node, mut act: impl FnMut(&str, &mut Node)) {
    let paths = body.get_mut("paths").and_then(Node::as_map_mut);
    for path in paths.into_iter().flatten() {
        for branch in branches_mut(&mut path.value) {
            for Entry { key, value } in branch.as_map_mut().into_iter().flatten() {
                if NOT_METHODS.contains(&&*key.name) {
                    continue;
                }
                let method = method_name(&key.name);
                for definition in branches_mut(value) {
                    if is_integrated(definition) {
                        act(&method, definition);
                    }
                }
            }
        }
    }
}

/// The items of a method's `security`.
pub(super) fn security(definition: &Node) -> Vec<Node> {
    let security = definition.get("security").and_then(Node::as_seq);
    security.map(<[Node]>::to_vec).unwrap_or_default()
}

/// Sets a method's `security`; an empty list changes nothing.
pub(super) fn set_security(definition: &mut Node, security: Vec<Node>, origin: &Origin) {
    if !security.is_empty() {
        definition.insert("security", Node::seq(security, origin.clone()));
    }
}

/// Whether one of a security item's keys is among the names.
pub(super) fn names_any(security: &Node, names: impl Fn(&str) -> bool) -> bool {
    let entries = security.as_map().unwrap_or_default();
    entries.iter().any(|entry| names(&entry.key.name))
}

/// Adds a security definition unless one of its name is there.
pub(super) fn define_security(body: &mut Node, name: &str, definition: Node, origin: &Origin) {
    if let Some(definitions) = map_under(body, "securityDefinitions", origin)
        && definitions.get(name).is_none()
    {
        definitions.insert(name, definition);
    }
}

/// The definition of requests signed for IAM.
pub(super) fn iam_security(origin: &Origin) -> Node {
    obj!(origin;
        "x-amazon-apigateway-authtype" => "awsSigv4",
        "type" => "apiKey",
        "name" => "Authorization",
        "in" => "header",
    )
}

/// The definition of API keys.
pub(super) fn key_security(origin: &Origin) -> Node {
    obj!(origin; "type" => "apiKey", "name" => "x-api-key", "in" => "header")
}

/// Whether the definition says something under a key.
pub(super) fn has(body: &Node, key: &str) -> bool {
    body.get(key).is_some_and(truthy)
}
