//! `#{AWS::Region}`, `#{Name}` and `#{Name.Attribute}`: how services of versions 1 and 2 write
//! references within texts, with the plugin serverless-pseudo-parameters.

use crate::make::{concat, reference};
use palisade_core::Origin;
use palisade_syntax::{Data, Node};

/// The plugin.
pub(crate) const PLUGIN: &str = "serverless-pseudo-parameters";

/// Puts references in the place of `#{…}`.
pub(crate) fn resolve(node: &mut Node) {
    match &mut node.data {
        Data::String(text) if text.contains("#{") => {
            if let Some(parts) = parts(text, &node.origin) {
                *node = concat(&node.origin, parts);
            }
        }
        Data::Seq(items) => items.iter_mut().for_each(resolve),
        Data::Map(entries) => {
            for entry in entries {
                let text = match (&*entry.key.name, &mut entry.value.data) {
                    ("Fn::Sub", Data::String(text)) => Some(text),
                    ("Fn::Sub", Data::Seq(items)) => match items.first_mut() {
                        Some(Node {
                            data: Data::String(text),
                            ..
                        }) => Some(text),
                        _ => None,
                    },
                    _ => None,
                };
                match text {
                    Some(text) => *text = text.replace("#{", "${").into(),
                    None => resolve(&mut entry.value),
                }
            }
        }
        _ => {}
    }
}

/// The text in parts; nothing when it holds no reference.
fn parts(text: &str, origin: &Origin) -> Option<Vec<Node>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(start) = rest[from..].find("#{").map(|at| from + at) {
        let Some(end) = rest[start..].find('}').map(|at| start + at) else {
            break;
        };
        let name = &rest[start + 2..end];
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.');
        if name.is_empty() || !name.chars().all(fits) {
            from = end;
            continue;
        }
        parts.push(Node::string(&rest[..start], origin.clone()));
        parts.push(match name.split_once('.') {
            Some(_) => crate::make::sub(origin, format!("${{{name}}}")),
            None => reference(origin, name),
        });
        rest = &rest[end + 1..];
        from = 0;
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(Node::string(rest, origin.clone()));
    Some(parts)
}
