//! Expressions and what is assigned to.

use super::Js;
use crate::ir::{Argument, Block, Entry, Expr, Function, FunctionKind, Name, Statement, Target};
use crate::parse::{children, field};
use crate::python::unescape;
use std::collections::BTreeSet;
use tree_sitter::Node;

impl Js<'_, '_> {
    pub(super) fn expr(&mut self, node: Node<'_>) -> Expr {
        self.deeper(node, |js| js.expr_here(node))
    }

    fn expr_here(&mut self, node: Node<'_>) -> Expr {
        match node.kind() {
            "identifier" | "shorthand_property_identifier" | "this" | "super" => {
                Expr::Name(self.name(node))
            }
            "undefined" | "null" => Expr::Nothing,
            "number" | "true" | "false" => Expr::Text(self.name(node)),
            "string" => Expr::Text(self.string_text(node)),
            "template_string" => {
                let parts = children(node).into_iter().map(|part| match part.kind() {
                    "string_fragment" | "escape_sequence" => {
                        Expr::Text(unescape(self.0.text(part)))
                    }
                    _ => self.only(part),
                });
                Expr::Joined(parts.collect())
            }
            "member_expression" => {
                let object = self.part_expr(node, "object");
                let name = field(node, "property").map_or("", |name| self.0.text(name));
                Expr::Attribute(Box::new(object), name.into(), self.0.span(node))
            }
            "subscript_expression" => {
                let object = self.part_expr(node, "object");
                let index = self.part_expr(node, "index");
                Expr::Index(Box::new(object), Box::new(index))
            }
            "call_expression" | "new_expression" => self.call(node),
            "object" => self.object(node),
            "array" => Expr::List(self.items(node)),
            "arrow_function"
            | "function_expression"
            | "function"
            | "generator_function"
            | "function_declaration"
            | "generator_function_declaration"
            | "method_definition" => self.function(node),
            "class" | "class_declaration" | "abstract_class_declaration" => self.class(node),
            "enum_declaration" => {
                let members = field(node, "body").map(children).unwrap_or_default();
                let entries = members.into_iter().filter_map(|member| {
                    let name = field(member, "name")?;
                    let value = self.part_expr(member, "value");
                    Some(Entry::Pair(Expr::Text(self.name(name)), value))
                });
                Expr::Map(entries.collect())
            }
            "binary_expression" => self.binary(node),
            "ternary_expression" => {
                let condition = self.part_expr(node, "condition");
                let either = Expr::Either(vec![
                    self.part_expr(node, "consequence"),
                    self.part_expr(node, "alternative"),
                ]);
                Expr::Last(vec![condition, either])
            }
            "assignment_expression" => {
                let left = field(node, "left");
                let name = left.map(|left| field(left, "property").unwrap_or(left));
                let value = field(node, "right")
                    .map_or_else(Expr::default, |right| self.named(name, right));
                let target = left.map_or(Target::Nowhere, |left| self.target(left));
                Expr::Assign(Box::new(target), Box::new(value))
            }
            "augmented_assignment_expression" => {
                let left = self.part_expr(node, "left");
                let right = self.part_expr(node, "right");
                let target = field(node, "left").map_or(Target::Nowhere, |left| self.target(left));
                let operator = field(node, "operator").map_or("", |o| self.0.text(o));
                let value = match operator {
                    "+=" => Expr::Joined(vec![left, right]),
                    "??=" | "||=" => Expr::Either(vec![left, right]),
                    _ => Expr::Many(vec![left, right]),
                };
                Expr::Assign(Box::new(target), Box::new(value))
            }
            "parenthesized_expression"
            | "await_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "yield_expression" => self.only(node),
            "spread_element" => Expr::Spread(Box::new(self.only(node))),
            // `<T>value`
            "type_assertion" => children(node)
                .last()
                .map_or(Expr::Nothing, |value| self.expr(*value)),
            "sequence_expression" => Expr::Last(
                children(node)
                    .into_iter()
                    .map(|part| self.expr(part))
                    .collect(),
            ),
            "lexical_declaration" | "variable_declaration" => {
                let mut block = Block::new();
                self.statement(node, &mut block);
                Expr::Many(
                    block
                        .into_iter()
                        .filter_map(|statement| match statement {
                            Statement::Bind(target, value) => {
                                Some(Expr::Bind(Box::new(target), Box::new(value)))
                            }
                            _ => None,
                        })
                        .collect(),
                )
            }
            "type_annotation" | "type_arguments" | "type_parameters" | "regex" => {
                Expr::Unknown("a value of another kind")
            }
            // Statements inside what is not understood keep their meaning as far as calls go.
            "ERROR" | "statement_block" | "namespace_statement" | "internal_module" => {
                let block = self.block(field(node, "body").unwrap_or(node));
                let body = Function {
                    name: "block".into(),
                    parameters: Vec::new(),
                    body: block,
                    kind: FunctionKind::Free,
                    outer: BTreeSet::new(),
                };
                self.0.function(body)
            }
            _ => Expr::Many(
                children(node)
                    .into_iter()
                    .map(|part| self.expr(part))
                    .collect(),
            ),
        }
    }

    fn items(&mut self, node: Node<'_>) -> Vec<Expr> {
        children(node)
            .into_iter()
            .map(|item| self.expr(item))
            .collect()
    }

    /// `a + b + c` is nested to the left; read without recursion.
    pub(super) fn binary(&mut self, node: Node<'_>) -> Expr {
        let operator = |node: Node<'_>| field(node, "operator").map_or("", |o| o.kind());
        let word = operator(node);
        if matches!(word, "||" | "??") {
            let left = Box::new(self.part_expr(node, "left"));
            return Expr::Default(left, Box::new(self.part_expr(node, "right")));
        }
        let (mut parts, mut at) = (Vec::new(), node);
        while at.kind() == "binary_expression" && operator(at) == word {
            parts.push(self.part_expr(at, "right"));
            let Some(left) = field(at, "left") else { break };
            at = left;
        }
        parts.push(self.expr(at));
        parts.reverse();
        match word {
            "+" => Expr::Joined(parts),
            "&&" => Expr::Last(parts),
            _ => Expr::Many(parts),
        }
    }

    pub(super) fn string_text(&self, node: Node<'_>) -> Name {
        let text = self.0.text(node);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
        unescape(inner)
    }

    pub(super) fn key(&mut self, node: Node<'_>) -> Expr {
        match node.kind() {
            "computed_property_name" => self.only(node),
            "string" => Expr::Text(self.string_text(node)),
            _ => Expr::Text(self.name(node)),
        }
    }

    fn object(&mut self, node: Node<'_>) -> Expr {
        let mut entries = Vec::new();
        for child in children(node) {
            match child.kind() {
                "pair" => {
                    let name = field(child, "key");
                    let key = name.map_or_else(Expr::default, |key| self.key(key));
                    let value = field(child, "value")
                        .map_or_else(Expr::default, |value| self.named(name, value));
                    entries.push(Entry::Pair(key, value));
                }
                "shorthand_property_identifier" => {
                    let name = self.name(child);
                    entries.push(Entry::Pair(Expr::Text(name.clone()), Expr::Name(name)));
                }
                "method_definition" => {
                    let key = field(child, "name").map_or_else(Expr::default, |key| self.key(key));
                    entries.push(Entry::Pair(key, self.expr(child)));
                }
                _ => entries.push(Entry::Spread(self.only(child))),
            }
        }
        Expr::Map(entries)
    }

    pub(super) fn target(&mut self, node: Node<'_>) -> Target {
        self.deeper(node, |js| match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" => {
                Some(Target::Name(js.name(node)))
            }
            "member_expression" => {
                let object = js.part_expr(node, "object");
                let name = field(node, "property").map_or("", |name| js.0.text(name));
                Some(Target::Attribute(object, name.into()))
            }
            "subscript_expression" => {
                let object = js.part_expr(node, "object");
                let index = js.part_expr(node, "index");
                Some(Target::Index(object, index))
            }
            "object_pattern" => {
                let parts = children(node)
                    .into_iter()
                    .filter_map(|part| js.pattern(part));
                Some(Target::Fields(parts.collect()))
            }
            "array_pattern" => Some(Target::List(
                children(node).into_iter().map(|p| js.target(p)).collect(),
            )),
            "assignment_pattern" => field(node, "left").map(|left| js.target(left)),
            "rest_pattern"
            | "non_null_expression"
            | "parenthesized_expression"
            | "as_expression" => node.named_child(0).map(|inner| js.target(inner)),
            _ => None,
        })
        .unwrap_or(Target::Nowhere)
    }

    fn pattern(&mut self, part: Node<'_>) -> Option<(Expr, Target, Option<Expr>)> {
        let (key, mut inner) = match part.kind() {
            "pair_pattern" => (self.key(field(part, "key")?), field(part, "value")?),
            "object_assignment_pattern" => {
                let left = field(part, "left")?;
                (Expr::Text(self.name(left)), part)
            }
            "rest_pattern" => (Expr::Unknown("the rest of an object"), part),
            _ => (Expr::Text(self.name(part)), part),
        };
        let mut default = None;
        if matches!(
            inner.kind(),
            "object_assignment_pattern" | "assignment_pattern"
        ) {
            default = field(inner, "right").map(|value| self.expr(value));
            inner = field(inner, "left")?;
        }
        Some((key, self.target(inner), default))
    }

    fn call(&mut self, node: Node<'_>) -> Expr {
        let new = node.kind() == "new_expression";
        let callee = field(node, if new { "constructor" } else { "function" });
        let list = field(node, "arguments");
        let parts = list.map(children).unwrap_or_default();
        let word = callee.map_or("", |callee| self.0.text(callee));
        if matches!(word, "require" | "import" | "require.resolve")
            && let Some(source) = parts.first()
        {
            if source.kind() == "string" {
                return Expr::Import(self.string_text(*source), None);
            }
            return Expr::Many(vec![self.expr(*source)]);
        }
        let callee = callee.map_or_else(Expr::default, |callee| self.expr(callee));
        let arguments = if list.is_some_and(|list| list.kind() == "template_string") {
            vec![Argument::Positional(
                list.map_or_else(Expr::default, |l| self.expr(l)),
            )]
        } else {
            parts
                .iter()
                .map(|part| Argument::Positional(self.expr(*part)))
                .collect()
        };
        self.0.call_of(node, callee, new, arguments)
    }
}
