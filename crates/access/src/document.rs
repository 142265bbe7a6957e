//! Policies of an application as policies of `iam`: under given conditions, with the names that the
//! application gives to what they speak of.

use crate::names::Names;
use palisade_app::value::Alternative;
use palisade_app::{Condition, Data, Value, value};
use palisade_core::Origin;
use palisade_iam::{Policy, Syntax, Text, is_symbol, read_symbolic};
use palisade_syntax as syntax;
use std::sync::Arc;

/// Reads the policy that a value is when these conditions hold; nothing when there is none then.
/// What is wrong in it is the linter's business; what can be read of it is kept.
pub(crate) fn policy(value: &Value, when: &[Condition], names: &mut Names<'_>) -> Option<Policy> {
    let parsed = palisade_app::json_text::parse(value);
    let node = node(parsed.as_ref().unwrap_or(value), when, names)?;
    let mut policy = read_symbolic(&node).0;
    for statement in &mut policy.statements {
        for text in &mut statement.actions.patterns {
            if text.written.contains(is_symbol) {
                *text = any_action(text, names);
            }
        }
    }
    Some(policy)
}

/// The name of an action is never one that only deployment makes: what a parameter or another stack
/// gives here is one of those that exist, so it can be any of them.
fn any_action(text: &Text, names: &mut Names<'_>) -> Text {
    let mut known = String::new();
    for c in text.written.chars() {
        known.push(match names.symbols.name(c).cloned() {
            Some(name) => names.symbols.hole(&format!("only known as {name}")),
            None => c.to_ascii_lowercase(),
        });
    }
    let syntax = Syntax {
        wildcards: true,
        variables: false,
    };
    Text::new(known, text.span, syntax)
}

/// The policy of which nothing is known, for this reason.
pub(crate) fn unknown(reason: &str, origin: &Origin, names: &mut Names<'_>) -> Policy {
    read_symbolic(&hole(reason, origin, names)).0
}

/// A value as a tree: symbols and holes for what is not known, alternatives decided by `when`.
fn node(value: &Value, when: &[Condition], names: &mut Names<'_>) -> Option<syntax::Node> {
    let origin = &value.origin;
    let data = match &value.data {
        Data::Absent => return None,
        Data::Null => syntax::Data::Null,
        Data::Bool(known) => syntax::Data::Bool(*known),
        Data::Number(number) => syntax::Data::Number(number.clone()),
        Data::Text(text) => syntax::Data::String(text.clone()),
        Data::Symbolic(parts) => syntax::Data::String(Arc::from(names.text(parts))),
        Data::List(list) => {
            let mut items: Vec<syntax::Node> = Vec::with_capacity(list.items.len());
            for item in &list.items {
                match undecided(item, when) {
                    Some(alternatives) => {
                        let reason = depends(alternatives);
                        for alternative in alternatives {
                            let statement = node(&alternative.value, when, names);
                            items.extend(statement.map(|node| doubted(node, &reason, names)));
                        }
                    }
                    None => items.extend(node(item, when, names)),
                }
            }
            if let Some(reason) = &list.open {
                items.push(hole(&reason.to_string(), origin, names));
            }
            syntax::Data::Seq(items)
        }
        Data::Map(map) => {
            let mut entries = Vec::with_capacity(map.entries.len());
            for entry in &map.entries {
                if let Some(value) = node(&entry.value, when, names) {
                    entries.push(syntax::Entry {
                        key: syntax::Key {
                            name: entry.key.clone(),
                            origin: entry.key_origin.clone(),
                        },
                        value,
                    });
                }
            }
            if let Some(reason) = &map.open {
                entries.push(open_entry(reason, origin, names));
            }
            syntax::Data::Map(entries)
        }
        Data::OneOf(alternatives) => {
            let decided = alternatives.iter().find(|a| when.contains(&a.when));
            return match decided {
                Some(alternative) => node(&alternative.value, when, names),
                None => Some(hole(&depends(alternatives), origin, names)),
            };
        }
        Data::Unknown(reason) => return Some(hole(&reason.to_string(), origin, names)),
    };
    Some(syntax::Node::new(data, origin.clone()))
}

/// The statements that may stand at a place of a list, where the conditions don't decide which: each
/// is known but for whether it is there.
fn undecided<'v>(item: &'v Value, when: &[Condition]) -> Option<&'v [Alternative]> {
    let Data::OneOf(alternatives) = &item.data else {
        return None;
    };
    let decided = alternatives.iter().any(|a| when.contains(&a.when));
    let statements = alternatives
        .iter()
        .all(|a| matches!(a.value.data, Data::Map(_) | Data::Absent));
    (!decided && statements).then_some(alternatives)
}

fn depends(alternatives: &[Alternative]) -> String {
    let first = alternatives.first().map(|a| a.when.to_string());
    format!("depends on whether {}", first.unwrap_or_default())
}

/// A statement that may be there.
fn doubted(mut node: syntax::Node, reason: &str, names: &mut Names<'_>) -> syntax::Node {
    let origin = node.origin.clone();
    if let syntax::Data::Map(entries) = &mut node.data {
        let hole = hole(reason, &origin, names);
        entries.push(syntax::Entry {
            key: syntax::Key {
                name: hole.scalar_text().unwrap_or_default(),
                origin: origin.clone(),
            },
            value: syntax::Node::new(syntax::Data::Null, origin),
        });
    }
    node
}

fn open_entry(reason: &value::Reason, origin: &Origin, names: &mut Names<'_>) -> syntax::Entry {
    let hole = hole(&reason.to_string(), origin, names);
    syntax::Entry {
        key: syntax::Key {
            name: hole.scalar_text().unwrap_or_default(),
            origin: origin.clone(),
        },
        value: syntax::Node::new(syntax::Data::Null, origin.clone()),
    }
}

fn hole(reason: &str, origin: &Origin, names: &mut Names<'_>) -> syntax::Node {
    let hole = names.symbols.hole(reason);
    syntax::Node::string(hole.to_string(), origin.clone())
}
