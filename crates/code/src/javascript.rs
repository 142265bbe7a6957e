//! JavaScript's and TypeScript's syntax trees to the small language of `ir`. Types are skipped.

use crate::ir::{
    Argument, Block, Class, Entry, Expr, Function, FunctionKind, Name, Parameter, ParameterKind,
    Statement, Target,
};
use crate::parse::{Reader, children, field, has_word};
use crate::python::unescape;
use std::collections::BTreeSet;
use std::sync::Arc;
use tree_sitter::Node;

/// Reads a module.
pub(crate) fn module(reader: &mut Reader<'_>, root: Node<'_>) -> Block {
    Js(reader).block(root)
}

/// The same reader under another name: the two languages name the same things alike.
struct Js<'r, 'a>(&'r mut Reader<'a>);

impl Js<'_, '_> {
    fn deeper<T: Default>(&mut self, node: Node<'_>, read: impl FnOnce(&mut Js<'_, '_>) -> T) -> T {
        self.0.deeper(node, |reader| read(&mut Js(reader)))
    }

    fn name(&self, node: Node<'_>) -> Name {
        self.0.text(node).into()
    }

    fn block(&mut self, node: Node<'_>) -> Block {
        let mut block = Block::new();
        self.statements(&children(node), &mut block);
        block
    }

    /// Function declarations are there before the statements run.
    fn statements(&mut self, nodes: &[Node<'_>], out: &mut Block) {
        let hoisted = |node: &Node<'_>| {
            let inner = field(*node, "declaration").unwrap_or(*node);
            matches!(
                inner.kind(),
                "function_declaration" | "generator_function_declaration"
            )
        };
        for node in nodes.iter().filter(|node| hoisted(node)) {
            self.deeper(*node, |js| js.statement(*node, out));
        }
        for node in nodes.iter().filter(|node| !hoisted(node)) {
            self.deeper(*node, |js| js.statement(*node, out));
        }
    }

    fn statement(&mut self, node: Node<'_>, out: &mut Block) {
        match node.kind() {
            "function_declaration"
            | "generator_function_declaration"
            | "class_declaration"
            | "abstract_class_declaration"
            | "enum_declaration" => {
                let name = field(node, "name").map_or_else(|| "default".into(), |n| self.name(n));
                let value = self.expr(node);
                out.push(Statement::Bind(Target::Name(name), value));
            }
            "lexical_declaration" | "variable_declaration" => {
                for declarator in children(node) {
                    let Some(name) = field(declarator, "name") else {
                        continue;
                    };
                    let target = self.target(name);
                    let value = field(declarator, "value")
                        .map_or(Expr::Nothing, |value| self.named(Some(name), value));
                    out.push(Statement::Bind(target, value));
                }
            }
            "if_statement" => self.conditional(node, out),
            "for_statement" | "while_statement" | "do_statement" => {
                for name in ["initializer", "condition", "increment"] {
                    if let Some(part) = field(node, name) {
                        self.deeper(part, |js| js.statement(part, out));
                    }
                }
                out.push(Statement::Branches(vec![self.part(node, "body")]));
            }
            "for_in_statement" => {
                let target = field(node, "left").map_or(Target::Nowhere, |left| self.target(left));
                let iterated = self.part_expr(node, "right");
                let body = self.part(node, "body");
                // `for (x in y)` gives keys
                let iterated = if has_word(node, "in") {
                    Expr::Many(vec![iterated])
                } else {
                    iterated
                };
                out.push(Statement::Each(target, iterated, body));
            }
            "try_statement" => {
                out.extend(self.part(node, "body"));
                if let Some(handler) = field(node, "handler") {
                    out.push(Statement::Branches(vec![self.part(handler, "body")]));
                }
                if let Some(finalizer) = field(node, "finalizer") {
                    out.extend(self.part(finalizer, "body"));
                }
            }
            "switch_statement" => {
                let value = self.part_expr(node, "value");
                out.push(Statement::Do(value));
                let cases = field(node, "body").map(children).unwrap_or_default();
                let branches = cases
                    .into_iter()
                    .map(|case| self.deeper(case, |js| js.block(case)));
                out.push(Statement::Branches(branches.collect()));
            }
            "statement_block" => out.extend(self.block(node)),
            "labeled_statement" => {
                let body = self.part(node, "body");
                out.extend(body);
            }
            "return_statement" => {
                let value = self.only(node);
                out.push(Statement::Return(value));
            }
            "expression_statement" | "throw_statement" => {
                let value = self.only(node);
                out.push(Statement::Do(value));
            }
            "import_statement" => self.import(node, out),
            "export_statement" => self.export(node, out),
            "interface_declaration"
            | "type_alias_declaration"
            | "ambient_declaration"
            | "empty_statement"
            | "function_signature" => {}
            _ => {
                let value = self.expr(node);
                out.push(Statement::Do(value));
            }
        }
    }

    /// `else if` chains are read without recursion.
    fn conditional(&mut self, node: Node<'_>, out: &mut Block) {
        let mut branches = Vec::new();
        let mut at = node;
        loop {
            let condition = self.part_expr(at, "condition");
            out.push(Statement::Do(condition));
            branches.push(self.part(at, "consequence"));
            let Some(other) = field(at, "alternative").and_then(|clause| clause.named_child(0))
            else {
                break;
            };
            if other.kind() == "if_statement" {
                at = other;
            } else {
                branches.push(self.deeper(other, |js| js.as_block(other)));
                break;
            }
        }
        out.push(Statement::Branches(branches));
    }

    fn as_block(&mut self, node: Node<'_>) -> Block {
        if node.kind() == "statement_block" {
            return self.block(node);
        }
        let mut block = Block::new();
        self.statement(node, &mut block);
        block
    }

    fn part(&mut self, node: Node<'_>, name: &str) -> Block {
        field(node, name).map_or_else(Block::new, |part| self.deeper(part, |js| js.as_block(part)))
    }

    fn part_expr(&mut self, node: Node<'_>, name: &str) -> Expr {
        field(node, name).map_or_else(Expr::default, |part| self.expr(part))
    }

    /// A value that is given a name: functions without one take it.
    fn named(&mut self, name: Option<Node<'_>>, value: Node<'_>) -> Expr {
        if matches!(
            value.kind(),
            "arrow_function" | "function_expression" | "generator_function"
        ) {
            self.0.hint = name.map(|name| self.name(name));
        }
        self.expr(value)
    }

    fn only(&mut self, node: Node<'_>) -> Expr {
        children(node)
            .first()
            .map_or(Expr::Nothing, |child| self.expr(*child))
    }

    fn import(&mut self, node: Node<'_>, out: &mut Block) {
        if has_word(node, "type") {
            return;
        }
        let clauses = children(node);
        // TypeScript's `import x = require('y')`
        if let Some(require) = clauses.iter().find(|c| c.kind() == "import_require_clause") {
            if let (Some(name), Some(source)) =
                (children(*require).first(), field(*require, "source"))
            {
                let module = Expr::Import(self.string_text(source), None);
                out.push(Statement::Bind(Target::Name(self.name(*name)), module));
            }
            return;
        }
        let Some(source) = field(node, "source") else {
            return;
        };
        let source = self.string_text(source);
        out.push(Statement::Do(Expr::Import(source.clone(), None)));
        let parts = clauses
            .iter()
            .filter(|clause| clause.kind() == "import_clause");
        for part in parts.flat_map(|clause| children(*clause)) {
            match part.kind() {
                "identifier" => {
                    let value = Expr::Import(source.clone(), Some("default".into()));
                    out.push(Statement::Bind(Target::Name(self.name(part)), value));
                }
                "namespace_import" => {
                    if let Some(name) = part.named_child(0) {
                        let value = Expr::Import(source.clone(), None);
                        out.push(Statement::Bind(Target::Name(self.name(name)), value));
                    }
                }
                _ => {
                    for specifier in children(part) {
                        let Some(name) = field(specifier, "name") else {
                            continue;
                        };
                        let alias = field(specifier, "alias").unwrap_or(name);
                        let value = Expr::Import(source.clone(), Some(self.name(name)));
                        out.push(Statement::Bind(Target::Name(self.name(alias)), value));
                    }
                }
            }
        }
    }

    fn export(&mut self, node: Node<'_>, out: &mut Block) {
        let source = field(node, "source").map(|source| self.string_text(source));
        if let Some(declaration) = field(node, "declaration") {
            let mut inner = Block::new();
            self.statement(declaration, &mut inner);
            let default = has_word(node, "default");
            for statement in inner {
                let mut names = Vec::new();
                if let Statement::Bind(target, _) = &statement {
                    names_of(target, &mut names);
                }
                out.push(statement);
                for name in names {
                    let shown = if default {
                        "default".into()
                    } else {
                        name.clone()
                    };
                    out.push(Statement::Export(shown, Expr::Name(name)));
                }
            }
            return;
        }
        if let Some(value) = field(node, "value") {
            let value = self.expr(value);
            out.push(Statement::Export("default".into(), value));
            return;
        }
        let parts = children(node);
        let clause = parts.iter().find(|part| part.kind() == "export_clause");
        for specifier in clause.map(|clause| children(*clause)).unwrap_or_default() {
            let Some(name) = field(specifier, "name") else {
                continue;
            };
            let alias = self.name(field(specifier, "alias").unwrap_or(name));
            let name = self.name(name);
            let value = match &source {
                Some(source) => Expr::Import(source.clone(), Some(name)),
                None => Expr::Name(name),
            };
            out.push(Statement::Export(alias, value));
        }
        if let (None, Some(source)) = (clause, source) {
            match parts.iter().find(|part| part.kind() == "namespace_export") {
                Some(namespace) => {
                    let name = namespace
                        .named_child(0)
                        .map_or("", |name| self.0.text(name));
                    out.push(Statement::Export(name.into(), Expr::Import(source, None)));
                }
                None => out.push(Statement::ImportAll(source)),
            }
        } else if clause.is_none() && has_word(node, "=") {
            // TypeScript's `export = x`
            let value = self.only(node);
            let module = Expr::Name("module".into());
            let target = Target::Attribute(module, "exports".into());
            out.push(Statement::Bind(target, value));
        }
    }

    fn expr(&mut self, node: Node<'_>) -> Expr {
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
    fn binary(&mut self, node: Node<'_>) -> Expr {
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

    fn string_text(&self, node: Node<'_>) -> Name {
        let text = self.0.text(node);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
        unescape(inner)
    }

    fn key(&mut self, node: Node<'_>) -> Expr {
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

    fn target(&mut self, node: Node<'_>) -> Target {
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

    fn function(&mut self, node: Node<'_>) -> Expr {
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

    fn class(&mut self, node: Node<'_>) -> Expr {
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

/// The names that a target declares.
fn names_of(target: &Target, out: &mut Vec<Name>) {
    match target {
        Target::Name(name) => out.push(name.clone()),
        Target::Fields(parts) => parts.iter().for_each(|(_, inner, _)| names_of(inner, out)),
        Target::List(parts) => parts.iter().for_each(|inner| names_of(inner, out)),
        Target::Attribute(..) | Target::Index(..) | Target::Nowhere => {}
    }
}
