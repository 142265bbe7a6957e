//! What SAM itself knows of parameters and mappings: where it decides by a value (an alias name, a
//! deployment preference), a `Ref` to a parameter counts as the parameter's value. Everything else is
//! left for the evaluator. Nothing is guessed: a parameter without a value stays a reference.

use super::SamOptions;
use super::make::{IntoNode, intrinsic};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::{Data, Node};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values of parameters, and the mappings.
#[derive(Debug, Default)]
pub(super) struct Params<'a> {
    values: BTreeMap<String, Node>,
    mappings: Option<&'a Node>,
}

impl<'a> Params<'a> {
    /// The given values, then the defaults of the template.
    pub(super) fn new(
        declared: Option<&Node>,
        mappings: Option<&'a Node>,
        options: &SamOptions,
    ) -> Self {
        let mut values = options.parameters.clone();
        let declared = declared.and_then(Node::as_map);
        for entry in declared.unwrap_or_default() {
            let default = entry.value.get("Default");
            if let Some(default) = default.filter(|default| default.scalar_text().is_some()) {
                values
                    .entry(entry.key.name.to_string())
                    .or_insert_with(|| default.clone());
            }
        }
        for (name, value) in [
            ("AWS::Region", &options.region),
            ("AWS::Partition", &options.partition),
        ] {
            if let Some(value) = value {
                values
                    .entry(name.to_owned())
                    .or_insert_with(|| value.into_node(&Origin::default()));
            }
        }
        Self { values, mappings }
    }

    /// The value with every known parameter put in its place.
    pub(super) fn resolve(&self, node: &Node) -> Node {
        let mut node = node.clone();
        self.resolve_mut(&mut node);
        node
    }

    /// Puts every known parameter in its place. What is put there is not looked into again, so that
    /// the work stays in proportion to the template.
    pub(super) fn resolve_mut(&self, node: &mut Node) {
        if let Some(value) = self.parameter(node) {
            *node = value;
            return;
        }
        if let Some(("Fn::Sub", _)) = intrinsic(node)
            && let Some(argument) = node.get_mut("Fn::Sub")
        {
            let template = match &mut argument.data {
                Data::Seq(items) => items.first_mut(),
                _ => Some(argument),
            };
            if let Some(Node {
                data: Data::String(text),
                ..
            }) = template
            {
                *text = self.substitute(text).into();
            }
        }
        match &mut node.data {
            Data::Seq(items) => {
                for item in items {
                    self.resolve_mut(item);
                }
            }
            Data::Map(entries) => {
                for entry in entries {
                    self.resolve_mut(&mut entry.value);
                }
            }
            _ => {}
        }
    }

    fn parameter(&self, node: &Node) -> Option<Node> {
        let ("Ref", name) = intrinsic(node)? else {
            return None;
        };
        let name = name.as_str()?;
        let value = self.values.get(name)?;
        let mut value = value.clone();
        value.origin = value
            .origin
            .through(ViaKind::Parameter(Arc::from(name)), node.origin.span);
        Some(value)
    }

    /// `${Name}` of a text with the known parameters put in.
    fn substitute(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            match self.values.get(name).and_then(Node::scalar_text) {
                Some(value) => out.push_str(&value),
                None => {
                    out.push_str("${");
                    out.push_str(name);
                    out.push('}');
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// The value with parameters and, at its top, a look-up in a mapping resolved.
    pub(super) fn decide(&self, node: &Node) -> Node {
        let resolved = self.resolve(node);
        self.mapping(&resolved).unwrap_or(resolved)
    }

    fn mapping(&self, node: &Node) -> Option<Node> {
        let ("Fn::FindInMap", arguments) = intrinsic(node)? else {
            return None;
        };
        let [map, top, second] = arguments.as_seq()? else {
            return None;
        };
        let map = map.as_str()?;
        let mut value = self
            .mappings?
            .get(map)?
            .get(&top.scalar_text()?)?
            .get(&second.scalar_text()?)
            .filter(|value| value.scalar_text().is_some())?
            .clone();
        value.origin = value
            .origin
            .through(ViaKind::Mapping(Arc::from(map)), node.origin.span);
        Some(value)
    }
}
