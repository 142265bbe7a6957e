//! Python's syntax tree to the small language of `ir`.

use crate::ir::{
    Argument, Block, Class, Entry, Expr, Function, FunctionKind, Name, Parameter, ParameterKind,
    Statement, Target,
};
use crate::parse::{Reader, children, field, fields, has_word};
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

    fn expr(&mut self, node: Node<'_>) -> Expr {
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
