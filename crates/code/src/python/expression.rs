//! Expressions.

use crate::ir::{Argument, Entry, Expr, Function, FunctionKind, Name, Statement, Target};
use crate::parse::{Reader, children, field, has_word};
use std::collections::BTreeSet;
use tree_sitter::Node;

impl Reader<'_> {
    pub(super) fn expr(&mut self, node: Node<'_>) -> Expr {
        self.deeper(node, |reader| reader.expr_here(node))
    }

    fn expr_here(&mut self, node: Node<'_>) -> Expr {
        match node.kind() {
            "identifier" => Expr::Name(self.text(node).into()),
            "string" => self.string(node),
            "concatenated_string" => Expr::Joined(
                children(node)
                    .into_iter()
                    .map(|part| self.expr(part))
                    .collect(),
            ),
            "integer" | "float" | "true" | "false" => Expr::Text(self.text(node).into()),
            "none" => Expr::Nothing,
            "attribute" => {
                let object = self.part_expr(node, "object");
                let name = field(node, "attribute").map_or("", |name| self.text(name));
                Expr::Attribute(Box::new(object), name.into(), self.span(node))
            }
            "subscript" => {
                let object = self.part_expr(node, "value");
                let index = self.part_expr(node, "subscript");
                Expr::Index(Box::new(object), Box::new(index))
            }
            "call" => self.call(node),
            "binary_operator" => self.binary(node),
            "boolean_operator" => {
                let left = Box::new(self.part_expr(node, "left"));
                let right = Box::new(self.part_expr(node, "right"));
                if has_word(node, "or") {
                    Expr::Default(left, right)
                } else {
                    Expr::Last(vec![*left, *right])
                }
            }
            "conditional_expression" => {
                let parts = children(node);
                if let [then, condition, other] = parts.as_slice() {
                    let condition = self.expr(*condition);
                    let either = Expr::Either(vec![self.expr(*then), self.expr(*other)]);
                    return Expr::Last(vec![condition, either]);
                }
                self.many(node)
            }
            "parenthesized_expression" | "await" | "list_splat" | "type" => self.only(node),
            "expression_list" | "list" | "tuple" | "set" => {
                let items = children(node).into_iter().map(|item| {
                    let value = self.expr(item);
                    if item.kind() == "list_splat" {
                        Expr::Spread(Box::new(value))
                    } else {
                        value
                    }
                });
                Expr::List(items.collect())
            }
            "dictionary" => {
                let mut entries = Vec::new();
                for child in children(node) {
                    if child.kind() == "pair" {
                        let (key, value) =
                            (self.part_expr(child, "key"), self.part_expr(child, "value"));
                        entries.push(Entry::Pair(key, value));
                    } else {
                        entries.push(Entry::Spread(self.only(child)));
                    }
                }
                Expr::Map(entries)
            }
            "list_comprehension"
            | "set_comprehension"
            | "generator_expression"
            | "dictionary_comprehension" => self.comprehension(node),
            "lambda" => {
                let parameters =
                    field(node, "parameters").map_or_else(Vec::new, |list| self.parameters(list));
                let body = vec![Statement::Return(self.part_expr(node, "body"))];
                self.function(Function {
                    name: "lambda".into(),
                    parameters,
                    body,
                    kind: FunctionKind::Free,
                    outer: BTreeSet::new(),
                })
            }
            "named_expression" => {
                let value = self.part_expr(node, "value");
                let target = field(node, "name").map_or(Target::Nowhere, |name| self.target(name));
                Expr::Bind(Box::new(target), Box::new(value))
            }
            // `with a as b`
            "as_pattern" => {
                let parts = children(node);
                if let [value, target] = parts.as_slice() {
                    let (value, target) = (self.expr(*value), self.target(*target));
                    return Expr::Bind(Box::new(target), Box::new(value));
                }
                self.many(node)
            }
            "with_item" => self.only(node),
            _ => self.many(node),
        }
    }

    fn string(&mut self, node: Node<'_>) -> Expr {
        let mut parts = Vec::new();
        for child in children(node) {
            match child.kind() {
                "string_content" => parts.push(Expr::Text(unescape(self.text(child)))),
                "interpolation" => parts.push(self.part_expr(child, "expression")),
                _ => {}
            }
        }
        match parts.len() {
            0 => Expr::Text("".into()),
            1 if matches!(parts[0], Expr::Text(_)) => parts.remove(0),
            _ => Expr::Joined(parts),
        }
    }

    /// `a + b + c` is nested to the left; read without recursion.
    fn binary(&mut self, node: Node<'_>) -> Expr {
        if has_word(node, "%") {
            let left = self.part_expr(node, "left");
            let right = self.part_expr(node, "right");
            return Expr::Percent(Box::new(left), Box::new(right));
        }
        let (mut parts, mut at, mut sum) = (Vec::new(), node, true);
        while at.kind() == "binary_operator" && !has_word(at, "%") {
            sum &= has_word(at, "+");
            parts.extend(field(at, "right").map(|right| self.expr(right)));
            let Some(left) = field(at, "left") else { break };
            at = left;
        }
        parts.push(self.expr(at));
        parts.reverse();
        if sum {
            Expr::Joined(parts)
        } else {
            Expr::Many(parts)
        }
    }

    fn comprehension(&mut self, node: Node<'_>) -> Expr {
        let mut value = match field(node, "body") {
            Some(pair) if pair.kind() == "pair" => Expr::Map(vec![Entry::Pair(
                self.part_expr(pair, "key"),
                self.part_expr(pair, "value"),
            )]),
            Some(body) => self.expr(body),
            None => Expr::default(),
        };
        for clause in children(node).into_iter().rev() {
            match clause.kind() {
                "for_in_clause" => {
                    let target =
                        field(clause, "left").map_or(Target::Nowhere, |left| self.target(left));
                    let iterated = self.part_expr(clause, "right");
                    value = Expr::Each(Box::new(target), Box::new(iterated), Box::new(value));
                }
                "if_clause" => value = Expr::Last(vec![self.only(clause), value]),
                _ => {}
            }
        }
        value
    }

    fn call(&mut self, node: Node<'_>) -> Expr {
        let callee = self.part_expr(node, "function");
        let list = field(node, "arguments");
        let mut arguments = Vec::new();
        for argument in list.map(children).unwrap_or_default() {
            let argument = match argument.kind() {
                "keyword_argument" => {
                    let name = field(argument, "name").map_or("", |name| self.text(name));
                    Argument::Named(name.into(), self.part_expr(argument, "value"))
                }
                "dictionary_splat" => Argument::SpreadNamed(self.only(argument)),
                "list_splat" => Argument::Positional(Expr::Spread(Box::new(self.only(argument)))),
                _ => Argument::Positional(self.expr(argument)),
            };
            arguments.push(argument);
        }
        if let Some(generator) = list.filter(|list| list.kind() == "generator_expression") {
            arguments = vec![Argument::Positional(self.expr(generator))];
        }
        self.call_of(node, callee, false, arguments)
    }
}

/// The text with its simple escapes read.
pub(crate) fn unescape(text: &str) -> Name {
    if !text.contains('\\') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, false) => out.push(letter),
            _ => match letters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('\n') | None => {}
                Some(other) => out.push(other),
            },
        }
    }
    out.into()
}
