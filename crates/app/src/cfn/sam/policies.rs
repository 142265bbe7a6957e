//! What stands under `Policies`: statements, policy templates and managed policies. A template must
//! become exactly the statements that SAM deploys for it, at the line of the entry that asked for it.

use super::Ctx;
use super::make::{IntoNode, as_list, conditional, entry, if_arguments, intrinsic, is_no_value};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::{Data, Node, Number};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

/// One template a line: its name, its parameters, its definition.
const TEMPLATES: &str = include_str!("../../../data/sam/policy_templates.txt");
/// One policy a line: its name and the path before it.
const MANAGED: &str = include_str!("../../../data/sam/managed_policies.txt");

/// A policy of a role, ready to be put into it.
pub(super) enum Policy {
    /// A document of statements.
    Statements(Node),
    /// An ARN or a reference to one.
    Managed(Node),
    /// Not understood.
    Unknown(Node),
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Statements,
    Managed,
    Template,
    Unknown,
}

/// The entries of `Policies`, templates already expanded.
pub(super) fn read(ctx: &mut Ctx<'_>, policies: Option<&Node>, owner: &str) -> Vec<Policy> {
    let mut read = Vec::new();
    for policy in policies.map(as_list).unwrap_or_default() {
        read.push(match kind(&policy) {
            Kind::Unknown => Policy::Unknown(policy),
            Kind::Managed => Policy::Managed(managed(ctx, policy)),
            Kind::Statements => Policy::Statements(policy),
            Kind::Template => match branchwise(&policy, |branch| expand(ctx, branch, owner)) {
                Some(document) => Policy::Statements(document),
                None => Policy::Unknown(policy),
            },
        });
    }
    read
}

fn kind(policy: &Node) -> Kind {
    if policy.as_str().is_some() {
        return Kind::Managed;
    }
    if let Some([_, then, otherwise]) = if_arguments(policy) {
        let (first, second) = (kind(then), kind(otherwise));
        return match (is_no_value(then), is_no_value(otherwise)) {
            _ if first == second => first,
            (true, _) => second,
            (_, true) => first,
            _ => Kind::Unknown,
        };
    }
    if let Some((name, _)) = intrinsic(policy) {
        return if name == "Fn::If" {
            Kind::Unknown
        } else {
            Kind::Managed
        };
    }
    if policy.get("Statement").is_some() {
        return Kind::Statements;
    }
    match policy.single() {
        Some(entry) if template(&entry.key.name).is_some() => Kind::Template,
        _ => Kind::Unknown,
    }
}

/// Applies a change to a value, or to both branches of an `Fn::If`.
fn branchwise(policy: &Node, mut change: impl FnMut(&Node) -> Option<Node>) -> Option<Node> {
    let Some([condition, then, otherwise]) = if_arguments(policy) else {
        return change(policy);
    };
    let mut branch = |branch: &Node| {
        if is_no_value(branch) {
            Some(branch.clone())
        } else {
            change(branch)
        }
    };
    let then = branch(then)?;
    let otherwise = branch(otherwise)?;
    Some(conditional(
        &policy.origin,
        condition.clone(),
        then,
        Some(otherwise),
    ))
}

/// The policy document of a role's inline policy: branches of an `Fn::If` are named one by one.
pub(super) fn named(document: &Node, name: &str) -> Node {
    let inline = |document: &Node| {
        let origin = &document.origin;
        Some(super::make::obj!(origin; "PolicyName" => name, "PolicyDocument" => document))
    };
    branchwise(document, inline).unwrap_or_else(|| document.clone())
}

fn managed(ctx: &Ctx<'_>, policy: Node) -> Node {
    let named = branchwise(&policy, |branch| {
        let Some(name) = branch.as_str() else {
            return Some(branch.clone());
        };
        let path = managed_path(name)?;
        let origin = branch.origin.through(
            ViaKind::Transform(Arc::from("the name of a managed policy")),
            branch.origin.span,
        );
        Some(ctx.managed_arn(&path).into_node(&origin))
    });
    named.unwrap_or(policy)
}

/// Path and name of a policy that AWS manages.
fn managed_path(name: &str) -> Option<String> {
    let line = find(MANAGED, name)?;
    Some(format!("{line}{name}"))
}

/// What follows a name and a tab in sorted lines.
pub(super) fn find(lines: &'static str, name: &str) -> Option<&'static str> {
    let (mut from, mut to) = (0, lines.len());
    while from < to {
        let middle = from + (to - from) / 2;
        let start = lines.get(..middle)?.rfind('\n').map_or(0, |at| at + 1);
        let rest = lines.get(start..)?;
        let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
        let (key, value) = line.split_once('\t')?;
        match key.cmp(name) {
            std::cmp::Ordering::Equal => return Some(value),
            std::cmp::Ordering::Less => from = start + line.len() + 1,
            std::cmp::Ordering::Greater => to = start,
        }
    }
    None
}

/// A policy template.
struct Template {
    parameters: &'static str,
    text: &'static str,
    /// The text as a tree, once it is asked for.
    tree: OnceLock<Option<Node>>,
}

fn template(name: &str) -> Option<&'static Template> {
    static ALL: LazyLock<BTreeMap<&str, Template>> = LazyLock::new(|| {
        let line = |line: &'static str| {
            let (name, rest) = line.split_once('\t')?;
            let (parameters, text) = rest.split_once('\t')?;
            let template = Template {
                parameters,
                text,
                tree: OnceLock::new(),
            };
            Some((name, template))
        };
        TEMPLATES.lines().filter_map(line).collect()
    });
    ALL.get(name)
}

impl Template {
    fn tree(&self) -> Option<&Node> {
        let read = || {
            let json = serde_json::from_str(self.text).ok()?;
            Some(from_json(&json, &Origin::default(), &|_| None))
        };
        self.tree.get_or_init(read).as_ref()
    }
}

fn expand(ctx: &mut Ctx<'_>, policy: &Node, owner: &str) -> Option<Node> {
    let asked = policy.single()?;
    let name = &asked.key.name;
    let template = template(name)?;
    let values = &asked.value;
    let span = asked.key.origin.span;
    if values.as_map().is_none() {
        ctx.problem(
            span,
            format!("the policy template `{name}` needs a map of parameters"),
        );
        return None;
    }
    let missing: Vec<&str> = template
        .parameters
        .split_whitespace()
        .filter(|parameter| values.get(parameter).is_none())
        .collect();
    if !missing.is_empty() {
        let missing = missing.join("`, `");
        let message = format!("the policy template `{name}` needs the parameters `{missing}`");
        ctx.problem(span, message);
        return None;
    }
    let what = format!("policy template {name} of {owner}");
    let origin = asked
        .key
        .origin
        .through(ViaKind::Transform(Arc::from(what)), span);
    Some(copied(template.tree()?, &origin, &|node| {
        let ("Ref", name) = intrinsic(node)? else {
            return None;
        };
        let name = name.as_str()?;
        let is_parameter = template.parameters.split_whitespace().any(|p| p == name);
        values.get(name).filter(|_| is_parameter).cloned()
    }))
}

/// The same tree at another origin; `replace` may put another node in a node's place.
fn copied(node: &Node, origin: &Origin, replace: &impl Fn(&Node) -> Option<Node>) -> Node {
    if let Some(other) = replace(node) {
        return other;
    }
    let data = match &node.data {
        Data::Seq(items) => {
            let items = items.iter().map(|item| copied(item, origin, replace));
            Data::Seq(items.collect())
        }
        Data::Map(entries) => {
            let entries = entries.iter().map(|e| {
                let value = copied(&e.value, origin, replace);
                entry(e.key.name.clone(), value, origin)
            });
            Data::Map(entries.collect())
        }
        single => single.clone(),
    };
    Node::new(data, origin.clone())
}

/// JSON of a data set as a node at one origin; `replace` may put another node in a node's place.
pub(super) fn from_json(
    value: &serde_json::Value,
    origin: &Origin,
    replace: &impl Fn(&Node) -> Option<Node>,
) -> Node {
    use serde_json::Value;
    let data = match value {
        Value::Null => Data::Null,
        Value::Bool(value) => Data::Bool(*value),
        Value::Number(number) => Data::Number(Number {
            value: number.as_f64().unwrap_or_default(),
            text: Arc::from(number.to_string()),
        }),
        Value::String(text) => Data::String(Arc::from(text.as_str())),
        Value::Array(items) => {
            let items = items.iter().map(|item| from_json(item, origin, replace));
            Data::Seq(items.collect())
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                entry(name.as_str(), from_json(value, origin, replace), origin)
            });
            Data::Map(fields.collect())
        }
    };
    let node = Node::new(data, origin.clone());
    replace(&node).unwrap_or(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_found_by_its_name() {
        for lines in [
            TEMPLATES,
            MANAGED,
            include_str!("../../../data/sam/connectors.txt"),
            include_str!("../../../data/sam/connector_resources.txt"),
        ] {
            for line in lines.lines() {
                let (name, value) = line.split_once('\t').unwrap();
                assert_eq!(find(lines, name), Some(value), "{name}");
            }
            for name in ["", "A", "~", "AWSLambda", "ZZZ"] {
                assert_eq!(find(lines, name), None);
            }
        }
    }
}
