//! JavaScript's and TypeScript's syntax trees to the small language of `ir`. Types are skipped.

mod expression;
mod function;

use crate::ir::{Block, Expr, Name, Statement, Target};
use crate::parse::{Reader, children, field, has_word};
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
