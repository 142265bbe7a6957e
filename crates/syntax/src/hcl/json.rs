//! JSON syntax: objects under the names of blocks are blocks, texts are templates.

use super::{Attribute, Block, Body, Expr, ExprKind, Name};
use crate::{Data, Entry, Node};
use palisade_core::Span;

/// How many labels the blocks of a file have.
fn labels(kind: &str) -> Option<usize> {
    Some(match kind {
        "resource" | "data" | "ephemeral" => 2,
        "variable" | "output" | "module" | "provider" | "check" => 1,
        "locals" | "terraform" | "moved" | "import" | "removed" => 0,
        _ => return None,
    })
}

/// The body of a file.
pub(super) fn body(root: &Node) -> Body {
    let mut body = Body {
        mixed: true,
        ..Body::default()
    };
    for node in objects(root) {
        for entry in node.as_map().unwrap_or_default() {
            match labels(&entry.key.name) {
                Some(count) => blocks(entry, count, &mut body.blocks),
                // Comments, as the JSON syntax has them.
                None if &*entry.key.name == "//" => {}
                None => body.attributes.push(attribute(entry)),
            }
        }
    }
    body
}

/// An object, or the objects of a list.
fn objects(node: &Node) -> &[Node] {
    node.as_seq().unwrap_or(std::slice::from_ref(node))
}

fn blocks(entry: &Entry, count: usize, into: &mut Vec<Block>) {
    let mut found: Vec<(Vec<Name>, &Node)> = vec![(Vec::new(), &entry.value)];
    for _ in 0..count {
        let mut deeper = Vec::new();
        for (labels, node) in found {
            for node in objects(node) {
                for entry in node.as_map().unwrap_or_default() {
                    let mut labels = labels.clone();
                    labels.push(name(entry));
                    deeper.push((labels, &entry.value));
                }
            }
        }
        found = deeper;
    }
    for (labels, node) in found {
        for node in objects(node) {
            let entries = node.as_map().unwrap_or_default();
            into.push(Block {
                kind: name(entry),
                body: Body {
                    attributes: (entries.iter())
                        .filter(|entry| &*entry.key.name != "//")
                        .map(attribute)
                        .collect(),
                    blocks: Vec::new(),
                    mixed: true,
                },
                span: whole(&labels, node),
                labels: labels.clone(),
            });
        }
    }
}

/// From the last label to the end.
fn whole(labels: &[Name], node: &Node) -> Span {
    let span = node.origin.span;
    match labels.last() {
        Some(label) if label.span.file == span.file => {
            Span::new(span.file, label.span.range().start, span.range().end)
        }
        _ => span,
    }
}

fn name(entry: &Entry) -> Name {
    Name {
        text: entry.key.name.clone(),
        span: entry.key.origin.span,
    }
}

fn attribute(entry: &Entry) -> Attribute {
    Attribute {
        name: name(entry),
        value: expr(&entry.value),
    }
}

fn expr(node: &Node) -> Expr {
    let span = node.origin.span;
    let kind = match &node.data {
        Data::Null => ExprKind::Null,
        Data::Bool(value) => ExprKind::Bool(*value),
        Data::Number(number) => ExprKind::Number(number.clone()),
        Data::String(text) => return template(span, text),
        Data::Seq(items) => ExprKind::List(items.iter().map(expr).collect()),
        Data::Map(entries) => {
            let entries = entries.iter().map(|entry| {
                let key = template(entry.key.origin.span, &entry.key.name);
                (key, expr(&entry.value))
            });
            ExprKind::Map(entries.collect())
        }
    };
    Expr { kind, span }
}

/// A text is a template; one that is not well-formed stands for itself.
fn template(span: Span, text: &str) -> Expr {
    let plain = || Expr {
        kind: ExprKind::Text(text.into()),
        span,
    };
    if !text.contains("${") && !text.contains("%{") {
        return plain();
    }
    super::native::template(span, text).unwrap_or_else(|_| plain())
}
