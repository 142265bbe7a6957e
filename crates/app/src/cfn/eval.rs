//! Expressions of CloudFormation to values: every intrinsic function, under the assumptions of
//! the branch that it stands on.

use super::scope::{Assumptions, Scope, undeclared};
use super::text::substitution;
use crate::combine::{MAX_ALTERNATIVES, concat, literal, one_of, spread};
use crate::value::{Condition, Data, Entry, List, Map, Part, Reason, ReasonKind, Value};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::{Data as NodeData, Node};
use std::sync::Arc;

/// Values are nested at most this deep; templates themselves are limited further.
const MAX_DEPTH: usize = 200;

/// A function of our own, by which other front ends say what can't be known: a list of the name of
/// the kind of reason and what exactly. See [`unknown`].
const UNKNOWN: &str = "Fn::Palisade::Unknown";

/// A node that becomes an unknown value. Beside other entries of a map it makes the map open.
#[must_use]
pub fn unknown(reason: &Reason, origin: &Origin) -> Node {
    let texts = [reason.kind.as_str(), &reason.detail];
    let texts = texts.map(|text| Node::string(text, origin.clone()));
    let argument = Node::seq(texts.into(), origin.clone());
    Node::map([(UNKNOWN, argument)], origin.clone())
}

/// Whether a node was made by [`unknown`], and why.
#[must_use]
pub fn why_unknown(node: &Node) -> Option<Reason> {
    let entry = node.single()?;
    (&*entry.key.name == UNKNOWN).then(|| unknown_reason(&entry.value))
}

fn unknown_reason(argument: &Node) -> Reason {
    let text = |i: usize| argument.as_seq().and_then(|texts| texts.get(i)?.as_str());
    let kind = ReasonKind::named(text(0).unwrap_or_default()).unwrap_or(ReasonKind::Function);
    Reason::new(kind, text(1).unwrap_or("not known"))
}

impl Scope<'_> {
    /// The value of an expression.
    pub(super) fn eval(&self, node: &Node, assumed: &Assumptions) -> Value {
        self.value(node, assumed, 0)
    }

    fn value(&self, node: &Node, assumed: &Assumptions, depth: usize) -> Value {
        let origin = &node.origin;
        if depth > MAX_DEPTH {
            let reason = Reason::new(ReasonKind::Limit, "nested too deeply to be followed");
            return Value::unknown(reason, origin.clone());
        }
        if let Some(tag) = &node.tag {
            let reason = Reason::new(ReasonKind::Function, format!("unknown tag `!{tag}`"));
            return Value::unknown(reason, origin.clone());
        }
        match &node.data {
            NodeData::Null => Value::new(Data::Null, origin.clone()),
            NodeData::Bool(value) => Value::new(Data::Bool(*value), origin.clone()),
            NodeData::Number(number) => Value::new(Data::Number(number.clone()), origin.clone()),
            NodeData::String(text) => literal(text, origin),
            NodeData::Seq(nodes) => {
                let mut items = Vec::with_capacity(nodes.len());
                let values = nodes
                    .iter()
                    .map(|node| self.value(node, assumed, depth + 1));
                items.extend(values.filter(|item| item.data != Data::Absent));
                Value::new(Data::List(List { items, open: None }), origin.clone())
            }
            NodeData::Map(entries) => {
                if let [entry] = entries.as_slice()
                    && (entry.key.name.starts_with("Fn::") || &*entry.key.name == "Ref")
                {
                    return self.function(
                        &entry.key.name,
                        &entry.value,
                        origin,
                        assumed,
                        depth + 1,
                    );
                }
                let mut map = Map {
                    entries: Vec::with_capacity(entries.len()),
                    open: None,
                };
                for entry in entries {
                    if &*entry.key.name == UNKNOWN {
                        map.open = Some(unknown_reason(&entry.value));
                        continue;
                    }
                    if &*entry.key.name == "Fn::Transform" {
                        map.open = Some(Reason::new(
                            ReasonKind::Macro,
                            "a macro adds to this at deployment",
                        ));
                        continue;
                    }
                    map.entries.push(Entry {
                        key: entry.key.name.clone(),
                        key_origin: entry.key.origin.clone(),
                        value: self.value(&entry.value, assumed, depth + 1),
                    });
                }
                Value::new(Data::Map(map), origin.clone())
            }
        }
    }

    fn function(
        &self,
        name: &str,
        argument: &Node,
        origin: &Origin,
        assumed: &Assumptions,
        depth: usize,
    ) -> Value {
        let unknown =
            |kind, detail: String| Value::unknown(Reason::new(kind, detail), origin.clone());
        let misused = || {
            unknown(
                ReasonKind::Function,
                format!("`{name}` is used in a way that is not understood"),
            )
        };
        let arguments = argument.as_seq().unwrap_or_default();
        let eval = |node: &Node| self.value(node, assumed, depth);
        match name {
            "Ref" => argument
                .as_str()
                .map_or_else(misused, |target| self.reference(target, origin, assumed)),
            "Fn::GetAtt" => self.attribute(argument, origin, assumed, depth),
            "Fn::Sub" => match (argument.as_str(), arguments) {
                (Some(text), _) => self.sub(text, None, origin, assumed, depth),
                (None, [text, variables]) => match text.as_str() {
                    Some(text) => self.sub(text, Some(variables), origin, assumed, depth),
                    None => misused(),
                },
                (None, [text]) => match text.as_str() {
                    Some(text) => self.sub(text, None, origin, assumed, depth),
                    None => misused(),
                },
                _ => misused(),
            },
            "Fn::Join" => {
                let [delimiter, items] = arguments else {
                    return misused();
                };
                let delimiter = delimiter.scalar_text().unwrap_or_else(|| Arc::from(""));
                spread(eval(items), &mut |items| join(&delimiter, items, origin))
            }
            "Fn::If" => {
                let [condition, yes, no] = arguments else {
                    return misused();
                };
                let Some(condition) = condition.scalar_text() else {
                    return misused();
                };
                if !self.conditions.contains_key(&condition) {
                    return unknown(
                        ReasonKind::Undeclared,
                        format!("condition `{condition}` is not declared"),
                    );
                }
                match self.condition(&condition, assumed) {
                    Some(true) => eval(yes),
                    Some(false) => eval(no),
                    None => one_of(
                        [(true, yes), (false, no)]
                            .into_iter()
                            .map(|(holds, node)| {
                                let assumed = self.assume(&condition, holds, assumed);
                                let when = Condition::Named {
                                    name: condition.clone(),
                                    holds,
                                };
                                (when, self.value(node, &assumed, depth))
                            })
                            .collect(),
                        origin,
                    ),
                }
            }
            "Fn::Select" => {
                let [index, items] = arguments else {
                    return misused();
                };
                let Some(index) = eval(index).as_number().filter(|n| *n >= 0.0 && *n < 1e6) else {
                    return unknown(ReasonKind::Parameter, "the index is not known".to_owned());
                };
                spread(eval(items), &mut |items| select(&items, index, origin))
            }
            "Fn::Split" => {
                let [delimiter, text] = arguments else {
                    return misused();
                };
                let delimiter = delimiter.scalar_text().unwrap_or_else(|| Arc::from(""));
                spread(eval(text), &mut |text| split(&delimiter, &text, origin))
            }
            "Fn::FindInMap" => self.find_in_map(arguments, origin, assumed, depth),
            // What a person wrote is what a rule wants to see.
            "Fn::Base64" => eval(argument),
            "Fn::GetAZs" | "Fn::Cidr" => Value::new(
                Data::List(List {
                    items: Vec::new(),
                    open: Some(Reason::new(
                        ReasonKind::Lookup,
                        format!("`{name}` gives what there is at deployment"),
                    )),
                }),
                origin.clone(),
            ),
            "Fn::ImportValue" => Value::symbol(
                Part::Hole(Reason::new(
                    ReasonKind::Import,
                    format!(
                        "is exported by another stack as `{}`",
                        eval(argument).display()
                    ),
                )),
                origin.clone(),
            ),
            "Fn::Length" => match eval(argument).data {
                Data::List(List { items, open: None }) => number(items.len(), origin),
                _ => unknown(ReasonKind::Function, "the length is not known".to_owned()),
            },
            "Fn::ToJsonString" => {
                let value = eval(argument);
                crate::json::to_json(&value).map_or_else(
                    || {
                        unknown(
                            ReasonKind::Function,
                            "a JSON text of which parts are not known".to_owned(),
                        )
                    },
                    |json| {
                        let mut origin = origin.clone();
                        value.walk(&mut |part| origin = origin.through_steps_of(&part.origin));
                        Value::text(json.to_string(), origin)
                    },
                )
            }
            "Fn::Transform" => unknown(
                ReasonKind::Macro,
                format!(
                    "made by the macro `{}` at deployment",
                    argument.get("Name").and_then(Node::as_str).unwrap_or("?")
                ),
            ),
            UNKNOWN => Value::unknown(unknown_reason(argument), origin.clone()),
            // Conditions as values appear in the arguments of macros only.
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => unknown(
                ReasonKind::Function,
                format!("`{name}` is a condition, not a value"),
            ),
            _ => unknown(
                ReasonKind::Function,
                format!("the function `{name}` is not known"),
            ),
        }
    }

    /// What `Ref` or `${Name}` gives.
    pub(super) fn reference(&self, name: &str, origin: &Origin, assumed: &Assumptions) -> Value {
        if name == "AWS::NoValue" {
            return Value::new(Data::Absent, origin.clone());
        }
        if name.starts_with("AWS::") {
            return Value::symbol(Part::Pseudo(Arc::from(name)), origin.clone());
        }
        if self.parameters.contains_key(name) {
            return self.parameter(name, origin, assumed);
        }
        if let Some(id) = self.resources.get(name) {
            return Value::symbol(
                Part::Reference {
                    resource: self.id(id),
                    attribute: Arc::from("Ref"),
                },
                origin.clone(),
            );
        }
        undeclared(name, origin)
    }

    fn parameter(&self, name: &str, origin: &Origin, assumed: &Assumptions) -> Value {
        let Some(parameter) = self.parameters.get(name) else {
            return undeclared(name, origin);
        };
        let step = || ViaKind::Parameter(Arc::from(name));
        if let Some(given) = &parameter.given {
            let mut value = given.clone();
            value.origin = origin
                .through_steps_of(&given.origin)
                .through(step(), given.origin.span);
            return value;
        }
        if let Some(text) = assumed.value_of(name) {
            return Value::text(text.clone(), origin.through(step(), parameter.span));
        }
        let symbol = || {
            Value::symbol(
                Part::Parameter {
                    name: Arc::from(name),
                    secret: parameter.secret,
                },
                origin.through(step(), parameter.span),
            )
        };
        let Some(default) = &parameter.default else {
            if parameter.is_list() {
                let open = Reason::new(
                    ReasonKind::Parameter,
                    format!("given as parameter `{name}`, which has no default"),
                );
                let items = Vec::new();
                let open = Some(open);
                return Value::new(
                    Data::List(List { items, open }),
                    origin.through(step(), parameter.span),
                );
            }
            return symbol();
        };
        let text = default.scalar_text();
        if let Some(text) = &text
            && assumed.excludes(name, text)
        {
            return symbol();
        }
        let origin = origin.through(step(), default.origin.span);
        match (text, &default.data) {
            (Some(key), _) if parameter.is_stored() => Value::symbol(
                Part::Dynamic {
                    service: Arc::from("ssm"),
                    key,
                },
                origin,
            ),
            (Some(text), _) if parameter.is_list() => {
                let items = text
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(|item| literal(&Arc::from(item), &origin))
                    .collect();
                Value::new(Data::List(List { items, open: None }), origin)
            }
            (_, NodeData::Number(number)) => Value::new(Data::Number(number.clone()), origin),
            (_, NodeData::Bool(value)) => Value::new(Data::Bool(*value), origin),
            (Some(text), _) => literal(&text, &origin),
            (None, _) => Value::unknown(
                Reason::new(
                    ReasonKind::Function,
                    format!("the default of parameter `{name}` is not a text"),
                ),
                origin,
            ),
        }
    }

    fn attribute(
        &self,
        argument: &Node,
        origin: &Origin,
        assumed: &Assumptions,
        depth: usize,
    ) -> Value {
        let parts: Vec<Value> = match argument.as_seq() {
            Some(items) => items
                .iter()
                .map(|item| self.value(item, assumed, depth))
                .collect(),
            None => argument
                .as_str()
                .and_then(|text| text.split_once('.'))
                .map(|(a, b)| [a, b].map(|t| Value::text(t, origin.clone())).into())
                .unwrap_or_default(),
        };
        let texts: Option<Vec<&str>> = parts.iter().map(Value::as_text).collect();
        match texts.as_deref() {
            Some([resource, attribute @ ..]) if !attribute.is_empty() => {
                self.get_att(resource, &attribute.join("."), origin)
            }
            _ => Value::unknown(
                Reason::new(
                    ReasonKind::Function,
                    "`Fn::GetAtt` names a resource or attribute that is not known",
                ),
                origin.clone(),
            ),
        }
    }

    /// An attribute of a resource of this template, or an output of a nested stack.
    pub(super) fn get_att(&self, resource: &str, attribute: &str, origin: &Origin) -> Value {
        let Some(id) = self.resources.get(resource) else {
            return undeclared(resource, origin);
        };
        if let Some(outputs) = self.outputs.get(resource)
            && let Some(output) = attribute.strip_prefix("Outputs.")
        {
            return outputs.get(output).map_or_else(
                || undeclared(&format!("{resource}.{attribute}"), origin),
                |value| {
                    let mut value = value.clone();
                    let step = ViaKind::Module(Arc::from(format!("output of {resource}")));
                    value.origin = origin.through(step, value.origin.span);
                    value
                },
            );
        }
        Value::symbol(
            Part::Reference {
                resource: self.id(id),
                attribute: Arc::from(attribute),
            },
            origin.clone(),
        )
    }

    fn sub(
        &self,
        text: &str,
        variables: Option<&Node>,
        origin: &Origin,
        assumed: &Assumptions,
        depth: usize,
    ) -> Value {
        let mut parts = Vec::new();
        for piece in substitution(text) {
            parts.push(match piece {
                Ok(text) => literal(&Arc::from(text), origin),
                Err(name) => {
                    if let Some(node) = variables.and_then(|v| v.get(name)) {
                        self.value(node, assumed, depth)
                    } else if self.parameters.contains_key(name) {
                        self.parameter(name, origin, assumed)
                    } else if let Some((resource, attribute)) = name.split_once('.') {
                        self.get_att(resource, attribute, origin)
                    } else {
                        self.reference(name, origin, assumed)
                    }
                }
            });
        }
        concat(parts, origin)
    }

    fn find_in_map(
        &self,
        arguments: &[Node],
        origin: &Origin,
        assumed: &Assumptions,
        depth: usize,
    ) -> Value {
        let [map, top, second, rest @ ..] = arguments else {
            let reason = Reason::new(
                ReasonKind::Function,
                "`Fn::FindInMap` wants three arguments",
            );
            return Value::unknown(reason, origin.clone());
        };
        let default = rest
            .first()
            .and_then(|node| node.get("DefaultValue"))
            .map(|node| self.value(node, assumed, depth));
        let missing = |what: &str| {
            default.clone().unwrap_or_else(|| {
                let detail = format!("the mapping has no `{what}`");
                Value::unknown(Reason::new(ReasonKind::Undeclared, detail), origin.clone())
            })
        };
        let map_name = self.value(map, assumed, depth);
        let Some(table) = map_name
            .as_text()
            .and_then(|name| self.mappings.and_then(|m| m.get(name)))
        else {
            return missing(&map_name.display());
        };
        let top = self.value(top, assumed, depth);
        let second = self.value(second, assumed, depth);
        spread(top, &mut |top| {
            look_up(table, &top, origin, &missing, &mut |row| {
                spread(second.clone(), &mut |second| {
                    look_up(row, &second, origin, &missing, &mut |found| {
                        let mut value = self.value(found, assumed, depth);
                        let step = ViaKind::Mapping(Arc::from(map_name.display()));
                        value.origin = origin.through(step, found.origin.span);
                        value
                    })
                })
            })
        })
    }
}

/// Looks a key up in a row of a mapping; one alternative for each entry when the key is symbolic.
fn look_up(
    table: &Node,
    key: &Value,
    origin: &Origin,
    missing: &dyn Fn(&str) -> Value,
    then: &mut dyn FnMut(&Node) -> Value,
) -> Value {
    if let Some(text) = key.as_text() {
        return match table.get(text) {
            Some(found) => then(found),
            None => missing(text),
        };
    }
    let entries = table.as_map().unwrap_or_default();
    if entries.is_empty() || entries.len() > MAX_ALTERNATIVES {
        return missing(&key.display());
    }
    let what: Arc<str> = Arc::from(key.display());
    one_of(
        entries
            .iter()
            .map(|entry| {
                let when = Condition::Is {
                    what: what.clone(),
                    value: entry.key.name.clone(),
                };
                (when, then(&entry.value))
            })
            .collect(),
        origin,
    )
}

fn number(value: usize, origin: &Origin) -> Value {
    let value = u32::try_from(value).unwrap_or(u32::MAX);
    Value::new(
        Data::Number(crate::value::Number {
            value: f64::from(value),
            text: Arc::from(value.to_string()),
        }),
        origin.clone(),
    )
}

fn join(delimiter: &str, items: Value, origin: &Origin) -> Value {
    match items.data {
        Data::List(list) => {
            let mut parts = Vec::with_capacity(list.items.len() * 2);
            for (i, item) in list.items.into_iter().enumerate() {
                if i > 0 && !delimiter.is_empty() {
                    parts.push(Value::text(delimiter, origin.clone()));
                }
                parts.push(item);
            }
            if let Some(reason) = list.open {
                parts.push(Value::symbol(Part::Hole(reason), origin.clone()));
            }
            concat(parts, origin)
        }
        Data::Unknown(reason) => Value::symbol(Part::Hole(reason), origin.clone()),
        _ => concat(vec![items], origin),
    }
}

fn select(items: &Value, index: f64, origin: &Origin) -> Value {
    // Checked by the caller: 0 <= index < 1e6.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "range checked"
    )]
    let index = index as usize;
    match &items.data {
        Data::List(list) => match (list.items.get(index), &list.open) {
            (Some(item), _) => item.clone(),
            (None, Some(reason)) => Value::symbol(Part::Hole(reason.clone()), origin.clone()),
            (None, None) => Value::unknown(
                Reason::new(
                    ReasonKind::Function,
                    "`Fn::Select` goes past the end of its list",
                ),
                origin.clone(),
            ),
        },
        Data::Unknown(reason) => Value::symbol(Part::Hole(reason.clone()), origin.clone()),
        _ => Value::symbol(
            Part::Hole(Reason::new(
                ReasonKind::Function,
                "selected from something unknown",
            )),
            origin.clone(),
        ),
    }
}

fn split(delimiter: &str, whole: &Value, origin: &Origin) -> Value {
    let open = |reason: Reason| {
        Value::new(
            Data::List(List {
                items: Vec::new(),
                open: Some(reason),
            }),
            origin.clone(),
        )
    };
    match (&whole.data, whole.as_text()) {
        (_, Some(text)) if !delimiter.is_empty() => {
            let carried = origin.through_steps_of(&whole.origin);
            let items = text
                .split(delimiter)
                .map(|item| Value::text(item, carried.clone()))
                .collect();
            Value::new(Data::List(List { items, open: None }), carried)
        }
        (Data::Unknown(reason), _) => open(reason.clone()),
        _ => open(Reason::new(
            ReasonKind::Attribute,
            format!(
                "a part of `{}`, which is known at deployment",
                whole.display()
            ),
        )),
    }
}
