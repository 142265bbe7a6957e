//! Functions, their parameters, and classes.

use super::Js;
use crate::ir::{
    Block, Class, Expr, Function, FunctionKind, Parameter, ParameterKind, Statement, Target,
};
use crate::parse::{children, field, has_word};
use std::collections::BTreeSet;
use std::sync::Arc;
use tree_sitter::Node;

impl Js<'_, '_> {
    fn parameters(&mut self, list: Node<'_>) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for node in children(list) {
            // TypeScript: required_parameter, optional_parameter
            let mut inner = field(node, "pattern").unwrap_or(node);
            let mut default = field(node, "value");
            if inner.kind() == "this" {
                continue;
            }
            if inner.kind() == "assignment_pattern" {
                default = field(inner, "right");
                inner = field(inner, "left").unwrap_or(inner);
            }
            let kind = if inner.kind() == "rest_pattern" {
                ParameterKind::Rest
            } else {
                ParameterKind::Plain
            };
            parameters.push(Parameter {
                target: self.target(inner),
                default: default.map(|value| self.expr(value)),
                kind,
            });
        }
        parameters
    }

    pub(super) fn function(&mut self, node: Node<'_>) -> Expr {
        let hint = self.0.hint.take().unwrap_or_else(|| "function".into());
        let name = field(node, "name").map_or(hint, |name| self.name(name));
        let parameters = match (field(node, "parameters"), field(node, "parameter")) {
            (Some(list), _) => self.parameters(list),
            (None, Some(one)) => vec![Parameter {
                target: self.target(one),
                default: None,
                kind: ParameterKind::Plain,
            }],
            (None, None) => Vec::new(),
        };
        let mut body = self.assigned_parameters(node);
        match field(node, "body") {
            Some(block) if block.kind() == "statement_block" => {
                body.extend(self.deeper(block, |js| js.block(block)));
            }
            Some(value) => {
                let value = self.expr(value);
                body.push(Statement::Return(value));
            }
            None => {}
        }
        let kind = match node.kind() {
            "arrow_function" => FunctionKind::Free,
            "method_definition" if has_word(node, "get") => FunctionKind::Getter,
            _ => FunctionKind::This,
        };
        self.0.function(Function {
            name,
            parameters,
            body,
            kind,
            outer: BTreeSet::new(),
        })
    }

    /// TypeScript's `constructor(private client: S3Client)` also sets the field.
    fn assigned_parameters(&mut self, node: Node<'_>) -> Block {
        let mut body = Block::new();
        for parameter in field(node, "parameters").map(children).unwrap_or_default() {
            let marked = children(parameter)
                .iter()
                .any(|part| part.kind() == "accessibility_modifier")
                || has_word(parameter, "readonly");
            if let (true, Some(pattern)) = (marked, field(parameter, "pattern")) {
                let name = self.name(pattern);
                body.push(Statement::Bind(
                    Target::Attribute(Expr::Name("this".into()), name.clone()),
                    Expr::Name(name),
                ));
            }
        }
        body
    }

    pub(super) fn class(&mut self, node: Node<'_>) -> Expr {
        let heritage = children(node)
            .into_iter()
            .find(|child| child.kind() == "class_heritage");
        let mut bases = Vec::new();
        for part in heritage.map(children).unwrap_or_default() {
            match part.kind() {
                "extends_clause" => bases.push(self.part_expr(part, "value")),
                "implements_clause" => {}
                _ => bases.push(self.expr(part)),
            }
        }
        let (mut body, mut fields) = (Block::new(), Vec::new());
        for member in field(node, "body").map(children).unwrap_or_default() {
            match member.kind() {
                "method_definition" => {
                    let name = field(member, "name").map_or_else(|| "".into(), |n| self.name(n));
                    let value = self.expr(member);
                    body.push(Statement::Bind(Target::Name(name), value));
                }
                "field_definition" | "public_field_definition" => {
                    let Some(name) = field(member, "property").or_else(|| field(member, "name"))
                    else {
                        continue;
                    };
                    let Some(value) = field(member, "value") else {
                        continue;
                    };
                    let (name, value) = (self.name(name), self.named(Some(name), value));
                    if has_word(member, "static") {
                        body.push(Statement::Bind(Target::Name(name), value));
                    } else {
                        fields.push((name, value));
                    }
                }
                "decorator"
                | "index_signature"
                | "method_signature"
                | "abstract_method_signature" => {}
                _ => {
                    let value = self.expr(member);
                    body.push(Statement::Do(value));
                }
            }
        }
        self.0.program.classes.push(Arc::new(Class {
            bases,
            body,
            fields,
        }));
        Expr::Class(self.0.program.classes.len() - 1)
    }
}
