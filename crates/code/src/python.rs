//! Python's syntax tree to the small language of `ir`.

mod expression;

use crate::ir::{
    Block, Class, Expr, Function, FunctionKind, Name, Parameter, ParameterKind, Statement, Target,
};
use crate::parse::{Reader, children, field, fields};
pub(crate) use expression::unescape;
use std::collections::BTreeSet;
use std::sync::Arc;
use tree_sitter::Node;

/// Reads a module.
pub(crate) fn module(reader: &mut Reader<'_>, root: Node<'_>) -> Block {
    reader.block(root)
}

impl Reader<'_> {
    fn block(&mut self, node: Node<'_>) -> Block {
        let mut block = Block::new();
        for child in children(node) {
            self.deeper(child, |reader| reader.statement(child, &mut block));
        }
        block
    }

    fn statement(&mut self, node: Node<'_>, out: &mut Block) {
        match node.kind() {
            "function_definition" | "class_definition" => self.definition(node, &[], out),
            "decorated_definition" => {
                let decorators: Vec<Node<'_>> = children(node)
                    .into_iter()
                    .filter(|child| child.kind() == "decorator")
                    .collect();
                for decorator in &decorators {
                    let value = self.many(*decorator);
                    out.push(Statement::Do(value));
                }
                if let Some(definition) = field(node, "definition") {
                    self.definition(definition, &decorators, out);
                }
            }
            "if_statement" => {
                if let Some(condition) = field(node, "condition") {
                    let condition = self.expr(condition);
                    out.push(Statement::Do(condition));
                }
                let mut branches = vec![self.part(node, "consequence")];
                for other in fields(node, "alternative") {
                    if let Some(condition) = field(other, "condition") {
                        let condition = self.expr(condition);
                        out.push(Statement::Do(condition));
                    }
                    branches.push(self.part(other, "consequence"));
                    branches.push(self.part(other, "body"));
                }
                branches.retain(|branch| !branch.is_empty());
                out.push(Statement::Branches(branches));
            }
            "for_statement" => {
                let target = field(node, "left").map_or(Target::Nowhere, |left| self.target(left));
                let iterated = self.part_expr(node, "right");
                let body = self.part(node, "body");
                out.push(Statement::Each(target, iterated, body));
                self.rest(node, "alternative", out);
            }
            "while_statement" => {
                let condition = self.part_expr(node, "condition");
                out.push(Statement::Do(condition));
                out.push(Statement::Branches(vec![self.part(node, "body")]));
                self.rest(node, "alternative", out);
            }
            "try_statement" => {
                for child in children(node) {
                    if matches!(child.kind(), "except_clause" | "except_group_clause") {
                        let mut branch = Block::new();
                        for part in children(child) {
                            self.deeper(part, |reader| reader.statement(part, &mut branch));
                        }
                        out.push(Statement::Branches(vec![branch]));
                    } else {
                        self.deeper(child, |reader| reader.statement(child, out));
                    }
                }
            }
            "with_statement" | "with_clause" | "else_clause" | "finally_clause" | "block" => {
                for child in children(node) {
                    self.deeper(child, |reader| reader.statement(child, out));
                }
            }
            "match_statement" => {
                let subject = self.part_expr(node, "subject");
                out.push(Statement::Do(subject));
                let cases = field(node, "body").map(children).unwrap_or_default();
                let branches = cases
                    .into_iter()
                    .map(|case| self.part(case, "consequence"))
                    .collect();
                out.push(Statement::Branches(branches));
            }
            "return_statement" => {
                let value = self.only(node);
                out.push(Statement::Return(value));
            }
            "expression_statement" => {
                for child in children(node) {
                    match child.kind() {
                        "assignment" => self.assignment(child, out),
                        "augmented_assignment" => {
                            let left = self.part_expr(child, "left");
                            let right = self.part_expr(child, "right");
                            let target = field(child, "left")
                                .map_or(Target::Nowhere, |left| self.target(left));
                            out.push(Statement::Bind(target, Expr::Joined(vec![left, right])));
                        }
                        "yield" => {
                            let value = self.only(child);
                            out.push(Statement::Return(value));
                        }
                        _ => {
                            let value = self.expr(child);
                            out.push(Statement::Do(value));
                        }
                    }
                }
            }
            "import_statement" => {
                for name in fields(node, "name") {
                    self.import(name, out);
                }
            }
            "import_from_statement" => self.import_from(node, out),
            // What `global` names is found by `outer_names`.
            "global_statement" | "nonlocal_statement" | "future_import_statement" => {}
            _ => {
                let value = self.expr(node);
                out.push(Statement::Do(value));
            }
        }
    }

    fn part(&mut self, node: Node<'_>, name: &str) -> Block {
        field(node, name).map_or_else(Block::new, |part| {
            self.deeper(part, |reader| reader.block(part))
        })
    }

    fn part_expr(&mut self, node: Node<'_>, name: &str) -> Expr {
        field(node, name).map_or_else(Expr::default, |part| self.expr(part))
    }

    fn rest(&mut self, node: Node<'_>, name: &str, out: &mut Block) {
        for part in fields(node, name) {
            self.deeper(part, |reader| reader.statement(part, out));
        }
    }

    /// The value of the only child, nothing if there is none.
    fn only(&mut self, node: Node<'_>) -> Expr {
        let parts = children(node);
        match parts.as_slice() {
            [] => Expr::Nothing,
            [one] => self.expr(*one),
            _ => self.many(node),
        }
    }

    fn many(&mut self, node: Node<'_>) -> Expr {
        let parts = children(node).into_iter().map(|part| self.expr(part));
        Expr::Many(parts.collect())
    }

    fn assignment(&mut self, node: Node<'_>, out: &mut Block) {
        let Some(left) = field(node, "left") else {
            return;
        };
        let mut targets = vec![left];
        let mut right = field(node, "right");
        // a = b = c
        while let Some(inner) = right.filter(|right| right.kind() == "assignment") {
            targets.extend(field(inner, "left"));
            right = field(inner, "right");
        }
        let Some(right) = right else { return };
        let value = self.expr(right);
        let mut targets = targets.into_iter().rev();
        let Some(first) = targets.next() else { return };
        let first_target = self.target(first);
        out.push(Statement::Bind(first_target, value));
        for target in targets {
            let target = self.target(target);
            let value = self.expr(first);
            out.push(Statement::Bind(target, value));
        }
    }

    fn target(&mut self, node: Node<'_>) -> Target {
        self.deeper(node, |reader| match node.kind() {
            "identifier" => Some(Target::Name(reader.text(node).into())),
            "attribute" => {
                let object = reader.part_expr(node, "object");
                let name = field(node, "attribute").map_or("", |name| reader.text(name));
                Some(Target::Attribute(object, name.into()))
            }
            "subscript" => {
                let object = reader.part_expr(node, "value");
                let index = reader.part_expr(node, "subscript");
                Some(Target::Index(object, index))
            }
            "pattern_list" | "tuple_pattern" | "list_pattern" | "as_pattern_target" | "tuple"
            | "list" => {
                let mut parts: Vec<Target> = children(node)
                    .into_iter()
                    .map(|part| reader.target(part))
                    .collect();
                if node.kind() == "as_pattern_target" && parts.len() == 1 {
                    return parts.pop();
                }
                Some(Target::List(parts))
            }
            _ => None,
        })
        .unwrap_or(Target::Nowhere)
    }

    fn definition(&mut self, node: Node<'_>, decorators: &[Node<'_>], out: &mut Block) {
        let name: Name = field(node, "name")
            .map_or("", |name| self.text(name))
            .into();
        let value = if node.kind() == "class_definition" {
            let bases = field(node, "superclasses")
                .map(children)
                .unwrap_or_default();
            let bases = bases
                .into_iter()
                .filter(|base| base.kind() != "keyword_argument")
                .map(|base| self.expr(base))
                .collect();
            let body = self.part(node, "body");
            self.program.classes.push(Arc::new(Class {
                bases,
                body,
                fields: Vec::new(),
            }));
            Expr::Class(self.program.classes.len() - 1)
        } else {
            let mut kind = FunctionKind::Positional;
            for decorator in decorators {
                kind = match self.text(*decorator).trim_start_matches('@').trim() {
                    "staticmethod" => FunctionKind::Free,
                    "classmethod" => FunctionKind::ClassMethod,
                    "property" | "cached_property" | "functools.cached_property" => {
                        FunctionKind::Property
                    }
                    _ => kind,
                };
            }
            let parameters =
                field(node, "parameters").map_or_else(Vec::new, |list| self.parameters(list));
            let body = self.part(node, "body");
            let outer =
                field(node, "body").map_or_else(BTreeSet::new, |body| self.outer_names(body));
            self.function(Function {
                name: name.clone(),
                parameters,
                body,
                kind,
                outer,
            })
        };
        out.push(Statement::Bind(Target::Name(name), value));
    }

    pub(crate) fn function(&mut self, function: Function) -> Expr {
        self.program.functions.push(Arc::new(function));
        Expr::Function(self.program.functions.len() - 1)
    }

    /// What `global` and `nonlocal` name in a function's own statements; found without recursion.
    fn outer_names(&self, body: Node<'_>) -> BTreeSet<Name> {
        let mut names = BTreeSet::new();
        let mut open = vec![body];
        while let Some(node) = open.pop() {
            match node.kind() {
                "global_statement" | "nonlocal_statement" => {
                    names.extend(
                        children(node)
                            .into_iter()
                            .map(|name| Name::from(self.text(name))),
                    );
                }
                "function_definition"
                | "class_definition"
                | "expression_statement"
                | "return_statement" => {}
                _ => open.extend(children(node)),
            }
        }
        names
    }

    fn parameters(&mut self, list: Node<'_>) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for node in children(list) {
            let inner = match node.kind() {
                "typed_parameter" => node.named_child(0),
                _ => Some(node),
            };
            let Some(inner) = inner else { continue };
            let (kind, named) = match inner.kind() {
                "list_splat_pattern" => (ParameterKind::Rest, inner.named_child(0)),
                "dictionary_splat_pattern" => (ParameterKind::Named, inner.named_child(0)),
                "default_parameter" | "typed_default_parameter" => {
                    (ParameterKind::Plain, field(inner, "name"))
                }
                "keyword_separator" | "positional_separator" => continue,
                _ => (ParameterKind::Plain, Some(inner)),
            };
            let target = named.map_or(Target::Nowhere, |name| self.target(name));
            let default = field(inner, "value").map(|value| self.expr(value));
            parameters.push(Parameter {
                target,
                default,
                kind,
            });
        }
        parameters
    }

    fn import(&mut self, node: Node<'_>, out: &mut Block) {
        if let (Some(name), Some(alias)) = (field(node, "name"), field(node, "alias")) {
            let module = Expr::Import(self.text(name).into(), None);
            out.push(Statement::Bind(
                Target::Name(self.text(alias).into()),
                module,
            ));
            return;
        }
        let path = self.text(node);
        let first = path.split('.').next().unwrap_or(path);
        if first != path {
            out.push(Statement::Do(Expr::Import(path.into(), None)));
        }
        let module = Expr::Import(first.into(), None);
        out.push(Statement::Bind(Target::Name(first.into()), module));
    }

    fn import_from(&mut self, node: Node<'_>, out: &mut Block) {
        let Some(module) = field(node, "module_name") else {
            return;
        };
        let module: Name = self
            .text(module)
            .split_whitespace()
            .collect::<String>()
            .into();
        if children(node)
            .iter()
            .any(|child| child.kind() == "wildcard_import")
        {
            out.push(Statement::ImportAll(module));
            return;
        }
        for name in fields(node, "name") {
            let (name, alias) = match (field(name, "name"), field(name, "alias")) {
                (Some(inner), Some(alias)) => (inner, alias),
                _ => (name, name),
            };
            let (name, alias) = (self.text(name).into(), self.text(alias).into());
            let value = Expr::Import(module.clone(), Some(name));
            out.push(Statement::Bind(Target::Name(alias), value));
        }
    }
}
